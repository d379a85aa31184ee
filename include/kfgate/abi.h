/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * abi.h - everything that crosses between the agent and the BPF programs: the compiled policy table, the
 * event, the counters, the knobs. Fixed-width fields only, no libc; builds for BPF and for user space.
 *
 * The policy table is one flat array of 128-byte cells. The very same bytes are the value of a BPF array
 * (one cell per element) and the memory that policy/verdict.c evaluates, so kernel and user space cannot
 * disagree about its layout. Cells refer to each other by index. Regions, each starting on a cell of its own:
 *
 *   header   cell 0
 *   buckets  __u32 heads of the name hash, KFG_LIST_PER_CELL per cell, value: index of a name cell or KFG_NONE
 *   names    struct kfg_name: every kfunc name the policy or the running kernel knows
 *   rows     struct kfg_row: rules first (in order of precedence), then waivers
 *   lists    __u32s, KFG_LIST_PER_CELL per cell: candidate ranges of names, entries of row dimensions; entries
 *            0 and 1 are the range of all rules, 2 and 3 that of all waivers
 *   matchers struct kfg_matcher: the strings and globs of rows, each once; long text runs on into next cells
 *   deps     struct kfg_dep: deprecations
 */
#pragma once

#include <linux/types.h>

/* Of the table, the event and what else one agent leaves to the next in maps. */
#ifndef KFG_ABI_VERSION
#define KFG_ABI_VERSION 8u
#endif
#define KFG_TABLE_MAGIC 0x6b666774u /* "kfgt" */
#define KFG_EVENT_MAGIC 0x6b666765u /* "kfge" */
#define KFG_CELL_SIZE 128u
#define KFG_LIST_PER_CELL (KFG_CELL_SIZE / 4u)
#define KFG_NONE 0xffffffffu

#define KFG_KFUNC_LEN 64u /* kfunc name with its NUL */
#define KFG_MODULE_LEN 64u /* kernel: MODULE_NAME_LEN, 56 on 64 bit (include/linux/moduleparam.h, 6.1..7.3) */
#define KFG_PROG_LEN 16u /* kernel: BPF_OBJ_NAME_LEN (include/uapi/linux/bpf.h) */
#define KFG_PROG_FULL_LEN KFG_KFUNC_LEN /* with what BTF says of a name that is cut; may be cut there */
#define KFG_UNIT_LEN 128u
#define KFG_KEYRING_LEN 64u /* name of a keyring with its NUL, as policies may have it */
#define KFG_KEYRINGS_MAX 256u /* names that meant one, while a gate is in force */
#define KFG_KEYRINGS_VERSION 1u
#define KFG_EXE_LEN 256u
/* The path of a cgroup with its NUL. Of a longer one KFG_CGROUP_CUT and its end are kept. */
#define KFG_CGROUP_LEN 512u
#define KFG_CGROUP_CUT "..." /* a whole path begins with '/' */
#define KFG_FILE_LEN 96u

/* Distinct kfuncs of one load. The verifier's own limit, MAX_KFUNC_DESCS (kernel/bpf/verifier.c, 6.1..7.3). */
#define KFG_KFUNCS_MAX 256u
/* kfuncs described in one event; the others are counted in n_more */
#define KFG_EVENT_KFUNCS 16u

enum kfg_action { KFG_ALLOW, KFG_AUDIT, KFG_WARN, KFG_REFUSE, KFG_ACTION_MAX };
/* sealed: enforced, and nothing loosens until the next boot */
enum kfg_mode { KFG_MODE_ENFORCE, KFG_MODE_AUDIT, KFG_MODE_SEALED, KFG_MODE_MAX };

/* Are refusals carried out? */
static inline __attribute__((always_inline)) int kfg_mode_enforces(__u32 mode)
{
	return mode != KFG_MODE_AUDIT;
}

/*
 * How the gate's programs are called: as LSM programs, or, where BPF LSM is not active, as programs that modify what
 * functions security_*() return. The kernel leaves a run of the latter out where another is under way on that CPU.
 */
