/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * document_html.c - one page: tables, and a chart as inline SVG whose numbers also stand in a table. No script, nothing
 * from elsewhere; the page itself forbids both (Content-Security-Policy). Colours follow the reader's light or dark
 * scheme, and tell nothing that words do not tell, too.
 */
#include "render/document.h"

#include <inttypes.h>
#include <string.h>

#define CHART_WIDTH 960
#define CHART_HEIGHT 240
#define CHART_LEFT 64
#define CHART_BOTTOM 24
#define TICKS 4
#define LABELS 8

static const char head[] =
	"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	"<meta name=\"color-scheme\" content=\"light dark\">\n";

static const char style[] =
	"<style>\n"
	":root { --text: #1d2126; --back: #ffffff; --line: #d0d5db; --faint: #59616b; --stripe: #f4f6f8;\n"
	"  --s1: #c0262d; --s2: #d9730d; --s3: #b8960b; --s4: #2b6cb0; --s5: #6b7280; }\n"
	"@media (prefers-color-scheme: dark) {\n"
	":root { --text: #e3e7ec; --back: #14171a; --line: #3a4048; --faint: #9aa3ad; --stripe: #1c2025;\n"
	"  --s1: #f0666c; --s2: #f0a050; --s3: #e0c84a; --s4: #6aa9e8; --s5: #9aa3ad; } }\n"
	"body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back);\n"
	"  margin: 0 auto; padding: 1.5rem; max-width: 90rem; }\n"
	"h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }\n"
	".scroll { overflow-x: auto; } .scroll:focus-visible { outline: 2px solid var(--s4); }\n"
	"table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }\n"
	"th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line);\n"
	"  vertical-align: top; white-space: nowrap; }\n"
	"th { color: var(--faint); font-weight: 600; }\n"
	"td.n, th.n { text-align: right; }\n"
	"tbody tr:nth-child(even) { background: var(--stripe); }\n"
	"svg { width: 100%; height: auto; } svg text { fill: var(--faint); font-size: 12px; }\n"
	"svg .grid { stroke: var(--line); }\n"
	".s1 { fill: var(--s1); } .s2 { fill: var(--s2); } .s3 { fill: var(--s3); }\n"
	".s4 { fill: var(--s4); } .s5 { fill: var(--s5); }\n"
	".legend { display: flex; flex-wrap: wrap; gap: 1rem; padding: 0; list-style: none; }\n"
	".legend svg { width: .8rem; height: .8rem; vertical-align: -.05rem; }\n"
	".note, footer { color: var(--faint); }\n"
	".figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 1rem;\n"
	"  margin: 1.5rem 0; }\n"
	".figures div { border: 1px solid var(--line); border-radius: .4rem; padding: .6rem .9rem; }\n"
	".figures dt { color: var(--faint); } .figures dd { margin: 0; font-size: 1.35rem; font-weight: 600;\n"
	"  overflow-wrap: anywhere; }\n"
	".figures .bad { border-color: var(--s1); } .figures .bad dd { color: var(--s1); }\n"
	"tr.late td { color: var(--s1); font-weight: 600; }\n"
	/* a phone: the chart scrolls rather than shrinks, and rows become blocks with the title before each cell */
	"@media (max-width: 40rem) {\n"
	"body { padding: .75rem; } .chart { overflow-x: auto; } .chart > svg { width: 44rem; max-width: none; }\n"
	"thead { display: none; } table, tbody, tr, td { display: block; }\n"
	"tr { padding: .4rem 0; border-bottom: 1px solid var(--line); }\n"
	"td, td.n { border: 0; padding: .05rem 0; text-align: left; white-space: normal; overflow-wrap: anywhere; }\n"
	"td::before { content: attr(data-title) \": \"; color: var(--faint); font-weight: 400; }\n"
	"td:empty { display: none; } }\n"
	/* paper: no column is lost at the edge, no row is split, and the numbers of the chart are there */
	"@media print {\n"
	"@page { size: landscape; margin: 12mm; }\n"
	":root { --text: #000; --back: #fff; --line: #bbb; --faint: #444; --stripe: #fff; }\n"
	"body { font-size: 10px; max-width: none; padding: 0; } .scroll { overflow: visible; }\n"
	"table { width: 100%; font-size: 9px; }\n"
	"th, td { white-space: normal; overflow-wrap: anywhere; padding-right: .4rem; }\n"
	"tr, .figures div, svg { break-inside: avoid; } h2 { break-after: avoid; }\n"
	"thead { display: table-header-group; }\n"
	"}\n"
	"</style>\n";

