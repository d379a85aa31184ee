/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_deprecated.c - decl tags and flags by which a kernel says that a kfunc of its own is deprecated. */
#include "analysis/kernel/facts.h"
#include "analysis/kernel/kernel.h"

#include "btf_build.h"
#include "cmocka_all.h"
#include "kernel_build.h"
#include "scratch_dir.h"

/* Kfuncs, and the tag that each has beside "bpf_kfunc"; the replacement that it says, NULL: it says nothing. */
static const struct {
	const char *kfunc, *tag, *replacement;
} cases[] = {
	{ "bpf_plain", "bpf_fastcall", NULL },
	{ "bpf_old", "bpf_kfunc_deprecated", "" },
	{ "bpf_older", "bpf_kfunc_deprecated:bpf_new", "bpf_new" },
	{ "bpf_oldest", "deprecated= bpf_new", "bpf_new" },
	{ "bpf_other", "deprecated_in_part", NULL },
	{ "bpf_bare", "deprecated", "" },
	{ "bpf_half", "deprecat", NULL },
};
#define N_CASES (sizeof(cases) / sizeof(cases[0]))

static void write_bytes(const char *name, const void *bytes, size_t size)
{
	FILE *out = fopen(scratch_path(name), "wbe");

	assert_non_null(out);
	assert_int_equal(fwrite(bytes, 1, size, out), size);
	fclose(out);
}

static struct kfg_kernel *open_kernel(const char *name)
{
	struct kfg_kernel_error error;
	struct kfg_kernel *kernel = NULL;

	if (kfg_kernel_open(scratch_path(name), NULL, &kernel, &error) < 0)
		fail_msg("%s", error.text);
	return kernel;
}

static void check(const struct kfg_kernel *kernel)
{
	for (size_t i = 0; i < N_CASES; i++) {
		const struct kfg_kfunc *k = kfg_kernel_kfunc_find(kernel, cases[i].kfunc);

		assert_non_null(k);
		assert_int_equal(k->deprecated, cases[i].replacement != NULL);
		assert_string_equal(k->replacement, cases[i].replacement ? cases[i].replacement : "");
	}
}

/* A kernel, and the facts that are made of it. */
static void check_both(void (*check_kernel)(const struct kfg_kernel *kernel))
{
	const struct kfg_facts_made made = { .day = "2026-11-29", .source = "" };
	struct kfg_strbuf out = KFG_STRBUF(KFG_FACTS_FILE_MAX);
	struct kfg_kernel_error error;
	struct kfg_kernel *kernel = open_kernel("vmlinux");

	check_kernel(kernel);
	assert_int_equal(kfg_facts_write(kernel, &made, &out, &error), 0);
	kfg_kernel_free(kernel);
	write_bytes("kernel.facts", out.data, out.size);
	kfg_strbuf_done(&out);
	kernel = open_kernel("kernel.facts");
	check_kernel(kernel);
	kfg_kernel_free(kernel);
}

static void test_tags(void **state)
{
	struct kfg_btf_build b;
	uint32_t integer;
	size_t size;
	void *bytes;

	(void)state;
	kfg_btf_build_start(&b, NULL);
	integer = kfg_btf_build_int(&b, "int", 4, 1);
	for (size_t i = 0; i < N_CASES; i++) {
		uint32_t func = kfg_btf_build_func(&b, cases[i].kfunc, integer, 0, NULL, NULL);

		kfg_btf_build_tag(&b, "bpf_kfunc", func);
		kfg_btf_build_tag(&b, cases[i].tag, func);
	}
	bytes = kfg_btf_build_bytes(&b, &size);
	write_bytes("vmlinux", bytes, size);
	free(bytes);
	kfg_btf_build_done(&b);
	check_both(check);
}

#define FLAG (1u << 21)

static void write_flagged(uint32_t named)
{
	static const struct kfg_build_set sets[] = {
		{ .kfuncs = { { "bpf_flagged", FLAG | 1, "i" }, { "bpf_unflagged", 1, "i" } }, .types = { 1 + 6 } },
	};
	struct kfg_build_plan plan = { "7.9.0", sets, 1, .deprecated_flag = named };
	size_t size;
	void *bytes = kfg_build_kernel(&plan, &size);

	write_bytes("vmlinux", bytes, size);
	free(bytes);
}

static void check_flagged(const struct kfg_kernel *kernel)
{
	assert_true(kfg_kernel_kfunc_find(kernel, "bpf_flagged")->deprecated);
	assert_string_equal(kfg_kernel_kfunc_find(kernel, "bpf_flagged")->replacement, "");
	assert_false(kfg_kernel_kfunc_find(kernel, "bpf_unflagged")->deprecated);
}

static void check_unnamed(const struct kfg_kernel *kernel)
{
	assert_false(kfg_kernel_kfunc_find(kernel, "bpf_flagged")->deprecated);
}

/* The bit has the number that the kernel's own BTF gives it; where it names none, it says nothing. */
static void test_flag(void **state)
{
	(void)state;
	write_flagged(FLAG);
	check_both(check_flagged);
	write_flagged(FLAG << 1);
	check_both(check_unnamed);
	write_flagged(0);
	check_both(check_unnamed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_tags, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_flag, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
