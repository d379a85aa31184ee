/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report_add.c - objects, and light skeletons, into a report. */
#include "analysis/report/report_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct adding {
	struct kfg_report *report;
	struct kfg_report_object *out;
	const struct kfg_object *object;
	const struct kfg_compat_report *const *reports;
	bool lost;
};

static const char *copy(struct adding *a, const char *text)
{
	return kfg_report_copy(a->report, text, &a->lost);
}

static void add_programs(struct adding *a)
{
	const struct kfg_object *o = a->object;

	a->out->programs = kfg_report_alloc(a->report, o->n_programs + 1, sizeof(*a->out->programs));
	if (!a->out->programs) {
		a->lost = true;
		return;
	}
	a->out->n_programs = o->n_programs;
	for (size_t i = 0; i < o->n_programs; i++)
		a->out->programs[i] = (struct kfg_report_program){
			.name = copy(a, o->programs[i].name),
			.section = copy(a, o->programs[i].section),
			.type = o->programs[i].type,
			.autoload = o->programs[i].autoload,
		};
}

/* Sites come many in a row from the same place: strings are copied when they change. */
static const char *copy_next(struct adding *a, const char *text, const char *before)
{
	return text && before && strcmp(text, before) == 0 ? before : copy(a, text);
}

static void add_sites(struct adding *a, size_t index, struct kfg_report_use *use)
{
	const struct kfg_object_use *from = &a->object->uses[index];
	size_t n_kernels = a->report->n_kernels;
	struct kfg_report_call_site none = { 0 };

	use->sites = kfg_report_alloc(a->report, from->n_sites + 1, sizeof(*use->sites));
	for (size_t i = 0; i < from->n_sites && use->sites; i++) {
		enum kfg_reach *reach = kfg_report_alloc(a->report, n_kernels, sizeof(*reach));
		const struct kfg_report_call_site *before = i ? &use->sites[i - 1] : &none;
		const struct kfg_call_site *site = &from->sites[i];
		bool known = site->program < a->out->n_programs;

		if (!reach)
			break;
		for (size_t k = 0; k < n_kernels; k++)
			reach[k] = a->reports[k]->sites[index][i];
		use->sites[i] = (struct kfg_report_call_site){
			.program = known ? a->out->programs[site->program].name : "",
			.type = known ? a->out->programs[site->program].type : 0,
			.function = copy_next(a, site->function, before->function),
			.section = copy_next(a, site->section, before->section),
			.file = copy_next(a, site->file, before->file),
			.line = site->line,
			.insn = site->insn,
			.reach = reach,
		};
		use->n_sites++;
	}
	a->lost |= use->n_sites != from->n_sites;
}

static const char *copy_detail(struct adding *a, const struct kfg_report_use *use, size_t kernel, const char *detail)
{
	for (size_t k = 0; k < kernel; k++)
		if (strcmp(use->cells[k].detail, detail) == 0)
			return use->cells[k].detail;
	return copy(a, detail);
}

static void add_cell(struct adding *a, struct kfg_report_use *use, size_t kernel,
		     const struct kfg_compat_result *result)
{
	const char *module = result->kfunc ? result->kfunc->module : NULL;

	use->cells[kernel] = (struct kfg_report_cell){
		.compat = result->compat,
		.reach = result->reach,
		.fails = result->fails,
		.module = copy(a, module),
		.detail = copy_detail(a, use, kernel, result->detail),
		.verdict.deadline = KFG_DAY_MAX,
	};
	if (!use->cells[kernel].detail)
		use->cells[kernel].detail = "";
	if (!use->struct_ops && kfg_report_judge_use(a->report, use, kernel) < 0)
		a->lost = true;
}

static bool add_cells(struct adding *a, struct kfg_report_use *use)
{
	use->cells = kfg_report_alloc(a->report, a->report->n_kernels, sizeof(*use->cells));
	a->lost |= !use->cells;
	return use->cells != NULL;
}

