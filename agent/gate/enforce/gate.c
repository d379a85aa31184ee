/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gate.c - the BPF skeleton: load, attach, read. */
#include "gate/enforce/gate_internal.h"
#include "gate/enforce/libbpf_log.h"

#include "base/caps.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "base/pages.h"
#include "gate/enforce/answers.h"
#include "gate/enforce/core_btf.h"
#include "gate/enforce/create.h"
#include "gate/enforce/guard.h"
#include "gate/enforce/gate_btf.h"
#include "gate/enforce/hits.h"
#include "gate/enforce/hooking.h"
#include "gate/enforce/mapset.h"
#include "gate/enforce/pins.h"
#include "gate/enforce/takeover.h"
#include "kfgate.skel.h"
#include <kfgate/shared_words.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

bool kfg_gate_has_stage1(const struct kfg_gate *gate)
{
	return gate->stage1;
}

/*
 * Picks the variant of each hook this kernel has. bpf_prog_load came with 6.9, with the new names of the allocation
 * hooks; before, a load is seen to begin at bpf_prog_alloc_security (include/linux/lsm_hook_defs.h).
 */
static void choose_programs(struct kfg_gate *gate, const struct kfg_probe *probe)
{
	bool copies = probe->hooking != KFG_HOOKING_LSM;

	gate->stage1 = probe->hook_load;
	bpf_program__set_autoload(gate->skel->progs.kfgate_load, probe->hook_load);
	bpf_program__set_autoload(gate->skel->progs.kfgate_free, probe->hook_load);
	bpf_program__set_autoload(gate->skel->progs.kfgate_enter, !probe->hook_load);
	bpf_program__set_autoload(gate->skel->progs.kfgate_free_aux, !probe->hook_load);
	bpf_program__set_autoload(gate->skel->progs.kfgate_prog, true);
	bpf_program__set_autoload(gate->skel->progs.kfgate_move, probe->function_move);
	bpf_program__set_autoload(gate->skel->progs.kfgate_prog2, copies);
	bpf_program__set_autoload(gate->skel->progs.kfgate_prog3, copies);
	bpf_program__set_autoload(gate->skel->progs.kfgate_prog4, copies);
	bpf_program__set_autoload(gate->skel->progs.kfgate_unseen, copies);
	bpf_map__set_max_entries(gate->skel->maps.kfg_answered, copies ? KFG_ANSWERED_MAX : 1); /* 0.8 MB */
}

/* LSM programs that read the path of an executable sleep. */
static int choose_types(struct kfg_gate *gate, enum kfg_hooking hooking)
{
	int r = bpf_program__set_flags(gate->skel->progs.kfgate_load, BPF_F_SLEEPABLE);

	if (!r)
		r = bpf_program__set_flags(gate->skel->progs.kfgate_prog, BPF_F_SLEEPABLE);
	if (!r)
		r = kfg_hooking_apply_all(hooking, gate->skel->obj);
	gate->hooking = hooking;
	gate->skel->rodata->kfg_hooking = hooking;
	return r;
}

static int note_prog_ids(struct kfg_gate *gate)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, gate->skel->obj)
	{
		struct bpf_prog_info info = {};
		__u32 len = sizeof(info);
		int r;

		if (bpf_program__fd(prog) < 0)
			continue;
		r = bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len);
		if (!r)
			r = kfg_gate_note_prog(gate, info.id);
		if (r)
			return r;
	}
	return 0;
}

static int open_events(struct kfg_gate *gate)
{
	void *map = mmap(NULL, sizeof(*gate->delivery), PROT_READ | PROT_WRITE, MAP_SHARED,
			 bpf_map__fd(gate->skel->maps.kfg_deliveries), 0);

	if (map == MAP_FAILED)
		return -errno;
	gate->delivery = map;
	return kfg_ring_open(bpf_map__fd(gate->skel->maps.kfg_events), &gate->ring);
}

static int run_setup(struct kfg_gate *gate, const char **ret_why)
{
	struct kfg_setup setup = {
		.lsm_prog = (__u32)bpf_program__fd(gate->skel->progs.kfgate_prog),
		.call_prog = (__u32)bpf_program__fd(gate->skel->progs.kfgate_call),
		.hash_map = (__u32)bpf_map__fd(gate->skel->maps.kfg_files),
	};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &setup, .ctx_size_in = sizeof(setup));
	int r = bpf_prog_test_run_opts(bpf_program__fd(gate->skel->progs.kfgate_setup), &opts);

	/* whoever ran it again would be taken for the agent */
	bpf_program__unload(gate->skel->progs.kfgate_setup);
	bpf_program__unload(gate->skel->progs.kfgate_call);
	if (!r)
		r = setup.result;
	if (r == -ESRCH)
		*ret_why = "this kernel numbers the calls of verified programs in a way kfgate does not know";
	return r;
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
		return "the kernel's verifier refused the gate: run with --verbose for its words";
	case -ESRCH:
		return "the kernel lacks something the gate is built on";
	default:
		return NULL;
	}
}