enum kfg_hooking { KFG_HOOKING_LSM, KFG_HOOKING_MODIFY_RETURN, KFG_HOOKING_MAX };

enum kfg_scope { KFG_SCOPE_LIVE, KFG_SCOPE_ANY, KFG_SCOPE_MAX };
enum kfg_present { KFG_PRESENT_REPORT, KFG_PRESENT_REFUSE, KFG_PRESENT_MAX };

/* What a row may ask of a load. An empty dimension asks nothing; the entries of one are alternatives. */
enum kfg_dim {
	KFG_DIM_KFUNC, /* matchers; asked only of a name that has no name cell */
	KFG_DIM_MODULE, /* matchers; "vmlinux" is the kernel itself */
	KFG_DIM_UID, /* the list holds uids, not matchers */
	KFG_DIM_UNIT,
	KFG_DIM_EXE,
	KFG_DIM_PROG,
	KFG_DIM_CGROUP, /* matchers, all of them globs: see KFG_GLOB_RUN */
	KFG_DIM_SIGNATURE, /* the list holds signatures, not matchers */
	KFG_DIM_MAX,
};

/*
 * By which keyring the kernel verified the signature of a program (enum bpf_sig_keyring, include/linux/bpf.h, 7.2 and
 * later), as one number. Any other than these is the serial number of a keyring that the loader named: positive, and
 * 3 or more (key_alloc_serial(), security/keys/key.c, 6.1..7.3).
 */
#define KFG_SIGNATURE_UNKNOWN 0u /* the kernel does not say: no row asks for it */
#define KFG_SIGNATURE_KINDS 0x80000000u
#define KFG_SIGNATURE_NO (KFG_SIGNATURE_KINDS + 0u)
#define KFG_SIGNATURE_BUILTIN (KFG_SIGNATURE_KINDS + 1u)
#define KFG_SIGNATURE_SECONDARY (KFG_SIGNATURE_KINDS + 2u)
#define KFG_SIGNATURE_PLATFORM (KFG_SIGNATURE_KINDS + 3u)
#define KFG_SIGNATURE_NOBODYS KFG_NONE /* in a row: of a keyring that is not there; no load has it */

/* Is it the serial number of a keyring? */
static inline __attribute__((always_inline)) int kfg_signature_is_serial(__u32 signature)
{
	return signature && !(signature & KFG_SIGNATURE_KINDS);
}

/* What the kernel verified. */
enum kfg_signed_by {
	KFG_SIGNED_BY_NOBODY,
	KFG_SIGNED_BY_PROGRAM, /* the program itself */
	KFG_SIGNED_BY_LOADER, /* the BPF program that loaded it out of its own memory */
	KFG_SIGNED_BY_MAX,
};

/* Tables that may be in force at a time: one, and more where the gate is sealed. The strictest answer counts. */
#define KFG_TABLES_MAX 4u
#define KFG_TABLE_FLAGS (BPF_F_INNER_MAP | BPF_F_RDONLY_PROG) /* of the map that holds one */

struct kfg_range {
	__u32 first;
	__u32 count;
};

struct kfg_table_header {
	__u32 magic;
	__u32 abi;
	__u64 generation; /* counts up with each table the agent publishes */
	__s64 serial; /* the policy's own */
	__u64 digest; /* kfg_policy_digest() as a number */
	__u32 n_cells;
	__u8 mode;
	__u8 scope;
	__u8 unlisted; /* enum kfg_action: what no rule decided */
	__u8 deprecated;
	__u8 expired;
	__u8 unscannable;
	__u8 present;
	__u8 any_scope; /* some rule, deprecation or the policy itself judges presence */
	__u32 refuse_errno; /* positive, 1..4095 */
	__u32 bucket_first; /* cell index */
	__u32 bucket_mask; /* number of buckets - 1; the number is a power of two */
	__u32 row_first; /* cell index */
	__u32 n_rules; /* rows 0 .. n_rules - 1 are rules */
	__u32 n_rows; /* rows n_rules .. n_rows - 1 are waivers */
	__u32 list_first; /* cell index */
	__u32 dep_first; /* cell index */
	__u32 n_deps;
	__u32 hit_waivers; /* index of the first waiver's struct kfg_hit, and of the first deprecation's */
	__u32 hit_deps;
	__u32 n_hits;
};

