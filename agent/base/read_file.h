/* SPDX-License-Identifier: GPL-2.0-or-later */
/* read_file.h - a whole regular file, bounded, opened once: what was checked is what is read. */
#pragma once

#include <stddef.h>

/*
 * Reads path (relative to dir_fd as openat(2) has it). Returns 0 and *ret_data (size bytes and a
 * NUL that is not counted, to be freed); -EISDIR or -EINVAL: not a regular file (nothing is waited
 * for); -EFBIG: more than max bytes; or what openat(2) and read(2) say. /dev/null reads as an empty
 * file.
 */
int kfg_read_file(int dir_fd, const char *path, size_t max, char **ret_data, size_t *ret_size);
