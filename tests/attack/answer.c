/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * answer.c - programs that answer for a kernel function in its place. Each program answers so to this process alone, so
 * that the rest of the system goes on.
 *
 *   answer KIND FUNCTION VALUE   one of them, attached; then a forbidden load and an allowed one, and our maps by id
 *   answer-early KIND FUNCTION VALUE FILE   attached now; the loads are tried when there is a file of that name
 *   answer-ext FUNCTION VALUE    an EXT program that replaces an LSM program of our own, which answers 0
 *   answer-sweep                 every function of the kernel that may be on the way, each kind, each answer
 */
#include "attack.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define MOV_IMM(dst, value)                                                                                            \
	{                                                                                                              \
		.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = (dst), .imm = (value)                                  \
	}
#define RSH_IMM(dst, value)                                                                                            \
	{                                                                                                              \
		.code = BPF_ALU64 | BPF_RSH | BPF_K, .dst_reg = (dst), .imm = (value)                                  \
	}
#define JNE_IMM(dst, value, by)                                                                                        \
	{                                                                                                              \
		.code = BPF_JMP32 | BPF_JNE | BPF_K, .dst_reg = (dst), .imm = (value), .off = (by)                     \
	}
#define CALL(helper)                                                                                                   \
	{                                                                                                              \
		.code = BPF_JMP | BPF_CALL, .imm = (helper)                                                            \
	}
#define CALL_KFUNC(id)                                                                                                 \
	{                                                                                                              \
		.code = BPF_JMP | BPF_CALL, .src_reg = BPF_PSEUDO_KFUNC_CALL, .imm = (id)                              \
	}
#define EXIT()                                                                                                         \
	{                                                                                                              \
		.code = BPF_JMP | BPF_EXIT                                                                             \
	}

enum kind { FMOD, LSM, LSM_CGROUP, FENTRY, FEXIT, N_KINDS };
static const struct {
	const char *word, *prefix;
	enum bpf_prog_type type;
	enum bpf_attach_type attach;
} kinds[N_KINDS] = {
	[FMOD] = { "fmod_ret", "security_", BPF_PROG_TYPE_TRACING, BPF_MODIFY_RETURN },
	[LSM] = { "lsm", "bpf_lsm_", BPF_PROG_TYPE_LSM, BPF_LSM_MAC },
	[LSM_CGROUP] = { "lsm_cgroup", "bpf_lsm_", BPF_PROG_TYPE_LSM, BPF_LSM_CGROUP },
	[FENTRY] = { "fentry", NULL, BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY },
	[FEXIT] = { "fexit", NULL, BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT },
};
static const int values[] = { -4095, -1, 0, 1, 0x7fffffff };
#define N_VALUES (sizeof(values) / sizeof(values[0]))

static struct btf *vmlinux;
static int cgroup_fd = -1;

/* Loads; a descriptor or a negative errno. */
static int load(enum kind kind, int btf_id, int value)
{
	struct bpf_insn plain[] = {
		CALL(BPF_FUNC_get_current_pid_tgid),
		RSH_IMM(0, 32),
		JNE_IMM(0, getpid(), 2),
		MOV_IMM(0, value),
		EXIT(),
		MOV_IMM(0, 0),
		EXIT(),
	};
	struct bpf_insn cgroup[] = {
		CALL(BPF_FUNC_get_current_pid_tgid),
		RSH_IMM(0, 32),
		JNE_IMM(0, getpid(), 2),
		MOV_IMM(1, value),
		CALL(BPF_FUNC_set_retval),
		MOV_IMM(0, 1),
		EXIT(),
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = kinds[kind].attach, .attach_btf_id = btf_id);
	struct bpf_insn *insns = kind == LSM_CGROUP ? cgroup : plain;

	return bpf_prog_load(kinds[kind].type, "answer", "GPL", insns, 7, &opts);
}

static int attach(enum kind kind, int prog, int btf_id)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts);

	(void)btf_id;
	if (kind != LSM_CGROUP)
		return bpf_raw_tracepoint_open(NULL, prog);
	if (cgroup_fd < 0)
		cgroup_fd = open("/sys/fs/cgroup", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return bpf_link_create(prog, cgroup_fd, BPF_LSM_CGROUP, &opts);
}

