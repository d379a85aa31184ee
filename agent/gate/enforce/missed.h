/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * missed.h - for the files of this room: calls that the kernel left the gate's programs out of, where BPF LSM does not
 * call them. The kernel counts them (recursion_misses of struct bpf_prog_info, 5.12 and later).
 */
#pragma once

#include "gate/enforce/gate_internal.h"

/* What was missed of a set, before it is taken off: it goes on to be counted. */
void kfg_missed_keep(struct kfg_gate *gate, uint64_t instance);
/* What was missed of this set before it was its turn is of no account. */
void kfg_missed_forget(struct kfg_gate *gate);

/*
 * A call of this process that asks kfgate_prog: begun by the first; then, if the kernel let it through, the second says
 * whether any copy was called, and, if not, takes it out of the count. Both are true where BPF LSM calls the gate.
 */
uint64_t kfg_missed_asked(const struct kfg_gate *gate);
bool kfg_missed_was_asked(struct kfg_gate *gate, uint64_t before);
#define KFG_MISSED_TRIES 100 /* to be asked again */
