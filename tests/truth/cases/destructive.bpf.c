/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"

extern void crash_kexec(struct pt_regs *regs) __weak __ksym;
const volatile bool off;

SEC("syscall") int dead(void *ctx)
{
	if (off)
		crash_kexec(NULL);
	return 0;
}
