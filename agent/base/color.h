/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * color.h - the colours of what a verb prints for people, and where there are any: on a terminal, or as --color says.
 * Text is coloured when it is rendered, and padded by the width of what is read.
 */
#pragma once

#include "base/strbuf.h"
#include <stdbool.h>

enum kfg_color {
	KFG_COLOR_NONE,
	KFG_COLOR_TITLE,
	KFG_COLOR_GOOD,
	KFG_COLOR_WARN,
	KFG_COLOR_BAD,
	KFG_COLOR_MAX,
};

/*
 * Decides for the process: `when` is "auto", "always" or "never". auto: where standard output is a terminal that is not
 * dumb, NO_COLOR (no-color.org) is not set, and the text does not go to a file. -EINVAL for any other word; nothing
 * changes then. Without a call there are no colours.
 */
int kfg_color_open(const char *when, bool to_file);

/* What begins and ends text in this colour; "" for none, and where there are no colours. */
const char *kfg_color_begin(enum kfg_color color);
const char *kfg_color_end(enum kfg_color color);
/* Adds text in this colour. */
void kfg_color_add(struct kfg_strbuf *out, enum kfg_color color, const char *text);

/* The colour of a verdict or a state ("refused", "would refuse", "ok", ...); KFG_COLOR_NONE for any other text. */
enum kfg_color kfg_color_of(const char *word);