static int function(const char *name)
{
	return btf__find_by_name_kind(vmlinux, name, BTF_KIND_FUNC);
}

/* bpf_key_put(bpf_lookup_system_key(0)): every kernel from 6.1 on has these. fentry.s: it answers for nothing. */
static int load_forbidden(void)
{
	struct bpf_insn insns[] = {
		MOV_IMM(1, 0),
		CALL_KFUNC(function("bpf_lookup_system_key")),
		{ .code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = 0, .off = 2 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 1, .src_reg = 0 },
		CALL_KFUNC(function("bpf_key_put")),
		MOV_IMM(0, 0),
		EXIT(),
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_LSM_MAC, .prog_flags = BPF_F_SLEEPABLE,
		    .attach_btf_id = function("bpf_lsm_file_open"));

	return bpf_prog_load(BPF_PROG_TYPE_LSM, "forbidden", "GPL", insns, 7, &opts);
}

static int load_allowed(void)
{
	struct bpf_insn insns[] = { MOV_IMM(0, 0), EXIT() };

	return bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "allowed", "GPL", insns, 2, NULL);
}

/* A descriptor of a map of the gate, by id. The ids are read once, before anything is attached. */
static unsigned map_ids[64], n_map_ids;

static void note_maps(void)
{
	const char *given = getenv("KFGATE_MAPS");

	for (char *end; given && *given && n_map_ids < 64; given = end) {
		unsigned id = strtoul(given, &end, 10);

		if (end == given)
			break;
		map_ids[n_map_ids++] = id;
	}
}

static bool has_map_fd(void)
{
	for (unsigned i = 0; i < n_map_ids; i++) {
		int fd = bpf_map_get_fd_by_id(map_ids[i]);

		if (fd >= 0) {
			close(fd);
			return true;
		}
	}
	return false;
}

static struct {
	unsigned functions, left_out, tried, loaded, attached, refused, not_for_bpf, violations;
} n;

/* What the attacker wants. Returns whether it got it. */
static bool wins(bool attached, int value, const char *what)
{
	int fd = load_forbidden();
	bool won = false;

	if (fd >= 0) {
		printf("VIOLATION %s: a forbidden program was loaded\n", what);
		close(fd);
		won = true;
	}
	if (has_map_fd()) {
		printf("VIOLATION %s: a descriptor of a map of the gate\n", what);
		won = true;
	}
	fd = load_allowed();
	/* what is attached may refuse its own process anything */
	if (fd < 0 && !(attached && value != 0)) {
		printf("VIOLATION %s: an allowed program was not loaded (%s)\n", what, strerrorname_np(-fd));
		won = true;
	}
	if (fd >= 0)
		close(fd);
	return won;
}

/* One function, kind and answer. */
static int try_one(enum kind kind, int btf_id, const char *name, int value, int *ret_link)
{
	char what[160];
	int prog = load(kind, btf_id, value), link = -1, r = prog;

	n.tried++;
	if (prog == -EACCES || prog == -EPERM)
		n.refused++;
	else if (prog < 0)
		n.not_for_bpf++;
	if (prog >= 0) {
		n.loaded++;
		link = attach(kind, prog, btf_id);
		close(prog);
		r = link < 0 ? -errno : 0;
	}
	if (link >= 0) {
		n.attached++;
		snprintf(what, sizeof(what), "%s %s %d", kinds[kind].word, name, value);
		if (ret_link)
			*ret_link = link;
		else if (kind == FENTRY || kind == FEXIT)
			;
		else
			n.violations += wins(true, value, what);
		if (!ret_link)
			close(link);
	}
	return r;
}

static enum kind kind_of(const char *word)
{
	enum kind kind = 0;

	while (kind < N_KINDS && strcmp(kinds[kind].word, word))
		kind++;
	return kind;
}

static int set_up(void)
{
	struct rlimit many = { 65536, 65536 };

	(void)setrlimit(RLIMIT_NOFILE, &many);
	vmlinux = btf__load_vmlinux_btf();
	note_maps();
	return vmlinux ? 0 : -errno;
}

