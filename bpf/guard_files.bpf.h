/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guard_files.bpf.h - files: the pins, a sealed policy and the way to it, and what the agent runs from.
 */
#pragma once

#include "guard_agent.bpf.h"

/* Is it the directory of the pins, or below it? The dentries of bpffs stay while their files do. */
static __always_inline int kfg_in_pins(struct dentry *dentry)
{
	__u64 pins = kfg_guard.pin_dentry;

	if (dentry->d_sb->s_dev != kfg_guard.pin_dev || !pins)
		return 0;
#pragma unroll
	for (int i = 0; i < 4; i++) {
		if ((__u64)dentry == pins)
			return 1;
		dentry = dentry->d_parent;
	}
	return 0;
}

/*
 * Who removes a directory, or renames another over it, where nothing is mounted on it in his own mount namespace, takes
 * away what is mounted on it in all others (detach_mounts(), fs/namespace.c); no hook for unmounting is asked.
 */
static __always_inline int kfg_keeps_place(__u32 flags)
{
	return flags & (KFG_GUARD_MOUNTPOINT | KFG_GUARD_OWN);
}

/* Is it a name in its directory that the policy is reached by, or would be if it were there? */
static __always_inline int kfg_is_way(struct dentry *dentry, struct dentry *dir)
{
	struct kfg_guard_dir_name key = {};

	key.dir.ino = BPF_CORE_READ(dir, d_inode, i_ino);
	key.dir.dev = BPF_CORE_READ(dir, d_sb, s_dev);
	bpf_probe_read_kernel_str(key.name, sizeof(key.name), BPF_CORE_READ(dentry, d_name.name));
	return bpf_map_lookup_elem(&kfg_guard_names, &key) != 0;
}

/* Something is to be made, removed or renamed as `dentry`. */
static __always_inline int kfg_guard_name(struct dentry *dentry)
{
	struct dentry *dir;
	__u32 flags;

	if (kfg_in_pins(dentry))
		return kfg_by_agent() ? 0 : KFG_DENY(KFG_ATTEMPT_PIN, 0);
	flags = kfg_dentry_flags(dentry);
	if (kfg_keeps_place(flags)) {
		if (kfg_by_agent() || kfg_by_manager())
			return 0;
		return KFG_DENY(flags & KFG_GUARD_MOUNTPOINT ? KFG_ATTEMPT_MOUNT : KFG_ATTEMPT_HOLD, 0);
	}
	if (!kfg_guard.policy_guarded)
		return 0;
	if (flags & KFG_GUARD_FILE)
		return KFG_DENY(KFG_ATTEMPT_POLICY, 0);
	dir = dentry->d_parent;
	flags = kfg_dentry_flags(dir);
	if ((flags & KFG_GUARD_FILE) || ((flags & KFG_GUARD_NAMES) && kfg_is_way(dentry, dir)))
		return KFG_DENY(KFG_ATTEMPT_POLICY, 0);
	return 0;
}

/* File systems whose files the kernel writes (include/uapi/linux/magic.h): the agent reads some, malware is in none. */
static __always_inline int kfg_is_of_kernel(struct dentry *dentry)
{
	switch (dentry->d_sb->s_magic) {
	case 0x9fa0: /* proc */
	case 0x62656572: /* sysfs */
	case 0x63677270: /* cgroup2 */
	case 0x64626720: /* debugfs */
	case 0x73636673: /* securityfs */
	case 0x74726163: /* tracefs */
	case 0xcafe4a11: /* bpffs */
		return 1;
	default:
		return 0;
	}
}

/*
 * A directory that the next agent has to pass, without a capability for that: on the way to the pins, in file systems
 * whose directories nobody gives away, and its own.
 */
static __always_inline int kfg_is_passed(struct dentry *dentry, __u32 flags)
{
	return (flags & KFG_GUARD_OWN) || ((flags & KFG_GUARD_COVER) && kfg_is_of_kernel(dentry));
}

/*
 * Attributes of `dentry` are to be changed: `owner` says that it is the mode, the owner or an access list, by which the
 * agent could be kept from passing a directory. Times of those on the way to the policy are everybody's.
 */
