/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pseudo_fs.c - see pseudo_fs.h. */
#include "base/pseudo_fs.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* The number of the mount that a descriptor was opened on; 0: the kernel does not tell. */
static uint64_t mount_of(int fd)
{
	struct statx is;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &is) < 0 || !(is.stx_mask & STATX_MNT_ID))
		return 0;
	return is.stx_mnt_id;
}

/*
 * openat2(2) with RESOLVE_NO_XDEV would ask the same, but a unit with RestrictSUIDSGID=, as the agent's is, may not
 * call it.
 */
int kfg_pseudo_fs_open(const struct kfg_pseudo_fs *fs, const char *name)
{
	_cleanup_close_ int root = open(fs->path, O_PATH | O_DIRECTORY | O_CLOEXEC), fd = KFG_NO_FD;
	struct statfs is;
	struct stat st;

	if (root < 0 || fstatfs(root, &is) < 0 || fstat(root, &st) < 0)
		return -errno;
	if (is.f_type != fs->magic || (fs->inode && st.st_ino != fs->inode))
		return -ENXIO;
	fd = openat(root, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ENXIO : -errno;
	if (!mount_of(fd) || mount_of(fd) != mount_of(root))
		return -EXDEV;
	return KFG_TAKE_FD(fd);
}
