/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/kernel/kernel.h"

#include "cmocka_all.h"
#include "kernel_build.h"
#include "scratch_dir.h"

#include <elf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <sys/time.h>

#define TYPE(t) ((uint64_t)1 << (t))
#define REG(t) ((t) + 1)

static const struct kfg_build_set sets[] = {
	{ .kfuncs = { { .name = "bpf_acquire", .flags = 5, .params = "ip" }, { .name = "bpf_any", .params = "l" } },
	  .types = { REG(BPF_PROG_TYPE_UNSPEC) } },
	{ .kfuncs = { { .name = "bpf_fmodret", .params = "i" } }, .use = KFG_BUILD_FMODRET },
	{ .kfuncs = { { .name = "bpf_unused", .params = "i" } }, .use = KFG_BUILD_UNUSED },
	{ .kfuncs = { { .name = "scx_a", .untagged = true, .params = "pa", .flags = 1 << 16 },
		      { .name = "scx_b", .params = "p" } },
	  .types = { REG(BPF_PROG_TYPE_STRUCT_OPS), REG(BPF_PROG_TYPE_TRACING) },
	  .filtered = true,
	  .early_type = true },
};
static const char *const functions[] = { "plain", NULL };
static const struct kfg_build_plan plan = {
	.release = "7.3.4-test",
	.sets = sets,
	.n_sets = 4,
	.functions = functions,
};
static const struct kfg_build_set module_sets[] = {
	{ .kfuncs = { { .name = "bpf_any", .params = "l", .flags = 2 }, { .name = "bpf_of_module", .params = "i" } },
	  .types = { REG(BPF_PROG_TYPE_XDP), REG(BPF_PROG_TYPE_SCHED_CLS) } },
	{ .kfuncs = { { .name = "module_fmodret", .params = "i" } }, .use = KFG_BUILD_FMODRET },
};
static const struct kfg_build_plan module_plan = { .release = "", .sets = module_sets, .n_sets = 2 };

static void write_bytes(const char *name, void *bytes, size_t size)
{
	FILE *out = fopen(scratch_path(name), "wbe");

	assert_non_null(out);
	assert_int_equal(fwrite(bytes, 1, size, out), size);
	fclose(out);
	free(bytes);
}

static void write_kernel(const char *name, const struct kfg_build_plan *of)
{
	size_t size;
	void *bytes = kfg_build_kernel(of, &size);

	write_bytes(name, bytes, size);
}

static struct kfg_kernel *open_kernel(const char *name, const char *cache)
{
	struct kfg_kernel_error error;
	struct kfg_kernel *kernel = NULL;
	int r = kfg_kernel_open(scratch_path(name), cache, &kernel, &error);

	if (r < 0)
		fail_msg("%s", error.text);
	return kernel;
}

static const struct kfg_kfunc *find(const struct kfg_kernel *kernel, const char *name)
{
	const struct kfg_kfunc *k = kfg_kernel_kfunc_find(kernel, name);

	assert_non_null(k);
	assert_string_equal(k->name, name);
	return k;
}

static struct kfg_kernel_facts facts_of(const struct kfg_kernel *kernel)
{
	struct kfg_kernel_facts facts;

	kfg_kernel_facts(kernel, &facts);
	return facts;
}

