/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_report_judge.c - what a report makes of fits and a policy; objects, fits and kernels are made by hand. */
#include "cmocka_all.h"
#include "config/load.h"
#include "analysis/report/report.h"
#include "policy/why.h"

#include <linux/bpf.h>
#include <string.h>

struct kfg_kernel {
	struct kfg_kernel_facts facts;
};

void kfg_kernel_facts(const struct kfg_kernel *kernel, struct kfg_kernel_facts *ret_facts)
{
	*ret_facts = kernel->facts;
}

const struct kfg_btf *kfg_kernel_btf(const struct kfg_kernel *kernel)
{
	(void)kernel;
	return NULL;
}

static const struct kfg_kfunc in_module = { .name = "bpf_foo", .module = "foo" };

const struct kfg_kfunc *kfg_kernel_kfunc_find(const struct kfg_kernel *kernel, const char *name)
{
	return kernel->facts.release[0] == '7' && strcmp(name, "bpf_foo") == 0 ? &in_module : NULL;
}

uint32_t kfg_kernel_func_find(const struct kfg_kernel *kernel, const char *name, const struct kfg_btf **ret_btf,
			      const char **ret_module)
{
	(void)ret_btf;
	(void)ret_module;
	return kernel->facts.release[0] == '6' && strcmp(name, "bpf_half") == 0;
}

static const struct kfg_kernel seven = { { .path = "a", .release = "7.3", .limits = "", .sets_known = true } };
static const struct kfg_kernel six = { { .path = "b", .release = "6.1", .limits = "six says little" } };
static const struct kfg_kernel *const kernels[] = { &seven, &six };

/* One program with two calls of bpf_foo, one of them guarded. */
static struct kfg_object_program programs[] = { { "main_prog", "xdp", BPF_PROG_TYPE_XDP, true, false, "" } };
static struct kfg_call_site sites[] = {
	{ 0, "main_prog", 3, "xdp", "a.c", 1, UINT64_C(1) << BPF_PROG_TYPE_XDP },
	{ 0, "main_prog", 5, "xdp", "a.c", 2, UINT64_C(1) << BPF_PROG_TYPE_XDP },
};
static struct kfg_object_use uses[] = { { "bpf_foo", "bpf_foo", true, false, false, 0, sites, 2 } };
static struct kfg_object object = {
	.label = "o", .license = "GPL", .programs = programs, .n_programs = 1, .uses = uses, .n_uses = 1, .limits = ""
};

static enum kfg_reach reach[2][2];
static enum kfg_reach *reaches[2][1] = { { reach[0] }, { reach[1] } };
static struct kfg_compat_result results[2][1];
static struct kfg_compat_report reports[2];
static const struct kfg_compat_report *const both[] = { &reports[0], &reports[1] };

static struct kfg_loaded loaded;
static struct kfg_table *table;
static struct kfg_report *report;

/* All is well on both kernels. */
static int setup(void **state)
{
	(void)state;
	for (size_t k = 0; k < 2; k++) {
		reach[k][0] = reach[k][1] = KFG_REACH_LIVE;
		results[k][0] = (struct kfg_compat_result){ .compat = KFG_COMPAT_OK, .reach = KFG_REACH_LIVE };
		reports[k] = (struct kfg_compat_report){
			.object = &object, .uses = results[k], .sites = reaches[k], .loads = true
		};
	}
	object.limits = "";
	results[0][0].kfunc = &in_module;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	kfg_report_free(report);
	kfg_table_free(table);
	kfg_loaded_done(&loaded);
	report = NULL;
	table = NULL;
	return 0;
}

static void begin(const char *policy, const char *unit)
{
	struct kfg_report_judge judge = {
		.source = "test",
		.loader = { .unit = unit, .uid = UINT32_MAX, .today = 20778 },
		.loader_known = unit != NULL,
		.unknown = unit ? 0 : KFG_WHY_UNIT,
	};
	char text[1024];

	snprintf(text, sizeof(text), "version: 1\nname: t\nserial: 1\n%s\n", policy);
	assert_int_equal(kfg_config_load_text("t", text, &loaded), 0);
	assert_int_equal(kfg_table_compile(loaded.policy, NULL, 0, 1, &table), 0);
	judge.policy = loaded.policy;
	judge.table = table;
	assert_int_equal(kfg_report_new(&judge, kernels, 2, &report), 0);
}

static const struct kfg_report_object *judged(const char *policy, const char *unit)
{
	begin(policy, unit);
	assert_int_equal(kfg_report_add_object(report, "o", &object, both), 0);
	return &report->objects[0];
}

static void assert_states_of(const struct kfg_report_object *o, enum kfg_report_state first,
			     enum kfg_report_state second)
{
	assert_int_equal(o->kernels[0].state, first);
	assert_int_equal(o->kernels[1].state, second);
}
#define assert_states(o, first, second) assert_states_of(o, KFG_REPORT_##first, KFG_REPORT_##second)

