/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mounts.c - attacks on the ways to the pins and to the policy: unmount, cover, move, replace. */
#include "attack.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* not <sys/mount.h>: it and <linux/mount.h> do not get along in glibc 2.36 */
extern int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data);
extern int umount2(const char *target, int flags);
#define MNT_DETACH 2 /* include/linux/fs.h */

#define BPFFS "/sys/fs/bpf"

static int umount_pins(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return result(umount2(BPFFS, MNT_DETACH));
}

static int umount_root(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return result(umount2("/", MNT_DETACH));
}

static int umount_above(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return result(umount2("/sys", MNT_DETACH));
}

static int cover(const char *path)
{
	return result(mount("attack", path, "tmpfs", 0, NULL));
}

static int cover_pins(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return cover(BPFFS);
}

static int cover_directory(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return cover(PINS);
}

static int cover_above(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return cover("/sys/fs");
}

static int cover_sys(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return cover("/sys");
}

/* cover-policy PATH: with a directory, or a file, of one's own */
static int cover_policy(int argc, char **argv)
{
	struct stat st;

	if (argc < 1 || stat(argv[0], &st))
		return -EINVAL;
	if (S_ISDIR(st.st_mode))
		return cover(argv[0]);
	return result(mount("/dev/null", argv[0], NULL, MS_BIND, NULL));
}

