/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * placement.bpf.h - which unit a process is in by the service manager's doing. A unit's cgroup alone does not say it:
 * root may write any process into any cgroup.procs, make a cgroup of any name, and clone into it (CLONE_INTO_CGROUP).
 *
 * The unit in which PID 1 put a process goes on to its children. A process has that unit while it is in the unit's
 * cgroup, or in one below; when somebody else moved it out, into another unit's cgroup or none, it has no unit.
 *
 * Most processes stay where they are put, so only the others are noted: an entry says to which unit a process belongs
 * wherever it is moved. A process without an entry belongs to the unit whose cgroup it is in. So what ran before the
 * hooks were attached is taken as it was found then.
 *
 *   kfgate_move   fentry of cgroup_attach_task(), through which each move goes, in hierarchies of version 1 and 2
 *                 (kernel/cgroup/cgroup.c, 6.1..7.3). Under cgroup_mutex, so that one program runs at a time and none
 *                 is left out as a recursion (bpf_prog_check_recur()). Before the move: there is no moment between.
 *   kfgate_fork   lsm/task_alloc: the entry goes on to children
 *   kfgate_exec   lsm/bprm_check_security: a thread that executes takes the place of its process's first one
 *
 * A child of PID 1 moves itself, before it executes the service: until then it runs PID 1's code. systemd-executor is
 * that, too (src/core/exec-invoke.c, v254 and later).
 */
#pragma once

#include "maps.bpf.h"

#define KFG_LEVELS_MAX 128u /* of a path: the unit stands among the first */
#define KFG_PLACEMENT_INTO_CGROUP 0x200000000ull /* CLONE_INTO_CGROUP, include/uapi/linux/sched.h */
#define KFG_PLACEMENT_THREAD 0x00010000 /* CLONE_THREAD */

/* Shared by all sets of our programs. See KFG_PLACEMENT_VERSION. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct kfg_placement);
} kfg_placements SEC(".maps");

/*
 * Units into which a process was moved for which there was no memory to note it: nobody is known to belong there any
 * more. KFG_UNIT_ANY: there was no room here either. Seldom is anything here.
 */
#define KFG_DOUBTED_MAX 256
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, KFG_DOUBTED_MAX);
	__type(key, __u64);
	__type(value, __u32);
} kfg_doubted SEC(".maps");

/*
 * Children for which there was no entry, by the address of their struct task_struct: they belong to no unit. What is
 * left of one that is gone goes when a task takes its place. This map has its memory from the start.
 */
#define KFG_UNPLACED_MAX 4096
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, KFG_UNPLACED_MAX);
	__type(key, __u64);
	__type(value, __u32);
} kfg_unplaced SEC(".maps");

struct kfg_unit_walk {
	struct cgroup *leaf;
	struct cgroup *unit;
};

static __attribute__((always_inline)) inline struct cgroup *kfg_ancestor(struct cgroup *leaf, __u32 level)
{
	struct cgroup *cgroup = 0;

	bpf_probe_read_kernel(&cgroup, sizeof(cgroup),
			      (void *)leaf + bpf_core_field_offset(struct cgroup, ancestors) + (__u64)level * 8);
	return cgroup;
}

/* Ends at the first component that is no slice. Level 0 is the root, which has no name. */
static long kfg_step_unit(__u32 i, void *ctx)
{
	struct kfg_unit_walk *c = ctx;
	char name[KFG_UNIT_LEN + 8] = {}, *end;
	struct cgroup *cgroup = kfg_ancestor(c->leaf, i + 1);
	long n;

	if (!cgroup)
		return 1;
	n = bpf_probe_read_kernel_str(name, KFG_UNIT_LEN, BPF_CORE_READ(cgroup, kn, name));
	if (n < 2)
		return 1;
	end = name + ((n - 7) & (KFG_UNIT_LEN - 1));
	/* a name that was cut has no end to be seen: it is taken for the unit, and matches nothing */
	if (n >= 7 && n < KFG_UNIT_LEN && end[0] == '.' && end[1] == 's' && end[2] == 'l' && end[3] == 'i' &&
	    end[4] == 'c' && end[5] == 'e')
		return 0;
	c->unit = cgroup;
	return 1;
}

/*
 * The cgroup of the unit that a cgroup belongs to (struct cgroup as a number), or 0: none. The unit is the first
 * component of the path, from the root of the hierarchy, that is no slice, as systemd itself reads a path
 * (cg_path_get_unit(), src/basic/cgroup-util.c, v252..v262). What a unit makes below itself is still the unit's.
 */
