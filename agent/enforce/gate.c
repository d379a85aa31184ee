/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gate.c - the only user of the BPF skeleton: load, attach, read. */
#include "enforce/gate_internal.h"

#include "base/cleanup.h"
#include "enforce/mapset.h"
#include "kfgate.skel.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

struct kfg_knobs *kfg_gate_knobs(const struct kfg_gate *gate)
{
	return &gate->skel->data->kfg_knobs;
}

bool kfg_gate_has_stage1(const struct kfg_gate *gate)
{
	return gate->stage1;
}

/*
 * Picks the variant of each hook this kernel has. bpf_prog_load came with 6.9, together with the new names of the
 * allocation hooks; before, bpf_prog_alloc_security is where a load can be seen to begin
 * (include/linux/lsm_hook_defs.h).
 */
static void choose_programs(struct kfg_gate *gate, const struct kfg_probe *probe)
{
	gate->stage1 = probe->hook_load;
	bpf_program__set_autoload(gate->skel->progs.kfgate_load, probe->hook_load);
	bpf_program__set_autoload(gate->skel->progs.kfgate_free, probe->hook_load);
	bpf_program__set_autoload(gate->skel->progs.kfgate_enter, !probe->hook_load);
	bpf_program__set_autoload(gate->skel->progs.kfgate_free_aux, !probe->hook_load);
	bpf_program__set_autoload(gate->skel->progs.kfgate_prog, true);
}

static int note_prog_ids(struct kfg_gate *gate)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, gate->skel->obj) {
		struct bpf_prog_info info = {};
		__u32 len = sizeof(info);
		int r;

		if (bpf_program__fd(prog) < 0)
			continue;
		if (gate->n_progs == KFG_PROGS_MAX)
			return -E2BIG;
		r = bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len);
		if (r)
			return r;
		gate->prog_ids[gate->n_progs++] = info.id;
	}
	return 0;
}

static int on_event(void *ctx, void *data, size_t size)
{
	struct kfg_gate *gate = ctx;
	const struct kfg_event *e = data;

	/* our own program wrote it: a size that is off is a defect of ours, not an attack */
	if (size < offsetof(struct kfg_event, kfuncs) || e->magic != KFG_EVENT_MAGIC ||
	    e->n_kfuncs > KFG_EVENT_KFUNCS ||
	    size < offsetof(struct kfg_event, kfuncs) + e->n_kfuncs * sizeof(e->kfuncs[0]))
		return 0;
	if (gate->fn)
		gate->fn(gate->userdata, e);
	return 0;
}

static int run_setup(struct kfg_gate *gate)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	return bpf_prog_test_run_opts(bpf_program__fd(gate->skel->progs.kfgate_setup), &opts);
}

static const char *load_hint(int r)
{
	switch (r) {
	case -EPERM:
		return "loading BPF programs is not permitted: CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN are needed, and "
		       "a kernel that is not locked down against BPF";
	case -EACCES:
	case -EINVAL:
	case -E2BIG:
		return "the kernel's verifier refused the gate: run with KFGATE_DEBUG=1 for its log";
	case -ESRCH:
		return "the kernel lacks something the gate is built on";
	default:
		return NULL;
	}
}

int kfg_gate_open(const struct kfg_probe *probe, struct kfg_gate **ret_gate, const char **ret_why)
{
	struct kfg_gate *gate;
	int r;

	*ret_why = NULL;
	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	gate = calloc(1, sizeof(*gate));
	if (!gate)
		return -ENOMEM;
	gate->skel = kfgate__open();
	if (!gate->skel) {
		r = -errno;
		goto fail;
	}
	choose_programs(gate, probe);
	r = kfgate__load(gate->skel);
	if (r) {
		*ret_why = load_hint(r);
		goto fail;
	}
	r = note_prog_ids(gate);
	if (!r)
		r = run_setup(gate);
	if (!r)
		r = kfg_gate_sync_clock(gate);
	if (r)
		goto fail;
	gate->ring = ring_buffer__new(bpf_map__fd(gate->skel->maps.kfg_events), on_event, gate, NULL);
	if (!gate->ring) {
		r = -errno;
		goto fail;
	}
	*ret_gate = gate;
	return 0;
fail:
	kfg_gate_close(gate);
	return r;
}

void kfg_gate_close(struct kfg_gate *gate)
{
	if (!gate)
		return;
	ring_buffer__free(gate->ring);
	kfgate__destroy(gate->skel);
	free(gate);
}

int kfg_gate_publish(struct kfg_gate *gate, const struct kfg_table *table)
{
	const struct kfg_table_header *h;
	__u32 n;
	int r;

	h = kfg_table_cells(table, &n);
	r = kfg_mapset_publish(bpf_map__fd(gate->skel->maps.kfg_tables), table);
	if (r)
		return r;
	gate->refuse_errno = h->refuse_errno;
	kfg_gate_knobs(gate)->present_refuse = h->present == KFG_PRESENT_REFUSE;
	return 0;
}

static __u64 boottime_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_BOOTTIME, &t); /* cannot fail for a clock every kernel has */
	return (__u64)t.tv_sec * 1000000000 + t.tv_nsec;
}

int kfg_gate_attach(struct kfg_gate *gate)
{
	int r = kfgate__attach(gate->skel);

	if (r)
		return r;
	gate->attached = true;
	/* a load that began later has passed every hook */
	kfg_gate_knobs(gate)->start_ns = boottime_ns();
	return 0;
}

int kfg_gate_event_fd(const struct kfg_gate *gate)
{
	return ring_buffer__epoll_fd(gate->ring);
}

int kfg_gate_read_events(struct kfg_gate *gate, kfg_event_fn *fn, void *userdata)
{
	int r;

	gate->fn = fn;
	gate->userdata = userdata;
	r = ring_buffer__consume(gate->ring);
	gate->fn = NULL;
	return r < 0 ? r : 0;
}

int kfg_gate_stats(const struct kfg_gate *gate, struct kfg_stats *ret_stats)
{
	int n = libbpf_num_possible_cpus(), r;
	struct kfg_stats *per_cpu, sum = {};
	__u32 zero = 0;

	if (n < 0)
		return n;
	per_cpu = calloc(n, sizeof(*per_cpu));
	if (!per_cpu)
		return -ENOMEM;
	r = bpf_map_lookup_elem(bpf_map__fd(gate->skel->maps.kfg_counters), &zero, per_cpu);
	for (int cpu = 0; !r && cpu < n; cpu++)
		for (int i = 0; i < KFG_STAT_MAX; i++)
			sum.n[i] += per_cpu[cpu].n[i];
	free(per_cpu);
	if (!r)
		*ret_stats = sum;
	return r;
}

int kfg_gate_sync_clock(struct kfg_gate *gate)
{
	struct timespec tai, utc;
	__s64 seconds;

	if (clock_gettime(CLOCK_TAI, &tai) || clock_gettime(CLOCK_REALTIME, &utc))
		return -errno;
	/* the offset is a whole number of seconds; the two readings are a moment apart */
	seconds = (__s64)tai.tv_sec - utc.tv_sec;
	if (tai.tv_nsec < utc.tv_nsec)
		seconds--;
	kfg_gate_knobs(gate)->tai_offset_ns = seconds * 1000000000;
	return 0;
}
