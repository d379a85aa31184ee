/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * handover.bpf.h - which loads this set of programs decides, while another may be attached: see struct kfg_turn. An
 * agent is a process here, and not whoever has its pid later.
 */
#pragma once

#include "maps.bpf.h"
#include <kfgate/shared_words.h>

static __attribute__((noinline)) int kfg_handover_is_process(const struct kfg_process *process)
{
	__u64 start = kfg_process_start(process, bpf_get_current_pid_tgid() >> 32);
	struct task_struct *task;

	if (!start)
		return 0;
	task = (void *)bpf_get_current_task();
	return BPF_CORE_READ(task, group_leader, start_boottime) / KFG_TICK_NS == start;
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
	return KFG_SHARED_READ(kfg_turn.after) == kfg_instance;
}

/* Does it decide a load that began then? */
static __attribute__((always_inline)) inline int kfg_handover_is_mine(__u64 load_time)
{
	return kfg_turn_decider(&kfg_turn, load_time) == kfg_instance;
}
