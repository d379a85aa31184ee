/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kfload.c - loads BPF programs in the ways a gate must cope with, and says what happened, one line per load:
 * "NAME loaded" or "NAME refused ERRNO-NAME". Exit status 0: all loaded; 3: at least one refused; 1: could not try.
 * Used in test VMs; links libbpf statically or not, no other part of kfgate.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define KFUNC_CALL 0x2085

static int quiet(enum libbpf_print_level level, const char *fmt, va_list args)
{
	return level == LIBBPF_WARN && getenv("KFLOAD_VERBOSE") ? vfprintf(stderr, fmt, args) : 0;
}

static int say(const char *name, int err)
{
	if (err)
		printf("%s refused %s\n", name, strerrorname_np(err < 0 ? -err : err));
	else
		printf("%s loaded\n", name);
	return err ? 3 : 0;
}

/* Opens FILE; every program loads on its own terms (SEC("?...") ones, too). */
static struct bpf_object *open_object(const char *path)
{
	struct bpf_object *obj = bpf_object__open(path);
	struct bpf_program *prog;

	if (!obj)
		return NULL;
	bpf_object__for_each_program(prog, obj) bpf_program__set_autoload(prog, true);
	return obj;
}

static int aloud(enum libbpf_print_level level, const char *fmt, va_list args)
{
	return level == LIBBPF_WARN ? vprintf(fmt, args) : 0;
}

/* log FILE...: loads each program of each object by itself, and prints what libbpf and the verifier say */
static int do_log(int argc, char **argv)
{
	int ret = 0;

	libbpf_set_print(aloud);
	for (int i = 0, n = 0; i < argc; n++) {
		struct bpf_object *obj = bpf_object__open(argv[i]);
		struct bpf_program *prog, *mine = NULL;
		int at = 0;

		if (!obj)
			return 1;
		bpf_object__for_each_program(prog, obj)
		{
			bpf_program__set_autoload(prog, at == n);
			mine = at++ == n ? prog : mine;
		}
		if (mine)
			ret |= say(bpf_program__name(mine), bpf_object__load(obj));
		bpf_object__close(obj);
		if (!mine) {
			i++;
			n = -1;
		}
	}
	return ret;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* obj FILE... : each object through libbpf, which loads a refused program a second time for its log */
static int do_obj(int argc, char **argv)
{
	int ret = 0;

	for (int i = 0; i < argc; i++) {
		struct bpf_object *obj = open_object(argv[i]);

		if (!obj)
			return 1;
		ret |= say(base_name(argv[i]), bpf_object__load(obj));
		bpf_object__close(obj);
	}
	return ret;
}

/* hold FILE SECONDS [PIN]: loads, prints "id N" of its first program, keeps it (and pins it) that long */
static int do_hold(int argc, char **argv)
{
	struct bpf_prog_info info = {};
	unsigned len = sizeof(info);
	struct bpf_object *obj;
	struct bpf_program *prog;
	int r;

	if (argc < 2 || !(obj = open_object(argv[0])))
		return 1;
	r = bpf_object__load(obj);
	if (r)
		return say(base_name(argv[0]), r);
	prog = bpf_object__next_program(obj, NULL);
	if (bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len))
		return 1;
	if (argc > 2 && bpf_obj_pin(bpf_program__fd(prog), argv[2]))
		return 1;
	printf("%s loaded\nid %u\n", base_name(argv[0]), info.id);
	fflush(stdout);
	sleep(atoi(argv[1]));
	bpf_object__close(obj);
	return 0;
}

/* fd ID | fd PATH: asks for an fd of a program, by id or by pin */
static int do_fd(int argc, char **argv)
{
	int fd;

	if (argc < 1)
		return 1;
	fd = argv[0][0] == '/' ? bpf_obj_get(argv[0]) : bpf_prog_get_fd_by_id(atoi(argv[0]));
	return say(argv[0], fd < 0 ? errno : 0);
}

