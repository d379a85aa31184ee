/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types of two kernels of tests/fixtures/scan against each other. */
#include "cmocka_all.h"

#include "analysis/scan/type_compat.h"
#include "analysis/scan/fake_kernel.h"
#include <string.h>

#define KFG_STEPS 1000000

static struct kfg_kernel *mid, *new;

static int set_up(void **state)
{
	(void)state;
	mid = kfg_fake_kernel(KFG_FIXTURE_DIR "/scan/kernel_mid.o");
	new = kfg_fake_kernel(KFG_FIXTURE_DIR "/scan/kernel_new.o");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	kfg_kernel_free(mid);
	kfg_kernel_free(new);
	return 0;
}

static struct kfg_type type_of(const struct kfg_kernel *kernel, const char *name, unsigned kind)
{
	struct kfg_type type = { kfg_kernel_btf(kernel), kfg_btf_find(kfg_kernel_btf(kernel), name, kind) };

	if (!type.id)
		fail_msg("no type %s", name);
	if (kind == BTF_KIND_FUNC)
		type.id = kfg_type_record(type)->type;
	return type;
}

static void test_match(void **state)
{
	static const struct {
		unsigned kind;
		const char *name;
		int mid_in_new, new_in_mid; /* whether the one, as the local type, matches the other */
	} rows[] = {
		{ BTF_KIND_STRUCT, "bpf_key", 1, 1 },
		{ BTF_KIND_STRUCT, "task_struct", 1, 0 }, /* members moved, and one more */
		{ BTF_KIND_STRUCT, "ops", 1, 0 },
		{ BTF_KIND_ENUM, "kinds", 1, 0 }, /* values do not count */
		{ BTF_KIND_FUNC, "bpf_both", 1, 1 },
		{ BTF_KIND_FUNC, "bpf_changed", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool both = rows[i].kind != BTF_KIND_STRUCT || strcmp(rows[i].name, "bpf_key") != 0;
		struct kfg_type a = type_of(both ? mid : new, rows[i].name, rows[i].kind);
		struct kfg_type b = type_of(new, rows[i].name, rows[i].kind);

		assert_int_equal(kfg_type_match(a, b, KFG_STEPS), rows[i].mid_in_new);
		assert_int_equal(kfg_type_match(b, a, KFG_STEPS), rows[i].new_in_mid);
		assert_int_equal(kfg_type_match(b, b, KFG_STEPS), 1);
	}
}

static void test_match_kinds(void **state)
{
	struct kfg_type key = type_of(new, "bpf_key", BTF_KIND_STRUCT), kinds = type_of(new, "kinds", BTF_KIND_ENUM);
	struct kfg_type nothing = { kfg_kernel_btf(new), 0 }, integer = type_of(new, "int", BTF_KIND_INT);

	(void)state;
	assert_int_equal(kfg_type_match(key, kinds, KFG_STEPS), 0);
	assert_int_equal(kfg_type_match(nothing, nothing, KFG_STEPS), 1);
	assert_int_equal(kfg_type_match(nothing, integer, KFG_STEPS), 0);
	assert_int_equal(kfg_type_match(integer, nothing, KFG_STEPS), 0);
	assert_int_equal(kfg_type_match(integer, type_of(mid, "int", BTF_KIND_INT), KFG_STEPS), 1);
	assert_int_equal(kfg_type_match(integer, type_of(new, "long", BTF_KIND_INT), KFG_STEPS), 0);
}

static void test_compat(void **state)
{
	struct kfg_type key = type_of(new, "bpf_key", BTF_KIND_STRUCT);
	struct kfg_type task = type_of(mid, "task_struct", BTF_KIND_STRUCT);
	struct kfg_type both = type_of(new, "bpf_both", BTF_KIND_FUNC);
	struct kfg_type nothing = { kfg_kernel_btf(new), 0 }, integer = type_of(new, "int", BTF_KIND_INT);

	(void)state;
	/* names of structs and sizes of integers do not count, kinds do */
	assert_int_equal(kfg_type_compat(key, task, KFG_STEPS), 1);
	assert_int_equal(kfg_type_compat(integer, type_of(new, "long", BTF_KIND_INT), KFG_STEPS), 1);
	assert_int_equal(kfg_type_compat(key, integer, KFG_STEPS), 0);
	assert_int_equal(kfg_type_compat(nothing, integer, KFG_STEPS), 0);
	assert_int_equal(kfg_type_compat(nothing, nothing, KFG_STEPS), 1);
	assert_int_equal(kfg_type_compat(type_of(mid, "bpf_both", BTF_KIND_FUNC), both, KFG_STEPS), 1);
}

static void expect_difference(const char *local, const char *target, const char *want)
{
	struct kfg_type mine = type_of(new, local, BTF_KIND_FUNC), theirs = type_of(new, target, BTF_KIND_FUNC);
	char got[128];

	kfg_type_proto_difference(mine, theirs, got, sizeof(got));
	assert_string_equal(got, want);
}

static void test_difference(void **state)
{
	(void)state;
	expect_difference("bpf_both", "bpf_changed", "it takes 3 arguments in the kernel, 1 in the object");
	expect_difference("bpf_changed", "bpf_both", "it takes 1 argument in the kernel, 3 in the object");
	expect_difference("bpf_added", "bpf_added___v2",
			  "argument 2 is an integer in the kernel, an enum in the object");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_match),
		cmocka_unit_test(test_match_kinds),
		cmocka_unit_test(test_compat),
		cmocka_unit_test(test_difference),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
