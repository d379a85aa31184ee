/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"

extern int bpf_strlen(const char *s) __weak __ksym;
extern int bpf_no_such_one(void) __weak __ksym;
extern int bpf_no_such_two(void) __weak __ksym;

SEC("syscall") int kept_on_stack(void *ctx)
{
	void *volatile there = bpf_no_such_one;

	return there ? bpf_no_such_one() : 0;
}

SEC("syscall") int over_a_call(void *ctx)
{
	__u64 there = (__u64)(void *)bpf_no_such_one;

	OPAQUE(there);
	bpf_get_prandom_u32();
	return there ? bpf_no_such_one() : 0;
}

SEC("syscall") int compared_with_other(void *ctx)
{
	void *a = bpf_no_such_one, *b = bpf_no_such_two;

	OPAQUE(a);
	OPAQUE(b);
	return a != b ? bpf_no_such_one() : 0;
}

SEC("syscall") int low_half(void *ctx)
{
	__u64 a = (__u64)(void *)bpf_no_such_one;

	OPAQUE(a);
	return (__u32)a ? bpf_no_such_one() : 0;
}

SEC("syscall") int never_called(void *ctx)
{
	return bpf_ksym_exists(bpf_strlen) ? 1 : 0;
}
