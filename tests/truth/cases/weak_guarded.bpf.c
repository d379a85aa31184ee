/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"

extern int bpf_strlen(const char *s) __weak __ksym;
extern int bpf_no_such_one(void) __weak __ksym;

SEC("syscall") int plain(void *ctx)
{
	if (bpf_ksym_exists(bpf_strlen))
		return bpf_strlen(text);
	return 0;
}

SEC("syscall") int negated(void *ctx)
{
	if (!bpf_ksym_exists(bpf_no_such_one))
		return 0;
	return bpf_no_such_one();
}

SEC("syscall") int unguarded(void *ctx)
{
	return bpf_strlen(text);
}

SEC("syscall") int wrong_guard(void *ctx)
{
	if (bpf_ksym_exists(bpf_strlen))
		return bpf_no_such_one();
	return 0;
}
