/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What lint says is in tests/golden/policy; here is where it must keep silent, and that it needs no
 * text. */
#include "load_text.h"

static size_t lint(const char *text, int32_t today)
{
	struct kfg_policy *p = load_text(text);
	struct kfg_diags diags = { 0 };
	size_t n;

	assert_int_equal(kfg_policy_lint(p, today, &diags), 0);
	assert_int_equal(diags.n_errors, 0);
	n = diags.n;
	kfg_diags_done(&diags);
	kfg_policy_free(p);
	return n;
}

/* A pair of rules of which the second can still match. */
static void check_not_shadowed(const char *first, const char *second)
{
	char text[512];

	(void)snprintf(text, sizeof(text),
		       HEAD "rules:\n  - {id: a, action: audit, %s}\n  - {id: b, action: warn, %s}\n", first, second);
	assert_int_equal(lint(text, TODAY), 0);
}

static void test_not_shadowed(void **state)
{
	(void)state;
	check_not_shadowed("kfuncs: [x]", "kfuncs: [y]");
	check_not_shadowed("kfuncs: [x]", "kfuncs: [x, y]");
	check_not_shadowed("kfuncs: [x]", "kfuncs: ['x*']");
	check_not_shadowed("kfuncs: ['x [m]']", "kfuncs: [x]");
	check_not_shadowed("kfuncs: ['x [m]']", "kfuncs: ['x [n]']");
	check_not_shadowed("kfuncs: ['x [m]']", "kfuncs: ['x [m*]']");
	check_not_shadowed("kfuncs: [x], programs: {types: [xdp]}", "kfuncs: [x]");
	check_not_shadowed("kfuncs: [x], programs: {types: [xdp]}", "kfuncs: [x], programs: {types: [xdp, lsm]}");
	check_not_shadowed("kfuncs: [x], programs: {names: [n]}, loaders: {uids: [0]}",
			   "kfuncs: [x], loaders: {uids: [0]}");
	check_not_shadowed("kfuncs: [x], loaders: {userns: initial}", "kfuncs: [x]");
	check_not_shadowed("kfuncs: [x], loaders: {userns: initial}", "kfuncs: [x], loaders: {token: false}");
	check_not_shadowed("kfuncs: [x], loaders: {token: false}", "kfuncs: [x], loaders: {token: true}");
	check_not_shadowed("kfuncs: [x], loaders: {token: true}", "kfuncs: [x]");
	check_not_shadowed("kfuncs: [x], loaders: {uids: [0]}", "kfuncs: [x]");
	check_not_shadowed("kfuncs: [x], signed: [builtin]", "kfuncs: [x]");
	check_not_shadowed("kfuncs: [x], signed: [builtin]", "kfuncs: [x], signed: [builtin, platform]");
	check_not_shadowed("kfuncs: [x], signed: ['keyring:a']", "kfuncs: [x], signed: ['keyring:b']");
	check_not_shadowed("kfuncs: [x], signed: no", "kfuncs: [x], signed: [builtin]");
	check_not_shadowed("kfuncs: [x], loaders: {uids: [0]}", "kfuncs: [x], loaders: {uids: [0, 1]}");
	check_not_shadowed("kfuncs: [x], loaders: {units: [a.service]}", "kfuncs: [x]");
	check_not_shadowed("kfuncs: [x], loaders: {units: [a.service]}",
			   "kfuncs: [x], loaders: {units: ['?.service']}");
	check_not_shadowed("kfuncs: [x], loaders: {exes: [/a]}", "kfuncs: [x], loaders: {units: [a.service]}");
}

/* The day named is the last good one. */
static void test_last_day(void **state)
{
	static const char waiver[] = HEAD "deprecations: [{kfunc: x}]\n"
					  "waivers: [{id: w, kfuncs: [x], until: 2026-11-21, owner: o, reason: r}]\n";
	static const char expired[] = HEAD
		"defaults: {expired: allow}\ndeprecations: [{kfunc: x, deadline: 2026-11-21}]\n";

	(void)state;
	assert_int_equal(lint(waiver, TODAY), 0);
	assert_int_equal(lint(waiver, TODAY + 1), 1);
	assert_int_equal(lint(expired, TODAY), 0);
	assert_int_equal(lint(expired, TODAY + 1), 1);
}

/* n rules with such an exe; each kfunc of its own, or all the same */
static size_t lint_exes(unsigned n, const char *exe, bool one_kfunc)
{
	char *text = NULL;
	size_t size = 0, found;
	FILE *f = open_memstream(&text, &size);

	fputs(HEAD "rules:\n", f);
	for (unsigned i = 0; i < n; i++)
		fprintf(f, "  - {id: r%u, kfuncs: [x%u], loaders: {exes: ['/%u-%s']}, action: allow}\n", i,
			one_kfunc ? 0 : i, i, exe);
	fclose(f);
	found = lint(text, TODAY);
	free(text);
	return found;
}

/* What one kfunc can cost: rules of exact kfuncs count for that kfunc alone, and exact paths cost little. */
static void test_cost(void **state)
{
	(void)state;
	assert_int_equal(lint_exes(1000, "*/aaaaaaaaaaaaaaaaaaaa", true), 1);
	assert_int_equal(lint_exes(1000, "*/aaaaaaaaaaaaaaaaaaaa", false), 0);
	assert_int_equal(lint_exes(1000, "/aaaaaaaaaaaaaaaaaaaaa", true), 0);
	assert_int_equal(lint_exes(100, "*/aaaaaaaaaaaaaaaaaaaa", true), 0);
}

static void test_without_text(void **state)
{
	struct kfg_policy *p = load_text(HEAD "rules: [{id: a, kfuncs: ['*'], action: allow}, {id: "
					      "b, kfuncs: [x], action: allow}]\n");
	struct kfg_diags diags = { 0 };

	(void)state;
	kfg_policy_forget_text(p);
	assert_int_equal(kfg_policy_lint(p, TODAY, &diags), 0);
	assert_int_equal(diags.n, 1);
	assert_int_equal(diags.items[0].line, 4);
	assert_null(diags.items[0].excerpt);
	kfg_diags_done(&diags);
	kfg_policy_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_not_shadowed),
		cmocka_unit_test(test_last_day),
		cmocka_unit_test(test_cost),
		cmocka_unit_test(test_without_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
