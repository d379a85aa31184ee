/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said about bad policies is in tests/golden/policy; here is what good ones become. */
#include "../../../policy/model.h"
#include "../../../policy/words.h"
#include "load_text.h"

static const char everything[] = "version: 1\n"
				 "name: web-fleet\n"
				 "serial: 14\n"
				 "date: 2026-11-21\n"
				 "mode: audit\n"
				 "scope: any\n"
				 "present: refuse\n"
				 "errno: EPERM\n"
				 "defaults: {unlisted: refuse, deprecated: audit, expired: warn, unscannable: "
				 "allow}\n"
				 "upgrades: [{kernel: '7.3', on: 2027-01-15}]\n"
				 "deprecations:\n"
				 "  - kfunc: old [mod]\n"
				 "    deprecated-in: 6.18\n"
				 "    removed-in: '7.3'\n"
				 "    deadline: 2026-12-31\n"
				 "    replacement: new\n"
				 "    replacement-in: '6.17'\n"
				 "    source: >\n"
				 "      two\n"
				 "      lines\n"
				 "    confidence: medium\n"
				 "    note: n\n"
				 "    scope: live\n"
				 "rules:\n"
				 "  - id: OPS-1/a.b:c@d+e\n"
				 "    kfuncs: ['bpf_**_x', 'y [vmlinux]', 'z [nf_*]', 'v [*]']\n"
				 "    programs: {types: [xdp, struct_ops], names: [cil_*, exact]}\n"
				 "    loaders: {units: [a.service, 'b?.scope'], exes: [/usr/bin/x, '/opt/**'], "
				 "uids: [0, 4294967294]}\n"
				 "    action: warn\n"
				 "    scope: live\n"
				 "    reason: because\n"
				 "  - {id: second, kfuncs: [k], action: allow}\n"
				 "waivers:\n"
				 "  - {id: w, kfuncs: [old], until: 2027-02-01, owner: the team, reason: later}\n"
				 "known-kfuncs: [old, new]\n";

static void test_settings(void **state)
{
	struct kfg_policy *p = load_text(everything);

	(void)state;
	assert_string_equal(kfg_policy_name(p), "web-fleet");
	assert_int_equal(kfg_policy_serial(p), 14);
	assert_int_equal(kfg_policy_mode(p), KFG_MODE_AUDIT);
	assert_int_equal(kfg_policy_present(p), KFG_PRESENT_REFUSE);
	assert_int_equal(kfg_policy_errno(p), EPERM);
	assert_int_equal(p->settings.defaults[KFG_DEFAULT_UNLISTED], KFG_REFUSE);
	assert_int_equal(p->settings.defaults[KFG_DEFAULT_DEPRECATED], KFG_AUDIT);
	assert_int_equal(p->settings.defaults[KFG_DEFAULT_EXPIRED], KFG_WARN);
	assert_int_equal(p->settings.defaults[KFG_DEFAULT_UNSCANNABLE], KFG_ALLOW);
	kfg_policy_free(p);
}

static void test_conditions(void **state)
{
	struct kfg_policy *p = load_text(everything);
	const struct kfg_rule *rule = kfg_rules(p);
	const struct kfg_condition *when = &rule->when;

	(void)state;
	assert_string_equal(rule->id, "OPS-1/a.b:c@d+e");
	assert_int_equal(when->n_kfuncs, 4);
	assert_string_equal(when->kfuncs[0].name, "bpf_*_x");
	assert_true(when->kfuncs[0].name_glob && !when->kfuncs[0].module);
	assert_string_equal(when->kfuncs[1].module, "vmlinux");
	assert_false(when->kfuncs[1].name_glob || when->kfuncs[1].module_glob);
	assert_true(when->kfuncs[2].module_glob);
	assert_null(when->kfuncs[3].module);
	assert_int_equal(when->prog_types, 1 << 6 | 1 << 27);
	assert_true(when->names.n == 2 && when->names.items[0].glob && !when->names.items[1].glob);
	assert_true(when->units.n == 2 && when->exes.n == 2 && when->n_uids == 2);
	assert_string_equal(when->exes.items[1].text, "/opt/*");
	assert_int_equal(when->uids[1], 4294967294u);
	assert_int_equal(rule->action, KFG_WARN);
	assert_int_equal(rule->scope, KFG_SCOPE_LIVE);
	assert_int_equal(rule[1].scope, KFG_SCOPE_ANY);
	assert_string_equal(rule->reason, "because");
	assert_true(rule->place.line == 25 && rule->place.col == 5);
	kfg_policy_free(p);
}

