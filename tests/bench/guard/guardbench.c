/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guardbench.c - what ordinary system calls cost on paths that the guard's hooks are on: ns of CLOCK_MONOTONIC for one
 * call, minimum over repetitions. In a VM that counts instructions (QEMU -icount shift=0) 1 ns is one guest
 * instruction, and the minimum is exact. Nothing here touches what is guarded.
 *
 * usage: guardbench [-n OBJECT]     -n: attach this object's LSM programs first
 * One line each: NAME min=NS median=NS
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define REPETITIONS 2001
#define DEEP "/tmp/guardbench/a/b/c/d"

static pid_t child;

static double now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

static void prepare_file(void)
{
	close(open(DEEP "/file", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
}

static void run_open(void)
{
	close(open(DEEP "/file", O_RDONLY | O_CLOEXEC));
}

static void run_stat(void)
{
	struct stat st;

	(void)stat(DEEP "/file", &st);
}

static void run_unlink(void)
{
	(void)unlink(DEEP "/file");
}

static void run_ioctl(void)
{
	static int fd = -1;
	int left;

	if (fd < 0)
		fd = open(DEEP "/file", O_RDONLY | O_CLOEXEC);
	(void)ioctl(fd, FIONREAD, &left);
}

static void run_kill(void)
{
	(void)kill(child, 0);
}

static void run_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	(void)waitpid(pid, NULL, 0);
}

/* A program of two instructions; its end comes later (RCU), and is not in it. */
static void run_load(void)
{
	static const struct bpf_insn insns[] = { { .code = BPF_ALU64 | BPF_MOV | BPF_K },
						 { .code = BPF_JMP | BPF_EXIT } };

	close(bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "bench", "GPL", insns, 2, NULL));
}

static void run_map(void)
{
	close(bpf_map_create(BPF_MAP_TYPE_ARRAY, "bench", 4, 4, 1, NULL));
}

static const struct call {
	const char *name;
	void (*prepare)(void);
	void (*run)(void);
} calls[] = {
	{ "open-close", prepare_file, run_open },
	{ "stat", prepare_file, run_stat },
	{ "ioctl", NULL, run_ioctl },
	{ "unlink", prepare_file, run_unlink },
	{ "kill", NULL, run_kill },
	{ "fork-exit-wait", NULL, run_fork },
	{ "load-2-instructions", NULL, run_load },
	{ "create-map", NULL, run_map },
};

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void measure(const struct call *call)
{
	static double t[REPETITIONS];

	for (int i = 0; i < REPETITIONS; i++) {
		double start;

		if (call->prepare)
			call->prepare();
		start = now_ns();
		call->run();
		t[i] = now_ns() - start;
	}
	qsort(t, REPETITIONS, sizeof(*t), compare);
	printf("%s min=%.0f median=%.0f\n", call->name, t[0], t[REPETITIONS / 2]);
	fflush(stdout);
}

static int attach(const char *path)
{
	struct bpf_object *obj = bpf_object__open(path);
	struct bpf_program *prog;

	if (!obj || bpf_object__load(obj))
		return 1;
	bpf_object__for_each_program(prog, obj) if (!bpf_program__attach(prog)) return 1;
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "-n") && attach(argv[2])) {
		fprintf(stderr, "guardbench: cannot attach %s\n", argv[2]);
		return 1;
	}
	(void)system("mkdir -p " DEEP);
	child = fork();
	if (child == 0) {
		pause();
		_exit(0);
	}
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		measure(&calls[i]);
	(void)kill(child, SIGKILL);
	return 0;
}
