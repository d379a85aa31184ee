/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"

extern void bpf_preempt_disable(void) __ksym;
extern void bpf_preempt_enable(void) __ksym;

static NOINLINE void section(void)
{
	bpf_preempt_disable();
	bpf_preempt_enable();
}

SEC("tc") int in_tc(struct __sk_buff *skb)
{
	section();
	return 0;
}

SEC("xdp") int in_xdp(struct xdp_md *xdp)
{
	section();
	return 2;
}

SEC("kprobe") int in_kprobe(void *ctx)
{
	section();
	return 0;
}

SEC("cgroup_skb/ingress") int in_cgroup_skb(struct __sk_buff *skb)
{
	section();
	return 1;
}

SEC("socket") int in_socket(struct __sk_buff *skb)
{
	section();
	return 0;
}

SEC("sockops") int in_sockops(struct bpf_sock_ops *ops)
{
	section();
	return 1;
}

SEC("cgroup/sysctl") int in_sysctl(void *ctx)
{
	section();
	return 1;
}

SEC("sk_lookup") int in_sk_lookup(struct bpf_sk_lookup *ctx)
{
	section();
	return 1;
}

SEC("lwt_xmit") int in_lwt(struct __sk_buff *skb)
{
	section();
	return 0;
}

SEC("perf_event") int in_perf(void *ctx)
{
	section();
	return 0;
}

SEC("raw_tp/sys_enter") int in_raw_tp(void *ctx)
{
	section();
	return 0;
}

SEC("flow_dissector") int in_flow_dissector(struct __sk_buff *skb)
{
	section();
	return 0;
}

SEC("cgroup/dev") int in_cgroup_dev(void *ctx)
{
	section();
	return 1;
}

SEC("sk_msg") int in_sk_msg(struct sk_msg_md *msg)
{
	section();
	return 1;
}

SEC("sk_reuseport") int in_sk_reuseport(void *ctx)
{
	section();
	return 1;
}

SEC("cgroup/getsockopt") int in_getsockopt(void *ctx)
{
	section();
	return 1;
}
