/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report_json.c - kfgate-scan(8) documents each member; they are added to, never changed. */
#include "base/json.h"
#include "policy/why.h"
#include "analysis/report/report.h"

#define FORMAT_VERSION 1

static void json_policy(const struct kfg_report *report, struct kfg_json *j)
{
	char day[KFG_DAY_TEXT];

	kfg_json_string(j, "at", kfg_day_format(report->today, day));
	kfg_json_object(j, "policy");
	kfg_json_string(j, "name", report->policy);
	kfg_json_int(j, "serial", report->serial);
	kfg_json_string(j, "digest", report->digest);
	kfg_json_string(j, "mode", kfg_mode_str(report->mode));
	kfg_json_string(j, "source", report->policy_source);
	kfg_json_bool(j, "loader_known", report->loader_known);
	kfg_json_object_end(j);
}

static void json_kernels(const struct kfg_report *report, struct kfg_json *j)
{
	kfg_json_array(j, "kernels");
	for (size_t k = 0; k < report->n_kernels; k++) {
		const struct kfg_report_kernel *kernel = &report->kernels[k];

		kfg_json_object(j, NULL);
		kfg_json_string(j, "path", kernel->path);
		kfg_json_string(j, "release", kernel->release[0] ? kernel->release : NULL);
		kfg_json_string(j, "limits", kernel->limits[0] ? kernel->limits : NULL);
		kfg_json_object_end(j);
	}
	kfg_json_array_end(j);
}

static void json_verdict(const struct kfg_report *report, const struct kfg_report_verdict *v, struct kfg_json *j)
{
	char day[KFG_DAY_TEXT];

	kfg_json_object(j, "verdict");
	kfg_json_string(j, "action", kfg_report_action_str(report, v));
	kfg_json_string(j, "reason", v->reason == KFG_REASON_NONE ? NULL : kfg_reason_str(v->reason));
	kfg_json_string(j, "rule", v->rule);
	kfg_json_string(j, "waiver", v->waiver);
	kfg_json_string(j, "deadline", v->deadline == KFG_DAY_MAX ? NULL : kfg_day_format(v->deadline, day));
	kfg_json_string(j, "program", v->program);
	kfg_json_bool(j, "loader_decides", v->loader_decides);
	kfg_json_array(j, "depends_on");
	for (uint32_t bit = KFG_WHY_END >> 1; v->loader_decides && bit; bit >>= 1)
		if (v->depends & bit)
			kfg_json_string(j, NULL, kfg_why_str(bit));
	kfg_json_array_end(j);
	kfg_json_object_end(j);
}

static void json_cells(const struct kfg_report *report, const struct kfg_report_use *use, struct kfg_json *j)
{
	kfg_json_array(j, "kernels");
	for (size_t k = 0; k < report->n_kernels; k++) {
		const struct kfg_report_cell *cell = &use->cells[k];

		kfg_json_object(j, NULL);
		kfg_json_uint(j, "kernel", k);
		kfg_json_string(j, "state", kfg_report_state_str(cell->state));
		kfg_json_string(j, "fit", kfg_compat_str(cell->compat));
		kfg_json_string(j, "reach", kfg_reach_str(cell->reach));
		kfg_json_bool(j, "fails", cell->fails);
		kfg_json_string(j, "module", cell->module);
		kfg_json_string(j, "detail", cell->detail[0] ? cell->detail : NULL);
		if (!use->struct_ops)
			json_verdict(report, &cell->verdict, j);
		kfg_json_object_end(j);
	}
	kfg_json_array_end(j);
}

static void json_sites(const struct kfg_report *report, const struct kfg_report_use *use, struct kfg_json *j)
{
	kfg_json_array(j, "sites");
	for (size_t i = 0; i < use->n_sites; i++) {
		const struct kfg_report_call_site *s = &use->sites[i];

		kfg_json_object(j, NULL);
		kfg_json_string(j, "program", s->program[0] ? s->program : NULL);
		kfg_json_string(j, "type", s->type ? kfg_prog_type_str(s->type) : NULL);
		kfg_json_string(j, "function", s->function && s->function[0] ? s->function : NULL);
		kfg_json_string(j, "section", s->section && s->section[0] ? s->section : NULL);
		if (s->insn != UINT32_MAX)
			kfg_json_uint(j, "insn", s->insn);
		else
			kfg_json_null(j, "insn");
		kfg_json_string(j, "file", s->file);
		if (s->line)
			kfg_json_uint(j, "line", s->line);
		else
			kfg_json_null(j, "line");
		kfg_json_array(j, "reach");
		for (size_t k = 0; k < report->n_kernels; k++)
			kfg_json_string(j, NULL, kfg_reach_str(s->reach[k]));
		kfg_json_array_end(j);
		kfg_json_object_end(j);
	}
	kfg_json_array_end(j);
}

