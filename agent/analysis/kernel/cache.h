/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cache.h - blobs kept in a directory, one file for each path that the user names. A file of the cache that is damaged,
 * of another version, or made of files that have changed since is as good as none.
 */
#pragma once

#include "analysis/kernel/blob.h"

/* Maps the blob for path into memory, to be unmapped (blob->size bytes). Returns 0; -ENOENT: there is no good one. */
int kfg_cache_load(const char *dir, const char *path, const char *origin, const struct kfg_blob **ret_blob);
/* Writes it, in one step, and makes the directory if needed. Returns 0 or a negative errno. */
int kfg_cache_store(const char *dir, const char *path, const struct kfg_blob *blob);
