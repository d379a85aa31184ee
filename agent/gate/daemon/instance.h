/* SPDX-License-Identifier: GPL-2.0-or-later */
/* instance.h - one agent at a time: a lock file that says who holds it. */
#pragma once

#include <sys/types.h>

#define KFG_INSTANCE_LOCK "lock"

/*
 * Makes runtime_dir (mode 0755) if need be and takes the lock in it. Returns a descriptor that
 * holds the lock until it is closed, or -EBUSY with the holder's pid (0: it did not say) in
 * *ret_holder, or another negative errno.
 */
int kfg_instance_lock(const char *runtime_dir, pid_t *ret_holder);
