/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmocka_all.h"

#include "analysis/scan/section_name.h"
#include <linux/bpf.h>

static void test_types(void **state)
{
	static const struct {
		const char *name;
		uint32_t type;
		bool autoload, sleepable;
		const char *attach;
	} rows[] = {
		{ "xdp", BPF_PROG_TYPE_XDP, true, false, "" },
		{ "?xdp", BPF_PROG_TYPE_XDP, false, false, "" },
		{ "xdp.frags/devmap", BPF_PROG_TYPE_XDP, true, false, "" },
		{ "xdp_filter", BPF_PROG_TYPE_UNSPEC, true, false, "" },
		{ "xdp/filter", BPF_PROG_TYPE_UNSPEC, true, false, "" },
		{ "kprobe/do_exit", BPF_PROG_TYPE_KPROBE, true, false, "do_exit" },
		{ "kprobe.multi/a*", BPF_PROG_TYPE_KPROBE, true, false, "a*" },
		{ "kprobe", BPF_PROG_TYPE_KPROBE, true, false, "" },
		{ "lsm.s/file_open", BPF_PROG_TYPE_LSM, true, true, "file_open" },
		{ "fentry.s/", BPF_PROG_TYPE_TRACING, true, true, "" },
		{ "iter/task", BPF_PROG_TYPE_TRACING, true, false, "task" },
		{ "struct_ops.s/init", BPF_PROG_TYPE_STRUCT_OPS, true, true, "init" },
		{ "struct_ops", BPF_PROG_TYPE_STRUCT_OPS, true, false, "" },
		{ "syscall", BPF_PROG_TYPE_SYSCALL, true, true, "" },
		{ "netfilter", 32, true, false, "" },
		{ "tc", BPF_PROG_TYPE_SCHED_CLS, true, false, "" },
		{ "tc/entry", BPF_PROG_TYPE_UNSPEC, true, false, "" },
		{ "freplace/f", BPF_PROG_TYPE_EXT, true, false, "f" },
		{ "cgroup/sock", BPF_PROG_TYPE_CGROUP_SOCK, true, false, "" },
		{ "", BPF_PROG_TYPE_UNSPEC, true, false, "" },
		{ "?", BPF_PROG_TYPE_UNSPEC, false, false, "" },
		{ ".text", BPF_PROG_TYPE_UNSPEC, true, false, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct kfg_section_name got = kfg_section_name(rows[i].name);

		assert_int_equal(got.type, rows[i].type);
		assert_int_equal(got.autoload, rows[i].autoload);
		assert_int_equal(got.sleepable, rows[i].sleepable);
		assert_string_equal(got.attach, rows[i].attach);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(test_types) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