static __always_inline int kfg_guard_attributes(struct dentry *dentry, int owner)
{
	__u32 flags = kfg_dentry_flags(dentry);
	struct dentry *dir;

	if (flags & KFG_GUARD_CODE)
		return KFG_DENY(KFG_ATTEMPT_CODE, 0);
	if (flags & KFG_GUARD_FILE)
		return KFG_DENY(KFG_ATTEMPT_POLICY, 0);
	if (kfg_in_pins(dentry))
		return kfg_by_agent() ? 0 : KFG_DENY(KFG_ATTEMPT_PIN, 0);
	if (owner && kfg_is_passed(dentry, flags) && !kfg_by_agent() && !kfg_by_manager())
		return KFG_DENY(KFG_ATTEMPT_HOLD, 0);
	dir = dentry->d_parent;
	flags = kfg_dentry_flags(dir);
	if ((flags & KFG_GUARD_FILE) || (owner && (flags & KFG_GUARD_NAMES) && kfg_is_way(dentry, dir)))
		return KFG_DENY(KFG_ATTEMPT_POLICY, 0);
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

	return r ? -EPERM : kfg_guard_name(dentry);
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

	return r ? -EPERM : kfg_guard_name(dentry);
}

/* 6.3 and later: with the mount's mapping of ids; before, without. The agent loads the one that fits. */
SEC("lsm/inode_setattr")
int BPF_PROG(kfgate_guard_setattr, void *idmap, struct dentry *dentry, struct iattr *attr)
{
	return kfg_guard_attributes(dentry, attr->ia_valid & KFG_ATTR_OWNER);
}

SEC("lsm/inode_setattr")
int BPF_PROG(kfgate_guard_setattr_old, struct dentry *dentry, struct iattr *attr)
{
	return kfg_guard_attributes(dentry, attr->ia_valid & KFG_ATTR_OWNER);
}

SEC("lsm/inode_setxattr")
int BPF_PROG(kfgate_guard_setxattr, void *idmap, struct dentry *dentry)
{
	return kfg_guard_attributes(dentry, 1);
}

SEC("lsm/inode_removexattr")
int BPF_PROG(kfgate_guard_rmxattr, void *idmap, struct dentry *dentry)
{
	return kfg_guard_attributes(dentry, 1);
}

/* Access lists: 6.2 and later; before, they are extended attributes like others */
SEC("lsm/inode_set_acl")
int BPF_PROG(kfgate_guard_set_acl, void *idmap, struct dentry *dentry)
{
	return kfg_guard_attributes(dentry, 1);
}

SEC("lsm/inode_remove_acl")
int BPF_PROG(kfgate_guard_rm_acl, void *idmap, struct dentry *dentry)
{
	return kfg_guard_attributes(dentry, 1);
}

/* Somebody changes a file or a directory: is it one that nobody may change? */
static __always_inline int kfg_guard_change(struct inode *inode)
{
	__u32 flags = kfg_inode_flags(inode);

	if (flags & KFG_GUARD_CODE)
		return KFG_DENY(KFG_ATTEMPT_CODE, 0);
	if (flags & (KFG_GUARD_FILE | KFG_GUARD_NAMES))
		return KFG_DENY(KFG_ATTEMPT_POLICY, 0);
	if ((flags & KFG_GUARD_MOUNTPOINT) && !kfg_by_agent() && !kfg_by_manager())
		return KFG_DENY(KFG_ATTEMPT_MOUNT, 0);
	return 0;
}

/*
 * What no hook for files and names is asked about: an ioctl that gives nothing back changes something, the flags of a
 * file (FS_IOC_SETFLAGS), what is in a directory (BTRFS_IOC_SUBVOL_CREATE, SNAP_CREATE, SNAP_DESTROY), or, without
 * data, all that is in a file (EXT4_IOC_SWAP_BOOT). A descriptor that only reads does for that. Requests to terminals
 * and the oldest to files (FIGETBSZ) give back without saying so in their number.
 */
