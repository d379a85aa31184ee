/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * handles.c - files that are reached in another way than by their names, and changed in another way than by the calls
 * that are made for that.
 *
 *   cgroup-handle NAME [TEXT]  writes to a file of the agent's cgroup that is opened by its handle, and so has neither
 *                              a name nor a directory (open_by_handle_at(2); its number stands in its directory)
 *   code-flags [NAME]          sets the flags of a file that the agent has mapped, on a descriptor that only reads
 *   flags PATH                 the same of another file
 *   code-attributes [NAME], attributes PATH  the same by the attributes of XFS, which others have, too
 *   code-setattr [NAME], setattr PATH        the same by file_setattr(2) (6.17 and later)
 */
#include "attack.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define HANDLE_KERNFS 0xfe /* FILEID_KERNFS, include/linux/exportfs.h */
#define SYS_FILE_GETATTR 468
#define SYS_FILE_SETATTR 469

/* Not by its name: looking it up would give it one. */
static unsigned long long number_of(const char *dir, const char *name)
{
	DIR *stream = opendir(dir);
	unsigned long long found = 0;
	struct dirent *e;

	while (stream && (e = readdir(stream)))
		if (!strcmp(e->d_name, name))
			found = e->d_ino;
	if (stream)
		closedir(stream);
	return found;
}

static int cgroup_handle(int argc, char **argv)
{
	struct {
		struct file_handle head;
		unsigned long long id;
	} handle = { .head = { .handle_bytes = sizeof(handle.id), .handle_type = HANDLE_KERNFS } };
	const char *text = argc > 1 ? argv[1] : "1";
	int mount, fd, r;
	char dir[512];

	if (argc < 1)
		return -EINVAL;
	if (!cgroup_dir(dir, sizeof(dir), false))
		return NOTHING;
	/* names that somebody looked up are forgotten */
	(void)write_file("/proc/sys/vm/drop_caches", "2");
	handle.id = number_of(dir, argv[0]);
	mount = open("/sys/fs/cgroup", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fd = mount < 0 || !handle.id ? -1 : open_by_handle_at(mount, &handle.head, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = result(write(fd, text, strlen(text)));
	close(fd);
	close(mount);
	return r;
}

static int set_flags(const char *path)
{
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1, flags, r;

	if (fd < 0)
		return path ? -errno : NOTHING;
	if (ioctl(fd, FS_IOC_GETFLAGS, &flags))
		return NOTHING; /* this file system has none */
	flags ^= FS_NODUMP_FL;
	r = result(ioctl(fd, FS_IOC_SETFLAGS, &flags));
	close(fd);
	return r;
}

static int set_attributes(const char *path)
{
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1, r;
	struct fsxattr attributes;

	if (fd < 0)
		return path ? -errno : NOTHING;
	if (ioctl(fd, FS_IOC_FSGETXATTR, &attributes))
		return NOTHING;
	attributes.fsx_xflags ^= FS_XFLAG_NODUMP;
	r = result(ioctl(fd, FS_IOC_FSSETXATTR, &attributes));
	close(fd);
	return r;
}

static int set_by_call(const char *path)
{
	struct {
		unsigned long long xflags;
		unsigned extsize, nextents, projid, cowextsize;
	} attributes;

	if (!path || syscall(SYS_FILE_GETATTR, AT_FDCWD, path, &attributes, sizeof(attributes), 0))
		return NOTHING;
	attributes.xflags ^= FS_XFLAG_NODUMP;
	return result(syscall(SYS_FILE_SETATTR, AT_FDCWD, path, &attributes, sizeof(attributes), 0));
}

/* EXT4_IOC_SWAP_BOOT, fs/ext4/ioctl.c: gives a file what is in another. That a file system was asked is too much. */
static int code_swap(int argc, char **argv)
{
	const char *path = mapped_file(argc, argv);
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1, r;

	if (fd < 0)
		return path ? -errno : NOTHING;
	r = result(ioctl(fd, _IO('f', 17)));
	close(fd);
	return r == -ENOTTY ? 0 : r;
}

static int code_flags(int argc, char **argv)
{
	return set_flags(mapped_file(argc, argv));
}

static int flags(int argc, char **argv)
{
	return argc < 1 ? -EINVAL : set_flags(argv[0]);
}

static int code_attributes(int argc, char **argv)
{
	return set_attributes(mapped_file(argc, argv));
}

static int attributes(int argc, char **argv)
{
	return argc < 1 ? -EINVAL : set_attributes(argv[0]);
}

static int code_setattr(int argc, char **argv)
{
	return set_by_call(mapped_file(argc, argv));
}

static int setattr(int argc, char **argv)
{
	return argc < 1 ? -EINVAL : set_by_call(argv[0]);
}

const struct attack attacks_handles[] = {
	{ "cgroup-handle", cgroup_handle, "write to a file of its cgroup by the file's handle" },
	{ "code-swap", code_swap, "ask a file system to give a file that the agent runs from other contents" },
	{ "code-flags", code_flags, "change the flags of a file that the agent runs from" },
	{ "flags", flags, "change the flags of a file" },
	{ "code-attributes", code_attributes, "the same by the attributes of XFS" },
	{ "attributes", attributes, "the same of a file" },
	{ "code-setattr", code_setattr, "the same by file_setattr(2)" },
	{ "setattr", setattr, "the same of a file" },
	{},
};
