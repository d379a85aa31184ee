/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "load_text.h"

#include <errno.h>
#include <kfgate/decide.h>
#include "policy/verdict.h"

static struct kfg_verdict ask(const struct kfg_table *table, const struct kfg_load *load, const char *kfunc,
			      const char *module)
{
	struct kfg_verdict v;

	kfg_verdict_eval(table, load, kfunc, module, &v);
	assert_int_equal(v.failed, 0);
	return v;
}

static void test_first_match_decides(void **state)
{
	struct kfg_table *t =
		compile_text(HEAD "defaults: {unlisted: refuse}\n"
				  "rules:\n"
				  "  - {id: a, kfuncs: ['bpf_ct_*'], loaders: {units: [a.service]}, action: allow}\n"
				  "  - {id: b, kfuncs: ['bpf_*'], action: warn}\n"
				  "  - {id: c, kfuncs: ['bpf_ct_x'], action: audit}\n",
			     NULL, 0);
	struct kfg_load load = { .unit = "a.service" };

	(void)state;
	assert_int_equal(ask(t, &load, "bpf_ct_x", NULL).rule, 0);
	assert_int_equal(ask(t, &load, "bpf_ct_x", "mod").rule, 0);
	load.unit = "b.service";
	assert_int_equal(ask(t, &load, "bpf_ct_x", NULL).rule, 1);
	assert_int_equal(ask(t, &load, "bpf_ct_x", NULL).rule_action, KFG_WARN);
	load.unit = NULL;
	assert_int_equal(ask(t, &load, "bpf_ct_y", NULL).rule, 1);
	assert_int_equal(ask(t, &load, "scx_x", NULL).rule, KFG_NONE);
	assert_int_equal(ask(t, &load, "scx_x", NULL).rule_action, KFG_REFUSE);
	kfg_table_free(t);
}

static void test_kernel_and_modules(void **state)
{
	struct kfg_table *t = compile_text(HEAD "rules:\n"
						"  - {id: core, kfuncs: ['x [vmlinux]'], action: warn}\n"
						"  - {id: mod, kfuncs: ['x [m*]'], action: refuse}\n",
					   NULL, 0);
	struct kfg_load load = { 0 };

	(void)state;
	assert_int_equal(ask(t, &load, "x", NULL).rule, 0);
	assert_int_equal(ask(t, &load, "x", "").rule, 0);
	assert_int_equal(ask(t, &load, "x", "vmlinux").rule, 0);
	assert_int_equal(ask(t, &load, "x", "mod").rule, 1);
	assert_int_equal(ask(t, &load, "x", "other").rule, KFG_NONE);
	kfg_table_free(t);
}

/* The day named is the last good one, of deadlines and of waivers. */
static void test_days(void **state)
{
	struct kfg_table *t = compile_text(HEAD "deprecations: [{kfunc: x, deadline: 2026-11-21}]\n"
						"waivers: [{id: w, kfuncs: [x], loaders: {uids: "
						"[7]}, until: 2026-11-23, owner: o, reason: r}]\n",
					   NULL, 0);
	struct kfg_load load = { .today = TODAY }, waived = { .today = TODAY, .uid = 7 };

	(void)state;
	assert_int_equal(ask(t, &load, "x", NULL).dep_state, KFG_DEP_DEPRECATED);
	assert_int_equal(ask(t, &load, "x", NULL).dep_action, KFG_WARN);
	assert_int_equal(ask(t, &load, "x", NULL).deadline, TODAY);
	assert_int_equal(ask(t, &waived, "x", NULL).dep_action, KFG_AUDIT);
	load.today = waived.today = TODAY + 1;
	assert_int_equal(ask(t, &load, "x", NULL).dep_state, KFG_DEP_EXPIRED);
	assert_int_equal(ask(t, &load, "x", NULL).dep_action, KFG_REFUSE);
	assert_int_equal(ask(t, &load, "x", NULL).waiver, KFG_NONE);
	waived.today = TODAY + 2;
	assert_int_equal(ask(t, &waived, "x", NULL).waiver, 0);
	assert_int_equal(ask(t, &waived, "x", NULL).dep_action, KFG_AUDIT);
	waived.today = TODAY + 3;
	assert_int_equal(ask(t, &waived, "x", NULL).dep_action, KFG_REFUSE);
	kfg_table_free(t);
}

