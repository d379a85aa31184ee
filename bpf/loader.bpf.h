/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loader.bpf.h - who loads: facts about the current task into the event and the subject. To be called only where the
 * current task is the loader: in stage 1, and in stage 2 for a load in progress.
 */
#pragma once

#include "turn.bpf.h"

#define KFG_LEVELS_MAX 128u /* of a path: the unit stands among the first */

/* Appends the name of one more ancestor to the path; the first that is no slice is the unit. */
static long kfg_step_cgroup(__u32 i, void *ctx)
{
	struct kfg_walk *w = ctx;
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;
	struct cgroup *leaf = (struct cgroup *)s->cgroup, *cgroup = 0;
	const char *name;
	__u32 at = s->path_len & (KFG_CGROUP_LEN - 1), last;
	char first = 0, *unit = &s->decision.subject.text[KFG_TEXT_UNIT];
	long n;

	/* level 0 is the root, which has no name */
	bpf_probe_read_kernel(&cgroup, sizeof(cgroup),
			      (void *)leaf + bpf_core_field_offset(struct cgroup, ancestors) +
			      (__u64)(i + 1) * 8);
	if (!cgroup)
		return 1;
	name = BPF_CORE_READ(cgroup, kn, name);
	if (!s->unit_found) {
		/* a leading '_' only keeps names apart from the kernel's (cg_escape(), src/basic/cgroup-util.c) */
		bpf_probe_read_kernel(&first, sizeof(first), name);
		n = bpf_probe_read_kernel_str(unit, KFG_UNIT_LEN, name + (first == '_'));
		if (n < 2)
			return 1;
		last = n - 2; /* index of the last character */
		if (n >= KFG_UNIT_LEN) {
			/* a name that was cut must match nothing */
			unit[0] = 0;
			s->unit_found = 1;
		/* "*.slice" goes on; compare backwards within the buffer */
		} else if (last >= 6 && last < KFG_UNIT_LEN && unit[last] == 'e' &&
		    unit[(last - 1) & (KFG_UNIT_LEN - 1)] == 'c' &&
		    unit[(last - 2) & (KFG_UNIT_LEN - 1)] == 'i' &&
		    unit[(last - 3) & (KFG_UNIT_LEN - 1)] == 'l' &&
		    unit[(last - 4) & (KFG_UNIT_LEN - 1)] == 's' &&
		    unit[(last - 5) & (KFG_UNIT_LEN - 1)] == '.')
			unit[0] = 0;
		else
			s->unit_found = 1;
	}
	if (at >= KFG_CGROUP_LEN / 2)
		return 0;
	s->event.cgroup[at] = '/';
	n = bpf_probe_read_kernel_str(&s->event.cgroup[at + 1], KFG_CGROUP_LEN / 2 - 1, name);
	if (n > 0)
		s->path_len = at + n;
	return 0;
}

/*
 * Path and unit of the current task's cgroup in the unified hierarchy. The unit is the first component from the root
 * that is no slice, as systemd itself reads a path (cg_path_get_unit(), src/basic/cgroup-util.c, v252..v262).
 */
static __attribute__((noinline)) int kfg_fill_cgroup(struct kfg_walk *w)
{
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;
	struct task_struct *task = (void *)bpf_get_current_task();
	struct cgroup *cgroup = BPF_CORE_READ(task, cgroups, dfl_cgrp);
	__u32 level;

	s->cgroup = (__u64)cgroup;
	s->event.cgroup_id = BPF_CORE_READ(cgroup, kn, id);
	level = BPF_CORE_READ(cgroup, level);
	bpf_loop(level < KFG_LEVELS_MAX ? level : KFG_LEVELS_MAX, kfg_step_cgroup, w, 0);
	if (!s->unit_found)
		s->decision.subject.text[KFG_TEXT_UNIT] = 0;
	bpf_probe_read_kernel_str(s->event.unit, sizeof(s->event.unit),
				  &s->decision.subject.text[KFG_TEXT_UNIT]);
	return 0;
}

