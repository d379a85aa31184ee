/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guard_identity.bpf.h - who the agent is, as it notes before the hooks are attached, and who its successor is. */
#pragma once

#include "guard_access.bpf.h"

#include "descriptor.bpf.h" /* behind the types that the guard names */

#define KFG_ANCESTORS 64
#define KFG_MOUNTS 1048576 /* of one file system, in all namespaces */
#define KFG_CLONE_THREAD 0x00010000 /* include/uapi/linux/sched.h */

static __always_inline struct cgroup *kfg_guard_ancestor(struct cgroup *cgroup, __u32 level)
{
	struct cgroup *found = 0;

	bpf_probe_read_kernel(&found, sizeof(found),
			      (void *)cgroup + bpf_core_field_offset(struct cgroup, ancestors) + (__u64)level * 8);
	return found;
}

static long kfg_step_parent(__u32 i, void *ctx)
{
	struct task_struct **at = ctx, *task = *at;

	if (BPF_CORE_READ(task, tgid) <= 1)
		return 1;
	*at = BPF_CORE_READ(task, real_parent);
	return 0;
}

static __always_inline void kfg_note_unit(struct task_struct *task)
{
	struct cgroup *cgroup = BPF_CORE_READ(task, cgroups, dfl_cgrp);
	__u32 level = BPF_CORE_READ(cgroup, level);

	if (!level)
		return;
#pragma unroll
	for (__u32 i = 0; i < KFG_GUARD_LEVELS; i++)
		if (i + 1 < level)
			kfg_guard.cgroups[i] = BPF_CORE_READ(kfg_guard_ancestor(cgroup, i + 1), kn, id);
	kfg_guard.cgroups[KFG_GUARD_LEVELS] = BPF_CORE_READ(cgroup, kn, id);
	kfg_guard.unit_parent = BPF_CORE_READ(kfg_guard_ancestor(cgroup, level - 1), kn, id);
	bpf_probe_read_kernel_str(kfg_guard.unit_name, sizeof(kfg_guard.unit_name), BPF_CORE_READ(cgroup, kn, name));
}

/* Run by the agent: who it is, and where. */
SEC("syscall")
int kfgate_guard_identify(void *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task(), *init = task;
	struct dentry *exe = BPF_CORE_READ(task, mm, exe_file, f_path.dentry);
	__u64 host, mine;

	bpf_loop(KFG_ANCESTORS, kfg_step_parent, &init, 0);
	kfg_guard.managed = BPF_CORE_READ(task, group_leader, real_parent, tgid) == 1;
	host = kfg_namespace_number(BPF_CORE_READ(init, nsproxy, mnt_ns));
	mine = kfg_namespace_number(BPF_CORE_READ(task, nsproxy, mnt_ns));
	kfg_guard.host_mount_ns = host;
	kfg_guard.host_root = (__u64)kfg_mount_of(BPF_CORE_READ(init, fs, root.mnt));
	kfg_guard.agent_mount_ns = mine == host ? 0 : mine;
	kfg_guard.user_ns = (__u64)BPF_CORE_READ(init, real_cred, user_ns);
	kfg_guard.exe_dir_ino = BPF_CORE_READ(exe, d_parent, d_inode, i_ino);
	kfg_guard.exe_dir_dev = BPF_CORE_READ(exe, d_sb, s_dev);
	bpf_probe_read_kernel_str(kfg_guard.exe_name, sizeof(kfg_guard.exe_name), BPF_CORE_READ(exe, d_name.name));
	if (kfg_guard.managed)
		kfg_note_unit(task);
	exe = BPF_CORE_READ(init, mm, exe_file, f_path.dentry);
	kfg_guard.init_dir_ino = BPF_CORE_READ(exe, d_parent, d_inode, i_ino);
	kfg_guard.init_dir_dev = BPF_CORE_READ(exe, d_sb, s_dev);
	bpf_probe_read_kernel_str(kfg_guard.init_name, sizeof(kfg_guard.init_name), BPF_CORE_READ(exe, d_name.name));
	kfg_guard.agent_task = (__u64)BPF_CORE_READ(task, group_leader);
	kfg_identity_write(&kfg_guard.agent, bpf_get_current_pid_tgid() >> 32,
			   BPF_CORE_READ(task, group_leader, start_boottime));
	return 0;
}

