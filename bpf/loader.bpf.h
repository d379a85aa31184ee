/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loader.bpf.h - who loads: facts about the current task into the event and the subject. To be called only where the
 * current task is the loader: in stage 1, and in stage 2 for a load in progress.
 */
#pragma once

#include "handover.bpf.h"
#include "placement.bpf.h"

/* Appends the name of one more ancestor to the path. What has no room pushes the beginning out. */
static long kfg_step_cgroup(__u32 i, void *ctx)
{
	struct kfg_walk *w = ctx;
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;
	struct cgroup *cgroup = kfg_ancestor((struct cgroup *)s->cgroup, s->path_skip + i + 1);
	__u32 at = s->path_len & (KFG_CGROUP_LEN - 1);
	long n;

	if (!cgroup)
		return 1;
	s->path[at] = '/';
	n = bpf_probe_read_kernel_str(&s->path[at + 1], KFG_COMPONENT_LEN, BPF_CORE_READ(cgroup, kn, name));
	if (n < 1)
		return 1;
	at += n;
	if (at >= KFG_CGROUP_LEN) {
		/* copied from the front to the back (mm/maccess.c, 6.1..7.3), so that the two may overlap */
		bpf_probe_read_kernel(s->path, KFG_CGROUP_LEN, s->path + KFG_COMPONENT_LEN);
		at -= KFG_COMPONENT_LEN;
		s->path_cut = 1;
	}
	s->path_len = at;
	return 0;
}

/* The path of the task's cgroup, from the root of the unified hierarchy, whatever namespace the task is in. */
static __attribute__((noinline)) int kfg_fill_path(struct kfg_walk *w)
{
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;
	struct cgroup *cgroup = (struct cgroup *)s->cgroup; /* libbpf would look for a kernel's struct kfg_scratch */
	__u32 level = BPF_CORE_READ(cgroup, level);

	if (level > KFG_LEVELS_MAX) {
		s->path_skip = level - KFG_LEVELS_MAX;
		s->path_cut = 1;
	}
	s->path[0] = '/';
	bpf_loop(level < KFG_LEVELS_MAX ? level : KFG_LEVELS_MAX, kfg_step_cgroup, w, 0);
	if (s->path_cut)
		__builtin_memcpy(s->path, KFG_CGROUP_CUT, sizeof(KFG_CGROUP_CUT) - 1);
	bpf_probe_read_kernel_str(s->event.cgroup, KFG_CGROUP_LEN, s->path);
	bpf_probe_read_kernel_str(&s->decision.subject.text[KFG_TEXT_CGROUP], KFG_CGROUP_LEN, s->path);
	return 0;
}

/* Path and unit of the current task's cgroup in the unified hierarchy. */
static __attribute__((noinline)) int kfg_fill_cgroup(struct kfg_walk *w)
{
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;
	struct task_struct *task = (void *)bpf_get_current_task();
	struct cgroup *cgroup = BPF_CORE_READ(task, cgroups, dfl_cgrp), *in = (struct cgroup *)s->unit;
	char first = 0, *unit = &s->decision.subject.text[KFG_TEXT_UNIT];
	const char *name;

	s->cgroup = (__u64)cgroup;
	s->event.cgroup_id = BPF_CORE_READ(cgroup, kn, id);
	kfg_fill_path(w);
	if (!in)
		return 0;
	name = BPF_CORE_READ(in, kn, name);
	/* a leading '_' only keeps names apart from the kernel's (cg_escape(), src/basic/cgroup-util.c) */
	bpf_probe_read_kernel(&first, sizeof(first), name);
	if (bpf_probe_read_kernel_str(unit, KFG_UNIT_LEN, name + (first == '_')) >= KFG_UNIT_LEN)
		unit[0] = 0;
	bpf_probe_read_kernel_str(s->event.unit, sizeof(s->event.unit), unit);
	return 0;
}

static __attribute__((noinline)) int kfg_identify(struct kfg_file_id *id, struct file *file)
{
	struct inode *inode = BPF_CORE_READ(file, f_inode);

	id->ino = BPF_CORE_READ(inode, i_ino);
	id->dev = BPF_CORE_READ(inode, i_sb, s_dev);
	id->generation = BPF_CORE_READ(inode, i_generation);
	return 0;
}

