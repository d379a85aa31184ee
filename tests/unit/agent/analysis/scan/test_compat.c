/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Objects of tests/fixtures/scan against kernels of the same: each says in its source what is to become of it. */
#include "cmocka_all.h"

#include "base/cleanup.h"
#include "base/read_file.h"
#include "analysis/scan/fake_kernel.h"
#include "analysis/scan/scan.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define FILE_MAX (1 << 20)
#define BUILT KFG_FIXTURE_DIR "/scan/"
#define SOURCES KFG_SOURCE_DIR "/tests/fixtures/scan/"

static const char *const names[] = { KFG_SCAN_FIXTURES };
static const char *const kernel_names[] = { "old", "mid", "new", "unnamed" };
#define N_KERNELS (sizeof(kernel_names) / sizeof(kernel_names[0]))

static struct kfg_kernel *kernels[N_KERNELS];

/* Where the objects are that a test is about: of this machine's byte order, or of the other one. */
static const char *const orders[] = { "", "other/" };

static void open_kernels(const char *order)
{
	char path[4096];

	for (size_t i = 0; i < N_KERNELS; i++) {
		snprintf(path, sizeof(path), BUILT "%skernel_%s.o", order, kernel_names[i]);
		kernels[i] = kfg_fake_kernel(path);
	}
}

static void close_kernels(void)
{
	for (size_t i = 0; i < N_KERNELS; i++)
		kfg_kernel_free(kernels[i]);
}

/* What became of a use or a map, in the words of an expectation; of the object itself where name is "object". */
static bool outcome(const struct kfg_compat_report *report, const char *name, char *buf, size_t size)
{
	const struct kfg_compat_result *result = NULL;

	if (strcmp(name, "object") == 0) {
		snprintf(buf, size, "%s%s", report->loads ? "loads" : "fails", report->unchecked ? " unchecked" : "");
		return true;
	}
	if (strcmp(name, "why") == 0) { /* the first word of what no use accounts for */
		const char *why = report->other[0] ? report->other : report->unsure;

		snprintf(buf, size, "%.*s", (int)strcspn(why, ":"), why);
		return true;
	}
	if (strcmp(name, "since") == 0) { /* what the first use says of releases */
		const char *open = strchr(report->uses[0].detail, '('), *close = open ? strchr(open, ')') : NULL;

		snprintf(buf, size, "%.*s", close ? (int)(close - open - 1) : 0, open ? open + 1 : "");
		return true;
	}
	for (size_t i = 0; i < report->object->n_uses; i++)
		if (strcmp(report->object->uses[i].symbol, name) == 0)
			result = &report->uses[i];
	for (size_t i = 0; i < report->object->n_struct_ops; i++)
		if (strcmp(report->object->struct_ops[i].map, name) == 0)
			result = &report->struct_ops[i];
	if (!result)
		return false;
	snprintf(buf, size, "%s %s%s", kfg_compat_str(result->compat), kfg_reach_str(result->reach),
		 result->fails ? " fails" : "");
	return true;
}

static const struct kfg_kernel *find_kernel(const char *name)
{
	for (size_t i = 0; i < N_KERNELS; i++)
		if (strcmp(kernel_names[i], name) == 0)
			return kernels[i];
	return NULL;
}

/* What fails, or could not be decided, says why: nobody can act on a verdict without its reason. */
static bool says_why(const struct kfg_compat_report *report)
{
	bool fails = report->other[0], unchecked = report->unsure[0];

	for (size_t i = 0; i < report->object->n_uses; i++) {
		fails |= report->uses[i].fails && report->uses[i].detail[0];
		unchecked |= report->uses[i].compat == KFG_COMPAT_UNCHECKED && report->uses[i].detail[0];
	}
	for (size_t i = 0; i < report->object->n_struct_ops; i++) {
		fails |= report->struct_ops[i].fails && report->struct_ops[i].detail[0];
		unchecked |= report->struct_ops[i].compat == KFG_COMPAT_UNCHECKED && report->struct_ops[i].detail[0];
	}
	return fails == !report->loads && unchecked == report->unchecked;
}

