/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../../../policy/model.h"
#include "load_text.h"

/* Files that includes can find, by pattern. */
struct shelf {
	const char *pattern;
	struct kfg_source sources[2];
	size_t n;
	unsigned asked;
};

static int expand(void *userdata, const char *pattern, const struct kfg_source **ret_sources, size_t *ret_n,
		  const char **ret_failed)
{
	struct shelf *shelf = userdata;

	shelf->asked++;
	if (!strcmp(pattern, "/denied")) {
		*ret_failed = NULL;
		return -EACCES;
	}
	*ret_n = strcmp(pattern, shelf->pattern) ? 0 : shelf->n;
	*ret_sources = shelf->sources;
	return 0;
}

#define SOURCE(path, text)                                                                                             \
	{                                                                                                              \
		path, text, sizeof(text) - 1                                                                           \
	}

static int load(const char *text, struct shelf *shelf, struct kfg_diags *diags, struct kfg_policy **ret_policy)
{
	struct kfg_source source = { "main.yaml", text, strlen(text) };
	struct kfg_includer includer = { expand, shelf, NULL, false };

	return kfg_policy_load(&source, 1, shelf ? &includer : NULL, diags, ret_policy);
}

/* Lifecycle data gives way to the policy, the first file to the second, and its name and serial are
 * its own. */
static void test_include(void **state)
{
	struct shelf shelf = { "/l/*.yaml",
			       { SOURCE("/l/a.yaml",
					"version: 1\nname: upstream\nserial: 99\ndeprecations: [{kfunc: x, note: "
					"a}, {kfunc: y, note: a}, {kfunc: z, note: a}]\n"),
				 SOURCE("/l/b.yaml", "version: 1\ndeprecations: [{kfunc: y, note: b}]\n") },
			       2,
			       0 };
	struct kfg_diags diags = { 0 };
	struct kfg_policy *p = NULL;
	struct kfg_deprecation_info info;

	(void)state;
	assert_int_equal(load(HEAD "include: ['/l/*.yaml', '/l/*.yaml']\ndeprecations: [{kfunc: x, note: own}]\n",
			      &shelf, &diags, &p),
			 0);
	assert_int_equal(shelf.asked, 2);
	assert_string_equal(kfg_policy_name(p), "test");
	assert_int_equal(kfg_policy_serial(p), 1);
	assert_int_equal(kfg_policy_n_deprecations(p), 3);
	for (uint32_t i = 0; i < 3; i++) {
		assert_true(kfg_policy_deprecation(p, i, &info));
		assert_string_equal(info.note, info.kfunc[0] == 'x' ? "own" : info.kfunc[0] == 'y' ? "b" : "a");
	}
	kfg_policy_free(p);
}

/* What the kernel says gives way to all others, and is no part of what the policy is. */
static void test_below(void **state)
{
	static const char text[] = HEAD
		"include: ['/l/*.yaml']\ndeprecations: [{kfunc: x, note: own}, {kfunc: v, note: own}]\n";
	struct shelf shelf = {
		"/l/*.yaml", { SOURCE("/l/a.yaml", "version: 1\ndeprecations: [{kfunc: y, note: a}]\n") }, 1, 0
	};
	const struct kfg_source below = SOURCE(
		"kernel", "version: 1\ndeprecations: [{kfunc: 'x [vmlinux]', note: k}, {kfunc: 'y [vmlinux]', note: k},"
			  " {kfunc: 'z [vmlinux]', note: k}]\n");
	const struct kfg_source source = SOURCE("main.yaml", text);
	struct kfg_includer includer = { expand, &shelf, &below, false };
	struct kfg_diags diags = { 0 };
	struct kfg_policy *p = NULL, *without = NULL;
	struct kfg_deprecation_info info;

	(void)state;
	assert_int_equal(kfg_policy_load(&source, 1, &includer, &diags, &p), 0);
	assert_int_equal(kfg_policy_n_deprecations(p), 4);
	for (uint32_t i = 0; i < 4; i++) {
		assert_true(kfg_policy_deprecation(p, i, &info));
		assert_string_equal(info.note, info.kfunc[0] == 'z' ? "k" : info.kfunc[0] == 'y' ? "a" : "own");
	}
	assert_int_equal(load(text, &shelf, &diags, &without), 0);
	assert_int_equal(kfg_policy_n_deprecations(without), 3);
	assert_string_equal(kfg_policy_digest(p), kfg_policy_digest(without));
	kfg_policy_free(p);
	kfg_policy_free(without);
}

