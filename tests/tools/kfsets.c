/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kfsets.c - the kfuncs that the running kernel itself has registered, and the program types that may call them, as
 * "NAME|TYPE, TYPE": what `kfgate kfuncs` must find in the kernel's image. usage: kfsets KFSETS.o
 *
 * Which types share a hook is written down here from bpf_prog_type_to_kfunc_hook() (kernel/bpf/btf.c) of 6.1, 6.12 and
 * 7.2, so that it is another source than kfgate's, which reads the kernel's code.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	__u32 id, flags, hook;
};

/* By enum bpf_prog_type; names as in kfgate-policy(5). */
static const struct {
	const char *name, *hook, *hook_before_7;
} types[] = {
	{ "unspec", "", "" },
	{ "socket_filter", "SOCKET_FILTER", "SOCKET_FILTER" },
	{ "kprobe", "KPROBE", "KPROBE" },
	{ "sched_cls", "TC", "TC" },
	{ "sched_act", "SCHED_ACT", "SCHED_ACT" },
	{ "tracepoint", "TRACING", "TRACING" },
	{ "xdp", "XDP", "XDP" },
	{ "perf_event", "TRACING", "TRACING" },
	{ "cgroup_skb", "CGROUP", "CGROUP" },
	{ "cgroup_sock", "CGROUP", "CGROUP" },
	{ "lwt_in", "LWT", "LWT" },
	{ "lwt_out", "LWT", "LWT" },
	{ "lwt_xmit", "LWT", "LWT" },
	{ "sock_ops", "CGROUP", "" },
	{ "sk_skb", "SK_SKB", "SK_SKB" },
	{ "cgroup_device", "CGROUP", "CGROUP" },
	{ "sk_msg", "", "" },
	{ "raw_tracepoint", "TRACING", "" },
	{ "cgroup_sock_addr", "CGROUP", "CGROUP" },
	{ "lwt_seg6local", "LWT", "LWT" },
	{ "lirc_mode2", "", "" },
	{ "sk_reuseport", "", "" },
	{ "flow_dissector", "", "" },
	{ "cgroup_sysctl", "CGROUP", "CGROUP" },
	{ "raw_tracepoint_writable", "", "" },
	{ "cgroup_sockopt", "CGROUP", "CGROUP" },
	{ "tracing", "TRACING", "TRACING" },
	{ "struct_ops", "STRUCT_OPS", "STRUCT_OPS" },
	{ "ext", "", "" },
	{ "lsm", "TRACING", "TRACING" },
	{ "sk_lookup", "", "" },
	{ "syscall", "SYSCALL", "SYSCALL" },
	{ "netfilter", "NETFILTER", "NETFILTER" },
};
#define N_TYPES (sizeof(types) / sizeof(types[0]))
#define N_HOOKS 32

static char hooks[N_HOOKS][32]; /* as this kernel numbers them */
static unsigned n_hooks;
static int has_common, version;

static void read_hooks(const struct btf *btf)
{
	int id = btf__find_by_name_kind(btf, "btf_kfunc_hook", BTF_KIND_ENUM);
	const struct btf_type *t = btf__type_by_id(btf, id);

	for (int i = 0; id > 0 && i < btf_vlen(t); i++) {
		const char *name = btf__name_by_offset(btf, btf_enum(t)[i].name_off) + strlen("BTF_KFUNC_HOOK_");
		int value = btf_enum(t)[i].val;

		if (strcmp(name, "MAX") == 0)
			n_hooks = value;
		else if (value >= 0 && value < N_HOOKS)
			snprintf(hooks[value], sizeof(hooks[0]), "%s", name);
		has_common |= strcmp(name, "COMMON") == 0;
	}
}

/* Before 6.2, of tracing types only TRACING and LSM. */
static int allows(unsigned hook, unsigned type)
{
	const char *of = version >= 7 ? types[type].hook : types[type].hook_before_7;

	if (strcmp(hooks[hook], "COMMON") == 0)
		return type != 0;
	if (!has_common && (strcmp(types[type].name, "tracepoint") == 0 || strcmp(types[type].name, "perf_event") == 0))
		return 0;
	return *of && strcmp(hooks[hook], of) == 0;
}

static void print(const struct btf *btf, const struct entry *entries, unsigned n, unsigned at)
{
	unsigned char allowed[N_TYPES] = { 0 };
	unsigned count = 0, first = 1, for_programs = 0;

	for (unsigned i = 0; i < n; i++) {
		if (entries[i].id != entries[at].id)
			continue;
		if (i < at)
			return; /* was printed */
		for_programs |= strcmp(hooks[entries[i].hook], "FMODRET") != 0;
		for (unsigned t = 0; t < N_TYPES; t++)
			allowed[t] |= allows(entries[i].hook, t);
	}
	if (!for_programs)
		return;
	printf("%s|", btf__name_by_offset(btf, btf__type_by_id(btf, entries[at].id)->name_off));
	for (unsigned t = 0; t < N_TYPES; t++)
		count += allowed[t];
	if (count == N_TYPES - 1)
		printf("all");
	for (unsigned t = 0; t < N_TYPES && count < N_TYPES - 1; t++)
		if (allowed[t]) {
			printf("%s%s", first ? "" : ", ", types[t].name);
			first = 0;
		}
	printf("\n");
}

/* The program's globals are in its .bss: which hook to read, how many entries were read. One run reads one hook. */
static int read_all(struct bpf_object *object, __u32 *ret_n)
{
	struct bpf_map *bss = bpf_object__find_map_by_name(object, "kfsets.bss");
	int prog = bpf_program__fd(bpf_object__find_program_by_name(object, "kfsets"));
	__u32 zero = 0, globals[2] = { 0 };

	for (globals[0] = 0; bss && globals[0] < n_hooks; globals[0]++) {
		LIBBPF_OPTS(bpf_test_run_opts, opts);

		if (bpf_map_update_elem(bpf_map__fd(bss), &zero, globals, 0) || bpf_prog_test_run_opts(prog, &opts) ||
		    opts.retval || bpf_map_lookup_elem(bpf_map__fd(bss), &zero, globals))
			return -1;
	}
	*ret_n = globals[1];
	return bss ? 0 : -1;
}

static int run(struct bpf_object *object, struct entry **ret_entries, __u32 *ret_n)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, "entries");
	struct entry *entries;

	if (!map || read_all(object, ret_n) < 0)
		return -1;
	entries = calloc(*ret_n + 1, sizeof(*entries));
	for (__u32 i = 0; entries && i < *ret_n; i++)
		if (bpf_map_lookup_elem(bpf_map__fd(map), &i, &entries[i]))
			return -1;
	*ret_entries = entries;
	return entries ? 0 : -1;
}

int main(int argc, char **argv)
{
	struct bpf_object *object = argc == 2 ? bpf_object__open(argv[1]) : NULL;
	struct btf *btf = btf__load_vmlinux_btf();
	struct entry *entries;
	__u32 n;
	FILE *release = fopen("/proc/sys/kernel/osrelease", "re");

	if (!object || !btf || !release || fscanf(release, "%d", &version) != 1)
		return 1;
	read_hooks(btf);
	if (bpf_object__load(object) || run(object, &entries, &n) < 0)
		return 1;
	for (unsigned i = 0; i < n; i++)
		print(btf, entries, n, i);
	return 0;
}