static __attribute__((noinline)) __u64 kfg_unit_of(struct cgroup *leaf)
{
	struct kfg_unit_walk c = { .leaf = leaf };
	__u32 level = BPF_CORE_READ(leaf, level);

	bpf_loop(level < KFG_LEVELS_MAX ? level : KFG_LEVELS_MAX, kfg_step_unit, &c, 0);
	return (__u64)c.unit;
}

/* The id of a unit's cgroup, which no other ever has; 0: of no unit. */
static __attribute__((always_inline)) inline __u64 kfg_unit_id(__u64 unit)
{
	struct cgroup *cgroup = (struct cgroup *)unit;

	return cgroup ? BPF_CORE_READ(cgroup, kn, id) : 0;
}

static __attribute__((noinline)) __u64 kfg_unit_now(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	return kfg_unit_of(BPF_CORE_READ(task, cgroups, dfl_cgrp));
}

/*
 * To which unit a task belongs by its entry. Linux 6.1 finds none either while another task is at work on task storage,
 * whoever's, on this CPU (bpf_task_storage_trylock(), kernel/bpf/bpf_task_storage.c; gone in 6.2): anybody can see to
 * that. There a task that has storage of whatever kind is given an entry, and where that fails it belongs to no unit.
 */
static __attribute__((always_inline)) inline __u64 kfg_belongs(struct task_struct *task)
{
	struct kfg_placement any = { .unit = KFG_UNIT_ANY }, *entry;
	__u64 key = (__u64)task;

	if (bpf_rcu_read_lock) {
		entry = bpf_task_storage_get(&kfg_placements, task, 0, 0);
		if (entry)
			return entry->unit;
		return bpf_map_lookup_elem(&kfg_unplaced, &key) ? 0 : KFG_UNIT_ANY;
	}
	if (bpf_map_lookup_elem(&kfg_unplaced, &key))
		return 0;
	if (!BPF_CORE_READ(task, bpf_storage))
		return KFG_UNIT_ANY;
	entry = bpf_task_storage_get(&kfg_placements, task, &any, BPF_LOCAL_STORAGE_GET_F_CREATE);
	return entry ? entry->unit : 0;
}

static __attribute__((always_inline)) inline int kfg_is_first_thread(void)
{
	__u64 id = bpf_get_current_pid_tgid();

	return id >> 32 == (__u32)id;
}

/* To which unit the current process belongs: its id, or KFG_UNIT_ANY: to that which it is in. */
static __attribute__((noinline)) __u64 kfg_belongs_current(void)
{
	struct task_struct *task = (void *)bpf_get_current_task_btf();
	__u64 unit = kfg_belongs(task);

	if (unit != KFG_UNIT_ANY || kfg_is_first_thread())
		return unit;
	if (bpf_rcu_read_lock && bpf_rcu_read_unlock) {
		bpf_rcu_read_lock();
		unit = kfg_belongs(task->group_leader);
		bpf_rcu_read_unlock();
		return unit;
	}
	return kfg_belongs(task->group_leader);
}

static __attribute__((noinline)) int kfg_is_doubted(__u64 unit)
{
	__u64 all = KFG_UNIT_ANY;

	return bpf_map_lookup_elem(&kfg_doubted, &unit) || bpf_map_lookup_elem(&kfg_doubted, &all);
}

#define KFG_NAME_KUBEPODS 0x73646f706562756bull /* "kubepods" */
#define KFG_NAME_POD 0x646f70ull /* "pod" */

/* The first eight characters of a cgroup's name. */
static __attribute__((noinline)) __u64 kfg_name_of(struct cgroup *leaf, __u32 level)
{
	const char *name = BPF_CORE_READ(kfg_ancestor(leaf, level), kn, name);
	__u64 text = 0;

	bpf_probe_read_kernel(&text, sizeof(text), name);
	return text;
}

/*
 * The id of the cgroup of a container that is no unit of systemd's (drivers "cgroupfs"), as a runtime makes one below
 * a cgroup of its own: /docker/ID. Of kubepods it is the pod: /kubepods/podUID, /kubepods/besteffort/podUID, and the
 * same below /kubelet. 0: it is not so far down. A container cannot choose it, as it makes cgroups below its own only.
 */
