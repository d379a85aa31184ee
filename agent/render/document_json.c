/* SPDX-License-Identifier: GPL-2.0-or-later */
/* document_json.c - kfgate-report(8) documents each member; they are added to, never changed. */
#include "base/json.h"
#include "render/document.h"

static void json_row(const struct kfg_document_section *s, const struct kfg_document_cell *row, struct kfg_json *j)
{
	kfg_json_object(j, NULL);
	for (size_t c = 0; c < s->n_columns; c++) {
		if (row[c].kind == KFG_DOCUMENT_CELL_NUMBER)
			kfg_json_int(j, s->columns[c].key, row[c].number);
		else
			kfg_json_string(j, s->columns[c].key, row[c].text);
	}
	kfg_json_object_end(j);
}

void kfg_document_json(const struct kfg_document *doc, struct kfg_strbuf *out)
{
	struct kfg_json j = { .out = out, .indent = true };

	kfg_json_object(&j, NULL);
	kfg_json_string(&j, "title", doc->title);
	kfg_json_string(&j, "version", KFG_VERSION);
	kfg_json_string(&j, "summary", doc->summary);
	kfg_json_object(&j, "figures");
	for (size_t i = 0; i < doc->n_figures; i++) {
		const struct kfg_document_figure *f = &doc->figures[i];

		if (f->text)
			kfg_json_string(&j, f->key, f->text);
		else
			kfg_json_int(&j, f->key, f->number);
	}
	kfg_json_object_end(&j);
	for (size_t i = 0; i < doc->n; i++) {
		const struct kfg_document_section *s = &doc->sections[i];

		kfg_json_object(&j, s->key);
		kfg_json_array(&j, "rows");
		for (size_t r = 0; r < s->n_rows; r++)
			json_row(s, s->cells + r * s->n_columns, &j);
		kfg_json_array_end(&j);
		kfg_json_uint(&j, "more", s->more);
		kfg_json_object_end(&j);
	}
	kfg_json_object_end(&j);
	kfg_strbuf_adds(out, "\n");
}
