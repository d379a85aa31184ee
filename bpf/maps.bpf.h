/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * maps.bpf.h - the maps, what one decision works with, and the counters. kfg_events, kfg_counters, kfg_loads,
 * kfg_loaders and kfg_turn are shared by all sets of our programs that are attached, and outlive them; the others are
 * one set's own.
 */
#pragma once

#include <kfgate/decide.h>

/*
 * The table in force: one slot that holds an array of cells. A decision takes the slot's map once, so it sees
 * one policy, whole; the kernel keeps a replaced map until every program run that may hold it has ended.
 */
struct kfg_cell_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_INNER_MAP); /* sizes may differ from table to table */
	__uint(key_size, sizeof(__u32));
	__uint(value_size, KFG_CELL_SIZE);
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, KFG_TABLES_MAX);
	__type(key, __u32);
	__array(values, struct kfg_cell_map);
} kfg_tables SEC(".maps");

/* Decisions, for the agent. Nothing here waits for it: a full ring is a counted loss. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} kfg_events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct kfg_stats);
} kfg_counters SEC(".maps");

/*
 * Loads in progress, keyed by prog->aux, which is the same before and after verification. Entered in stage 1 for
 * programs that hold a kfunc call; left when the load is admitted, or when the program is freed. 1,024 loads
 * between the two stages at one moment need as many threads in bpf(2); a load that finds no room is unscannable.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, struct kfg_inflight);
} kfg_loads SEC(".maps");

/*
 * Programs whose loads were decided and that call kfuncs, keyed by prog->aux, until they are freed: refused ones, of
 * which nobody may have an fd any more, and who loaded the admitted ones: at a later fd, or in a sweep, the current
 * task is not the loader. A program that finds no room has an unknown loader then.
 */
struct kfg_loader {
	__u32 uid;
	__u32 gid;
	__u32 pid;
	__u32 tid;
	__u64 cgroup_id;
	__u64 load_time; /* of the program */
	__u32 refused;
	__u32 userns; /* inode number */
	char comm[16];
	char unit[KFG_UNIT_LEN]; /* as rules see it */
	char exe[KFG_EXE_LEN]; /* as rules see it: empty where the loader had another root directory */
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, struct kfg_loader);
} kfg_loaders SEC(".maps");

#define KFG_UID_UNKNOWN 0xffffffffu /* no uid: INVALID_UID (include/linux/uidgid.h) */

#define KFG_SLOTS 512u /* open addressing, at most half full */

struct kfg_use {
	__u64 key;   /* offset << 32 | imm, as in the call */
	__u32 insn;  /* first call */
	__u32 calls;
};

/*
 * What one decision works with. Map memory rather than stack: it is large, and the verifier takes its fields for
 * unknown, so loops over them cost one round. Keyed by thread: the hooks sleep, so per-CPU memory would be shared.
 */
struct kfg_scratch {
	struct kfg_decision decision;
	/* scan */
	__u64 base; /* address of the first instruction */
	__u32 len;
	__u32 done;
	__u32 n_uses;
	__u32 overflow; /* more than KFG_KFUNCS_MAX distinct kfuncs */
	__u32 slot;
	__u32 use; /* found or entered, or KFG_NONE */
	__u64 key;
	__u32 insn;
	/* judging */
	__u32 stage;
	__u32 live; /* what the pass at hand judges */
	__u32 unattributed; /* a live call bears a name that was not loaded: the kernel replaced it */
	__u32 always; /* enforced in audit mode too */
	__u32 n_hashes;
	__u32 probe; /* hash looked for */
	__u32 found;
	__u64 prog; /* struct bpf_prog * as a number */
	__u64 aux;
	__u64 load_time;
	/* splitting "name [module]" */
	__u32 in_module;
	__u32 at;
	/* cgroup walk */
	__u64 cgroup;
	__u32 path_len;
	__u32 unit_found;
	/* line info search */
	__u64 linfo;
	__u32 low, high;
	__u16 slots[KFG_SLOTS]; /* index into uses + 1, 0: free */
	struct kfg_use uses[KFG_KFUNCS_MAX];
	__u32 hashes[KFG_KFUNCS_MAX]; /* names of the kfuncs as loaded; 0: seen live */
	char symbol[KFG_KFUNC_LEN + KFG_MODULE_LEN];
	struct kfg_inflight inflight;
	struct kfg_loader loader;
	struct kfg_event event;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, __u64);
	__type(value, struct kfg_scratch);
} kfg_scratches SEC(".maps");

static const volatile struct kfg_scratch kfg_scratch_zero;

/* Written by the agent through its mapping; see abi.h */
struct kfg_knobs kfg_knobs = { .start_ns = ~0ULL };
__u64 kfg_seed = 0x9e3779b97f4a7c15ULL; /* of the scan's hash; odd */

/* This set of programs; the others that may be attached have numbers of their own. */
const volatile __u64 kfg_instance;
struct kfg_turn kfg_turn SEC(".data.turn");

static __attribute__((always_inline)) inline void kfg_count(__u32 stat)
{
	__u32 zero = 0;
	struct kfg_stats *stats = bpf_map_lookup_elem(&kfg_counters, &zero);

	/* atomic although per CPU: sleepable programs are preempted */
	if (stats && stat < KFG_STAT_MAX)
		__sync_fetch_and_add(&stats->n[stat], 1);
}
