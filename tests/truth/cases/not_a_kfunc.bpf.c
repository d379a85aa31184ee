/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"

extern void schedule(void) __weak __ksym;
extern int bpf_no_such_one(void) __weak __ksym;
const volatile bool off;

SEC("syscall") int live(void *ctx)
{
	schedule();
	return 0;
}

SEC("syscall") int dead(void *ctx)
{
	if (off)
		schedule();
	return 0;
}

SEC("syscall") int asked(void *ctx)
{
	return bpf_ksym_exists(schedule);
}
