/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmocka_all.h"

#include "analysis/scan/filter.h"

#define OPS BPF_PROG_TYPE_STRUCT_OPS

static void test_rules(void **state)
{
	static const struct {
		const char *kfunc;
		uint32_t type;
		const char *section, *ops, *member;
		enum kfg_truth want;
	} rows[] = {
		{ "scx_bpf_dsq_insert", OPS, "struct_ops/e", "sched_ext_ops", "enqueue", KFG_TRUTH_TRUE },
		{ "scx_bpf_dsq_insert", OPS, "struct_ops/r", "sched_ext_ops", "running", KFG_TRUTH_FALSE },
		{ "scx_bpf_dsq_insert", OPS, "struct_ops/x", "tcp_congestion_ops", "init", KFG_TRUTH_FALSE },
		{ "scx_bpf_dsq_insert", OPS, "struct_ops/x", "", "", KFG_TRUTH_UNKNOWN },
		{ "scx_bpf_dsq_insert", BPF_PROG_TYPE_SYSCALL, "syscall", "", "", KFG_TRUTH_FALSE },
		{ "scx_bpf_create_dsq", BPF_PROG_TYPE_SYSCALL, "syscall", "", "", KFG_TRUTH_TRUE },
		{ "scx_bpf_kick_cpu", BPF_PROG_TYPE_TRACING, "fentry/x", "", "", KFG_TRUTH_TRUE },
		{ "scx_bpf_kick_cpu", OPS, "struct_ops/t", "sched_ext_ops_cid", "tick", KFG_TRUTH_FALSE },
		{ "scx_bpf_kick_cid", OPS, "struct_ops/t", "sched_ext_ops_cid", "tick", KFG_TRUTH_TRUE },
		{ "bpf_get_file_xattr", BPF_PROG_TYPE_LSM, "lsm.s/file_open", "", "", KFG_TRUTH_TRUE },
		{ "bpf_get_file_xattr", BPF_PROG_TYPE_TRACING, "fentry/x", "", "", KFG_TRUTH_FALSE },
		{ "bpf_sock_destroy", BPF_PROG_TYPE_TRACING, "iter/tcp", "", "", KFG_TRUTH_TRUE },
		{ "bpf_sock_destroy", BPF_PROG_TYPE_TRACING, "tp_btf/x", "", "", KFG_TRUTH_FALSE },
		{ "bpf_session_cookie", BPF_PROG_TYPE_KPROBE, "kprobe.session/x", "", "", KFG_TRUTH_TRUE },
		{ "bpf_session_cookie", BPF_PROG_TYPE_KPROBE, "?kprobe/x", "", "", KFG_TRUTH_FALSE },
		{ "bpf_ksock_send", BPF_PROG_TYPE_LSM, "lsm.s/file_open", "", "", KFG_TRUTH_TRUE },
		{ "bpf_ksock_send", BPF_PROG_TYPE_LSM, "lsm.s/socket_sendmsg", "", "", KFG_TRUTH_FALSE },
		{ "bpf_kfree_skb", OPS, "struct_ops/e", "Qdisc_ops", "init", KFG_TRUTH_TRUE },
		{ "bpf_qdisc_skb_drop", OPS, "struct_ops/e", "Qdisc_ops", "enqueue", KFG_TRUTH_TRUE },
		{ "bpf_qdisc_skb_drop", OPS, "struct_ops/e", "Qdisc_ops", "dequeue", KFG_TRUTH_FALSE },
		{ "bpf_dynptr_from_skb", BPF_PROG_TYPE_SCHED_CLS, "tc", "", "", KFG_TRUTH_TRUE },
		{ "bpf_something_new", BPF_PROG_TYPE_XDP, "xdp", "", "", KFG_TRUTH_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct kfg_context context = { .type = rows[i].type,
					       .kind = kfg_context_kind(rows[i].section),
					       .section = rows[i].section,
					       .ops = rows[i].ops,
					       .member = rows[i].member };
		enum kfg_truth got = kfg_filter_allows(rows[i].kfunc, &context);

		if (got != rows[i].want)
			fail_msg("row %zu, %s: got %d, want %d", i, rows[i].kfunc, got, rows[i].want);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(test_rules) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