static void add_kfunc(struct adding *a, size_t index, struct kfg_report_use *use)
{
	const struct kfg_object_use *from = &a->object->uses[index];

	use->name = copy(a, from->kfunc);
	use->symbol = copy(a, from->symbol);
	use->weak = from->weak;
	use->address_taken = from->address_taken;
	add_sites(a, index, use);
	for (size_t k = 0; k < a->report->n_kernels && !a->lost && (k || add_cells(a, use)); k++)
		add_cell(a, use, k, &a->reports[k]->uses[index]);
}

static void add_struct_ops(struct adding *a, size_t index, struct kfg_report_use *use)
{
	const struct kfg_object_struct_ops *from = &a->object->struct_ops[index];

	use->struct_ops = true;
	use->name = copy(a, from->type);
	use->symbol = copy(a, from->map);
	for (size_t k = 0; k < a->report->n_kernels && !a->lost && (k || add_cells(a, use)); k++)
		add_cell(a, use, k, &a->reports[k]->struct_ops[index]);
}

static int add_uses(struct adding *a)
{
	const struct kfg_object *o = a->object;

	a->out->uses = kfg_report_alloc(a->report, o->n_uses + o->n_struct_ops + 1, sizeof(*a->out->uses));
	if (!a->out->uses)
		return -ENOMEM;
	for (size_t i = 0; i < o->n_uses; i++)
		add_kfunc(a, i, &a->out->uses[a->out->n_uses++]);
	for (size_t i = 0; i < o->n_struct_ops; i++)
		add_struct_ops(a, i, &a->out->uses[a->out->n_uses++]);
	return a->lost ? -ENOMEM : 0;
}

int kfg_report_add_object(struct kfg_report *report, const char *path, const struct kfg_object *object,
			  const struct kfg_compat_report *const *reports)
{
	struct adding a = {
		.report = report, .object = object, .reports = reports, .out = kfg_report_next_object(report)
	};

	if (!a.out)
		return -ENOMEM;
	a.out->label = copy(&a, object->label);
	a.out->path = copy(&a, path);
	a.out->license = copy(&a, object->license);
	a.out->limits = copy(&a, object->limits);
	add_programs(&a);
	if (a.lost || add_uses(&a) < 0)
		return -ENOMEM;
	return kfg_report_commit_object(report, reports);
}

static void light_absent(const struct kfg_report_use *use, const struct kfg_kernel *k, struct kfg_compat_result *result)
{
	const struct kfg_btf *btf;
	const char *module, *text = "not in this kernel";
	struct kfg_kernel_facts facts;
	bool there = kfg_kernel_func_find(k, use->name, &btf, &module) != 0;

	kfg_kernel_facts(k, &facts);
	result->compat = KFG_COMPAT_MISSING;
	if (there && !facts.sets_known) {
		result->compat = KFG_COMPAT_UNCHECKED;
		text = "a function of that name is there; BTF alone does not tell whether it is a kfunc";
	} else if (there) {
		result->compat = KFG_COMPAT_NOT_KFUNC;
		text = "a function of that name is there, but it is no kfunc";
	} else if (use->weak) {
		result->compat = KFG_COMPAT_UNCHECKED;
		text = "not in this kernel; the skeleton asks for it as weak, and its guards were not looked at";
	}
	result->fails = result->compat != KFG_COMPAT_UNCHECKED;
	snprintf(result->detail, sizeof(result->detail), "%s", text);
}

/* A kfunc of a light skeleton on a kernel: by its name alone. */
static void light_cell(struct adding *a, struct kfg_report_use *use, size_t kernel, const struct kfg_kernel *k)
{
	const struct kfg_kfunc *kfunc = kfg_kernel_kfunc_find(k, use->name);
	struct kfg_compat_result result = { .compat = KFG_COMPAT_OK, .reach = KFG_REACH_LIVE, .kfunc = kfunc };

	if (!kfunc)
		light_absent(use, k, &result);
	add_cell(a, use, kernel, &result);
}

static bool same_use(const struct kfg_report_use *use, const struct kfg_light_skeleton_call *call)
{
	return strcmp(use->name, call->kfunc) == 0 && use->weak == call->weak;
}