/*
 * How often a part of the policy decided about a kfunc of a load; a kfunc counts once a load. An array beside the
 * table: 0 the table itself, whose generation is the key, for which alone it counts; 1 what no rule matched; then the
 * rules, the waivers and the deprecations: n_hits of the header, which programs write. As many follow, in the same
 * order, which the agent writes: what each had counted before this table. The sum of both counts, so that neither side
 * ever writes to what the other does. A part that keeps its name keeps its counts from one table to the next.
 */
struct kfg_hit {
	__u64 key; /* a hash of the part's kind and name: policy/table.c */
	__u64 loads; /* whatever became of them: allowed ones, too */
	__u64 present; /* kfuncs of programs that the sweep found, not of loads */
	__u64 sweep_ns; /* which sweep: kfg_knobs.sweep_ns */
	__u64 last_ns; /* of a load, CLOCK_BOOTTIME; 0: never */
	__u64 since_ns; /* counted since then */
};
#define KFG_HIT_TABLE 0u
#define KFG_HIT_UNLISTED 1u
#define KFG_HIT_RULES 2u
#define KFG_HIT_FLAGS BPF_F_INNER_MAP /* of the map that holds them */
/* Two for each table: the counters of the one in force, and those of its successor, which are there before it is. */
#define KFG_HIT_SLOTS (2 * KFG_TABLES_MAX)

#define KFG_NAME_INLINED 1u /* the kernel replaces the call: presence is the only evidence there is */
/* Too many candidate ranges to keep: rules and waivers are the ranges of all rows, and KFG_DIM_KFUNC is asked. */
#define KFG_NAME_PATTERNS 2u

struct kfg_name {
	__u32 hash; /* kfg_hash() of name */
	__u32 next; /* cell index of the next name in the bucket, or KFG_NONE */
	__u32 flags;
	__u32 dep; /* index of a deprecation, or KFG_NONE */
	/* candidates: count pairs (first row, number of rows), ascending, from entry `first` of the lists */
	struct kfg_range rules;
	struct kfg_range waivers;
	char name[KFG_KFUNC_LEN]; /* zero padded */
};

/* struct kfg_row.rule of the two rows that every table begins with: they refuse the agent's own canaries, row 0 the one
 * for a live call, row 1 (scope any) the one for presence. No policy has a rule of that index. */
#define KFG_RULE_CANARY (KFG_NONE - 1u)
#define KFG_CANARY_LIVE "kfgate_canary2"
#define KFG_CANARY_PRESENT "kfgate_canary1"

#define KFG_ROW_AGENT 1u /* matches loads of the agent itself only */
#define KFG_ROW_ALWAYS 2u /* enforced in audit mode too */
#define KFG_ROW_INITIAL 4u /* matches loads from the initial user namespace, without a token, only */
#define KFG_ROW_TOKEN 8u /* matches loads with a BPF token only */
#define KFG_ROW_NO_TOKEN 16u

struct kfg_row {
	__u32 rule; /* index of the rule or waiver in the policy */
	__u8 action;
	__u8 scope;
	__u8 flags;
	__u8 pad;
	__s32 until; /* last good day; KFG_DAY_MAX: for ever */
	__u32 pad2;
	__u64 prog_types; /* bit per program type; 0: any */
	struct kfg_range dims[KFG_DIM_MAX]; /* entries of the lists: cell indexes of matchers, uids or signatures */
};

#define KFG_MATCH_GLOB 1u /* these are special: '*', any run of characters, '?', any one, and */
#define KFG_GLOB_RUN 0xffu /* any run of characters other than '/' */
#define KFG_GLOB_ONE 0xfeu /* any one other than '/'; both are bytes that UTF-8 has not, so that no text holds them */

