/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compat.c - an object held against a kernel: resolve, follow the flow, decide about each use and each struct_ops map.
 */
#include "analysis/scan/compat.h"

#include "analysis/scan/kconfig.h"
#include "analysis/scan/type_compat.h"

#include "base/cleanup.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum kfg_reach reach_of(const struct kfg_compat_flows *flows, uint32_t place)
{
	if (kfg_flow_reached(&flows->by_default, place))
		return KFG_REACH_LIVE;
	return flows->any.reached && kfg_flow_reached(&flows->any, place) ? KFG_REACH_LOADER : KFG_REACH_NEVER;
}

/* Returns 0 or -ENOMEM. */
static int make_results(const struct kfg_object *object, struct kfg_compat_report *report)
{
	report->uses = calloc(object->n_uses + 1, sizeof(*report->uses));
	report->struct_ops = calloc(object->n_struct_ops + 1, sizeof(*report->struct_ops));
	report->sites = calloc(object->n_uses + 1, sizeof(*report->sites));
	if (!report->uses || !report->struct_ops || !report->sites)
		return -ENOMEM;
	for (size_t i = 0; i < object->n_uses; i++) {
		report->sites[i] = calloc(object->uses[i].n_sites + 1, sizeof(**report->sites));
		if (!report->sites[i])
			return -ENOMEM;
	}
	return 0;
}

/* The reach of each site, of the use the worst of its sites, and what becomes of it. */
static void judge_use(struct kfg_linkage *linkage, const struct kfg_compat_flows *flows, size_t use,
		      struct kfg_compat_report *report)
{
	const struct kfg_object_code *code = linkage->code;

	report->uses[use] = (struct kfg_compat_result){ 0 };
	for (size_t k = 0; k < linkage->object->uses[use].n_sites; k++) {
		enum kfg_reach reach = reach_of(flows, code->site_places[code->first_site[use] + k]);

		report->sites[use][k] = reach;
		if (reach > report->uses[use].reach)
			report->uses[use].reach = reach;
	}
	kfg_compat_use(linkage, flows, use, &report->uses[use]);
}

static void sum_up(struct kfg_compat_report *report, const struct kfg_compat_result *results, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		report->loads = report->loads && !results[i].fails;
		report->unchecked = report->unchecked || results[i].compat == KFG_COMPAT_UNCHECKED;
	}
}

/* The kernel wants a licence of every program with a kfunc call in it (kernel/bpf/verifier.c, add_kfunc_call()). */
static bool is_gpl_compatible(const struct kfg_object *object)
{
	static const char *const compatible[] = { "GPL",	  "GPL v2",	  "GPL and additional rights",
						  "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL" };

	for (size_t i = 0; i < sizeof(compatible) / sizeof(compatible[0]); i++)
		if (strcmp(object->license, compatible[i]) == 0)
			return true;
	return false;
}

/* Whether a loader can make programs reach what they do not by default. */
static bool loader_decides(const struct kfg_linkage *linkage, const struct kfg_flow *by_default)
{
	if (by_default->saw_rodata)
		return true;
	for (uint32_t i = 0; i < linkage->code->n_funcs; i++) {
		const struct kfg_code_func *f = &linkage->code->funcs[i];

		if (f->leads_to_kfunc && f->program != KFG_CODE_NONE && !linkage->loaded[f->program])
			return true;
	}
	return false;
}

static int follow(struct kfg_linkage *linkage, struct kfg_compat_flows *flows)
{
	int r = kfg_flow_run(linkage, KFG_FLOW_ASSUME_NOTHING, &flows->by_default);

	if (r >= 0 && loader_decides(linkage, &flows->by_default))
		r = kfg_flow_run(linkage, KFG_FLOW_ASSUME_ANY_LOADER, &flows->any);
	if (r >= 0 && flows->by_default.saw_config)
		r = kfg_flow_run(linkage, KFG_FLOW_ASSUME_CONFIG_OFF, &flows->off);
	if (r >= 0 && flows->by_default.saw_config)
		r = kfg_flow_run(linkage, KFG_FLOW_ASSUME_CONFIG_ON, &flows->on);
	return r;
}