/* 0, or a negative errno: there is no room for it. */
static __always_inline long kfg_flag_inode(struct dentry *dentry, __u32 flags)
{
	struct inode *inode = BPF_CORE_READ(dentry, d_inode);
	struct kfg_guard_inode_flags new = { .flags = flags }, *old;
	struct kfg_guard_inode key = {};
	__u32 bit;
	long r;

	key.ino = BPF_CORE_READ(inode, i_ino);
	key.dev = BPF_CORE_READ(inode, i_sb, s_dev);
	old = bpf_map_lookup_elem(&kfg_guard_inodes, &key);
	if (old) {
		new.flags |= old->flags;
		new.address = old->address;
	}
	if (flags & KFG_GUARD_CODE)
		new.address = (__u64)inode;
	if (flags & (KFG_GUARD_FILE | KFG_GUARD_NAMES))
		kfg_guard.policy_guarded = 1;
	r = bpf_map_update_elem(&kfg_guard_inodes, &key, &new, BPF_ANY);
	bit = kfg_filter_bit(key.ino);
	kfg_guard.inode_filter[bit / 64 % KFG_GUARD_FILTER] |= 1ull << bit % 64;
	return r;
}

/* Flags of the inode itself, not of those on the way to it */
#define KFG_GUARD_NOTED (KFG_GUARD_FILE | KFG_GUARD_CODE | KFG_GUARD_NAMES | KFG_GUARD_OWN)

struct kfg_climb {
	struct dentry *dentry;
	struct mount *mount;
	struct dentry *root; /* where it ends */
	struct mount *root_mount;
	__u32 to_root;
	__s32 failed; /* a negative errno: not all of it is flagged */
};

/*
 * Flags a directory, and goes to the one above: the parent, or what the file system is mounted on. Directories of the
 * root are left out on the way, as whole systems are laid over /usr (systemd-sysext(8)), unless all are asked for.
 */
static long kfg_step_up(__u32 i, void *ctx)
{
	struct kfg_climb *c = ctx;
	struct dentry *dentry = c->dentry, *on = dentry;
	struct mount *mount = c->mount, *parent = mount;

	int crosses = dentry == BPF_CORE_READ(mount, mnt.mnt_root);

	if (dentry == c->root && mount == c->root_mount)
		return 1;
	if (crosses) {
		on = BPF_CORE_READ(mount, mnt_mountpoint);
		parent = BPF_CORE_READ(mount, mnt_parent);
		if (kfg_flag_inode(on, KFG_GUARD_MOUNTPOINT))
			c->failed = -ENOSPC;
	}
	if (i && !c->to_root && BPF_CORE_READ(on, d_parent) == c->root)
		return 1;
	if (kfg_flag_inode(dentry, KFG_GUARD_COVER))
		c->failed = -ENOSPC;
	c->dentry = crosses ? on : BPF_CORE_READ(dentry, d_parent);
	c->mount = parent;
	return crosses && parent == mount;
}

struct kfg_guard_search {
	struct super_block *sb;
	struct mount *mount; /* to be looked at; in the end what was found, or NULL */
	struct dentry *root; /* of the host, and its mount */
	struct mount *root_mount;
};

static __always_inline int kfg_dentry_is(struct dentry *dentry, const char *want)
{
	char name[8] = {};

	bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(dentry, d_name.name));
	return !bpf_strncmp(name, sizeof(name), want);
}

/* Is it the host's /sys/fs/bpf? The file system of the pins may be mounted elsewhere, too, by whoever likes. */
static __always_inline int kfg_is_bpffs(struct mount *mount, const struct kfg_guard_search *s)
{
	struct dentry *bpf = BPF_CORE_READ(mount, mnt_mountpoint), *fs = BPF_CORE_READ(bpf, d_parent), *sys;
	struct mount *above = BPF_CORE_READ(mount, mnt_parent);

	if (kfg_namespace_number(BPF_CORE_READ(mount, mnt_ns)) != kfg_guard.host_mount_ns)
		return 0;
	sys = BPF_CORE_READ(above, mnt_mountpoint);
	return kfg_dentry_is(bpf, "bpf") && kfg_dentry_is(fs, "fs") &&
	       BPF_CORE_READ(fs, d_parent) == BPF_CORE_READ(above, mnt.mnt_root) && kfg_dentry_is(sys, "sys") &&
	       BPF_CORE_READ(sys, d_parent) == s->root && BPF_CORE_READ(above, mnt_parent) == s->root_mount;
}

