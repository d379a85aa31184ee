/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * document_output.h - a document on its way out: --format and --output.
 *
 * Prefixes: kfg_document_output, kfg_document_format.
 */
#pragma once

#include "base/args.h"
#include "render/document.h"

enum kfg_document_format {
	KFG_DOCUMENT_FORMAT_TEXT,
	KFG_DOCUMENT_FORMAT_JSON,
	KFG_DOCUMENT_FORMAT_HTML,
	KFG_DOCUMENT_FORMAT_MARKDOWN,
	KFG_DOCUMENT_FORMAT_MAX
};

#define KFG_DOCUMENT_OPTIONS                                                                                           \
	{ "format", "FORMAT", "text, json, html or markdown", false },                                                 \
	{                                                                                                              \
		"output", "FILE", "write to FILE, not to standard output", false                                       \
	}

/* An enum kfg_exit; what is wrong was said. */
int kfg_document_format_parse(const struct kfg_args *args, const char *verb, enum kfg_document_format *ret_format);
int kfg_document_output(const struct kfg_args *args, const char *verb, const struct kfg_document *doc);
