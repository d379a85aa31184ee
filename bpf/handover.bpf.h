/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * handover.bpf.h - which loads this set of programs decides, while another may be attached: see struct kfg_turn. An
 * agent is a process here, and not whoever has its pid later.
 */
#pragma once

#include "maps.bpf.h"

#define KFG_ONCE(x) (*(const volatile __u64 *)&(x))

static __attribute__((noinline)) int kfg_handover_is_process(const struct kfg_process *process)
{
	struct task_struct *task;

	if (!process->tgid || bpf_get_current_pid_tgid() >> 32 != process->tgid)
		return 0;
	task = (void *)bpf_get_current_task();
	return BPF_CORE_READ(task, group_leader, start_boottime) / KFG_TICK_NS == process->start;
}

/* Is the current task the agent of this set? */
static __attribute__((always_inline)) inline int kfg_handover_is_agent(void)
{
	return kfg_handover_is_process(&kfg_knobs.agent);
}

/* Is it another one that is about to take over? What it loads is decided by its own set, or by none. */
static __attribute__((always_inline)) inline int kfg_handover_is_successor(void)
{
	return kfg_handover_is_process(&kfg_turn.agent) && !kfg_handover_is_agent();
}

/* Does this set decide what begins now? */
static __attribute__((always_inline)) inline int kfg_handover_is_current(void)
{
	return KFG_ONCE(kfg_turn.after) == kfg_instance;
}

/* Does it decide a load that began then? The order of reading is part of the protocol; x86 keeps it. */
static __attribute__((always_inline)) inline int kfg_handover_is_mine(__u64 load_time)
{
	__u64 after = KFG_ONCE(kfg_turn.after);
	__u64 at = KFG_ONCE(kfg_turn.at_ns);
	__u64 before = KFG_ONCE(kfg_turn.before);

	return (load_time >= at ? after : before) == kfg_instance;
}
