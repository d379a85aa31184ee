/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * running.h - the kernel that runs: its BTF is for everybody in /sys/kernel/btf. Its sets of kfuncs are in its memory,
 * which only root can read (memory.h), so they are taken from its image where that can be found.
 */
#pragma once

#include "analysis/kernel/blob.h"
#include "analysis/kernel/kernel.h"
#include "analysis/kernel/memory.h"

/* Its image and its modules, as a source's path, to be freed; NULL: not found, or not readable. */
char *kfg_running_image(void);
/* True if the running kernel has BTF of that size and hash (kfg_blob_btf_hash()). */
bool kfg_running_is(uint64_t btf_size, uint64_t btf_hash);
/* From /sys/kernel/btf, and from its memory unless that is NULL. Returns 0, or a negative errno with *ret_error. */
int kfg_running_read(const struct kfg_kernel_memory *memory, struct kfg_blob **ret_blob,
		     struct kfg_kernel_error *ret_error);