/* The use that a call belongs to; a new one if need be. */
static struct kfg_report_use *light_use(struct adding *a, const struct kfg_light_skeleton *light_skeleton, size_t call)
{
	struct kfg_report_object *o = a->out;
	struct kfg_report_use *use;
	size_t n = 0;

	for (size_t i = 0; i < o->n_uses; i++)
		if (same_use(&o->uses[i], &light_skeleton->calls[call]))
			return &o->uses[i];
	use = &o->uses[o->n_uses];
	for (size_t i = call; i < light_skeleton->n_calls; i++)
		n += light_skeleton->calls[i].weak == light_skeleton->calls[call].weak &&
		     strcmp(light_skeleton->calls[i].kfunc, light_skeleton->calls[call].kfunc) == 0;
	use->name = use->symbol = copy(a, light_skeleton->calls[call].kfunc);
	use->weak = light_skeleton->calls[call].weak;
	use->sites = kfg_report_alloc(a->report, n, sizeof(*use->sites));
	if (!use->sites || !use->name)
		return NULL;
	o->n_uses++;
	return use;
}

static int light_call(struct adding *a, const struct kfg_light_skeleton *light_skeleton, size_t index)
{
	const struct kfg_light_skeleton_call *call = &light_skeleton->calls[index];
	enum kfg_reach *reach = kfg_report_alloc(a->report, a->report->n_kernels, sizeof(*reach));
	struct kfg_report_use *use = light_use(a, light_skeleton, index);
	bool known = call->program < a->out->n_programs;

	if (!use || !reach)
		return -ENOMEM;
	for (size_t k = 0; k < a->report->n_kernels; k++)
		reach[k] = KFG_REACH_LIVE;
	use->sites[use->n_sites++] = (struct kfg_report_call_site){
		.program = known ? a->out->programs[call->program].name : "",
		.type = known ? a->out->programs[call->program].type : 0,
		.function = "",
		.section = "",
		.insn = call->insn,
		.reach = reach,
	};
	return 0;
}

static int light_programs(struct adding *a, const struct kfg_light_skeleton *light_skeleton)
{
	a->out->programs = kfg_report_alloc(a->report, light_skeleton->n_programs + 1, sizeof(*a->out->programs));
	if (!a->out->programs)
		return -ENOMEM;
	a->out->n_programs = light_skeleton->n_programs;
	for (size_t i = 0; i < light_skeleton->n_programs; i++)
		a->out->programs[i] = (struct kfg_report_program){
			.name = copy(a, light_skeleton->programs[i].name),
			.section = "",
			.type = light_skeleton->programs[i].type,
			.autoload = true,
		};
	return a->lost ? -ENOMEM : 0;
}

int kfg_report_add_light_skeleton(struct kfg_report *report, const char *path, const char *label,
				  const struct kfg_light_skeleton *light_skeleton,
				  const struct kfg_kernel *const *kernels)
{
	struct adding a = { .report = report, .out = kfg_report_next_object(report) };
	int r;

	if (!a.out)
		return -ENOMEM;
	a.out->label = copy(&a, label);
	a.out->path = copy(&a, path);
	a.out->license = "";
	a.out->light_skeleton = true;
	a.out->limits = light_skeleton->n_calls ? copy(&a, light_skeleton->limits) : "";
	a.out->uses = kfg_report_alloc(report, light_skeleton->n_calls + 1, sizeof(*a.out->uses));
	r = a.out->uses && !a.lost ? light_programs(&a, light_skeleton) : -ENOMEM;
	for (size_t i = 0; i < light_skeleton->n_calls && r == 0; i++)
		r = light_call(&a, light_skeleton, i);
	for (size_t i = 0; i < a.out->n_uses && r == 0; i++)
		for (size_t k = 0; k < report->n_kernels && !a.lost && (k || add_cells(&a, &a.out->uses[i])); k++)
			light_cell(&a, &a.out->uses[i], k, kernels[k]);
	return r < 0 || a.lost ? -ENOMEM : kfg_report_commit_object(report, NULL);
}
