/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flow.h - which instructions of an object a kernel's verifier gets to: constants are followed through registers and
 * the stack from the entry of each program that leads to a kfunc. What is not reached here, the verifier does not reach
 * either; the converse holds for guards as programs write them, not for everything the verifier can know.
 */
#pragma once

#include "analysis/scan/linkage.h"

/* What is taken for granted. */
enum kfg_flow_assumption {
	KFG_FLOW_ASSUME_NOTHING, /* the object as it is loaded by default, the kernel's configuration not known */
	KFG_FLOW_ASSUME_ANY_LOADER, /* programs that are off by default are on, .rodata is not known */
	KFG_FLOW_ASSUME_CONFIG_OFF, /* by default, all CONFIG_ externs 0, and so the version, if it is not known */
	KFG_FLOW_ASSUME_CONFIG_ON, /* by default, all CONFIG_ externs 1, and the version the highest */
};

struct kfg_flow {
	uint64_t *reached; /* owned: bit per place */
	uint64_t *contexts; /* owned: per function, bit per kind of program that gets there (linkage->contexts) */
	bool saw_rodata; /* a value came from .rodata, which the loader may set */
	bool saw_config; /* a value came from the kernel's configuration */
	bool unresolved; /* a CO-RE relocation was reached that the kernel has no answer to */
	uint32_t unresolved_place; /* the first such */
	bool gave_up; /* everything counts as reached */
};

/* Returns 0 or -ENOMEM. */
int kfg_flow_run(struct kfg_linkage *linkage, enum kfg_flow_assumption assumption, struct kfg_flow *ret_flow);
/*
 * The same by default, but path by path, as verifiers go: loops are walked round, and callees see the stack of their
 * callers. It takes longer and tells more, and is for where more matters. aims: for some uses of the object, whether it
 * is worth nothing once a call of them was reached; stops then. Returns 1; 0: *ret_flow tells nothing more, because all
 * aims were reached, or it took too long; -ENOMEM.
 */
int kfg_flow_run_paths(struct kfg_linkage *linkage, const bool *aims, struct kfg_flow *ret_flow);
void kfg_flow_done(struct kfg_flow *flow);

static inline bool kfg_flow_reached(const struct kfg_flow *flow, uint32_t place)
{
	return flow->reached[place / 64] >> (place % 64) & 1;
}
