/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loadbench.c - what it costs to load a BPF program: ns of CLOCK_MONOTONIC, minimum and median over repetitions. In a
 * VM that counts instructions (QEMU -icount shift=0) 1 ns is one guest instruction, and the minimum is exact.
 *
 * usage: loadbench [-n OBJECT] full|scan N... | loadbench [-n OBJECT] object FILE...
 *   full    socket filters of N instructions, loaded
 *   scan    the same with an unknown opcode at the end, which the kernel refuses before it verifies: what is measured
 *           is the copy, the hooks before verification, and the refusal
 *   object  real objects through libbpf (all programs of one open and load)
 *   -n      attach this object's LSM programs first (the comparison with programs that only return 0)
 * One line each: MODE NAME n=REPETITIONS min=NS median=NS result=loaded|ERRNO
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define REPETITIONS_MAX 2001

static int quiet(enum libbpf_print_level level, const char *fmt, va_list args)
{
	(void)level;
	(void)fmt;
	(void)args;
	return 0;
}

static double now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void report(const char *mode, const char *name, double *t, int n, int err)
{
	qsort(t, n, sizeof(*t), compare);
	printf("%s %s n=%d min=%.0f median=%.0f result=%s\n", mode, name, n, t[0], t[n / 2],
	       err ? strerrorname_np(err) : "loaded");
	fflush(stdout);
}

static void bench_raw(const char *mode, const char *arg)
{
	size_t len = strtoul(arg, NULL, 0);
	struct bpf_insn *insns = calloc(len, sizeof(*insns));
	int scan = !strcmp(mode, "scan"), err = 0;
	int n = scan ? 21 : len > 100000 ? 1 : len > 2000 ? 11 : len > 10 ? 101 : REPETITIONS_MAX;
	double t[REPETITIONS_MAX];

	if (!insns || len < 2)
		exit(1);
	for (size_t i = 0; i < len; i++)
		insns[i] = (struct bpf_insn){ .code = 0xb7, .imm = i & 1 };
	insns[len - 1].code = scan ? 0xff : 0x95;
	insns[len - 1].imm = 0;
	for (int i = 0; i < n; i++) {
		double start = now_ns();
		int fd = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "bench", "GPL", insns, len, NULL);

		err = fd < 0 ? errno : 0;
		t[i] = now_ns() - start;
		if (fd >= 0)
			close(fd);
	}
	report(mode, arg, t, n, err);
	free(insns);
}

static void bench_object(const char *path)
{
	double t[REPETITIONS_MAX];
	int n = 11, err = 0;

	for (int i = 0; i < n; i++) {
		struct bpf_object *obj = bpf_object__open(path);
		double start = now_ns();

		if (!obj)
			exit(1);
		err = -bpf_object__load(obj);
		t[i] = now_ns() - start;
		bpf_object__close(obj);
	}
	report("object", strrchr(path, '/') ? strrchr(path, '/') + 1 : path, t, n, err);
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
	int i = 1;

	libbpf_set_print(quiet);
	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	if (argc > 2 && !strcmp(argv[1], "-n")) {
		if (attach(argv[2])) {
			fprintf(stderr, "loadbench: cannot attach %s\n", argv[2]);
			return 1;
		}
		i = 3;
	}
	if (i + 1 >= argc)
		return 1;
	for (int k = i + 1; k < argc; k++) {
		if (!strcmp(argv[i], "object"))
			bench_object(argv[k]);
		else
			bench_raw(argv[i], argv[k]);
	}
	return 0;
}
