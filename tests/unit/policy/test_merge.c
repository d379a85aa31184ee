/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../../../policy/model.h"
#include "load_text.h"

/* The policy of up to three texts, in their order. */
static struct kfg_policy *load_texts(const char *a, const char *b, const char *c)
{
	const struct kfg_source sources[] = { { "a.yaml", a, strlen(a) },
					      { "b.yaml", b, strlen(b) },
					      { "c.yaml", c ? c : "", c ? strlen(c) : 0 } };
	struct kfg_diags diags = { 0 };
	struct kfg_policy *policy = NULL;

	assert_int_equal(kfg_policy_load(sources, c ? 3 : 2, NULL, &diags, &policy), 0);
	assert_int_equal(diags.n, 0);
	return policy;
}

static void test_later_wins(void **state)
{
	struct kfg_policy *p =
		load_texts(HEAD "mode: audit\nscope: any\nerrno: 5\ndefaults: {unlisted: warn, expired: warn}\n",
			   "version: 1\noverride: [name, unlisted]\nname: other\ndefaults: {unlisted: refuse}\n",
			   "version: 1\noverride: [serial, mode]\nserial: 9\nmode: enforce\npresent: refuse\n");

	(void)state;
	assert_string_equal(kfg_policy_name(p), "other");
	assert_int_equal(kfg_policy_serial(p), 9);
	assert_int_equal(kfg_policy_mode(p), KFG_MODE_ENFORCE);
	assert_int_equal(kfg_policy_present(p), KFG_PRESENT_REFUSE);
	assert_int_equal(kfg_policy_errno(p), 5);
	assert_int_equal(p->settings.scope, KFG_SCOPE_ANY);
	assert_int_equal(p->settings.defaults[KFG_DEFAULT_UNLISTED], KFG_REFUSE);
	assert_int_equal(p->settings.defaults[KFG_DEFAULT_EXPIRED], KFG_WARN);
	kfg_policy_free(p);
}

/* Each setting that a second file changes without saying so is an error; the same value again is none. */
static void test_a_change_must_be_meant(void **state)
{
	static const char *const lines[][2] = {
		{ "name: a\nserial: 1\n", "name: b\n" },
		{ "name: a\nserial: 1\n", "serial: 2\n" },
		{ "name: a\nserial: 1\nmode: enforce\n", "mode: audit\n" },
		{ "name: a\nserial: 1\nscope: live\n", "scope: any\n" },
		{ "name: a\nserial: 1\npresent: report\n", "present: refuse\n" },
		{ "name: a\nserial: 1\nguard: strict\n", "guard: off\n" },
		{ "name: a\nserial: 1\non-stop: keep\n", "on-stop: detach\n" },
		{ "name: a\nserial: 1\non-failure: closed\n", "on-failure: open\n" },
		{ "name: a\nserial: 1\nwithout-bpf-lsm: enforce\n", "without-bpf-lsm: audit\n" },
		{ "name: a\nserial: 1\nerrno: EPERM\n", "errno: EACCES\n" },
		{ "name: a\nserial: 1\nlifecycle-max-age: 90d\n", "lifecycle-max-age: 91d\n" },
		{ "name: a\nserial: 1\ndefaults: {unlisted: refuse}\n", "defaults: {unlisted: allow}\n" },
		{ "name: a\nserial: 1\ndefaults: {deprecated: refuse}\n", "defaults: {deprecated: allow}\n" },
		{ "name: a\nserial: 1\ndefaults: {expired: refuse}\n", "defaults: {expired: allow}\n" },
		{ "name: a\nserial: 1\ndefaults: {unscannable: refuse}\n", "defaults: {unscannable: allow}\n" },
	};
	char first[256], second[256];

	(void)state;
	assert_int_equal(sizeof(lines) / sizeof(lines[0]), KFG_SETTING_MAX - 1);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		for (int same = 0; same < 2; same++) {
			struct kfg_source sources[] = { { "a.yaml", first, 0 }, { "b.yaml", second, 0 } };
			struct kfg_diags diags = { 0 };
			struct kfg_policy *policy = NULL;

			sources[0].size = (size_t)snprintf(first, sizeof(first), "version: 1\n%s", lines[i][0]);
			sources[1].size =
				(size_t)snprintf(second, sizeof(second), "version: 1\n%s", lines[i][same ? 0 : 1]);
			assert_int_equal(kfg_policy_load(sources, 2, NULL, &diags, &policy), same ? 0 : -EBADMSG);
			assert_int_equal(diags.n, same ? 0 : 1);
			if (!same)
				assert_non_null(strstr(diags.items[0].text, "is set in a.yaml:"));
			kfg_policy_free(policy);
			kfg_diags_done(&diags);
		}
}