/* The maps that outlive a set of programs, the turn first; returns how many. */
#define SHARED_MAX 11
static size_t shared_maps(const struct kfg_gate *gate, struct bpf_map *ret_maps[static SHARED_MAX])
{
	size_t n = 0;

	ret_maps[n++] = gate->skel->maps.data_turn;
	ret_maps[n++] = gate->skel->maps.kfg_counters;
	ret_maps[n++] = gate->skel->maps.kfg_events;
	ret_maps[n++] = gate->skel->maps.kfg_loads;
	ret_maps[n++] = gate->skel->maps.kfg_loaders;
	ret_maps[n++] = gate->skel->maps.kfg_signers;
	ret_maps[n++] = gate->skel->maps.kfg_placements;
	ret_maps[n++] = gate->skel->maps.kfg_doubted;
	ret_maps[n++] = gate->skel->maps.kfg_unplaced;
	ret_maps[n++] = gate->skel->maps.kfg_deliveries;
	ret_maps[n++] = gate->skel->maps.kfg_keyrings;
	return n;
}

/* Opened twice: which of the kernel's types are needed stands in the object. Without that file it takes longer. */
static int open_skeleton(struct kfg_gate *gate, int *ret_core_btf)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts);
	char path[KFG_CORE_BTF_PATH];
	int id;

	gate->skel = kfgate__open();
	if (!gate->skel)
		return -errno;
	*ret_core_btf = kfg_core_btf_make(gate->skel->obj, path);
	if (*ret_core_btf >= 0) {
		opts.btf_custom_path = path;
		kfgate__destroy(gate->skel);
		gate->skel = kfgate__open_opts(&opts);
		if (!gate->skel)
			return -errno;
	}
	id = btf__find_by_name_kind(kfg_gate_btf(), "bpf_raw_tracepoint_args", BTF_KIND_STRUCT);
	if (id < 0)
		return id;
	gate->skel->rodata->kfg_args_type = (__u32)id;
	return 0;
}

static int load_programs(struct kfg_gate *gate, const struct kfg_probe *probe, const char **ret_why)
{
	_cleanup_close_ int core_btf = KFG_NO_FD;
	const struct bpf_map *written[6];
	struct bpf_map *maps[SHARED_MAX];
	size_t n;
	int r = open_skeleton(gate, &core_btf);

	if (r)
		return r;
	written[0] = gate->skel->maps.kfg_tables;
	written[1] = gate->skel->maps.kfg_files;
	written[2] = gate->skel->maps.kfg_answer_hooks; /* until it is filled */
	written[3] = gate->skel->maps.kfg_hits;
	written[4] = gate->skel->maps.kfg_answered;
	written[5] = gate->skel->maps.kfg_keyrings;
	choose_programs(gate, probe);
	r = choose_types(gate, probe->hooking);
	if (r)
		return r;
	gate->skel->rodata->kfg_instance = gate->instance;
	gate->skel->rodata->kfg_answer_unbounded = kfg_answers_unbounded();
	kfg_pages_release(gate->skel->skeleton->data, gate->skel->skeleton->data_sz);
	n = shared_maps(gate, maps);
	for (size_t i = 0; i < n && !r; i++)
		r = kfg_takeover_reuse(gate, maps[i]);
	if (r)
		return r;
	kfg_gate_btf_release(); /* libbpf reads its own, and the verifier needs memory, too */
	r = kfg_create_object(gate->skel->skeleton, written, sizeof(written) / sizeof(written[0]));
	if (r) {
		*ret_why = load_hint(r);
		return r;
	}
	gate->skel->links.kfgate_answers = kfg_create_link(gate->skel->progs.kfgate_answers);
	if (!gate->skel->links.kfgate_answers)
		return -errno;
	if (probe->hooking != KFG_HOOKING_LSM) {
		gate->skel->links.kfgate_unseen = kfg_create_link(gate->skel->progs.kfgate_unseen);
		if (!gate->skel->links.kfgate_unseen)
			return -errno;
	}
	r = kfg_answers_fill_hooks(gate->skel->obj, bpf_map__fd(gate->skel->maps.kfg_answer_hooks));
	for (size_t i = 0; i < n && !r; i++)
		r = kfg_takeover_share(maps[i]);
	return r ? r : kfg_takeover_map_turn(gate, maps[0]);
}