static void test_lifecycle(void **state)
{
	struct kfg_policy *p = load_text(everything);
	const struct kfg_deprecation *dep = kfg_deprecations(p);

	(void)state;
	assert_string_equal(dep->source, "two lines");
	assert_int_equal(dep->confidence, 1);
	assert_int_equal(kfg_waivers(p)->until, 20850);
	assert_int_equal(p->known.n, 2);
	kfg_policy_free(p);
}

static void test_defaults(void **state)
{
	struct kfg_policy *p = load_text(HEAD);

	(void)state;
	assert_int_equal(kfg_policy_mode(p), KFG_MODE_ENFORCE);
	assert_int_equal(kfg_policy_present(p), KFG_PRESENT_REPORT);
	assert_int_equal(kfg_policy_errno(p), EACCES);
	assert_int_equal(p->settings.scope, KFG_SCOPE_LIVE);
	assert_int_equal(p->settings.defaults[KFG_DEFAULT_UNLISTED], KFG_ALLOW);
	assert_int_equal(p->settings.defaults[KFG_DEFAULT_DEPRECATED], KFG_WARN);
	assert_int_equal(p->settings.defaults[KFG_DEFAULT_EXPIRED], KFG_REFUSE);
	assert_int_equal(p->settings.defaults[KFG_DEFAULT_UNSCANNABLE], KFG_REFUSE);
	kfg_policy_free(p);
}

/* The longest of everything is taken, and one more is not. */
static void test_lengths(void **state)
{
	static const struct {
		const char *before;
		const char *key;
		unsigned max;
	} cases[] = {
		{ "", "kfuncs", 63 },
		{ "kfuncs: [x], programs: {", "names", 15 },
		{ "kfuncs: [x], loaders: {", "units", 127 },
		{ "kfuncs: [x], loaders: {", "exes", 255 },
		{ "kfuncs: [x], loaders: {", "cgroups", 511 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (unsigned more = 0; more < 2; more++) {
			unsigned len = cases[i].max + more - (i >= 3);
			char text[800], *finding;

			(void)snprintf(text, sizeof(text), HEAD "rules: [{id: a, action: allow, %s%s: [%s%0*d]%s}]\n",
				       cases[i].before, cases[i].key, i >= 3 ? "/" : "", (int)len, 1,
				       cases[i].before[0] ? "}" : "");
			if (!more) {
				kfg_policy_free(load_text(text));
				continue;
			}
			finding = refuse_text(text, strlen(text));
			assert_true(strstr(finding, "at most") || strstr(finding, "first 15"));
			free(finding);
		}
	}
}

static void test_long_list(void **state)
{
	char *text = NULL;
	size_t size;

	(void)state;
	for (unsigned n = 4096; n <= 4097; n++) {
		FILE *out = open_memstream(&text, &size);

		fprintf(out, HEAD "rules: [{id: a, action: allow, kfuncs: [");
		for (unsigned i = 0; i < n; i++)
			fprintf(out, "x%u, ", i);
		fprintf(out, "]}]\n");
		fclose(out);
		if (n == 4096) {
			kfg_policy_free(load_text(text));
		} else {
			char *finding = refuse_text(text, size);

			assert_non_null(strstr(finding, "4097 entries"));
			free(finding);
		}
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_settings), cmocka_unit_test(test_conditions), cmocka_unit_test(test_lifecycle),
		cmocka_unit_test(test_defaults), cmocka_unit_test(test_lengths),    cmocka_unit_test(test_long_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
