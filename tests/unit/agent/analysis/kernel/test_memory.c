/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/kernel/memory.h"

#include "cmocka_all.h"
#include "memory_build.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#define TYPE(t) ((uint64_t)1 << (t))
#define BASE 0xffffffff81000000u
#define BTF_AT 0x100u
#define TAB_AT 0x200u
#define FILTERS_AT (TAB_AT + KFG_BUILD_MEMORY_FILTERS + KFG_BUILD_MEMORY_FILTERS_SIZE * KFG_BUILD_MEMORY_TRACING)
#define XDP_SET_AT 0x400u
#define TRACING_SET_AT 0x440u
#define FMODRET_SET_AT 0x480u
#define RODATA_AT 0x800u /* holds a struct btf_kfunc_id_set */
#define OWN_SET_AT 0x900u /* the set that it was registered with */
#define FILTER (BASE + 0x10u)

static uint8_t bytes[4096];
static struct kfg_btf *btf;
static void *btf_bytes;
static uint32_t bpf_a, bpf_b, bpf_c, bpf_d, no_func;
static const char *hidden; /* a symbol that the kernel does not show */

static void put32(size_t at, uint32_t value)
{
	memcpy(bytes + at, &value, sizeof(value));
}

static void put64(size_t at, uint64_t value)
{
	memcpy(bytes + at, &value, sizeof(value));
}

static void build_btf(void)
{
	uint32_t funcs[KFG_BUILD_MEMORY_FUNCS];
	struct kfg_btf_error error;
	size_t size;

	btf_bytes = kfg_build_memory_btf(false, &no_func, funcs, &size);
	assert_int_equal(kfg_btf_open(btf_bytes, size, NULL, &btf, &error), 0);
	bpf_a = funcs[0];
	bpf_b = funcs[1];
	bpf_c = funcs[2];
	bpf_d = funcs[3];
}

/*
 * XDP: a (acquire) and b; tracing: b, c and what is no function, with a filter that b alone was registered with;
 * fmod_ret: d.
 */
static int setup(void **state)
{
	(void)state;
	memset(bytes, 0, sizeof(bytes));
	hidden = "";
	build_btf();
	put64(BTF_AT + KFG_BUILD_MEMORY_TAB, BASE + TAB_AT);
	put64(TAB_AT + 8 * KFG_BUILD_MEMORY_XDP, BASE + XDP_SET_AT);
	put64(TAB_AT + 8 * KFG_BUILD_MEMORY_TRACING, BASE + TRACING_SET_AT);
	put64(TAB_AT + 8 * KFG_BUILD_MEMORY_FMODRET, BASE + FMODRET_SET_AT);
	put64(FILTERS_AT, FILTER);
	put32(FILTERS_AT + KFG_BUILD_MEMORY_N_FILTERS, 1);
	put32(XDP_SET_AT, 2);
	put32(XDP_SET_AT + 8, bpf_a);
	put32(XDP_SET_AT + 12, 1);
	put32(XDP_SET_AT + 16, bpf_b);
	put32(TRACING_SET_AT, 3);
	put32(TRACING_SET_AT + 8, no_func);
	put32(TRACING_SET_AT + 16, bpf_b);
	put32(TRACING_SET_AT + 20, 4);
	put32(TRACING_SET_AT + 24, bpf_c);
	put32(FMODRET_SET_AT, 1);
	put32(FMODRET_SET_AT + 8, bpf_d);
	put64(RODATA_AT + 40 + KFG_BUILD_MEMORY_SET, BASE + OWN_SET_AT);
	put64(RODATA_AT + 40 + KFG_BUILD_MEMORY_FILTER, FILTER);
	put32(OWN_SET_AT, 1);
	put32(OWN_SET_AT + 8, bpf_b);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	kfg_btf_free(btf);
	free(btf_bytes);
	return 0;
}

static int find_btf(void *arg, const char *name, uint64_t *ret_addr)
{
	(void)arg;
	*ret_addr = BASE + BTF_AT;
	return strcmp(name, "vmlinux") == 0 || strcmp(name, "module") == 0 ? 0 : -ENOENT;
}

static int find_symbol(void *arg, const char *name, uint64_t *ret_addr)
{
	(void)arg;
	if (strcmp(name, hidden) == 0)
		return -ENOENT;
	*ret_addr = strcmp(name, "__start_rodata") == 0 ? BASE + RODATA_AT :
		    strcmp(name, "__end_rodata") == 0	? BASE + RODATA_AT + 0x80 :
							  0;
	return *ret_addr ? 0 : -ENOENT;
}