static void all_is_well(void **state)
{
	const struct kfg_report_object *o = judged("defaults: {unlisted: allow}", NULL);

	(void)state;
	assert_states(o, OK, OK);
	assert_int_equal(o->state, KFG_REPORT_OK);
	assert_string_equal(o->kernels[0].reason, "");
	assert_int_equal(kfg_report_worst(report), KFG_REPORT_OK);
	assert_string_equal(o->uses[0].cells[0].module, "foo");
	assert_string_equal(o->uses[0].sites[1].file, "a.c");
}

static void what_does_not_load_fails(void **state)
{
	const struct kfg_report_object *o;

	(void)state;
	results[1][0] = (struct kfg_compat_result){
		.compat = KFG_COMPAT_MISSING, .reach = KFG_REACH_LIVE, .fails = true, .detail = "gone"
	};
	reports[1].loads = false;
	o = judged("defaults: {unlisted: refuse}", NULL);
	assert_states(o, REFUSED, FAILS);
	assert_string_equal(o->kernels[0].reason, "bpf_foo: policy: refuse, unlisted");
	assert_string_equal(o->kernels[1].reason, "bpf_foo: missing: gone");
	assert_false(o->kernels[1].loads);
}

static void a_rule_may_ask_for_the_module(void **state)
{
	(void)state;
	assert_states(judged("defaults: {unlisted: allow}\n"
			     "rules: [{id: r, kfuncs: ['bpf_foo [foo]'], action: refuse}]",
			     NULL),
		      REFUSED, OK);
}

static void dead_calls_are_no_use_unless_presence_counts(void **state)
{
	(void)state;
	reach[1][0] = reach[1][1] = KFG_REACH_NEVER;
	assert_states(judged("defaults: {unlisted: warn}", NULL), WARNED, OK);
	teardown(NULL);
	assert_states(judged("scope: any\ndefaults: {unlisted: warn}", NULL), WARNED, WARNED);
}

static void one_live_call_is_enough(void **state)
{
	(void)state;
	reach[1][0] = KFG_REACH_NEVER;
	assert_states(judged("defaults: {unlisted: warn}", NULL), WARNED, WARNED);
}

static void audit_mode_refuses_nothing(void **state)
{
	const struct kfg_report_object *o = judged("mode: audit\ndefaults: {unlisted: refuse}", NULL);

	(void)state;
	assert_states(o, WARNED, WARNED);
	assert_string_equal(o->kernels[0].reason, "bpf_foo: policy: would refuse, unlisted");
}

static void who_loads_it_may_decide(void **state)
{
	static const char policy[] =
		"defaults: {unlisted: allow}\n"
		"rules: [{id: r, kfuncs: [bpf_*], loaders: {units: [bad.service]}, action: refuse}]";

	(void)state;
	assert_states(judged(policy, NULL), UNCHECKED, UNCHECKED);
	assert_string_equal(report->objects[0].kernels[0].reason,
			    "bpf_foo: policy: allow or refuse: depends on unit, not known (--unit)");
	teardown(NULL);
	assert_states(judged(policy, "good.service"), OK, OK);
	teardown(NULL);
	assert_states(judged(policy, "bad.service"), REFUSED, REFUSED);
}

static void deprecations_bring_their_words(void **state)
{
	const struct kfg_report_object *o =
		judged("defaults: {unlisted: allow, deprecated: warn, expired: refuse}\n"
		       "deprecations:\n"
		       "  - {kfunc: bpf_foo, deadline: 2026-12-31, replacement: bpf_bar, removed-in: '7.3'}",
		       NULL);

	(void)state;
	assert_states(o, WARNED, WARNED);
	assert_string_equal(o->kernels[0].reason, "bpf_foo: policy: warn, deprecated, last good day 2026-12-31");
	assert_string_equal(o->uses[0].replacement, "bpf_bar");
	assert_string_equal(o->uses[0].removed_in, "7.3");
	assert_non_null(strchr(o->uses[0].known_from, ':'));
	assert_string_equal(strrchr(o->uses[0].known_from, ':'), ":6");
}

static void limits_are_unchecked(void **state)
{
	const struct kfg_report_object *o;

	(void)state;
	strcpy(reports[1].unsure, "six says little");
	o = judged("defaults: {unlisted: allow}", NULL);
	assert_states(o, OK, UNCHECKED);
	assert_string_equal(o->kernels[1].reason, "unchecked: six says little");
	teardown(NULL);
	object.limits = "half of it is odd";
	o = judged("defaults: {unlisted: allow}", NULL);
	assert_states(o, UNCHECKED, UNCHECKED);
	assert_string_equal(o->kernels[0].reason, "unchecked: half of it is odd");
}

