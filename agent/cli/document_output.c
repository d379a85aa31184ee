/* SPDX-License-Identifier: GPL-2.0-or-later */
/* document_output.c - a document written in the format of --format to the file of --output. */
#include "cli/document_output.h"

#include "base/exit_code.h"
#include "base/log.h"
#include "cli/records.h"
#include "cli/option.h"
#include "cli/output.h"
#include <langinfo.h>
#include <locale.h>
#include <string.h>

#define OUTPUT_MAX (32u * 1024 * 1024)

int kfg_document_format_parse(const struct kfg_args *args, const char *verb, enum kfg_document_format *ret_format)
{
	static const char *const words[] = { "text", "json", "html", "markdown" };
	int format = kfg_option_word(args, verb, "format", words, KFG_DOCUMENT_FORMAT_MAX);

	if (format < 0)
		return KFG_EXIT_FAILURE;
	*ret_format = (enum kfg_document_format)format;
	return KFG_EXIT_OK;
}

int kfg_document_output(const struct kfg_args *args, const char *verb, const struct kfg_document *doc)
{
	_cleanup_strbuf_ struct kfg_strbuf out = KFG_STRBUF(OUTPUT_MAX);
	bool utf8 = setlocale(LC_CTYPE, "") && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	enum kfg_document_format format;

	if (kfg_document_format_parse(args, verb, &format) != KFG_EXIT_OK)
		return KFG_EXIT_FAILURE;
	if (format == KFG_DOCUMENT_FORMAT_JSON)
		kfg_document_json(doc, &out);
	else if (format == KFG_DOCUMENT_FORMAT_HTML)
		kfg_document_html(doc, &out);
	else if (format == KFG_DOCUMENT_FORMAT_MARKDOWN)
		kfg_document_markdown(doc, &out);
	else
		kfg_document_text(doc, kfg_args_has(args, "output") ? 0 : kfg_output_columns(), utf8, &out);
	return kfg_output_write(args, verb, &out);
}
