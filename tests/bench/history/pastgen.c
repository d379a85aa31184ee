/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pastgen.c - the journal of a fleet that never was, in the journal export format, for systemd-journal-remote(8).
 * Usage: pastgen POLICY RECORDS HOSTS [DAYS]
 *
 * Loads are judged by POLICY, and told by the agent's own code. The same arguments give the same bytes. Of 1,000
 * records one is a forgery (a user's process that writes the fields), one says that events were lost, and one that
 * somebody tried to take the gate off.
 */
#include "config/load.h"
#include "record/attempt_record.h"
#include "record/event_record.h"
#include "record/notice.h"

#include <errno.h>
#include <inttypes.h>
#include <kfgate/decide.h>
#include "policy/verdict.h"
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>

#define END_SEC 1795262400ull /* 2026-11-21 12:00 UTC */
#define KFUNCS 3

struct scene {
	const char *unit, *exe, *comm, *prog;
	uint32_t type, uid;
	const char *kfuncs[KFUNCS];
	const char *modules[KFUNCS];
};

static const struct scene scenes[] = {
	{ "scx.service",
	  "/usr/bin/scx_rusty",
	  "scx_rusty",
	  "rusty_select_cpu",
	  BPF_PROG_TYPE_STRUCT_OPS,
	  0,
	  { "scx_bpf_cpu_rq", "scx_bpf_dispatch" },
	  { 0 } },
	{ "scx.service",
	  "/usr/bin/scx_lavd",
	  "scx_lavd",
	  "lavd_enqueue",
	  BPF_PROG_TYPE_STRUCT_OPS,
	  0,
	  { "scx_bpf_cpu_rq" },
	  { 0 } },
	{ "cilium.service",
	  "/usr/bin/cilium-agent",
	  "cilium-agent",
	  "cil_from_netdev",
	  BPF_PROG_TYPE_SCHED_CLS,
	  0,
	  { "bpf_skb_ct_lookup", "bpf_ct_release" },
	  { "nf_conntrack", "nf_conntrack" } },
	{ "cilium.service",
	  "/usr/bin/cilium-agent",
	  "cilium-agent",
	  "cil_xdp_entry",
	  BPF_PROG_TYPE_XDP,
	  0,
	  { "bpf_xdp_ct_lookup", "bpf_ct_release" },
	  { "nf_conntrack", "nf_conntrack" } },
	{ "bpftrace.service",
	  "/usr/bin/bpftrace",
	  "bpftrace",
	  "kprobe_vfs_read",
	  BPF_PROG_TYPE_TRACING,
	  0,
	  { "bpf_task_from_pid", "bpf_task_release" },
	  { 0 } },
	{ "user@1000.service",
	  "/home/eve/.local/bin/probe",
	  "probe",
	  "probe",
	  BPF_PROG_TYPE_XDP,
	  1000,
	  { "bpf_rdonly_cast" },
	  { 0 } },
	{ "session-3.scope",
	  "/usr/local/bin/fwd",
	  "fwd",
	  "xdp_fwd",
	  BPF_PROG_TYPE_XDP,
	  0,
	  { "bpf_xdp_flow_lookup" },
	  { "nf_flow_table" } },
};
#define N_SCENES (sizeof(scenes) / sizeof(scenes[0]))

static uint64_t state = 88172645463325252ull;

static uint32_t any(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 16) % below;
}

static void put(char *buf, size_t size, const char *text)
{
	snprintf(buf, size, "%s", text ? text : "");
}

static void judge(const struct kfg_table *table, const struct scene *s, int32_t today, struct kfg_event *e)
{
	const struct kfg_load load = { .unit = s->unit,
				       .exe = s->exe,
				       .prog = s->prog,
				       .uid = s->uid,
				       .prog_type = s->type,
				       .today = today,
				       .initial = true };

	e->action = KFG_ALLOW;
	for (size_t i = 0; i < KFUNCS && s->kfuncs[i]; i++) {
		struct kfg_event_kfunc k = { .calls = 1, .insn = 10 + 3 * i, .live = 1 };

		put(k.name, sizeof(k.name), s->kfuncs[i]);
		put(k.module, sizeof(k.module), s->modules[i] ? s->modules[i] : "vmlinux");
		kfg_verdict_eval(table, &load, k.name, k.module, &k.verdict);
		k.action = kfg_effective(&k.verdict, 1, KFG_REFUSE, &k.reason);
		if (k.action == KFG_ALLOW)
			continue;
		if (k.action > e->action) {
			e->action = k.action;
			e->reason = k.reason;
		}
		e->kfuncs[e->n_kfuncs++] = k;
	}
}

static struct kfg_event make_event(const struct scene *s, uint64_t usec)
{
	struct kfg_event e = {
		.kind = KFG_EVENT_LOAD,
		.stage = 2,
		.generation = 2,
		.serial = 1,
		.time_ns = usec * 1000 % 4000000000000000ull,
		.pid = 300 + any(30000),
		.uid = s->uid,
		.prog_id = 20 + any(100000),
		.prog_type = s->type,
		.n_insns = 40 + any(4000),
		.token = KFG_NO,
		.kernel = KFG_UNKNOWN,
		.loader_known = 1,
		.userns = KFG_USERNS_INITIAL,
	};

