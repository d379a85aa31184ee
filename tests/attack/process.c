/* SPDX-License-Identifier: GPL-2.0-or-later */
/* process.c - attacks on the agent's process: signals, memory, descriptors, limits, cgroup, identity. */
#include "attack.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int gone(pid_t pid)
{
	for (int i = 0; i < 50; i++) {
		if (kill(pid, 0) && errno == ESRCH)
			return 0;
		(void)waitpid(pid, NULL, WNOHANG);
		(void)nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
	}
	return -EALREADY; /* it lives on */
}

static int sig_kill(int argc, char **argv)
{
	pid_t pid = find_agent();

	if (!pid)
		return NOTHING;
	return kill(pid, argc > 0 ? atoi(argv[0]) : SIGKILL) ? -errno : argc > 0 ? 0 : gone(pid);
}

static int sig_thread(int argc, char **argv)
{
	pid_t pid = find_agent();

	(void)argc;
	(void)argv;
	return pid ? result(syscall(__NR_tgkill, pid, pid, SIGSTOP)) : NOTHING;
}

static int sig_pidfd(int argc, char **argv)
{
	pid_t pid = find_agent();
	int fd = syscall(__NR_pidfd_open, pid, 0);

	(void)argc;
	(void)argv;
	if (!pid)
		return NOTHING;
	return fd < 0 ? -errno : result(syscall(__NR_pidfd_send_signal, fd, SIGSTOP, NULL, 0));
}

/* Any signal, about a file of one's own, with no check of kill(2) */
static int sig_io(int argc, char **argv)
{
	pid_t pid = find_agent();
	int s[2];

	(void)argc;
	(void)argv;
	if (!pid)
		return NOTHING;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, s) || fcntl(s[0], F_SETOWN, pid) || fcntl(s[0], F_SETSIG, SIGKILL) ||
	    fcntl(s[0], F_SETFL, O_ASYNC) || write(s[1], "x", 1) != 1)
		return -errno;
	return gone(pid);
}

static int trace(int argc, char **argv)
{
	pid_t pid = argc > 0 ? atoi(argv[0]) : find_agent();

	return pid ? result(ptrace(PTRACE_SEIZE, pid, 0, 0)) : NOTHING;
}

static int mem_write(int argc, char **argv)
{
	pid_t pid = find_agent();
	char path[64];

	(void)argc;
	(void)argv;
	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	return pid ? result(open(path, O_RDWR | O_CLOEXEC)) : NOTHING;
}

static int mem_read(int argc, char **argv)
{
	pid_t pid = find_agent();
	char path[64];

	(void)argc;
	(void)argv;
	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	return pid ? result(open(path, O_RDONLY | O_CLOEXEC)) : NOTHING;
}

/* Memory that the agent shares is a file that its mappings lead to: proc(5), /proc/PID/map_files. */
static int map_files(int argc, char **argv)
{
	char path[PATH_MAX];
	struct dirent *e;
	int r = -ENOENT;
	DIR *dir;

	(void)argc;
	(void)argv;
	snprintf(path, sizeof(path), "/proc/%d/map_files", (int)find_agent());
	dir = opendir(path);
	if (!dir)
		return -errno;
	while (r && (e = readdir(dir))) {
		int fd;

		if (e->d_name[0] == '.')
			continue;
		fd = openat(dirfd(dir), e->d_name, O_RDWR | O_CLOEXEC);
		r = fd < 0 ? -errno : 0;
		if (fd >= 0)
			close(fd);
	}
	closedir(dir);
	return r;
}

static int vm_write(int argc, char **argv)
{
	pid_t pid = find_agent();
	char path[64], line[128];
	struct iovec here = { line, 1 }, there = { NULL, 1 };
	FILE *f;

	(void)argc;
	(void)argv;
	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	f = pid ? fopen(path, "re") : NULL;
	if (!f)
		return pid ? -errno : NOTHING;
	while (fgets(line, sizeof(line), f))
		if (strstr(line, " rw-p "))
			break;
	fclose(f);
	there.iov_base = (void *)(uintptr_t)strtoull(line, NULL, 16);
	if (syscall(__NR_process_vm_readv, pid, &here, 1, &there, 1, 0) != 1)
		return -errno;
	return result(syscall(__NR_process_vm_writev, pid, &here, 1, &there, 1, 0));
}

