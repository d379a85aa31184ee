/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * units.c - attacks on what a policy's `units:` mean: becoming a process of a unit without the service manager. Each
 * verb takes a cgroup, as a path below /sys/fs/cgroup, which it makes if need be, and a command to run there. It works
 * if the command does.
 */
#include "attack.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROOT "/sys/fs/cgroup"

static char **command;

static void make(const char *cgroup, char path[static PATH_MAX])
{
	(void)snprintf(path, PATH_MAX, ROOT "/%s", cgroup);
	for (char *p = path + strlen(ROOT) + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		(void)mkdir(path, 0755);
		*p = '/';
	}
	(void)mkdir(path, 0755);
}

static int enter(const char *cgroup, const char *file, pid_t id)
{
	char path[PATH_MAX], number[16];

	make(cgroup, path);
	(void)strncat(path, file, sizeof(path) - strlen(path) - 1);
	(void)snprintf(number, sizeof(number), "%d", id);
	return write_file(path, number);
}

static int outcome(pid_t pid)
{
	int status;

	if (pid < 0)
		return -errno;
	if (waitpid(pid, &status, 0) < 0)
		return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EACCES;
}

static void run(void)
{
	execvp(command[0], command);
	_exit(127);
}

/* A child that moves itself. */
static int unit_move(int argc, char **argv)
{
	pid_t pid;

	if (argc < 2)
		return -EINVAL;
	command = argv + 1;
	pid = fork();
	if (!pid) {
		if (enter(argv[0], "/cgroup.procs", 0))
			_exit(126);
		run();
	}
	return outcome(pid);
}

/* It moves itself, and its child is the one that loads. */
static int unit_fork(int argc, char **argv)
{
	pid_t pid;

	if (argc < 2)
		return -EINVAL;
	command = argv + 1;
	pid = fork();
	if (!pid) {
		if (enter(argv[0], "/cgroup.procs", 0))
			_exit(126);
		pid = fork();
		if (!pid)
			run();
		_exit(outcome(pid) ? 1 : 0);
	}
	return outcome(pid);
}

/* A child that is born there: no file is written to. */
static int unit_clone(int argc, char **argv)
{
	char path[PATH_MAX];
	struct clone_args args = { .flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD };
	int fd;
	pid_t pid;

	if (argc < 2)
		return -EINVAL;
	command = argv + 1;
	make(argv[0], path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	args.cgroup = (unsigned)fd;
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (!pid)
		run();
	close(fd);
	return outcome(pid);
}

/* Each part of the path becomes a threaded cgroup: the root may always have such. */
static int make_threaded(const char *cgroup, char path[static PATH_MAX])
{
	char file[PATH_MAX + 16];
	const char *end;
	int r = 0;

	make(cgroup, path);
	for (const char *p = path + strlen(ROOT) + 1; !r && *p; p = *end ? end + 1 : end) {
		end = p + strcspn(p, "/");
		(void)snprintf(file, sizeof(file), "%.*s/cgroup.type", (int)(end - path), path);
		r = write_file(file, "threaded");
	}
	return r;
}

/* CLONE_VFORK: the thread has the stack for itself until it executes. */
static int born_there(const char *path)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP | CLONE_THREAD | CLONE_SIGHAND | CLONE_VM | CLONE_VFORK,
	};
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return 126;
	args.cgroup = (unsigned)fd;
	if (!syscall(SYS_clone3, &args, sizeof(args)))
		run();
	return 126;
}

/* A thread that is born there, of a process in no unit that was never moved, as a helper of the kernel is */
static int unit_born(int argc, char **argv)
{
	char path[PATH_MAX];
	pid_t pid;
	int r;

	if (argc < 2)
		return -EINVAL;
	command = argv + 1;
	r = make_threaded(argv[0], path);
	if (r)
		return r;
	pid = fork();
	if (!pid)
		_exit(born_there(path));
	return outcome(pid);
}

static void *run_later(void *arg)
{
	char c;

	(void)!read(*(int *)arg, &c, 1);
	run();
	return NULL;
}

/* The process moves, and a thread that was there before takes its place by executing. */
static int unit_thread(int argc, char **argv)
{
	pid_t pid;

	if (argc < 2)
		return -EINVAL;
	command = argv + 1;
	pid = fork();
	if (!pid) {
		pthread_t thread;
		int pipes[2];

		if (pipe(pipes) || pthread_create(&thread, NULL, run_later, &pipes[0]) ||
		    enter(argv[0], "/cgroup.procs", 0))
			_exit(126);
		(void)!write(pipes[1], "x", 1);
		pthread_join(thread, NULL);
		_exit(127);
	}
	return outcome(pid);
}

/* By way of a cgroup without a unit, where what it was could be forgotten. */
static int unit_detour(int argc, char **argv)
{
	pid_t pid;

	if (argc < 2)
		return -EINVAL;
	command = argv + 1;
	pid = fork();
	if (!pid) {
		if (enter("detour.slice", "/cgroup.procs", 0) || enter(argv[0], "/cgroup.procs", 0))
			_exit(126);
		run();
	}
	return outcome(pid);
}

static void *run_always(void *arg)
{
	int *loaded = arg;

	while (!*loaded) {
		pid_t pid = vfork();

		if (!pid)
			run();
		if (!outcome(pid))
			*loaded = 1;
	}
	return NULL;
}

/* One thread moves the process to and fro, another tries to load at every moment of it. */
static int unit_race(int argc, char **argv)
{
	pid_t pid;

	if (argc < 2)
		return -EINVAL;
	command = argv + 1;
	pid = fork();
	if (!pid) {
		pthread_t thread;
		int loaded = 0;

		(void)freopen("/dev/null", "w", stdout);
		if (pthread_create(&thread, NULL, run_always, &loaded))
			_exit(126);
		for (int i = 0; i < 1000 && !*(volatile int *)&loaded; i++)
			if (enter(i % 2 ? "detour.slice" : argv[0], "/cgroup.procs", 0))
				_exit(126);
		_exit(loaded ? 0 : 1);
	}
	return outcome(pid);
}

/* It enters, says so in the file that comes first, and waits for another file before it runs. */
static int unit_early(int argc, char **argv)
{
	if (argc < 4)
		return -EINVAL;
	if (enter(argv[2], "/cgroup.procs", 0))
		return -errno;
	close(open(argv[0], O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	while (access(argv[1], F_OK))
		usleep(100000);
	return unit_move(argc - 2, argv + 2);
}

const struct attack attacks_units[] = {
	{ "unit-move", unit_move, "CGROUP COMMAND...: writes itself to cgroup.procs" },
	{ "unit-fork", unit_fork, "CGROUP COMMAND...: the same, and its child runs the command" },
	{ "unit-clone", unit_clone, "CGROUP COMMAND...: a child by CLONE_INTO_CGROUP" },
	{ "unit-born", unit_born, "CGROUP COMMAND...: a thread by CLONE_INTO_CGROUP" },
	{ "unit-thread", unit_thread, "CGROUP COMMAND...: moves, and another thread executes" },
	{ "unit-detour", unit_detour, "CGROUP COMMAND...: by way of a cgroup without a unit" },
	{ "unit-race", unit_race, "CGROUP COMMAND...: while it is being moved to and fro" },
	{ "unit-early", unit_early, "READY GO CGROUP COMMAND...: enters now, runs when the file GO is there" },
	{ NULL, NULL, NULL },
};
