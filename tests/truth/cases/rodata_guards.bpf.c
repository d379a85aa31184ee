/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"

extern int bpf_no_such_one(void) __weak __ksym;

const volatile bool off = false;
const volatile bool on = true;
const volatile int version = 3;
const volatile struct {
	int a, b;
	bool flags[4];
} settings = { .a = 1, .flags = { false, true } };
bool off_in_bss;
bool on_in_data = true;
static bool hidden_off;

SEC("syscall") int is_off(void *ctx)
{
	return off ? bpf_no_such_one() : 0;
}

SEC("syscall") int is_on(void *ctx)
{
	return on ? bpf_no_such_one() : 0;
}

SEC("syscall") int too_old(void *ctx)
{
	return version > 3 ? bpf_no_such_one() : 0;
}

SEC("syscall") int in_struct(void *ctx)
{
	return settings.b || settings.flags[0] || settings.flags[3] ? bpf_no_such_one() : 0;
}

SEC("syscall") int in_struct_on(void *ctx)
{
	return settings.flags[1] ? bpf_no_such_one() : 0;
}

SEC("syscall") int by_index(void *ctx)
{
	for (int i = 0; i < 4; i++) {
		barrier_var(i);
		if (i != 1 && settings.flags[i & 3])
			return bpf_no_such_one();
	}
	return 0;
}

SEC("syscall") int bss_is_not_known(void *ctx)
{
	return off_in_bss ? bpf_no_such_one() : 0;
}

SEC("syscall") int data_is_not_known(void *ctx)
{
	return on_in_data ? 0 : bpf_no_such_one();
}

SEC("syscall") int set_before(void *ctx)
{
	off_in_bss = false;
	barrier();
	return off_in_bss ? bpf_no_such_one() : 0;
}