static void test_lists_grow_in_order(void **state)
{
	struct kfg_policy *p = load_texts(HEAD "rules: [{id: one, kfuncs: [a], action: allow}]\n",
					  "version: 1\nrules: [{id: two, kfuncs: [b], action: "
					  "allow}, {id: three, kfuncs: [c], action: allow}]\n",
					  NULL);

	(void)state;
	assert_int_equal(kfg_policy_n_rules(p), 3);
	assert_string_equal(kfg_policy_rule_id(p, 0), "one");
	assert_string_equal(kfg_policy_rule_id(p, 1), "two");
	assert_string_equal(kfg_policy_rule_id(p, 2), "three");
	kfg_policy_free(p);
}

/* A rule's scope is settled by the scope of the whole, also when that comes later. */
static void test_scope_is_settled_last(void **state)
{
	struct kfg_policy *p = load_texts(HEAD "rules: [{id: one, kfuncs: [a], action: allow}]\ndeprecations: "
					       "[{kfunc: x}, {kfunc: y, scope: live}]\n",
					  "version: 1\nscope: any\n", NULL);

	(void)state;
	assert_int_equal(kfg_rules(p)[0].scope, KFG_SCOPE_ANY);
	assert_int_equal(kfg_deprecations(p)[0].scope, KFG_SCOPE_ANY);
	assert_int_equal(kfg_deprecations(p)[1].scope, KFG_SCOPE_LIVE);
	kfg_policy_free(p);
}

static void test_deprecation_is_replaced_whole(void **state)
{
	struct kfg_policy *p = load_texts(HEAD "deprecations: [{kfunc: x, removed-in: '7.3', note: old}, {kfunc: y}]\n",
					  "version: 1\ndeprecations: [{kfunc: 'x [m]', deprecated-in: '7.1'}]\n", NULL);
	struct kfg_deprecation_info info;

	(void)state;
	assert_int_equal(kfg_policy_n_deprecations(p), 2);
	assert_true(kfg_policy_deprecation(p, 0, &info));
	assert_string_equal(info.kfunc, "y");
	assert_true(kfg_policy_deprecation(p, 1, &info));
	assert_string_equal(info.kfunc, "x");
	assert_string_equal(info.module, "m");
	assert_null(info.note);
	assert_null(info.removed_in);
	assert_string_equal(info.file, "b.yaml");
	kfg_policy_free(p);
}

static int32_t deadline_of(const char *upgrades, const char *deprecation)
{
	struct kfg_deprecation_info info;
	struct kfg_policy *p;
	char text[512];

	(void)snprintf(text, sizeof(text), HEAD "%sdeprecations: [{kfunc: x%s}]\n", upgrades, deprecation);
	p = load_text(text);
	assert_true(kfg_policy_deprecation(p, 0, &info));
	kfg_policy_free(p);
	return info.deadline;
}

static void test_deadlines(void **state)
{
	static const char upgrades[] = "upgrades: [{kernel: '7.4', on: 2027-01-01}, {kernel: '7.3', on: 2027-03-01}, "
				       "{kernel: '6.19', on: 2026-06-01}]\n";
	int32_t day;

	(void)state;
	assert_int_equal(deadline_of(upgrades, ""), KFG_DAY_MAX);
	assert_int_equal(deadline_of(upgrades, ", deprecated-in: '6.1'"), KFG_DAY_MAX);
	assert_int_equal(deadline_of("", ", removed-in: '7.3'"), KFG_DAY_MAX);
	assert_int_equal(deadline_of(upgrades, ", removed-in: '7.5'"), KFG_DAY_MAX);
	/* its own */
	assert_int_equal(kfg_day_parse("2028-01-01", &day), 0);
	assert_int_equal(deadline_of(upgrades, ", removed-in: '7.3', deadline: 2028-01-01"), day);
	/* the day before the earliest upgrade to a kernel without it, which is not the one of the
	 * lowest version */
	assert_int_equal(kfg_day_parse("2026-12-31", &day), 0);
	assert_int_equal(deadline_of(upgrades, ", removed-in: '7.3'"), day);
	assert_int_equal(kfg_day_parse("2026-05-31", &day), 0);
	assert_int_equal(deadline_of(upgrades, ", removed-in: '6.19'"), day);
	assert_int_equal(deadline_of(upgrades, ", removed-in: '6.18.5'"), day);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_later_wins),
		cmocka_unit_test(test_a_change_must_be_meant),
		cmocka_unit_test(test_lists_grow_in_order),
		cmocka_unit_test(test_scope_is_settled_last),
		cmocka_unit_test(test_deprecation_is_replaced_whole),
		cmocka_unit_test(test_deadlines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