static int answer(int argc, char **argv)
{
	enum kind kind = argc > 2 ? kind_of(argv[0]) : N_KINDS;
	int id, link, r;

	if (kind == N_KINDS || set_up())
		return -EINVAL;
	id = function(argv[1]);
	if (id < 0)
		return NOTHING;
	r = try_one(kind, id, argv[1], atoi(argv[2]), &link);
	if (r < 0)
		return r;
	return wins(true, atoi(argv[2]), argv[1]) ? 0 : -EACCES;
}

/* Type information for one program `int answer(void)`; its descriptor, and what says that the program is that. */
static int describe(struct bpf_func_info *ret_info)
{
	struct btf *btf = btf__new_empty();
	int type = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);

	ret_info->insn_off = 0;
	type = btf__add_func_proto(btf, type);
	ret_info->type_id = btf__add_func(btf, "answer", BTF_FUNC_GLOBAL, type);
	return btf__load_into_kernel(btf) ? -errno : btf__fd(btf);
}

static int answer_ext(int argc, char **argv)
{
	struct bpf_insn zero[] = { MOV_IMM(0, 0), EXIT() };
	struct bpf_insn insns[] = {
		CALL(BPF_FUNC_get_current_pid_tgid),
		RSH_IMM(0, 32),
		JNE_IMM(0, getpid(), 2),
		MOV_IMM(0, argc > 1 ? atoi(argv[1]) : 0),
		EXIT(),
		MOV_IMM(0, 0),
		EXIT(),
	};
	struct bpf_func_info info;
	LIBBPF_OPTS(bpf_prog_load_opts, lsm, .expected_attach_type = BPF_LSM_MAC, .func_info = &info,
		    .func_info_cnt = 1, .func_info_rec_size = sizeof(info));
	LIBBPF_OPTS(bpf_prog_load_opts, ext, .func_info = &info, .func_info_cnt = 1,
		    .func_info_rec_size = sizeof(info));
	int target, prog;

	if (argc < 2 || set_up())
		return -EINVAL;
	lsm.prog_btf_fd = ext.prog_btf_fd = describe(&info);
	lsm.attach_btf_id = function(argv[0]);
	target = bpf_prog_load(BPF_PROG_TYPE_LSM, "target", "GPL", zero, 2, &lsm);
	if (target < 0)
		return NOTHING;
	ext.attach_prog_fd = target;
	ext.attach_btf_id = info.type_id;
	prog = bpf_prog_load(BPF_PROG_TYPE_EXT, "answer", "GPL", insns, 7, &ext);
	if (prog < 0)
		return prog;
	printf("ext loaded\n");
	if (bpf_raw_tracepoint_open(NULL, target) < 0 || bpf_raw_tracepoint_open(NULL, prog) < 0)
		return -errno;
	printf("ext attached\n");
	return wins(true, atoi(argv[1]), argv[0]) ? 0 : -EACCES;
}

/* What was attached before the gate was there. */
static int answer_early(int argc, char **argv)
{
	enum kind kind = argc > 3 ? kind_of(argv[0]) : N_KINDS;
	int id, link, r;

	if (kind == N_KINDS || set_up())
		return -EINVAL;
	id = function(argv[1]);
	if (id < 0)
		return NOTHING;
	r = try_one(kind, id, argv[1], atoi(argv[2]), &link);
	if (r < 0)
		return r;
	printf("%s attached\n", argv[1]);
	fflush(stdout);
	while (access(argv[3], F_OK))
		usleep(100000);
	return wins(true, atoi(argv[2]), argv[1]) ? 0 : -EACCES;
}

static bool is_on_the_way(const char *name)
{
	return !strncmp(name, "security_", 9) || !strncmp(name, "bpf_lsm_", 8);
}

/* KFGATE_LEAVE_OUT: how functions whose answers the kernel itself dies of begin, behind their prefix. */
static bool is_left_out(const char *name)
{
	const char *word = getenv("KFGATE_LEAVE_OUT");

	return word && !strncmp(name + (name[0] == 's' ? 9 : 8), word, strlen(word));
}

