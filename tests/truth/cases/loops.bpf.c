/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"

extern int bpf_no_such_one(void) __weak __ksym;
extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __weak __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __weak __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __weak __ksym;

SEC("syscall") int stays_in_range(void *ctx)
{
	int i, r = 0;

	for (i = 0; i < 10; i++) {
		OPAQUE(i);
		if (i > 10)
			r += bpf_no_such_one();
	}
	return r;
}

SEC("syscall") int never_that_value(void *ctx)
{
	__u64 i, r = 0;

	for (i = 0; i < 16; i += 2) {
		OPAQUE(i);
		if (i == 5)
			r += bpf_no_such_one();
	}
	return r;
}

SEC("syscall") int flag_kept_in_loop(void *ctx)
{
	int there = bpf_ksym_exists(bpf_no_such_one), i, r = 0;

	OPAQUE(there);
	for (i = 0; i < 10; i++) {
		r += bpf_get_prandom_u32();
		if (there)
			r += bpf_no_such_one();
	}
	return r;
}

SEC("syscall") int flag_set_late(void *ctx)
{
	int there = 0, i, r = 0;

	for (i = 0; i < 4; i++) {
		OPAQUE(i);
		if (there)
			r += bpf_no_such_one();
		if (i == 2)
			there = 1;
		OPAQUE(there);
	}
	return r;
}

SEC("syscall") int iterator(void *ctx)
{
	int there = bpf_ksym_exists(bpf_no_such_one), r = 0, *v;
	struct bpf_iter_num it;

	OPAQUE(there);
	bpf_iter_num_new(&it, 0, 4);
	while ((v = bpf_iter_num_next(&it)))
		if (there)
			r += bpf_no_such_one();
	bpf_iter_num_destroy(&it);
	return r;
}
