/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source.h - the files that a --kernel argument means: one or several (separated by commas), each a file, a package, or
 * a directory that holds a kernel, its modules, or packages of them.
 */
#pragma once

#include "analysis/kernel/collect.h"
#include "analysis/kernel/kernel.h"

struct kfg_kernel_source;

/* Looks, and reads nothing. Returns 0; -ENOENT and others with *ret_error; -ENOMEM. */
int kfg_kernel_source_open(const char *path, struct kfg_kernel_source **ret_source, struct kfg_kernel_error *ret_error);
void kfg_kernel_source_free(struct kfg_kernel_source *source); /* accepts NULL */

/*
 * Changes when a file of it does: path, size, mtime and inode of kernels and packages; of modules, of which there are
 * thousands, names and inodes.
 */
const char *kfg_kernel_source_origin(const struct kfg_kernel_source *source);

/* Reads all of it. Returns 0, or a negative errno with *ret_error. */
int kfg_kernel_source_read(const struct kfg_kernel_source *source, const struct kfg_kernel_progress *progress,
			   struct kfg_collector *collector, struct kfg_kernel_error *ret_error);
