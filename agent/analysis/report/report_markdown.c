/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report_markdown.c - GitHub flavoured Markdown: for a comment on a change, or a ticket. */
#include "render/escape.h"
#include "analysis/report/report_text.h"

static void add_text(const char *text, struct kfg_strbuf *out)
{
	char clean[KFG_REPORT_CLEAN_MAX];

	kfg_escape_markdown(kfg_report_clean(text, clean), out);
}

static const char *mark(enum kfg_report_state state)
{
	return state >= KFG_REPORT_REFUSED ? "**" : "";
}

static void matrix(const struct kfg_report *report, bool quiet, struct kfg_strbuf *out)
{
	kfg_strbuf_adds(out, "| object |");
	for (size_t k = 0; k < report->n_kernels; k++) {
		kfg_strbuf_adds(out, " ");
		add_text(kfg_report_kernel_name(report, k), out);
		kfg_strbuf_adds(out, " |");
	}
	kfg_strbuf_adds(out, "\n|---|");
	for (size_t k = 0; k < report->n_kernels; k++)
		kfg_strbuf_adds(out, "---|");
	kfg_strbuf_adds(out, "\n");
	for (size_t i = 0; i < report->n_objects; i++) {
		const struct kfg_report_object *o = &report->objects[i];

		if (o->state < KFG_REPORT_WARNED && (quiet || !o->n_uses))
			continue; /* those that ask for nothing are counted only */
		kfg_strbuf_adds(out, "| ");
		add_text(o->label, out);
		for (size_t k = 0; k < report->n_kernels; k++) {
			enum kfg_report_state state = o->kernels[k].state;

			kfg_strbuf_printf(out, " | %s%s%s", mark(state), kfg_report_state_str(state), mark(state));
		}
		kfg_strbuf_adds(out, " |\n");
	}
}

static void use_lines(const struct kfg_report *report, const struct kfg_report_use *use, struct kfg_strbuf *out)
{
	char text[KFG_REPORT_CLEAN_MAX];
	struct kfg_report_group group;
	size_t next = 0;

	kfg_strbuf_adds(out, "- ");
	add_text(kfg_report_use_name(report, use, text), out);
	kfg_strbuf_adds(out, ": ");
	add_text(kfg_report_use_kind(use, text), out);
	if (use->n_sites) {
		kfg_strbuf_adds(out, ", called at ");
		add_text(kfg_report_call_site_text(&use->sites[0], text), out);
		if (use->n_sites > 1)
			kfg_strbuf_printf(out, " and %zu more", use->n_sites - 1);
	}
	kfg_strbuf_adds(out, "\n");
	while (kfg_report_group(report, kfg_report_cell_of, use, &next, &group)) {
		kfg_strbuf_printf(out, "  - kernel %s: ", group.kernels);
		add_text(group.text, out);
		kfg_strbuf_adds(out, "\n");
	}
	if (!kfg_report_advice(use, text)[0])
		return;
	kfg_strbuf_adds(out, "  - ");
	add_text(text, out);
	kfg_strbuf_adds(out, "\n");
}

static void object_lines(const struct kfg_report *report, const struct kfg_report_object *o, struct kfg_strbuf *out)
{
	struct kfg_report_group group;
	size_t next = 0;

	if (o->state < KFG_REPORT_WARNED)
		return;
	kfg_strbuf_adds(out, "\n### ");
	add_text(o->label, out);
	kfg_strbuf_adds(out, "\n\n");
	while (kfg_report_group(report, kfg_report_compat_of, o, &next, &group)) {
		kfg_strbuf_printf(out, "- kernel %s: ", group.kernels);
		add_text(group.text, out);
		kfg_strbuf_adds(out, "\n");
	}
	for (size_t i = 0; i < o->n_uses; i++)
		if (o->uses[i].state >= KFG_REPORT_WARNED)
			use_lines(report, &o->uses[i], out);
}

void kfg_report_markdown(const struct kfg_report *report, bool quiet, struct kfg_strbuf *out)
{
	_cleanup_strbuf_ struct kfg_strbuf line = KFG_STRBUF(KFG_REPORT_CLEAN_MAX * 4);

	kfg_strbuf_adds(out, "## kfgate scan\n\n");
	kfg_report_summary_line(report, out);
	kfg_strbuf_adds(out, "\n\n");
	kfg_report_policy_line(report, &line);
	add_text(kfg_strbuf_text(&line), out);
	kfg_strbuf_adds(out, "\n\n");
	matrix(report, quiet, out);
	for (size_t i = 0; i < report->n_objects; i++)
		object_lines(report, &report->objects[i], out);
	if (report->n_problems)
		kfg_strbuf_adds(out, "\n### could not be checked\n\n");
	for (size_t i = 0; i < report->n_problems; i++) {
		kfg_strbuf_adds(out, "- ");
		add_text(report->problems[i].label, out);
		kfg_strbuf_adds(out, ": ");
		add_text(report->problems[i].why, out);
		kfg_strbuf_adds(out, "\n");
	}
}
