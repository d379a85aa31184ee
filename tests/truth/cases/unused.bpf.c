/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"

extern int bpf_no_such_one(void) __weak __ksym;
extern int bpf_strlen(const char *s) __weak __ksym;

static NOINLINE __attribute__((used)) int never_called(void)
{
	return bpf_no_such_one();
}

NOINLINE int global_never_called(void)
{
	return bpf_no_such_one();
}

SEC("?syscall") int not_by_default(void *ctx)
{
	return bpf_no_such_one();
}

SEC("syscall") int nothing(void *ctx)
{
	return 0;
}

SEC("syscall") int after_exit(void *ctx)
{
	asm volatile("r0 = 0; exit;");
	return bpf_no_such_one();
}