static int func_id(const char *name)
{
	struct btf *btf = btf__load_vmlinux_btf();
	int id = btf ? btf__find_by_name_kind(btf, name, BTF_KIND_FUNC) : -1;

	btf__free(btf);
	return id;
}

/* A socket filter of n instructions that do nothing; owned by the caller. */
static struct bpf_insn *filler(size_t n)
{
	struct bpf_insn *insns = calloc(n, sizeof(*insns));

	if (!insns)
		exit(1);
	for (size_t i = 0; i < n - 1; i++)
		insns[i] = (struct bpf_insn){ .code = 0xb7, .imm = i & 1 };
	insns[n - 1].code = 0x95;
	return insns;
}

static int load_raw(const char *name, struct bpf_insn *insns, size_t n)
{
	int fd = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, name, "GPL", insns, n, NULL), err = errno;

	if (fd >= 0)
		close(fd);
	return say(name, fd < 0 ? err : 0);
}

/* raw N [KFUNC AT [DST]]: N instructions, at AT a call of KFUNC ("#id" for a BTF id), with dst_reg DST */
static int do_raw(int argc, char **argv)
{
	size_t n = argc > 0 ? strtoul(argv[0], NULL, 0) : 0;
	struct bpf_insn *insns;
	int id, ret;

	if (n < 2)
		return 1;
	insns = filler(n);
	if (argc > 2) {
		size_t at = strtoul(argv[2], NULL, 0);

		id = argv[1][0] == '#' ? atoi(argv[1] + 1) : func_id(argv[1]);
		if (id < 0 || at >= n)
			return 1;
		insns[at] = (struct bpf_insn){
			.code = 0x85, .src_reg = 2, .imm = id, .dst_reg = argc > 3 ? atoi(argv[3]) : 0
		};
	}
	ret = load_raw("raw", insns, n);
	free(insns);
	return ret;
}

/*
 * many N [SIZE [KFUNC]]: N calls of distinct (mostly senseless) BTF ids, the last one of KFUNC, at the end of a program
 * of SIZE instructions
 */
static int do_many(int argc, char **argv)
{
	size_t n = argc > 0 ? strtoul(argv[0], NULL, 0) : 300, size = argc > 1 ? strtoul(argv[1], NULL, 0) : n + 1;
	struct bpf_insn *insns = size > n ? filler(size) : NULL, *calls;
	int ret;

	if (!insns)
		return 1;
	calls = insns + size - n - 1;
	for (size_t i = 0; i < n; i++)
		calls[i] = (struct bpf_insn){ .code = 0x85, .src_reg = 2, .imm = i + 1 };
	if (argc > 2)
		calls[n - 1].imm = func_id(argv[2]);
	ret = load_raw("many", insns, size);
	free(insns);
	return ret;
}

static atomic_int stop;
static atomic_ulong got, denied;

struct grab {
	unsigned first; /* id of the newest program before */
	char name[BPF_OBJ_NAME_LEN];
};

static bool is_named(int fd, const char *name)
{
	struct bpf_prog_info info = {};
	unsigned len = sizeof(info);

	return !bpf_obj_get_info_by_fd(fd, &info, &len) && !strcmp(info.name, name);
}

/* Asks for fds of the newest programs as fast as it can; counts those of the program in question. */
static void *grab(void *arg)
{
	const struct grab *g = arg;
	unsigned first = g->first, id;

	while (!stop) {
		for (id = first; !bpf_prog_get_next_id(id, &id);) {
			int fd = bpf_prog_get_fd_by_id(id);

			if (fd >= 0) {
				got += is_named(fd, g->name);
				close(fd);
			} else if (errno != ENOENT) {
				denied++;
			}
			first = id - 1;
		}
	}
	return NULL;
}