struct kfg_matcher {
	__u32 hash; /* of text, where it is not a glob */
	__u16 len;
	__u8 flags;
	__u8 prefix; /* of a glob: characters before the first special one, at most KFG_PREFIX_MAX; may be too small */
	char text[KFG_CELL_SIZE - 8]; /* NUL terminated; runs on into the next cells */
};
#define KFG_PREFIX_MAX 32u
#define KFG_MATCHER_TEXT 8u /* offset of the text in the cell */

#define KFG_DAY_MAX 0x7fffffff /* days since 1970-01-01, UTC; MAX: no such day */

struct kfg_dep {
	__u32 dep; /* index of the deprecation in the policy */
	__s32 deadline; /* last good day, or KFG_DAY_MAX */
	__u8 scope;
	__u8 pad[7];
	char module[KFG_MODULE_LEN]; /* empty: any */
};

/* Where the strings of a subject stand in its text, so that one matcher walks any of them */
#define KFG_TEXT_KFUNC 0u
#define KFG_TEXT_MODULE 64u
#define KFG_TEXT_PROG 128u
#define KFG_TEXT_UNIT 256u
#define KFG_TEXT_EXE 384u
#define KFG_TEXT_CGROUP 640u
#define KFG_TEXT_SIZE 1152u

/* Whose load of which program is judged, and the kfunc in question */
struct kfg_subject {
	__u32 uid;
	__u32 prog_type;
	__s32 today; /* days since 1970-01-01, UTC */
	__u8 is_agent;
	__u8 name_long; /* the kfunc's name did not fit: no rule can name it */
	__u8 initial; /* known to be loaded from the initial user namespace */
	__u8 token; /* with a BPF token */
	__u32 signature;
	__u32 hash[KFG_DIM_MAX]; /* kfg_hash() of each string; UID, CGROUP and SIGNATURE unused */
	char text[KFG_TEXT_SIZE] __attribute__((aligned(8))); /* names are compared eight bytes at a time */
};

enum kfg_dep_state { KFG_DEP_NONE, KFG_DEP_DEPRECATED, KFG_DEP_EXPIRED, KFG_DEP_STATE_MAX };

/* The answer to both questions about one kfunc of one load */
struct kfg_verdict {
	__u32 rule; /* index in the policy, or KFG_NONE: no rule matched, the default decided */
	__u32 dep; /* index in the policy, or KFG_NONE */
	__u32 waiver; /* index in the policy, or KFG_NONE */
	__s32 deadline; /* last good day, or KFG_DAY_MAX */
	__u8 rule_action;
	__u8 rule_scope;
	__u8 dep_action; /* after the waiver */
	__u8 dep_scope;
	__u8 dep_state;
	__u8 name_flags; /* KFG_NAME_* */
	__u8 row_flags; /* KFG_ROW_AGENT, KFG_ROW_ALWAYS of the rule */
	__u8 failed; /* the walk did not finish: the verdict is `unscannable` */
};

/* Why a load was decided as it was; the worst kfunc's reason is the load's */
enum kfg_reason {
	KFG_REASON_NONE,
	KFG_REASON_RULE, /* a rule of the policy says so */
	KFG_REASON_UNLISTED, /* no rule matched: defaults.unlisted */
	KFG_REASON_DEPRECATED, /* defaults.deprecated: within its deadline */
	KFG_REASON_EXPIRED, /* defaults.expired: past its deadline */
	KFG_REASON_WAIVED, /* a deprecation, relaxed by a waiver */
	KFG_REASON_SHORT_SCAN, /* unscannable: the scan did not reach the end */
	KFG_REASON_MANY_KFUNCS, /* unscannable: more than KFG_KFUNCS_MAX distinct kfuncs */
	KFG_REASON_TABLE_FULL, /* unscannable: no room to follow one more load in progress */
	KFG_REASON_WALK, /* unscannable: the policy walk did not finish */
	KFG_REASON_NO_TABLE, /* unscannable: no policy table is in place */
	KFG_REASON_FOREIGN_FD, /* another task asked for an fd of a load in progress; loader fields: that task's */
	KFG_REASON_OVERRIDE, /* it could answer in the place of a kernel function: kfuncs[0] names that, no kfunc */
	KFG_REASON_MAX,
};

