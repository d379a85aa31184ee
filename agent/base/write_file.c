/* SPDX-License-Identifier: GPL-2.0-or-later */
/* write_file.c - a file replaced as a whole, or not at all; devices and pipes are written as they are. */
#include "base/write_file.h"

#include "base/cleanup.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static int write_all(int fd, const char *data, size_t size)
{
	while (size) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n || (size_t)n > size)
			return -EIO; /* a program on the way of write(2) may lie: it takes not more than there is */
		data += n;
		size -= n;
	}
	return 0;
}

static int write_temporary(const char *path, const void *data, size_t size)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	int r;

	if (fd < 0)
		return -errno;
	r = write_all(fd, data, size);
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	if (close(KFG_TAKE_FD(fd)) < 0 && r == 0)
		r = -errno;
	return r;
}

/* A device or a pipe is written as it is. */
static int write_special(const char *path, const void *data, size_t size)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 ? -errno : write_all(fd, data, size);
}

int kfg_write_file(const char *path, const void *data, size_t size)
{
	_cleanup_free_ char *temporary = NULL;
	struct stat st;
	int r;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return write_special(path, data, size);
	if (asprintf(&temporary, "%s.%d.tmp", path, getpid()) < 0) {
		temporary = NULL;
		return -ENOMEM;
	}
	r = write_temporary(temporary, data, size);
	if (r == 0 && rename(temporary, path) < 0)
		r = -errno;
	if (r < 0 && r != -EEXIST)
		unlink(temporary);
	return r;
}
