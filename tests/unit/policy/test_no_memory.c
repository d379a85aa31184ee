/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_no_memory.c - each allocation of the room fails once, in turn, also libyaml's: the answer is
 * -ENOMEM, outputs are untouched, nothing leaks (that is the sanitizer's part). The linker puts the
 * functions below in place of the real ones.
 */
#include "load_text.h"

#include "policy/diag.h"
#include "policy/verdict.h"
#include <yaml.h>

static unsigned long countdown; /* allocations until one fails; 0: none fails */
static bool failed;

static bool fails(void)
{
	if (!countdown || --countdown)
		return false;
	failed = true;
	return true;
}

#define FAIL_OR(type, name, args, call)                                                                                \
	type __real_##name args;                                                                                       \
	type __wrap_##name args;                                                                                       \
	type __wrap_##name args                                                                                        \
	{                                                                                                              \
		if (fails())                                                                                           \
			return (type)0;                                                                                \
		return __real_##name call;                                                                             \
	}

FAIL_OR(void *, malloc, (size_t size), (size))
FAIL_OR(void *, calloc, (size_t n, size_t size), (n, size))
FAIL_OR(void *, realloc, (void *p, size_t size), (p, size))
FAIL_OR(void *, reallocarray, (void *p, size_t n, size_t size), (p, n, size))
FAIL_OR(char *, strdup, (const char *s), (s))
FAIL_OR(int, yaml_parser_initialize, (yaml_parser_t * parser), (parser))

int __wrap_vasprintf(char **out, const char *format, va_list args);
int __wrap_asprintf(char **out, const char *format, ...);
int __wrap_yaml_parser_parse(yaml_parser_t *parser, yaml_event_t *event);
int __real_yaml_parser_parse(yaml_parser_t *parser, yaml_event_t *event);
int __real_vasprintf(char **out, const char *format, va_list args);

int __wrap_vasprintf(char **out, const char *format, va_list args)
{
	return fails() ? -1 : __real_vasprintf(out, format, args);
}

int __wrap_asprintf(char **out, const char *format, ...)
{
	va_list args;
	int r;

	va_start(args, format);
	r = __wrap_vasprintf(out, format, args);
	va_end(args);
	return r;
}

int __wrap_yaml_parser_parse(yaml_parser_t *parser, yaml_event_t *event)
{
	if (!fails())
		return __real_yaml_parser_parse(parser, event);
	parser->error = YAML_MEMORY_ERROR;
	return 0;
}

static const char good[] = HEAD "date: 2026-01-01\n"
				"include: [/x, '/nothing*']\n"
				"upgrades: [{kernel: '7.3', on: 2027-01-15}]\n"
				"deprecations: [{kfunc: old, removed-in: '7.3', note: n, source: s, replacement: r}]\n"
				"rules:\n"
				"  - id: a\n"
				"    kfuncs: ['bpf_*', y, 'z [m]']\n"
				"    programs: {types: [xdp], names: [n]}\n"
				"    loaders: {units: [unit], exes: [/e], uids: [0]}\n"
				"    action: warn\n"
				"  - {id: b, kfuncs: ['bpf_*'], action: allow, reason: r}\n"
				"waivers: [{id: w, kfuncs: [old, '*'], until: 2026-01-01, owner: o, reason: r}]\n";
static const char included[] = "version: 1\ndeprecations: [{kfunc: x}]\nknown-kfuncs: [old, x]\n";
static const char bad[] = HEAD "mode: x\nrules: [{id: a, kfuncs: [a-b], action: allow}, {id: a, "
			       "kfuncs: [x], action: allow}]\nfoo: 1\n";

static int expand(void *userdata, const char *pattern, const struct kfg_source **ret_sources, size_t *ret_n,
		  const char **ret_failed)
{
	static const struct kfg_source source = { "/x", included, sizeof(included) - 1 };

	(void)userdata;
	(void)ret_failed;
	*ret_sources = &source;
	*ret_n = strcmp(pattern, "/x") ? 0 : 1;
	return 0;
}

/* All that is done with a policy. */
static int use(const char *text, size_t size, struct kfg_policy **ret_policy, struct kfg_table **ret_table)
{
	static const char *const known[] = { "bpf_a", "bpf_b" };
	struct kfg_source source = { "test.yaml", text, size };
	struct kfg_includer includer = { expand, NULL, NULL, false };
	struct kfg_diags diags = { 0 };
	int r = kfg_policy_load(&source, 1, &includer, &diags, ret_policy);

	if (!r)
		r = kfg_policy_lint(*ret_policy, TODAY, &diags);
	for (size_t i = 0; i < diags.n && !failed; i++) {
		char *rendered = kfg_diag_format(&diags.items[i]);

		if (!rendered)
			r = -ENOMEM;
		free(rendered);
	}
	kfg_diags_done(&diags);
	return r ? r : kfg_table_compile(*ret_policy, known, 2, 1, ret_table);
}

static void fail_each(const char *text, size_t size, int want)
{
	unsigned long n = 0;

	do {
		struct kfg_policy *policy = NULL;
		struct kfg_table *table = NULL;
		int r;

		countdown = ++n;
		failed = false;
		r = use(text, size, &policy, &table);
		countdown = 0;
		assert_int_equal(r, failed ? -ENOMEM : want);
		assert_true(failed ? !table : !want == (table != NULL));
		kfg_table_free(table);
		kfg_policy_free(policy);
	} while (failed);
	print_message("%lu allocations\n", n - 1);
	assert_true(n > 50);
}

static void test_good_policy(void **state)
{
	(void)state;
	fail_each(good, sizeof(good) - 1, 0);
}

static void test_bad_policy(void **state)
{
	(void)state;
	fail_each(bad, sizeof(bad) - 1, -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_policy),
		cmocka_unit_test(test_bad_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
