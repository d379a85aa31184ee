/* SPDX-License-Identifier: GPL-2.0-or-later */
/* section_name.c - type, attach point and flags of a program, by the name of its section. */
#include "analysis/scan/section_name.h"

#include <linux/bpf.h>
#include <string.h>

/* Newer than the headers this may be built with (include/uapi/linux/bpf.h, 6.4). */
#define BPF_PROG_TYPE_NETFILTER 32

/* libbpf 1.7.0, src/libbpf.c: section_defs[], sec_def_matches(); at the end, what 1.8 has beside these (Linux 7.3). */
static const struct {
	const char *name;
	uint32_t type;
	bool takes_target; /* "name" and "name/target"; else "name" alone */
	bool sleepable;
} known[] = {
	{ "socket", BPF_PROG_TYPE_SOCKET_FILTER, false, false },
	{ "sk_reuseport/migrate", BPF_PROG_TYPE_SK_REUSEPORT, false, false },
	{ "sk_reuseport", BPF_PROG_TYPE_SK_REUSEPORT, false, false },
	{ "kprobe", BPF_PROG_TYPE_KPROBE, true, false },
	{ "uprobe", BPF_PROG_TYPE_KPROBE, true, false },
	{ "uprobe.s", BPF_PROG_TYPE_KPROBE, true, true },
	{ "kretprobe", BPF_PROG_TYPE_KPROBE, true, false },
	{ "uretprobe", BPF_PROG_TYPE_KPROBE, true, false },
	{ "uretprobe.s", BPF_PROG_TYPE_KPROBE, true, true },
	{ "kprobe.multi", BPF_PROG_TYPE_KPROBE, true, false },
	{ "kretprobe.multi", BPF_PROG_TYPE_KPROBE, true, false },
	{ "kprobe.session", BPF_PROG_TYPE_KPROBE, true, false },
	{ "uprobe.multi", BPF_PROG_TYPE_KPROBE, true, false },
	{ "uretprobe.multi", BPF_PROG_TYPE_KPROBE, true, false },
	{ "uprobe.session", BPF_PROG_TYPE_KPROBE, true, false },
	{ "uprobe.multi.s", BPF_PROG_TYPE_KPROBE, true, true },
	{ "uretprobe.multi.s", BPF_PROG_TYPE_KPROBE, true, true },
	{ "uprobe.session.s", BPF_PROG_TYPE_KPROBE, true, true },
	{ "ksyscall", BPF_PROG_TYPE_KPROBE, true, false },
	{ "kretsyscall", BPF_PROG_TYPE_KPROBE, true, false },
	{ "usdt", BPF_PROG_TYPE_KPROBE, true, false },
	{ "usdt.s", BPF_PROG_TYPE_KPROBE, true, true },
	{ "tc/ingress", BPF_PROG_TYPE_SCHED_CLS, false, false },
	{ "tc/egress", BPF_PROG_TYPE_SCHED_CLS, false, false },
	{ "tcx/ingress", BPF_PROG_TYPE_SCHED_CLS, false, false },
	{ "tcx/egress", BPF_PROG_TYPE_SCHED_CLS, false, false },
	{ "tc", BPF_PROG_TYPE_SCHED_CLS, false, false },
	{ "classifier", BPF_PROG_TYPE_SCHED_CLS, false, false },
	{ "action", BPF_PROG_TYPE_SCHED_ACT, false, false },
	{ "netkit/primary", BPF_PROG_TYPE_SCHED_CLS, false, false },
	{ "netkit/peer", BPF_PROG_TYPE_SCHED_CLS, false, false },
	{ "tracepoint", BPF_PROG_TYPE_TRACEPOINT, true, false },
	{ "tp", BPF_PROG_TYPE_TRACEPOINT, true, false },
	{ "raw_tracepoint", BPF_PROG_TYPE_RAW_TRACEPOINT, true, false },
	{ "raw_tp", BPF_PROG_TYPE_RAW_TRACEPOINT, true, false },
	{ "raw_tracepoint.w", BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, true, false },
	{ "raw_tp.w", BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, true, false },
	{ "tp_btf", BPF_PROG_TYPE_TRACING, true, false },
	{ "fentry", BPF_PROG_TYPE_TRACING, true, false },
	{ "fmod_ret", BPF_PROG_TYPE_TRACING, true, false },
	{ "fexit", BPF_PROG_TYPE_TRACING, true, false },
	{ "fentry.s", BPF_PROG_TYPE_TRACING, true, true },
	{ "fmod_ret.s", BPF_PROG_TYPE_TRACING, true, true },
	{ "fexit.s", BPF_PROG_TYPE_TRACING, true, true },
	{ "fsession", BPF_PROG_TYPE_TRACING, true, false },
	{ "fsession.s", BPF_PROG_TYPE_TRACING, true, true },
	{ "freplace", BPF_PROG_TYPE_EXT, true, false },
	{ "lsm", BPF_PROG_TYPE_LSM, true, false },
	{ "lsm.s", BPF_PROG_TYPE_LSM, true, true },
	{ "lsm_cgroup", BPF_PROG_TYPE_LSM, true, false },
	{ "iter", BPF_PROG_TYPE_TRACING, true, false },
	{ "iter.s", BPF_PROG_TYPE_TRACING, true, true },
	{ "syscall", BPF_PROG_TYPE_SYSCALL, false, true },
	{ "xdp.frags/devmap", BPF_PROG_TYPE_XDP, false, false },
	{ "xdp/devmap", BPF_PROG_TYPE_XDP, false, false },
	{ "xdp.frags/cpumap", BPF_PROG_TYPE_XDP, false, false },
	{ "xdp/cpumap", BPF_PROG_TYPE_XDP, false, false },
	{ "xdp.frags", BPF_PROG_TYPE_XDP, false, false },
	{ "xdp", BPF_PROG_TYPE_XDP, false, false },
	{ "perf_event", BPF_PROG_TYPE_PERF_EVENT, false, false },
	{ "lwt_in", BPF_PROG_TYPE_LWT_IN, false, false },
	{ "lwt_out", BPF_PROG_TYPE_LWT_OUT, false, false },
	{ "lwt_xmit", BPF_PROG_TYPE_LWT_XMIT, false, false },
	{ "lwt_seg6local", BPF_PROG_TYPE_LWT_SEG6LOCAL, false, false },
	{ "sockops", BPF_PROG_TYPE_SOCK_OPS, false, false },
	{ "sk_skb/stream_parser", BPF_PROG_TYPE_SK_SKB, false, false },
	{ "sk_skb/stream_verdict", BPF_PROG_TYPE_SK_SKB, false, false },
	{ "sk_skb/verdict", BPF_PROG_TYPE_SK_SKB, false, false },
	{ "sk_skb", BPF_PROG_TYPE_SK_SKB, false, false },
	{ "sk_msg", BPF_PROG_TYPE_SK_MSG, false, false },
	{ "lirc_mode2", BPF_PROG_TYPE_LIRC_MODE2, false, false },
	{ "flow_dissector", BPF_PROG_TYPE_FLOW_DISSECTOR, false, false },
	{ "cgroup_skb/ingress", BPF_PROG_TYPE_CGROUP_SKB, false, false },
	{ "cgroup_skb/egress", BPF_PROG_TYPE_CGROUP_SKB, false, false },
	{ "cgroup/skb", BPF_PROG_TYPE_CGROUP_SKB, false, false },
	{ "cgroup/sock_create", BPF_PROG_TYPE_CGROUP_SOCK, false, false },
	{ "cgroup/sock_release", BPF_PROG_TYPE_CGROUP_SOCK, false, false },
	{ "cgroup/sock", BPF_PROG_TYPE_CGROUP_SOCK, false, false },
	{ "cgroup/post_bind4", BPF_PROG_TYPE_CGROUP_SOCK, false, false },
	{ "cgroup/post_bind6", BPF_PROG_TYPE_CGROUP_SOCK, false, false },
	{ "cgroup/bind4", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, false, false },
	{ "cgroup/bind6", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, false, false },
	{ "cgroup/connect4", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, false, false },
	{ "cgroup/connect6", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, false, false },
	{ "cgroup/connect_unix", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, false, false },
	{ "cgroup/sendmsg4", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, false, false },
	{ "cgroup/sendmsg6", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, false, false },
	{ "cgroup/sendmsg_unix", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, false, false },
	{ "cgroup/recvmsg4", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, false, false },
	{ "cgroup/recvmsg6", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, false, false },
	{ "cgroup/recvmsg_unix", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, false, false },
	{ "cgroup/getpeername4", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, false, false },
	{ "cgroup/getpeername6", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, false, false },
	{ "cgroup/getpeername_unix", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, false, false },
	{ "cgroup/getsockname4", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, false, false },
	{ "cgroup/getsockname6", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, false, false },
	{ "cgroup/getsockname_unix", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, false, false },
	{ "cgroup/sysctl", BPF_PROG_TYPE_CGROUP_SYSCTL, false, false },
	{ "cgroup/getsockopt", BPF_PROG_TYPE_CGROUP_SOCKOPT, false, false },
	{ "cgroup/setsockopt", BPF_PROG_TYPE_CGROUP_SOCKOPT, false, false },
	{ "cgroup/dev", BPF_PROG_TYPE_CGROUP_DEVICE, false, false },
	{ "struct_ops", BPF_PROG_TYPE_STRUCT_OPS, true, false },
	{ "struct_ops.s", BPF_PROG_TYPE_STRUCT_OPS, true, true },
	{ "sk_lookup", BPF_PROG_TYPE_SK_LOOKUP, false, false },
	{ "netfilter", BPF_PROG_TYPE_NETFILTER, false, false },
	{ "fsession.multi", BPF_PROG_TYPE_TRACING, true, false },
	{ "fsession.multi.s", BPF_PROG_TYPE_TRACING, true, true },
	{ "fentry.multi", BPF_PROG_TYPE_TRACING, true, false },
	{ "fexit.multi", BPF_PROG_TYPE_TRACING, true, false },
	{ "fentry.multi.s", BPF_PROG_TYPE_TRACING, true, true },
	{ "fexit.multi.s", BPF_PROG_TYPE_TRACING, true, true },
	{ "raw_tp.s", BPF_PROG_TYPE_RAW_TRACEPOINT, true, true },
	{ "raw_tracepoint.s", BPF_PROG_TYPE_RAW_TRACEPOINT, true, true },
	{ "tp.s", BPF_PROG_TYPE_TRACEPOINT, true, true },
	{ "tracepoint.s", BPF_PROG_TYPE_TRACEPOINT, true, true },
	{ "tp_btf.s", BPF_PROG_TYPE_TRACING, true, true },
};

struct kfg_section_name kfg_section_name(const char *name)
{
	struct kfg_section_name found = { .autoload = *name != '?', .attach = "" };

	if (!found.autoload)
		name++;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t len = strlen(known[i].name);

		if (strncmp(name, known[i].name, len) != 0)
			continue;
		if (name[len] && !(known[i].takes_target && name[len] == '/'))
			continue;
		found.type = known[i].type;
		found.sleepable = known[i].sleepable;
		found.attach = name[len] ? name + len + 1 : "";
		break;
	}
	return found;
}
