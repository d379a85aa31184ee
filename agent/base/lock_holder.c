/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lock_holder.c - who has locked a file, by what the kernel says of all locks. */
#include "base/lock_holder.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#define PROC "/proc"
#define PROC_ROOT 1 /* inode number: PROC_ROOT_INO, include/linux/proc_ns.h */

/* What somebody mounted over it, or over the whole of /proc, is not the kernel's word. */
static int open_locks(FILE **ret_locks)
{
	const struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC,
		.resolve = RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS,
	};
	_cleanup_close_ int proc = open(PROC, O_PATH | O_DIRECTORY | O_CLOEXEC), fd = KFG_NO_FD;
	struct statfs fs;
	struct stat st;

	if (proc < 0 || fstatfs(proc, &fs) < 0 || fstat(proc, &st) < 0)
		return -errno;
	if (fs.f_type != PROC_SUPER_MAGIC || st.st_ino != PROC_ROOT)
		return -ENXIO;
	fd = (int)syscall(SYS_openat2, proc, "locks", &how, sizeof(how));
	*ret_locks = fd < 0 ? NULL : fdopen(fd, "r");
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