/* An unknown text matches "*" and nothing else. */
static void test_unknown_texts(void **state)
{
	struct kfg_table *t = compile_text(HEAD "rules:\n"
						"  - {id: some, kfuncs: [x], loaders: {exes: ['/*'], units: "
						"['?*']}, programs: {names: ['?*']}, action: refuse}\n"
						"  - {id: any, kfuncs: [x], loaders: {units: ['*']}, programs: "
						"{names: ['*']}, action: warn}\n",
					   NULL, 0);
	char unit[200], exe[300];
	struct kfg_load load = { 0 };

	(void)state;
	assert_int_equal(ask(t, &load, "x", NULL).rule, 1);
	load = (struct kfg_load){ .unit = "u", .exe = "/e", .prog = "p" };
	assert_int_equal(ask(t, &load, "x", NULL).rule, 0);
	/* what does not fit is as unknown as what is not there */
	memset(unit, 'u', sizeof(unit));
	unit[127] = 0;
	load.unit = unit;
	assert_int_equal(ask(t, &load, "x", NULL).rule, 0);
	unit[127] = 'u';
	unit[128] = 0;
	assert_int_equal(ask(t, &load, "x", NULL).rule, 1);
	load.unit = "u";
	memset(exe, '/', sizeof(exe));
	exe[255] = 0;
	load.exe = exe;
	assert_int_equal(ask(t, &load, "x", NULL).rule, 0);
	exe[255] = '/';
	exe[256] = 0;
	assert_int_equal(ask(t, &load, "x", NULL).rule, 1);
	kfg_table_free(t);
}

/* Paths of cgroups: within a component, and across; the root; one that is not known, was cut, or does not fit. */
static void test_cgroups(void **state)
{
	struct kfg_table *t = compile_text(
		HEAD "rules:\n"
		     "  - {id: pods, kfuncs: [x], loaders: {cgroups: ['/kubepods.slice/**/cri-containerd-*.scope']}, "
		     "action: allow}\n"
		     "  - {id: docker, kfuncs: [x], loaders: {cgroups: ['/docker/*', /docker]}, action: audit}\n"
		     "  - {id: root, kfuncs: [x], loaders: {cgroups: [/]}, action: warn}\n"
		     "  - {id: known, kfuncs: [x], loaders: {cgroups: ['/**']}, action: refuse}\n",
		NULL, 0);
	static const struct {
		const char *cgroup;
		uint32_t rule;
	} cases[] = {
		{ NULL, KFG_NONE },
		{ "", KFG_NONE },
		{ "/", 2 },
		{ "/kubepods.slice/a.slice/b.slice/cri-containerd-1.scope", 0 },
		{ "/kubepods.slice/a.slice/cri-containerd-1.scope/x/cri-containerd-2.scope", 0 },
		{ "/kubepods.slice/a.slice/cri-containerd-1.scope/x", 3 },
		{ "/kubepods.slice/cri-containerd-1.scope", 3 },
		{ "/docker", 1 },
		{ "/docker/1", 1 },
		{ "/docker/1/2", 3 },
		{ "/dockers/1", 3 },
		{ "/x/docker/1", 3 },
		{ ".../docker/1", KFG_NONE },
		{ "docker/1", KFG_NONE },
	};
	char cgroup[600];
	struct kfg_load load = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		load.cgroup = cases[i].cgroup;
		assert_int_equal(ask(t, &load, "x", NULL).rule, cases[i].rule);
	}
	memset(cgroup, 'c', sizeof(cgroup));
	cgroup[0] = '/';
	cgroup[511] = 0;
	load.cgroup = cgroup;
	assert_int_equal(ask(t, &load, "x", NULL).rule, 3);
	cgroup[511] = 'c';
	cgroup[512] = 0;
	assert_int_equal(ask(t, &load, "x", NULL).rule, KFG_NONE);
	kfg_table_free(t);
}