enum kfg_event_kind {
	KFG_EVENT_LOAD, /* a decision on a load */
	KFG_EVENT_PRESENT, /* a program that was there before this policy, found by the sweep */
	KFG_EVENT_MAX,
};

enum kfg_tristate { KFG_NO, KFG_YES, KFG_UNKNOWN };

struct kfg_event_kfunc {
	char name[KFG_KFUNC_LEN]; /* may be cut, always NUL terminated */
	char module[KFG_MODULE_LEN]; /* "vmlinux" for the kernel itself */
	struct kfg_verdict verdict;
	__u32 insn; /* index of the first call: as loaded where !live, else as verified */
	__u32 calls; /* number of call instructions seen */
	__u32 line; /* source line of the first live call, 0: unknown */
	__u8 action; /* enum kfg_action, as it counts for this load */
	__u8 reason; /* enum kfg_reason */
	__u8 live; /* 1: a live call; 0: judged by presence */
	__u8 pad;
	char file[KFG_FILE_LEN]; /* the loader's own words: untrusted */
};

/* A file as the kernel's own numbers tell it: those of its inode and its super block, not those of stat(2). */
struct kfg_file_id {
	__u64 ino;
	__u32 dev; /* as in /proc/PID/maps of most file systems: major << 20 | minor */
	__u32 generation;
};

/* What the loader's exe path is worth. Rules see it where it is the host's: KFG_EXE_HOST and KFG_EXE_SAME. */
enum kfg_exe {
	KFG_EXE_FOREIGN, /* not known, or the path of a view that is not the host's: matches no rule's exes */
	KFG_EXE_HOST, /* in the mounts and below the root directory of the host */
	KFG_EXE_SAME, /* in other mounts, and the very file that a rule means */
	KFG_EXE_OTHER, /* in other mounts: a rule means another file by this path */
	KFG_EXE_MAX,
};

struct kfg_event {
	__u32 magic;
	__u16 kind; /* enum kfg_event_kind */
	__u16 stage; /* 1: before verification, 2: after */
	__u64 time_ns; /* CLOCK_BOOTTIME */
	__u64 generation;
	__s64 serial;
	__u64 cgroup_id;
	__u32 pid; /* of the thread group, initial pid namespace */
	__u32 tid;
	__u32 uid; /* initial user namespace */
	__u32 gid;
	__u32 prog_id; /* 0: not yet given */
	__u32 prog_type;
	__u32 attach_type;
	__u32 n_insns; /* as loaded in stage 1, as verified in stage 2 */
	__u32 n_kfuncs; /* entries that follow */
	__u32 n_more; /* findings beyond those */
	__s32 error; /* what the loader got: 0 or a negative errno */
	__u8 action; /* enum kfg_action: the verdict */
	__u8 reason; /* enum kfg_reason of the worst finding */
	__u8 enforced; /* 0: audit mode, or a present program: the verdict was not carried out */
	__u8 mode;
	__u8 token; /* enum kfg_tristate: loaded with a BPF token */
	__u8 kernel; /* enum kfg_tristate: loaded from kernel memory (kernel=true) */
	__u8 loader_known; /* 0: the loader's fields below are not the loader's and are empty */
	__u8 exe_is; /* enum kfg_exe */
	__u32 scanned; /* instructions scanned */
	__u32 userns; /* inode number of the loader's user namespace */
	__u32 signature;
	__u32 signed_by; /* enum kfg_signed_by */
	struct kfg_file_id exe_file;
	__u8 tag[8]; /* zero in stage 1 */
	char comm[16];
	char prog[KFG_PROG_FULL_LEN]; /* the kernel's name, which rules see, is its first KFG_PROG_LEN - 1 characters */
	char unit[KFG_UNIT_LEN];
	char exe[KFG_EXE_LEN];
	char cgroup[KFG_CGROUP_LEN];
	struct kfg_event_kfunc kfuncs[KFG_EVENT_KFUNCS] __attribute__((aligned(8)));
};