static __attribute__((noinline)) __u64 kfg_part_of(struct cgroup *leaf)
{
	__u32 level = BPF_CORE_READ(leaf, level), at = 2, above = 0;

	if (level < at)
		return 0;
	if (kfg_name_of(leaf, 1) == KFG_NAME_KUBEPODS)
		above = 1;
	else if (kfg_name_of(leaf, 2) == KFG_NAME_KUBEPODS)
		above = 2;
	if (above)
		at = above + 1;
	if (at > level)
		return 0;
	if (above && (kfg_name_of(leaf, at) & 0xffffff) != KFG_NAME_POD)
		at++;
	return at > level ? 0 : BPF_CORE_READ(kfg_ancestor(leaf, at), kn, id);
}

/* Does a unit stand at the top? systemd's own are below slices, but for a few that have no containers. */
static __attribute__((always_inline)) inline int kfg_is_at_top(__u64 unit)
{
	return !unit || BPF_CORE_READ((struct cgroup *)unit, level) == 1;
}

/*
 * The cgroup of the current task's unit (struct cgroup as a number), or 0: it is in none by the service manager's
 * doing. *account: on whose account memory of the gate is taken, which is the unit that the task belongs to, wherever
 * it was moved; all that belong to none have one account, of unit 0.
 */
static __attribute__((noinline)) __u64 kfg_unit_current(struct kfg_account *account)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u64 unit = kfg_unit_now(), id = kfg_unit_id(unit), belongs = kfg_belongs_current();

	account->unit = belongs == KFG_UNIT_ANY ? id : belongs;
	account->part = kfg_is_at_top(unit) ? kfg_part_of(BPF_CORE_READ(task, cgroups, dfl_cgrp)) : 0;
	if (account->unit != id)
		return 0;
	return unit && !kfg_is_doubted(id) ? unit : 0;
}

static __attribute__((noinline)) int kfg_doubt(__u64 unit)
{
	__u64 all = KFG_UNIT_ANY;
	__u32 one = 1;

	kfg_count(KFG_STAT_UNITS_DOUBTED);
	/* the last place is for all */
	if (bpf_map_update_elem(&kfg_doubted, &unit, &one, BPF_ANY))
		bpf_map_update_elem(&kfg_doubted, &all, &one, BPF_ANY);
	return 0;
}

/* Is it the service manager, that is PID 1, that moves the task; or does its child move itself? */
static __attribute__((noinline)) int kfg_moved_by_manager(__u32 tgid)
{
	__u32 by = bpf_get_current_pid_tgid() >> 32;
	struct kfg_placement *entry;

	if (by == 1)
		return 1;
	if (by != tgid)
		return 0;
	entry = bpf_task_storage_get(&kfg_placements, (void *)bpf_get_current_task_btf(), 0, 0);
	return entry && entry->starting;
}

SEC("?fentry/cgroup_attach_task")
int BPF_PROG(kfgate_move, struct cgroup *to, struct task_struct *task)
{
	struct cgroup *at = BPF_CORE_READ(task, cgroups, dfl_cgrp);
	struct kfg_placement first = {}, *entry;
	__u64 from, into;

	if (kfg_ancestor(to, 0) != kfg_ancestor(at, 0))
		return 0; /* in a hierarchy of version 1 */
	from = kfg_unit_id(kfg_unit_of(at));
	into = kfg_unit_id(kfg_unit_of(to));
	if (kfg_moved_by_manager(BPF_CORE_READ(task, tgid))) {
		entry = bpf_task_storage_get(&kfg_placements, task, 0, 0);
		if (entry && entry->unit != KFG_UNIT_ANY)
			entry->unit = into;
		return 0;
	}
	if (from == into)
		return 0;
	first.unit = from;
	entry = bpf_task_storage_get(&kfg_placements, task, &first, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!entry)
		return kfg_doubt(into);
	if (entry->unit == KFG_UNIT_ANY)
		entry->unit = from;
	return 0;
}

/* Anybody can see to it that a child gets no entry: by memory, other use of task storage (6.1), or its locks (7.x). */
static __attribute__((noinline)) int kfg_unplaced_note(struct task_struct *task)
{
	__u64 key = (__u64)task;
	__u32 one = 1;

	kfg_count(KFG_STAT_UNPLACED);
	return !bpf_map_update_elem(&kfg_unplaced, &key, &one, BPF_ANY);
}

