/* SPDX-License-Identifier: GPL-2.0-or-later */
/* document_text.c - tables and bars for a terminal. */
#include "render/document.h"

#include "base/color.h"
#include <inttypes.h>
#include <string.h>

#define GAP 2u
#define BAR_MAX 40u

struct plain {
	const struct kfg_document_section *section;
	struct kfg_strbuf *out;
	size_t widths[KFG_DOCUMENT_COLUMNS];
	bool utf8;
};

/* Characters of a text, each taken to be one column wide. */
static size_t width(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

static const char *cell_text(const struct kfg_document_cell *cell, char *buf, size_t size)
{
	if (cell->kind != KFG_DOCUMENT_CELL_NUMBER)
		return cell->text ? cell->text : "";
	snprintf(buf, size, "%" PRId64, cell->number);
	return buf;
}

static void spaces(struct kfg_strbuf *out, size_t n)
{
	kfg_strbuf_printf(out, "%*s", (int)n, "");
}

static void add_cell(struct plain *p, size_t c, const char *text, bool right, enum kfg_color color)
{
	size_t w = width(text), all = p->widths[c];
	bool last = c + 1 == p->section->n_columns;

	if (right)
		spaces(p->out, all - w);
	kfg_color_add(p->out, color, text);
	if (!last)
		spaces(p->out, GAP + (right ? 0 : all - w));
}

static bool is_right(const struct kfg_document_section *s, size_t c)
{
	for (size_t r = 0; r < s->n_rows; r++)
		if (s->cells[r * s->n_columns + c].kind == KFG_DOCUMENT_CELL_TEXT)
			return false;
	return true;
}

/* Sets the widths of the columns; returns that of the table. */
static size_t measure(struct plain *p)
{
	const struct kfg_document_section *s = p->section;
	size_t sum = 0;

	for (size_t c = 0; c < s->n_columns; c++) {
		p->widths[c] = strlen(s->columns[c].title);
		for (size_t r = 0; r < s->n_rows; r++) {
			char buf[32];
			size_t w = width(cell_text(&s->cells[r * s->n_columns + c], buf, sizeof(buf)));

			if (w > p->widths[c])
				p->widths[c] = w;
		}
		sum += p->widths[c] + (c ? GAP : 0);
	}
	return sum;
}

static void end_line(struct kfg_strbuf *out)
{
	while (out->size && out->data[out->size - 1] == ' ')
		out->data[--out->size] = '\0';
	kfg_strbuf_adds(out, "\n");
}

/* Of a row that is overdue, the number that says so. */
static enum kfg_color cell_color(const struct kfg_document_section *s, size_t r, size_t c, const char *text)
{
	if (c + 1 == s->overdue_column && kfg_document_row_is_overdue(s, r))
		return KFG_COLOR_BAD;
	return kfg_color_of(text);
}

static void add_table(struct plain *p)
{
	const struct kfg_document_section *s = p->section;

	for (size_t c = 0; c < s->n_columns; c++)
		add_cell(p, c, s->columns[c].title, is_right(s, c), KFG_COLOR_TITLE);
	end_line(p->out);
	for (size_t r = 0; r < s->n_rows; r++) {
		for (size_t c = 0; c < s->n_columns; c++) {
			char buf[32];
			const char *text = cell_text(&s->cells[r * s->n_columns + c], buf, sizeof(buf));

			add_cell(p, c, text, is_right(s, c), cell_color(s, r, c, text));
		}
		end_line(p->out);
	}
}

/*
 * A table that is wider than the terminal: nothing is cut, each row is a block. Its first cell heads it; the others
 * follow with their titles, as many on a line as there is room for.
 */
static void add_blocks(struct plain *p, size_t columns)
{
	const struct kfg_document_section *s = p->section;

	for (size_t r = 0; r < s->n_rows; r++) {
		size_t at = 0;

		for (size_t c = 0; c < s->n_columns; c++) {
			const struct kfg_document_cell *cell = &s->cells[r * s->n_columns + c];
			char buf[32];
			const char *text = cell_text(cell, buf, sizeof(buf));
			size_t w = strlen(s->columns[c].title) + 2 + width(text);

			if (!c) {
				kfg_color_add(p->out, KFG_COLOR_TITLE, text);
				kfg_strbuf_adds(p->out, kfg_document_row_is_overdue(s, r) ? "   " : "");
				if (kfg_document_row_is_overdue(s, r))
					kfg_color_add(p->out, KFG_COLOR_BAD, "OVERDUE");
				kfg_strbuf_adds(p->out, "\n");
				continue;
			}
			if (!text[0])
				continue;
			if (at && at + 2 + w > columns) {
				kfg_strbuf_adds(p->out, "\n");
				at = 0;
			}
			kfg_strbuf_printf(p->out, "%s%s: ", at ? ", " : "    ", s->columns[c].title);
			kfg_color_add(p->out, cell_color(s, r, c, text), text);
			at += w + (at ? 2 : 4);
		}
		kfg_strbuf_adds(p->out, at ? "\n" : "");
	}
}

void kfg_document_section_fit(const struct kfg_document_section *section, size_t columns, struct kfg_strbuf *out)
{
	struct plain p = { .section = section, .out = out };

	if (columns && section->n_rows && measure(&p) > columns)
		add_blocks(&p, columns);
	else
		kfg_document_section_table(section, out);
}

static int64_t row_sum(const struct kfg_document_section *s, size_t r)
{
	int64_t sum = 0;

	for (size_t c = 1; c < s->n_columns; c++)
		sum += s->cells[r * s->n_columns + c].number;
	return sum;
}

/* A bar in eighths of a column. */
static void add_bar(struct kfg_strbuf *out, size_t eighths, bool utf8)
{
	static const char *const parts[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };

	if (!utf8)
		eighths = (eighths + 7) / 8 * 8;
	for (; eighths >= 8; eighths -= 8)
		kfg_strbuf_adds(out, utf8 ? "█" : "#");
	kfg_strbuf_adds(out, parts[eighths]);
}

/* What a row of the chart is made of, in words. */
static void add_parts(const struct kfg_document_section *s, size_t r, struct kfg_strbuf *out)
{
	bool any = false;

	for (size_t c = 1; c < s->n_columns; c++) {
		int64_t n = s->cells[r * s->n_columns + c].number;

		if (n)
			kfg_strbuf_printf(out, "%s%" PRId64 " %s", any ? ", " : "", n, s->columns[c].title);
		any |= n != 0;
	}
}

static void add_stack(struct plain *p)
{
	const struct kfg_document_section *s = p->section;
	int64_t most = 1;
	char buf[32];

	for (size_t r = 0; r < s->n_rows; r++)
		most = row_sum(s, r) > most ? row_sum(s, r) : most;
	for (size_t r = 0; r < s->n_rows; r++) {
		int64_t sum = row_sum(s, r);
		size_t eighths = ((uint64_t)sum * BAR_MAX * 8 + most - 1) / most, columns;

		kfg_strbuf_printf(p->out, "%s  ", cell_text(&s->cells[r * s->n_columns], buf, sizeof(buf)));
		add_bar(p->out, eighths, p->utf8);
		columns = (eighths + 7) / 8;
		spaces(p->out, BAR_MAX - columns + 2);
		add_parts(s, r, p->out);
		end_line(p->out);
	}
}

/* Sentences in lines. */
static void add_wrapped(struct kfg_strbuf *out, const char *text, size_t columns)
{
	size_t at = 0;

	for (size_t len; *text; text += len + strspn(text + len, " ")) {
		len = strcspn(text, " ");
		if (at && columns && at + 1 + len > columns) {
			kfg_strbuf_adds(out, "\n");
			at = 0;
		} else if (at) {
			kfg_strbuf_adds(out, " ");
			at++;
		}
		kfg_strbuf_add(out, text, len);
		at += len;
	}
	kfg_strbuf_adds(out, "\n");
}

/* The figures, a line each. */
static void add_figures(const struct kfg_document *doc, struct kfg_strbuf *out)
{
	size_t most = 0;

	for (size_t i = 0; i < doc->n_figures; i++)
		if (strlen(doc->figures[i].title) > most)
			most = strlen(doc->figures[i].title);
	for (size_t i = 0; i < doc->n_figures; i++) {
		const struct kfg_document_figure *f = &doc->figures[i];
		char number[32];

		kfg_strbuf_printf(out, "%s  %-*s  ", i ? "" : "\n", (int)most, f->title);
		if (!f->text)
			snprintf(number, sizeof(number), "%" PRId64, f->number);
		kfg_color_add(out, f->bad ? KFG_COLOR_BAD : KFG_COLOR_NONE, f->text ? f->text : number);
		kfg_strbuf_adds(out, "\n");
	}
}

void kfg_document_text(const struct kfg_document *doc, size_t columns, bool utf8, struct kfg_strbuf *out)
{
	add_wrapped(out, doc->summary, columns);
	add_figures(doc, out);
	for (size_t i = 0; i < doc->n; i++) {
		struct plain p = { .section = &doc->sections[i], .out = out, .utf8 = utf8 };
		bool fits;

		if (!p.section->n_rows && !p.section->empty)
			continue;
		kfg_strbuf_adds(out, "\n");
		kfg_color_add(out, KFG_COLOR_TITLE, p.section->title);
		kfg_strbuf_adds(out, "\n");
		fits = measure(&p) <= columns || !columns;
		if (!p.section->n_rows)
			kfg_strbuf_printf(out, "%s\n", p.section->empty);
		else if (p.section->chart == KFG_DOCUMENT_CHART_STACK)
			add_stack(&p);
		else if (fits)
			add_table(&p);
		else
			add_blocks(&p, columns);
		if (p.section->more)
			kfg_strbuf_printf(out, "... and %" PRIu64 " more\n", p.section->more);
		if (p.section->note)
			add_wrapped(out, p.section->note, columns);
	}
}
