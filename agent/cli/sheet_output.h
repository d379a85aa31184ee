/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sheet_output.h - a sheet on its way out: --format and --output. */
#pragma once

#include "base/args.h"
#include "history/sheet.h"

enum kfg_sheet_format { KFG_SHEET_TEXT, KFG_SHEET_JSON, KFG_SHEET_HTML, KFG_SHEET_MARKDOWN, KFG_SHEET_FORMAT_MAX };

#define KFG_SHEET_OPTIONS                                                                                              \
	{ "format", "FORMAT", "text, json, html or markdown", false },                                                 \
	{                                                                                                              \
		"output", "FILE", "write to FILE, not to standard output", false                                       \
	}

/* An enum kfg_exit; what is wrong was said. */
int kfg_sheet_format_parse(const struct kfg_args *args, const char *verb, enum kfg_sheet_format *ret_format);
int kfg_sheet_output(const struct kfg_args *args, const char *verb, const struct kfg_sheet *sheet);