/*
 * Whether a program that is loaded has a call of a kfunc in it, dead or not. Of one that is not there, libbpf makes
 * something else (libbpf 1.7.0, src/libbpf.c, poison_kfunc_call()).
 */
static bool has_site(const struct kfg_linkage *linkage)
{
	const struct kfg_object_code *code = linkage->code;

	for (uint32_t i = 0; i < linkage->object->n_uses; i++)
		for (size_t k = 0; k < linkage->object->uses[i].n_sites && kfg_linkage_present(linkage, i); k++)
			if (linkage->linked[kfg_code_func_at(code, code->site_places[code->first_site[i] + k])])
				return true;
	return false;
}

/* Adds a sentence to those in buf. */
static void __attribute__((format(printf, 3, 4))) add_reason(char *buf, size_t size, const char *format, ...)
{
	size_t len = strlen(buf);
	va_list ap;

	if (len && len + 3 < size) {
		memcpy(buf + len, "; ", 3);
		len += 2;
	}
	va_start(ap, format);
	vsnprintf(buf + len, size - len, format, ap);
	va_end(ap);
}

/* What libbpf refuses before it asks the kernel anything. */
static void judge_open(const struct kfg_object *object, struct kfg_compat_report *report)
{
	if (object->libbpf == KFG_LIBBPF_NONE) {
		if (object->unlinked)
			add_reason(report->unsure, sizeof(report->unsure),
				   "symbols are not defined, and how the loader resolves them is not known");
		return;
	}
	for (size_t i = 0; i < object->n_refusals; i++)
		if (object->refusals[i].since <= object->libbpf)
			add_reason(report->other, sizeof(report->other), "libbpf refuses to open it: %s",
				   object->refusals[i].text);
	if (object->more_refusals)
		add_reason(report->other, sizeof(report->other), "and %zu more such reasons", object->more_refusals);
}

/* check_struct_ops_btf_id() (kernel/bpf/verifier.c) wants the same of programs of struct_ops. */
static void judge_license(const struct kfg_linkage *linkage, struct kfg_compat_report *report)
{
	bool calls = has_site(linkage);

	if ((calls || linkage->code->n_slots) && !is_gpl_compatible(linkage->object))
		add_reason(report->other, sizeof(report->other),
			   "license: the kernel lets only programs of a GPL-compatible license %s, not of \"%.60s\"",
			   calls ? "call kfuncs" : "be members of struct_ops", linkage->object->license);
}

/* A strong option that the kernel's configuration leaves out, or a name of another kind that libbpf does not know. */
static void judge_kconfig(const struct kfg_linkage *linkage, struct kfg_compat_report *report)
{
	for (uint32_t i = 0; i < linkage->code->n_externs; i++) {
		const struct kfg_code_extern *ext = &linkage->code->externs[i];

		if (ext->kind != KFG_CODE_EXTERN_KCONFIG)
			continue;
		if (linkage->object->libbpf != KFG_LIBBPF_NONE && !kfg_kconfig_is_known(ext->name, ext->weak))
			add_reason(report->other, sizeof(report->other), "kconfig: libbpf knows no variable %.80s",
				   ext->name);
		else if (!ext->weak && kfg_kconfig_is_off(linkage, ext->name))
			add_reason(report->other, sizeof(report->other),
				   "kconfig: this kernel is built without %.80s, and the object needs its value",
				   ext->name);
	}
}

/* Where modules were not looked at, a variable may be in one. */
static void say_missing(const struct kfg_linkage *linkage, const char *name, struct kfg_compat_report *report)
{
	if (linkage->complete)
		add_reason(report->other, sizeof(report->other),
			   "variable: this kernel has no variable %.100s, which the object declares in .ksyms", name);
	else
		add_reason(report->unsure, sizeof(report->unsure),
			   "variable: the kernel itself has no variable %.100s, which the object declares in .ksyms, "
			   "and its modules were not at hand",
			   name);
}

