/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * peek.bpf.c - reads the running kernel's memory for `kfgate kernel export`: where a struct btf is, where a symbol is,
 * and bytes. The tool runs it, as root; it changes nothing, calls no kfunc and is attached to nothing. What the bytes
 * mean is known to who asked.
 */
#include <kfgate/peek.h>

#include "kernel_access.bpf.h"
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

struct file {
	void *private_data;
} KFG_KERNEL;
struct files_struct;
struct task_struct {
	struct files_struct *files;
} KFG_KERNEL;

#include "descriptor.bpf.h"

struct kfg_peek kfg_peek;

/* In: kfg_peek.fd, a descriptor of BTF. Out: kfg_peek.address of its struct btf. */
SEC("syscall")
int kfgate_peek_btf(void *ctx)
{
	struct file *file = kfg_descriptor_file(kfg_peek.fd);

	kfg_peek.address = file ? (__u64)BPF_CORE_READ(file, private_data) : 0;
	return !kfg_peek.address;
}

/*
 * In: kfg_peek.name, with a NUL at its end. Out: kfg_peek.address; not 0 is returned if there is no such symbol, or it
 * is hidden.
 */
SEC("syscall")
int kfgate_peek_symbol(void *ctx)
{
	return bpf_kallsyms_lookup_name(kfg_peek.name, sizeof(kfg_peek.name), 0, &kfg_peek.address) != 0;
}

/* In: kfg_peek.address, kfg_peek.size. Out: kfg_peek.bytes; not 0 is returned if they are not all there. */
SEC("syscall")
int kfgate_peek_bytes(void *ctx)
{
	__u32 size = kfg_peek.size;

	if (size > KFG_PEEK_MAX)
		return 1;
	return bpf_probe_read_kernel(kfg_peek.bytes, size, (void *)kfg_peek.address) != 0;
}
