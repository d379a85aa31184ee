/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * live.h - reads the memory of the kernel that runs, by a BPF program of our own (bpf/peek.bpf.c) that is loaded, run
 * and dropped: attached to nothing, and nothing is changed. It takes CAP_SYS_ADMIN, which finding the kernel's BTF
 * asks for, and a kernel that lets BPF read its memory (lockdown "confidentiality" does not).
 */
#pragma once

#include "analysis/kernel/memory.h"

struct kfg_live;

/*
 * Returns 0; -EPERM: needs more privileges, or the kernel is locked down; other negative errno. Nothing is logged.
 * Free with kfg_live_free().
 */
int kfg_live_open(struct kfg_live **ret_live);
void kfg_live_free(struct kfg_live *live); /* accepts NULL */

/* Its functions use live, which must outlive them. One thread at a time. */
void kfg_live_memory(struct kfg_live *live, struct kfg_kernel_memory *ret_memory);
