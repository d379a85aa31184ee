/* SPDX-License-Identifier: GPL-2.0-or-later */
/* frame.c - registers and stack of a function, as far as they are known at one place. */
#include "analysis/scan/frame.h"

#include <string.h>

#define STACK_SIZE 512 /* MAX_BPF_STACK (include/linux/filter.h) */

static bool points_to_stack(struct kfg_value v)
{
	return v.kind == KFG_VALUE_STACK || v.kind == KFG_VALUE_STACK_SOMEWHERE;
}

void kfg_frame_init(struct kfg_frame *frame)
{
	memset(frame, 0, sizeof(*frame));
	for (unsigned i = 0; i < KFG_FRAME_REGS; i++)
		frame->regs[i] = KFG_VALUE_ANY;
}

struct kfg_value kfg_frame_get(const struct kfg_frame *frame, unsigned reg)
{
	if (reg < KFG_FRAME_REGS)
		return frame->regs[reg];
	return reg == BPF_REG_10 ? (struct kfg_value){ KFG_VALUE_STACK, frame->depth, 0 } : KFG_VALUE_ANY;
}

void kfg_frame_set(struct kfg_frame *frame, unsigned reg, struct kfg_value value)
{
	if (reg < KFG_FRAME_REGS)
		frame->regs[reg] = value;
}

static void forget(struct kfg_frame *frame, uint32_t slot)
{
	if (points_to_stack(frame->slots[slot].value))
		frame->stray = true;
	frame->slots[slot] = frame->slots[--frame->n_slots];
}

/* From low up to high, high itself not included. */
static void forget_range(struct kfg_frame *frame, int64_t low, int64_t high)
{
	for (uint32_t i = frame->n_slots; i-- > 0;)
		if (frame->slots[i].offset < high && frame->slots[i].offset + (int64_t)frame->slots[i].size > low)
			forget(frame, i);
}

static const struct kfg_frame_slot *find_slot(const struct kfg_frame *frame, int64_t offset, uint32_t size)
{
	for (uint32_t i = 0; i < frame->n_slots; i++)
		if (frame->slots[i].offset == offset && frame->slots[i].size >= size)
			return &frame->slots[i];
	return NULL;
}

bool kfg_frame_join(struct kfg_frame *into, const struct kfg_frame *from, bool widen)
{
	bool changed = from->stray && !into->stray;

	into->stray = into->stray || from->stray;
	for (unsigned i = 0; i < KFG_FRAME_REGS; i++) {
		struct kfg_value joined = kfg_value_join(into->regs[i], from->regs[i], widen);

		changed = changed || !kfg_value_same(joined, into->regs[i]);
		into->regs[i] = joined;
	}
	for (uint32_t i = into->n_slots; i-- > 0;) {
		struct kfg_frame_slot *slot = &into->slots[i];
		const struct kfg_frame_slot *other = find_slot(from, slot->offset, slot->size);
		struct kfg_value joined = KFG_VALUE_ANY;

		if (other && other->size == slot->size)
			joined = kfg_value_join(slot->value, other->value, widen);
		changed = changed || !kfg_value_same(joined, slot->value);
		if (kfg_value_is_any(joined))
			forget(into, i);
		else
			slot->value = joined;
	}
	/* a pointer into the stack that only the other one remembers */
	for (uint32_t i = 0; i < from->n_slots && !into->stray; i++)
		if (points_to_stack(from->slots[i].value) &&
		    !find_slot(into, from->slots[i].offset, from->slots[i].size))
			changed = into->stray = true;
	return changed;
}

struct kfg_value kfg_frame_load(const struct kfg_frame *frame, struct kfg_value pointer, int32_t offset, uint32_t size)
{
	const struct kfg_frame_slot *slot;

	if (pointer.kind != KFG_VALUE_STACK)
		return kfg_value_truncate(KFG_VALUE_ANY, size);
	slot = find_slot(frame, (int64_t)pointer.high + offset, size);
	return slot ? kfg_value_truncate(slot->value, size) : kfg_value_truncate(KFG_VALUE_ANY, size);
}

/* what: its offset is not looked at. */
void kfg_frame_store(struct kfg_frame *frame, struct kfg_value pointer, int32_t offset,
		     const struct kfg_frame_slot *what)
{
	int64_t at = (int64_t)pointer.high + offset;

	if (pointer.kind == KFG_VALUE_STACK_SOMEWHERE || (pointer.kind == KFG_VALUE_RANGE && frame->stray)) {
		forget_range(frame, -STACK_SIZE, STACK_SIZE);
		return;
	}
	if (pointer.kind != KFG_VALUE_STACK || at < -STACK_SIZE || at >= 0)
		return;
	forget_range(frame, at, at + what->size);
	if (kfg_value_is_any(what->value))
		return;
	if (frame->n_slots == KFG_FRAME_SLOTS)
		forget(frame, 0);
	frame->slots[frame->n_slots] = *what;
	frame->slots[frame->n_slots++].offset = (int32_t)at;
}

void kfg_frame_forget(struct kfg_frame *frame, int64_t from)
{
	forget_range(frame, from, STACK_SIZE);
}

bool kfg_frame_nests(const struct kfg_frame *frame)
{
	bool nests = frame->stray;

	for (uint32_t i = 0; i < frame->n_slots; i++)
		nests = nests || points_to_stack(frame->slots[i].value);
	return nests;
}

/* A callee writes at its argument and above; if a pointer lies in the stack, it may find that one, too. */
void kfg_frame_call(struct kfg_frame *frame)
{
	bool nested = kfg_frame_nests(frame), passed = false;

	for (unsigned reg = BPF_REG_1; reg <= BPF_REG_5; reg++) {
		struct kfg_value v = frame->regs[reg];

		if (v.kind == KFG_VALUE_STACK)
			forget_range(frame, (int64_t)v.high, STACK_SIZE);
		passed = passed || points_to_stack(v);
		if (v.kind == KFG_VALUE_STACK_SOMEWHERE || (nested && passed))
			forget_range(frame, -STACK_SIZE, STACK_SIZE);
	}
	for (unsigned reg = BPF_REG_0; reg <= BPF_REG_5; reg++)
		frame->regs[reg] = KFG_VALUE_ANY;
}
