/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel_internal.h - a kernel from its blob, for those that have one. */
#pragma once

#include "analysis/kernel/blob.h"
#include "analysis/kernel/kernel.h"

/*
 * blob: checked (kfg_blob_check()), and the kernel's from now on, also on failure: to be unmapped, or freed. Returns 0,
 * -EBADMSG or -ENOMEM.
 */
int kfg_kernel_open_blob(const char *path, const struct kfg_blob *blob, bool mapped, struct kfg_kernel **ret_kernel);