static void what_no_use_accounts_for_is_said(void **state)
{
	const struct kfg_report_object *o;

	(void)state;
	strcpy(reports[0].other, "license: none");
	reports[0].loads = false;
	results[1][0] = (struct kfg_compat_result){
		.compat = KFG_COMPAT_MISSING, .reach = KFG_REACH_LIVE, .fails = true, .detail = "gone"
	};
	strcpy(reports[1].other, "variable: none");
	reports[1].loads = false;
	object.limits = "half of it is odd";
	o = judged("defaults: {unlisted: allow}", NULL);
	assert_states(o, FAILS, FAILS);
	assert_string_equal(o->kernels[0].reason, "license: none; unchecked: half of it is odd");
	assert_string_equal(o->kernels[0].object_reason, "license: none; unchecked: half of it is odd");
	/* beside what a use accounts for, too */
	assert_string_equal(o->kernels[1].reason, "bpf_foo: missing: gone");
	assert_string_equal(o->kernels[1].object_reason, "variable: none; unchecked: half of it is odd");
	assert_false(o->kernels[0].loads || o->kernels[1].loads);
}

static void a_fit_that_may_harm_warns(void **state)
{
	(void)state;
	results[0][0].compat = KFG_COMPAT_CAPABILITY;
	results[1][0].compat = KFG_COMPAT_MISSING;
	results[1][0].reach = KFG_REACH_LOADER;
	assert_states(judged("defaults: {unlisted: allow}", NULL), WARNED, WARNED);
	teardown(NULL);
	results[1][0].reach = KFG_REACH_NEVER;
	assert_states(judged("defaults: {unlisted: allow}", NULL), WARNED, OK);
}

static void light_skeletons_go_by_names(void **state)
{
	struct kfg_light_skeleton_program program = { "prog", BPF_PROG_TYPE_XDP };
	struct kfg_light_skeleton_call calls[] = { { "bpf_foo", false, 0, 3 },
						   { "bpf_foo", false, 0, 9 },
						   { "bpf_half", false, 0, 4 },
						   { "bpf_none", true, 1, 5 } };
	const struct kfg_light_skeleton light_skeleton = { &program, 1, calls, 4, "by name alone" };
	const struct kfg_report_object *o;

	(void)state;
	begin("defaults: {unlisted: allow}", NULL);
	assert_int_equal(kfg_report_add_light_skeleton(report, "f", "f@0x8", &light_skeleton, kernels), 0);
	o = &report->objects[0];
	assert_true(o->light_skeleton);
	assert_int_equal(o->n_uses, 3);
	assert_int_equal(o->uses[0].n_sites, 2);
	assert_int_equal(o->uses[0].cells[0].compat, KFG_COMPAT_OK);
	assert_int_equal(o->uses[0].cells[1].compat, KFG_COMPAT_MISSING);
	assert_true(o->uses[0].cells[1].fails);
	assert_int_equal(o->uses[1].cells[0].compat, KFG_COMPAT_MISSING);
	assert_int_equal(o->uses[1].cells[1].compat, KFG_COMPAT_UNCHECKED); /* six has no sets */
	assert_int_equal(o->uses[2].cells[0].compat, KFG_COMPAT_UNCHECKED); /* weak */
	assert_string_equal(o->uses[2].sites[0].program, "");
}

static void problems_are_unchecked(void **state)
{
	(void)state;
	begin("defaults: {unlisted: allow}", NULL);
	assert_int_equal(kfg_report_worst(report), KFG_REPORT_OK);
	assert_int_equal(kfg_report_add_problem(report, "file", "why"), 0);
	assert_int_equal(kfg_report_worst(report), KFG_REPORT_UNCHECKED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_is_well, setup, teardown),
		cmocka_unit_test_setup_teardown(what_does_not_load_fails, setup, teardown),
		cmocka_unit_test_setup_teardown(a_rule_may_ask_for_the_module, setup, teardown),
		cmocka_unit_test_setup_teardown(dead_calls_are_no_use_unless_presence_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(one_live_call_is_enough, setup, teardown),
		cmocka_unit_test_setup_teardown(audit_mode_refuses_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(who_loads_it_may_decide, setup, teardown),
		cmocka_unit_test_setup_teardown(deprecations_bring_their_words, setup, teardown),
		cmocka_unit_test_setup_teardown(limits_are_unchecked, setup, teardown),
		cmocka_unit_test_setup_teardown(what_no_use_accounts_for_is_said, setup, teardown),
		cmocka_unit_test_setup_teardown(a_fit_that_may_harm_warns, setup, teardown),
		cmocka_unit_test_setup_teardown(light_skeletons_go_by_names, setup, teardown),
		cmocka_unit_test_setup_teardown(problems_are_unchecked, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