/* What all tables in force ask of the knobs, and the errno of the newest, which decides among equals. */
static int tune(struct kfg_gate *gate)
{
	struct kfg_table_header h[KFG_TABLES_MAX];
	int n = kfg_mapset_headers(kfg_gate_tables_fd(gate), h, KFG_TABLES_MAX);
	bool present_refuse = false;

	if (n <= 0)
		return n;
	for (int i = 0; i < n; i++)
		present_refuse = present_refuse || h[i].present == KFG_PRESENT_REFUSE;
	gate->refuse_errno = (int)h[n - 1].refuse_errno;
	gate->sealed = h[0].mode == KFG_MODE_SEALED;
	kfg_gate_knobs(gate)->present_refuse = present_refuse;
	if (gate->sealed && gate->current)
		gate->turn->sealed = 1;
	return 0;
}

int kfg_gate_open(const struct kfg_probe *probe, struct kfg_gate **ret_gate, const char **ret_why)
{
	KFG_CAPS_RAISED;
	struct kfg_gate *gate;
	int r;

	*ret_why = NULL;
	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	(void)libbpf_set_print(kfg_libbpf_log);
	gate = calloc(1, sizeof(*gate));
	if (!gate)
		return -ENOMEM;
	gate->pins = KFG_NO_FD;
	r = kfg_takeover_prepare(gate, ret_why);
	if (!r)
		r = load_programs(gate, probe, ret_why);
	if (!r)
		r = note_prog_ids(gate);
	if (!r)
		r = run_setup(gate, ret_why);
	if (!r)
		r = kfg_gate_sync_clock(gate);
	if (r)
		goto fail;
	kfg_process_write(&gate->turn->agent, kfg_gate_knobs(gate)->agent.tgid, kfg_gate_knobs(gate)->agent.start);
	r = kfg_takeover_carry(gate, kfg_gate_tables_fd(gate), kfg_gate_hits_fd(gate), ret_why);
	if (!r)
		r = tune(gate);
	if (!r)
		r = open_events(gate);
	if (r)
		goto fail;
	*ret_gate = gate;
	return 0;
fail:
	kfg_gate_close(gate);
	return r;
}

void kfg_gate_close(struct kfg_gate *gate)
{
	KFG_CAPS_RAISED;
	if (!gate)
		return;
	kfg_takeover_done(gate);
	kfgate__destroy(gate->skel);
	free(gate);
}

int kfg_gate_publish(struct kfg_gate *gate, const struct kfg_table *table, uint64_t *ret_generation)
{
	KFG_CAPS_RAISED;
	const struct kfg_table_header *h;
	__u32 n;
	int r, counted;

	h = kfg_table_cells(table, &n);
	/* the knob only says where to look: it is set for as long as either table asks for it */
	if (h->present == KFG_PRESENT_REFUSE)
		kfg_gate_knobs(gate)->present_refuse = 1;
	counted = kfg_hits_prepare(kfg_gate_hits_fd(gate), kfg_gate_tables_fd(gate), table, kfg_gate_boottime_ns());
	r = kfg_mapset_publish(kfg_gate_tables_fd(gate), table, ret_generation);
	if (r)
		return r;
	if (counted < 0)
		kfg_log_warning("how often the rules of this policy decide is not counted: %s", strerror(-counted));
	/* else it was in force before, and is counted */
	if (!counted && *ret_generation == h->generation)
		kfg_gate_count_from(gate, h->generation);
	return tune(gate);
}

int kfg_gate_hits(const struct kfg_gate *gate, uint64_t generation, struct kfg_hit **ret_hits)
{
	KFG_CAPS_RAISED;
	return kfg_hits_read(kfg_gate_hits_fd(gate), generation, gate->sweep_ns, ret_hits);
}

bool kfg_gate_sealed(const struct kfg_gate *gate)
{
	return gate->sealed;
}

/* Attaches and pins; of the variants of a hook there is only the one that was loaded. */
static int attach(struct kfg_gate *gate, struct bpf_program *prog, struct bpf_link **ret_link)
{
	char name[64];

	if (!bpf_program__autoload(prog))
		return 0;
	*ret_link = kfg_create_link(prog);
	if (!*ret_link)
		return -errno;
	(void)snprintf(name, sizeof(name), KFG_PIN_LINK "%s", bpf_program__name(prog));
	return kfg_pins_add(gate->instance, name, 0, bpf_link__fd(*ret_link));
}