/* Each descriptor of the agent, maps and programs among them */
static int take_fd(int argc, char **argv)
{
	pid_t pid = find_agent();
	int fd = syscall(__NR_pidfd_open, pid, 0), r = -1;

	(void)argc;
	(void)argv;
	if (!pid)
		return NOTHING;
	for (int i = 3; r < 0 && i < 64; i++) {
		r = syscall(__NR_pidfd_getfd, fd, i, 0);
		if (r < 0 && errno != EBADF)
			break;
	}
	return result(r);
}

static int limit(int argc, char **argv)
{
	const struct rlimit none = { 0, 0 };
	pid_t pid = find_agent();

	(void)argc;
	(void)argv;
	return pid ? result(prlimit(pid, RLIMIT_NOFILE, &none, NULL)) : NOTHING;
}

static int idle(int argc, char **argv)
{
	const struct sched_param param = {};
	pid_t pid = find_agent();

	(void)argc;
	(void)argv;
	return pid ? result(sched_setscheduler(pid, SCHED_IDLE, &param)) : NOTHING;
}

static int affinity(int argc, char **argv)
{
	pid_t pid = find_agent();
	cpu_set_t set;

	(void)argc;
	(void)argv;
	CPU_ZERO(&set);
	CPU_SET(0, &set);
	return pid ? result(sched_setaffinity(pid, sizeof(set), &set)) : NOTHING;
}

static int nice_up(int argc, char **argv)
{
	pid_t pid = find_agent();

	(void)argc;
	(void)argv;
	return pid ? result(setpriority(PRIO_PROCESS, pid, 19)) : NOTHING;
}

static int io_idle(int argc, char **argv)
{
	pid_t pid = find_agent();

	(void)argc;
	(void)argv;
	/* IOPRIO_WHO_PROCESS, IOPRIO_CLASS_IDLE (include/uapi/linux/ioprio.h) */
	return pid ? result(syscall(__NR_ioprio_set, 1, pid, 3 << 13)) : NOTHING;
}

static int oom(int argc, char **argv)
{
	pid_t pid = find_agent();
	char path[64];

	(void)argc;
	(void)argv;
	snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", (int)pid);
	return pid ? write_file(path, "1000") : NOTHING;
}

bool cgroup_dir(char *dir, size_t size, bool up)
{
	pid_t pid = find_agent();
	char path[512], line[256];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)pid);
	f = pid ? fopen(path, "re") : NULL;
	if (!f || !fgets(line, sizeof(line), f))
		return false;
	fclose(f);
	line[strcspn(line, "\n")] = 0;
	if (up && strrchr(line, '/'))
		*strrchr(line, '/') = 0;
	if (strlen(line) <= 4)
		return false;
	snprintf(dir, size, "/sys/fs/cgroup%s", line + 3);
	return true;
}

static int cgroup_file(const char *name, const char *text, bool up)
{
	char dir[512], path[600];

	if (!cgroup_dir(dir, sizeof(dir), up))
		return NOTHING;
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return write_file(path, text);
}

static int cgroup_kill(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return cgroup_file("cgroup.kill", "1", false);
}

static int cgroup_kill_above(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return cgroup_file("cgroup.kill", "1", true);
}

static int cgroup_freeze(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return cgroup_file("cgroup.freeze", "1", false);
}

static int cgroup_join(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return cgroup_file("cgroup.procs", "0", false);
}