/* One without a type is looked for in /proc/kallsyms. BTF tells of all functions there, and of few variables. */
static void judge_untyped(const struct kfg_linkage *linkage, const char *name, struct kfg_compat_report *report)
{
	const struct kfg_btf *btf;
	const char *module;

	if (!kfg_kernel_type_find(linkage->kernel, name, BTF_KIND_VAR, &btf, &module) &&
	    !kfg_kernel_func_find(linkage->kernel, name, &btf, &module))
		add_reason(report->unsure, sizeof(report->unsure),
			   "variable: %.100s has no type in the object, and whether the kernel has that symbol is not "
			   "known here",
			   name);
}

/* libbpf 1.8, bpf_object__resolve_ksym_var_btf_id() and bpf_object__read_kallsyms_file(). */
static void judge_ksym(struct kfg_linkage *linkage, const struct kfg_code_extern *ext, struct kfg_compat_report *report)
{
	struct kfg_type local = { linkage->code->btf, kfg_btf_type(linkage->code->btf, ext->btf_id)->type };
	struct kfg_type target;
	const char *module;
	int r;

	target.id = kfg_kernel_type_find(linkage->kernel, ext->name, BTF_KIND_VAR, &target.btf, &module);
	kfg_type_resolve(local, &local);
	if (ext->weak && (!local.id || !target.id))
		return;
	if (!local.id) {
		judge_untyped(linkage, ext->name, report);
		return;
	}
	if (!target.id) {
		say_missing(linkage, ext->name, report);
		return;
	}
	target.id = kfg_type_record(target)->type;
	kfg_type_resolve(target, &target);
	r = kfg_type_compat(local, target, linkage->object->max[KFG_SCAN_LIMIT_TYPES]);
	if (r == -E2BIG)
		kfg_linkage_give_up(linkage, KFG_SCAN_LIMIT_TYPES);
	else if (r <= 0)
		add_reason(report->other, sizeof(report->other),
			   "variable: %.100s is of another type in this kernel than the object declares", ext->name);
}

/* What is no kfunc's fault, and was seen on the way. Where modules were not looked at, a thing may be in one. */
static void judge_others(struct kfg_linkage *linkage, const struct kfg_compat_flows *flows,
			 struct kfg_compat_report *report)
{
	const struct kfg_object_code *code = linkage->code;
	bool unresolved = flows->by_default.unresolved;
	char *why = linkage->complete ? report->other : report->unsure;
	size_t size = linkage->complete ? sizeof(report->other) : sizeof(report->unsure);
	const char *where = linkage->complete ? "this kernel" : "the kernel itself, whose modules were not at hand,";

	judge_open(linkage->object, report);
	for (uint32_t i = 0; i < code->n_externs; i++)
		if (code->externs[i].kind == KFG_CODE_EXTERN_KSYM)
			judge_ksym(linkage, &code->externs[i], report);
	for (unsigned i = 0; i < KFG_SCAN_LIMIT_MAX; i++) {
		char text[128];

		kfg_linkage_limit_text(linkage, i, text, sizeof(text));
		if (linkage->limits_met >> i & 1)
			add_reason(report->unsure, sizeof(report->unsure), "%s", text);
	}
	if (flows->by_default.saw_config)
		unresolved = flows->off.unresolved && flows->on.unresolved;
	judge_license(linkage, report);
	judge_kconfig(linkage, report);
	if (unresolved)
		add_reason(why, size, "type: %s has no such type or field as function %.100s reads (CO-RE)", where,
			   code->funcs[kfg_code_func_at(code, flows->by_default.unresolved_place)].name);
	report->loads = report->loads && !*report->other;
	report->unchecked = report->unchecked || *report->unsure;
}

