/* SPDX-License-Identifier: GPL-2.0-or-later */
/* grid.c - see grid.h. */
#include "render/grid.h"

#include "base/text.h"
#include <string.h>

#define CELL_MAX 4096u

/* The section, made when it is first asked for. */
static struct kfg_document_section *begin(struct kfg_grid *grid)
{
	struct kfg_document_section like = {
		.key = "rows",
		.title = grid->title ? grid->title : "",
		.empty = "Nothing.",
		.columns = grid->names,
		.n_columns = grid->n_columns,
	};

	for (size_t c = 0; !grid->section && c < grid->n_columns && c < KFG_DOCUMENT_COLUMNS; c++)
		grid->names[c] = (struct kfg_document_column){ .key = grid->columns[c], .title = grid->columns[c] };
	if (!grid->section)
		grid->section = kfg_document_add_section(&grid->doc, &like);
	return grid->section;
}

void kfg_grid_add(struct kfg_grid *grid, const char *text)
{
	struct kfg_document_section *section = begin(grid);
	char clean[CELL_MAX];

	if (grid->n_cells % grid->n_columns == 0)
		grid->row = kfg_document_add_row(&grid->doc, section);
	if (!grid->row)
		return;
	kfg_text_clean(text, strlen(text), clean, sizeof(clean));
	kfg_document_set_text(&grid->doc, &grid->row[grid->n_cells++ % grid->n_columns], clean);
}

void kfg_grid_note(struct kfg_grid *grid, const char *text)
{
	if (text[0])
		kfg_document_printf(&grid->doc, &begin(grid)->note, "%s", text);
}

void kfg_grid_done(struct kfg_grid *grid)
{
	kfg_document_done(&grid->doc);
	grid->section = NULL;
	grid->row = NULL;
	grid->n_cells = 0;
}

void kfg_grid_table(struct kfg_grid *grid, struct kfg_strbuf *out)
{
	kfg_document_section_table(begin(grid), out);
}

void kfg_grid_fit(struct kfg_grid *grid, size_t columns, struct kfg_strbuf *out)
{
	kfg_document_section_fit(begin(grid), columns, out);
}

void kfg_grid_csv(struct kfg_grid *grid, struct kfg_strbuf *out)
{
	kfg_document_section_csv(begin(grid), out);
}

void kfg_grid_markdown(struct kfg_grid *grid, struct kfg_strbuf *out)
{
	kfg_document_section_markdown(begin(grid), out);
}

void kfg_grid_html(struct kfg_grid *grid, struct kfg_strbuf *out)
{
	begin(grid);
	kfg_document_printf(&grid->doc, &grid->doc.title, "%s", grid->title ? grid->title : "kfgate");
	if (!grid->doc.error)
		kfg_document_html(&grid->doc, out);
}
