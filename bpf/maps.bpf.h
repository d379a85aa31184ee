/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * maps.bpf.h - the maps, what one decision works with, and the counters. kfg_events, kfg_counters, kfg_loads,
 * kfg_loaders, kfg_keyrings and kfg_turn are shared by all sets of our programs that are attached, and outlive them;
 * the others are one set's own.
 */
#pragma once

#include <asm/errno.h>
#include <kfgate/decide.h>

/*
 * The tables in force: slots that hold an array of cells each, from the first on. A decision takes a slot's map once,
 * so it sees one policy, whole; the kernel keeps a replaced map until every program run that may hold it has ended.
 * There is more than one only where the gate is sealed; then the strictest decides, and none is ever replaced or
 * written to: not by user space (BPF_MAP_FREEZE), and never by a BPF program.
 */
struct kfg_cell_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, KFG_TABLE_FLAGS); /* sizes may differ from table to table */
	__uint(key_size, sizeof(__u32));
	__uint(value_size, KFG_CELL_SIZE);
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, KFG_TABLES_MAX);
	__type(key, __u32);
	__array(values, struct kfg_cell_map);
} kfg_tables SEC(".maps");

/*
 * How often each part of a table decided: struct kfg_hit, for the table in slot n in slots 2n and 2n + 1. No verdict
 * depends on it.
 */
struct kfg_hit_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, KFG_HIT_FLAGS);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct kfg_hit));
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, KFG_HIT_SLOTS);
	__type(key, __u32);
	__array(values, struct kfg_hit_map);
} kfg_hits SEC(".maps");

/*
 * Decisions, for the agent. Nothing here waits for it: a full ring is a counted loss. It gives memory back when a
 * record was delivered, so that the ring is hardly ever empty, and is woken by each event (BPF_RB_FORCE_WAKEUP).
 */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} kfg_events SEC(".maps");

/* The agents' own count, which they map: no BPF_F_RDONLY_PROG, with which a map cannot be mapped to be written. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct kfg_delivery);
} kfg_deliveries SEC(".maps");

/* Which keyring each name of a policy means: the agents write and read it. See agent/gate/enforce/keyring.h. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__uint(max_entries, KFG_KEYRINGS_MAX);
	__uint(key_size, KFG_KEYRING_LEN);
	__type(value, __u32);
} kfg_keyrings SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct kfg_stats);
} kfg_counters SEC(".maps");

/*
 * Loads in progress, keyed by prog->aux, which is the same before and after verification. Entered in stage 1 for
 * programs that hold a kfunc call; left when the load is admitted, or when the program is freed. A load that finds no
 * room is unscannable; see KFG_MAY_ENTER for who finds room.
 */
#define KFG_LOADS_MAX 1024
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, KFG_LOADS_MAX);
	__type(key, __u64);
	__type(value, struct kfg_inflight);
} kfg_loads SEC(".maps");

/*
 * Programs whose loads were decided and that call kfuncs, keyed by prog->aux, until they are freed: refused ones, of
 * which nobody may have an fd any more, and who loaded the admitted ones: at a later fd, or in a sweep, the current
 * task is not the loader. A program that finds no room has an unknown loader then, whom no rule's `loaders` mean.
 */
#define KFG_LOADERS_MAX 4096
struct kfg_loader {
	struct kfg_account account;
	__u32 uid;
	__u32 gid;
	__u32 pid;
	__u32 tid;
	__u64 cgroup_id;
	__u64 load_time; /* of the program */
	__u32 refused;
	__u32 userns; /* inode number */
	__u32 fds_refused; /* asked for after the program was refused */
	__u32 exe_is; /* enum kfg_exe */
	__u32 signature; /* of the program that loaded it, where signed_by says so */
	__u32 signed_by; /* enum kfg_signed_by: LOADER, or NOBODY */
	struct kfg_file_id exe_file;
	char comm[16];
	char unit[KFG_UNIT_LEN]; /* as rules see it */
	char exe[KFG_EXE_LEN]; /* as rules see it: empty where the loader had another root directory */
	char cgroup[KFG_CGROUP_LEN];
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, KFG_LOADERS_MAX);
	__type(key, __u64);
	__type(value, struct kfg_loader);
} kfg_loaders SEC(".maps");

/* Files that the policy's exes mean, by the hash of their path; the agent keeps it. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, KFG_FILES_MAX);
	__type(key, __u32);
	__type(value, struct kfg_file_id);
} kfg_files SEC(".maps");

#define KFG_UID_UNKNOWN 0xffffffffu /* no uid: INVALID_UID (include/linux/uidgid.h) */

#define KFG_SLOTS 512u /* open addressing, at most half full */

