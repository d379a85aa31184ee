/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lock_holder.c - who has locked a file, by what the kernel says of all locks. */
#include "base/lock_holder.h"

#include "base/cleanup.h"
#include "base/pseudo_fs.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* PROC_ROOT_INO, include/linux/proc_ns.h */
static const struct kfg_pseudo_fs proc = { .path = "/proc", .magic = PROC_SUPER_MAGIC, .inode = 1 };

static int open_locks(FILE **ret_locks)
{
	_cleanup_close_ int fd = kfg_pseudo_fs_open(&proc, "locks");

	if (fd < 0)
		return fd; /* -ENXIO with subset=pid, too */
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
