/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report_csv.c - RFC 4180, one row per object, use, and kernel. */
#include "render/escape.h"
#include "analysis/report/report_text.h"

#include <stdio.h>
#include <string.h>

const char *const kfg_report_csv_columns[KFG_REPORT_CSV_COLUMNS] = {
	"state",    "object",	   "kernel",  "kind",	 "name",   "module", "binding",
	"fit",	    "reach",	   "fails",   "verdict", "reason", "rule",   "waiver",
	"deadline", "replacement", "program", "type",	 "file",   "line",   "detail",
};

static void cell(const char *text, struct kfg_strbuf *out)
{
	char clean[KFG_REPORT_CLEAN_MAX];

	if (out->size && out->data[out->size - 1] != '\n')
		kfg_strbuf_adds(out, ",");
	kfg_escape_csv(kfg_report_clean(text, clean), out);
}

static void number(unsigned value, struct kfg_strbuf *out)
{
	char text[16] = "";

	if (value)
		snprintf(text, sizeof(text), "%u", value);
	cell(text, out);
}

static void verdict(const struct kfg_report *report, const struct kfg_report_verdict *v, struct kfg_strbuf *out)
{
	char day[KFG_DAY_TEXT];

	cell(kfg_report_action_str(report, v), out);
	cell(v->reason == KFG_REASON_NONE ? "" : kfg_reason_str(v->reason), out);
	cell(v->rule, out);
	cell(v->waiver, out);
	cell(v->deadline == KFG_DAY_MAX ? "" : kfg_day_format(v->deadline, day), out);
}

static void row(const struct kfg_report *report, const struct kfg_report_object *o, const struct kfg_report_use *use,
		size_t kernel, struct kfg_strbuf *out)
{
	const struct kfg_report_cell *c = &use->cells[kernel];
	const struct kfg_report_call_site *site = use->n_sites ? &use->sites[0] : NULL;

	cell(kfg_report_state_str(c->state), out);
	cell(o->label, out);
	cell(kfg_report_kernel_name(report, kernel), out);
	cell(use->struct_ops ? "struct_ops" : "kfunc", out);
	cell(use->name, out);
	cell(c->module, out);
	cell(use->struct_ops ? "" : use->weak ? "weak" : "strong", out);
	cell(kfg_compat_str(c->compat), out);
	cell(kfg_reach_str(c->reach), out);
	cell(c->fails ? "yes" : "no", out);
	verdict(report, &c->verdict, out);
	cell(use->replacement, out);
	cell(site ? site->program : "", out);
	cell(site && site->type ? kfg_prog_type_str(site->type) : "", out);
	cell(site ? site->file : "", out);
	number(site ? site->line : 0, out);
	cell(c->detail, out);
	kfg_strbuf_adds(out, "\r\n");
}

/* An object without uses, or what no use accounts for; a problem, which has no kernel. */
static void plain_row(enum kfg_report_state state, const char *label, const char *kernel, const char *detail,
		      struct kfg_strbuf *out)
{
	cell(kfg_report_state_str(state), out);
	cell(label, out);
	cell(kernel, out);
	for (size_t i = 3; i < KFG_REPORT_CSV_COLUMNS - 1; i++)
		cell("", out);
	cell(detail, out);
	kfg_strbuf_adds(out, "\r\n");
}

static void object_rows(const struct kfg_report *report, const struct kfg_report_object *o, bool quiet,
			struct kfg_strbuf *out)
{
	/* an object that is ok has a row only where no kfunc has one */
	enum kfg_report_state least = quiet ? KFG_REPORT_WARNED : KFG_REPORT_OK + 1;

	for (size_t k = 0; k < report->n_kernels; k++) {
		for (size_t i = 0; i < o->n_uses; i++) {
			enum kfg_report_state state = o->uses[i].cells[k].state;

			if (!quiet || state >= KFG_REPORT_WARNED)
				row(report, o, &o->uses[i], k, out);
		}
		if (o->kernels[k].object_state >= least || (!quiet && !o->n_uses))
			plain_row(o->kernels[k].object_state, o->label, kfg_report_kernel_name(report, k),
				  o->kernels[k].object_reason, out);
	}
}

void kfg_report_csv(const struct kfg_report *report, bool quiet, struct kfg_strbuf *out)
{
	for (size_t i = 0; i < KFG_REPORT_CSV_COLUMNS; i++)
		kfg_strbuf_printf(out, "%s%s", i ? "," : "", kfg_report_csv_columns[i]);
	kfg_strbuf_adds(out, "\r\n");
	for (size_t i = 0; i < report->n_objects; i++)
		object_rows(report, &report->objects[i], quiet, out);
	for (size_t i = 0; i < report->n_problems; i++)
		plain_row(KFG_REPORT_UNCHECKED, report->problems[i].label, "", report->problems[i].why, out);
}
