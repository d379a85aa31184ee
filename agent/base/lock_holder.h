/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lock_holder.h - who has locked a file. */
#pragma once

#include <sys/types.h>

/*
 * The process that has an flock(2) for writing on the file or directory at `path`, as proc(5) has it in /proc/locks: 0
 * in *ret_pid for nobody, or somebody of another pid namespace. Negative errno; -ENXIO, -EXDEV: something else is
 * mounted there.
 */
int kfg_lock_holder(const char *path, pid_t *ret_pid);
