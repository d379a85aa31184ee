/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * units.c - attacks on what a policy's `units:` mean: becoming a process of a unit without the service manager. Each
 * verb takes a cgroup, as a path below /sys/fs/cgroup, which it makes if need be, and a command to run there. It works
 * if the command does.
 */
#include "attack.h"

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
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

/* An address space of so many parts that copying it takes the kernel a tenth of a second. */
static void grow_address_space(void)
{
	const size_t n = 30000, page = 4096;
	char *m = mmap(NULL, n * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	for (size_t i = 0; m != MAP_FAILED && i < n; i += 2)
		if (mprotect(m + i * page, page, PROT_READ))
			break;
}

/* Tells by the pipe that it forks now. */
static void fork_slowly(int tell)
{
	pid_t pid;

	grow_address_space();
	(void)!write(tell, "x", 1);
	pid = fork();
	if (!pid)
		run();
	_exit(outcome(pid) ? 1 : 0);
}

/* A process is moved while it forks: after the hook that sees the fork, before the kernel looks where it is. */
static int unit_fork_race(int argc, char **argv)
{
	int r = -EACCES;

	if (argc < 2)
		return -EINVAL;
	command = argv + 1;
	for (useconds_t i = 0; r && i < 25; i++) {
		int pipes[2];
		pid_t pid;
		char c;

		if (pipe2(pipes, O_CLOEXEC))
			return -errno;
		pid = fork();
		if (!pid)
			fork_slowly(pipes[1]);
		close(pipes[1]);
		(void)!read(pipes[0], &c, 1);
		close(pipes[0]);
		(void)usleep(i * 3000);
		(void)enter(argv[0], "/cgroup.procs", pid);
		r = outcome(pid);
	}
	return r;
}

#define RACED "/tmp/raced"
#define RACED_LOADER "/tmp/raced-ld"

/* The whole file, from the heap. */
static char *slurp(const char *path, size_t *ret_size)
{
	FILE *f = fopen(path, "re");
	char *data = NULL;

	if (!f)
		return NULL;
	(void)fseek(f, 0, SEEK_END);
	*ret_size = (size_t)ftell(f);
	rewind(f);
	data = malloc(*ret_size + 1);
	if (data && fread(data, 1, *ret_size, f) != *ret_size)
		*ret_size = 0;
	(void)fclose(f);
	return data;
}

static int spill(const char *path, const char *data, size_t size)
{
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0755);
	ssize_t n = fd < 0 ? -1 : write(fd, data, size);

	if (fd >= 0)
		close(fd);
	return n == (ssize_t)size ? 0 : -EIO;
}

/* Copies of the program and of its loader, the one naming the other. */
static int copy_program(const char *path)
{
	size_t size = 0, loader_size = 0;
	char *data = slurp(path, &size), *loader = NULL;
	const Elf64_Ehdr *header = (const Elf64_Ehdr *)data;
	int r = -ENOEXEC;

	for (int i = 0; data && size > sizeof(*header) && i < header->e_phnum; i++) {
		const Elf64_Phdr *part = (const Elf64_Phdr *)(data + header->e_phoff) + i;
		char *name = data + part->p_offset;

		if (part->p_type != PT_INTERP || part->p_filesz <= sizeof(RACED_LOADER))
			continue;
		loader = slurp(name, &loader_size);
		r = loader ? spill(RACED_LOADER, loader, loader_size) : -ENOENT;
		memset(name, 0, part->p_filesz);
		memcpy(name, RACED_LOADER, sizeof(RACED_LOADER));
	}
	if (!r)
		r = spill(RACED, data, size);
	free(loader);
	free(data);
	return r;
}

static void *run_raced(void *arg)
{
	(void)arg;
	execv(RACED, command);
	_exit(127);
}

/* A thread executes, and waits for a lease on the loader; the process is moved meanwhile. */
static int unit_exec_race(int argc, char **argv)
{
	int lease, r;
	pid_t pid;

	if (argc < 2)
		return -EINVAL;
	command = argv + 1;
	r = copy_program(command[0]);
	if (r)
		return r;
	lease = open(RACED_LOADER, O_RDONLY | O_CLOEXEC);
	(void)signal(SIGIO, SIG_IGN);
	if (lease < 0 || fcntl(lease, F_SETLEASE, F_WRLCK))
		return -errno;
	pid = fork();
	if (!pid) {
		pthread_t thread;

		close(lease);
		if (pthread_create(&thread, NULL, run_raced, NULL))
			_exit(126);
		for (;;)
			pause();
	}
	(void)sleep(1);
	r = enter(argv[0], "/cgroup.procs", pid);
	(void)fcntl(lease, F_SETLEASE, F_UNLCK);
	close(lease);
	if (r)
		(void)kill(pid, SIGKILL);
	return r ? r : outcome(pid);
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
	{ "unit-fork-race", unit_fork_race, "CGROUP COMMAND...: moved while it forks" },
	{ "unit-exec-race", unit_exec_race, "CGROUP /COMMAND...: moved while another thread executes" },
	{ "unit-early", unit_early, "READY GO CGROUP COMMAND...: enters now, runs when the file GO is there" },
	{ NULL, NULL, NULL },
};