/* "KERNEL NAME WORDS": returns 1 if it did not come out. */
static int check_line(const struct kfg_object *object, const char *fixture, const char *line)
{
	char kernel[16], name[64], wanted[128], got[64] = "no such thing";
	struct kfg_compat_report *report;
	bool same;

	assert_int_equal(sscanf(line, "%15s %63s %127[^\n]", kernel, name, wanted), 3);
	assert_non_null(find_kernel(kernel));
	assert_int_equal(kfg_compat_check(object, find_kernel(kernel), &report), 0);
	if (strcmp(name, "says") == 0)
		same = strstr(report->other, wanted) || strstr(report->unsure, wanted);
	else
		same = outcome(report, name, got, sizeof(got)) && strcmp(got, wanted) == 0;
	if (!same)
		print_error("%s: on %s, %s: expected \"%s\", got \"%s\"\n", fixture, kernel, name, wanted, got);
	for (size_t i = 0; !same && i < object->n_uses; i++)
		print_error("  %s: %s %s %s\n", object->uses[i].symbol, kfg_compat_str(report->uses[i].compat),
			    kfg_reach_str(report->uses[i].reach), report->uses[i].detail);
	if (!same)
		print_error("  other: %s\n  unsure: %s\n", report->other, report->unsure);
	if (!says_why(report)) {
		print_error("%s: on %s: a verdict without a reason\n", fixture, kernel);
		same = false;
	}
	kfg_compat_free(report);
	return !same;
}

static void check_all(const char *order)
{
	int failed = 0, lines = 0;

	open_kernels(order);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		_cleanup_free_ char *source = NULL, *bytes = NULL;
		struct kfg_object_error error = { 0 };
		struct kfg_object *object = NULL;
		char path[4096];
		size_t size;

		snprintf(path, sizeof(path), SOURCES "%s.bpf.c", names[i]);
		assert_int_equal(kfg_read_file(AT_FDCWD, path, FILE_MAX, &source, &size), 0);
		snprintf(path, sizeof(path), BUILT "%s%s.o", order, names[i]);
		assert_int_equal(kfg_read_file(AT_FDCWD, path, FILE_MAX, &bytes, &size), 0);
		if (kfg_object_open(bytes, size, path, &object, &error) < 0)
			fail_msg("%s: %s", path, error.text);
		for (const char *at = source; (at = strstr(at, "* expect ")); lines++) {
			at += strlen("* expect ");
			failed += check_line(object, names[i], at);
		}
		kfg_object_free(object);
	}
	assert_true(lines > 80);
	assert_int_equal(failed, 0);
	close_kernels();
}

static void test_expectations(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		check_all(orders[i]);
}

/* An object for the other byte order is no problem of a kernel, and is not asked about. */
static void test_other_machines(void **state)
{
	_cleanup_free_ char *bytes = NULL;
	struct kfg_object_error error = { 0 };
	struct kfg_object *object = NULL;
	struct kfg_compat_report *report;
	size_t size;

	(void)state;
	open_kernels("");
	assert_int_equal(kfg_read_file(AT_FDCWD, BUILT "other/strong.o", FILE_MAX, &bytes, &size), 0);
	assert_int_equal(kfg_object_open(bytes, size, "other", &object, &error), 0);
	assert_true(object->foreign);
	assert_int_equal(kfg_compat_check(object, kernels[0], &report), 0);
	assert_true(report->foreign);
	assert_false(report->loads || report->unchecked);
	kfg_compat_free(report);
	kfg_object_free(object);
	close_kernels();
}