struct kfg_use {
	__u64 key; /* offset << 32 | imm, as in the call */
	__u32 insn; /* first call */
	__u32 calls;
};

/*
 * What one decision works with. Map memory rather than stack: it is large, and the verifier takes its fields for
 * unknown, so loops over them cost one round. Keyed by thread: the hooks sleep, so per-CPU memory would be shared.
 */
#define KFG_SCRATCHES_MAX 256
#define KFG_STACK_MAX 64u /* return addresses; from kfgate_load to a program that called bpf_sys_bpf() it is some 15 */
#define KFG_COMPONENT_LEN 256u /* kernel: NAME_MAX of a file's or a cgroup's name, with its NUL */
#define KFG_PATH_NAMES 64u
struct kfg_path_walk {
	__u64 at_dentry, at_mount; /* struct dentry and struct mount as numbers */
	__u64 to_dentry, to_mount; /* where the path begins: the task's root directory */
	__u64 names[KFG_PATH_NAMES]; /* addresses, the last component first */
	__u32 n_names; /* that are left to be written */
	__u32 ended; /* the walk came to the beginning */
};
struct kfg_scratch {
	struct kfg_decision decision;
	struct kfg_account account;
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
	__u32 request; /* enum kfg_request; stage 2 */
	__u32 judged; /* index in uses of the kfunc at hand, KFG_NONE, or KFG_SKIP */
	__u32 action; /* of that kfunc: enum kfg_action, enum kfg_reason */
	__u32 reason;
	__u32 live; /* what the pass at hand judges */
	__u32 unattributed; /* a live call bears a name that was not loaded: the kernel replaced it */
	__u32 always; /* enforced in audit mode too */
	__u32 answers; /* the program could answer in the place of a function: answer.bpf.h */
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
	__u64 unit; /* struct cgroup of the loader's unit as a number, or 0 */
	__u64 exe_mounts; /* struct mnt_namespace of the loader's executable, as a number */
	__u32 exe_deleted;
	__u32 path_len;
	__u32 path_skip; /* levels from the root that are left out */
	__u32 path_cut; /* the beginning of the path is not there */
	char path[KFG_CGROUP_LEN +
		  KFG_COMPONENT_LEN]; /* then that of the executable, where the kernel does not tell it */
	struct kfg_path_walk names;
	__u64 stack[KFG_STACK_MAX];
	/* line info search */
	__u64 linfo;
	__u32 low, high;
	__u16 slots[KFG_SLOTS]; /* index into uses + 1, 0: free */
	struct kfg_use uses[KFG_KFUNCS_MAX];
	__u32 named[KFG_KFUNCS_MAX]; /* hashed names of the kfuncs as loaded */
	__u32 hashes[KFG_KFUNCS_MAX]; /* the same, for the table at hand; 0: seen live */
	char symbol[KFG_KFUNC_LEN + KFG_MODULE_LEN];
	struct kfg_inflight inflight;
	struct kfg_loader loader;
	struct kfg_event event;
	/* evaluation of the tables */
	__u32 tables; /* begun */
	__u32 step; /* 0: the next table; else 1 + what is judged */
	__u32 steps;
	__u32 deciding; /* the kfunc at hand is being decided */
	__u32 judged_all; /* the loop came to its end */
	__u32 idle; /* the table at hand does not ask */
	__u32 present; /* a later fd: only tables that ask for it */
	__u32 full; /* no room to enter the load */
	/* of the strictest table before the one at hand */
	__u32 kept_slot;
	__u32 kept_always;
	struct kfg_event kept;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, KFG_SCRATCHES_MAX);
	__type(key, __u64);
	__type(value, struct kfg_scratch);
} kfg_scratches SEC(".maps");

static const volatile struct kfg_scratch kfg_scratch_zero;

#define KFG_ONCE32(x) (*(const volatile __u32 *)&(x))

/*
 * The same number, of which the verifier knows nothing any more. It goes through a function once for each thing it
 * knows about an argument or about what is alive beside it: several known numbers are several times the work.
 */
static __attribute__((always_inline)) inline __u32 kfg_unknown(__u32 value)
{
	__u32 copy = 0;

	bpf_probe_read_kernel(&copy, sizeof(copy), &value);
	return copy;
}

/* What kfgate_prog is asked for: kfg_request_classify() */
enum kfg_request {
	KFG_REQUEST_NONE, /* nothing to decide: admitted, free of kfuncs, or another set's */
	KFG_REQUEST_LOAD, /* the end of a load, by the task that loads */
	KFG_REQUEST_FOREIGN, /* the first fd of a load in progress for another task, or of a refused program */
	KFG_REQUEST_AGAIN, /* one more of these */
	KFG_REQUEST_REFUSED, /* the same without a report: a sweep's, or asked of a set that decides nothing new */
	KFG_REQUEST_SWEEP, /* the agent examines a present program */
	KFG_REQUEST_PRESENT, /* a later fd, where the policy judges those, too */
};

