/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guard_access.bpf.h - the guard's maps, who may touch what is guarded, and the refusal itself.
 *
 * The agent is known by pid and start time, so a pid that is used again is nobody. That ends when it executes another
 * program. Its successor, the next agent, is known by how it came to be: PID 1 cloned it, and the first file that PID
 * 1's own code executed in it is the agent's. A process that is made PID 1's child later, or that executes the agent
 * after something else, is none, whatever its path or cgroup.
 */
#pragma once

#include "guard_kernel.bpf.h"
#include <kfgate/shared_words.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, KFG_GUARD_INODES);
	__type(key, struct kfg_guard_inode);
	__type(value, struct kfg_guard_inode_flags);
} kfg_guard_inodes SEC(".maps");

/* Names in directories with KFG_GUARD_NAMES, whether there is such a file or not */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, KFG_GUARD_INODES);
	__type(key, struct kfg_guard_dir_name);
	__type(value, __u32);
} kfg_guard_names SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
} kfg_attempts SEC(".maps");

/*
 * Children of PID 1, and what those fork meanwhile, keyed by task, until they have executed what they were made for: a
 * child that is to be a service has helpers of its own for namespaces and credentials ((sd-mkdcreds),
 * src/core/exec-credential.c, v257). The oldest give way.
 */
struct kfg_child {
	__u32 execs;
	__u32 executor; /* the first was systemd-executor, which since version 255 stands for PID 1's own code */
	__u32 helper; /* not PID 1's own child */
};
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, struct kfg_child);
} kfg_children SEC(".maps");

/* Tasks that go through the ids of all objects of a kind, by pid_tgid. The oldest give way. */
struct kfg_listing {
	__u32 kind; /* enum kfg_guard_object */
	__u32 at; /* the last id it had: only higher ones are next */
	__u32 told;
};
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, struct kfg_listing);
} kfg_listings SEC(".maps");

struct kfg_guard_state kfg_guard; /* in the agent's mapping, too */

/*
 * 1: the set was taken off, and refuses nothing any more, whoever still holds a descriptor of one of its links. In a
 * map of its own, KFG_GUARD_RETIRED, so that a later agent of another version finds it.
 */
__u64 kfg_guard_retired SEC(".data.retired");

static __always_inline int kfg_is_identified(__u32 tgid, const struct task_struct *task)
{
	__u64 start;

	/* most tasks are neither */
	if (tgid != KFG_SHARED_READ(kfg_guard.agent.tgid) && tgid != KFG_SHARED_READ(kfg_guard.successor.tgid))
		return 0;
	start = BPF_CORE_READ(task, group_leader, start_boottime);
	return kfg_identity_is(&kfg_guard.agent, tgid, start) || kfg_identity_is(&kfg_guard.successor, tgid, start);
}

/*
 * Is the task of the agent or of its successor, or of a process that the agent forked? The last has no rights of the
 * agent's, but its memory and descriptors.
 */
static __always_inline int kfg_is_agent(struct task_struct *task)
{
	if (kfg_is_identified(BPF_CORE_READ(task, tgid), task))
		return 1;
	return kfg_guard.agent_child && (__u64)BPF_CORE_READ(task, group_leader) == kfg_guard.agent_child;
}

static __always_inline int kfg_by_agent(void)
{
	return kfg_is_identified(bpf_get_current_pid_tgid() >> 32, (struct task_struct *)bpf_get_current_task());
}

/* Does the string in the kernel equal this one of KFG_GUARD_NAME zero padded bytes? */
static __always_inline int kfg_name_is(const void *name, const char *want)
{
	__u64 buf[KFG_GUARD_NAME / 8] = {};
	const __u64 *other = (const __u64 *)want;
	__u64 differ = 0;

	if (bpf_probe_read_kernel_str(buf, sizeof(buf), name) < 2)
		return 0;
#pragma unroll
	for (int i = 0; i < KFG_GUARD_NAME / 8; i++)
		differ |= buf[i] ^ other[i];
	return !differ;
}

static const char kfg_executor[KFG_GUARD_NAME] __attribute__((aligned(8))) = "systemd-executor";

/* In the directory of PID 1's own executable: a file of that name elsewhere is somebody's own. */
static __always_inline int kfg_beside_init(struct dentry *exe, const char *name)
{
	return BPF_CORE_READ(exe, d_parent, d_inode, i_ino) == kfg_guard.init_dir_ino &&
	       BPF_CORE_READ(exe, d_sb, s_dev) == kfg_guard.init_dir_dev &&
	       kfg_name_is(BPF_CORE_READ(exe, d_name.name), name);
}

/* What was noted of a task can be old where the kernel left out the program that notes: what it runs is not. */
static __attribute__((noinline)) int kfg_runs_manager(struct task_struct *task)
{
	struct dentry *exe = BPF_CORE_READ(task, mm, exe_file, f_path.dentry);

	return kfg_beside_init(exe, kfg_guard.init_name) || kfg_beside_init(exe, kfg_executor);
}