static void test_names_that_do_not_fit(void **state)
{
	struct kfg_table *t =
		compile_text(HEAD "rules:\n"
				  "  - {id: p, kfuncs: [x], programs: {names: [a_program_with_]}, action: refuse}\n"
				  "  - {id: all, kfuncs: ['*'], action: warn}\n",
			     NULL, 0);
	struct kfg_load load = { .prog = "a_program_with_a_long_name" };
	char name[65];

	(void)state;
	assert_int_equal(ask(t, &load, "x", NULL).rule, 0);
	memset(name, 'n', sizeof(name));
	name[63] = 0;
	assert_int_equal(ask(t, &load, name, NULL).rule, 1);
	assert_int_equal(ask(t, &load, "y", name).rule, 1);
	name[63] = 'n';
	name[64] = 0;
	assert_int_equal(ask(t, &load, name, NULL).rule, KFG_NONE);
	assert_int_equal(ask(t, &load, "y", name).rule, KFG_NONE);
	kfg_table_free(t);
}

/* The longest names there can be are compared whole: one that differs in any character is another. */
static void test_longest_names(void **state)
{
	char kfunc[KFG_KFUNC_LEN], module[KFG_MODULE_LEN], text[512];
	struct kfg_load load = { .today = TODAY };
	struct kfg_table *t;

	(void)state;
	for (size_t i = 0; i < sizeof(kfunc); i++)
		kfunc[i] = (char)('a' + i / 3);
	for (size_t i = 0; i < sizeof(module); i++)
		module[i] = (char)('a' + i / 3);
	kfunc[sizeof(kfunc) - 1] = module[sizeof(module) - 1] = '\0';
	(void)snprintf(text, sizeof(text), HEAD "deprecations: [{kfunc: '%s [%s]', deadline: 2026-11-21}]\n", kfunc,
		       module);
	t = compile_text(text, NULL, 0);
	assert_int_equal(ask(t, &load, kfunc, module).dep_state, KFG_DEP_DEPRECATED);
	for (size_t i = 0; i < sizeof(module) - 1; i++) {
		module[i]++;
		assert_int_equal(ask(t, &load, kfunc, module).dep_state, KFG_DEP_NONE);
		module[i]--;
	}
	for (size_t i = 0; i < sizeof(kfunc) - 1; i++) {
		kfunc[i]++;
		assert_int_equal(ask(t, &load, kfunc, module).dep_state, KFG_DEP_NONE);
		kfunc[i]--;
	}
	kfg_table_free(t);
}

static void test_prog_types(void **state)
{
	struct kfg_table *t = compile_text(
		HEAD "rules: [{id: a, kfuncs: [x], programs: {types: [netfilter]}, action: warn}]\n", NULL, 0);
	struct kfg_load load = { .prog_type = 32 };

	(void)state;
	assert_int_equal(ask(t, &load, "x", NULL).rule, 0);
	load.prog_type = 31;
	assert_int_equal(ask(t, &load, "x", NULL).rule, KFG_NONE);
	load.prog_type = 96; /* 32 modulo 64 */
	assert_int_equal(ask(t, &load, "x", NULL).rule, KFG_NONE);
	kfg_table_free(t);
}

/* What a rule asks of the user namespace and of a token, and whom it takes. */
static void check_origin(const char *asks, bool plain, bool nested, bool token, bool nested_token)
{
	const bool want[] = { plain, nested, token, nested_token };
	char text[512];
	struct kfg_table *t;

	(void)snprintf(text, sizeof(text), HEAD "rules: [{id: a, kfuncs: [x], loaders: {%s}, action: warn}]\n", asks);
	t = compile_text(text, NULL, 0);
	for (unsigned i = 0; i < 4; i++) {
		struct kfg_load load = { .initial = !(i & 1), .token = i & 2 };

		assert_int_equal(ask(t, &load, "x", NULL).rule == 0, want[i]);
	}
	kfg_table_free(t);
}