static int cover_new(int argc, char **argv)
{
	int fs = syscall(__NR_fsopen, "tmpfs", 0), mnt;

	(void)argc;
	(void)argv;
	if (fs < 0 || syscall(__NR_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		return -errno;
	mnt = syscall(__NR_fsmount, fs, 0, 0);
	if (mnt < 0)
		return -errno;
	return result(syscall(__NR_move_mount, mnt, "", AT_FDCWD, BPFFS, MOVE_MOUNT_F_EMPTY_PATH));
}

static int move_old(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	(void)mkdir("/tmp/moved", 0700);
	return result(mount(BPFFS, "/tmp/moved", NULL, MS_MOVE, NULL));
}

static int move_new(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	(void)mkdir("/tmp/moved", 0700);
	return result(syscall(__NR_move_mount, AT_FDCWD, BPFFS, AT_FDCWD, "/tmp/moved", 0));
}

static int remount(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return result(mount(NULL, BPFFS, NULL, MS_REMOUNT | MS_RDONLY, NULL));
}

static int remount_new(int argc, char **argv)
{
	int fs = syscall(__NR_fspick, AT_FDCWD, BPFFS, 0);

	(void)argc;
	(void)argv;
	if (fs < 0 || syscall(__NR_fsconfig, fs, FSCONFIG_SET_FLAG, "ro", NULL, 0))
		return -errno;
	return result(syscall(__NR_fsconfig, fs, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0));
}

/* In a mount namespace of one's own that hands on to the host's what is done there */
static int umount_shared(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	if (unshare(CLONE_NEWNS))
		return -errno;
	return result(umount2(BPFFS, MNT_DETACH));
}

static int cover_shared(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	if (unshare(CLONE_NEWNS))
		return -errno;
	return cover(BPFFS);
}

/* What is allowed: in a namespace of one's own that hands on nothing */
static int cover_private(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return -errno;
	return cover(BPFFS) || umount2(BPFFS, MNT_DETACH) || umount2(BPFFS, MNT_DETACH) ? -errno : 0;
}

static int join(int argc, char **argv)
{
	char path[64];
	int fd;

	(void)argc;
	(void)argv;
	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", (int)find_agent());
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : result(setns(fd, CLONE_NEWNS));
}

/* cover-joined DIR: in the agent's own mount namespace */
static int cover_joined(int argc, char **argv)
{
	int r = join(argc, argv);

	return r ? r : cover(argc > 0 ? argv[0] : "/etc/kfgate");
}

/* pins-readonly [joined]: the mount, on the host or in the agent's namespace; no security module is asked */
static int pins_readonly(int argc, char **argv)
{
	const struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };
	int r = argc > 0 ? join(0, argv) : 0;

	return r ? r : result(syscall(__NR_mount_setattr, AT_FDCWD, BPFFS, 0, &attr, sizeof(attr)));
}

/* Everybody on the host gets another root. */
static int pivot(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	(void)mkdir("/tmp/root", 0700);
	if (mount("attack", "/tmp/root", "tmpfs", 0, NULL) || mkdir("/tmp/root/old", 0700))
		return -errno;
	return result(syscall(__NR_pivot_root, "/tmp/root", "/tmp/root/old"));
}

/* A mount namespace of one's own in which nothing is mounted on the directory. */
static int bare_here(const char *at)
{
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return -errno;
	return result(umount2(at, MNT_DETACH));
}

/*
 * There the directory is removed on which the host has a mount: the kernel takes away what is mounted on it in every
 * other namespace, and asks nobody (detach_mounts(), fs/namespace.c, called by vfs_rmdir(), 6.1..7.3).
 */
static int rmdir_under(int argc, char **argv)
{
	const char *at = argc > 0 ? argv[0] : "/sys";
	int r = bare_here(at);

	return r ? r : result(rmdir(at));
}

/* The same by another directory that is renamed over it */
static int rename_over(int argc, char **argv)
{
	const char *at = argc > 0 ? argv[0] : "/sys";
	int r = bare_here(at);

	if (!r)
		r = result(mkdir("/attack-other", 0555));
	return r ? r : result(rename("/attack-other", at));
}

/* No security module is asked. */
static int propagation(const char *path, unsigned long how)
{
	const struct mount_attr attr = { .propagation = how };

	return result(syscall(__NR_mount_setattr, AT_FDCWD, path, 0, &attr, sizeof(attr)));
}

/* make-private [PATH]: what is mounted on it can be moved then, as the other end of a shared mount cannot */
static int make_private(int argc, char **argv)
{
	return propagation(argc > 0 ? argv[0] : "/sys", MS_PRIVATE);
}

/* A process in a copy of this mount namespace, or a negative errno */
static pid_t first_peer(void)
{
	int pipes[2];
	pid_t pid;
	char c;

	if (pipe2(pipes, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (!pid) {
		if (unshare(CLONE_NEWNS) || write(pipes[1], "x", 1) != 1)
			_exit(1);
		pause();
	}
	close(pipes[1]);
	c = pid > 0 && read(pipes[0], &c, 1) == 1;
	close(pipes[0]);
	return c ? pid : -ECHILD;
}

/*
 * The host's mount above receives from a peer of its own, and is shared again. In a third namespace there is a peer of
 * it then, which receives, too, and hands on to the host all the same.
 */
static int become_peer(int argc, char **argv, pid_t *ret_first)
{
	const char *above = argc > 0 ? argv[0] : "/sys";
	int r;

	*ret_first = first_peer();
	if (*ret_first < 0)
		return *ret_first;
	r = propagation(above, MS_SLAVE);
	if (!r)
		r = propagation(above, MS_SHARED);
	return r ? r : result(unshare(CLONE_NEWNS));
}

/* The first one would keep what is unmounted elsewhere. */
static int leave_peer(pid_t first, int r)
{
	if (first > 0)
		kill(first, SIGKILL);
	return r;
}

static int umount_peer(int argc, char **argv)
{
	pid_t first;
	int r = become_peer(argc, argv, &first);

	return leave_peer(first, r ? r : result(umount2(BPFFS, MNT_DETACH)));
}

static int cover_peer(int argc, char **argv)
{
	pid_t first;
	int r = become_peer(argc, argv, &first);

	return leave_peer(first, r ? r : cover(argc > 1 ? argv[1] : BPFFS));
}

static int decoy(int argc, char **argv)
{
	const char *at = argc > 0 ? argv[0] : "/tmp/decoy";

	(void)mkdir(at, 0700);
	return result(mount(BPFFS, at, NULL, MS_BIND, NULL));
}

const struct attack attacks_mounts[] = {
	{ "umount", umount_pins, "unmount the pins' file system, lazily" },
	{ "umount-above", umount_above, "unmount /sys with all below" },
	{ "umount-root", umount_root, "unmount all that is mounted here" },
	{ "umount-shared", umount_shared, "unmount it in another namespace that shares its mounts" },
	{ "cover", cover_pins, "mount over the pins' file system" },
	{ "cover-pins", cover_directory, "mount over their directory" },
	{ "cover-above", cover_above, "mount over /sys/fs" },
	{ "cover-sys", cover_sys, "mount over /sys" },
	{ "cover-new", cover_new, "mount over it by move_mount(2)" },
	{ "cover-shared", cover_shared, "mount over it in another namespace that shares its mounts" },
	{ "cover-private", cover_private, "the same in a namespace that shares nothing (not an attack)" },
	{ "cover-policy", cover_policy, "mount over the policy" },
	{ "cover-joined", cover_joined, "mount over the policy as the agent sees it" },
	{ "move-old", move_old, "move the mount by mount(2)" },
	{ "move-new", move_new, "move the mount by move_mount(2)" },
	{ "remount", remount, "make the file system read-only" },
	{ "remount-new", remount_new, "the same by fsconfig(2)" },
	{ "pins-readonly", pins_readonly, "make the mount read-only, not its file system" },
	{ "pivot", pivot, "give the host another root" },
	{ "rmdir-under", rmdir_under,
	  "[DIR]: in a namespace of one's own, remove the directory that /sys is mounted on" },
	{ "rename-over", rename_over, "[DIR]: the same by another directory in its place" },
	{ "make-private", make_private, "[PATH]: let it not hand on what is done there" },
	{ "umount-peer", umount_peer, "[ABOVE]: unmount it in a namespace whose mounts receive and hand on" },
	{ "cover-peer", cover_peer, "[ABOVE PATH]: mount over it there" },
	{ "decoy", decoy, "[PATH]: mount the pins' file system at a second place" },
	{},
};
