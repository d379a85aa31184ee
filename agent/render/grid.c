/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/grid.h"

#include "base/text.h"
#include "render/escape.h"
#include "policy/array.h"
#include <errno.h>
#include <string.h>

#define CELL_MAX 4096u

static char *clean_copy(const char *text)
{
	char buf[CELL_MAX];

	kfg_text_clean(text, strlen(text), buf, sizeof(buf));
	return strdup(buf);
}

void kfg_grid_add(struct kfg_grid *grid, const char *text)
{
	if (grid->error)
		return;
	if (kfg_array_grow(&grid->cells, &grid->room, grid->n_cells, sizeof(*grid->cells)) < 0) {
		grid->error = -ENOMEM;
		return;
	}
	grid->cells[grid->n_cells] = clean_copy(text);
	if (!grid->cells[grid->n_cells])
		grid->error = -ENOMEM;
	else
		grid->n_cells++;
}

void kfg_grid_done(struct kfg_grid *grid)
{
	for (size_t i = 0; i < grid->n_cells; i++)
		free(grid->cells[i]);
	free(grid->cells);
	grid->cells = NULL;
	grid->n_cells = grid->room = 0;
}

/* Columns of a terminal: characters, as long as nobody names a kfunc in a script with wide ones. */
static size_t width(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static void table_row(const struct kfg_grid *grid, const char *const *cells, const size_t *widths,
		      struct kfg_strbuf *out)
{
	size_t last = grid->n_columns;

	/* no blanks at the end of a line */
	while (last > 1 && !cells[last - 1][0])
		last--;
	for (size_t c = 0; c < last; c++) {
		kfg_strbuf_adds(out, cells[c]);
		if (c + 1 < last)
			kfg_strbuf_printf(out, "%*s", (int)(widths[c] - width(cells[c]) + 2), "");
	}
	kfg_strbuf_adds(out, "\n");
}

void kfg_grid_table(const struct kfg_grid *grid, struct kfg_strbuf *out)
{
	size_t widths[KFG_GRID_COLUMNS_MAX] = { 0 };

	for (size_t c = 0; c < grid->n_columns; c++)
		widths[c] = width(grid->columns[c]);
	for (size_t i = 0; i < grid->n_cells; i++)
		if (width(grid->cells[i]) > widths[i % grid->n_columns])
			widths[i % grid->n_columns] = width(grid->cells[i]);
	table_row(grid, grid->columns, widths, out);
	for (size_t i = 0; i + grid->n_columns <= grid->n_cells; i += grid->n_columns)
		table_row(grid, (const char *const *)grid->cells + i, widths, out);
}

static void csv_row(const struct kfg_grid *grid, const char *const *cells, struct kfg_strbuf *out)
{
	for (size_t c = 0; c < grid->n_columns; c++) {
		if (c)
			kfg_strbuf_adds(out, ",");
		kfg_escape_csv(cells[c], out);
	}
	kfg_strbuf_adds(out, "\r\n");
}

void kfg_grid_csv(const struct kfg_grid *grid, struct kfg_strbuf *out)
{
	csv_row(grid, grid->columns, out);
	for (size_t i = 0; i + grid->n_columns <= grid->n_cells; i += grid->n_columns)
		csv_row(grid, (const char *const *)grid->cells + i, out);
}

static void markdown_row(const struct kfg_grid *grid, const char *const *cells, struct kfg_strbuf *out)
{
	for (size_t c = 0; c < grid->n_columns; c++) {
		kfg_strbuf_adds(out, "| ");
		kfg_escape_markdown(cells[c], out);
		kfg_strbuf_adds(out, " ");
	}
	kfg_strbuf_adds(out, "|\n");
}

void kfg_grid_markdown(const struct kfg_grid *grid, struct kfg_strbuf *out)
{
	markdown_row(grid, grid->columns, out);
	for (size_t c = 0; c < grid->n_columns; c++)
		kfg_strbuf_adds(out, "|---");
	kfg_strbuf_adds(out, "|\n");
	for (size_t i = 0; i + grid->n_columns <= grid->n_cells; i += grid->n_columns)
		markdown_row(grid, (const char *const *)grid->cells + i, out);
}
