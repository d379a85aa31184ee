/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * document.h - a report as data: sections with a table each, and its renderings. Texts may be anything that is clean
 * (base/text.h); each rendering escapes what its format gives a meaning.
 */
#pragma once

#include "base/strbuf.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KFG_DOCUMENT_SECTIONS 8u
#define KFG_DOCUMENT_COLUMNS 12u
#define KFG_DOCUMENT_FIGURES 8u

enum kfg_document_cell_kind { KFG_DOCUMENT_CELL_EMPTY, KFG_DOCUMENT_CELL_TEXT, KFG_DOCUMENT_CELL_NUMBER };

struct kfg_document_cell {
	enum kfg_document_cell_kind kind;
	char *text; /* owned */
	int64_t number;
};

/* One of the numbers that say it all, before any table. */
struct kfg_document_figure {
	const char *key; /* of JSON */
	const char *title;
	int64_t number;
	char *text; /* owned; NULL: the number says it */
	bool bad; /* somebody has to do something about it */
};

struct kfg_document_column {
	const char *key; /* of JSON */
	const char *title;
};

enum kfg_document_chart {
	KFG_DOCUMENT_CHART_NONE,
	KFG_DOCUMENT_CHART_STACK, /* rows in order of time: a label, then a number per series */
};

struct kfg_document_section {
	const char *key, *title;
	const char *empty; /* sentence that stands there without rows; NULL: such a section is left out of text */
	enum kfg_document_chart chart;
	const struct kfg_document_column *columns;
	size_t n_columns;
	struct kfg_document_cell *cells; /* owned; row by row */
	size_t n_rows, capacity;
	uint64_t more; /* rows that are not here */
	char *note; /* owned; a sentence below the table, or NULL */
	size_t overdue_column; /* plus 1: of the number that makes a row overdue when it is negative; 0: none */
};

struct kfg_document {
	char *title; /* owned; one line */
	char *summary; /* owned; one or more sentences, or NULL */
	struct kfg_document_figure figures[KFG_DOCUMENT_FIGURES];
	size_t n_figures;
	struct kfg_document_section sections[KFG_DOCUMENT_SECTIONS];
	size_t n;
	int error; /* what went wrong while it was filled: -ENOMEM, -E2BIG; sticks */
};

/* Adds a figure like `like`; its text, if it has one, is taken over. */
void kfg_document_add_figure(struct kfg_document *doc, const struct kfg_document_figure *like);
/* Whether a row is overdue. */
bool kfg_document_row_is_overdue(const struct kfg_document_section *section, size_t row);
/* Adds a section like `like`, of which cells, rows and note are not used. Never NULL. */
struct kfg_document_section *kfg_document_add_section(struct kfg_document *doc,
						      const struct kfg_document_section *like);
/* Adds a row of empty cells; NULL after a failure. Valid until the next row of the section. */
struct kfg_document_cell *kfg_document_add_row(struct kfg_document *doc, struct kfg_document_section *section);
void kfg_document_set_text(struct kfg_document *doc, struct kfg_document_cell *cell, const char *text); /* "": empty */
void kfg_document_printf(struct kfg_document *doc, char **text, const char *format, ...)
	__attribute__((format(printf, 3, 4))); /* replaces *text */
void kfg_document_set_number(struct kfg_document_cell *cell, int64_t number);
void kfg_document_done(struct kfg_document *doc);

/* For a terminal of `columns` columns, or one that has no UTF-8. */
void kfg_document_text(const struct kfg_document *doc, size_t columns, bool utf8, struct kfg_strbuf *out);
void kfg_document_json(const struct kfg_document *doc, struct kfg_strbuf *out);
void kfg_document_markdown(const struct kfg_document *doc, struct kfg_strbuf *out);
/* One page without scripts, and without anything from elsewhere. */
void kfg_document_html(const struct kfg_document *doc, struct kfg_strbuf *out);

/* The table of one section alone: columns for people, CSV (RFC 4180), Markdown. */
void kfg_document_section_table(const struct kfg_document_section *section, struct kfg_strbuf *out);
/* Of a terminal of that many columns: the table, or where it is wider a block for each row. 0: the table. */
void kfg_document_section_fit(const struct kfg_document_section *section, size_t columns, struct kfg_strbuf *out);
void kfg_document_section_csv(const struct kfg_document_section *section, struct kfg_strbuf *out);
void kfg_document_section_markdown(const struct kfg_document_section *section, struct kfg_strbuf *out);
