/* SPDX-License-Identifier: GPL-2.0-or-later */
/* read_file.c - a file read whole, up to a limit. */
#include "base/read_file.h"

#include "base/cleanup.h"
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* Until the end of the file, which may have grown or shrunk since it was looked at. */
static int read_all(int fd, size_t expected, size_t max, char **ret_data, size_t *ret_size)
{
	size_t allocated = expected + 1, size = 0;
	_cleanup_free_ char *data = malloc(allocated);

	if (!data)
		return -ENOMEM;
	for (;;) {
		ssize_t n;

		if (size == allocated - 1) {
			char *more = realloc(data, allocated + 4096);

			if (!more)
				return -ENOMEM;
			data = more;
			allocated += 4096;
		}
		n = read(fd, data + size, allocated - 1 - size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		size += n;
		if (size > max)
			return -EFBIG;
	}
	data[size] = '\0';
	*ret_data = KFG_TAKE_PTR(data);
	*ret_size = size;
	return 0;
}

int kfg_read_file(int dir_fd, const char *path, size_t max, char **ret_data, size_t *ret_size)
{
	_cleanup_close_ int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	/* 1:3 is /dev/null (Documentation/admin-guide/devices.txt) */
	if (S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3))
		return read_all(fd, 0, 0, ret_data, ret_size);
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if ((uintmax_t)st.st_size > max)
		return -EFBIG;
	return read_all(fd, st.st_size, max, ret_data, ret_size);
}