static void test_origin(void **state)
{
	(void)state;
	check_origin("userns: any", true, true, true, true);
	check_origin("userns: initial", true, false, false, false);
	check_origin("token: any", true, true, true, true);
	check_origin("token: false", true, true, false, false);
	check_origin("token: true", false, false, true, true);
	check_origin("userns: initial, token: false", true, false, false, false);
	check_origin("userns: initial, token: true", false, false, false, false);
}

/* Whom a rule takes: of a load whose signature is not known, of each word, of two keyrings. */
static void check_signed(const char *asks, const char *want)
{
	static const char *const loads[] = { NULL, "no", "builtin", "secondary", "platform", "keyring:a", "keyring:b" };
	struct kfg_table *t;
	char text[512];

	(void)snprintf(text, sizeof(text), HEAD "rules: [{id: a, kfuncs: [x], %s, action: warn}]\n", asks);
	t = compile_text(text, NULL, 0);
	for (size_t i = 0; i < sizeof(loads) / sizeof(loads[0]); i++) {
		struct kfg_load load = { 0 };

		if (loads[i])
			assert_int_equal(kfg_signature_parse(loads[i], &load.signature), 0);
		assert_int_equal(ask(t, &load, "x", NULL).rule == 0, want[i] == '+');
	}
	kfg_table_free(t);
}

static void test_signed(void **state)
{
	uint32_t signature;

	(void)state;
	check_signed("scope: live", "+++++++");
	check_signed("signed: no", "-+-----");
	check_signed("signed: [builtin]", "--+----");
	check_signed("signed: [secondary, platform]", "---++--");
	check_signed("signed: [builtin, 'keyring:b']", "--+---+");
	check_signed("signed: ['keyring:a', 'keyring:b']", "-----++");
	check_signed("signed: ['keyring:c']", "-------");
	check_signed("signed: [builtin], loaders: {uids: [0]}", "--+----");
	check_signed("signed: [builtin], loaders: {uids: [1]}", "-------");
	assert_int_equal(kfg_signature_parse("yes", &signature), -EINVAL);
	assert_int_equal(kfg_signature_parse("keyring:", &signature), -EINVAL);
	assert_int_equal(kfg_signature_parse("user:12", &signature), -EINVAL);
}

/* On a host a name is the serial number that was found for it, and no other load has that. */
static void test_signed_here(void **state)
{
	static const char text[] = HEAD "rules:\n"
					"  - {id: a, kfuncs: [x], signed: ['keyring:a'], action: warn}\n"
					"  - {id: b, kfuncs: [x], signed: ['keyring:b'], action: warn}\n"
					"  - {id: c, kfuncs: [x], signed: ['keyring:c'], action: warn}\n";
	static const struct kfg_keyring items[] = { { "a", 12 }, { "b", 0 } };
	const struct kfg_keyrings keyrings = { items, 2 };
	const struct kfg_table_host host = { .keyrings = &keyrings };
	struct kfg_policy *policy = load_text(text);
	struct kfg_load load = { .signature = 12 };
	struct kfg_table *t;

	(void)state;
	assert_int_equal(kfg_table_compile_here(policy, &host, 1, &t), 0);
	kfg_policy_free(policy);
	assert_int_equal(ask(t, &load, "x", NULL).rule, 0);
	load.signature = 13;
	assert_int_equal(ask(t, &load, "x", NULL).rule, KFG_NONE);
	load.signature = KFG_SIGNATURE_UNKNOWN;
	assert_int_equal(ask(t, &load, "x", NULL).rule, KFG_NONE);
	load.signature = kfg_signature_of_name("b");
	assert_int_equal(ask(t, &load, "x", NULL).rule, KFG_NONE);
	kfg_table_free(t);
}

