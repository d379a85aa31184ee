/* SPDX-License-Identifier: GPL-2.0-or-later */
/* document_table.c - one section of a document as lines of columns, for people, and as CSV (RFC 4180). */
#include "render/document.h"

#include "base/color.h"
#include "render/escape.h"
#include <inttypes.h>
#include <stdio.h>

#define NUMBER_SIZE 24u

/* What stands in a cell; buf is its memory. */
static const char *cell_text(const struct kfg_document_cell *cell, char buf[static NUMBER_SIZE])
{
	if (cell->kind != KFG_DOCUMENT_CELL_NUMBER)
		return cell->text ? cell->text : "";
	snprintf(buf, NUMBER_SIZE, "%" PRId64, cell->number);
	return buf;
}

/* Columns of a terminal: characters, as long as nobody names a kfunc in a script with wide ones. */
static size_t width(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

/* The text in column c of a row; row NULL: the titles. */
static const char *text_of(const struct kfg_document_section *s, const struct kfg_document_cell *row, size_t c,
			   char buf[static NUMBER_SIZE])
{
	return row ? cell_text(&row[c], buf) : s->columns[c].title;
}

static void table_row(const struct kfg_document_section *s, const struct kfg_document_cell *row, const size_t *widths,
		      struct kfg_strbuf *out)
{
	size_t last = s->n_columns;
	char buf[NUMBER_SIZE];

	/* no blanks at the end of a line */
	while (last > 1 && !text_of(s, row, last - 1, buf)[0])
		last--;
	for (size_t c = 0; c < last; c++) {
		const char *text = text_of(s, row, c, buf);

		kfg_color_add(out, row ? kfg_color_of(text) : KFG_COLOR_TITLE, text);
		if (c + 1 < last)
			kfg_strbuf_printf(out, "%*s", (int)(widths[c] - width(text) + 2), "");
	}
	kfg_strbuf_adds(out, "\n");
}

void kfg_document_section_table(const struct kfg_document_section *s, struct kfg_strbuf *out)
{
	size_t widths[KFG_DOCUMENT_COLUMNS];
	char buf[NUMBER_SIZE];

	for (size_t c = 0; c < s->n_columns; c++) {
		widths[c] = width(s->columns[c].title);
		for (size_t r = 0; r < s->n_rows; r++) {
			size_t n = width(cell_text(&s->cells[r * s->n_columns + c], buf));

			widths[c] = n > widths[c] ? n : widths[c];
		}
	}
	table_row(s, NULL, widths, out);
	for (size_t r = 0; r < s->n_rows; r++)
		table_row(s, s->cells + r * s->n_columns, widths, out);
}

static void csv_row(const struct kfg_document_section *s, const struct kfg_document_cell *row, struct kfg_strbuf *out)
{
	char buf[NUMBER_SIZE];

	for (size_t c = 0; c < s->n_columns; c++) {
		if (c)
			kfg_strbuf_adds(out, ",");
		kfg_escape_csv(text_of(s, row, c, buf), out);
	}
	kfg_strbuf_adds(out, "\r\n");
}

void kfg_document_section_csv(const struct kfg_document_section *s, struct kfg_strbuf *out)
{
	csv_row(s, NULL, out);
	for (size_t r = 0; r < s->n_rows; r++)
		csv_row(s, s->cells + r * s->n_columns, out);
}