/* Written by the agent through its mapping; see abi.h */
struct kfg_knobs kfg_knobs = { .start_ns = ~0ULL };
__u64 kfg_seed = 0x9e3779b97f4a7c15ULL; /* of the scan's hash; odd */

struct kfg_addresses kfg_addresses;

/*
 * enum kfg_hooking. What is reserved to LSM programs is not called in another kind: the verifier leaves out the branch,
 * as it knows this number.
 */
const volatile __u32 kfg_hooking = KFG_HOOKING_LSM;

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

/*
 * No loader may take the room of the others. Every entry of the tables above is on the account of the unit that loads.
 * While a table is a third full or less it has room for all; beyond that an account may hold half as many entries as
 * are free: the first can take a third of the table, a second one a third of the rest, and so on (dynamic thresholds,
 * A. K. Choudhury and E. L. Hahne, 1998), so that whoever holds little finds room. What an account may still hold is
 * shared out in the same way among its containers: each may hold half as many as are left to the account, the first a
 * seventh of the table. The numbers of what is taken are good guesses: they only say when to count.
 */
__s32 kfg_scratches_taken;
#define kfg_loads_taken kfg_turn.loads_taken
#define kfg_loaders_taken kfg_turn.loaders_taken
enum { kfg_loads_max = KFG_LOADS_MAX, kfg_loaders_max = KFG_LOADERS_MAX, kfg_scratches_max = KFG_SCRATCHES_MAX };

struct kfg_crowd {
	struct kfg_account account;
	__u32 own, part, all;
};
#define KFG_STEP_CROWD(map, type)                                                                                      \
	static long map##_step(struct bpf_map *m, const void *key, void *value, void *ctx)                             \
	{                                                                                                              \
		struct kfg_crowd *c = ctx;                                                                             \
                                                                                                                       \
		__u32 own = ((type *)value)->account.unit == c->account.unit;                                          \
                                                                                                                       \
		c->own += own;                                                                                         \
		c->part += own && ((type *)value)->account.part == c->account.part;                                    \
		c->all++;                                                                                              \
		return 0;                                                                                              \
	}
KFG_STEP_CROWD(kfg_loads, struct kfg_inflight)
KFG_STEP_CROWD(kfg_loaders, struct kfg_loader)
KFG_STEP_CROWD(kfg_scratches, struct kfg_scratch)

/* 0, which the verifier does not know: it would follow each number that a count of entries can be. */
__u32 kfg_crowd_none;

static __attribute__((always_inline)) inline int kfg_crowd_has_room(const struct kfg_crowd *c, __u32 max)
{
	__u32 free = max - c->all, left = free / 2 - c->own;

	if (c->all >= max || c->own > free / 2)
		return 0;
	return !c->account.part || c->part <= left / 2;
}

/* May there be one more entry on the account? */
#define KFG_MAY_ENTER(map, whose)                                                                                      \
	({                                                                                                             \
		__u32 none_ = *(volatile __u32 *)&kfg_crowd_none;                                                      \
		struct kfg_crowd c_ = { (whose), none_, none_, none_ };                                                \
                                                                                                                       \
		if (map##_taken * (c_.account.part ? 7 : 3) > map##_max)                                               \
			bpf_for_each_map_elem(&map, map##_step, &c_, 0);                                               \
		kfg_crowd_has_room(&c_, map##_max);                                                                    \
	})

/* Enters a value, in the place of an old one that a failed deletion left behind. Returns non-zero: no room. */
#define KFG_ENTER(map, key, value)                                                                                     \
	({                                                                                                             \
		long r_ = bpf_map_update_elem(&map, key, value, BPF_NOEXIST);                                          \
                                                                                                                       \
		if (!r_)                                                                                               \
			__sync_fetch_and_add(&map##_taken, 1);                                                         \
		else if (r_ == -EEXIST)                                                                                \
			r_ = bpf_map_update_elem(&map, key, value, BPF_EXIST);                                         \
		r_;                                                                                                    \
	})
#define KFG_DROP(map, key)                                                                                             \
	do {                                                                                                           \
		if (!bpf_map_delete_elem(&map, key))                                                                   \
			__sync_fetch_and_add(&map##_taken, -1);                                                        \
	} while (0)
/* The same where it is seldom there: looking costs half of what deleting does. */
#define KFG_DROP_SELDOM(map, key)                                                                                      \
	do {                                                                                                           \
		if (bpf_map_lookup_elem(&map, key))                                                                    \
			KFG_DROP(map, key);                                                                            \
	} while (0)