static int read_bytes(void *arg, uint64_t addr, void *buf, size_t size)
{
	(void)arg;
	assert_true(size <= KFG_KERNEL_MEMORY_READ_MAX);
	if (addr < BASE || addr - BASE > sizeof(bytes) || size > sizeof(bytes) - (addr - BASE))
		return -EFAULT;
	memcpy(buf, bytes + (addr - BASE), size);
	return 0;
}

static const struct kfg_kernel_memory memory = { .find_btf = find_btf, .find_symbol = find_symbol, .read = read_bytes };

static struct kfg_registrations read_sets(const char *name)
{
	struct kfg_registrations r;
	struct kfg_hooks hooks;

	assert_int_equal(kfg_memory_sets_read(&memory, "vmlinux", btf, &hooks, &r), 0);
	if (strcmp(name, "vmlinux") == 0)
		return r;
	kfg_registrations_done(&r);
	assert_int_equal(kfg_memory_sets_read(&memory, name, btf, &hooks, &r), 0);
	return r;
}

static void test_sets(void **state)
{
	struct kfg_registrations r = read_sets("vmlinux");

	(void)state;
	assert_true(r.known);
	assert_int_equal(r.n, 3);
	assert_int_equal(r.n_odd, 1);
	assert_int_equal(r.items[0].id, bpf_a);
	assert_int_equal(r.items[0].flags, 1);
	assert_true(r.items[0].types_known);
	assert_int_equal(r.items[0].prog_types, TYPE(BPF_PROG_TYPE_XDP));
	assert_false(r.items[0].filtered);
	assert_int_equal(r.items[1].id, bpf_b);
	assert_int_equal(r.items[1].flags, 4);
	assert_int_equal(r.items[1].prog_types,
			 TYPE(BPF_PROG_TYPE_XDP) | TYPE(BPF_PROG_TYPE_TRACING) | TYPE(BPF_PROG_TYPE_LSM));
	assert_true(r.items[1].filtered);
	assert_int_equal(r.items[2].id, bpf_c);
	assert_false(r.items[2].filtered);
	kfg_registrations_done(&r);
}

/* Then nobody knows which of the hook's sets are meant. */
static void test_filter_is_not_found(void **state)
{
	struct kfg_registrations r;

	(void)state;
	put64(RODATA_AT + 40 + KFG_BUILD_MEMORY_FILTER, 0);
	r = read_sets("vmlinux");
	assert_int_equal(r.n, 3);
	assert_false(r.items[0].filtered);
	assert_true(r.items[1].filtered);
	assert_true(r.items[2].filtered);
	kfg_registrations_done(&r);
	put64(RODATA_AT + 40 + KFG_BUILD_MEMORY_FILTER, FILTER);
	hidden = "__end_rodata";
	r = read_sets("vmlinux");
	assert_true(r.items[2].filtered);
	kfg_registrations_done(&r);
	hidden = "";
	put32(FILTERS_AT + KFG_BUILD_MEMORY_N_FILTERS, 17);
	r = read_sets("vmlinux");
	assert_true(r.items[2].filtered);
	kfg_registrations_done(&r);
}

static void test_module(void **state)
{
	struct kfg_registrations r = read_sets("module");

	(void)state;
	assert_true(r.known);
	assert_int_equal(r.n, 3);
	assert_true(r.items[2].filtered); /* its data are not looked through */
	kfg_registrations_done(&r);
	put64(BTF_AT + KFG_BUILD_MEMORY_TAB, 0);
	r = read_sets("module");
	assert_true(r.known);
	assert_int_equal(r.n, 0);
	kfg_registrations_done(&r);
	assert_false(read_sets("gone").known);
}

static void assert_not_understood(void)
{
	struct kfg_registrations r = read_sets("vmlinux");

	assert_false(r.known);
	assert_int_equal(r.n, 0);
	assert_null(r.items);
}

static void test_not_understood(void **state)
{
	(void)state;
	put64(BTF_AT + KFG_BUILD_MEMORY_TAB, 0); /* of the kernel itself: it has kfuncs */
	assert_not_understood();
	put64(BTF_AT + KFG_BUILD_MEMORY_TAB, 8);
	assert_not_understood();
	put64(BTF_AT + KFG_BUILD_MEMORY_TAB, BASE + sizeof(bytes) - 8);
	assert_not_understood();
	put64(BTF_AT + KFG_BUILD_MEMORY_TAB, BASE + TAB_AT);
	put32(XDP_SET_AT, 0xffffffff);
	assert_not_understood();
	put32(XDP_SET_AT, 4000);
	assert_not_understood();
	put32(XDP_SET_AT, 2);
	put64(TAB_AT + 8 * KFG_BUILD_MEMORY_TC, 1);
	assert_not_understood();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_sets, setup, teardown),
		cmocka_unit_test_setup_teardown(test_filter_is_not_found, setup, teardown),
		cmocka_unit_test_setup_teardown(test_module, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_understood, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