/* race FILE N: N loads while another thread tries to get an fd of each; no fd may be had of a refused program */
static int do_race(int argc, char **argv)
{
	int loaded = 0, refused = 0, n = argc > 1 ? atoi(argv[1]) : 100;
	struct grab g = {};
	struct bpf_object *first;
	pthread_t thread;

	while (!bpf_prog_get_next_id(g.first, &g.first))
		;
	if (argc < 1 || !(first = open_object(argv[0])))
		return 1;
	snprintf(g.name, sizeof(g.name), "%s", bpf_program__name(bpf_object__next_program(first, NULL)));
	bpf_object__close(first);
	if (pthread_create(&thread, NULL, grab, &g))
		return 1;
	for (int i = 0; i < n; i++) {
		struct bpf_object *obj = open_object(argv[0]);

		if (!obj)
			return 1;
		if (bpf_object__load(obj))
			refused++;
		else
			loaded++;
		bpf_object__close(obj);
	}
	stop = 1;
	pthread_join(thread, NULL);
	printf("race loaded=%d refused=%d fds=%lu denied=%lu\n", loaded, refused, got, denied);
	return refused ? 3 : 0;
}

/* Loads the programs of an object; returns 0 or -1. */
static int load_object(const char *path)
{
	struct bpf_object *obj = open_object(path);
	int r = obj ? bpf_object__load(obj) : -1;

	if (!obj)
		exit(1);
	bpf_object__close(obj);
	return r ? -1 : 0;
}

/* Loads a program of two instructions without a kfunc; returns 0 or -1. */
static int load_plain(const char *name)
{
	static const struct bpf_insn insns[] = { { .code = 0xb7 }, { .code = 0x95 } };
	int fd = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, name, "GPL", insns, 2, NULL);

	if (fd >= 0)
		close(fd);
	return fd < 0 ? -1 : 0;
}

static int load_key(const char *name);

struct storm {
	int (*load)(const char *what);
	const char *what;
	int n, loaded, refused;
};

static void *storm(void *arg)
{
	struct storm *s = arg;

	for (int i = 0; i < s->n; i++)
		*(s->load(s->what) ? &s->refused : &s->loaded) += 1;
	return NULL;
}

/* storm FILE|key|plain THREADS N: THREADS threads load FILE, or by one call of bpf(2) such a program, N times each */
static int do_storm(int argc, char **argv)
{
	int threads = argc > 1 ? atoi(argv[1]) : 4, loaded = 0, refused = 0;
	int (*load)(const char *what) = load_object;
	struct storm s[64];
	pthread_t t[64];

	if (argc < 3 || threads < 1 || threads > 64)
		return 1;
	if (!strcmp(argv[0], "plain"))
		load = load_plain;
	else if (!strcmp(argv[0], "key") && load_key("before") >= 0)
		load = load_key;
	for (int i = 0; i < threads; i++) {
		s[i] = (struct storm){ load, argv[0], atoi(argv[2]), 0, 0 };
		if (pthread_create(&t[i], NULL, storm, &s[i]))
			return 1;
	}
	for (int i = 0; i < threads; i++) {
		pthread_join(t[i], NULL);
		loaded += s[i].loaded;
		refused += s[i].refused;
	}
	printf("storm loaded=%d refused=%d\n", loaded, refused);
	return refused ? 3 : 0;
}

/* Loads a program that calls bpf_key_put (6.1 and later); returns 0 or a positive errno. -1: could not try. */
static int load_key(const char *name)
{
	static struct bpf_insn insns[] = {
		{ .code = 0xb7, .dst_reg = 1 },
		{ .code = 0x85, .src_reg = 2 },
		{ .code = 0x15, .off = 2 },
		{ .code = 0xbf, .dst_reg = 1 },
		{ .code = 0x85, .src_reg = 2 },
		{ .code = 0xb7 },
		{ .code = 0x95 },
	};
	static int hook;
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_LSM_MAC, .prog_flags = BPF_F_SLEEPABLE);
	int fd, err;

	if (!hook) { /* the first call is made before there are threads */
		hook = func_id("bpf_lsm_bpf");
		insns[1].imm = func_id("bpf_lookup_system_key");
		insns[4].imm = func_id("bpf_key_put");
	}
	if (hook < 0 || insns[1].imm < 0 || insns[4].imm < 0)
		return -1;
	opts.attach_btf_id = hook;
	fd = bpf_prog_load(BPF_PROG_TYPE_LSM, name, "GPL", insns, 7, &opts);
	err = errno;
	if (fd >= 0)
		close(fd);
	return fd < 0 ? err : 0;
}

