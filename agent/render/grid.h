/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * grid.h - rows of cells, shown as a table for people, as CSV (RFC 4180) or as a table of Markdown. Cells are copied
 * and made fit for a terminal (base/text.h), whoever wrote them.
 */
#pragma once

#include "base/strbuf.h"

#define KFG_GRID_COLUMNS_MAX 12u

struct kfg_grid {
	const char *const *columns; /* titles; not owned */
	size_t n_columns;
	char **cells; /* owned: n_columns for each row */
	size_t n_cells, room;
	int error; /* sticks: -ENOMEM */
};

/* The next cell, from left to right. */
void kfg_grid_add(struct kfg_grid *grid, const char *text);
void kfg_grid_done(struct kfg_grid *grid);

/* The last column of the table is not cut and not padded; the others are as wide as their widest cell. */
void kfg_grid_table(const struct kfg_grid *grid, struct kfg_strbuf *out);
void kfg_grid_csv(const struct kfg_grid *grid, struct kfg_strbuf *out);
void kfg_grid_markdown(const struct kfg_grid *grid, struct kfg_strbuf *out);
