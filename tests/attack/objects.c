/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * objects.c - objects of the gate that are made after its start, and the places on the hooks that its next agent needs.
 *
 *   table-fd                 the policy in force
 *   ids                      prints the newest ids of maps, programs and links
 *   newer MAP PROG LINK      a descriptor of anything with a higher id
 *   watch FILE               asks for each new map and program as soon as it has an id, until there is a file
 *   fill KIND FUNCTION N [FILE]  attaches N programs that answer 0, and with FILE keeps them until there is one; -N: as
 *                                many as find a place, but for N
 */
#include "attack.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

struct kind {
	const char *what;
	int (*next)(unsigned id, unsigned *next);
	int (*open)(unsigned id);
};
static const struct kind kinds[] = {
	{ "map", bpf_map_get_next_id, bpf_map_get_fd_by_id },
	{ "program", bpf_prog_get_next_id, bpf_prog_get_fd_by_id },
	{ "link", bpf_link_get_next_id, bpf_link_get_fd_by_id },
};
#define N_KINDS 3

/* The map of that name with the highest id; the first error of one that may be it. */
static int find_newest(const char *name)
{
	int found = -ESRCH, denied = 0;
	unsigned id = 0;

	while (!bpf_map_get_next_id(id, &id)) {
		struct bpf_map_info info = {};
		unsigned len = sizeof(info);
		int fd = bpf_map_get_fd_by_id(id);

		if (fd < 0)
			denied = -errno;
		else if (!bpf_obj_get_info_by_fd(fd, &info, &len) && !strcmp(info.name, name))
			found = fd;
	}
	return found < 0 && denied ? denied : found;
}

static int table_fd(int argc, char **argv)
{
	int fd = find_newest("kfg_table");

	(void)argc;
	(void)argv;
	return fd < 0 ? fd : 0;
}

static unsigned newest(const struct kind *kind)
{
	unsigned id = 0;

	while (!kind->next(id, &id))
		;
	return id;
}

static int ids(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	for (int i = 0; i < N_KINDS; i++)
		fprintf(stderr, "%u ", newest(&kinds[i]));
	return 0;
}

static int newer(int argc, char **argv)
{
	unsigned n = 0, had = 0;
	int denied = 0;

	for (int i = 0; i < N_KINDS && i < argc; i++) {
		unsigned id = strtoul(argv[i], NULL, 10);

		while (!kinds[i].next(id, &id)) {
			int fd = kinds[i].open(id);

			n++;
			if (fd < 0)
				denied = -errno;
			else
				printf("a descriptor of %s %u\n", kinds[i].what, id);
			had += fd >= 0;
		}
	}
	printf("%u newer, %u descriptors\n", n, had);
	return had ? 0 : n ? denied : NOTHING;
}

/* Is it the gate's? Nobody else may bear these names on the host where this runs. */
static bool is_the_gates(const struct kind *kind, int fd)
{
	struct bpf_map_info map = {};
	struct bpf_prog_info prog = {};
	unsigned len = kind == &kinds[0] ? sizeof(map) : sizeof(prog);

	if (bpf_obj_get_info_by_fd(fd, kind == &kinds[0] ? (void *)&map : (void *)&prog, &len))
		return false;
	return !strncmp(kind == &kinds[0] ? map.name : prog.name, "kfg", 3);
}

static int watch(int argc, char **argv)
{
	unsigned last[2] = { newest(&kinds[0]), newest(&kinds[1]) }, seen = 0, had = 0;

	if (argc < 1)
		return -EINVAL;
	printf("watching\n");
	fflush(stdout);
	while (access(argv[0], F_OK))
		for (int i = 0; i < 2; i++)
			for (int n = 0; n < 1000; n++) {
				unsigned id = last[i];
				int fd;

				if (kinds[i].next(id, &id))
					continue;
				seen++;
				last[i] = id;
				fd = kinds[i].open(id);
				if (fd < 0)
					continue;
				had += is_the_gates(&kinds[i], fd);
				close(fd);
			}
	printf("%u seen, %u descriptors\n", seen, had);
	return had ? 0 : seen ? -EPERM : NOTHING;
}

static int fill(int argc, char **argv)
{
	struct bpf_insn insns[] = { { .code = BPF_ALU64 | BPF_MOV | BPF_K }, { .code = BPF_JMP | BPF_EXIT } };
	struct rlimit many = { 65536, 65536 };
	LIBBPF_OPTS(bpf_prog_load_opts, opts);
	bool lsm = argc > 2 && !strcmp(argv[0], "lsm");
	struct btf *btf = btf__load_vmlinux_btf();
	int wanted, n = 0, r = 0, links[64];

	if (argc < 3 || !btf)
		return -EINVAL;
	(void)setrlimit(RLIMIT_NOFILE, &many);
	opts.expected_attach_type = lsm ? BPF_LSM_MAC : BPF_TRACE_FENTRY;
	opts.attach_btf_id = btf__find_by_name_kind(btf, argv[1], BTF_KIND_FUNC);
	if ((int)opts.attach_btf_id <= 0)
		return NOTHING;
	wanted = atoi(argv[2]);
	while (n < (wanted < 0 ? 64 : wanted) && !r) {
		int fd = bpf_prog_load(lsm ? BPF_PROG_TYPE_LSM : BPF_PROG_TYPE_TRACING, "fill", "GPL", insns, 2, &opts);

		r = fd < 0 ? fd : result(links[n & 63] = bpf_raw_tracepoint_open(NULL, fd));
		n += !r;
	}
	for (; wanted < 0 && n > 0; wanted++)
		close(links[--n & 63]);
	printf("%d on %s\n", n, argv[1]);
	fflush(stdout);
	while (argc > 3 && access(argv[3], F_OK))
		usleep(100000);
	return r;
}

/* Can an LSM program be one that only jumps to another? Sleepable, and not. */
static int stub(int argc, char **argv)
{
	int map = bpf_map_create(BPF_MAP_TYPE_PROG_ARRAY, "stub", 4, 4, 1, NULL);
	struct bpf_insn insns[] = {
		{ .code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = 2, .src_reg = BPF_PSEUDO_MAP_FD, .imm = map },
		{},
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 3 },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_tail_call },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_LSM_MAC);
	struct btf *btf = btf__load_vmlinux_btf();

	(void)argc;
	(void)argv;
	opts.attach_btf_id = btf ? btf__find_by_name_kind(btf, "bpf_lsm_bpf_prog", BTF_KIND_FUNC) : 0;
	for (int sleeps = 0; sleeps < 2; sleeps++) {
		int fd;

		opts.prog_flags = sleeps ? BPF_F_SLEEPABLE : 0;
		fd = bpf_prog_load(BPF_PROG_TYPE_LSM, "stub", "GPL", insns, 6, &opts);
		printf("a stub that %s: %s\n", sleeps ? "sleeps" : "does not sleep",
		       fd < 0 ? strerrorname_np(-fd) : "loaded");
		if (fd >= 0)
			close(fd);
	}
	return 0;
}

const struct attack attacks_objects[] = {
	{ "table-fd", table_fd, "a descriptor of the policy in force" },
	{ "ids", ids, "no attack: print the newest ids of maps, programs and links" },
	{ "newer", newer, "a descriptor of what is newer" },
	{ "watch", watch, "the same of each object while it is made" },
	{ "stub", stub, "no attack: see whether LSM programs may do nothing but jump to others" },
	{ "fill", fill, "take the places on a hook" },
	{},
};