/*
 * Inode number of the initial user namespace, which no other has: PROC_USER_INIT_INO (include/linux/proc_ns.h,
 * 6.1..7.3).
 */
#define KFG_USERNS_INITIAL 0xeffffffdu

/*
 * Counters, per CPU; each counts up from the agent's start. Every decision that is to be told is one event or one loss:
 * AUDITED + WARNED + REFUSED + WOULD_REFUSE + PRESENT_FOUND + FOREIGN_FD + OVERRIDES + CANARY1 +
 * CANARY2 = EVENTS + LOST + REPEATED
 */
enum kfg_stat {
	KFG_STAT_LOADS, /* programs offered to BPF_PROG_LOAD */
	KFG_STAT_KFUNC_LOADS, /* those that hold a kfunc call */
	KFG_STAT_AUDITED,
	KFG_STAT_WARNED,
	KFG_STAT_REFUSED,
	KFG_STAT_WOULD_REFUSE, /* refuse in audit mode */
	KFG_STAT_UNSCANNABLE,
	KFG_STAT_LOST, /* events the ring had no room for */
	KFG_STAT_EVENTS, /* events sent */
	KFG_STAT_FOREIGN_FD, /* fds refused to another task while the load was in progress */
	KFG_STAT_TABLE_FULL, /* loads that found no room to be followed: the table's or their unit's share of it */
	KFG_STAT_PRESENT, /* present programs examined by sweeps */
	KFG_STAT_CANARY1, /* canaries decided before and after verification */
	KFG_STAT_CANARY2,
	KFG_STAT_PRESENT_FOUND, /* present programs with findings */
	KFG_STAT_REPEATED, /* fds refused after the first one of a load, which alone is an event */
	KFG_STAT_UNKNOWN_LOADER, /* admitted programs whose loader could not be kept: nobody's, for rules, later on */
	KFG_STAT_OVERRIDES, /* loads of programs that could answer for a function that a verdict depends on */
	KFG_STAT_UNITS_DOUBTED, /* moves of processes that there was no memory to note: see kfg_doubted */
	KFG_STAT_UNPLACED, /* children whose unit could not be noted, and so have none: see kfg_unplaced */
	KFG_STAT_MAX,
};

struct kfg_stats {
	__u64 n[KFG_STAT_MAX];
};

/* Runs of the gate's programs that the kernel left out, where BPF LSM does not call them. */
struct kfg_missed {
	__u64 loads; /* all copies of kfgate_prog, or none was called: programs, or later fds of them, not judged */
	__u64 early; /* stage 1 alone: judged after verification, by live calls */
	__u64 others; /* programs that note which unit a process is in */
};

static inline __attribute__((always_inline)) int kfg_missed_any(const struct kfg_missed *missed)
{
	return missed->loads || missed->early || missed->others;
}

/*
 * What became of events behind the ring, over all agents: in a map that only they write. An event is acknowledged to
 * the ring when its record was delivered, or after it was counted here.
 */
#define KFG_DELIVERY_VERSION 1u
struct kfg_delivery {
	__u64 undelivered; /* events whose record could not be made or written, or which nobody could read */
	__u64 lost_told; /* KFG_STAT_LOST and undelivered, as far as a delivered record told them */
	struct kfg_missed missed_told; /* as far as a delivered record told it; 0 by agents that did not know of it */
	struct kfg_missed
		missed_gone; /* of sets that were taken off, less what was missed of calls that were not to be judged */
};

/* A load in progress, in the table of them; see kfg_loads in maps.bpf.h */
/* On whose account memory of the gate is taken. */
struct kfg_account {
	__u64 unit; /* id of the cgroup of the unit that loads; 0: of none */
	__u64 part; /* id of the cgroup of a container or pod that is no unit of its own; 0: it is none */
};

