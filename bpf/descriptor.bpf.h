/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * descriptor.bpf.h - the file that a descriptor of the calling process stands for. Who includes it has the fields of
 * struct task_struct (files) and struct file declared.
 */
#pragma once

#include "kernel_access.bpf.h"

/* include/linux/fdtable.h */
struct fdtable {
	unsigned int max_fds;
	struct file **fd;
} KFG_KERNEL;
struct files_struct {
	struct fdtable *fdt;
} KFG_KERNEL;

/* NULL: none, or it cannot be read. */
static __attribute__((noinline)) struct file *kfg_descriptor_file(__u32 fd)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file *file = 0;

	if (fd < BPF_CORE_READ(table, max_fds))
		bpf_probe_read_kernel(&file, sizeof(file), BPF_CORE_READ(table, fd) + fd);
	return file;
}
