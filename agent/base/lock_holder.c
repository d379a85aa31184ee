/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lock_holder.c - who has locked a file, by what the kernel says of all locks. */
#include "base/lock_holder.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#define PROC "/proc"
#define PROC_ROOT 1 /* inode number: PROC_ROOT_INO, include/linux/proc_ns.h */

/* The number of the mount that a descriptor was opened on; 0: the kernel does not tell (before 5.8). */
static uint64_t mount_of(int fd)
{
	struct statx is;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &is) < 0 || !(is.stx_mask & STATX_MNT_ID))
		return 0;
	return is.stx_mnt_id;
}

/*
 * What somebody mounted over it, or over the whole of /proc, is not the kernel's word. openat2(2) with RESOLVE_NO_XDEV
 * would ask the same, and is none of a unit with RestrictSUIDSGID=, as that of the agent is.
 */
static int open_locks(FILE **ret_locks)
{
	_cleanup_close_ int proc = open(PROC, O_PATH | O_DIRECTORY | O_CLOEXEC), fd = KFG_NO_FD;
	struct statfs fs;
	struct stat st;

	if (proc < 0 || fstatfs(proc, &fs) < 0 || fstat(proc, &st) < 0)
		return -errno;
	if (fs.f_type != PROC_SUPER_MAGIC || st.st_ino != PROC_ROOT)
		return -ENXIO;
	fd = openat(proc, "locks", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ENXIO : -errno; /* subset=pid */
	if (!mount_of(fd) || mount_of(fd) != mount_of(proc))
		return -EXDEV;
	*ret_locks = fdopen(fd, "r");
	if (!*ret_locks)
		return -errno;
	(void)KFG_TAKE_FD(fd);
	return 0;
}

int kfg_lock_holder(const char *path, pid_t *ret_pid)
{
	_cleanup_fclose_ FILE *locks = NULL;
	unsigned long long inode;
	unsigned major, minor;
	char line[256];
	struct stat st;
	int r = open_locks(&locks), pid;

	if (r < 0)
		return r;
	if (stat(path, &st) < 0)
		return -errno;
	*ret_pid = 0;
	/* a line of somebody who waits for a lock has an arrow before the type: lock_get_status(), fs/locks.c */
	while (fgets(line, sizeof(line), locks))
		if (sscanf(line, "%*[0-9]: FLOCK %*s WRITE %d %x:%x:%llu", &pid, &major, &minor, &inode) == 4 &&
		    inode == st.st_ino && makedev(major, minor) == st.st_dev)
			*ret_pid = pid;
	return 0;
}