static __always_inline struct mount *kfg_listed(struct super_block *sb, struct list_head *at)
{
	if (at == (void *)sb + bpf_core_field_offset(struct super_block___list, s_mounts))
		return 0;
	return (void *)at - bpf_core_field_offset(struct mount___list, mnt_instance);
}

/* The first mount of a file system, or the next after `mount`; NULL: there is none. */
static __always_inline struct mount *kfg_next_mount(struct super_block *sb, struct mount *mount)
{
	struct super_block___chain *chain = (void *)sb;
	struct super_block___list *list = (void *)sb;
	struct mount___chain *in_chain = (void *)mount;
	struct mount___list *in_list = (void *)mount;

	if (bpf_core_field_exists(in_chain->mnt_next_for_sb))
		return mount ? BPF_CORE_READ(in_chain, mnt_next_for_sb) : BPF_CORE_READ(chain, s_mounts);
	return kfg_listed(sb, mount ? BPF_CORE_READ(in_list, mnt_instance.next) : BPF_CORE_READ(list, s_mounts.next));
}

static long kfg_step_mount(__u32 i, void *ctx)
{
	struct kfg_guard_search *s = ctx;
	struct mount *mount = s->mount;

	if (!mount || kfg_is_bpffs(mount, s))
		return 1;
	s->mount = kfg_next_mount(s->sb, mount);
	return 0;
}

/*
 * The host's mount of the file system at /sys/fs/bpf, or NULL. The agent sees it at the same path, but on another
 * sysfs, where the unit has a network of its own (PrivateNetwork=).
 */
static __always_inline struct mount *kfg_host_mount(struct super_block *sb, struct dentry *root,
						    struct mount *root_mount)
{
	struct kfg_guard_search s = { .sb = sb, .root = root, .root_mount = root_mount };

	s.mount = kfg_next_mount(sb, 0);
	bpf_loop(KFG_MOUNTS, kfg_step_mount, &s, 0);
	return s.mount && kfg_is_bpffs(s.mount, &s) ? s.mount : 0;
}

static __always_inline long kfg_note_name(struct dentry *dir, const struct kfg_guard_note *note)
{
	const __u64 *name = (const __u64 *)note->name;
	struct kfg_guard_dir_name key = {};
	__u32 one = 1;

	key.dir.ino = BPF_CORE_READ(dir, d_inode, i_ino);
	key.dir.dev = BPF_CORE_READ(dir, d_sb, s_dev);
#pragma unroll
	for (int i = 0; i < KFG_GUARD_NAME / 8; i++)
		((__u64 *)key.name)[i] = name[i];
	return bpf_map_update_elem(&kfg_guard_names, &key, &one, BPF_ANY);
}

/* Run by the agent: what the descriptor stands for is guarded from now on. */
SEC("syscall")
int kfgate_guard_note(struct kfg_guard_note *note)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task(), *init = task;
	struct file *file = kfg_descriptor_file(note->fd);
	struct dentry *dentry;
	struct kfg_climb climb = {};
	__u32 flags = note->flags, levels = note->levels;

	if (!file) {
		note->result = -EBADF;
		return 0;
	}
	climb.dentry = dentry = BPF_CORE_READ(file, f_path.dentry);
	climb.mount = kfg_mount_of(BPF_CORE_READ(file, f_path.mnt));
	climb.root = BPF_CORE_READ(task, fs, root.dentry);
	climb.to_root = levels >= KFG_GUARD_TO_ROOT;
	climb.root_mount = kfg_mount_of(BPF_CORE_READ(task, fs, root.mnt));
	if (flags & KFG_GUARD_PINS) {
		kfg_guard.pin_dentry = (__u64)dentry;
		kfg_guard.pin_dev = BPF_CORE_READ(dentry, d_sb, s_dev);
		bpf_loop(KFG_ANCESTORS, kfg_step_parent, &init, 0);
		climb.root = BPF_CORE_READ(init, fs, root.dentry);
		climb.root_mount = kfg_mount_of(BPF_CORE_READ(init, fs, root.mnt));
		climb.mount = kfg_host_mount(BPF_CORE_READ(dentry, d_sb), climb.root, climb.root_mount);
		if (!climb.mount) {
			note->result = -ENOENT;
			return 0;
		}
	}
	if ((flags & KFG_GUARD_NOTED) && kfg_flag_inode(dentry, flags & KFG_GUARD_NOTED))
		climb.failed = -ENOSPC;
	if ((flags & KFG_GUARD_NAMES) && kfg_note_name(dentry, note))
		climb.failed = -ENOSPC;
	if (flags & KFG_GUARD_COVER)
		bpf_loop(levels < KFG_ANCESTORS ? levels : KFG_ANCESTORS, kfg_step_up, &climb, 0);
	note->result = climb.failed;
	if (!climb.failed && (flags & (KFG_GUARD_CODE | KFG_GUARD_FILE)) &&
	    BPF_CORE_READ(dentry, d_inode, i_writecount.counter) > 0)
		note->result = -ETXTBSY;
	return 0;
}