struct kfg_inflight {
	__u64 tid; /* of the loading thread: bpf_get_current_pid_tgid() */
	__u64 owner; /* the set of programs that decides it */
	__u32 n_uses; /* kfuncs as loaded; 0 where there is no stage 1 */
	__u32 done; /* decided: what is left of it says nothing */
	__u64 load_time; /* of the program; 0: not known yet */
	__u32 kernel; /* enum kfg_tristate: loaded from kernel memory */
	__u32 fds_refused; /* asked for by others */
	struct kfg_account account;
	__u32 signature; /* of the program that loads it, where signed_by says so */
	__u32 signed_by; /* enum kfg_signed_by: LOADER, or NOBODY */
	__u64 uses[KFG_KFUNCS_MAX]; /* offset << 32 | BTF id, as in the call */
};

/*
 * To which unit a task belongs, wherever it is moved: see bpf/placement.bpf.h. Outlives sets of programs and agents of
 * other versions; the version of the map counts up when this changes.
 */
#define KFG_PLACEMENT_VERSION 1u
#define KFG_UNIT_ANY (~0ull) /* to that which it is in */
struct kfg_placement {
	__u64 unit; /* id of the unit's cgroup; 0: to none */
	__u64 exec_id; /* of PID 1 when it forked this child */
	__u32 starting; /* 1: a child of PID 1 that has executed nothing yet but systemd-executor */
	__u32 pad;
};

/* A process: a pid alone may be another's by now. start: of its first thread, in ticks since boot (/proc/PID/stat) */
struct kfg_process {
	__u32 tgid; /* initial pid namespace; 0: nobody */
	__u32 pad;
	__u64 start;
};
#define KFG_TICK_NS 10000000u /* kernel: NSEC_PER_SEC / USER_HZ on x86 (include/asm-generic/param.h, 6.1..7.3) */

/*
 * Whose turn it is, when several sets of our programs (instances) are attached: in a map that all of them share. A load
 * is decided by `after` when it began (prog->aux->load_time) at at_ns or later, else by `before`. The time of a load
 * never changes, so that all sets and both stages agree about it, if the agent
 *   - writes in the order before, at_ns, after, and readers read in the opposite order (shared_words.h),
 *   - chooses a time that is still to come when the last of them is written.
 */
#define KFG_TURN_VERSION 1u
struct kfg_turn {
	__u64 before; /* number of an instance; 0: none */
	__u64 at_ns; /* CLOCK_BOOTTIME */
	__u64 after;
	/* the agent in charge, also while it is about to take over: the set before it lets its programs be */
	struct kfg_process agent;
	__u64 lost_told; /* as in struct kfg_delivery, which agents before that one wrote here */
	__s32 loads_taken, loaders_taken; /* entries of the shared tables, about */
	__u64 sealed; /* 1: what is in force can be added to only */
};

/*
 * What an exe path of the policy is on this host: the value of map kfg_files, whose key is the path's kfg_hash(). Asked
 * of kfgate_file, a program that the agent runs on an open fd.
 */
#define KFG_FILES_MAX 4096u
#define KFG_PEER_PATH 64u

struct kfg_file_query {
	__u32 fd; /* of the calling process */
	__u32 found;
	struct kfg_file_id id;
	__u32 connected; /* asked for: fd is a Unix socket that has a peer */
	__s32 peer; /* who called listen(2) for it: a process id in the initial pid namespace, or 0 */
	char peer_path[KFG_PEER_PATH]; /* and where it was bound to, cut; "": nowhere, or no path */
};

/*
 * Without BPF LSM, kfgate_prog is there so many times. The kernel calls them one after the other until one refuses.
 * Each is left out by itself, so a load is missed where all of them are.
 */
#define KFG_COPIES 4u

/*
 * That a copy before the last one answered a call, by thread; the last copy takes it away again. One that stays is a
 * call that was answered and that the last copy was left out of. Key 0, which is no thread: `copy` counts those whose
 * entry a later call of the thread took. Key 1: the agents' count of those whose thread is gone.
 */
#define KFG_ANSWERED_MAX 8192u
struct kfg_answered {
	__u64 aux; /* of the program, and when it was loaded: 0 of key 0 */
	__u64 load_time;
	__u64 copy;
};