/*
 * Path of the loader's executable as d_path() sees it from the loader's root directory. It stands for a rule's `exes`
 * only where that root is the agent's: in a container the same path is another file. And only where the mounts are
 * those of the agent's user namespace: whoever has one of his own may lay any file over any path (services with
 * mounts of their own have them from the host's root).
 */
static __attribute__((noinline)) int kfg_fill_exe(struct kfg_scratch *s)
{
	struct task_struct *task = (void *)bpf_get_current_task_btf();
	char *exe = s->event.exe;
	long n = -1;

	if (bpf_get_task_exe_file && bpf_path_d_path && bpf_put_file) {
		struct file *file = bpf_get_task_exe_file((void *)bpf_get_current_task_btf());

		if (file) {
			n = bpf_path_d_path(&file->f_path, exe, KFG_EXE_LEN);
			bpf_put_file(file);
		}
	} else {
		task = (void *)bpf_get_current_task_btf();
		if (task->mm && task->mm->exe_file)
			n = bpf_d_path(&task->mm->exe_file->f_path, exe, KFG_EXE_LEN);
	}
	if (n <= 0 || n > KFG_EXE_LEN) {
		exe[0] = 0;
		return 0;
	}
	if ((__u64)BPF_CORE_READ(task, fs, root.dentry) == kfg_knobs.root_dentry &&
	    (__u64)BPF_CORE_READ(task, nsproxy, mnt_ns, user_ns) == kfg_knobs.mounts_owner)
		bpf_probe_read_kernel_str(&s->decision.subject.text[KFG_TEXT_EXE], KFG_EXE_LEN, exe);
	return 0;
}

/* Keeps what became of the load and who loaded it, for later fds. Returns non-zero when there is no room. */
static __attribute__((noinline)) int kfg_keep_loader(struct kfg_scratch *s, __u32 refused)
{
	s->loader.load_time = s->load_time;
	s->loader.refused = refused;
	s->loader.uid = s->event.uid;
	s->loader.gid = s->event.gid;
	s->loader.pid = s->event.pid;
	s->loader.tid = s->event.tid;
	s->loader.cgroup_id = s->event.cgroup_id;
	s->loader.userns = s->event.userns;
	__builtin_memcpy(s->loader.comm, s->event.comm, sizeof(s->loader.comm));
	bpf_probe_read_kernel_str(s->loader.unit, KFG_UNIT_LEN, &s->decision.subject.text[KFG_TEXT_UNIT]);
	bpf_probe_read_kernel_str(s->loader.exe, KFG_EXE_LEN, &s->decision.subject.text[KFG_TEXT_EXE]);
	return bpf_map_update_elem(&kfg_loaders, &s->aux, &s->loader, BPF_ANY);
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
		s->decision.subject.initial = l->userns == KFG_USERNS_INITIAL;
		s->event.loader_known = 1;
		__builtin_memcpy(s->event.comm, l->comm, sizeof(l->comm));
		bpf_probe_read_kernel_str(s->event.unit, KFG_UNIT_LEN, l->unit);
		bpf_probe_read_kernel_str(s->event.exe, KFG_EXE_LEN, l->exe);
		bpf_probe_read_kernel_str(&s->decision.subject.text[KFG_TEXT_UNIT], KFG_UNIT_LEN, l->unit);
		bpf_probe_read_kernel_str(&s->decision.subject.text[KFG_TEXT_EXE], KFG_EXE_LEN, l->exe);
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
	s->decision.subject.is_agent = kfg_is_agent();
	bpf_get_current_comm(s->event.comm, sizeof(s->event.comm));
	kfg_fill_cgroup(w);
	kfg_fill_exe(s);
	kfg_subject_hash(w, KFG_DIM_UNIT);
	kfg_subject_hash(w, KFG_DIM_EXE);
	return 0;
}