/* names N: N programs that call bpf_key_put, each with a name of its own, so that none repeats another */
static int do_names(int argc, char **argv)
{
	int n = argc > 0 ? atoi(argv[0]) : 100, loaded = 0;

	for (int i = 0; i < n; i++) {
		char name[BPF_OBJ_NAME_LEN];
		int err;

		snprintf(name, sizeof(name), "key_%d", i);
		err = load_key(name);
		if (err < 0)
			return 1;
		loaded += !err;
	}
	printf("names loaded=%d refused=%d\n", loaded, n - loaded);
	return loaded == n ? 0 : 3;
}

/* key NAME: one such program */
static int do_key(int argc, char **argv)
{
	int err = argc > 0 ? load_key(argv[0]) : -1;

	return err < 0 ? 1 : say(argv[0], err);
}

static atomic_ulong n_bad, n_good, admitted, refused_good, other;

static void *hammer(void *arg)
{
	(void)arg;
	while (!stop) {
		int err = load_key("bad");

		n_bad++;
		admitted += !err;
		other += err && err != EACCES;
		err = load_key("good");
		n_good++;
		refused_good += err == EACCES;
		other += err && err != EACCES;
	}
	return NULL;
}

/* hammer THREADS FILE [PROGRESS]: loads "bad" and "good" until FILE is there; PROGRESS has the number of bad ones */
static int do_hammer(int argc, char **argv)
{
	int threads = argc > 0 ? atoi(argv[0]) : 2, progress = -1;
	pthread_t t[64];

	if (argc < 2 || threads < 1 || threads > 64 || load_key("before") < 0)
		return 1;
	if (argc > 2 && (progress = open(argv[2], O_WRONLY | O_CREAT | O_CLOEXEC, 0644)) < 0)
		return 1;
	for (int i = 0; i < threads; i++)
		if (pthread_create(&t[i], NULL, hammer, NULL))
			return 1;
	while (access(argv[1], F_OK)) {
		lseek(progress, 0, SEEK_SET);
		dprintf(progress, "%lu\n", n_bad);
		usleep(20000);
	}
	stop = 1;
	for (int i = 0; i < threads; i++)
		pthread_join(t[i], NULL);
	printf("hammer bad=%lu good=%lu admitted=%lu refused=%lu other=%lu\n", n_bad, n_good, admitted, refused_good,
	       other);
	return admitted || refused_good || other ? 3 : 0;
}

/* probes: what libbpf asks of a kernel before it loads anything */
static int do_probes(int argc, char **argv)
{
	int r = 0;

	(void)argc;
	(void)argv;
	for (int type = BPF_PROG_TYPE_SOCKET_FILTER; type <= BPF_PROG_TYPE_SYSCALL; type++)
		r += libbpf_probe_bpf_prog_type(type, NULL) > 0;
	r += libbpf_probe_bpf_helper(BPF_PROG_TYPE_XDP, BPF_FUNC_redirect, NULL) > 0;
	printf("probes supported=%d\n", r);
	return r ? 0 : 1;
}

/* poke MAP: writes the first value of each map of that name back as it is, whoever made it */
static int do_poke(int argc, char **argv)
{
	unsigned id = 0, found = 0, written = 0;

	while (argc > 0 && !bpf_map_get_next_id(id, &id)) {
		int fd = bpf_map_get_fd_by_id(id);
		struct bpf_map_info info = {};
		unsigned len = sizeof(info), key = 0;
		char value[65536];

		if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len) || strcmp(info.name, argv[0]) ||
		    info.value_size > sizeof(value)) {
			close(fd);
			continue;
		}
		found++;
		written += !bpf_map_lookup_elem(fd, &key, value) && !bpf_map_update_elem(fd, &key, value, BPF_ANY);
		close(fd);
	}
	printf("poke maps=%u written=%u\n", found, written);
	return !found || written ? 3 : 0;
}