static void escaped(const char *text, struct kfg_strbuf *out)
{
	for (; *text; text++) {
		switch (*text) {
		case '<':
			kfg_strbuf_adds(out, "&lt;");
			break;
		case '>':
			kfg_strbuf_adds(out, "&gt;");
			break;
		case '&':
			kfg_strbuf_adds(out, "&amp;");
			break;
		case '"':
			kfg_strbuf_adds(out, "&quot;");
			break;
		case '\'':
			kfg_strbuf_adds(out, "&#39;");
			break;
		default:
			kfg_strbuf_add(out, text, 1);
		}
	}
}

static void element(struct kfg_strbuf *out, const char *name, const char *text)
{
	kfg_strbuf_printf(out, "<%s>", name);
	escaped(text, out);
	kfg_strbuf_printf(out, "</%s>\n", name);
}

static bool numbers(const struct kfg_document_section *s, size_t c)
{
	for (size_t r = 0; r < s->n_rows; r++)
		if (s->cells[r * s->n_columns + c].kind == KFG_DOCUMENT_CELL_TEXT)
			return false;
	return true;
}

static void add_cell(const struct kfg_document_cell *cell, const char *title, struct kfg_strbuf *out)
{
	if (cell->kind == KFG_DOCUMENT_CELL_NUMBER) {
		kfg_strbuf_printf(out, "<td class=\"n\" data-title=\"%s\">%" PRId64 "</td>", title, cell->number);
		return;
	}
	kfg_strbuf_printf(out, "<td data-title=\"%s\">", title);
	escaped(cell->text ? cell->text : "", out);
	kfg_strbuf_adds(out, "</td>");
}

static void add_table(const struct kfg_document_section *s, struct kfg_strbuf *out)
{
	kfg_strbuf_printf(out,
			  "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\">\n"
			  "<table>\n<thead><tr>",
			  s->title);
	for (size_t c = 0; c < s->n_columns; c++)
		kfg_strbuf_printf(out, "<th scope=\"col\"%s>%s</th>", numbers(s, c) ? " class=\"n\"" : "",
				  s->columns[c].title);
	kfg_strbuf_adds(out, "</tr></thead>\n<tbody>\n");
	for (size_t r = 0; r < s->n_rows; r++) {
		kfg_strbuf_adds(out, kfg_document_row_is_overdue(s, r) ? "<tr class=\"late\">" : "<tr>");
		for (size_t c = 0; c < s->n_columns; c++)
			add_cell(&s->cells[r * s->n_columns + c], s->columns[c].title, out);
		kfg_strbuf_adds(out, "</tr>\n");
	}
	kfg_strbuf_adds(out, "</tbody>\n</table>\n</div>\n");
}

static int64_t value(const struct kfg_document_section *s, size_t r, size_t c)
{
	return s->cells[r * s->n_columns + c].number;
}

/* The largest sum of a row, rounded up to a number of which TICKS parts read well. */
static int64_t chart_top(const struct kfg_document_section *s)
{
	int64_t most = TICKS, top = TICKS;

	for (size_t r = 0; r < s->n_rows; r++) {
		int64_t sum = 0;

		for (size_t c = 1; c < s->n_columns; c++)
			sum += value(s, r, c);
		most = sum > most ? sum : most;
	}
	while (top < most) {
		static const int factors[] = { 2, 5, 10 };
		size_t i = 0;

		while (i < 2 && top * factors[i] < most)
			i++;
		top *= factors[i];
	}
	return top;
}

static void add_grid(const struct kfg_document_section *s, int64_t top, struct kfg_strbuf *out)
{
	const double plot = CHART_HEIGHT - CHART_BOTTOM - 8;
	double step = (double)(CHART_WIDTH - CHART_LEFT) / s->n_rows;
	size_t every = (s->n_rows + LABELS - 1) / LABELS;

	for (int i = 0; i <= TICKS; i++) {
		double y = CHART_HEIGHT - CHART_BOTTOM - plot * i / TICKS;

		kfg_strbuf_printf(out,
				  "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
				  "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%" PRId64 "</text>\n",
				  CHART_LEFT, CHART_WIDTH, y, y, CHART_LEFT - 8, y + 4, top * i / TICKS);
	}
	for (size_t r = 0; r < s->n_rows; r += every) {
		kfg_strbuf_printf(out, "<text x=\"%.1f\" y=\"%d\">", CHART_LEFT + step * r, CHART_HEIGHT - 6);
		escaped(s->cells[r * s->n_columns].text ? s->cells[r * s->n_columns].text : "", out);
		kfg_strbuf_adds(out, "</text>\n");
	}
}