/* reborn PID PROGRAM ARG...: PROGRAM under the pid that the agent had */
static int reborn(int argc, char **argv)
{
	pid_t want = argc > 1 ? atoi(argv[0]) : 0, pid;
	struct clone_args args = { .exit_signal = SIGCHLD, .set_tid = (uintptr_t)&want, .set_tid_size = 1 };
	int status;

	if (!want)
		return -EINVAL;
	pid = syscall(__NR_clone3, &args, sizeof(args));
	if (pid == 0) {
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -errno;
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -EPERM;
}

/* orphan PROGRAM ARG...: PROGRAM as a child of PID 1, which did not make it */
static int orphan(int argc, char **argv)
{
	pid_t pid = fork();
	int p[2];
	char byte;

	if (argc < 1 || pid < 0 || pipe(p))
		return -EINVAL;
	if (pid) {
		(void)waitpid(pid, NULL, 0);
		return 0;
	}
	pid = fork();
	if (pid)
		_exit(0);
	close(p[1]);
	while (getppid() != 1)
		(void)read(p[0], &byte, 1);
	execvp(argv[0], argv);
	_exit(127);
}

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21 /* include/uapi/asm-generic/mman-common.h */
#endif

static long swapped_kb(pid_t pid)
{
	char path[64], line[128];
	long kb = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		(void)sscanf(line, "VmSwap: %ld", &kb);
	if (f)
		fclose(f);
	return kb;
}

/* page-out: its own memory to swap, which must be on; what stands there could be changed */
static int page_out(int argc, char **argv)
{
	pid_t pid = find_agent();
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	char path[64], line[512], mode[5];
	unsigned long begin, end;
	FILE *maps;

	(void)argc;
	(void)argv;
	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fopen(path, "re");
	if (fd < 0 || !maps)
		return NOTHING;
	for (int i = 0; i < 20 && !swapped_kb(pid); i++) {
		rewind(maps);
		/* pages that a CPU has not put on a list yet are passed over; this has all put there */
		(void)write_file("/proc/sys/vm/drop_caches", "1");
		while (fgets(line, sizeof(line), maps)) {
			if (sscanf(line, "%lx-%lx %4s", &begin, &end, mode) != 3 || strcmp(mode, "rw-p") != 0)
				continue;
			(void)syscall(SYS_process_madvise, fd, &(struct iovec){ (void *)begin, end - begin }, 1,
				      MADV_PAGEOUT, 0);
		}
		usleep(200000);
	}
	fclose(maps);
	close(fd);
	return swapped_kb(pid) ? 0 : -EPERM;
}

const struct attack attacks_process[] = {
	{ "kill", sig_kill, "SIGKILL, or the signal given" },
	{ "kill-thread", sig_thread, "a signal by tgkill(2)" },
	{ "kill-pidfd", sig_pidfd, "a signal by pidfd_send_signal(2)" },
	{ "kill-sigio", sig_io, "SIGKILL as the signal about a socket" },
	{ "trace", trace, "ptrace(2), the agent or the process given" },
	{ "mem-write", mem_write, "open its memory for writing" },
	{ "mem-read", mem_read, "open its memory" },
	{ "page-out", page_out, "have its memory swapped out" },
	{ "vm-write", vm_write, "read and write its memory by process_vm_writev(2)" },
	{ "map-files", map_files, "open what it has mapped, for writing" },
	{ "take-fd", take_fd, "a descriptor of its by pidfd_getfd(2)" },
	{ "limit", limit, "a limit of no files" },
	{ "idle", idle, "schedule it when nothing else runs" },
	{ "affinity", affinity, "one CPU only" },
	{ "nice", nice_up, "the lowest priority" },
	{ "io-idle", io_idle, "the lowest I/O priority" },
	{ "oom", oom, "the first to go when memory is short" },
	{ "cgroup-kill", cgroup_kill, "kill its cgroup" },
	{ "cgroup-kill-up", cgroup_kill_above, "kill the cgroup above" },
	{ "cgroup-freeze", cgroup_freeze, "freeze its cgroup" },
	{ "cgroup-join", cgroup_join, "join its cgroup" },
	{ "reborn", reborn, "run something under the pid that it had" },
	{ "orphan", orphan, "run something as a child of PID 1" },
	{},
};
