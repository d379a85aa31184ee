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
struct fdtable {
	unsigned int max_fds;
	struct file **fd;
} KFG_KERNEL;
struct files_struct {
	struct fdtable *fdt;
} KFG_KERNEL;
struct task_struct {
	struct files_struct *files;
} KFG_KERNEL;

struct kfg_peek kfg_peek;

/* In: kfg_peek.fd, a descriptor of BTF. Out: kfg_peek.address of its struct btf. */
SEC("syscall")
int kfgate_peek_btf(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file *file = 0;

	kfg_peek.address = 0;
	if (kfg_peek.fd >= BPF_CORE_READ(table, max_fds) ||
	    bpf_probe_read_kernel(&file, sizeof(file), BPF_CORE_READ(table, fd) + kfg_peek.fd))
		return 1;
	kfg_peek.address = (__u64)BPF_CORE_READ(file, private_data);
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
