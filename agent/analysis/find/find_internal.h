/* SPDX-License-Identifier: GPL-2.0-or-later */
/* find_internal.h - what the files of this room share. */
#pragma once

#include "analysis/find/find.h"

#include <sys/types.h>

struct kfg_inode {
	dev_t dev;
	ino_t ino;
};

struct kfg_find {
	const struct kfg_find_ops *ops;
	/* inodes seen: a hash table with open addressing; ino 0: free, no file has that number */
	struct kfg_inode *seen; /* owned */
	size_t n_seen, seen_mask;
	size_t live; /* bytes that are unpacked now */
};

/* Tells problem() by a format; returns what it returns. */
int kfg_find_problem(struct kfg_find *find, const char *label, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Looks at one file. named: by the user, and so followed if it is a symbolic link. elf_only: what is no ELF file is
 * passed over unless its name ends as an object's does. A directory is -EISDIR, a file that is gone -ENOENT.
 */
struct kfg_find_how {
	bool named, elf_only;
};
int kfg_find_file(struct kfg_find *find, int dir_fd, const char *name, const char *path,
		  const struct kfg_find_how *how);
