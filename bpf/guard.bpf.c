/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guard.bpf.c - keeps the gate in place: refuses what would take it off, blind or replace its agent, to everybody but
 * the agent, the next agent, and, where the policy leaves it that, the service manager. It refuses by itself, agent or
 * no agent, for as long as its links are there. kfgate-security(7) says what is promised and what is not.
 *
 * bpf_lsm_* functions are called by all of the kernel: each program turns back at its first comparison where nothing of
 * ours is concerned. Functions other than the hooks are static, as a global one could be replaced (EXT programs).
 */
#include "guard_birth.bpf.h"

char LICENSE[] SEC("license") = "GPL";

#define KFG_ENOENT 2

KFG_INLINE int kfg_is_ours(__u32 kind, __u32 id)
{
	struct kfg_guard_id key = { .kind = kind, .id = id };

	return bpf_map_lookup_elem(&kfg_guard_ids, &key) != 0;
}

/*
 * By id: what is ours is not there, which every lister of programs takes for an object that has just gone. attr is the
 * kernel's copy (__sys_bpf(), kernel/bpf/syscall.c).
 */
SEC("lsm/bpf")
int BPF_PROG(kfgate_guard_bpf, int cmd, union bpf_attr *attr, unsigned int size)
{
	__u32 id = 0, kind, told;

	if (cmd == BPF_MAP_GET_FD_BY_ID) {
		kind = KFG_GUARD_MAP;
		told = KFG_ATTEMPT_MAP_FD;
	} else if (cmd == BPF_PROG_GET_FD_BY_ID) {
		kind = KFG_GUARD_PROG;
		told = KFG_ATTEMPT_PROG_FD;
	} else if (cmd == BPF_LINK_GET_FD_BY_ID) {
		kind = KFG_GUARD_LINK;
		told = KFG_ATTEMPT_LINK_FD;
	} else {
		return 0;
	}
	bpf_probe_read_kernel(&id, sizeof(id), attr); /* the first field of each */
	if (!kfg_is_ours(kind, id) || kfg_by_agent())
		return 0;
	kfg_tell_attempt(told, id);
	return -KFG_ENOENT;
}

/* Other ways to a descriptor. A read-only one, too: a program may write through it (__bpf_map_get() asks no mode). */
SEC("lsm/bpf_map")
int BPF_PROG(kfgate_guard_map, struct bpf_map *map, unsigned int mode)
{
	if (!kfg_is_ours(KFG_GUARD_MAP, map->id) || kfg_by_agent())
		return 0;
	return KFG_DENY(KFG_ATTEMPT_MAP_FD, map->id);
}

/*
 * Programs that change what other programs are given back, or the registers of what they trace, would be a way into the
 * agent: results of its system calls (bpf_override_return()), its instruction pointer (uprobes, 6.18 and later).
 */
SEC("lsm/bpf_prog")
int BPF_PROG(kfgate_guard_prog, struct bpf_prog *prog)
{
	__u32 id = prog->aux->id;
	int meddles = BPF_CORE_READ_BITFIELD_PROBED(prog, kprobe_override);

	if (bpf_core_field_exists(prog->aux->kprobe_write_ctx))
		meddles |= BPF_CORE_READ(prog, aux, kprobe_write_ctx);
	if (meddles) {
		if (kfg_by_agent())
			return 0;
		return KFG_DENY(KFG_ATTEMPT_HELPER, id);
	}
	if (!kfg_is_ours(KFG_GUARD_PROG, id) || kfg_by_agent())
		return 0;
	return KFG_DENY(KFG_ATTEMPT_PROG_FD, id);
}

/* bpf_probe_write_user() writes to the memory of who is traced: asked for at load time (kernel/trace/bpf_trace.c) */
SEC("lsm/locked_down")
int BPF_PROG(kfgate_guard_lockdown, int what)
{
	if (what != bpf_core_enum_value(enum lockdown_reason, LOCKDOWN_BPF_WRITE_USER) || kfg_by_agent())
		return 0;
	return KFG_DENY(KFG_ATTEMPT_HELPER, 0);
}

/* Is it the directory of the pins, or below it? The dentries of bpffs stay while their files do. */
KFG_INLINE int kfg_in_pins(struct dentry *dentry)
{
	__u64 pins = kfg_guard.pin_dentry;

	if (BPF_CORE_READ(dentry, d_sb, s_dev) != kfg_guard.pin_dev || !pins)
		return 0;
#pragma unroll
	for (int i = 0; i < 4; i++) {
		if ((__u64)dentry == pins)
			return 1;
		dentry = BPF_CORE_READ(dentry, d_parent);
	}
	return 0;
}

