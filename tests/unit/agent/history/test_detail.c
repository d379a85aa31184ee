/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "history/detail.h"
#include "cmocka_all.h"
#include "record/phrase.h"
#include "sample_event.h"

#include <errno.h>
#include "policy/policy.h"
#include <string.h>

static int parse(const char *text, struct kfg_entry_kfunc *k)
{
	static char copy[512];

	snprintf(copy, sizeof(copy), "%s", text);
	return kfg_detail_parse(copy, k);
}

/* What the agent writes is read back, whatever the reason. */
static void test_round_trip(void **state)
{
	struct kfg_policy_names_deprecation dep = { .kfunc = "bpf_x", .replacement = "bpf_y, or bpf_z" };
	struct kfg_policy_names_waiver waiver = { .id = "OPS-1", .until = 20800 };
	const char *rules[] = { "no-x" };
	const struct kfg_policy_names names = {
		.name = "t",
		.rules = rules,
		.n_rules = 1,
		.deprecations = &dep,
		.n_deprecations = 1,
		.waivers = &waiver,
		.n_waivers = 1,
	};

	(void)state;
	for (unsigned reason = KFG_REASON_RULE; reason <= KFG_REASON_WALK; reason++) {
		_cleanup_strbuf_ struct kfg_strbuf text = KFG_STRBUF(1024);
		struct kfg_event_kfunc e = sample_kfunc("bpf_x", KFG_WARN, reason);
		struct kfg_entry_kfunc k;

		e.verdict.rule = e.verdict.waiver = e.verdict.dep = 0;
		e.verdict.dep_state = KFG_DEP_DEPRECATED;
		e.verdict.deadline = 20800;
		e.live = reason % 2;
		snprintf(e.module, sizeof(e.module), "mod");
		snprintf(e.file, sizeof(e.file), "; at x: refuse, rule, by presence");
		e.line = reason % 3;
		kfg_finding_kfunc_detail(&e, &names, &text);
		assert_int_equal(parse(kfg_strbuf_text(&text), &k), 0);
		assert_string_equal(k.name, "bpf_x [mod]");
		assert_int_equal(k.action, KFG_WARN);
		assert_int_equal(k.reason, reason);
		assert_int_equal(k.deadline, 20800);
		assert_int_equal(k.live, e.live);
		assert_string_equal(k.replacement, "bpf_y, or bpf_z");
		assert_string_equal(k.rule, reason == KFG_REASON_RULE ? "no-x" : "");
		assert_string_equal(k.waiver, reason == KFG_REASON_WAIVED ? "OPS-1" : "");
	}
}

static void test_short(void **state)
{
	struct kfg_entry_kfunc k;

	(void)state;
	assert_int_equal(parse("bpf_x: audit, unlisted", &k), 0);
	assert_int_equal(k.deadline, KFG_DAY_MAX);
	assert_string_equal(k.replacement, "");
	assert_true(k.live);
}

static void test_not_a_detail(void **state)
{
	static const char *const texts[] = {
		"",
		"bpf_x",
		": audit, rule r",
		"bpf_x: audit",
		"bpf_x: audits, rule",
		"bpf_x: audit,rule",
		"bpf_x: audit, because",
		"bpf_x: warn, expired 2026-02-30",
		"bpf_x: audit, waived OPS",
		"bpf_x: warn, deprecated, deadline soon",
		"bpf_x: warn, deprecated, and so on",
		"bpf_x; at y: warn, deprecated",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct kfg_entry_kfunc k = { .name = "untouched" };

		assert_int_equal(parse(texts[i], &k), -EINVAL);
		assert_string_equal(k.name, "untouched");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_not_a_detail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