/* An entry was made once. On a processor without cmpxchg16b, 7.x makes none: there no fork may fail for that. */
__u32 kfg_placements_work;

/* The answer is 0 or -EAGAIN, as for any other limit: a child that could not be noted would belong where it likes. */
SEC("lsm/task_alloc")
int BPF_PROG(kfgate_fork, struct task_struct *task, unsigned long clone_flags)
{
	struct kfg_placement first = { .unit = KFG_UNIT_ANY };
	struct task_struct *parent = (void *)bpf_get_current_task_btf();
	__u64 key = (__u64)task;
	int known = 0;

	bpf_map_delete_elem(&kfg_unplaced, &key);
	if (clone_flags & KFG_PLACEMENT_THREAD) {
		/* moved alone, so that the first thread's entry does not say it */
		if (!kfg_is_first_thread())
			first.unit = kfg_belongs(parent);
	} else if (bpf_get_current_pid_tgid() >> 32 == 1) {
		first.starting = 1;
		first.exec_id = BPF_CORE_READ(parent, self_exec_id);
	} else {
		first.unit = kfg_belongs_current();
	}
	known = first.unit != KFG_UNIT_ANY;
	/*
	 * Where it is born is its parent's choice, where it belongs is not: by CLONE_INTO_CGROUP; and for a process
	 * always, as the kernel looks only later in which cgroup the parent is (cgroup_can_fork(), behind copy_mm()).
	 * A thread belongs where its first one does.
	 */
	if (!known && !first.starting &&
	    (clone_flags & KFG_PLACEMENT_INTO_CGROUP || !(clone_flags & KFG_PLACEMENT_THREAD))) {
		known = !!(clone_flags & KFG_PLACEMENT_INTO_CGROUP);
		first.unit = kfg_belongs_current();
		if (first.unit == KFG_UNIT_ANY)
			first.unit = kfg_unit_id(kfg_unit_now());
	}
	if (first.unit == KFG_UNIT_ANY && !first.starting)
		return 0;
	if (bpf_task_storage_get(&kfg_placements, task, &first, BPF_LOCAL_STORAGE_GET_F_CREATE)) {
		if (!kfg_placements_work)
			kfg_placements_work = 1;
		return 0;
	}
	if (!kfg_placements_work)
		return known ? -EAGAIN : 0;
	return first.starting || kfg_unplaced_note(task) ? 0 : -EAGAIN;
}

/* In the directory of PID 1's own executable: a file of that name elsewhere is somebody's own. */
static __attribute__((noinline)) int kfg_placement_is_executor(struct file *file)
{
	static const char want[] = "systemd-executor";
	struct pid_namespace *pids = (void *)kfg_addresses.init_pid_ns;
	struct dentry *dentry = BPF_CORE_READ(file, f_path.dentry);
	struct inode *dir = BPF_CORE_READ(dentry, d_parent, d_inode);
	char name[sizeof(want) + 1] = {};

	if (bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(dentry, d_name.name)) != sizeof(want) ||
	    bpf_strncmp(name, sizeof(want), want))
		return 0;
	return dir == BPF_CORE_READ(pids, child_reaper, mm, exe_file, f_path.dentry, d_parent, d_inode);
}

SEC("lsm/bprm_check_security")
int BPF_PROG(kfgate_exec, struct linux_binprm *bprm)
{
	struct task_struct *task = (void *)bpf_get_current_task_btf();
	struct kfg_placement first = {}, *entry = bpf_task_storage_get(&kfg_placements, task, 0, 0);

	if (entry && entry->starting) {
		/* the kernel counts what was executed, so that several sets of programs come to the same */
		if (BPF_CORE_READ(task, self_exec_id) == entry->exec_id && kfg_placement_is_executor(bprm->file))
			return 0;
		entry->starting = 0;
		if (entry->unit == KFG_UNIT_ANY)
			bpf_task_storage_delete(&kfg_placements, task);
		return 0;
	}
	if (kfg_is_first_thread())
		return 0;
	/* the other threads end, and it becomes the first one (de_thread(), fs/exec.c) */
	first.unit = kfg_belongs(task->group_leader);
	/* the first thread may be moved, and get its entry, before this one is in its place */
	if (first.unit == KFG_UNIT_ANY)
		first.unit = kfg_unit_id(kfg_unit_now());
	entry = bpf_task_storage_get(&kfg_placements, task, &first, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!entry)
		return -ENOMEM;
	entry->unit = first.unit;
	return 0;
}
