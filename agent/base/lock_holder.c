/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lock_holder.c - who has locked a file, by what the kernel says of all locks. */
#include "base/lock_holder.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

int kfg_lock_holder(const char *path, pid_t *ret_pid)
{
	_cleanup_fclose_ FILE *locks = fopen("/proc/locks", "re");
	unsigned long long inode;
	unsigned major, minor;
	char line[256];
	struct stat st;
	int pid;

	if (!locks || stat(path, &st) < 0)
		return -errno;
	*ret_pid = 0;
	/* a line of somebody who waits for a lock has an arrow before the type: lock_get_status(), fs/locks.c */
	while (fgets(line, sizeof(line), locks))
		if (sscanf(line, "%*[0-9]: FLOCK %*s WRITE %d %x:%x:%llu", &pid, &major, &minor, &inode) == 4 &&
		    inode == st.st_ino && makedev(major, minor) == st.st_dev)
			*ret_pid = pid;
	return 0;
}
