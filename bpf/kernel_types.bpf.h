/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel_types.bpf.h - the kernel's structs, with only the fields we read; CO-RE finds where they are. Field
 * names hold in 6.1, 6.12, 7.0, 7.2 and 7.3 unless said otherwise.
 */
#pragma once

#include "kernel_access.bpf.h"
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

typedef _Bool bool;

struct module;
struct bpf_token;

/* include/linux/btf.h, kernel/bpf/btf.c */
struct btf {
	struct btf_type **types;
	const char *strings;
	__u32 nr_types;
	struct btf *base_btf;
	__u32 start_id;
	__u32 start_str_off;
	char name[64];
} KFG_KERNEL;
struct btf_type {
	__u32 name_off;
	__u32 info;
} KFG_KERNEL;

/* kernel/bpf/verifier.c */
struct bpf_kfunc_btf {
	struct btf *btf;
	struct module *module;
	__u16 offset;
} KFG_KERNEL;
struct bpf_kfunc_btf_tab {
	struct bpf_kfunc_btf descs[256];
	__u32 nr_descs;
} KFG_KERNEL;

/* include/linux/bpf.h */
struct kfg_atomic64 {
	__s64 counter;
};
struct bpf_prog;
struct bpf_map;
struct bpf_prog_aux {
	struct kfg_atomic64 refcnt; /* kernel: atomic64_t */
	__u32 id;
	__u64 load_time; /* ns since boot; set before any of our hooks runs (kernel/bpf/syscall.c) */
	char name[KFG_PROG_LEN];
	struct bpf_kfunc_btf_tab *kfunc_btf_tab;
	struct btf *btf;
	struct bpf_func_info *func_info; /* the first is the program's main function; NULL before verification */
	struct bpf_line_info *linfo;
	__u32 nr_linfo;
	struct bpf_token *token; /* 6.9 and later */
	struct btf *attach_btf; /* what the program is to be attached to */
	__u32 attach_btf_id;
	struct bpf_prog *dst_prog; /* of an EXT program, until it is attached: what it replaces a function of */
	enum bpf_prog_type saved_dst_prog_type;
	__u32 used_map_cnt;
	struct bpf_map **used_maps;
	struct { /* 7.2 and later */
		__s32 keyring_serial;
		__u8 keyring_type; /* enum bpf_sig_keyring */
		__u8 verdict; /* enum bpf_sig_verdict */
	} sig;
} KFG_KERNEL;
struct bpf_prog {
	__u32 len;
	enum bpf_prog_type type;
	enum bpf_attach_type expected_attach_type;
	__u8 tag[8];
	struct bpf_prog_aux *aux;
	unsigned int (*bpf_func)(const void *ctx, const struct bpf_insn *insn); /* where its code begins */
	__u32 jited_len; /* of it */
	struct bpf_insn insnsi[0];
} KFG_KERNEL;
struct bpf_map_ops {
	long (*map_update_elem)(void);
} KFG_KERNEL;
struct bpf_map {
	const struct bpf_map_ops *ops;
	enum bpf_map_type map_type;
	__u32 value_size;
	bool frozen;
	char *excl_prog_sha; /* 6.18 and later */
} KFG_KERNEL;
struct bpf_array {
	char value[0];
} KFG_KERNEL;

struct seq_file;
struct bpf_iter_meta {
	struct seq_file *seq;
} KFG_KERNEL;

/* include/linux/kernfs.h, include/linux/cgroup-defs.h */
struct kernfs_node {
	const char *name;
	__u64 id;
} KFG_KERNEL;
struct cgroup {
	struct kernfs_node *kn;
	int level;
	struct cgroup *ancestors[]; /* 6.1 and later */
} KFG_KERNEL;
struct css_set {
	struct cgroup *dfl_cgrp;
} KFG_KERNEL;