KFG_INLINE int kfg_is_policy(struct dentry *dentry)
{
	return kfg_guard.n_files && (kfg_inode_flags(dentry) & KFG_GUARD_FILE);
}

/* Something is to be made, removed or renamed as `dentry`, or its attributes changed. */
KFG_INLINE int kfg_guard_name(struct dentry *dentry)
{
	if (kfg_in_pins(dentry)) {
		if (!kfg_by_agent())
			return KFG_DENY(KFG_ATTEMPT_PIN, 0);
	} else if (kfg_is_policy(dentry) || kfg_is_policy(BPF_CORE_READ(dentry, d_parent))) {
		return KFG_DENY(KFG_ATTEMPT_POLICY, 0);
	}
	return 0;
}

SEC("lsm/inode_create")
int BPF_PROG(kfgate_guard_create, struct inode *dir, struct dentry *dentry)
{
	return kfg_guard_name(dentry);
}

SEC("lsm/inode_mkdir")
int BPF_PROG(kfgate_guard_mkdir, struct inode *dir, struct dentry *dentry)
{
	return kfg_guard_name(dentry);
}

SEC("lsm/inode_mknod")
int BPF_PROG(kfgate_guard_mknod, struct inode *dir, struct dentry *dentry)
{
	return kfg_guard_name(dentry);
}

SEC("lsm/inode_symlink")
int BPF_PROG(kfgate_guard_symlink, struct inode *dir, struct dentry *dentry)
{
	return kfg_guard_name(dentry);
}

SEC("lsm/inode_link")
int BPF_PROG(kfgate_guard_link, struct dentry *old, struct inode *dir, struct dentry *dentry)
{
	int r = kfg_guard_name(old);

	return r ? -1 : kfg_guard_name(dentry);
}

SEC("lsm/inode_unlink")
int BPF_PROG(kfgate_guard_unlink, struct inode *dir, struct dentry *dentry)
{
	return kfg_guard_name(dentry);
}

SEC("lsm/inode_rmdir")
int BPF_PROG(kfgate_guard_rmdir, struct inode *dir, struct dentry *dentry)
{
	return kfg_guard_name(dentry);
}

SEC("lsm/inode_rename")
int BPF_PROG(kfgate_guard_rename, struct inode *old_dir, struct dentry *old, struct inode *dir, struct dentry *dentry)
{
	int r = kfg_guard_name(old);

	return r ? -1 : kfg_guard_name(dentry);
}

/* 6.3 and later: with the mount's mapping of ids; before, without. The agent loads the one that fits. */
SEC("lsm/inode_setattr")
int BPF_PROG(kfgate_guard_setattr, void *idmap, struct dentry *dentry)
{
	return kfg_guard_name(dentry);
}

SEC("lsm/inode_setattr")
int BPF_PROG(kfgate_guard_setattr_old, struct dentry *dentry)
{
	return kfg_guard_name(dentry);
}

SEC("lsm/inode_setxattr")
int BPF_PROG(kfgate_guard_setxattr, void *idmap, struct dentry *dentry)
{
	return kfg_guard_name(dentry);
}

SEC("lsm/inode_removexattr")
int BPF_PROG(kfgate_guard_rmxattr, void *idmap, struct dentry *dentry)
{
	return kfg_guard_name(dentry);
}

/* The agent's lock is one on their directory: whoever holds it keeps the next agent from starting. */
SEC("lsm/file_lock")
int BPF_PROG(kfgate_guard_lock, struct file *file)
{
	if (!kfg_in_pins(BPF_CORE_READ(file, f_path.dentry)) || kfg_by_agent())
		return 0;
	return KFG_DENY(KFG_ATTEMPT_PIN, 0);
}

/*
 * Can a change at this mount be seen from the host, or by the agent? A mount namespace of one's own is one's own
 * affair, but a mount shared with the host's hands on what is done to it.
 */
KFG_INLINE int kfg_reaches_us(struct mount *mount)
{
	__u64 ns = kfg_namespace_number(BPF_CORE_READ(mount, mnt_ns));

	if (ns == kfg_guard.host_mount_ns || (ns && ns == kfg_guard.agent_mount_ns))
		return 1;
	return BPF_CORE_READ(mount, mnt_group_id) && !BPF_CORE_READ(mount, mnt_master);
}

