/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guard.h - what the agent and the guard's BPF programs share: what is guarded, who may touch it, what was refused.
 * Fixed-width fields only, no libc; builds for BPF and for user space.
 */
#pragma once

#include <linux/types.h>

#define KFG_PIN_DIR "/sys/fs/bpf/kfgate" /* what keeps the gate in the kernel; the running agent has locked it */

#define KFG_ATTEMPT_MAGIC 0x6b666761u /* "kfga" */

/* What somebody tried and was refused */
enum kfg_attempt_kind {
	KFG_ATTEMPT_MAP_FD, /* a descriptor of one of our maps */
	KFG_ATTEMPT_PROG_FD, /* ... of our programs */
	KFG_ATTEMPT_LINK_FD, /* ... of our links, by id */
	KFG_ATTEMPT_PIN, /* to change what is below the directory of our pins */
	KFG_ATTEMPT_MOUNT, /* to unmount, cover or move what the pins or the policy are reached by */
	KFG_ATTEMPT_SIGNAL, /* to signal the agent */
	KFG_ATTEMPT_TRACE, /* to trace it, or to read or write its memory or descriptors */
	KFG_ATTEMPT_LIMIT, /* to change its limits, priority, or scheduling */
	KFG_ATTEMPT_CGROUP, /* to write to files of its cgroup, or above: kill, freeze, limits, membership */
	KFG_ATTEMPT_POLICY, /* to change a guarded policy file */
	KFG_ATTEMPT_SYSCTL, /* to switch off the kernel's function tracing, by which BPF LSM programs are called */
	KFG_ATTEMPT_HELPER, /* a program that may write to the agent's memory or registers */
	KFG_ATTEMPT_CODE, /* to change a file that the agent runs from, or to give it other code */
	KFG_ATTEMPT_HOLD, /* to be asked before somebody opens what the agent needs (fanotify permission events) */
	KFG_ATTEMPT_LISTING, /* a descriptor, while it went through the ids of all objects of a kind: no attack */
	KFG_ATTEMPT_MANAGER, /* a strict gate's cgroup by the service manager, as at each daemon-reload: no attack */
	KFG_ATTEMPT_PLACE, /* one program more on a hook, where the next agent would find no place */
	KFG_ATTEMPT_MAX,
};

/* Is it what administrators and the service manager do every day, and no attempt on the gate? kind: an attempt's */
static inline int kfg_attempt_is_usual(unsigned kind)
{
	return kind == KFG_ATTEMPT_LISTING || kind == KFG_ATTEMPT_MANAGER;
}

/* One refusal, as it comes out of the ring */
struct kfg_attempt {
	__u32 magic;
	__u32 kind; /* enum kfg_attempt_kind */
	__u64 time_ns; /* CLOCK_BOOTTIME */
	__u64 cgroup_id;
	__u32 pid; /* of the thread group, initial pid namespace */
	__u32 tid;
	__u32 uid; /* initial user namespace */
	__u32 gid;
	__u32 detail; /* an id, a signal, a resource, enum kfg_guard_object: what the kind has */
	__u32 pad;
	char comm[16];
	char exe[64]; /* last component of its path */
};

/* A process that may touch what is guarded */
struct kfg_identity {
	__u64 start; /* start_boottime of the group leader, ns; 0: nobody */
	__u32 tgid; /* initial pid namespace */
	__u32 pad;
};

#define KFG_GUARD_LEVELS 4u /* cgroups from the top that are guarded with the agent's own */
#define KFG_GUARD_NAME 64u

/* Inodes, and names in directories, that have room: four times the files of a policy (KFG_POLICY_FILES_MAX). */
#define KFG_GUARD_INODES 4096u

#define KFG_GUARD_FILTER 16u /* words of the filter of inode numbers */