/* include/linux/fs.h, dcache.h, mount.h, fs_struct.h, fs/mount.h */
struct hlist_bl_node {
	struct hlist_bl_node *next, **pprev;
} KFG_KERNEL;
struct qstr {
	const unsigned char *name;
} KFG_KERNEL;
struct dentry {
	struct hlist_bl_node d_hash;
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
} KFG_KERNEL;
struct mnt_namespace;
struct super_block {
	__u32 s_dev;
	unsigned long s_magic;
} KFG_KERNEL;
struct inode {
	struct super_block *i_sb;
	unsigned long i_ino;
	__u32 i_generation;
} KFG_KERNEL;
struct vfsmount {
	struct dentry *mnt_root;
} KFG_KERNEL;
struct mount {
	struct vfsmount mnt;
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct mnt_namespace *mnt_ns;
} KFG_KERNEL;
struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
} KFG_KERNEL;
struct file {
	struct path f_path;
	struct inode *f_inode;
	void *private_data;
} KFG_KERNEL;
struct files_struct;
struct fs_struct {
	struct path root;
} KFG_KERNEL;

/* include/linux/nsproxy.h, ns_common.h, user_namespace.h, pid_namespace.h, pid.h, cred.h, mm_types.h, sched.h */
struct nsproxy {
	struct mnt_namespace *mnt_ns;
} KFG_KERNEL;
struct ns_common {
	unsigned int inum;
} KFG_KERNEL;
struct user_namespace {
	struct ns_common ns;
} KFG_KERNEL;
struct cred {
	struct user_namespace *user_ns;
} KFG_KERNEL;
struct mm_struct {
	struct file *exe_file;
} KFG_KERNEL;
struct pid_namespace;
struct bpf_local_storage;
struct upid {
	int nr;
	struct pid_namespace *ns;
} KFG_KERNEL;
struct pid {
	struct upid numbers[1];
} KFG_KERNEL;
/* include/net/sock.h, include/linux/net.h */
struct sock_common {
	unsigned short skc_family;
} KFG_KERNEL;
struct sock {
	struct sock_common __sk_common;
	struct pid *sk_peer_pid;
} KFG_KERNEL;
/* include/net/af_unix.h */
struct sockaddr_un {
	unsigned short sun_family;
} KFG_KERNEL;
struct unix_address {
	int len;
	struct sockaddr_un name[];
} KFG_KERNEL;
struct unix_sock {
	struct unix_address *addr;
	struct sock *peer;
} KFG_KERNEL;
struct socket {
	struct sock *sk;
} KFG_KERNEL;
struct task_struct {
	int tgid;
	struct mm_struct *mm;
	struct fs_struct *fs;
	struct files_struct *files;
	struct nsproxy *nsproxy;
	const struct cred *cred;
	struct css_set *cgroups;
	struct task_struct *group_leader;
	struct pid *thread_pid;
	__u64 start_boottime; /* ns */
	struct bpf_local_storage *bpf_storage; /* what BPF programs keep with the task; NULL: nothing */
	__u64 self_exec_id; /* counts what the process executed; inherited (begin_new_exec(), fs/exec.c) */
} KFG_KERNEL;
struct pid_namespace {
	struct task_struct *child_reaper;
} KFG_KERNEL;
/* include/linux/binfmts.h */
struct linux_binprm {
	struct file *file;
} KFG_KERNEL;

/* kfuncs, each optional: bpf_rdonly_cast and bpf_rcu_read_* are in 6.2 and later, the others in 6.12 and later */
extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __ksym __weak;
extern struct file *bpf_get_task_exe_file(struct task_struct *task) __ksym __weak;
extern void bpf_put_file(struct file *file) __ksym __weak;
extern int bpf_path_d_path(struct path *path, char *buf, __u64 buf__sz) __ksym __weak;
extern void bpf_rcu_read_lock(void) __ksym __weak;
extern void bpf_rcu_read_unlock(void) __ksym __weak;
