/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sheet.c - a report as data, filled row by row. */
#include "history/sheet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void kfg_sheet_figure(struct kfg_sheet *sheet, const struct kfg_figure *like)
{
	if (sheet->n_figures < KFG_SHEET_FIGURES) {
		sheet->figures[sheet->n_figures++] = *like;
		return;
	}
	free(like->text);
	sheet->error = -E2BIG;
}

bool kfg_section_row_is_late(const struct kfg_section *section, size_t row)
{
	const struct kfg_cell *cell;

	if (!section->late_column)
		return false;
	cell = &section->cells[row * section->n_columns + section->late_column - 1];
	return cell->kind == KFG_CELL_NUMBER && cell->number < 0;
}

struct kfg_section *kfg_sheet_section(struct kfg_sheet *sheet, const struct kfg_section *like)
{
	struct kfg_section *s;

	if (sheet->n >= KFG_SHEET_SECTIONS || like->n_columns > KFG_SHEET_COLUMNS) {
		sheet->error = -E2BIG;
		return &sheet->sections[KFG_SHEET_SECTIONS - 1];
	}
	s = &sheet->sections[sheet->n++];
	*s = *like;
	s->cells = NULL;
	s->note = NULL;
	s->n_rows = s->capacity = s->more = 0;
	return s;
}

struct kfg_cell *kfg_sheet_row(struct kfg_sheet *sheet, struct kfg_section *section)
{
	struct kfg_cell *row;

	if (sheet->error)
		return NULL;
	if (section->n_rows == section->capacity) {
		size_t capacity = section->capacity ? 2 * section->capacity : 16;
		void *cells = reallocarray(section->cells, capacity * section->n_columns, sizeof(*section->cells));

		if (!cells) {
			sheet->error = -ENOMEM;
			return NULL;
		}
		section->cells = cells;
		section->capacity = capacity;
	}
	row = section->cells + section->n_rows++ * section->n_columns;
	memset(row, 0, section->n_columns * sizeof(*row));
	return row;
}

void kfg_sheet_printf(struct kfg_sheet *sheet, char **text, const char *format, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, format);
	n = vasprintf(&s, format, ap);
	va_end(ap);
	if (n < 0) {
		sheet->error = -ENOMEM;
		return;
	}
	free(*text);
	*text = s;
}

void kfg_sheet_text(struct kfg_sheet *sheet, struct kfg_cell *cell, const char *text)
{
	if (!text[0])
		return;
	kfg_sheet_printf(sheet, &cell->text, "%s", text);
	if (cell->text)
		cell->kind = KFG_CELL_TEXT;
}

void kfg_sheet_number(struct kfg_cell *cell, int64_t number)
{
	cell->kind = KFG_CELL_NUMBER;
	cell->number = number;
}

void kfg_sheet_done(struct kfg_sheet *sheet)
{
	for (size_t i = 0; i < sheet->n; i++) {
		struct kfg_section *s = &sheet->sections[i];

		for (size_t c = 0; c < s->n_rows * s->n_columns; c++)
			free(s->cells[c].text);
		free(s->cells);
		free(s->note);
	}
	for (size_t i = 0; i < sheet->n_figures; i++)
		free(sheet->figures[i].text);
	free(sheet->title);
	free(sheet->summary);
	*sheet = (struct kfg_sheet){ 0 };
}