static __attribute__((always_inline)) inline struct mnt_namespace *kfg_mounts_of(struct vfsmount *mnt)
{
	struct mount *mount = (void *)mnt - bpf_core_field_offset(struct mount, mnt);

	return BPF_CORE_READ(mount, mnt_ns);
}

/* Numbers and mounts of the loader's executable. */
static __attribute__((noinline)) int kfg_note_exe(struct kfg_scratch *s, struct file *file)
{
	kfg_identify(&s->event.exe_file, file);
	s->exe_mounts = (__u64)kfg_mounts_of(BPF_CORE_READ(file, f_path.mnt));
	/* as d_unlinked() has it (include/linux/dcache.h, 6.1..7.3) */
	s->exe_deleted = !BPF_CORE_READ(file, f_path.dentry, d_hash.pprev);
	return 0;
}

static __attribute__((always_inline)) inline void kfg_push_name(struct kfg_path_walk *p, struct dentry *dentry)
{
	p->names[p->n_names % KFG_PATH_NAMES] = (__u64)BPF_CORE_READ(dentry, d_name.name);
	p->n_names++;
}

/* One step up: as prepend_path() goes (fs/d_path.c, 6.1..7.3). */
static long kfg_step_path_up(__u32 i, void *ctx)
{
	struct kfg_path_walk *p = *(struct kfg_path_walk **)ctx;
	struct dentry *dentry = (void *)p->at_dentry, *parent;
	struct mount *mount = (void *)p->at_mount, *up;

	p->ended = 1;
	if (p->at_dentry == p->to_dentry && p->at_mount == p->to_mount)
		return 1;
	if (dentry == BPF_CORE_READ(mount, mnt.mnt_root)) {
		up = BPF_CORE_READ(mount, mnt_parent);
		if (up == mount)
			return 1;
		p->at_dentry = (__u64)BPF_CORE_READ(mount, mnt_mountpoint);
		p->at_mount = (__u64)up;
	} else {
		parent = BPF_CORE_READ(dentry, d_parent);
		p->ended = p->n_names < KFG_PATH_NAMES;
		if (!p->ended)
			return 1;
		kfg_push_name(p, dentry);
		if (parent == dentry)
			return 1; /* a file that is in no directory */
		p->at_dentry = (__u64)parent;
	}
	p->ended = 0;
	return 0;
}

static long kfg_step_path_down(__u32 i, void *ctx)
{
	struct kfg_scratch *s = *(struct kfg_scratch **)ctx;
	__u32 at = s->path_len, left = s->names.n_names;
	long n;

	if (!left || at >= KFG_EXE_LEN)
		return 1;
	left--;
	s->path[at % KFG_EXE_LEN] = '/';
	n = bpf_probe_read_kernel_str(&s->path[at % KFG_EXE_LEN + 1], KFG_COMPONENT_LEN,
				      (void *)s->names.names[left % KFG_PATH_NAMES]);
	if (n < 1)
		return 1;
	s->names.n_names = left;
	s->path_len = at + n;
	return 0;
}

/*
 * What bpf_path_d_path() does, for programs that may not call it: the file's path as the task sees it. Nobody keeps the
 * names from changing meanwhile. Its length with the NUL, or negative.
 */
static __attribute__((noinline)) long kfg_walk_path(struct kfg_scratch *s, struct file *file)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct vfsmount *mnt = BPF_CORE_READ(file, f_path.mnt), *root = BPF_CORE_READ(task, fs, root.mnt);
	struct kfg_path_walk *p = &s->names;

	p->n_names = s->path_len = 0;
	p->at_dentry = (__u64)BPF_CORE_READ(file, f_path.dentry);
	p->at_mount = (__u64)mnt - bpf_core_field_offset(struct mount, mnt);
	p->to_dentry = (__u64)BPF_CORE_READ(task, fs, root.dentry);
	p->to_mount = (__u64)root - bpf_core_field_offset(struct mount, mnt);
	bpf_loop(2 * KFG_PATH_NAMES, kfg_step_path_up, &p, 0);
	if (!p->ended)
		return -1;
	bpf_loop(KFG_PATH_NAMES, kfg_step_path_down, &s, 0);
	if (p->n_names || !s->path_len || s->path_len >= KFG_EXE_LEN)
		return -1;
	return bpf_probe_read_kernel_str(s->event.exe, KFG_EXE_LEN, s->path);
}