static void test_canaries(void **state)
{
	struct kfg_table *t = compile_text(HEAD "rules: [{id: a, kfuncs: ['*'], action: allow}]\n", NULL, 0);
	struct kfg_load load = { .prog = "kfgate_canary2", .is_agent = true };

	(void)state;
	assert_int_equal(ask(t, &load, "bpf_rdonly_cast", NULL).rule, KFG_RULE_CANARY);
	assert_int_equal(ask(t, &load, "never_heard_of", "mod").rule, KFG_RULE_CANARY);
	assert_int_equal(ask(t, &load, "x", NULL).row_flags, KFG_ROW_AGENT | KFG_ROW_ALWAYS);
	load.is_agent = false;
	assert_int_equal(ask(t, &load, "x", NULL).rule, 0);
	assert_int_equal(ask(t, &load, "x", NULL).row_flags, 0);
	kfg_table_free(t);
}

/* A pattern that goes back at every character still ends. */
static void test_worst_glob(void **state)
{
	char text[700], exe[256], pattern[256];
	struct kfg_load load = { .exe = exe };
	struct kfg_table *t;

	(void)state;
	memset(exe, 'a', sizeof(exe));
	memset(pattern, 'a', sizeof(pattern));
	exe[0] = pattern[0] = '/';
	exe[255] = pattern[255] = 0;
	pattern[1] = '*';
	pattern[128] = 'b';
	(void)snprintf(text, sizeof(text),
		       HEAD "rules: [{id: a, kfuncs: [x], loaders: {exes: ['%s']}, action: warn}]\n", pattern);
	t = compile_text(text, NULL, 0);
	assert_int_equal(ask(t, &load, "x", NULL).rule, KFG_NONE);
	exe[128] = 'b';
	assert_int_equal(ask(t, &load, "x", NULL).rule, 0);
	kfg_table_free(t);
}

/* The first characters of a glob are compared at once: each difference is seen, and none is where there is none. */
static void test_glob_prefixes(void **state)
{
	static const char path[] = "/abcdefghijklmnopqrstuvwxyz0123456789ABCDEF";
	char text[700], exe[64], pattern[64];
	struct kfg_load load = { .exe = exe };

	(void)state;
	for (size_t n = 1; n < sizeof(path) - 1; n++) {
		struct kfg_table *t;

		(void)snprintf(pattern, sizeof(pattern), "%.*s*", (int)n, path);
		(void)snprintf(text, sizeof(text),
			       HEAD "rules: [{id: a, kfuncs: [x], loaders: {exes: ['%s']}, action: warn}]\n", pattern);
		t = compile_text(text, NULL, 0);
		memcpy(exe, path, sizeof(path));
		assert_int_equal(ask(t, &load, "x", NULL).rule, 0);
		for (size_t i = 1; i < sizeof(path) - 1; i++) {
			memcpy(exe, path, sizeof(path));
			exe[i] = '-';
			assert_int_equal(ask(t, &load, "x", NULL).rule, i < n ? KFG_NONE : 0);
			exe[i] = '\0'; /* the path ends there */
			assert_int_equal(ask(t, &load, "x", NULL).rule, i < n ? KFG_NONE : 0);
		}
		kfg_table_free(t);
	}
}

/* Globs that go back at every character of the loader's path: the evaluation is cut, and says so. */
static void test_evaluation_is_cut(void **state)
{
	enum { RULES = 400 };
	char exe[256], pattern[256];
	struct kfg_load load = { .exe = exe };
	struct kfg_verdict v;
	struct kfg_table *t;
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	(void)state;
	memset(exe, 'a', sizeof(exe));
	memset(pattern, 'a', sizeof(pattern));
	exe[0] = pattern[0] = '/';
	exe[255] = 0;
	pattern[1] = '*';
	pattern[128] = 'b';
	fputs(HEAD "rules:\n", f);
	for (unsigned i = 0; i < RULES; i++) {
		pattern[129 + i % 64] = '\0';
		fprintf(f, "  - {id: r%u, kfuncs: [x], loaders: {exes: ['%s%u']}, action: allow}\n", i, pattern, i);
		pattern[129 + i % 64] = 'a';
	}
	fclose(f);
	t = compile_text(text, NULL, 0);
	kfg_verdict_eval(t, &load, "x", NULL, &v);
	assert_int_equal(v.failed, 1);
	exe[1] = '\0'; /* a path that ends each glob at once */
	assert_int_equal(ask(t, &load, "x", NULL).rule, KFG_NONE);
	kfg_table_free(t);
	free(text);
}