static void test_include_failures(void **state)
{
	struct shelf shelf = { "/l/*.yaml", { { NULL, NULL, 0 } }, 0, 0 };
	struct kfg_diags diags = { 0 };
	struct kfg_policy *p = NULL;

	(void)state;
	assert_int_equal(load(HEAD "include: [/denied, /missing, '/l/*.yaml']\n", &shelf, &diags, &p), -EBADMSG);
	assert_int_equal(diags.n, 2);
	assert_string_equal(diags.items[0].text, "cannot include \"/denied\": Permission denied");
	assert_string_equal(diags.items[1].text, "cannot include \"/missing\": there is no such file");
	kfg_diags_done(&diags);
	/* nobody to ask is an error as well */
	assert_int_equal(load(HEAD "include: ['/l/*.yaml']\n", NULL, &diags, &p), -EBADMSG);
	assert_int_equal(diags.n, 1);
	kfg_diags_done(&diags);
	assert_null(p);
}

static void test_digest(void **state)
{
	struct kfg_policy *a = load_text(HEAD "mode: audit\n"), *b = load_text(HEAD "mode: audit\n");
	struct kfg_policy *c = load_text(HEAD "mode: audit \n");

	(void)state;
	assert_int_equal(strlen(kfg_policy_digest(a)), 16);
	assert_string_equal(kfg_policy_digest(a), kfg_policy_digest(b));
	assert_string_not_equal(kfg_policy_digest(a), kfg_policy_digest(c));
	kfg_policy_free(a);
	kfg_policy_free(b);
	kfg_policy_free(c);
}

/* In the order of the files and lines, whatever found them. */
static void test_findings_are_sorted(void **state)
{
	const struct kfg_source sources[] = {
		SOURCE("b.yaml", "version: 1\nrules: [{id: one, kfuncs: [a], action: allow}, {id: "
				 "one, kfuncs: [a], action: no}]\nmode: x\n"),
		SOURCE("a.yaml", "version: 1\nscope: x\n"),
	};
	static const char *const files[] = { "b.yaml", "b.yaml", "b.yaml", "b.yaml", "b.yaml", "a.yaml" };
	static const unsigned lines[] = { 0, 0, 2, 2, 3, 2 };
	struct kfg_diags diags = { 0 };
	struct kfg_policy *p = NULL;
	struct kfg_spot before = { .file = "z.yaml" };

	(void)state;
	kfg_diags_add(&diags, KFG_DIAG_WAIVER_ENDED, &before, "what was there stays where it was");
	assert_int_equal(kfg_policy_load(sources, 2, NULL, &diags, &p), -EBADMSG);
	assert_int_equal(diags.n, 7);
	assert_string_equal(diags.items[0].file, "z.yaml");
	for (size_t i = 0; i < 6; i++) {
		assert_string_equal(diags.items[i + 1].file, files[i]);
		assert_int_equal(diags.items[i + 1].line, lines[i]);
	}
	kfg_diags_done(&diags);
}

static void test_no_sources(void **state)
{
	struct kfg_diags diags = { 0 };
	struct kfg_policy *p = NULL;

	(void)state;
	assert_int_equal(kfg_policy_load(NULL, 0, NULL, &diags, &p), -EBADMSG);
	assert_int_equal(diags.n, 1);
	assert_string_equal(diags.items[0].text, "there is no policy file");
	kfg_diags_done(&diags);
}

static void test_too_many_sources(void **state)
{
	struct kfg_source *sources = calloc(KFG_SOURCES_MAX + 1, sizeof(*sources));
	struct kfg_diags diags = { 0 };
	struct kfg_policy *p = NULL;

	(void)state;
	for (size_t i = 0; i <= KFG_SOURCES_MAX; i++)
		sources[i] = (struct kfg_source){ "a.yaml", HEAD, strlen(HEAD) };
	assert_int_equal(kfg_policy_load(sources, KFG_SOURCES_MAX + 1, NULL, &diags, &p), -E2BIG);
	assert_int_equal(kfg_policy_load(sources, KFG_SOURCES_MAX, NULL, &diags, &p), 0);
	kfg_policy_free(p);
	free(sources);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_include),
		cmocka_unit_test(test_below),
		cmocka_unit_test(test_include_failures),
		cmocka_unit_test(test_digest),
		cmocka_unit_test(test_findings_are_sorted),
		cmocka_unit_test(test_no_sources),
		cmocka_unit_test(test_too_many_sources),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