static void test_vmlinux(void **state)
{
	const struct kfg_btf *btf;
	const struct kfg_kfunc *k;
	const char *module;
	struct kfg_kernel *kernel;
	size_t n;

	(void)state;
	write_kernel("vmlinux", &plan);
	kernel = open_kernel("vmlinux", NULL);
	assert_true(facts_of(kernel).sets_known);
	assert_false(facts_of(kernel).modules_known);
	assert_string_equal(facts_of(kernel).release, "7.3.4-test");
	assert_string_equal(facts_of(kernel).limits, "no modules: module kfuncs not checked");
	kfg_kernel_kfunc_list(kernel, &n);
	assert_int_equal(n, 4); /* neither fmod_ret nor unused ones */
	k = find(kernel, "bpf_acquire");
	assert_int_equal(k->flags, 5);
	assert_true(k->registered && k->tagged && k->types_known && !k->filtered && !k->module);
	assert_int_equal(k->prog_types, (TYPE(33) - 1) & ~(uint64_t)1);
	k = find(kernel, "scx_a");
	assert_true(k->registered && !k->tagged && k->types_known && k->filtered);
	assert_int_equal(k->prog_types, TYPE(BPF_PROG_TYPE_STRUCT_OPS) | TYPE(BPF_PROG_TYPE_TRACING) |
						TYPE(BPF_PROG_TYPE_TRACEPOINT) | TYPE(BPF_PROG_TYPE_RAW_TRACEPOINT) |
						TYPE(BPF_PROG_TYPE_PERF_EVENT) | TYPE(BPF_PROG_TYPE_LSM));
	assert_null(kfg_kernel_kfunc_find(kernel, "bpf_fmodret"));
	assert_null(kfg_kernel_kfunc_find(kernel, "plain"));
	assert_true(kfg_kernel_func_find(kernel, "plain", &btf, &module) != 0);
	assert_ptr_equal(btf, kfg_kernel_btf(kernel));
	assert_null(module);
	assert_true(kfg_kernel_type_find(kernel, "task_struct", BTF_KIND_STRUCT, &btf, &module) != 0);
	assert_int_equal(kfg_kernel_type_find(kernel, "task_struct", BTF_KIND_UNION, &btf, &module), 0);
	kfg_kernel_free(kernel);
}

/* 6.1: sets have no mark, there is no common hook and no table in the code. */
static void test_old_vmlinux(void **state)
{
	static const struct kfg_build_set old_sets[] = {
		{ .kfuncs = { { .name = "bpf_old", .flags = 8 } }, .types = { REG(BPF_PROG_TYPE_TRACING) } },
		{ .kfuncs = { { .name = "bpf_unused" } }, .use = KFG_BUILD_UNUSED },
	};
	static const struct kfg_build_plan old = { .release = "6.1.0", .sets = old_sets, .n_sets = 2, .old = true };
	struct kfg_kernel *kernel;
	const struct kfg_kfunc *k;
	size_t n;

	(void)state;
	write_kernel("vmlinux", &old);
	kernel = open_kernel("vmlinux", NULL);
	kfg_kernel_kfunc_list(kernel, &n);
	assert_int_equal(n, 1);
	k = find(kernel, "bpf_old");
	assert_true(k->registered && !k->tagged && k->types_known);
	assert_int_equal(k->flags, 8);
	assert_int_equal(k->prog_types, TYPE(BPF_PROG_TYPE_TRACING) | TYPE(BPF_PROG_TYPE_LSM));
	kfg_kernel_free(kernel);
}

static void test_other_machine(void **state)
{
	struct kfg_build_plan other = plan;
	struct kfg_kernel *kernel;

	(void)state;
	other.machine = EM_RISCV;
	write_kernel("vmlinux", &other);
	kernel = open_kernel("vmlinux", NULL);
	assert_true(find(kernel, "bpf_any")->registered && !find(kernel, "bpf_any")->types_known);
	assert_non_null(strstr(facts_of(kernel).limits, "for which program types kfuncs are registered is not known"));
	kfg_kernel_free(kernel);
}

/* What an amd64 kernel says of a plan, an arm64 one says, too. */
static void test_arm64_image(void **state)
{
	struct kfg_kernel *amd64, *arm64;
	const struct kfg_kfunc *a, *b;
	size_t size, n_a, n_b;
	void *image;

	(void)state;
	write_kernel("vmlinux", &plan);
	image = kfg_build_arm64_image(&plan, &size);
	write_bytes("Image", image, size);
	amd64 = open_kernel("vmlinux", NULL);
	arm64 = open_kernel("Image", NULL);
	a = kfg_kernel_kfunc_list(amd64, &n_a);
	b = kfg_kernel_kfunc_list(arm64, &n_b);
	assert_int_equal(n_a, n_b);
	for (size_t i = 0; i < n_a; i++) {
		assert_string_equal(a[i].name, b[i].name);
		assert_int_equal(a[i].flags, b[i].flags);
		assert_int_equal(a[i].registered, b[i].registered);
		assert_int_equal(a[i].filtered, b[i].filtered);
		assert_int_equal(a[i].types_known, b[i].types_known);
		assert_int_equal(a[i].prog_types, b[i].prog_types);
	}
	assert_string_equal(facts_of(arm64).arch, "aarch64");
	assert_string_equal(facts_of(arm64).release, facts_of(amd64).release);
	kfg_kernel_free(amd64);
	kfg_kernel_free(arm64);
}

