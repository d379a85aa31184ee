/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"

extern int bpf_no_such_one(void) __ksym;

SEC("?syscall") int uses(void *ctx)
{
	return bpf_no_such_one();
}

SEC("syscall") int does_not(void *ctx)
{
	return 0;
}
