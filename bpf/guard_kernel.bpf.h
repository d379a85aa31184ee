/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guard_kernel.bpf.h - the kernel's structs as the guard reads them; CO-RE finds where the fields are. Names hold in
 * 6.1, 6.12, 7.0, 7.2 and 7.3 unless said otherwise.
 */
#pragma once

#include "kernel_access.bpf.h"
#include <linux/bpf.h>
#include <linux/errno.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

/* include/linux/fs.h, dcache.h, mount.h; fs/mount.h; include/linux/binfmts.h */
struct super_block {
	__u32 s_dev;
	unsigned long s_magic;
} KFG_KERNEL;
struct kfg_atomic {
	int counter;
} KFG_KERNEL;
struct inode {
	struct super_block *i_sb;
	unsigned long i_ino;
	unsigned short i_mode;
	void *i_private;
	struct kfg_atomic i_writecount; /* below 0: written by nobody, executed by so many */
} KFG_KERNEL;
struct iattr {
	unsigned int ia_valid;
} KFG_KERNEL;
struct qstr {
	const unsigned char *name;
} KFG_KERNEL;
struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
	struct super_block *d_sb;
} KFG_KERNEL;
struct vfsmount {
	struct dentry *mnt_root;
	struct super_block *mnt_sb;
} KFG_KERNEL;
struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
} KFG_KERNEL;
struct file {
	unsigned int f_mode;
	struct inode *f_inode;
	struct path f_path;
	void *private_data;
} KFG_KERNEL;
struct list_head {
	struct list_head *next;
} KFG_KERNEL;
/* All mounts of a file system: a list of struct mount.mnt_instance up to 6.16, chained since */
struct super_block___list {
	struct list_head s_mounts;
} KFG_KERNEL;
struct super_block___chain {
	struct mount *s_mounts;
} KFG_KERNEL;
struct mount___list {
	struct list_head mnt_instance;
} KFG_KERNEL;
struct mount___chain {
	struct mount *mnt_next_for_sb;
} KFG_KERNEL;
struct ns_common___new {
	__u64 ns_id; /* 6.18 and later; before, mnt_namespace.seq */
} KFG_KERNEL;
struct mnt_namespace {
	struct ns_common___new ns;
	__u64 seq;
} KFG_KERNEL;
struct fs_struct {
	struct path root;
} KFG_KERNEL;
struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
	struct mnt_namespace *mnt_ns;
	int mnt_group_id;
	struct list_head mnt_share; /* its peers, in a circle */
} KFG_KERNEL;
struct linux_binprm {
	struct file *file;
} KFG_KERNEL;

struct files_struct;

/* fs/proc/internal.h, include/linux/pid.h */
struct hlist_node {
	struct hlist_node *next;
} KFG_KERNEL;
struct hlist_head {
	struct hlist_node *first;
} KFG_KERNEL;
struct pid {
	struct hlist_head tasks[4];
} KFG_KERNEL;
struct proc_inode {
	struct pid *pid;
	struct inode vfs_inode;
} KFG_KERNEL;
enum { KFG_PIDTYPE_PID };

/* include/linux/kernfs.h, cgroup-defs.h */
struct kernfs_node {
	const char *name;
	__u64 id;
} KFG_KERNEL;
struct kernfs_node___old {
	struct kernfs_node *parent; /* up to 6.14 */
} KFG_KERNEL;
struct kernfs_node___new {
	struct kernfs_node *__parent;
} KFG_KERNEL;
struct cgroup {
	struct kernfs_node *kn;
	int level;
	struct cgroup *ancestors[]; /* 6.1 and later */
} KFG_KERNEL;
struct css_set {
	struct cgroup *dfl_cgrp;
} KFG_KERNEL;

