/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said is in tests/golden/policy; here is what must pass. */
#include "load_text.h"

static void test_same_words_apart(void **state)
{
	(void)state;
	/* ids compare by all their characters, and deprecations have none */
	kfg_policy_free(load_text(HEAD "rules: [{id: a, kfuncs: [x], action: warn}, {id: A, kfuncs: "
				       "[x], action: warn}, {id: aa, kfuncs: [x], action: warn}]\n"
				       "deprecations: [{kfunc: a}]\n"));
	/* 7.3.1 is not 7.3, and removed in the release that deprecates is quick but possible */
	kfg_policy_free(load_text(HEAD
				  "upgrades: [{kernel: '7.3', on: 2027-01-01}, {kernel: '7.3.1', on: 2027-01-01}]\n"
				  "deprecations: [{kfunc: a, deprecated-in: '7.1', removed-in: '7.1'}]\n"));
}

/* One finding for each id after the first, not one for each pair. */
static void test_three_of_a_kind(void **state)
{
	static const char text[] = HEAD "rules: [{id: a, kfuncs: [x], action: warn}, {id: a, kfuncs: [x], action: "
					"warn}, {id: a, kfuncs: [x], action: warn}]\n";
	struct kfg_source source = { "test.yaml", text, sizeof(text) - 1 };
	struct kfg_diags diags = { 0 };
	struct kfg_policy *p = NULL;

	(void)state;
	assert_int_equal(kfg_policy_load(&source, 1, NULL, &diags, &p), -EBADMSG);
	assert_int_equal(diags.n, 2);
	kfg_diags_done(&diags);
}

/* An id that could not be read is not "given twice". */
static void test_no_echo(void **state)
{
	static const char text[] = HEAD "rules: [{id: a b, kfuncs: [x], action: warn}]\n";
	char *finding = refuse_text(text, sizeof(text) - 1);

	(void)state;
	assert_non_null(strstr(finding, "4:14 \"a b\" cannot be \"id\""));
	free(finding);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_words_apart),
		cmocka_unit_test(test_three_of_a_kind),
		cmocka_unit_test(test_no_echo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
