/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"

extern int bpf_strlen(const char *s) __ksym;

SEC("syscall") int uses(void *ctx)
{
	return bpf_strlen(text);
}