/* run NAME: runs the first syscall program of that name that is loaded, whoever loaded it */
static int do_run(int argc, char **argv)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	unsigned id = 0;

	while (argc > 0 && !bpf_prog_get_next_id(id, &id)) {
		int fd = bpf_prog_get_fd_by_id(id);

		if (fd >= 0 && is_named(fd, argv[0]))
			return bpf_prog_test_run_opts(fd, &opts) ? 3 : 0;
		if (fd >= 0)
			close(fd);
	}
	printf("%s is not there\n", argc > 0 ? argv[0] : "?");
	return 3;
}

/* replace ID FUNC: an EXT program for the global function FUNC of program ID */
static int do_replace(int argc, char **argv)
{
	struct bpf_insn insns[] = { { .code = 0xb7 }, { .code = 0x95 } };
	LIBBPF_OPTS(bpf_prog_load_opts, opts);
	struct bpf_prog_info info = {};
	unsigned len = sizeof(info);
	struct btf *btf;
	int fd;

	if (argc < 2 || (fd = bpf_prog_get_fd_by_id(atoi(argv[0]))) < 0 || bpf_obj_get_info_by_fd(fd, &info, &len) ||
	    !(btf = btf__load_from_kernel_by_id(info.btf_id)))
		return 1;
	opts.attach_prog_fd = fd;
	opts.attach_btf_id = btf__find_by_name_kind(btf, argv[1], BTF_KIND_FUNC);
	fd = bpf_prog_load(BPF_PROG_TYPE_EXT, "ext", "GPL", insns, 2, &opts);
	return say("ext", fd < 0 ? errno : 0);
}

static int dispatch(int argc, char **argv);

/* deleted VERB...: VERB, when its own executable is deleted */
static int do_deleted(int argc, char **argv)
{
	char self[4096] = "";

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0 || unlink(self))
		return 1;
	return dispatch(argc, argv);
}

/* memfd VERB...: VERB, as an executable that is in no file system */
static int do_memfd(int argc, char **argv)
{
	int in = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), out = memfd_create("agent", MFD_CLOEXEC);
	struct stat st;

	(void)argc;
	if (in < 0 || out < 0 || fstat(in, &st) || sendfile(out, in, NULL, st.st_size) != st.st_size)
		return 1;
	fexecve(out, argv - 1, environ);
	return 1;
}

/* script FILE VERB...: VERB; for a FILE that begins with "#!/path/to/kfload script" */
static int do_script(int argc, char **argv)
{
	return argc > 1 ? dispatch(argc - 1, argv + 1) : 1;
}

static const struct verb {
	const char *name;
	int (*run)(int argc, char **argv);
} verbs[] = {
	{ "log", do_log },	   { "obj", do_obj },	    { "hold", do_hold }, { "fd", do_fd },
	{ "raw", do_raw },	   { "many", do_many },	    { "race", do_race }, { "storm", do_storm },
	{ "probes", do_probes },   { "names", do_names },   { "key", do_key },	 { "hammer", do_hammer },
	{ "replace", do_replace }, { "run", do_run },	    { "poke", do_poke }, { "deleted", do_deleted },
	{ "memfd", do_memfd },	   { "script", do_script },
};

static int dispatch(int argc, char **argv)
{
	for (size_t i = 0; argc > 0 && i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (!strcmp(argv[0], verbs[i].name))
			return verbs[i].run(argc - 1, argv + 1);
	fprintf(stderr, "usage: kfload VERB ARGS, see the source\n");
	return 1;
}

int main(int argc, char **argv)
{
	libbpf_set_print(quiet);
	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	return dispatch(argc - 1, argv + 1);
}