/* Counters and identities: written by the BPF programs, read by the agent. The policy part is the agent's to write. */
struct kfg_guard_state {
	struct kfg_identity agent; /* ends with the process, and when it executes another program */
	struct kfg_identity successor; /* the last process that the service manager started as the next agent */
	__u64 agent_task; /* the agent's struct task_struct, */
	__u64 agent_child; /* and that of the last process that it forked, 0: none */
	/* policy */
	__u32 strict; /* not even the service manager may signal the agent, or start the next one */
	__u32 policy_guarded; /* an inode has FILE or NAMES: 0 spares the look-ups about names */
	__u64 inode_filter[KFG_GUARD_FILTER]; /* a bit for each hash of a guarded inode's number */
	/* facts of set-up */
	__u32 managed; /* PID 1 is the agent's parent */
	__u32 pin_dev; /* device of the pins' file system, 0: no pins */
	__u64 host_mount_ns; /* mount namespaces, by numbers that are never used again: that of PID 1, */
	__u64 agent_mount_ns; /* and the agent's, 0 where it is the same */
	__u64 host_root; /* the struct mount of PID 1's root: all that is mounted below goes with it */
	__u64 pin_dentry; /* their directory */
	__u64 exe_dir_ino; /* where the agent's executable stands */
	__u32 exe_dir_dev;
	__u32 init_dir_dev;
	__u64 init_dir_ino; /* where PID 1's executable stands, and systemd-executor beside it */
	char exe_name[KFG_GUARD_NAME];
	char init_name[KFG_GUARD_NAME]; /* of PID 1's executable */
	__u64 unit_parent; /* the cgroup above the unit's, */
	char unit_name[KFG_GUARD_NAME]; /* and the unit's name */
	__u64 user_ns; /* the initial one */
	__u64 cgroups[KFG_GUARD_LEVELS + 1]; /* ids: from level 1 down, and the agent's own */
	/* counters */
	__u64 orders; /* to end: SIGTERM and SIGINT that PID 1 sent the agent */
	__u64 refused[KFG_ATTEMPT_MAX];
	__u64 lost; /* refusals that the ring had no room for */
};

/* The name of the map with kfg_guard_retired, which libbpf makes of the section's. */
#define KFG_GUARD_RETIRED ".data.retired"

/* Flags of an inode */
#define KFG_GUARD_COVER 1u /* nothing may be mounted there, nor unmounted */
#define KFG_GUARD_FILE 2u /* a policy file or its directory: not to be changed */
#define KFG_GUARD_CODE 4u /* the agent runs from it: not to be written, truncated, or given other attributes */
#define KFG_GUARD_NAMES 8u /* a directory, some names in which may not be made, removed or renamed */
#define KFG_GUARD_MOUNTPOINT 32u /* what is guarded is mounted there: not to be removed, renamed or replaced */
#define KFG_GUARD_OWN 64u /* the agent's runtime directory: not to be locked, renamed, removed or given away */
#define KFG_GUARD_PINS 16u /* only asked for: the directory of the pins */

#define KFG_GUARD_SCHEDULERS 4u /* kfuncs by which a program schedules task work */

#define KFG_GUARD_SYSCALLS 2u /* helpers by which a program does system calls */

#define KFG_GUARD_TO_ROOT 64u /* levels: all, those right below the root included */

/* Argument of the programs that the agent runs itself */
struct kfg_guard_note {
	__s32 fd;
	__u32 flags; /* KFG_GUARD_* */
	__u32 levels; /* COVER: so many directories from there upwards */
	__s32 result; /* 0 or a negative errno; -ETXTBSY: noted, but somebody has it open for writing (CODE, FILE) */
	char name[KFG_GUARD_NAME]; /* NAMES: the name in the directory, zero padded, and cut if it is longer */
};

struct kfg_guard_inode {
	__u64 ino;
	__u32 dev; /* as the kernel has it (super_block.s_dev) */
	__u32 pad;
};

struct kfg_guard_inode_flags {
	__u32 flags;
	__u32 pad;
	__u64 address; /* CODE: of the struct inode, which the agent's mapping keeps */
};

struct kfg_guard_dir_name {
	struct kfg_guard_inode dir;
	char name[KFG_GUARD_NAME];
};

enum kfg_guard_object { KFG_GUARD_MAP, KFG_GUARD_PROG, KFG_GUARD_LINK };

struct kfg_guard_id {
	__u32 kind; /* enum kfg_guard_object */
	__u32 id;
};

struct kfg_guard_place {
	__u32 hook; /* BTF id of its function */
	__u32 n;
};

_Static_assert(sizeof(struct kfg_attempt) % 8 == 0, "events are whole words");