int kfg_gate_attach(struct kfg_gate *gate)
{
	KFG_CAPS_RAISED;
	struct kfgate *skel = gate->skel;
	int r = kfg_takeover_make_room(gate);

	if (!r)
		r = kfg_pins_add(gate->instance, KFG_PIN_TABLES, KFG_ABI_VERSION, bpf_map__fd(skel->maps.kfg_tables));
	if (!r)
		r = kfg_pins_add(gate->instance, KFG_PIN_FILES, KFG_ABI_VERSION, bpf_map__fd(skel->maps.kfg_files));
	if (!r)
		r = kfg_pins_add(gate->instance, KFG_PIN_HITS, KFG_ABI_VERSION, bpf_map__fd(skel->maps.kfg_hits));

	if (!r && gate->hooking != KFG_HOOKING_LSM)
		r = kfg_pins_add(gate->instance, KFG_PIN_ANSWERED, KFG_ABI_VERSION,
				 bpf_map__fd(skel->maps.kfg_answered));

	/* who is in which unit, before anybody is asked */
	if (!r)
		r = attach(gate, skel->progs.kfgate_exec, &skel->links.kfgate_exec);
	if (!r)
		r = attach(gate, skel->progs.kfgate_fork, &skel->links.kfgate_fork);
	if (!r)
		r = attach(gate, skel->progs.kfgate_move, &skel->links.kfgate_move);

	/* Backwards: what a hook leaves in the tables must not outlive the hooks that take it out again. */
	if (!r)
		r = attach(gate, skel->progs.kfgate_free, &skel->links.kfgate_free);
	if (!r)
		r = attach(gate, skel->progs.kfgate_free_aux, &skel->links.kfgate_free_aux);
	/* what was attached last is called first (bpf_trampoline_link_prog(), kernel/bpf/trampoline.c, 6.1..7.3) */
	if (!r)
		r = attach(gate, skel->progs.kfgate_prog4, &skel->links.kfgate_prog4);
	if (!r)
		r = attach(gate, skel->progs.kfgate_prog3, &skel->links.kfgate_prog3);
	if (!r)
		r = attach(gate, skel->progs.kfgate_prog2, &skel->links.kfgate_prog2);
	if (!r)
		r = attach(gate, skel->progs.kfgate_prog, &skel->links.kfgate_prog);
	if (!r)
		r = attach(gate, skel->progs.kfgate_load, &skel->links.kfgate_load);
	if (!r)
		r = attach(gate, skel->progs.kfgate_enter, &skel->links.kfgate_enter);
	return r;
}

int kfg_gate_event_fd(const struct kfg_gate *gate)
{
	return bpf_map__fd(gate->skel->maps.kfg_events);
}

int kfg_gate_read_events(struct kfg_gate *gate, kfg_gate_event_fn *fn, void *userdata)
{
	return kfg_ring_read(&gate->ring, KFG_GATE_READ_MAX, fn, userdata);
}

int kfg_gate_stats(const struct kfg_gate *gate, struct kfg_stats *ret_stats)
{
	struct kfg_stats sum = {};
	int r = kfg_takeover_add_counters(bpf_map__fd(gate->skel->maps.kfg_counters), &sum);

	for (size_t i = 0; !r && i < gate->n_counters; i++)
		r = kfg_takeover_add_counters(gate->counters[i], &sum);
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

static int keep_guard(void *userdata, const char *name, int link_fd)
{
	const struct kfg_gate *gate = userdata;

	return kfg_pins_add(gate->instance, name, 0, link_fd);
}

static int guard_slot(void *userdata, unsigned map_id)
{
	return kfg_guard_map(userdata, map_id);
}

int kfg_gate_guard(struct kfg_gate *gate, struct kfg_guard *guard)
{
	int r = kfg_guard_objects(guard, gate->skel->skeleton);
	__u32 ids[KFG_PROGS_MAX];
	size_t n;

	/* those of the set that is there yet: it goes by and by */
	for (size_t i = 0; !r && i < gate->n_older_progs; i++)
		r = kfg_guard_older(guard, gate->prog_ids[i]);
	if (!r)
		r = kfg_mapset_each(kfg_gate_tables_fd(gate), guard_slot, guard);
	if (!r)
		r = kfg_mapset_each(kfg_gate_hits_fd(gate), guard_slot, guard);
	if (!r)
		r = kfg_guard_path(guard, KFG_PIN_DIR, KFG_GUARD_PINS | KFG_GUARD_COVER, KFG_GUARD_TO_ROOT);
	if (!r)
		r = kfg_guard_attach(guard, keep_guard, gate);
	n = kfg_guard_programs(guard, ids, KFG_PROGS_MAX);
	for (size_t i = 0; i < n && !r; i++)
		r = kfg_gate_note_prog(gate, ids[i]);
	return r;
}
