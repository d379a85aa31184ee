/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flow_internal.h - one run of the flow: flow.c says what is looked at next, flow_step.c what an instruction does.
 *
 * Prefix: kfg_paths.
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

struct kfg_flow_state {
	struct kfg_linkage *linkage;
	const struct kfg_object_code *code;
	enum kfg_flow_assumption assumption;
	struct kfg_flow *flow;
	struct kfg_frame **frames; /* owned: per block, what is known where it starts; NULL: not reached */
	uint8_t *n_joins; /* owned: per block */
	uint64_t *pending; /* owned: bit per block */
	uint32_t cursor; /* no block before this one is pending, in words of that */
	struct kfg_flow_result *returns; /* owned: per function */
	struct kfg_paths *paths; /* path by path; NULL: what is known is joined where paths meet */
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

/* What the functions below become where paths are followed one by one (paths.c). */
void kfg_paths_enter(struct kfg_flow_state *run, uint32_t place, const struct kfg_frame *frame);
void kfg_paths_callback(struct kfg_flow_state *run, uint32_t function);
enum kfg_flow_next kfg_paths_call(struct kfg_flow_state *run, uint32_t place, uint32_t function);
void kfg_paths_return(struct kfg_flow_state *run, struct kfg_value value);
/* The frame that a pointer into a stack points to; *frame: the one at hand. */
struct kfg_frame *kfg_paths_frame(struct kfg_flow_state *run, struct kfg_frame *frame, struct kfg_value pointer);
void kfg_paths_store(struct kfg_flow_state *run, struct kfg_frame *frame, struct kfg_value pointer, int32_t offset,
		     const struct kfg_frame_slot *what);
/* A call of the kernel. */
void kfg_paths_helper(struct kfg_flow_state *run, struct kfg_frame *frame);

/* Does one instruction at a place. */
enum kfg_flow_next kfg_flow_step(struct kfg_flow_state *run, struct kfg_frame *frame, uint32_t place);
/* Lets control come to a place where a block starts, with what frame knows. */
void kfg_flow_enter(struct kfg_flow_state *run, uint32_t place, const struct kfg_frame *frame);
/* A function of the object is called; *frame: the caller's. KFG_FLOW_STOP: it was not seen to return yet. */
enum kfg_flow_next kfg_flow_call(struct kfg_flow_state *run, struct kfg_frame *frame, uint32_t place,
				 uint32_t function);
void kfg_flow_begin(struct kfg_flow_state *run);
void kfg_flow_spread_contexts(struct kfg_flow_state *run);
/* A function that the kernel calls by itself, with anything for arguments. */
void kfg_flow_callback(struct kfg_flow_state *run, uint32_t function);
/* The function that is walked through returns. */
void kfg_flow_return(struct kfg_flow_state *run, struct kfg_value value);
