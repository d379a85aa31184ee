/* SPDX-License-Identifier: GPL-2.0-or-later */
/* frame.h - what is known at one place of a function: registers, and its own stack as far as numbers were put there. */
#pragma once

#include "analysis/scan/value.h"

#define KFG_FRAME_REGS 10 /* r0 to r9; r10 is the frame pointer */
/* Spilled constants that are remembered at a time; of more, some are forgotten. */
#define KFG_FRAME_SLOTS 16

struct kfg_frame_slot {
	int32_t offset; /* from the frame pointer */
	uint32_t size; /* bytes: 1, 2, 4, 8 */
	struct kfg_value value;
};

struct kfg_frame {
	struct kfg_value regs[KFG_FRAME_REGS];
	struct kfg_frame_slot slots[KFG_FRAME_SLOTS]; /* none overlaps another; those not here hold anything */
	uint32_t n_slots;
	uint32_t depth; /* of pointers into this stack: their low */
	bool stray; /* a pointer into this stack was forgotten: whoever writes through anything may write here */
};

/* All registers and the stack hold anything. */
void kfg_frame_init(struct kfg_frame *frame);
/* Makes into hold for both. Returns true if that took something away from it. */
bool kfg_frame_join(struct kfg_frame *into, const struct kfg_frame *from, bool widen);
struct kfg_value kfg_frame_get(const struct kfg_frame *frame, unsigned reg);
void kfg_frame_set(struct kfg_frame *frame, unsigned reg, struct kfg_value value);
/* Loads and stores of size bytes at a pointer plus offset; what is not the stack's own is anything. */
struct kfg_value kfg_frame_load(const struct kfg_frame *frame, struct kfg_value pointer, int32_t offset, uint32_t size);
void kfg_frame_store(struct kfg_frame *frame, struct kfg_value pointer, int32_t offset,
		     const struct kfg_frame_slot *what);
/* Nothing is known of the stack any more, from an offset on upwards. */
void kfg_frame_forget(struct kfg_frame *frame, int64_t from);
/* Whether pointers into stacks may lie in this one. */
bool kfg_frame_nests(const struct kfg_frame *frame);
/* What a call does: r0 to r5 are gone, and so is the stack that the arguments point to. */
void kfg_frame_call(struct kfg_frame *frame);
