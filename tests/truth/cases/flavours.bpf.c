/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"

extern int bpf_strlen___good(const char *s) __weak __ksym;
extern int bpf_strlen___bad(const char *s, int n) __weak __ksym;
extern void bpf_preempt_disable___x(void) __weak __ksym;
extern void bpf_preempt_enable___y(void) __weak __ksym;

SEC("syscall") int both(void *ctx)
{
	if (bpf_ksym_exists(bpf_strlen___bad))
		return bpf_strlen___bad(text, 3);
	if (bpf_ksym_exists(bpf_strlen___good))
		return bpf_strlen___good(text);
	return 0;
}

SEC("syscall") int bad_alone(void *ctx)
{
	return bpf_strlen___bad(text, 3);
}

SEC("syscall") int pair(void *ctx)
{
	if (!bpf_ksym_exists(bpf_preempt_disable___x))
		return 0;
	bpf_preempt_disable___x();
	bpf_preempt_enable___y();
	return 0;
}