/* Each limit, lowered until an object meets it: the object is unchecked, and says why. */
static void test_limits(void **state)
{
	static const struct {
		const char *fixture;
		uint64_t value;
		const char *says;
	} rows[KFG_SCAN_LIMIT_MAX] = {
		[KFG_SCAN_LIMIT_FLOW] = { "guard", 3, "limit: following its calls takes more than 3 steps" },
		[KFG_SCAN_LIMIT_FILE_FLOW] = { "guard", 3, "limit: following the calls of all objects in this file" },
		[KFG_SCAN_LIMIT_CORE] = { "core_values", 1, "limit: finding its types and fields in the kernel" },
		[KFG_SCAN_LIMIT_TYPES] = { "licence", 1, "limit: comparing a type with the kernel's takes" },
		[KFG_SCAN_LIMIT_SLOTS] = { "struct_ops", 1, "limit: more than 1 programs are in its struct_ops maps" },
	};

	(void)state;
	open_kernels("");
	for (unsigned i = 0; i < KFG_SCAN_LIMIT_MAX; i++) {
		_cleanup_free_ char *bytes = NULL;
		struct kfg_object_error error = { 0 };
		struct kfg_object *object = NULL;
		struct kfg_compat_report *report;
		char path[4096];
		size_t size;

		assert_non_null(rows[i].fixture); /* a limit without a test */
		snprintf(path, sizeof(path), BUILT "%s.o", rows[i].fixture);
		assert_int_equal(kfg_read_file(AT_FDCWD, path, FILE_MAX, &bytes, &size), 0);
		assert_int_equal(kfg_object_open(bytes, size, path, &object, &error), 0);
		assert_int_equal(kfg_compat_check(object, kernels[2], &report), 0);
		assert_null(strstr(report->unsure, "limit:"));
		kfg_compat_free(report);
		object->max[i] = rows[i].value;
		assert_int_equal(kfg_compat_check(object, kernels[2], &report), 0);
		if (!report->unchecked || !strstr(report->unsure, rows[i].says))
			fail_msg("limit %u: \"%s\" does not say \"%s\"", i, report->unsure, rows[i].says);
		kfg_compat_free(report);
		kfg_object_free(object);
	}
	close_kernels();
}

/* What the deployment gives is not asked for any more. */
static void test_deployment(void **state)
{
	static const char *const modules[] = { "other", "nf-conntrack" };
	const struct kfg_deployment given = {
		.modules = modules, .n_modules = 2, .cap_perfmon = true, .cap_sys_boot = true
	};
	_cleanup_free_ char *bytes = NULL;
	struct kfg_object_error error = { 0 };
	struct kfg_object *object = NULL;
	struct kfg_compat_report *report;
	size_t size;

	(void)state;
	open_kernels("");
	assert_int_equal(kfg_read_file(AT_FDCWD, BUILT "needs.o", FILE_MAX, &bytes, &size), 0);
	assert_int_equal(kfg_object_open(bytes, size, "needs", &object, &error), 0);
	object->deployment = &given;
	assert_int_equal(kfg_compat_check(object, kernels[2], &report), 0);
	for (size_t i = 0; i < object->n_uses; i++)
		assert_int_equal(report->uses[i].compat, KFG_COMPAT_OK);
	kfg_compat_free(report);
	kfg_object_free(object);
	close_kernels();
}

static struct kfg_kernel *fake(const char *name)
{
	char path[4096];

	snprintf(path, sizeof(path), BUILT "kernel_%s.o", name);
	return kfg_fake_kernel(path);
}

/* What is known of a kernel decides; of its BTF alone, the same or nothing; with itself as the nearest, the same. */
static void compare_use(const char *fixture, const struct kfg_compat_result *full,
			const struct kfg_compat_result *alone, const struct kfg_compat_result *beside,
			const struct kfg_compat_result *assumed, size_t *borrowed)
{
	if (alone->compat != KFG_COMPAT_UNCHECKED && alone->fails != full->fails)
		fail_msg("%s: BTF alone says %s, wrongly: %s", fixture, kfg_compat_str(alone->compat), alone->detail);
	assert_false(alone->borrowed);
	assert_int_equal(beside->compat, alone->compat);
	assert_int_equal(beside->fails, alone->fails);
	if (beside->borrowed) {
		assert_int_equal(alone->compat, KFG_COMPAT_UNCHECKED);
		assert_int_equal(beside->nearest_compat, full->compat);
		assert_int_equal(beside->nearest_fails, full->fails);
		assert_non_null(strstr(beside->detail, "the nearest kernel of the catalogue"));
		assert_int_equal(assumed->compat, full->compat);
		assert_int_equal(strncmp(assumed->detail, "as in ", strlen("as in ")), 0);
		(*borrowed)++;
	}
	if (assumed->fails != full->fails)
		fail_msg("%s: assumed: %s (%s), not %s (%s)", fixture, kfg_compat_str(assumed->compat), assumed->detail,
			 kfg_compat_str(full->compat), full->detail);
}

