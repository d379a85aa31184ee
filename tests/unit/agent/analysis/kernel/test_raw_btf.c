/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_raw_btf.c - copies of /sys/kernel/btf, whatever their files are called. */
#include "analysis/elf/elf.h"
#include "analysis/kernel/kernel.h"
#include "analysis/kernel/raw_btf.h"

#include "cmocka_all.h"
#include "kernel_build.h"
#include "scratch_dir.h"

#include <errno.h>

static const struct kfg_build_set sets[] = {
	{ .kfuncs = { { .name = "bpf_a", .params = "ip" },
		      { .name = "bpf_untagged", .params = "i", .untagged = true } },
	  .types = { 7 } },
};
static const struct kfg_build_plan plan = { .release = "7.3.4", .sets = sets, .n_sets = 1 };
static const struct kfg_build_set module_sets[] = {
	{ .kfuncs = { { .name = "bpf_of_module", .params = "i" } }, .types = { 7 } },
};
static const struct kfg_build_plan module_plan = { .release = "", .sets = module_sets, .n_sets = 1 };

static void write_bytes(const char *name, const void *bytes, size_t size)
{
	FILE *out = fopen(scratch_path(name), "wbe");

	assert_non_null(out);
	assert_int_equal(fwrite(bytes, 1, size, out), size);
	fclose(out);
}

static void write_kernel(const char *name)
{
	size_t size;
	void *btf = kfg_build_kernel_btf(&plan, &size);

	write_bytes(name, btf, size);
	free(btf);
}

static void write_module(const char *name)
{
	struct kfg_elf_error why;
	const struct kfg_elf_section *btf;
	struct kfg_elf elf;
	size_t size;
	void *module = kfg_build_module(&plan, &module_plan, &size);

	assert_int_equal(kfg_elf_open(module, size, &elf, &why), 0);
	btf = kfg_elf_section_named(&elf, ".BTF");
	assert_non_null(btf);
	write_bytes(name, btf->data, btf->size);
	kfg_elf_done(&elf);
	free(module);
}

static void expect(const char *path)
{
	struct kfg_kernel_error error;
	struct kfg_kernel_facts facts;
	struct kfg_kernel *kernel = NULL;
	const struct kfg_kfunc *k;

	if (kfg_kernel_open(path, NULL, &kernel, &error) < 0)
		fail_msg("%s", error.text);
	kfg_kernel_facts(kernel, &facts);
	assert_int_equal(facts.n_modules, 1);
	assert_int_equal(facts.n_bad_modules, 0);
	assert_non_null(kfg_kernel_kfunc_find(kernel, "bpf_a"));
	k = kfg_kernel_kfunc_find(kernel, "bpf_of_module");
	assert_non_null(k);
	assert_string_equal(k->module, "some_module");
	kfg_kernel_free(kernel);
}

static void test_kinds(void **state)
{
	(void)state;
	write_kernel("a");
	write_module("b");
	scratch_write("c", "no BTF, and longer than the header of one would be");
	scratch_write("d", "");
	assert_int_equal(kfg_raw_btf_kind(scratch_path("a")), KFG_RAW_BTF_KERNEL);
	assert_int_equal(kfg_raw_btf_kind(scratch_path("b")), KFG_RAW_BTF_MODULE);
	assert_int_equal(kfg_raw_btf_kind(scratch_path("c")), KFG_RAW_BTF_NONE);
	assert_int_equal(kfg_raw_btf_kind(scratch_path("d")), KFG_RAW_BTF_NONE);
	assert_int_equal(kfg_raw_btf_kind(scratch_path("nowhere")), KFG_RAW_BTF_NONE);
}

/* The kernel is found among modules by what it is: here modules come first by name. */
static void test_directory(void **state)
{
	static const char *const kernels[] = { "vmlinux", "vmlinux.btf", "vmlinux-7.3.4", "zzz", "zzz.btf" };
	static const char *const modules[] = { "some_module", "some_module.btf", "some-module.btf" };

	(void)state;
	for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++)
		for (size_t k = 0; k < sizeof(modules) / sizeof(modules[0]); k++) {
			write_kernel(kernels[i]);
			write_module(modules[k]);
			scratch_write("README", "what this is");
			expect(scratch);
			unlink(scratch_path(kernels[i]));
			unlink(scratch_path(modules[k]));
		}
}

static void test_list(void **state)
{
	char list[600];

	(void)state;
	write_kernel("kernel");
	write_module("some_module.btf");
	snprintf(list, sizeof(list), "%s,%s", scratch_path("some_module.btf"), scratch_path("kernel"));
	expect(list);
}

static void refused(const char *path, const char *why)
{
	struct kfg_kernel_error error;
	struct kfg_kernel *kernel = NULL;

	assert_true(kfg_kernel_open(path, NULL, &kernel, &error) < 0);
	if (!strstr(error.text, why))
		fail_msg("%s", error.text);
}

/* Two kernels are not one: which is meant would be a guess. */
static void test_errors(void **state)
{
	(void)state;
	write_module("some_module");
	refused(scratch, "no kernel in it, only 1 modules");
	refused(scratch_path("some_module"), "no kernel in it, only 1 modules");
	write_kernel("6.12.btf");
	write_kernel("7.3.btf");
	refused(scratch, "several kernels beside each other (6.12.btf, 7.3.btf): name one");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_kinds, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_directory, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_list, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_errors, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
