/* SPDX-License-Identifier: GPL-2.0-or-later */
/* files.c - attacks on the pins, the policy files, and files of the kernel that switch things off. */
#include "attack.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

static int pin_unlink(int argc, char **argv)
{
	const char *path = find_path(PINS "/*/link_kfgate_prog");

	(void)argc;
	(void)argv;
	return path ? result(unlink(path)) : NOTHING;
}

static int pin_rename(int argc, char **argv)
{
	const char *path = find_path(PINS "/*/link_*");
	char other[512];

	(void)argc;
	(void)argv;
	if (!path)
		return NOTHING;
	snprintf(other, sizeof(other), "%s-gone", path);
	return result(rename(path, other));
}

static int pins_rename(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return result(rename(PINS, "/sys/fs/bpf/other"));
}

static int pins_replace(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	if (mkdir("/sys/fs/bpf/other", 0700) && errno != EEXIST)
		return -errno;
	/* 2: RENAME_EXCHANGE (include/uapi/linux/fs.h) */
	return result(renameat2(AT_FDCWD, "/sys/fs/bpf/other", AT_FDCWD, PINS, 2));
}

static int pins_rmdir(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	if (mkdir(PINS "/empty", 0700))
		return -errno;
	return result(rmdir(PINS "/empty"));
}

/* An instance that is none, for the next agent to fall over */
static int pins_add(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return result(mkdir(PINS "/999999", 0700));
}

static int pins_symlink(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return result(symlink("/sys/fs/bpf/other", PINS "/888888"));
}

static int pins_chmod(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return result(chmod(PINS, 0777));
}

static int pins_chown(int argc, char **argv)
{
	const char *path = find_path(PINS "/*/link_*");

	(void)argc;
	(void)argv;
	return path ? result(chown(path, 65534, 65534)) : NOTHING;
}

static int pins_xattr(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return result(setxattr(PINS, "trusted.attack", "x", 1, 0));
}

static int pins_lock(int argc, char **argv)
{
	int fd = open(PINS, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)argc;
	(void)argv;
	return fd < 0 ? -errno : result(flock(fd, LOCK_EX | LOCK_NB));
}

static int ftrace(int argc, char **argv)
{
	return write_file("/proc/sys/kernel/ftrace_enabled", argc > 0 ? argv[0] : "0");
}

/* policy-write FILE, policy-unlink FILE, policy-rename FILE, policy-add DIR */
static int policy_write(int argc, char **argv)
{
	int fd = argc > 0 ? open(argv[0], O_WRONLY | O_APPEND | O_CLOEXEC) : -1, r;

	if (fd < 0)
		return -errno;
	r = write(fd, "# attack\n", 9) < 0 ? -errno : 0;
	close(fd);
	return r;
}

static int policy_truncate(int argc, char **argv)
{
	return argc > 0 ? result(truncate(argv[0], 0)) : -EINVAL;
}

static int policy_unlink(int argc, char **argv)
{
	return argc > 0 ? result(unlink(argv[0])) : -EINVAL;
}

static int policy_rename(int argc, char **argv)
{
	char other[512];
	int fd;

	if (argc < 1)
		return -EINVAL;
	/* an editor's way: a new file in the old one's place */
	snprintf(other, sizeof(other), "%s.new", argv[0]);
	fd = open(other, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	close(fd);
	return result(rename(other, argv[0]));
}

static int policy_add(int argc, char **argv)
{
	char path[512];
	int fd;

	if (argc < 1)
		return -EINVAL;
	snprintf(path, sizeof(path), "%s/99-attack.yaml", argv[0]);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	return fd < 0 ? -errno : close(fd);
}

/* exchange A B: RENAME_EXCHANGE (include/uapi/linux/fs.h) */
static int exchange(int argc, char **argv)
{
	return argc > 1 ? result(renameat2(AT_FDCWD, argv[0], AT_FDCWD, argv[1], 2)) : -EINVAL;
}

/* policy-acl FILE: nothing for its owner; include/uapi/linux/posix_acl_xattr.h */
static int policy_acl(int argc, char **argv)
{
	static const struct {
		unsigned version;
		struct {
			unsigned short tag, perm;
			unsigned id;
		} entries[3];
	} acl = { 2, { { 0x01, 0, -1u }, { 0x04, 0, -1u }, { 0x20, 0, -1u } } };

	return argc > 0 ? result(setxattr(argv[0], "system.posix_acl_access", &acl, sizeof(acl), 0)) : -EINVAL;
}

const struct attack attacks_files[] = {
	{ "pin-unlink", pin_unlink, "remove the pin of a link" },
	{ "pin-rename", pin_rename, "rename the pin of a link" },
	{ "pins-rename", pins_rename, "rename the directory of the pins" },
	{ "pins-replace", pins_replace, "exchange it for another" },
	{ "pins-rmdir", pins_rmdir, "make and remove a directory in it" },
	{ "pins-add", pins_add, "make an instance that is none" },
	{ "pins-symlink", pins_symlink, "the same as a symbolic link" },
	{ "pins-chmod", pins_chmod, "open the directory to everybody" },
	{ "pins-chown", pins_chown, "give a pin to somebody" },
	{ "pins-xattr", pins_xattr, "an attribute of the directory" },
	{ "pins-lock", pins_lock, "the lock that the next agent needs" },
	{ "ftrace", ftrace, "switch off function tracing, by which BPF LSM programs are called" },
	{ "policy-write", policy_write, "append to a policy file" },
	{ "policy-truncate", policy_truncate, "empty it" },
	{ "policy-unlink", policy_unlink, "remove it" },
	{ "policy-rename", policy_rename, "put another file in its place" },
	{ "policy-acl", policy_acl, "keep its owner out by an access list" },
	{ "exchange", exchange, "two names for each other" },
	{ "policy-add", policy_add, "add a file to the policy's directory" },
	{},
};