static void test_btf_alone(void **state)
{
	struct kfg_kernel *kernel;
	size_t size, n;
	void *bytes = kfg_build_kernel_btf(&plan, &size);

	(void)state;
	write_bytes("kernel.btf", bytes, size);
	kernel = open_kernel("kernel.btf", NULL);
	kfg_kernel_kfunc_list(kernel, &n);
	assert_int_equal(n, 5); /* tags are all there is: without scx_a, with the fmod_ret one */
	assert_false(facts_of(kernel).sets_known);
	assert_false(find(kernel, "bpf_any")->registered || find(kernel, "bpf_any")->types_known);
	assert_non_null(strstr(facts_of(kernel).limits, "BTF alone does not tell"));
	kfg_kernel_free(kernel);
}

static void make_tree(const struct kfg_build_plan *of)
{
	size_t size;
	void *module = kfg_build_module(of, &module_plan, &size), *other = kfg_build_module(of, &module_plan, &size);

	mkdir(scratch_path("k"), 0755);
	mkdir(scratch_path("k/lib"), 0755);
	mkdir(scratch_path("k/lib/modules"), 0755);
	mkdir(scratch_path("k/lib/modules/7.3.4-test"), 0755);
	mkdir(scratch_path("k/lib/modules/7.2.0"), 0755);
	write_kernel("k/vmlinux", of);
	write_bytes("k/lib/modules/7.3.4-test/nf-test.ko", module, size);
	write_bytes("k/lib/modules/7.2.0/other.ko", other, size);
	scratch_write("k/lib/modules/7.3.4-test/broken.ko", "not a module");
}

static void test_directory_with_modules(void **state)
{
	struct kfg_kernel *kernel;
	const struct kfg_kfunc *k;
	const struct kfg_btf *btf;
	const char *module;
	size_t n;

	(void)state;
	make_tree(&plan);
	assert_int_equal(rename(scratch_path("k/vmlinux"), scratch_path("k/vmlinuz.unsigned")), 0);
	kernel = open_kernel("k", NULL);
	assert_true(facts_of(kernel).modules_known);
	assert_int_equal(facts_of(kernel).n_modules, 1); /* not that of another release */
	assert_int_equal(facts_of(kernel).n_bad_modules, 1);
	assert_string_equal(facts_of(kernel).bad_modules, "broken");
	k = find(kernel, "bpf_any"); /* that of the kernel comes first */
	assert_null(k->module);
	assert_string_equal(k[1].name, "bpf_any");
	assert_string_equal(k[1].module, "nf_test");
	k = find(kernel, "bpf_of_module");
	assert_true(k->registered && k->types_known);
	assert_int_equal(k->prog_types, TYPE(BPF_PROG_TYPE_XDP) | TYPE(BPF_PROG_TYPE_SCHED_CLS));
	assert_null(kfg_kernel_kfunc_find(kernel, "module_fmodret"));
	assert_true(kfg_kernel_func_find(kernel, "module_fmodret", &btf, &module) != 0);
	assert_string_equal(module, "nf_test");
	assert_ptr_not_equal(btf, kfg_kernel_btf(kernel));
	kfg_kernel_kfunc_list(kernel, &n);
	assert_int_equal(n, 6);
	kfg_kernel_free(kernel);
}

/* Parts in any order: modules wait for their kernel. */
static void test_list_of_parts(void **state)
{
	struct kfg_kernel_error error;
	struct kfg_kernel *kernel = NULL;
	char path[512];

	(void)state;
	make_tree(&plan);
	snprintf(path, sizeof(path), "%s,%s", scratch_path("k/lib/modules/7.3.4-test/nf-test.ko"),
		 scratch_path("k/vmlinux"));
	assert_int_equal(kfg_kernel_open(path, NULL, &kernel, &error), 0);
	assert_string_equal(find(kernel, "bpf_of_module")->module, "nf_test");
	kfg_kernel_free(kernel);
}

static char cache[128];

