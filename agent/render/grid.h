/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * grid.h - a document of one table, filled cell by cell; shown as a table for people, as CSV (RFC 4180), Markdown or
 * HTML. Cells are copied and made fit for a terminal (base/text.h), whoever wrote them.
 */
#pragma once

#include "render/document.h"

struct kfg_grid {
	const char *title; /* of HTML; not owned, as the columns' titles */
	const char *const *columns;
	size_t n_columns;
	struct kfg_document doc; /* owned */
	struct kfg_document_column names[KFG_DOCUMENT_COLUMNS];
	struct kfg_document_section *section; /* of doc; NULL: not begun */
	struct kfg_document_cell *row; /* at hand */
	size_t n_cells;
};

/* The next cell, from left to right. Errors stick in doc. */
void kfg_grid_add(struct kfg_grid *grid, const char *text);
/* A sentence below the table, of Markdown and HTML alone; "": none. */
void kfg_grid_note(struct kfg_grid *grid, const char *text);
void kfg_grid_done(struct kfg_grid *grid);

/* The last column of the table is not cut and not padded; the others are as wide as their widest cell. */
void kfg_grid_table(struct kfg_grid *grid, struct kfg_strbuf *out);
/* The same for a terminal of that many columns, a block for each row where the table is wider; 0: the table. */
void kfg_grid_fit(struct kfg_grid *grid, size_t columns, struct kfg_strbuf *out);
void kfg_grid_csv(struct kfg_grid *grid, struct kfg_strbuf *out);
void kfg_grid_markdown(struct kfg_grid *grid, struct kfg_strbuf *out);
void kfg_grid_html(struct kfg_grid *grid, struct kfg_strbuf *out);
