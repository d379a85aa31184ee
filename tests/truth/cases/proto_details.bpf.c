/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"

/* libbpf minds kinds and numbers of arguments, neither sizes nor names */
struct no_such_struct;
extern __u64 bpf_strlen___returns_u64(const char *s) __weak __ksym;
extern void bpf_strlen___returns_void(const char *s) __weak __ksym;
extern int bpf_strlen___takes_struct(const struct no_such_struct *s) __weak __ksym;
extern int bpf_strlen___takes_long(long s) __weak __ksym;
extern int bpf_strcmp___void(void *a, void *b) __weak __ksym;
extern enum bpf_prog_type bpf_strcmp___enum(const char *a, const char *b) __weak __ksym;

SEC("syscall") int returns_u64(void *ctx)
{
	return bpf_strlen___returns_u64(text);
}

SEC("syscall") int returns_void(void *ctx)
{
	bpf_strlen___returns_void(text);
	return 0;
}

SEC("syscall") int takes_struct(void *ctx)
{
	return bpf_strlen___takes_struct((const void *)text);
}

SEC("syscall") int takes_long(void *ctx)
{
	return bpf_strlen___takes_long((long)text);
}

SEC("syscall") int takes_void(void *ctx)
{
	return bpf_strcmp___void((void *)text, (void *)text);
}

SEC("syscall") int returns_enum(void *ctx)
{
	return bpf_strcmp___enum(text, text);
}
