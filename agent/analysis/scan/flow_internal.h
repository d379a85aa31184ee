/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flow_internal.h - one run of the flow: flow.c, or paths.c path by path, says what is looked at next, flow_step.c what
 * an instruction does, flow_entries.c where it begins.
 */
#pragma once

#include "analysis/scan/flow.h"
#include "analysis/scan/frame.h"

/* What a function returns, as far as it was seen to return. */
struct kfg_flow_result {
	bool seen;
	uint8_t n_joins;
	struct kfg_value value;
};

struct kfg_flow_way;

struct kfg_flow_state {
	const struct kfg_flow_way *way;
	struct kfg_linkage *linkage;
	const struct kfg_object_code *code;
	enum kfg_flow_assumption assumption;
	struct kfg_flow *flow;
	struct kfg_frame **frames; /* owned: per block, what is known where it starts; NULL: not reached */
	uint8_t *n_joins; /* owned: per block */
	uint64_t *pending; /* owned: bit per block */
	uint32_t cursor; /* no block before this one is pending, in words of that */
	struct kfg_flow_result *returns; /* owned: per function */
	struct kfg_paths *paths; /* of paths.c; else NULL */
	const struct kfg_code_func *func; /* that is walked through */
	uint32_t n_frames;
	uint64_t steps; /* left */
	bool no_memory;
};

/* Where an instruction leaves control. */
enum kfg_flow_next {
	KFG_FLOW_NEXT,
	KFG_FLOW_NEXT_BUT_ONE, /* the instruction has two parts */
	KFG_FLOW_STOP,
};

/* What becomes of an instruction depends on how the flow is followed: joined where paths meet, or path by path. */
struct kfg_flow_way {
	/* Lets control come to a place where a block starts, with what frame knows. */
	void (*enter)(struct kfg_flow_state *run, uint32_t place, const struct kfg_frame *frame);
	/* A function that the kernel calls by itself, with anything for arguments. */
	void (*callback)(struct kfg_flow_state *run, uint32_t function);
	/* A function of the object is called; *frame: the caller's. KFG_FLOW_STOP: it was not seen to return yet. */
	enum kfg_flow_next (*call)(struct kfg_flow_state *run, struct kfg_frame *frame, uint32_t place,
				   uint32_t function);
	/* The function that is walked through returns a value, which is no pointer into its stack. */
	void (*leave)(struct kfg_flow_state *run, struct kfg_value value);
	/* The frame that a pointer into a stack points to; *frame: the one at hand. */
	struct kfg_frame *(*frame_of)(struct kfg_flow_state *run, struct kfg_frame *frame, struct kfg_value pointer);
	void (*store)(struct kfg_flow_state *run, struct kfg_frame *frame, struct kfg_value pointer, int32_t offset,
		      const struct kfg_frame_slot *what);
	/* A call of the kernel. */
	void (*call_kernel)(struct kfg_flow_state *run, struct kfg_frame *frame);
};

/* flow_step.c: does one instruction at a place. */
enum kfg_flow_next kfg_flow_step(struct kfg_flow_state *run, struct kfg_frame *frame, uint32_t place);

/* flow_entries.c */

/* Whether a function is loaded, as far as that is taken for granted. */
bool kfg_flow_takes_part(const struct kfg_flow_state *run, uint32_t function);
/* Begins with all that the kernel calls by itself. */
void kfg_flow_begin(struct kfg_flow_state *run);
/* Fills in flow->contexts, when all is followed. */
void kfg_flow_spread_contexts(struct kfg_flow_state *run);
