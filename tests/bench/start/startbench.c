/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * startbench.c - what it costs to start an agent: from exec to READY=1 on $NOTIFY_SOCKET, as its service manager sees
 * it. In a VM that counts instructions (QEMU -icount shift=0) 1 ns of CLOCK_MONOTONIC is one guest instruction.
 *
 * usage: startbench NAME COMMAND [ARG...]
 * The command runs in a cgroup of its own, as in a unit (a cgroup2 file system is at /sys/fs/cgroup). One line:
 *   NAME ns=NS peak=BYTES resident=KB hwm=KB
 * peak: memory.peak of the cgroup (6.0 and later, else 0); hwm: the most that was resident of the process itself.
 * Then the command gets SIGTERM, and its end is waited for. One that may not be signalled (guarded) is left running.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CGROUP "/sys/fs/cgroup/startbench"
#define READY_WITHIN_MS 300000

static double now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

static void die(const char *what)
{
	fprintf(stderr, "startbench: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die(path);
	close(fd);
}

static unsigned long long read_number(const char *path)
{
	unsigned long long n = 0;
	FILE *f = fopen(path, "re");

	if (f) {
		if (fscanf(f, "%llu", &n) != 1)
			n = 0;
		fclose(f);
	}
	return n;
}

/* A number of kB of /proc/PID/status. */
static unsigned long status_kb(pid_t pid, const char *key)
{
	char path[64], line[256];
	unsigned long kb = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, key, strlen(key)))
			kb = strtoul(line + strlen(key) + 1, NULL, 10);
	if (f)
		fclose(f);
	return kb;
}

static int notify_socket(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = "/tmp/startbench.notify" };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)unlink(at.sun_path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)))
		die(at.sun_path);
	if (setenv("NOTIFY_SOCKET", at.sun_path, 1))
		die("setenv");
	return fd;
}

static void wait_ready(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char text[1024];
	ssize_t n;

	for (;;) {
		if (poll(&p, 1, READY_WITHIN_MS) <= 0) {
			errno = ETIMEDOUT;
			die("not ready");
		}
		n = recv(fd, text, sizeof(text) - 1, 0);
		if (n < 0)
			die("recv");
		text[n] = '\0';
		if (strstr(text, "READY=1"))
			return;
	}
}

int main(int argc, char **argv)
{
	double start;
	int fd, status;
	pid_t pid;

	if (argc < 3)
		return 2;
	if (mkdir(CGROUP, 0755) && errno != EEXIST)
		die(CGROUP);
	fd = notify_socket();
	start = now_ns();
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		write_file(CGROUP "/cgroup.procs", "0");
		execv(argv[2], argv + 2);
		die(argv[2]);
	}
	wait_ready(fd);
	printf("%s ns=%.0f peak=%llu resident=%lu hwm=%lu\n", argv[1], now_ns() - start,
	       read_number(CGROUP "/memory.peak"), status_kb(pid, "VmRSS"), status_kb(pid, "VmHWM"));
	if (kill(pid, SIGTERM) && errno == EPERM)
		return 0;
	if (waitpid(pid, &status, 0) < 0)
		die("cannot stop it");
	if (rmdir(CGROUP))
		die(CGROUP);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