static void sweep_kind(enum kind kind)
{
	unsigned attached = n.attached, refused = n.refused, functions = 0;
	static int links[8192];
	unsigned n_links = 0;

	for (unsigned id = 1; id < btf__type_cnt(vmlinux); id++) {
		const struct btf_type *type = btf__type_by_id(vmlinux, id);
		const char *name = btf__name_by_offset(vmlinux, type->name_off);
		const char *prefix = kinds[kind].prefix;

		if (!btf_is_func(type) || !is_on_the_way(name) || (prefix && strncmp(name, prefix, strlen(prefix))))
			continue;
		if (is_left_out(name)) {
			n.left_out++;
			continue;
		}
		functions++;
		for (size_t v = 0; v < N_VALUES; v++) {
			int link = -1;

			if (kind != FENTRY && kind != FEXIT) {
				try_one(kind, id, name, values[v], NULL);
				continue;
			}
			/* these cannot answer: all stay, and what they change together is looked at once */
			if (try_one(kind, id, name, values[v], &link) >= 0 && n_links < 8192)
				links[n_links++] = link;
		}
	}
	if (n_links)
		n.violations += wins(true, 0, kinds[kind].word);
	while (n_links)
		close(links[--n_links]);
	n.functions += functions;
	printf("%-10s functions %u, attached %u, refused %u\n", kinds[kind].word, functions, n.attached - attached,
	       n.refused - refused);
	fflush(stdout);
}

static int answer_sweep(int argc, char **argv)
{
	if (set_up())
		return -EINVAL;
	n.violations += wins(false, 0, "nothing attached, before");
	for (enum kind kind = 0; kind < N_KINDS; kind++)
		if (!argc || kind == kind_of(argv[0]))
			sweep_kind(kind);
	n.violations += wins(false, 0, "nothing attached, after");
	printf("functions: %u, left out: %u, answers: %zu, tried: %u, attached: %u, refused: %u, not for BPF: %u, "
	       "violations: %u\n",
	       n.functions, n.left_out, N_VALUES, n.tried, n.attached, n.refused, n.not_for_bpf, n.violations);
	return n.violations ? 0 : -EACCES;
}

/* No attack: programs of ordinary users. */
static int lsm_zero(int argc, char **argv)
{
	struct bpf_insn insns[] = { MOV_IMM(0, 0), EXIT() };
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_LSM_MAC);

	(void)argc;
	(void)argv;
	if (set_up())
		return -EINVAL;
	opts.attach_btf_id = function("bpf_lsm_bpf_prog");
	return result(bpf_prog_load(BPF_PROG_TYPE_LSM, "zero", "GPL", insns, 2, &opts));
}

static int fmod_hid(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	if (set_up())
		return -EINVAL;
	return function("hid_bpf_device_event") < 0 ? 0 : result(load(FMOD, function("hid_bpf_device_event"), 0));
}

/* Ids of the gate's maps, for KFGATE_MAPS. */
static int print_map_ids(int argc, char **argv)
{
	unsigned id = 0;

	(void)argc;
	(void)argv;
	while (!bpf_map_get_next_id(id, &id)) {
		struct bpf_map_info info = {};
		unsigned len = sizeof(info);
		int fd = bpf_map_get_fd_by_id(id);

		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &len) && !strncmp(info.name, "kfg", 3))
			printf("%u ", id);
		close(fd);
	}
	return 0;
}

const struct attack attacks_answer[] = {
	{ "answer", answer, "answer for a kernel function, and see what it opens" },
	{ "answer-early", answer_early, "the same by a program that was there before the gate" },
	{ "answer-ext", answer_ext, "the same by a program that replaces an LSM program" },
	{ "lsm-zero", lsm_zero, "no attack: load an LSM program that answers 0" },
	{ "fmod-hid", fmod_hid, "no attack: load an fmod_ret program for HID devices" },
	{ "map-ids", print_map_ids, "no attack: print the ids of the gate's maps" },
	{ "answer-sweep", answer_sweep, "the same for every function that may be on the way" },
	{},
};
