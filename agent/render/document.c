/* SPDX-License-Identifier: GPL-2.0-or-later */
/* document.c - a report as data, filled row by row. */
#include "render/document.h"
#include "policy/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void kfg_document_add_figure(struct kfg_document *doc, const struct kfg_document_figure *like)
{
	if (doc->n_figures < KFG_DOCUMENT_FIGURES) {
		doc->figures[doc->n_figures++] = *like;
		return;
	}
	free(like->text);
	doc->error = -E2BIG;
}

bool kfg_document_row_is_overdue(const struct kfg_document_section *section, size_t row)
{
	const struct kfg_document_cell *cell;

	if (!section->overdue_column)
		return false;
	cell = &section->cells[row * section->n_columns + section->overdue_column - 1];
	return cell->kind == KFG_DOCUMENT_CELL_NUMBER && cell->number < 0;
}

struct kfg_document_section *kfg_document_add_section(struct kfg_document *doc, const struct kfg_document_section *like)
{
	struct kfg_document_section *s;

	if (doc->n >= KFG_DOCUMENT_SECTIONS || like->n_columns > KFG_DOCUMENT_COLUMNS) {
		doc->error = -E2BIG;
		return &doc->sections[KFG_DOCUMENT_SECTIONS - 1];
	}
	s = &doc->sections[doc->n++];
	*s = *like;
	s->cells = NULL;
	s->note = NULL;
	s->n_rows = s->capacity = s->more = 0;
	return s;
}

struct kfg_document_cell *kfg_document_add_row(struct kfg_document *doc, struct kfg_document_section *section)
{
	struct kfg_document_cell *row;

	if (doc->error)
		return NULL;
	if (kfg_array_grow(&section->cells, &section->capacity, section->n_rows,
			   section->n_columns * sizeof(*section->cells)) < 0) {
		doc->error = -ENOMEM;
		return NULL;
	}
	row = section->cells + section->n_rows++ * section->n_columns;
	memset(row, 0, section->n_columns * sizeof(*row));
	return row;
}

void kfg_document_printf(struct kfg_document *doc, char **text, const char *format, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, format);
	n = vasprintf(&s, format, ap);
	va_end(ap);
	if (n < 0) {
		doc->error = -ENOMEM;
		return;
	}
	free(*text);
	*text = s;
}

void kfg_document_set_text(struct kfg_document *doc, struct kfg_document_cell *cell, const char *text)
{
	if (!text[0])
		return;
	kfg_document_printf(doc, &cell->text, "%s", text);
	if (cell->text)
		cell->kind = KFG_DOCUMENT_CELL_TEXT;
}

void kfg_document_set_number(struct kfg_document_cell *cell, int64_t number)
{
	cell->kind = KFG_DOCUMENT_CELL_NUMBER;
	cell->number = number;
}

void kfg_document_done(struct kfg_document *doc)
{
	for (size_t i = 0; i < doc->n; i++) {
		struct kfg_document_section *s = &doc->sections[i];

		for (size_t c = 0; c < s->n_rows * s->n_columns; c++)
			free(s->cells[c].text);
		free(s->cells);
		free(s->note);
	}
	for (size_t i = 0; i < doc->n_figures; i++)
		free(doc->figures[i].text);
	free(doc->title);
	free(doc->summary);
	*doc = (struct kfg_document){ 0 };
}
