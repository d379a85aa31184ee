/* SPDX-License-Identifier: GPL-2.0-or-later */
#define OWN_LICENSE "MIT"
#include "case.h"

extern int bpf_strlen(const char *s) __weak __ksym;

SEC("syscall") int uses(void *ctx)
{
	return bpf_strlen(text);
}

SEC("syscall") int guarded(void *ctx)
{
	return bpf_ksym_exists(bpf_strlen) ? bpf_strlen(text) : 0;
}
