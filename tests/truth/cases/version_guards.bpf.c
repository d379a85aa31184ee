/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"

extern int LINUX_KERNEL_VERSION __kconfig;
extern int bpf_strlen(const char *s) __weak __ksym;
extern int bpf_no_such_one(void) __weak __ksym;
extern const int LINUX_NO_SUCH __kconfig __weak;

SEC("syscall") int since_6_17(void *ctx)
{
	return LINUX_KERNEL_VERSION >= KERNEL_VERSION(6, 17, 0) ? bpf_strlen(text) : 0;
}

SEC("syscall") int since_6_13(void *ctx)
{
	return LINUX_KERNEL_VERSION >= KERNEL_VERSION(6, 13, 0) ? bpf_strlen(text) : 0;
}

SEC("syscall") int before(void *ctx)
{
	return LINUX_KERNEL_VERSION < KERNEL_VERSION(5, 0, 0) ? bpf_no_such_one() : 0;
}

SEC("syscall") int shifted(void *ctx)
{
	return LINUX_KERNEL_VERSION >> 16 == 5 ? bpf_no_such_one() : 0;
}

SEC("syscall") int unknown(void *ctx)
{
	return LINUX_NO_SUCH ? bpf_no_such_one() : 0;
}
