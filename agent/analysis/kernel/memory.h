/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memory.h - the memory of the kernel that runs, as a source of kfunc sets: struct btf -> kfunc_set_tab -> sets[hook]
 * has all that was registered, by the kernel and by the modules that are loaded (kernel/bpf/btf.c, 6.1..7.3). Who
 * reads the memory is not said here: analysis/live does, tests have memory of their own.
 *
 * Prefixes: kfg_kernel_memory, kfg_memory.
 */
#pragma once

#include "analysis/btf/btf.h"
#include "analysis/kernel/sets.h"

#define KFG_KERNEL_MEMORY_READ_MAX 65536u

/* Each returns 0 or a negative errno. Nothing that they give is trusted. */
struct kfg_kernel_memory {
	void *arg;
	/* Where the struct btf of "vmlinux" or of a module is; -ENOENT: it is not there. */
	int (*find_btf)(void *arg, const char *name, uint64_t *ret_addr);
	/* -ENOENT: there is no such symbol, or the kernel hides it. */
	int (*find_symbol)(void *arg, const char *name, uint64_t *ret_addr);
	/* size: at most KFG_KERNEL_MEMORY_READ_MAX. -EFAULT: not all of it is there. */
	int (*read)(void *arg, uint64_t addr, void *buf, size_t size);
};

/*
 * What "vmlinux" or a module has registered. btf: of what is asked about; it, or its base, tells where fields are. Of
 * the kernel itself *hooks is filled; of a module it is used. A set whose filter is not found again in the kernel's
 * data is taken to be filtered as a whole. Returns 0, with known false where memory was not understood; -ENOMEM.
 */
int kfg_memory_sets_read(const struct kfg_kernel_memory *memory, const char *name, const struct kfg_btf *btf,
			 struct kfg_hooks *hooks, struct kfg_registrations *ret_registrations);
