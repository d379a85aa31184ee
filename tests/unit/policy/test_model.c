/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../../../policy/model.h"
#include "load_text.h"

static void test_indexes(void **state)
{
	struct kfg_policy *p = load_text(HEAD
					 "rules: [{id: r, kfuncs: [a], action: allow}]\n"
					 "deprecations: [{kfunc: d, removed-in: '7.3', confidence: low, replacement: "
					 "e, replacement-in: '7.1'}]\n"
					 "waivers: [{id: w, kfuncs: [d], until: 2027-02-01, owner: o, reason: why}]\n");
	struct kfg_deprecation_info dep;
	struct kfg_waiver_info waiver;

	(void)state;
	assert_string_equal(kfg_policy_rule_id(p, 0), "r");
	assert_null(kfg_policy_rule_id(p, 1));
	assert_null(kfg_policy_rule_id(p, KFG_NONE));
	assert_null(kfg_policy_rule_id(p, KFG_RULE_CANARY));
	assert_true(kfg_policy_deprecation(p, 0, &dep));
	assert_string_equal(dep.kfunc, "d");
	assert_null(dep.module);
	assert_string_equal(dep.removed_in, "7.3");
	assert_string_equal(dep.replacement, "e");
	assert_string_equal(dep.replacement_in, "7.1");
	assert_string_equal(dep.confidence, "low");
	assert_null(dep.note);
	assert_string_equal(dep.file, "test.yaml");
	assert_int_equal(dep.line, 5);
	assert_false(kfg_policy_deprecation(p, 1, &dep));
	assert_true(kfg_policy_waiver(p, 0, &waiver));
	assert_string_equal(waiver.id, "w");
	assert_string_equal(waiver.owner, "o");
	assert_string_equal(waiver.reason, "why");
	assert_false(kfg_policy_waiver(p, KFG_NONE, &waiver));
	kfg_policy_forget_text(p);
	assert_string_equal(kfg_policy_rule_id(p, 0), "r");
	kfg_policy_free(p);
	kfg_policy_free(NULL);
}

static const char *adapted(const char *lines, enum kfg_hooking hooking, enum kfg_mode *ret_mode)
{
	struct kfg_policy *p;
	const char *why;
	char text[256];

	(void)snprintf(text, sizeof(text), HEAD "%s", lines);
	p = load_text(text);
	why = kfg_policy_adapt(p, hooking);
	*ret_mode = kfg_policy_mode(p);
	kfg_policy_free(p);
	return why;
}

static void test_without_lsm(void **state)
{
	const enum kfg_hooking other = KFG_HOOKING_MODIFY_RETURN;
	enum kfg_mode mode;

	(void)state;
	assert_null(adapted("", other, &mode));
	assert_int_equal(mode, KFG_MODE_AUDIT);
	assert_null(adapted("without-bpf-lsm: enforce\n", other, &mode));
	assert_int_equal(mode, KFG_MODE_ENFORCE);
	assert_null(adapted("without-bpf-lsm: enforce\nmode: audit\n", other, &mode));
	assert_int_equal(mode, KFG_MODE_AUDIT);
	assert_non_null(adapted("without-bpf-lsm: refuse-to-start\n", other, &mode));
	assert_non_null(adapted("mode: sealed\n", other, &mode));
	assert_non_null(adapted("without-bpf-lsm: enforce\nguard: strict\n", other, &mode));
	assert_null(adapted("mode: sealed\nguard: strict\nwithout-bpf-lsm: refuse-to-start\n", KFG_HOOKING_LSM, &mode));
	assert_int_equal(mode, KFG_MODE_SEALED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_indexes),
		cmocka_unit_test(test_without_lsm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