/* What PID 1's own code forks is noted; any other task in the place of an old one is not that one. */
SEC("lsm/task_alloc")
int BPF_PROG(kfgate_identity_fork, struct task_struct *task, unsigned long clone_flags)
{
	__u64 key = (__u64)task, leader;
	struct kfg_child child = {}, *parent;

	if (clone_flags & KFG_CLONE_THREAD) {
		bpf_map_delete_elem(&kfg_children, &key);
		return 0;
	}
	if (kfg_by_agent())
		kfg_guard.agent_child = key;
	if (bpf_get_current_pid_tgid() >> 32 != 1) {
		leader = (__u64)BPF_CORE_READ((struct task_struct *)bpf_get_current_task(), group_leader);
		parent = bpf_map_lookup_elem(&kfg_children, &leader);
		if (!parent || parent->execs > parent->executor) {
			bpf_map_delete_elem(&kfg_children, &key);
			return 0;
		}
		child = *parent;
		child.helper = 1;
	}
	bpf_map_update_elem(&kfg_children, &key, &child, BPF_ANY);
	return 0;
}

/* Is what is being executed the agent's file: its name in its directory? An update of the package replaces the file. */
static __always_inline int kfg_is_our_file(struct dentry *exe)
{
	return BPF_CORE_READ(exe, d_parent, d_inode, i_ino) == kfg_guard.exe_dir_ino &&
	       BPF_CORE_READ(exe, d_sb, s_dev) == kfg_guard.exe_dir_dev &&
	       kfg_name_is(BPF_CORE_READ(exe, d_name.name), kfg_guard.exe_name);
}

static __always_inline int kfg_is_our_unit(struct task_struct *task)
{
	struct cgroup *cgroup = BPF_CORE_READ(task, cgroups, dfl_cgrp);
	__u32 level = BPF_CORE_READ(cgroup, level);

	return level && BPF_CORE_READ(kfg_guard_ancestor(cgroup, level - 1), kn, id) == kfg_guard.unit_parent &&
	       kfg_name_is(BPF_CORE_READ(cgroup, kn, name), kfg_guard.unit_name);
}

/* The agent's task is no more: nobody is the agent, and what it ran from is a file like others. */
SEC("lsm/task_free")
int BPF_PROG(kfgate_identity_end, struct task_struct *task)
{
	if ((__u64)task == kfg_guard.agent_task) {
		kfg_guard.agent.start = 0;
		kfg_guard.agent_task = 0;
	}
	if ((__u64)task == kfg_guard.agent_child)
		kfg_guard.agent_child = 0;
	return 0;
}

/* Called for each program that is executed, with the new one already there: an identity ends here. */
SEC("lsm/bprm_committed_creds")
int BPF_PROG(kfgate_identity_exec, struct linux_binprm *bprm)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct dentry *exe = BPF_CORE_READ(bprm, file, f_path.dentry);
	__u64 key = (__u64)task;
	struct kfg_child *child = bpf_map_lookup_elem(&kfg_children, &key);

	if (kfg_by_agent()) {
		if (bpf_get_current_pid_tgid() >> 32 == kfg_guard.agent.tgid)
			kfg_guard.agent.start = 0;
		else
			kfg_guard.successor.start = 0;
	}
	if (!child)
		return 0;
	child->execs++;
	if (child->execs == 1 && kfg_beside_init(exe, kfg_executor)) {
		child->executor = 1;
		return 0;
	}
	if (kfg_guard.managed && !kfg_guard.strict && !child->helper && child->execs == 1 + child->executor &&
	    kfg_is_our_file(exe) && kfg_is_our_unit(task) &&
	    (__u64)BPF_CORE_READ(task, real_cred, user_ns) == kfg_guard.user_ns)
		kfg_identity_write(&kfg_guard.successor, bpf_get_current_pid_tgid() >> 32,
				   BPF_CORE_READ(task, group_leader, start_boottime));
	bpf_map_delete_elem(&kfg_children, &key);
	return 0;
}