	e.tid = e.pid;
	for (size_t i = 0; i < sizeof(e.tag); i++)
		e.tag[i] = any(256);
	put(e.comm, sizeof(e.comm), s->comm);
	put(e.prog, sizeof(e.prog), s->prog);
	put(e.unit, sizeof(e.unit), s->unit);
	put(e.exe, sizeof(e.exe), s->exe);
	snprintf(e.cgroup, sizeof(e.cgroup), "/system.slice/%s", s->unit);
	return e;
}

static void print(const struct kfg_record *record, uint64_t usec, uint32_t host, bool forged)
{
	const char *field = NULL;

	printf("__REALTIME_TIMESTAMP=%" PRIu64 "\n__MONOTONIC_TIMESTAMP=%" PRIu64 "\n", usec, usec % 2592000000000);
	printf("_BOOT_ID=%032x\n_MACHINE_ID=%032x\n_HOSTNAME=web-%u\n", host + 1, host + 1, host + 1);
	printf("_TRANSPORT=journal\n_UID=%d\n_GID=0\n_PID=%u\n_COMM=kfgate\n", forged ? 1000 : 0, 100 + host);
	printf("_EXE=/usr/bin/kfgate\n_CMDLINE=/usr/bin/kfgate run --log=journal\n"
	       "_CAP_EFFECTIVE=c000200000\n_SELINUX_CONTEXT=unconfined\n"
	       "_SYSTEMD_CGROUP=/system.slice/kfgate.service\n_SYSTEMD_SLICE=system.slice\n"
	       "_RUNTIME_SCOPE=system\nSYSLOG_IDENTIFIER=kfgate\n");
	printf("_SYSTEMD_UNIT=%s\n_SYSTEMD_INVOCATION_ID=%032x\n", forged ? "user@1000.service" : "kfgate.service",
	       host + 7);
	printf("_SOURCE_REALTIME_TIMESTAMP=%" PRIu64 "\n", usec - 17);
	while ((field = kfg_record_next(record, field)))
		printf("%s\n", field);
	printf("\n");
}

static int tampering(const struct kfg_policy_names *names, uint64_t n, struct kfg_record **ret_record)
{
	struct kfg_attempt a = { .kind = n % 2000 < 1000 ? KFG_ATTEMPT_SIGNAL : KFG_ATTEMPT_PIN,
				 .detail = 9,
				 .pid = 4000 + any(1000),
				 .uid = 0 };

	put(a.comm, sizeof(a.comm), "sh");
	put(a.exe, sizeof(a.exe), "dash");
	return kfg_attempt_record(&a, n % 3, names, ret_record);
}

static int one(const struct kfg_table *table, const struct kfg_policy_names *names, uint64_t usec, uint32_t n_hosts,
	       uint64_t n)
{
	const struct kfg_event_record_context context = { names, "7.0.4-generic" };
	uint32_t host = any(n_hosts);
	/* the last scene is seen on the last host only */
	const struct scene *s = &scenes[any(N_SCENES - (host + 1 < n_hosts))];
	struct kfg_event e = make_event(s, usec);
	struct kfg_record *record;
	int r;

	judge(table, s, usec / 1000000 / 86400, &e);
	e.mode = names->mode;
	e.enforced = e.action == KFG_REFUSE && kfg_mode_enforces(e.mode);
	e.error = e.enforced ? -EACCES : 0;
	if (n % 1000 == 500)
		r = kfg_notice_lost(3, 3, &record);
	else if (n % 1000 == 900)
		r = tampering(names, n, &record);
	else
		r = e.action ? kfg_event_record(&e, &context, &record) : 1;
	if (r == 0) {
		print(record, usec, host, n % 1000 == 700);
		kfg_record_free(record);
	}
	return r;
}

int main(int argc, char **argv)
{
	_cleanup_(kfg_loaded_done) struct kfg_loaded loaded = { 0 };
	struct kfg_policy_names *names = NULL;
	struct kfg_table *table = NULL;
	const char *path = argv[1];
	uint64_t n, hosts, days;

	if (argc < 4) {
		fputs("usage: pastgen POLICY RECORDS HOSTS [DAYS]\n", stderr);
		return 2;
	}
	n = strtoull(argv[2], NULL, 10);
	hosts = strtoull(argv[3], NULL, 10);
	days = argc > 4 ? strtoull(argv[4], NULL, 10) : 30;
	if (!n || !hosts || kfg_config_load(&path, 1, &loaded) < 0 || kfg_policy_names_new(loaded.policy, &names) < 0 ||
	    kfg_table_compile(loaded.policy, NULL, 0, 1, &table) < 0) {
		fprintf(stderr, "pastgen: cannot use %s %s %s\n", path, argv[2], argv[3]);
		return 1;
	}
	for (uint64_t i = 0, step = days * 86400 * 1000000 / n; i < n;)
		i += one(table, names, END_SEC * 1000000 - (n - i) * step, hosts, i) == 0;
	kfg_table_free(table);
	kfg_policy_names_free(names);
	return fflush(stdout) ? 1 : 0;
}