/*
 * Path of the loader's executable as d_path() sees it from the loader's root directory, and whether that is a path of
 * the host: of what process 1 has for mounts and root directory. The file's own mount is asked, not the loader's: it
 * may have been executed through /proc/PID/root of another. A deleted file is at no path.
 */
static __attribute__((noinline)) int kfg_read_exe(struct kfg_scratch *s)
{
	struct task_struct *task = (void *)bpf_get_current_task_btf(), *first;
	struct pid_namespace *pids = (void *)kfg_addresses.init_pid_ns;
	struct file *file = 0;
	long n = -1;

	if (kfg_hooking != KFG_HOOKING_LSM) {
		file = BPF_CORE_READ(task, mm, exe_file);
		if (file) {
			n = kfg_walk_path(s, file);
			kfg_note_exe(s, file);
		}
	} else if (bpf_get_task_exe_file && bpf_path_d_path && bpf_put_file) {
		file = bpf_get_task_exe_file((void *)bpf_get_current_task_btf());
		if (file) {
			n = bpf_path_d_path(&file->f_path, s->event.exe, KFG_EXE_LEN);
			kfg_note_exe(s, file);
			bpf_put_file(file);
		}
	} else {
		task = (void *)bpf_get_current_task_btf();
		if (task->mm && task->mm->exe_file) {
			n = bpf_d_path(&task->mm->exe_file->f_path, s->event.exe, KFG_EXE_LEN);
			kfg_note_exe(s, BPF_CORE_READ(task, mm, exe_file));
		}
	}
	if (n <= 0 || n > KFG_EXE_LEN) {
		s->event.exe[0] = 0;
		return 0;
	}
	first = BPF_CORE_READ(pids, child_reaper);
	if (s->exe_deleted || BPF_CORE_READ(task, fs, root.dentry) != BPF_CORE_READ(first, fs, root.dentry))
		return 0;
	s->event.exe_is = KFG_EXE_OTHER;
	if (BPF_CORE_READ(task, fs, root.mnt) == BPF_CORE_READ(first, fs, root.mnt) &&
	    s->exe_mounts == (__u64)BPF_CORE_READ(first, nsproxy, mnt_ns))
		s->event.exe_is = KFG_EXE_HOST;
	return 0;
}

/*
 * The loader's executable into the event, and into the subject where its path is the host's. In a view of its own
 * (a service with PrivateTmp=, or somebody who mounted a file of his own there) the path counts only for the very file
 * that the agent found under it.
 */
static __attribute__((noinline)) int kfg_fill_exe(struct kfg_walk *w)
{
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;
	struct kfg_file_id *want, *is = &s->event.exe_file;
	char *text = &s->decision.subject.text[KFG_TEXT_EXE];

	kfg_read_exe(s);
	if (s->event.exe_is != KFG_EXE_FOREIGN)
		bpf_probe_read_kernel_str(text, KFG_EXE_LEN, s->event.exe);
	kfg_subject_hash(w, KFG_DIM_EXE);
	if (s->event.exe_is != KFG_EXE_OTHER)
		return 0;
	want = bpf_map_lookup_elem(&kfg_files, &s->decision.subject.hash[KFG_DIM_EXE]);
	if (want && is->ino == want->ino && is->dev == want->dev && is->generation == want->generation) {
		s->event.exe_is = KFG_EXE_SAME;
		return 0;
	}
	if (!want)
		s->event.exe_is = KFG_EXE_FOREIGN;
	text[0] = 0;
	kfg_subject_hash(w, KFG_DIM_EXE);
	return 0;
}