/*
 * Where a call that may be dead is what makes the object fail, the paths are followed one by one. Nothing is known of
 * the kernel's configuration there. Returns 0 or -ENOMEM.
 */
static int look_again(struct kfg_linkage *linkage, struct kfg_compat_flows *flows, struct kfg_compat_report *report)
{
	_cleanup_free_ bool *aims = calloc(linkage->object->n_uses + 1, sizeof(*aims));
	struct kfg_flow flow = { 0 };
	bool any = false;
	int r;

	if (!aims)
		return -ENOMEM;
	for (size_t i = 0; i < linkage->object->n_uses; i++) {
		aims[i] = (report->uses[i].fails || report->uses[i].nearest_fails) &&
			  kfg_compat_by_reach(&linkage->object->uses[i], &report->uses[i]);
		any = any || aims[i];
	}
	if (!any || flows->by_default.saw_config || flows->by_default.gave_up)
		return 0;
	r = kfg_flow_run_paths(linkage, aims, &flow);
	if (r <= 0) {
		kfg_flow_done(&flow);
		return r;
	}
	kfg_flow_done(&flows->by_default);
	flows->by_default = flow;
	for (size_t i = 0; i < linkage->object->n_uses; i++)
		judge_use(linkage, flows, i, report);
	return 0;
}

static int judge(struct kfg_linkage *linkage, struct kfg_compat_flows *flows, struct kfg_compat_report *report)
{
	const struct kfg_object *object = linkage->object;
	int r = make_results(object, report);

	if (r >= 0)
		r = follow(linkage, flows);
	if (r < 0)
		return r;
	for (size_t i = 0; i < object->n_uses; i++)
		judge_use(linkage, flows, i, report);
	r = look_again(linkage, flows, report);
	if (r < 0)
		return r;
	for (size_t i = 0; i < object->n_struct_ops; i++)
		kfg_compat_struct_ops(linkage, i, &report->struct_ops[i]);
	report->loads = true;
	sum_up(report, report->uses, object->n_uses);
	sum_up(report, report->struct_ops, object->n_struct_ops);
	judge_others(linkage, flows, report);
	return 0;
}

KFG_DEFINE_CLEANUP(struct kfg_compat_report *, kfg_compat_free)

int kfg_compat_check(const struct kfg_object *object, const struct kfg_kernel *kernel,
		     struct kfg_compat_report **ret_report)
{
	_cleanup_(kfg_compat_free_cleanup) struct kfg_compat_report *report = calloc(1, sizeof(*report));
	struct kfg_compat_flows flows = { 0 };
	struct kfg_linkage linkage;
	int r;

	if (!report)
		return -ENOMEM;
	report->object = object;
	report->kernel = kernel;
	if (object->foreign != kfg_btf_is_foreign(kfg_kernel_btf(kernel))) {
		report->foreign = true;
		r = make_results(object, report);
		if (r < 0)
			return r;
		*ret_report = KFG_TAKE_PTR(report);
		return 0;
	}
	r = kfg_linkage_init(&linkage, object, kernel);
	if (r >= 0)
		r = judge(&linkage, &flows, report);
	report->steps = object->max[kfg_linkage_flow_limit(&linkage)] - linkage.flow_steps;
	kfg_flow_done(&flows.by_default);
	kfg_flow_done(&flows.any);
	kfg_flow_done(&flows.off);
	kfg_flow_done(&flows.on);
	kfg_linkage_done(&linkage);
	if (r < 0)
		return r;
	*ret_report = KFG_TAKE_PTR(report);
	return 0;
}

void kfg_compat_free(struct kfg_compat_report *report)
{
	if (!report)
		return;
	for (size_t i = 0; report->sites && i < report->object->n_uses; i++)
		free(report->sites[i]);
	free(report->sites);
	free(report->uses);
	free(report->struct_ops);
	free(report);
}
