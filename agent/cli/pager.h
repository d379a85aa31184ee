/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pager.h - text to standard output, through a pager where that is a terminal and the text is longer than it.
 * $KFGATE_PAGER, else $PAGER, else "less -FRX"; "" and "cat" are none.
 */
#pragma once

#include "base/args.h"

#include <stddef.h>

/* Takes --no-pager from the arguments; to be called once, before anything is printed. */
void kfg_pager_open(const struct kfg_args *args);

/* Writes all of it. Returns 0, or a negative errno. */
int kfg_pager_print(const char *text, size_t size);
