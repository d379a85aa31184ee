/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * copies.bpf.h - which of the copies of kfgate_prog answers, and how many calls none did. Without BPF LSM the kernel
 * leaves a program out while another run of it is under way on the same CPU, that of a preempted task
 * (bpf_prog_get_recursion_context(), __bpf_prog_enter_recur(), kernel/bpf/trampoline.c, 6.1..7.3), and counts that:
 * recursion_misses. Copies are called in their order; the first that runs answers for all.
 *
 * Of the calls that the last copy is left out of, some were answered by one before it, which let them pass: that is
 * noted in kfg_answered, so that the rest can be counted.
 */
#pragma once

#include "maps.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, KFG_ANSWERED_MAX);
	__type(key, __u64);
	__type(value, struct kfg_answered);
} kfg_answered SEC(".maps");

/* A call that was answered, and that the last copy was left out of. */
static __attribute__((noinline)) int kfg_copy_count(void)
{
	struct kfg_answered *sum, first = { .copy = 1 };
	__u64 key = 0;

	sum = bpf_map_lookup_elem(&kfg_answered, &key);
	if (sum)
		__sync_fetch_and_add(&sum->copy, 1);
	else if (bpf_map_update_elem(&kfg_answered, &key, &first, BPF_NOEXIST) &&
		 (sum = bpf_map_lookup_elem(&kfg_answered, &key)))
		__sync_fetch_and_add(&sum->copy, 1);
	return 0;
}

/* Did a copy before this one answer the call? What stands there of another call is counted. */
static __attribute__((noinline)) __u32 kfg_copy_is_spared(struct bpf_prog *prog, __u32 copy)
{
	__u64 aux = (__u64)prog->aux, tid = bpf_get_current_pid_tgid();
	struct kfg_answered *is = bpf_map_lookup_elem(&kfg_answered, &tid);
	__u32 spared;

	if (!is)
		return 0;
	spared = is->copy < copy && is->aux == aux && is->load_time == prog->aux->load_time;
	if (spared && copy < KFG_COPIES)
		return 1;
	bpf_map_delete_elem(&kfg_answered, &tid);
	if (!spared)
		kfg_copy_count();
	return spared;
}

/* The call is let through by this copy. Those after it are called, and the last one ends it. */
static __attribute__((noinline)) int kfg_copy_answered(struct bpf_prog *prog, __u32 copy)
{
	struct kfg_answered answered = { .aux = (__u64)prog->aux, .copy = copy };
	__u64 tid = bpf_get_current_pid_tgid();

	if (copy >= KFG_COPIES)
		return 0;
	answered.load_time = prog->aux->load_time;
	bpf_map_update_elem(&kfg_answered, &tid, &answered, BPF_ANY);
	return 0;
}