static void json_use(const struct kfg_report *report, const struct kfg_report_use *use, struct kfg_json *j)
{
	kfg_json_object(j, NULL);
	kfg_json_string(j, "name", use->name);
	if (use->struct_ops) {
		kfg_json_string(j, "map", use->symbol);
	} else {
		kfg_json_string(j, "symbol", use->symbol);
		kfg_json_bool(j, "weak", use->weak);
		kfg_json_bool(j, "address_taken", use->address_taken);
		kfg_json_string(j, "deprecated_in", use->deprecated_in);
		kfg_json_string(j, "removed_in", use->removed_in);
		kfg_json_string(j, "replacement", use->replacement);
		kfg_json_string(j, "replacement_in", use->replacement_in);
		kfg_json_string(j, "known_from", use->known_from);
		json_sites(report, use, j);
	}
	json_cells(report, use, j);
	kfg_json_object_end(j);
}

static void json_uses(const struct kfg_report *report, const struct kfg_report_object *o, bool struct_ops,
		      struct kfg_json *j)
{
	kfg_json_array(j, struct_ops ? "struct_ops" : "kfuncs");
	for (size_t i = 0; i < o->n_uses; i++)
		if (o->uses[i].struct_ops == struct_ops)
			json_use(report, &o->uses[i], j);
	kfg_json_array_end(j);
}

static void json_programs(const struct kfg_report_object *o, struct kfg_json *j)
{
	kfg_json_array(j, "programs");
	for (size_t i = 0; i < o->n_programs; i++) {
		const struct kfg_report_program *p = &o->programs[i];

		kfg_json_object(j, NULL);
		kfg_json_string(j, "name", p->name[0] ? p->name : NULL);
		kfg_json_string(j, "section", p->section[0] ? p->section : NULL);
		kfg_json_string(j, "type", p->type ? kfg_prog_type_str(p->type) : NULL);
		kfg_json_bool(j, "autoload", p->autoload);
		kfg_json_object_end(j);
	}
	kfg_json_array_end(j);
}

static void json_object(const struct kfg_report *report, const struct kfg_report_object *o, struct kfg_json *j)
{
	kfg_json_object(j, NULL);
	kfg_json_string(j, "label", o->label);
	kfg_json_string(j, "file", o->path);
	kfg_json_bool(j, "light_skeleton", o->light_skeleton);
	kfg_json_string(j, "license", o->license[0] ? o->license : NULL);
	kfg_json_string(j, "limits", o->limits[0] ? o->limits : NULL);
	kfg_json_string(j, "state", kfg_report_state_str(o->state));
	kfg_json_array(j, "kernels");
	for (size_t k = 0; k < report->n_kernels; k++) {
		kfg_json_object(j, NULL);
		kfg_json_uint(j, "kernel", k);
		kfg_json_string(j, "state", kfg_report_state_str(o->kernels[k].state));
		kfg_json_bool(j, "loads", o->kernels[k].loads);
		kfg_json_string(j, "reason", o->kernels[k].reason[0] ? o->kernels[k].reason : NULL);
		kfg_json_string(j, "object_reason",
				o->kernels[k].object_reason[0] ? o->kernels[k].object_reason : NULL);
		kfg_json_object_end(j);
	}
	kfg_json_array_end(j);
	json_programs(o, j);
	json_uses(report, o, false, j);
	json_uses(report, o, true, j);
	kfg_json_object_end(j);
}

void kfg_report_json(const struct kfg_report *report, bool quiet, struct kfg_strbuf *out)
{
	struct kfg_json j = { .out = out, .indent = true };

	kfg_json_object(&j, NULL);
	kfg_json_uint(&j, "version", FORMAT_VERSION);
	kfg_json_string(&j, "kfgate", KFG_VERSION);
	json_policy(report, &j);
	json_kernels(report, &j);
	kfg_json_array(&j, "objects");
	for (size_t i = 0; i < report->n_objects; i++)
		if (!quiet || report->objects[i].state >= KFG_REPORT_WARNED)
			json_object(report, &report->objects[i], &j);
	kfg_json_array_end(&j);
	kfg_json_array(&j, "problems");
	for (size_t i = 0; i < report->n_problems; i++) {
		kfg_json_object(&j, NULL);
		kfg_json_string(&j, "path", report->problems[i].label);
		kfg_json_string(&j, "why", report->problems[i].why);
		kfg_json_object_end(&j);
	}
	kfg_json_array_end(&j);
	kfg_json_object(&j, "summary");
	kfg_json_string(&j, "state", kfg_report_state_str(kfg_report_worst(report)));
	kfg_json_uint(&j, "files", report->n_files);
	kfg_json_uint(&j, "objects", report->n_objects);
	for (int state = KFG_REPORT_OK; state < KFG_REPORT_STATE_MAX; state++)
		kfg_json_uint(&j, kfg_report_state_str(state), kfg_report_count(report, state));
	kfg_json_uint(&j, "problems", report->n_problems);
	kfg_json_uint(&j, "findings_ignored", report->n_ignored);
	kfg_json_object_end(&j);
	kfg_json_object_end(&j);
	kfg_strbuf_adds(out, "\n");
}
