/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pseudo_fs.h - files of procfs and the like: what the kernel itself says, not what somebody mounted there. */
#pragma once

/* The root of such a file system. */
struct kfg_pseudo_fs {
	const char *path;
	long magic; /* statfs(2), f_type */
	unsigned long inode; /* of its root; 0: not asked */
};

/*
 * Opens a file of that name in the root for reading; the descriptor is the caller's. -ENXIO: at the path is no root of
 * such a file system, or it has no such file; -EXDEV: another file is mounted over it, or the kernel does not tell
 * mounts apart (before 5.8); else a negative errno.
 */
int kfg_pseudo_fs_open(const struct kfg_pseudo_fs *fs, const char *name);
