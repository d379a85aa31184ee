/* SPDX-License-Identifier: GPL-2.0-or-later */
/* output.c - tables in the format of --format, and text to standard output. */
#include "cli/output.h"

#include "base/log.h"
#include "base/text.h"
#include "cli/option.h"
#include "cli/pager.h"
#include <errno.h>
#include <string.h>

#define CLEAN_MAX 4096u

int kfg_format_take(const struct kfg_args *args, const char *verb, enum kfg_format *ret_format)
{
	static const char *const names[KFG_FORMAT_MAX] = { "table", "json", "csv", "markdown", "html" };
	int format = kfg_option_word(args, verb, "format", names, KFG_FORMAT_MAX);

	if (format >= 0)
		*ret_format = (enum kfg_format)format;
	return format < 0 ? format : 0;
}

void kfg_format_grid(struct kfg_grid *grid, enum kfg_format format, struct kfg_strbuf *out)
{
	if (format == KFG_FORMAT_CSV)
		kfg_grid_csv(grid, out);
	else if (format == KFG_FORMAT_MARKDOWN)
		kfg_grid_markdown(grid, out);
	else if (format == KFG_FORMAT_HTML)
		kfg_grid_html(grid, out);
	else
		kfg_grid_table(grid, out);
}

void kfg_output_clean(const char *text, struct kfg_strbuf *out)
{
	char clean[CLEAN_MAX];

	kfg_text_clean(text, strlen(text), clean, sizeof(clean));
	kfg_strbuf_adds(out, clean);
}

int kfg_output_print(const struct kfg_strbuf *out, const char *verb)
{
	int r = out->error;

	if (r < 0)
		return kfg_log_errno(r, "%s: %m", verb);
	r = kfg_pager_print(kfg_strbuf_text(out), out->size);
	return r < 0 ? kfg_log_errno(r, "%s: cannot write: %m", verb) : 0;
}
