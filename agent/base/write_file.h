/* SPDX-License-Identifier: GPL-2.0-or-later */
/* write_file.h - a whole file, replaced in one step: who reads it sees the old one or the new one. */
#pragma once

#include <stddef.h>

/* Writes size bytes to a file next to path (mode 0644, less the umask) and renames it to path. Negative errno. */
int kfg_write_file(const char *path, const void *data, size_t size);