/* LSM programs whose answers this kernel's verifier does not bound: bits of kfg_answer_unbounded */
#define KFG_UNBOUNDED_LSM 1u
#define KFG_UNBOUNDED_CGROUP 2u

/* A program that could answer in the place of a function that a verdict depends on, as kfgate_answers finds it. */
struct kfg_override {
	__u32 prog_id;
	__u32 attach_type;
	__u64 load_time; /* CLOCK_BOOTTIME, ns */
	char prog[KFG_PROG_FULL_LEN];
	char target[KFG_KFUNC_LEN]; /* the function */
};

/* Addresses of kernel objects that have no BTF; kfgate_setup finds them before anything is attached. */
struct kfg_addresses {
	__u64 call_base; /* __bpf_call_base(), from which the imm of a verified call counts */
	__u64 btf_vmlinux; /* struct btf of the kernel itself */
	__u64 init_pid_ns; /* struct pid_namespace of the host */
};

/* What kfgate_setup is run with: descriptors of the calling process, and its answer. */
struct kfg_setup {
	__u32 lsm_prog; /* any LSM program of the set */
	__u32 call_prog; /* kfgate_call */
	__u32 hash_map; /* any hash */
	__s32 result; /* 0; -EBADF: a descriptor is none; -ESRCH: __bpf_call_base() was not found */
};

/* Set by the agent, read by the BPF programs */
struct kfg_knobs {
	__u64 start_ns; /* CLOCK_BOOTTIME when the set had begun to decide; ULLONG_MAX before */
	__s64 tai_offset_ns; /* CLOCK_TAI - CLOCK_REALTIME */
	struct kfg_process agent; /* set by BPF */
	__u64 sweep_ns; /* the agent looks at every program since then: its fds are examinations. 0: it does not */
	__u32 present_refuse; /* later fds are judged, too (header.present of the table in force) */
	__u32 first_id; /* id of a program loaded just before; 0 before */
	__u64 asked; /* set by BPF: calls of kfgate_prog by the agent; without BPF LSM */
	__u64 unseen_from, unseen_until; /* CLOCK_BOOTTIME: when what kfgate_unseen looks for was loaded */
};

#ifdef __cplusplus
#error "C only"
#endif
_Static_assert(sizeof(struct kfg_table_header) <= KFG_CELL_SIZE, "header fits a cell");
_Static_assert(sizeof(struct kfg_name) <= KFG_CELL_SIZE, "name fits a cell");
_Static_assert(sizeof(struct kfg_row) <= KFG_CELL_SIZE, "row fits a cell");
_Static_assert(sizeof(struct kfg_matcher) == KFG_CELL_SIZE, "matcher is a cell");
_Static_assert(sizeof(struct kfg_dep) <= KFG_CELL_SIZE, "deprecation fits a cell");
_Static_assert(__builtin_offsetof(struct kfg_matcher, text) == KFG_MATCHER_TEXT, "text offset");
_Static_assert(__builtin_offsetof(struct kfg_event, kfuncs) % 8 == 0, "kfuncs aligned");
_Static_assert(__builtin_offsetof(struct kfg_event, prog) % 8 == 0, "compared eight bytes at a time");
_Static_assert(sizeof(struct kfg_event_kfunc) % 8 == 0, "kfuncs aligned");
_Static_assert(__builtin_offsetof(struct kfg_name, name) % 8 == 0, "compared eight bytes at a time");
_Static_assert(__builtin_offsetof(struct kfg_dep, module) % 8 == 0, "compared eight bytes at a time");
_Static_assert(KFG_MATCHER_TEXT % 8 == 0 && KFG_CELL_SIZE % 8 == 0, "compared eight bytes at a time");
_Static_assert(KFG_TEXT_CGROUP == KFG_TEXT_EXE + KFG_EXE_LEN, "texts follow each other");
_Static_assert(KFG_TEXT_CGROUP + KFG_CGROUP_LEN == KFG_TEXT_SIZE, "texts fill the subject");