KFG_INLINE int kfg_may_not_cover(struct vfsmount *mnt, struct dentry *dentry)
{
	struct mount *mount = kfg_mount_of(mnt);

	if (kfg_guard.agent_mount_ns &&
	    kfg_namespace_number(BPF_CORE_READ(mount, mnt_ns)) == kfg_guard.agent_mount_ns)
		return 1; /* what the agent sees is no other's to arrange */
	return (kfg_inode_flags(dentry) & KFG_GUARD_COVER) && kfg_reaches_us(mount);
}

/* Is the mount one that the pins, or a guarded directory, are reached by? */
KFG_INLINE int kfg_may_not_go(struct vfsmount *mnt)
{
	struct mount *mount = kfg_mount_of(mnt), *parent = BPF_CORE_READ(mount, mnt_parent);

	if (parent == mount)
		return 0; /* mounted nowhere, or a namespace's root */
	return kfg_may_not_cover(&parent->mnt, BPF_CORE_READ(mount, mnt_mountpoint));
}

KFG_INLINE int kfg_guard_mounts(int concerned, __u32 flags)
{
	if (!concerned || kfg_by_agent() || kfg_by_manager())
		return 0;
	return KFG_DENY(KFG_ATTEMPT_MOUNT, flags);
}

SEC("lsm/sb_umount")
int BPF_PROG(kfgate_guard_umount, struct vfsmount *mnt, int flags)
{
	return kfg_guard_mounts(kfg_may_not_go(mnt), flags);
}

/*
 * mount(2): new, bind, remount, propagation. What MS_MOVE moves is known by a name only: where the host can see it, it
 * is for the service manager alone, which puts credentials of services in place so (src/core/exec-credential.c, v257).
 */
SEC("lsm/sb_mount")
int BPF_PROG(kfgate_guard_mount, const char *source, struct path *path, const char *type, unsigned long flags)
{
	struct vfsmount *mnt = path->mnt;

	if ((flags & KFG_MS_MOVE) && kfg_reaches_us(kfg_mount_of(mnt)) &&
	    !kfg_is_manager((struct task_struct *)bpf_get_current_task()))
		return KFG_DENY(KFG_ATTEMPT_MOUNT, flags);
	return kfg_guard_mounts(kfg_may_not_cover(mnt, path->dentry), flags);
}

SEC("lsm/move_mount")
int BPF_PROG(kfgate_guard_move, struct path *from, struct path *to)
{
	int concerned = kfg_may_not_cover(to->mnt, to->dentry);

	if (!concerned)
		concerned = kfg_may_not_go(from->mnt);
	return kfg_guard_mounts(concerned, 0);
}

SEC("lsm/sb_remount")
int BPF_PROG(kfgate_guard_remount, struct super_block *sb)
{
	return kfg_guard_mounts(kfg_guard.pin_dev && sb->s_dev == kfg_guard.pin_dev, 0);
}

SEC("lsm/sb_pivotroot")
int BPF_PROG(kfgate_guard_pivot, struct path *old, struct path *new)
{
	return kfg_guard_mounts(kfg_reaches_us(kfg_mount_of(new->mnt)), 0);
}

/* Signals that the kernel itself sends do not come here (check_kill_permission(), kernel/signal.c). */
SEC("lsm/task_kill")
int BPF_PROG(kfgate_guard_kill, struct task_struct *task, void *info, int sig)
{
	if (!sig || !kfg_is_agent(task) || kfg_by_agent() || kfg_by_manager())
		return 0;
	return KFG_DENY(KFG_ATTEMPT_SIGNAL, sig);
}

/* F_SETOWN and F_SETSIG send any signal about any file, and task_kill is not asked (fs/fcntl.c). */
SEC("lsm/file_send_sigiotask")
int BPF_PROG(kfgate_guard_sigio, struct task_struct *task, void *owner, int sig)
{
	if (!kfg_is_agent(task))
		return 0;
	return KFG_DENY(KFG_ATTEMPT_SIGNAL, sig);
}

/* Writing to it, or taking its descriptors; reading about it is free. PID 1 and what it is about to execute, too. */
SEC("lsm/ptrace_access_check")
int BPF_PROG(kfgate_guard_trace, struct task_struct *child, unsigned int mode)
{
	if (!(mode & KFG_PTRACE_ATTACH) || !(kfg_is_agent(child) || (kfg_guard.managed && kfg_is_manager(child))) ||
	    kfg_by_agent())
		return 0;
	return KFG_DENY(KFG_ATTEMPT_TRACE, mode);
}

