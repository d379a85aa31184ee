/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"

extern int bpf_strlen(const char *s) __weak __ksym;
extern int bpf_strcmp(const char *a, const char *b) __weak __ksym;
extern int bpf_no_such_one(void) __weak __ksym;
extern int bpf_no_such_two(void) __weak __ksym;
extern void bpf_preempt_disable(void) __weak __ksym;
extern void bpf_preempt_enable(void) __weak __ksym;

SEC("syscall") int chosen(void *ctx)
{
	int way = bpf_ksym_exists(bpf_no_such_one) ? 2 : bpf_ksym_exists(bpf_strlen) ? 1 : 0;

	OPAQUE(way);
	switch (way) {
	case 2:
		return bpf_no_such_one();
	case 1:
		return bpf_strlen(text);
	default:
		return 0;
	}
}

SEC("syscall") int both(void *ctx)
{
	if (bpf_ksym_exists(bpf_strlen) && bpf_ksym_exists(bpf_no_such_one))
		return bpf_strlen(text) + bpf_no_such_one();
	return 0;
}

SEC("syscall") int one_of(void *ctx)
{
	if (bpf_ksym_exists(bpf_no_such_two) || bpf_ksym_exists(bpf_strlen))
		return bpf_strlen(text);
	return 0;
}

SEC("syscall") int one_of_wrong(void *ctx)
{
	if (bpf_ksym_exists(bpf_strlen) || bpf_ksym_exists(bpf_preempt_disable)) {
		bpf_preempt_disable();
		bpf_preempt_enable();
	}
	return 0;
}

SEC("syscall") int by_mask(void *ctx)
{
	__u64 have = 0;

	if (bpf_ksym_exists(bpf_strlen))
		have |= 1;
	if (bpf_ksym_exists(bpf_no_such_one))
		have |= 2;
	OPAQUE(have);
	if (have & 2)
		return bpf_no_such_one();
	if (have & 1)
		return bpf_strlen(text);
	return 0;
}

SEC("syscall") int by_sum(void *ctx)
{
	__u32 have = bpf_ksym_exists(bpf_no_such_one) + bpf_ksym_exists(bpf_no_such_two);

	OPAQUE(have);
	return have > 0 ? bpf_no_such_two() : 0;
}
