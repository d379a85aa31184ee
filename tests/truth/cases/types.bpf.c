/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"

extern struct task_struct *bpf_task_from_pid(s32 pid) __weak __ksym;
extern void bpf_task_release(struct task_struct *p) __weak __ksym;
extern void bpf_rcu_read_lock(void) __weak __ksym;
extern void bpf_rcu_read_unlock(void) __weak __ksym;
const volatile bool off;

static __always_inline int from_pid(void)
{
	struct task_struct *task = bpf_task_from_pid(1);

	if (task)
		bpf_task_release(task);
	return 0;
}

SEC("tc") int in_tc(struct __sk_buff *skb)
{
	return from_pid();
}

SEC("xdp") int in_xdp(struct xdp_md *xdp)
{
	return from_pid();
}

SEC("xdp") int in_xdp_dead(struct xdp_md *xdp)
{
	return off ? from_pid() : 0;
}

SEC("raw_tp/sys_enter") int in_raw_tp(void *ctx)
{
	return from_pid();
}

SEC("tp/syscalls/sys_enter_getpid") int in_tracepoint(void *ctx)
{
	return from_pid();
}

SEC("perf_event") int in_perf_event(void *ctx)
{
	return from_pid();
}

SEC("kprobe") int in_kprobe(void *ctx)
{
	return from_pid();
}

SEC("cgroup_skb/egress") int in_cgroup_skb(struct __sk_buff *skb)
{
	return from_pid() + 1;
}

SEC("syscall") int in_syscall(void *ctx)
{
	return from_pid();
}

SEC("lsm/bpf") int in_lsm(void *ctx)
{
	return from_pid();
}

SEC("tp_btf/task_newtask") int in_tp_btf(void *ctx)
{
	return from_pid();
}

SEC("socket") int in_socket(struct __sk_buff *skb)
{
	bpf_rcu_read_lock();
	bpf_rcu_read_unlock();
	return 0;
}

SEC("cgroup/sock_create") int in_sock_create(void *ctx)
{
	bpf_rcu_read_lock();
	bpf_rcu_read_unlock();
	return 1;
}
