/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unseen.bpf.h - programs of which the gate knows nothing, where BPF LSM does not call it: they were loaded while none
 * of its programs was called, nor left out and counted, as function tracing was switched off (kernel.ftrace_enabled) or
 * links were taken off. An iterator asks no hook, so that what keeps the gate from being called does not keep it from
 * looking. Of those loaded from kfg_knobs.unseen_from up to unseen_until, the id goes to whoever reads.
 */
#pragma once

#include "answer.bpf.h"

static long kfg_step_calls(__u32 i, void *ctx)
{
	__u64 *insns = ctx;
	__u16 first = 0;

	if (bpf_probe_read_kernel(&first, sizeof(first), (void *)(insns[0] + (__u64)i * sizeof(struct bpf_insn))))
		return 1;
	insns[1] = first == KFG_CALL;
	return insns[1];
}

/* Does it hold a kfunc call? Of programs that nobody waits for: one instruction at a time. */
static __attribute__((noinline)) __u64 kfg_calls_any(struct bpf_prog *prog)
{
	__u64 insns[2] = { (__u64)prog + bpf_core_field_offset(struct bpf_prog, insnsi), 0 };
	__u32 len = BPF_CORE_READ(prog, len);

	bpf_loop(len < 1 << 20 ? len : 1 << 20, kfg_step_calls, insns, 0);
	return insns[1];
}

SEC("?iter/bpf_prog")
int kfgate_unseen(struct bpf_iter__bpf_prog *ctx)
{
	struct bpf_prog *prog = ctx->prog;
	__u64 aux, load_time;
	__u32 id;

	if (!prog)
		return 0;
	aux = (__u64)BPF_CORE_READ(prog, aux);
	load_time = BPF_CORE_READ(prog, aux, load_time);
	id = BPF_CORE_READ(prog, aux, id);
	/* the next agent's are not for this set to judge */
	if (!id || load_time < kfg_knobs.unseen_from || load_time >= kfg_knobs.unseen_until ||
	    load_time < kfg_knobs.start_ns || !kfg_handover_is_mine(load_time) ||
	    kfg_turn.agent.tgid != kfg_knobs.agent.tgid)
		return 0;
	if (bpf_map_lookup_elem(&kfg_loads, &aux) || bpf_map_lookup_elem(&kfg_loaders, &aux) || !kfg_calls_any(prog))
		return 0;
	bpf_seq_write(ctx->meta->seq, &id, sizeof(id));
	return 0;
}