KFG_INLINE int kfg_guard_limits(struct task_struct *task, __u32 detail)
{
	if (!kfg_is_agent(task) || kfg_by_agent() || kfg_by_manager())
		return 0;
	return KFG_DENY(KFG_ATTEMPT_LIMIT, detail);
}

SEC("lsm/task_setrlimit")
int BPF_PROG(kfgate_guard_rlimit, struct task_struct *task, unsigned int resource)
{
	return kfg_guard_limits(task, resource);
}

SEC("lsm/task_setscheduler")
int BPF_PROG(kfgate_guard_sched, struct task_struct *task)
{
	return kfg_guard_limits(task, 0);
}

SEC("lsm/task_setnice")
int BPF_PROG(kfgate_guard_nice, struct task_struct *task)
{
	return kfg_guard_limits(task, 0);
}

SEC("lsm/task_setioprio")
int BPF_PROG(kfgate_guard_ioprio, struct task_struct *task)
{
	return kfg_guard_limits(task, 0);
}

static const char kfg_tracing_switch[KFG_GUARD_NAME] __attribute__((aligned(8))) = "ftrace_enabled";

/* The process that a file of /proc/PID is about, or NULL. */
KFG_INLINE struct task_struct *kfg_proc_task(struct inode *inode)
{
	struct proc_inode *proc = (void *)inode - bpf_core_field_offset(struct proc_inode, vfs_inode);
	struct pid *pid = BPF_CORE_READ(proc, pid);
	struct hlist_node *first;

	if (!pid)
		return 0;
	first = BPF_CORE_READ(pid, tasks[KFG_PIDTYPE_TGID].first);
	if (!first)
		return 0;
	return (void *)first - bpf_core_field_offset(struct task_struct, pid_links[KFG_PIDTYPE_TGID]);
}

KFG_INLINE int kfg_guard_proc(struct file *file)
{
	struct task_struct *task;

	if (kfg_name_is(BPF_CORE_READ(file, f_path.dentry, d_name.name), kfg_tracing_switch))
		return KFG_DENY(KFG_ATTEMPT_SYSCTL, 0);
	task = kfg_proc_task(BPF_CORE_READ(file, f_inode));
	if (!task || !kfg_is_agent(task) || kfg_by_agent() || kfg_by_manager())
		return 0;
	return KFG_DENY(KFG_ATTEMPT_LIMIT, 0);
}

static const char kfg_cgroup_kill[KFG_GUARD_NAME] __attribute__((aligned(8))) = "cgroup.kill";

KFG_INLINE int kfg_guard_cgroup(struct file *file)
{
	__u64 id = BPF_CORE_READ(file, f_path.dentry, d_parent, d_inode, i_ino);
	int ours = 0;

#pragma unroll
	for (__u32 i = 0; i <= KFG_GUARD_LEVELS; i++)
		ours |= kfg_guard.cgroups[i] == id;
	/* the number of a cgroup's directory is its id (kernfs_ino(), 64 bit) */
	if (!ours)
		return 0;
	/* its own files the service manager must write; where it may not signal the agent, it may not kill this way */
	if (kfg_is_manager((struct task_struct *)bpf_get_current_task()) &&
	    !(kfg_guard.strict && kfg_name_is(BPF_CORE_READ(file, f_path.dentry, d_name.name), kfg_cgroup_kill)))
		return 0;
	return KFG_DENY(KFG_ATTEMPT_CGROUP, 0);
}

/* Opened for writing. */
SEC("lsm/file_open")
int BPF_PROG(kfgate_guard_open, struct file *file)
{
	unsigned long magic;

	if (!(file->f_mode & KFG_FMODE_WRITE))
		return 0;
	magic = file->f_inode->i_sb->s_magic;
	if (magic == KFG_PROC_MAGIC)
		return kfg_guard_proc(file);
	if (magic == KFG_CGROUP2_MAGIC)
		return kfg_guard.managed ? kfg_guard_cgroup(file) : 0;
	if (!kfg_is_policy(BPF_CORE_READ(file, f_path.dentry)))
		return 0;
	return KFG_DENY(KFG_ATTEMPT_POLICY, 0);
}
