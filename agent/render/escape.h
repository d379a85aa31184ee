/* SPDX-License-Identifier: GPL-2.0-or-later */
/* escape.h - text, clean already (base/text.h), as a value in the formats that give some characters a meaning. */
#pragma once

#include "base/strbuf.h"

/*
 * A value of CSV (RFC 4180), in quotes where it needs them. A spreadsheet takes what begins with = + - @ for a formula:
 * such values get an apostrophe in front.
 */
void kfg_escape_csv(const char *text, struct kfg_strbuf *out);

/* Text of GitHub flavoured Markdown: nothing in it is markup, HTML, a mention, or the end of a table's cell. */
void kfg_escape_markdown(const char *text, struct kfg_strbuf *out);
