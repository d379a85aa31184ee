/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"

extern struct bpf_key *bpf_lookup_user_key(s32 serial, u64 flags) __weak __ksym;
extern void bpf_key_put(struct bpf_key *key) __weak __ksym;

static __always_inline int use(void)
{
	struct bpf_key *key = bpf_lookup_user_key(1, 0);

	if (key)
		bpf_key_put(key);
	return 0;
}

SEC("lsm.s/bpf") int BPF_PROG(may_sleep, int cmd, union bpf_attr *attr, unsigned int size)
{
	return use();
}

SEC("lsm/bpf") int BPF_PROG(may_not_sleep, int cmd, union bpf_attr *attr, unsigned int size)
{
	return use();
}

SEC("tp_btf/task_newtask") int not_for_tracing(void *ctx)
{
	return use();
}
