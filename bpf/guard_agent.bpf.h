/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guard_agent.bpf.h - the agent's process: signals, memory, limits, its files in /proc, its cgroup, and what it runs.
 */
#pragma once

#include "guard_access.bpf.h"

/*
 * Signals that the kernel itself sends do not come here (check_kill_permission(), kernel/signal.c): not those of SysRq,
 * nor those of BPF programs (bpf_send_signal()). So what is counted here, PID 1 has sent.
 */
SEC("lsm/task_kill")
int BPF_PROG(kfgate_guard_kill, struct task_struct *task, void *info, int sig)
{
	if (!sig || !kfg_is_agent(task) || kfg_by_agent())
		return 0;
	if (!kfg_by_manager())
		return KFG_DENY(KFG_ATTEMPT_SIGNAL, sig);
	if (bpf_get_current_pid_tgid() >> 32 == 1 && (__u32)task->tgid == kfg_guard.agent.tgid &&
	    (sig == KFG_SIGTERM || sig == KFG_SIGINT))
		__sync_fetch_and_add(&kfg_guard.orders, 1);
	return 0;
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

static __always_inline int kfg_guard_limits(struct task_struct *task, __u32 detail)
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

/* The task that a file of /proc/PID, or of /proc/PID/task/TID, is about, or NULL. */
static __always_inline struct task_struct *kfg_proc_task(struct inode *inode)
{
	struct proc_inode *proc = (void *)inode - bpf_core_field_offset(struct proc_inode, vfs_inode);
	struct pid *pid = BPF_CORE_READ(proc, pid);
	struct hlist_node *first;

	if (!pid)
		return 0;
	first = BPF_CORE_READ(pid, tasks[KFG_PIDTYPE_PID].first);
	if (!first)
		return 0;
	return (void *)first - bpf_core_field_offset(struct task_struct, pid_links[KFG_PIDTYPE_PID]);
}

static __always_inline int kfg_guard_proc(struct file *file)
{
	struct task_struct *task;

	if (kfg_name_is(BPF_CORE_READ(file, f_path.dentry, d_name.name), kfg_tracing_switch))
		return KFG_DENY(KFG_ATTEMPT_SYSCTL, 0);
	task = kfg_proc_task(BPF_CORE_READ(file, f_inode));
	if (!task || !kfg_is_agent(task) || kfg_by_agent() || kfg_by_manager())
		return 0;
	return KFG_DENY(KFG_ATTEMPT_LIMIT, 0);
}

static const char kfg_cgroup_procs[KFG_GUARD_NAME] __attribute__((aligned(8))) = "cgroup.procs";
static const char kfg_cgroup_controllers[KFG_GUARD_NAME] __attribute__((aligned(8))) = "cgroup.subtree_control";
static const char kfg_memory_pressure[KFG_GUARD_NAME] __attribute__((aligned(8))) = "memory.pressure";

/*
 * The service manager must write files of the cgroups that are its own. Where it may not signal the agent, it may not
 * freeze, kill or starve it this way either (cgroup.freeze, memory.max, cpu.max, ...): it gets what starting other
 * services takes, to put processes into a cgroup and to choose controllers, and to wait for memory pressure.
 */
static __always_inline int kfg_manager_may_write(struct kernfs_node *node)
{
	const char *name = BPF_CORE_READ(node, name);

	if (!kfg_guard.strict)
		return 1;
	return kfg_name_is(name, kfg_cgroup_procs) || kfg_name_is(name, kfg_cgroup_controllers) ||
	       kfg_name_is(name, kfg_memory_pressure);
}

static __always_inline struct kernfs_node *kfg_node_parent(struct kernfs_node *node)
{
	struct kernfs_node___new *new = (void *)node;
	struct kernfs_node___old *old = (void *)node;

	if (bpf_core_field_exists(new->__parent))
		return BPF_CORE_READ(new, __parent);
	return BPF_CORE_READ(old, parent);
}

/*
 * Which cgroup a file is of is asked of kernfs: a file that is opened by its handle (open_by_handle_at(2)) has a dentry
 * without a name and without a directory (d_obtain_alias(), fs/dcache.c).
 */
static __always_inline int kfg_guard_cgroup(struct file *file)
{
	struct kernfs_node *node = BPF_CORE_READ(file, f_inode, i_private);
	__u64 id = BPF_CORE_READ(kfg_node_parent(node), id);
	int ours = 0;

#pragma unroll
	for (__u32 i = 0; i <= KFG_GUARD_LEVELS; i++)
		ours |= kfg_guard.cgroups[i] == id;
	if (!ours)
		return 0;
	if (!kfg_is_manager((struct task_struct *)bpf_get_current_task()))
		return KFG_DENY(KFG_ATTEMPT_CGROUP, 0);
	return kfg_manager_may_write(node) ? 0 : KFG_DENY(KFG_ATTEMPT_MANAGER, 0);
}

/*
 * perf_event_attr.sigtrap: the kernel signals the task that is watched. With CAP_PERFMON and CAP_KILL neither ptrace's
 * hook nor task_kill is asked (perf_check_permission(), kernel/events/core.c, 5.13 and later).
 */
SEC("lsm/perf_event_alloc")
int BPF_PROG(kfgate_guard_perf, struct perf_event *event)
{
	struct task_struct *task;

	if (!BPF_CORE_READ_BITFIELD_PROBED(event, attr.sigtrap))
		return 0;
	task = BPF_CORE_READ(event, hw.target);
	if (!task || !kfg_is_agent(task) || kfg_by_agent())
		return 0;
	return KFG_DENY(KFG_ATTEMPT_SIGNAL, KFG_SIGTRAP);
}

/* The agent runs what it had mapped when the guard was attached. It executes nothing, and maps no other code. */
SEC("lsm/bprm_check_security")
int BPF_PROG(kfgate_guard_no_exec, struct linux_binprm *bprm)
{
	if (!kfg_by_agent())
		return 0;
	return KFG_DENY(KFG_ATTEMPT_CODE, 0);
}

/*
 * What is asked for is the second argument of the hook, and of security_mmap_file(). The agent's personality adds
 * nothing to it (READ_IMPLIES_EXEC, mmap_prot(), security/security.c, 6.1..7.3).
 */
SEC("lsm/mmap_file")
int BPF_PROG(kfgate_guard_map_code, struct file *file, unsigned long asked)
{
	if (!(asked & KFG_PROT_EXEC) || bpf_get_current_pid_tgid() >> 32 != kfg_guard.agent.tgid || !kfg_by_agent())
		return 0;
	return KFG_DENY(KFG_ATTEMPT_CODE, 0);
}
