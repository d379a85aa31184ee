/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "load_text.h"

static void test_paths(void **state)
{
	struct kfg_policy *p = load_text(
		HEAD "rules:\n"
		     "  - {id: a, kfuncs: [x], loaders: {exes: [/b, /a, '/c*']}, action: warn}\n"
		     "  - {id: b, kfuncs: [x], loaders: {exes: [/a/b]}, action: warn}\n"
		     "deprecations: [{kfunc: x}]\n"
		     "waivers:\n"
		     "  - {id: w, kfuncs: [x], loaders: {exes: [/b, /d]}, until: 2026-11-30, owner: o, reason: r}\n");
	static const char *const want[] = { "/a", "/a/b", "/b", "/d" };
	const char **paths;
	size_t n;

	(void)state;
	assert_int_equal(kfg_policy_exes(p, &paths, &n), 0);
	kfg_policy_free(p);
	assert_int_equal(n, 4);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(paths[i], want[i]);
	free(paths);
}

static void test_none(void **state)
{
	struct kfg_policy *p = load_text(HEAD "rules: [{id: a, kfuncs: [x], action: warn}]\n");
	const char **paths = NULL;
	size_t n = 7;

	(void)state;
	assert_int_equal(kfg_policy_exes(p, &paths, &n), 0);
	assert_int_equal(n, 0);
	free(paths);
	kfg_policy_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