static size_t count_kfuncs(void)
{
	struct kfg_kernel *kernel = open_kernel("vmlinux", cache);
	size_t n;

	kfg_kernel_kfunc_list(kernel, &n);
	kfg_kernel_free(kernel);
	return n;
}

/* What is in the cache is taken as long as the file is the same, and only if it is whole. */
static void test_cache(void **state)
{
	struct kfg_build_plan less = plan;
	struct timeval times[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000000 } };
	char command[300];

	(void)state;
	snprintf(cache, sizeof(cache), "%s/new/cache", scratch);
	less.n_sets = 1;
	write_kernel("vmlinux", &plan);
	assert_int_equal(count_kfuncs(), 4);
	assert_int_equal(count_kfuncs(), 4);
	write_kernel("vmlinux", &less);
	assert_int_equal(utimes(scratch_path("vmlinux"), times), 0);
	assert_int_equal(count_kfuncs(), 2);
	snprintf(command, sizeof(command), "printf X | dd of=$(echo %s/*) bs=1 seek=700 conv=notrunc 2>/dev/null",
		 cache);
	assert_int_equal(system(command), 0);
	assert_int_equal(count_kfuncs(), 2);
	snprintf(command, sizeof(command), "for f in %s/*; do : >$f; done", cache);
	assert_int_equal(system(command), 0);
	assert_int_equal(count_kfuncs(), 2);
	snprintf(command, sizeof(command), "test $(ls %s | wc -l) = 1", cache);
	assert_int_equal(system(command), 0);
}

static void refused(const char *name, int errno_expected, const char *why)
{
	struct kfg_kernel_error error;
	struct kfg_kernel *kernel = NULL;
	char expected[400];

	assert_int_equal(kfg_kernel_open(scratch_path(name), NULL, &kernel, &error), errno_expected);
	snprintf(expected, sizeof(expected), "%s%s", scratch_path(name), why);
	assert_string_equal(error.text, expected);
}

static void test_errors(void **state)
{
	size_t size;
	void *module = kfg_build_module(&plan, &module_plan, &size);

	(void)state;
	refused("nowhere", -ENOENT, ": No such file or directory");
	scratch_write("text", "no kernel at all");
	refused("text", -EBADMSG, ": not a kernel: neither ELF, BTF, a boot image nor a package");
	scratch_write("empty", "");
	refused("empty", -EBADMSG, ": empty");
	mkdir(scratch_path("dir"), 0755);
	scratch_write("dir/vmlinux.lds.h", "part of no kernel");
	scratch_write("dir/vmlinux-gdb.py", "neither");
	refused("dir", -ENOENT, ": neither a kernel nor modules in it");
	scratch_write("dir/vmlinuz-1", "x");
	scratch_write("dir/vmlinuz-2", "x");
	refused("dir", -EINVAL, "/vmlinuz-2: several kernels beside each other (1, 2): name one");
	scratch_write("cut", "\x7f"
			     "ELF");
	refused("cut", -EBADMSG, ": offset 0: 4 bytes are too few for an ELF header");
	scratch_write("a.deb", "!<arch>\n");
	refused("a.deb", -EBADMSG, ": not a Debian package: it has no data.tar");
	write_bytes("m.ko", module, size);
	refused("m.ko", -ENOENT, ": no kernel in it, only 1 modules: name what has the kernel, too");
}

/* Each changed byte gives a kernel that can be read, or an error. */
static void test_damage(void **state)
{
	size_t size;
	uint8_t *bytes = kfg_build_kernel(&plan, &size);

	(void)state;
	for (size_t at = 0; at < size; at += 3) {
		struct kfg_kernel_error error;
		struct kfg_kernel *kernel = NULL;
		FILE *out = fopen(scratch_path("vmlinux"), "wbe");

		assert_non_null(out);
		bytes[at] ^= 0x41;
		assert_int_equal(fwrite(bytes, 1, size, out), size);
		bytes[at] ^= 0x41;
		fclose(out);
		if (kfg_kernel_open(scratch_path("vmlinux"), NULL, &kernel, &error) < 0)
			assert_true(error.text[0] != '\0');
		kfg_kernel_free(kernel);
	}
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_vmlinux, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_old_vmlinux, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_other_machine, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_arm64_image, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_btf_alone, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_directory_with_modules, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_list_of_parts, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_cache, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_errors, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_damage, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