/* One column of the chart, its parts on top of each other. */
static void add_column(const struct kfg_document_section *s, size_t r, int64_t top, struct kfg_strbuf *out)
{
	const double plot = CHART_HEIGHT - CHART_BOTTOM - 8;
	double step = (double)(CHART_WIDTH - CHART_LEFT) / s->n_rows, y = CHART_HEIGHT - CHART_BOTTOM;

	kfg_strbuf_adds(out, "<g><title>");
	escaped(s->cells[r * s->n_columns].text ? s->cells[r * s->n_columns].text : "", out);
	for (size_t c = 1; c < s->n_columns; c++)
		if (value(s, r, c))
			kfg_strbuf_printf(out, ", %" PRId64 " %s", value(s, r, c), s->columns[c].title);
	kfg_strbuf_adds(out, "</title>");
	for (size_t c = 1; c < s->n_columns; c++) {
		double h = plot * value(s, r, c) / top;

		if (!value(s, r, c))
			continue;
		y -= h;
		kfg_strbuf_printf(out, "<rect class=\"s%zu\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>", c,
				  CHART_LEFT + step * r + step * 0.1, y, step * 0.8, h < 1 ? 1 : h);
	}
	kfg_strbuf_adds(out, "</g>\n");
}

static void add_chart(const struct kfg_document_section *s, struct kfg_strbuf *out)
{
	int64_t top = chart_top(s);

	kfg_strbuf_printf(out,
			  "<div class=\"chart\">"
			  "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s; the numbers are in the "
			  "table below\">\n",
			  CHART_WIDTH, CHART_HEIGHT, s->title);
	add_grid(s, top, out);
	for (size_t r = 0; r < s->n_rows; r++)
		add_column(s, r, top, out);
	kfg_strbuf_adds(out, "</svg></div>\n<ul class=\"legend\">\n");
	for (size_t c = 1; c < s->n_columns; c++)
		kfg_strbuf_printf(out,
				  "<li><svg viewBox=\"0 0 10 10\" aria-hidden=\"true\"><rect class=\"s%zu\" "
				  "width=\"10\" height=\"10\"/></svg> %s</li>\n",
				  c, s->columns[c].title);
	kfg_strbuf_adds(out, "</ul>\n<details><summary>Numbers</summary>\n");
	add_table(s, out);
	kfg_strbuf_adds(out, "</details>\n");
}

static void add_section(const struct kfg_document_section *s, struct kfg_strbuf *out)
{
	if (!s->n_rows && !s->empty)
		return;
	kfg_strbuf_printf(out, "<section id=\"%s\">\n", s->key);
	element(out, "h2", s->title);
	if (!s->n_rows)
		element(out, "p", s->empty);
	else if (s->chart == KFG_DOCUMENT_CHART_STACK)
		add_chart(s, out);
	else
		add_table(s, out);
	if (s->more)
		kfg_strbuf_printf(out, "<p class=\"note\">... and %" PRIu64 " more.</p>\n", s->more);
	if (s->note) {
		kfg_strbuf_adds(out, "<p class=\"note\">");
		escaped(s->note, out);
		kfg_strbuf_adds(out, "</p>\n");
	}
	kfg_strbuf_adds(out, "</section>\n");
}

static void add_figures(const struct kfg_document *doc, struct kfg_strbuf *out)
{
	if (!doc->n_figures)
		return;
	kfg_strbuf_adds(out, "<dl class=\"figures\">\n");
	for (size_t i = 0; i < doc->n_figures; i++) {
		const struct kfg_document_figure *f = &doc->figures[i];

		kfg_strbuf_printf(out, "<div%s><dt>%s</dt><dd>", f->bad ? " class=\"bad\"" : "", f->title);
		if (f->text)
			escaped(f->text, out);
		else
			kfg_strbuf_printf(out, "%" PRId64, f->number);
		kfg_strbuf_adds(out, "</dd></div>\n");
	}
	kfg_strbuf_adds(out, "</dl>\n");
}

void kfg_document_html(const struct kfg_document *doc, struct kfg_strbuf *out)
{
	kfg_strbuf_adds(out, head);
	element(out, "title", doc->title);
	kfg_strbuf_adds(out, style);
	kfg_strbuf_adds(out, "</head>\n<body>\n<main>\n");
	element(out, "h1", doc->title);
	add_figures(doc, out);
	if (doc->summary)
		element(out, "p", doc->summary);
	for (size_t i = 0; i < doc->n; i++)
		add_section(&doc->sections[i], out);
	kfg_strbuf_adds(out, "</main>\n</body>\n</html>\n");
}