/* include/linux/sched.h, cred.h, nsproxy.h, mm_types.h */
struct user_namespace;
struct cred {
	struct user_namespace *user_ns;
} KFG_KERNEL;
struct nsproxy {
	struct mnt_namespace *mnt_ns;
} KFG_KERNEL;
struct mm_struct {
	struct file *exe_file;
} KFG_KERNEL;
struct task_struct {
	int pid;
	int tgid;
	__u64 start_boottime;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	struct hlist_node pid_links[4];
	const struct cred *real_cred;
	struct nsproxy *nsproxy;
	struct fs_struct *fs;
	struct files_struct *files;
	struct mm_struct *mm;
	struct css_set *cgroups;
} KFG_KERNEL;

/* include/linux/perf_event.h, include/uapi/linux/perf_event.h (sigtrap: 5.13 and later) */
struct perf_event_attr {
	__u64 sigtrap : 1;
} KFG_KERNEL;
struct hw_perf_event {
	struct task_struct *target;
} KFG_KERNEL;
struct perf_event {
	struct perf_event_attr attr;
	struct hw_perf_event hw;
} KFG_KERNEL;

/* include/linux/bpf.h */
struct bpf_map {
	__u32 id;
	enum bpf_map_type map_type;
	struct bpf_map *inner_map_meta; /* of a map of maps: what one in it is like */
} KFG_KERNEL;
struct kfg_guard_atomic64 {
	__s64 counter;
};
struct bpf_prog_aux {
	struct kfg_guard_atomic64 refcnt; /* kernel: atomic64_t */
	__u32 id;
	__u32 attach_btf_id; /* what it is to be attached to, in vmlinux, a module or another program; 0: not fixed */
	struct bpf_prog *dst_prog;
	__u32 used_map_cnt;
	struct bpf_map **used_maps;
	_Bool kprobe_write_ctx; /* 6.18 and later */
} KFG_KERNEL;
struct bpf_prog {
	__u16 kprobe_override : 1;
	__u32 len;
	enum bpf_prog_type type;
	enum bpf_attach_type expected_attach_type;
	struct bpf_prog_aux *aux;
	struct bpf_insn insnsi[0];
} KFG_KERNEL;

/* include/linux/security.h; the value is asked of the kernel */
enum lockdown_reason { LOCKDOWN_BPF_WRITE_USER = 17 };

/* include/uapi/linux/magic.h, include/linux/fs.h, include/linux/ptrace.h, include/uapi/linux/mount.h */
#define KFG_PROC_MAGIC 0x9fa0u
#define KFG_CGROUP2_MAGIC 0x63677270u
#define KFG_FMODE_WRITE 2u
#define KFG_PTRACE_ATTACH 2u
#define KFG_MS_MOVE 8192u
#define KFG_PROT_EXEC 4u /* include/uapi/asm-generic/mman-common.h */
#define KFG_ATTR_OWNER 7u /* ATTR_MODE, ATTR_UID, ATTR_GID (include/linux/fs.h) */
#define KFG_SIGINT 2
#define KFG_SIGTRAP 5
#define KFG_SIGTERM 15
#define KFG_IOC_DIRECTION(cmd) ((cmd) >> 30)
#define KFG_IOC_TYPE(cmd) (((cmd) >> 8) & 0xff)
#define KFG_IOC_TYPE_TERMINAL 'T' /* include/uapi/asm-generic/ioctls.h */
#define KFG_IOC_IN 1u /* _IOC_WRITE alone, include/uapi/asm-generic/ioctl.h: data goes in, and none comes back */
#define KFG_F_UNLCK 2u /* include/uapi/asm-generic/fcntl.h */
#define KFG_S_IFMT 0170000u /* include/uapi/linux/stat.h */
#define KFG_S_IFREG 0100000u
#define KFG_S_IFDIR 0040000u
/*
 * include/linux/fsnotify_backend.h: FS_OPEN_PERM, FS_ACCESS_PERM, FS_OPEN_EXEC_PERM, and since 6.14 FS_PRE_ACCESS, of
 * the same values as FAN_*; and a mark on an inode, as opposed to one on a mount or a file system
 */
#define KFG_FS_PERMISSION_EVENTS 0x170000ull
#define KFG_FSNOTIFY_INODE 0u
