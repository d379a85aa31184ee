/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"

extern int bpf_no_such_one(void) __ksym;
const volatile bool off;

SEC("syscall") int uses(void *ctx)
{
	return off ? bpf_no_such_one() : 0;
}
