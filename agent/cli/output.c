/* SPDX-License-Identifier: GPL-2.0-or-later */
/* output.c - tables in the format of --format, and text to standard output. */
#include "cli/output.h"

#include "base/log.h"
#include "base/text.h"
#include "cli/option.h"
#include "cli/pager.h"
#include <errno.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

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
		kfg_grid_fit(grid, kfg_output_columns(), out);
}

size_t kfg_output_columns(void)
{
	struct winsize size;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void kfg_output_errors(const struct kfg_diags *diags, const char *verb)
{
	for (size_t i = 0; i < diags->n; i++) {
		const struct kfg_diag *d = &diags->items[i];

		if (d->severity != KFG_SEVERITY_ERROR)
			continue;
		if (d->line)
			kfg_log_error("%s: %s:%u:%u: %s", verb, d->file, d->line, d->col, d->text);
		else
			kfg_log_error("%s: %s: %s", verb, d->file, d->text);
	}
}

void kfg_output_give_up(void)
{
	__fpurge(stdout);
	clearerr(stdout);
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
	if (r < 0)
		kfg_output_give_up();
	return r < 0 ? kfg_log_errno(r, "%s: cannot write: %m", verb) : 0;
}