/* decide.h on cells that are none: fail closed. */
static void test_no_table(void **state)
{
	static const uint64_t garbage[KFG_CELL_SIZE / 8];
	struct kfg_cells cells = { 0 };
	struct kfg_decision d;
	struct kfg_walk walk = { &cells, &d };
	uint8_t reason;

	(void)state;
	memset(&d, 0, sizeof(d));
	assert_int_equal(kfg_decide(&walk), -1);
	assert_int_equal(d.verdict.failed, 1);
	assert_int_equal(kfg_effective(&d.verdict, 0, KFG_REFUSE, &reason), KFG_REFUSE);
	assert_int_equal(reason, KFG_REASON_WALK);
	/* a header, and rows that are not there */
	cells = (struct kfg_cells){ garbage, 1 };
	memset(&d, 0, sizeof(d));
	(void)kfg_decide(&walk);
	assert_int_equal(d.verdict.rule, KFG_NONE);
}

/* Asks a table about kfunc "bpf_x" when the walks of the load have taken `spent` steps: 1 if the answer failed. */
static int failed_after(const void *cells, uint32_t n_cells, uint32_t spent)
{
	struct kfg_cells table = { cells, n_cells };
	struct kfg_decision d;
	struct kfg_walk walk = { &table, &d };
	uint8_t reason;

	memset(&d, 0, sizeof(d));
	memcpy(d.subject.text + KFG_TEXT_KFUNC, "bpf_x", 6);
	for (uint32_t dim = 0; dim < KFG_DIM_MAX; dim++)
		if (dim != KFG_DIM_UID)
			kfg_subject_hash(&walk, dim);
	d.spent = spent;
	assert_int_equal(kfg_decide(&walk), 0);
	if (d.verdict.failed)
		assert_int_equal(kfg_effective(&d.verdict, 0, KFG_REFUSE, &reason), KFG_REFUSE);
	else
		assert_int_equal(d.verdict.rule, 0);
	return (int)d.verdict.failed;
}

/* Rows that are not there, and walks that are not through when the steps of the load are spent, fail closed. */
static void test_fails_closed(void **state)
{
	struct kfg_table *t = compile_text(HEAD "rules: [{id: a, kfuncs: ['bpf_*'], action: warn}]\n", NULL, 0);
	uint32_t n, last = KFG_STEPS_LOAD;
	const void *cells = kfg_table_cells(t, &n);
	struct kfg_table_header *copy = malloc((size_t)n * KFG_CELL_SIZE);

	(void)state;
	assert_non_null(copy);
	assert_int_equal(failed_after(cells, n, 0), 0);
	assert_int_equal(failed_after(cells, n, KFG_STEPS_LOAD), 1);
	/* whichever step is the first that is too many, of the rows or of a pattern */
	while (failed_after(cells, n, last))
		last--;
	assert_true(KFG_STEPS_LOAD - last >= 5 && KFG_STEPS_LOAD - last <= 50);
	memcpy(copy, cells, (size_t)n * KFG_CELL_SIZE);
	copy->row_first = n;
	assert_int_equal(failed_after(copy, n, 0), 1);
	free(copy);
	kfg_table_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_match_decides),
		cmocka_unit_test(test_kernel_and_modules),
		cmocka_unit_test(test_glob_prefixes),
		cmocka_unit_test(test_evaluation_is_cut),
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_unknown_texts),
		cmocka_unit_test(test_cgroups),
		cmocka_unit_test(test_names_that_do_not_fit),
		cmocka_unit_test(test_longest_names),
		cmocka_unit_test(test_prog_types),
		cmocka_unit_test(test_origin),
		cmocka_unit_test(test_signed),
		cmocka_unit_test(test_signed_here),
		cmocka_unit_test(test_canaries),
		cmocka_unit_test(test_worst_glob),
		cmocka_unit_test(test_no_table),
		cmocka_unit_test(test_fails_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