static __always_inline int kfg_guard_ioctl(struct file *file, unsigned int cmd)
{
	__u32 direction = KFG_IOC_DIRECTION(cmd), type = KFG_IOC_TYPE(cmd), is;

	/* what costs least first: most are not of this kind */
	if (direction != KFG_IOC_IN && (direction || !type || type == KFG_IOC_TYPE_TERMINAL))
		return 0;
	/* devices are asked often (KVM_RUN), and are none of it */
	is = file->f_inode->i_mode & KFG_S_IFMT;
	if (is != KFG_S_IFREG && is != KFG_S_IFDIR)
		return 0;
	return kfg_guard_change(file->f_inode);
}

SEC("lsm/file_ioctl")
int BPF_PROG(kfgate_guard_ioctl, struct file *file, unsigned int cmd)
{
	return kfg_guard_ioctl(file, cmd);
}

/* By programs of 32 bits, 6.8 and later; before, file_ioctl is asked for them, too. */
SEC("lsm/file_ioctl_compat")
int BPF_PROG(kfgate_guard_ioctl32, struct file *file, unsigned int cmd)
{
	return kfg_guard_ioctl(file, cmd);
}

/* file_setattr(2), 6.17 and later */
SEC("lsm/inode_file_setattr")
int BPF_PROG(kfgate_guard_flags, struct dentry *dentry)
{
	return kfg_guard_change(dentry->d_inode);
}

/*
 * fanotify: who is asked before a file is opened may never answer. A mark on a mount or a file system is how scanners
 * for malware work, and stays allowed.
 */
SEC("lsm/path_notify")
int BPF_PROG(kfgate_guard_hold, struct path *path, __u64 mask, unsigned int type)
{
	if (!(mask & KFG_FS_PERMISSION_EVENTS) || type != KFG_FSNOTIFY_INODE)
		return 0;
	if (!kfg_is_of_kernel(path->dentry) && !kfg_dentry_flags(path->dentry))
		return 0;
	return KFG_DENY(KFG_ATTEMPT_HOLD, 0);
}

/*
 * The agent's lock is one on the directory of the pins: whoever holds it keeps the next agent from starting. A lease,
 * which asks this hook like a lock (generic_setlease(), fs/locks.c), keeps whoever opens the file waiting for as long
 * as /proc/sys/fs/lease-break-time says: none on a file that the agent needs. One on a directory (F_SETDELEG,
 * seen on 7.3, not on 6.12) keeps whoever makes or renames something in it waiting: none on the agent's own. In other
 * directories the agent only reads, and others lock them for their own ends.
 */
SEC("lsm/file_lock")
int BPF_PROG(kfgate_guard_lock, struct file *file, unsigned int cmd)
{
	__u32 flags;

	if (kfg_in_pins(file->f_path.dentry))
		return kfg_by_agent() ? 0 : KFG_DENY(KFG_ATTEMPT_PIN, 0);
	flags = cmd == KFG_F_UNLCK ? 0 : kfg_inode_flags(file->f_inode);
	if (!flags || kfg_by_agent())
		return 0;
	if (!(flags & KFG_GUARD_OWN) && (file->f_inode->i_mode & KFG_S_IFMT) != KFG_S_IFREG)
		return 0;
	return KFG_DENY(KFG_ATTEMPT_HOLD, 0);
}

/*
 * Opened for writing. It is the inode that counts: below an overlay the path of the file is the overlay's
 * (backing_file_open(), fs/backing-file.c; open_with_fake_path() before 6.8).
 */
SEC("lsm/file_open")
int BPF_PROG(kfgate_guard_open, struct file *file)
{
	unsigned long magic;
	__u32 flags;

	if (!(file->f_mode & KFG_FMODE_WRITE))
		return 0;
	magic = file->f_inode->i_sb->s_magic;
	if (magic == KFG_PROC_MAGIC)
		return kfg_guard_proc(file);
	if (magic == KFG_CGROUP2_MAGIC)
		return kfg_guard.managed ? kfg_guard_cgroup(file) : 0;
	flags = kfg_inode_flags(file->f_inode);
	if (flags & KFG_GUARD_CODE)
		return KFG_DENY(KFG_ATTEMPT_CODE, 0);
	if (flags & KFG_GUARD_FILE)
		return KFG_DENY(KFG_ATTEMPT_POLICY, 0);
	return 0;
}
