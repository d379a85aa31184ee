/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"

extern int bpf_no_such_one(void) __weak __ksym;

NOINLINE int call_globally(int x)
{
	return x + bpf_no_such_one();
}

NOINLINE int ask_globally(void)
{
	int there = bpf_ksym_exists(bpf_no_such_one);

	OPAQUE(there);
	return there;
}

NOINLINE int call_if_globally(int there)
{
	return there ? bpf_no_such_one() : 0;
}

SEC("syscall") int dead_global(void *ctx)
{
	return bpf_ksym_exists(bpf_no_such_one) ? call_globally(1) : 0;
}

SEC("syscall") int asks_global(void *ctx)
{
	return ask_globally() ? bpf_no_such_one() : 0;
}

SEC("syscall") int constant_to_global(void *ctx)
{
	return call_if_globally(0);
}

SEC("syscall") int none_of_it(void *ctx)
{
	return 0;
}
