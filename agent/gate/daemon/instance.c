/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gate/daemon/instance.h"

#include "base/cleanup.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

static pid_t read_holder(int fd)
{
	char text[16] = "";
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	long pid = n > 0 ? strtol(text, NULL, 10) : 0;

	return pid > 0 ? (pid_t)pid : 0;
}

static int write_holder(int fd)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%d\n", (int)getpid());

	if (ftruncate(fd, 0) < 0)
		return -errno;
	return pwrite(fd, text, n, 0) < 0 ? -errno : 0;
}

int kfg_instance_lock(const char *runtime_dir, pid_t *ret_holder)
{
	_cleanup_close_ int dir = KFG_NO_FD, fd = KFG_NO_FD;
	int r;

	if (mkdir(runtime_dir, 0755) < 0 && errno != EEXIST)
		return -errno;
	dir = open(runtime_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	fd = openat(dir, KFG_INSTANCE_LOCK, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return -errno;
		*ret_holder = read_holder(fd);
		return -EBUSY;
	}
	r = write_holder(fd);
	return r < 0 ? r : KFG_TAKE_FD(fd);
}
