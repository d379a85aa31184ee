/* SPDX-License-Identifier: GPL-2.0-or-later */
/* document_markdown.c - CommonMark with tables, as code forges show it. */
#include "render/document.h"

#include "render/escape.h"
#include <inttypes.h>

static void add_row(const struct kfg_document_section *s, const struct kfg_document_cell *row, struct kfg_strbuf *out)
{
	for (size_t c = 0; c < s->n_columns; c++) {
		kfg_strbuf_adds(out, "| ");
		if (row[c].kind == KFG_DOCUMENT_CELL_NUMBER)
			kfg_strbuf_printf(out, "%" PRId64, row[c].number);
		else if (row[c].text)
			kfg_escape_markdown(row[c].text, out);
		kfg_strbuf_adds(out, " ");
	}
	kfg_strbuf_adds(out, "|\n");
}

static bool numbers(const struct kfg_document_section *s, size_t c)
{
	bool any = false;

	for (size_t r = 0; r < s->n_rows; r++) {
		if (s->cells[r * s->n_columns + c].kind == KFG_DOCUMENT_CELL_TEXT)
			return false;
		any |= s->cells[r * s->n_columns + c].kind == KFG_DOCUMENT_CELL_NUMBER;
	}
	return any;
}

void kfg_document_section_markdown(const struct kfg_document_section *s, struct kfg_strbuf *out)
{
	for (size_t c = 0; c < s->n_columns; c++)
		kfg_strbuf_printf(out, "| %s ", s->columns[c].title);
	kfg_strbuf_adds(out, "|\n");
	for (size_t c = 0; c < s->n_columns; c++)
		kfg_strbuf_adds(out, numbers(s, c) ? "|---:" : "|---");
	kfg_strbuf_adds(out, "|\n");
	for (size_t r = 0; r < s->n_rows; r++)
		add_row(s, s->cells + r * s->n_columns, out);
	if (s->more)
		kfg_strbuf_printf(out, "\n... and %" PRIu64 " more.\n", s->more);
	if (s->note)
		kfg_strbuf_printf(out, "\n%s\n", s->note);
}

void kfg_document_markdown(const struct kfg_document *doc, struct kfg_strbuf *out)
{
	kfg_strbuf_printf(out, "# %s\n\n", doc->title);
	kfg_escape_markdown(doc->summary, out);
	kfg_strbuf_adds(out, "\n");
	for (size_t i = 0; i < doc->n_figures; i++) {
		const struct kfg_document_figure *f = &doc->figures[i];

		kfg_strbuf_printf(out, "%s- %s: ", i ? "" : "\n", f->title);
		if (f->text)
			kfg_escape_markdown(f->text, out);
		else
			kfg_strbuf_printf(out, "%" PRId64, f->number);
		kfg_strbuf_adds(out, "\n");
	}
	for (size_t i = 0; i < doc->n; i++) {
		const struct kfg_document_section *s = &doc->sections[i];

		if (!s->n_rows && !s->empty)
			continue;
		kfg_strbuf_printf(out, "\n## %s\n\n", s->title);
		if (s->n_rows)
			kfg_document_section_markdown(s, out);
		else
			kfg_strbuf_printf(out, "%s\n", s->empty);
	}
}
