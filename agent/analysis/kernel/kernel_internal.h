/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel_internal.h - a kernel from its blob, for those that have one. */
#pragma once

#include "analysis/kernel/blob.h"
#include "analysis/kernel/facts.h"
#include "analysis/kernel/kernel.h"

/*
 * blob: checked (kfg_blob_check()), and the kernel's from now on, also on failure: to be unmapped, or freed. Returns 0,
 * -EBADMSG or -ENOMEM.
 */
int kfg_kernel_open_blob(const char *path, const struct kfg_blob *blob, bool mapped, struct kfg_kernel **ret_kernel);

/* facts: the kernel's from now on, also on failure. Returns 0, -EBADMSG or -ENOMEM. */
int kfg_kernel_open_facts(const char *path, struct kfg_facts *facts, struct kfg_kernel **ret_kernel);

/* nearest: the kernel's from now on; NULL: none. */
void kfg_kernel_set_nearest(struct kfg_kernel *kernel, struct kfg_kernel *nearest);

const struct kfg_blob *kfg_kernel_blob(const struct kfg_kernel *kernel);
/* Modules whose BTF is at hand, by index. */
size_t kfg_kernel_n_modules(const struct kfg_kernel *kernel);
const char *kfg_kernel_module(const struct kfg_kernel *kernel, size_t index, const struct kfg_btf **ret_btf);
