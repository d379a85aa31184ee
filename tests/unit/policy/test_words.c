/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../../../policy/words.h"
#include "load_text.h"

#include "policy/verdict.h"
#include <linux/bpf.h>

static void test_strings(void **state)
{
	(void)state;
	assert_string_equal(kfg_action_str(KFG_REFUSE), "refuse");
	assert_string_equal(kfg_action_str(KFG_ACTION_MAX), "?");
	assert_string_equal(kfg_mode_str(KFG_MODE_AUDIT), "audit");
	assert_string_equal(kfg_scope_str(KFG_SCOPE_ANY), "any");
	assert_string_equal(kfg_present_str(KFG_PRESENT_REPORT), "report");
	assert_string_equal(kfg_reason_str(KFG_REASON_SHORT_SCAN), "short-scan");
	assert_string_equal(kfg_reason_str(12345), "?");
	assert_string_equal(kfg_prog_type_str(BPF_PROG_TYPE_STRUCT_OPS), "struct_ops");
	assert_string_equal(kfg_prog_type_str(BPF_PROG_TYPE_UNSPEC), "?");
	assert_string_equal(kfg_prog_type_str(~0u), "?");
	for (unsigned i = 0; i < KFG_REASON_MAX; i++)
		assert_string_not_equal(kfg_reason_str(i), "?");
}

static void test_prog_types(void **state)
{
	uint32_t type = 42, back;

	(void)state;
	for (uint32_t i = 1; i <= 32; i++) {
		assert_int_equal(kfg_prog_type_parse(kfg_prog_type_str(i), &back), 0);
		assert_int_equal(back, i);
	}
	assert_string_equal(kfg_prog_type_str(33), "?");
	assert_int_equal(kfg_prog_type_parse("?", &type), -EINVAL);
	assert_int_equal(kfg_prog_type_parse("", &type), -EINVAL);
	assert_int_equal(kfg_prog_type_parse("XDP", &type), -EINVAL);
	assert_int_equal(type, 42);
}

static void test_nearest(void **state)
{
	static const char *const cases[][2] = {
		{ "alow", "allow" },  { "refues", "refuse" }, { "REFUSE", "refuse" },
		{ "deny", "refuse" }, { "warning", "warn" },  { "adit", "audit" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(kfg_words_nearest(&kfg_action_words, cases[i][0]), cases[i][1]);
	assert_null(kfg_words_nearest(&kfg_action_words, "something"));
	assert_null(kfg_words_nearest(&kfg_action_words, ""));
	assert_null(kfg_words_nearest(&kfg_action_words,
				      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
	assert_string_equal(kfg_words_nearest(&kfg_prog_type_words, "BPF_PROG_TYPE_SCHED_CLS"), "sched_cls");
	assert_string_equal(kfg_words_nearest(&kfg_prog_type_words, "fentry"), "tracing");
}

static void test_errnos(void **state)
{
	(void)state;
	assert_int_equal(kfg_errno_parse("EACCES"), EACCES);
	assert_int_equal(kfg_errno_parse("EPERM"), EPERM);
	assert_int_equal(kfg_errno_parse("eperm"), 0);
	assert_int_equal(kfg_errno_parse("13"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_prog_types),
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_errnos),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
