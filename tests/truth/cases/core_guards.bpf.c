/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"

extern int bpf_strlen(const char *s) __weak __ksym;
extern int bpf_no_such_one(void) __weak __ksym;

struct task_struct___none {
	int no_such_field;
} __attribute__((preserve_access_index));

struct no_such_type___x {
	int a;
} __attribute__((preserve_access_index));

enum bpf_func_id___none {
	BPF_FUNC_no_such___none = 1,
};

struct bpf_prog_aux___fields {
	int no_such_counter;
} __attribute__((preserve_access_index));

SEC("syscall") int by_field(void *ctx)
{
	return bpf_core_field_exists(struct task_struct___none, no_such_field) ? bpf_no_such_one() : 0;
}

SEC("syscall") int by_field_there(void *ctx)
{
	return bpf_core_field_exists(struct task_struct, pid) ? bpf_no_such_one() : 0;
}

SEC("syscall") int by_type(void *ctx)
{
	return bpf_core_type_exists(struct no_such_type___x) ? bpf_no_such_one() : 0;
}

SEC("syscall") int by_enumerator(void *ctx)
{
	return bpf_core_enum_value_exists(enum bpf_func_id___none, BPF_FUNC_no_such___none) ? bpf_no_such_one() : 0;
}

SEC("syscall") int by_field_size(void *ctx)
{
	return bpf_core_field_size(struct task_struct, pid) == 8 ? bpf_no_such_one() : 0;
}

SEC("syscall") int by_type_size(void *ctx)
{
	return bpf_core_type_size(struct no_such_type___x) > 0 ? bpf_no_such_one() : 0;
}

SEC("syscall") int by_matching_type(void *ctx)
{
	return bpf_core_type_matches(struct task_struct___none) ? bpf_no_such_one() : 0;
}