/* Keeps what became of the load and who loaded it, for later fds. Returns non-zero when there is no room. */
static __attribute__((noinline)) int kfg_keep_loader(struct kfg_scratch *s, __u32 refused)
{
	s->loader.account = s->account;
	s->loader.fds_refused = 0;
	s->loader.load_time = s->load_time;
	s->loader.refused = refused;
	s->loader.uid = s->event.uid;
	s->loader.gid = s->event.gid;
	s->loader.pid = s->event.pid;
	s->loader.tid = s->event.tid;
	s->loader.cgroup_id = s->event.cgroup_id;
	s->loader.userns = s->event.userns;
	s->loader.exe_file = s->event.exe_file;
	s->loader.exe_is = s->event.exe_is;
	s->loader.signature = s->inflight.signature;
	s->loader.signed_by = s->inflight.signed_by;
	__builtin_memcpy(s->loader.comm, s->event.comm, sizeof(s->loader.comm));
	bpf_probe_read_kernel_str(s->loader.unit, KFG_UNIT_LEN, &s->decision.subject.text[KFG_TEXT_UNIT]);
	bpf_probe_read_kernel_str(s->loader.exe, KFG_EXE_LEN, &s->decision.subject.text[KFG_TEXT_EXE]);
	bpf_probe_read_kernel_str(s->loader.cgroup, KFG_CGROUP_LEN, s->event.cgroup);
	if (!KFG_MAY_ENTER(kfg_loaders, s->account))
		return 1;
	return KFG_ENTER(kfg_loaders, &s->aux, &s->loader);
}

/* The loader of a program that was loaded before: what was kept of it, else nobody, whom no rule's `loaders` mean. */
static __attribute__((noinline)) int kfg_recall_loader(struct kfg_walk *w)
{
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;
	struct kfg_loader *l = bpf_map_lookup_elem(&kfg_loaders, &s->aux);

	s->event.pid = s->event.tid = 0;
	s->decision.subject.uid = KFG_UID_UNKNOWN;
	if (l) {
		s->event.uid = s->decision.subject.uid = l->uid;
		s->event.gid = l->gid;
		s->event.pid = l->pid;
		s->event.tid = l->tid;
		s->event.cgroup_id = l->cgroup_id;
		s->event.userns = l->userns;
		s->event.exe_file = l->exe_file;
		s->event.exe_is = l->exe_is;
		s->decision.subject.initial = l->userns == KFG_USERNS_INITIAL;
		s->event.loader_known = 1;
		__builtin_memcpy(s->event.comm, l->comm, sizeof(l->comm));
		bpf_probe_read_kernel_str(s->event.unit, KFG_UNIT_LEN, l->unit);
		bpf_probe_read_kernel_str(s->event.exe, KFG_EXE_LEN, l->exe);
		bpf_probe_read_kernel_str(s->event.cgroup, KFG_CGROUP_LEN, l->cgroup);
		bpf_probe_read_kernel_str(&s->decision.subject.text[KFG_TEXT_UNIT], KFG_UNIT_LEN, l->unit);
		bpf_probe_read_kernel_str(&s->decision.subject.text[KFG_TEXT_EXE], KFG_EXE_LEN, l->exe);
		bpf_probe_read_kernel_str(&s->decision.subject.text[KFG_TEXT_CGROUP], KFG_CGROUP_LEN, l->cgroup);
	}
	kfg_subject_hash(w, KFG_DIM_UNIT);
	kfg_subject_hash(w, KFG_DIM_EXE);
	return 0;
}

static __attribute__((noinline)) int kfg_fill_loader(struct kfg_walk *w)
{
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;
	__u64 ids = bpf_get_current_uid_gid();
	struct task_struct *task = (void *)bpf_get_current_task();

	s->event.uid = s->decision.subject.uid = ids;
	s->event.gid = ids >> 32;
	s->event.loader_known = 1;
	s->event.userns = BPF_CORE_READ(task, cred, user_ns, ns.inum);
	s->decision.subject.initial = s->event.userns == KFG_USERNS_INITIAL;
	s->decision.subject.is_agent = kfg_handover_is_agent();
	bpf_get_current_comm(s->event.comm, sizeof(s->event.comm));
	kfg_fill_cgroup(w);
	kfg_fill_exe(w);
	kfg_subject_hash(w, KFG_DIM_UNIT);
	return 0;
}