static void fit_alone(struct kfg_object *object, const char *fixture, const char *kernel, size_t *borrowed)
{
	static const struct kfg_deployment assume = { .assume_nearest = true };
	struct kfg_kernel *full = fake(kernel), *alone = fake(kernel), *beside = fake(kernel);
	struct kfg_compat_report *reports[4];

	kfg_fake_kernel_reduce(alone, NULL);
	kfg_fake_kernel_reduce(beside, full);
	assert_int_equal(kfg_compat_check(object, full, &reports[0]), 0);
	assert_int_equal(kfg_compat_check(object, alone, &reports[1]), 0);
	assert_int_equal(kfg_compat_check(object, beside, &reports[2]), 0);
	object->deployment = &assume;
	assert_int_equal(kfg_compat_check(object, beside, &reports[3]), 0);
	object->deployment = NULL;
	for (size_t i = 0; i < object->n_uses; i++)
		compare_use(fixture, &reports[0]->uses[i], &reports[1]->uses[i], &reports[2]->uses[i],
			    &reports[3]->uses[i], borrowed);
	for (size_t i = 0; i < object->n_struct_ops; i++)
		compare_use(fixture, &reports[0]->struct_ops[i], &reports[1]->struct_ops[i], &reports[2]->struct_ops[i],
			    &reports[3]->struct_ops[i], borrowed);
	for (size_t i = 0; i < 4; i++)
		kfg_compat_free(reports[i]);
	kfg_kernel_free(full);
	kfg_kernel_free(alone);
	kfg_kernel_free(beside);
}

static void test_btf_alone(void **state)
{
	size_t borrowed = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		_cleanup_free_ char *bytes = NULL;
		struct kfg_object_error error = { 0 };
		struct kfg_object *object = NULL;
		char path[4096];
		size_t size;

		snprintf(path, sizeof(path), BUILT "%s.o", names[i]);
		assert_int_equal(kfg_read_file(AT_FDCWD, path, FILE_MAX, &bytes, &size), 0);
		assert_int_equal(kfg_object_open(bytes, size, path, &object, &error), 0);
		for (size_t k = 0; k < N_KERNELS; k++)
			fit_alone(object, names[i], kernel_names[k], &borrowed);
		kfg_object_free(object);
	}
	assert_true(borrowed > 20);
}

/* Beside raw BTF there is that of the modules that were loaded: another one may have the kfunc. */
static void test_some_modules(void **state)
{
	_cleanup_free_ char *bytes = NULL;
	struct kfg_kernel *kernel = fake("old");
	struct kfg_object_error error = { 0 };
	struct kfg_object *object = NULL;
	struct kfg_compat_report *report;
	size_t size, seen = 0;

	(void)state;
	kfg_fake_kernel_reduce(kernel, NULL);
	kfg_fake_kernel_some_modules(kernel);
	assert_int_equal(kfg_read_file(AT_FDCWD, BUILT "needs.o", FILE_MAX, &bytes, &size), 0);
	assert_int_equal(kfg_object_open(bytes, size, "needs", &object, &error), 0);
	assert_int_equal(kfg_compat_check(object, kernel, &report), 0);
	for (size_t i = 0; i < object->n_uses; i++) {
		if (strcmp(object->uses[i].kfunc, "bpf_ct_find") != 0)
			continue;
		assert_int_equal(report->uses[i].compat, KFG_COMPAT_UNCHECKED);
		assert_non_null(strstr(report->uses[i].detail, "not all at hand"));
		seen++;
	}
	assert_int_equal(seen, 1);
	kfg_compat_free(report);
	kfg_object_free(object);
	kfg_kernel_free(kernel);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_expectations), cmocka_unit_test(test_other_machines),
		cmocka_unit_test(test_limits),	     cmocka_unit_test(test_deployment),
		cmocka_unit_test(test_btf_alone),    cmocka_unit_test(test_some_modules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