/* Is the task PID 1, or a child or helper of it that still runs PID 1's own code? */
static __always_inline int kfg_is_manager(struct task_struct *task)
{
	__u64 leader;
	struct kfg_child *child;

	if (BPF_CORE_READ(task, tgid) == 1)
		return 1;
	leader = (__u64)BPF_CORE_READ(task, group_leader);
	child = bpf_map_lookup_elem(&kfg_children, &leader);
	return child && child->execs <= child->executor && kfg_runs_manager(task);
}

static __always_inline int kfg_by_manager(void)
{
	return !kfg_guard.strict && kfg_is_manager((struct task_struct *)bpf_get_current_task());
}

static __attribute__((noinline)) int kfg_attempt_report(__u32 kind, __u32 detail)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct kfg_attempt *a;
	__u64 ids;

	if (kind >= KFG_ATTEMPT_MAX)
		return 0;
	__sync_fetch_and_add(&kfg_guard.refused[kind], 1);
	a = bpf_ringbuf_reserve(&kfg_attempts, sizeof(*a), 0);
	if (!a) {
		__sync_fetch_and_add(&kfg_guard.lost, 1);
		return 0;
	}
	a->magic = KFG_ATTEMPT_MAGIC;
	a->kind = kind;
	a->time_ns = bpf_ktime_get_boot_ns();
	a->cgroup_id = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
	ids = bpf_get_current_pid_tgid();
	a->pid = ids >> 32;
	a->tid = ids;
	ids = bpf_get_current_uid_gid();
	a->uid = ids;
	a->gid = ids >> 32;
	a->detail = detail;
	a->pad = 0;
	bpf_get_current_comm(a->comm, sizeof(a->comm));
	a->exe[0] = 0;
	bpf_probe_read_kernel_str(a->exe, sizeof(a->exe),
				  BPF_CORE_READ(task, mm, exe_file, f_path.dentry, d_name.name));
	bpf_ringbuf_submit(a, 0);
	return 0;
}

static __always_inline int kfg_is_retired(void)
{
	return *(volatile __u64 *)&kfg_guard_retired != 0;
}

/* -EPERM, with a report of it */
#define KFG_DENY(kind, detail)                                                                                         \
	({                                                                                                             \
		int denied = kfg_is_retired() ? 0 : -EPERM;                                                            \
		if (denied)                                                                                            \
			kfg_attempt_report((kind), (detail));                                                          \
		denied;                                                                                                \
	})

static __always_inline __u32 kfg_filter_bit(__u64 ino)
{
	return (ino * 0x9e3779b97f4a7c15ull) >> 54; /* 0 to 1023: KFG_GUARD_FILTER words */
}

static __always_inline int kfg_may_have_flags(__u64 ino)
{
	__u32 bit = kfg_filter_bit(ino);

	return (kfg_guard.inode_filter[bit / 64 % KFG_GUARD_FILTER] & 1ull << bit % 64) != 0;
}

/* CODE holds while the agent is there, which keeps the inode. */
static __always_inline __u32 kfg_find_flags(__u64 ino, __u32 dev, __u64 address)
{
	struct kfg_guard_inode key = { .ino = ino, .dev = dev };
	struct kfg_guard_inode_flags *found = bpf_map_lookup_elem(&kfg_guard_inodes, &key);

	if (!found)
		return 0;
	if (found->address != address || !kfg_guard.agent.start)
		return found->flags & ~KFG_GUARD_CODE;
	return found->flags;
}

/* Flags of an inode, or 0. The verifier has to know the pointer's type: then a load is one instruction. */
static __always_inline __u32 kfg_inode_flags(struct inode *inode)
{
	if (!inode || !kfg_may_have_flags(inode->i_ino))
		return 0;
	return kfg_find_flags(inode->i_ino, inode->i_sb->s_dev, (__u64)inode);
}

static __always_inline __u32 kfg_dentry_flags(struct dentry *dentry)
{
	return kfg_inode_flags(dentry->d_inode);
}

/* The same by a pointer that was read by a helper. */
static __always_inline __u32 kfg_read_flags(struct dentry *dentry)
{
	struct inode *inode = BPF_CORE_READ(dentry, d_inode);
	__u64 ino = BPF_CORE_READ(inode, i_ino);

	return inode && kfg_may_have_flags(ino) ? kfg_find_flags(ino, BPF_CORE_READ(inode, i_sb, s_dev), (__u64)inode) :
						  0;
}

static __always_inline struct mount *kfg_mount_of(struct vfsmount *mnt)
{
	return (struct mount *)((void *)mnt - bpf_core_field_offset(struct mount, mnt));
}

/* A number of the mount namespace that no other has had; 0: none */
static __always_inline __u64 kfg_namespace_number(struct mnt_namespace *ns)
{
	struct ns_common___new *common = (void *)ns + bpf_core_field_offset(struct mnt_namespace, ns);

	if (!ns)
		return 0;
	if (bpf_core_field_exists(common->ns_id))
		return BPF_CORE_READ(common, ns_id);
	return BPF_CORE_READ(ns, seq);
}
