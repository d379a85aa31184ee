/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output.h - --format, and a report on its way to standard output.
 *
 * Prefix: kfg_format.
 */
#pragma once

#include "base/strbuf.h"
#include "base/args.h"
#include "policy/diag.h"
#include "render/grid.h"

enum kfg_format {
	KFG_FORMAT_TABLE,
	KFG_FORMAT_JSON,
	KFG_FORMAT_CSV,
	KFG_FORMAT_MARKDOWN,
	KFG_FORMAT_HTML,
	KFG_FORMAT_MAX,
};

#define KFG_FORMAT_OPTION                                                                                              \
	{                                                                                                              \
		"format", "FORMAT",                                                                                    \
			"table (for people), json, csv, markdown or html; the first is what there is without this",    \
			false                                                                                          \
	}

/* The size of a report has a limit, since names come from files of others. */
#define KFG_OUTPUT_MAX (256u << 20)

/* Logs and returns -EINVAL for any other word. */
int kfg_format_take(const struct kfg_args *args, const char *verb, enum kfg_format *ret_format);
/* The grid in one of the formats that are not JSON. */
void kfg_format_grid(struct kfg_grid *grid, enum kfg_format format, struct kfg_strbuf *out);
/* Text of others, made fit for a terminal (base/text.h). */
void kfg_output_clean(const char *text, struct kfg_strbuf *out);
/* Writes all of it; logs what goes wrong. Returns 0 or a negative errno. */
int kfg_output_print(const struct kfg_strbuf *out, const char *verb);

/* Columns of the terminal that standard output is; 0: it is none. */
size_t kfg_output_columns(void);

/* Logs the errors among findings, each with its place. */
void kfg_output_errors(const struct kfg_diags *diags, const char *verb);

/* Standard output could not be written to, and that was said: what is left of it is not tried again. */
void kfg_output_give_up(void);
