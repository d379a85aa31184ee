/* SPDX-License-Identifier: GPL-2.0-or-later */
/* flow.c - which instructions are reached: functions and callbacks followed from each program. */
#include "analysis/scan/flow_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A block that was reached this often from different states knows no ranges any more, so that loops end. */
#define JOINS_MAX 4
/* A frame is 900 bytes: more than 30 MB of them are not kept for one object. */
#define FRAMES_MAX 32768u
/* Each instruction is looked at some times, not more; all together see KFG_SCAN_LIMIT_FLOW. */
#define STEPS_PER_INSN 64u

static void enter(struct kfg_flow_state *run, uint32_t place, const struct kfg_frame *frame)
{
	uint32_t block = run->code->block_of[place];

	if (block == KFG_CODE_NONE)
		return;
	if (run->frames[block]) {
		bool widen = run->n_joins[block] >= JOINS_MAX;

		if (!kfg_frame_join(run->frames[block], frame, widen))
			return;
		run->n_joins[block] += !widen;
	} else {
		run->frames[block] = malloc(sizeof(*frame));
		if (!run->frames[block]) {
			run->no_memory = true;
			return;
		}
		*run->frames[block] = *frame;
		run->n_frames++;
	}
	run->pending[block / 64] |= 1ull << (block % 64);
	if (block / 64 < run->cursor)
		run->cursor = block / 64;
}

static void enter_callback(struct kfg_flow_state *run, uint32_t function)
{
	struct kfg_frame frame;

	kfg_frame_init(&frame);
	enter(run, run->code->funcs[function].first, &frame);
}

/* A global function is verified by itself, for any arguments; of a static one, arguments and result are followed. */
static enum kfg_flow_next call(struct kfg_flow_state *run, struct kfg_frame *frame,
			       uint32_t place __attribute__((unused)), uint32_t function)
{
	const struct kfg_code_func *f = &run->code->funcs[function];
	const struct kfg_flow_result *result = &run->returns[function];
	struct kfg_frame callee;

	kfg_frame_init(&callee);
	for (unsigned reg = BPF_REG_1; reg <= BPF_REG_5 && !f->global; reg++) {
		struct kfg_value v = frame->regs[reg];

		/* the caller's stack is not the callee's */
		if (v.kind != KFG_VALUE_STACK && v.kind != KFG_VALUE_STACK_SOMEWHERE)
			callee.regs[reg] = v;
	}
	enter(run, f->first, &callee);
	kfg_frame_call(frame);
	if (f->global)
		return KFG_FLOW_NEXT;
	if (result->seen)
		frame->regs[BPF_REG_0] = result->value;
	return result->seen ? KFG_FLOW_NEXT : KFG_FLOW_STOP;
}

static void leave(struct kfg_flow_state *run, struct kfg_value value)
{
	const struct kfg_code_func *f = run->func;
	struct kfg_flow_result *result = &run->returns[f - run->code->funcs];

	if (result->seen) {
		value = kfg_value_join(result->value, value, result->n_joins >= JOINS_MAX);
		if (kfg_value_same(value, result->value))
			return;
		result->n_joins += result->n_joins < JOINS_MAX;
	}
	result->seen = true;
	result->value = value;
	/* whoever waits for the result, or had another one */
	for (uint32_t i = f->first_call; i < f->first_call + f->n_calls; i++) {
		uint32_t block = run->code->block_of[run->code->calls[i].place];

		if (block == KFG_CODE_NONE || !run->frames[block])
			continue;
		run->pending[block / 64] |= 1ull << (block % 64);
		if (block / 64 < run->cursor)
			run->cursor = block / 64;
	}
}

/* The caller's stack is not followed into a callee, so a pointer leads into the frame at hand. */
static struct kfg_frame *frame_of(struct kfg_flow_state *run __attribute__((unused)), struct kfg_frame *frame,
				  struct kfg_value pointer __attribute__((unused)))
{
	return frame;
}

static void store(struct kfg_flow_state *run __attribute__((unused)), struct kfg_frame *frame, struct kfg_value pointer,
		  int32_t offset, const struct kfg_frame_slot *what)
{
	kfg_frame_store(frame, pointer, offset, what);
}

static void call_kernel(struct kfg_flow_state *run __attribute__((unused)), struct kfg_frame *frame)
{
	kfg_frame_call(frame);
}

static const struct kfg_flow_way joined_way = {
	.enter = enter,
	.callback = enter_callback,
	.call = call,
	.leave = leave,
	.frame_of = frame_of,
	.store = store,
	.call_kernel = call_kernel,
};

/* From the start of a block to where another one starts, or to where control goes elsewhere. */
static void walk(struct kfg_flow_state *run, uint32_t block)
{
	const struct kfg_object_code *code = run->code;
	uint32_t start = code->block_places[block], place = start;
	const struct kfg_code_func *f = &code->funcs[kfg_code_func_at(code, start)];
	struct kfg_frame frame = *run->frames[block];
	enum kfg_flow_next next;

	run->func = f;
	while (place < f->first + f->n) {
		if (place != start && code->block_of[place] != KFG_CODE_NONE) {
			enter(run, place, &frame);
			return;
		}
		if (run->steps)
			run->steps--;
		run->flow->reached[place / 64] |= 1ull << (place % 64);
		/* the second part of an instruction at the very end of a function is not there */
		if (kfg_insn_is_ld64(&code->insns[place]) && place + 1 == f->first + f->n)
			return;
		next = kfg_flow_step(run, &frame, place);
		if (next == KFG_FLOW_STOP)
			return;
		place += next == KFG_FLOW_NEXT_BUT_ONE ? 2 : 1;
	}
}

/* KFG_CODE_NONE: nothing is left to be looked at. */
static uint32_t next_block(struct kfg_flow_state *run)
{
	for (; run->cursor <= run->code->n_blocks / 64; run->cursor++) {
		uint64_t word = run->pending[run->cursor];

		if (word) {
			run->pending[run->cursor] = word & (word - 1);
			return run->cursor * 64 + (uint32_t)__builtin_ctzll(word);
		}
	}
	return KFG_CODE_NONE;
}

/* Everything that is loaded counts as reached. */
static void give_up(struct kfg_flow_state *run)
{
	const struct kfg_object_code *code = run->code;

	run->flow->gave_up = true;
	for (uint32_t i = 0; i < code->n_funcs; i++) {
		const struct kfg_code_func *f = &code->funcs[i];

		if (!kfg_flow_takes_part(run, i))
			continue;
		for (uint32_t place = f->first; place < f->first + f->n; place++)
			run->flow->reached[place / 64] |= 1ull << (place % 64);
	}
}

static void follow(struct kfg_flow_state *run)
{
	uint32_t block;

	kfg_flow_begin(run);
	while ((block = next_block(run)) != KFG_CODE_NONE && run->steps && run->n_frames < FRAMES_MAX)
		walk(run, block);
	if (block != KFG_CODE_NONE)
		give_up(run);
}

static void done(struct kfg_flow_state *run)
{
	for (uint32_t i = 0; run->frames && i < run->code->n_blocks; i++)
		free(run->frames[i]);
	free(run->frames);
	free(run->n_joins);
	free(run->pending);
	free(run->returns);
}

int kfg_flow_run(struct kfg_linkage *linkage, enum kfg_flow_assumption assumption, struct kfg_flow *ret_flow)
{
	const struct kfg_object_code *code = linkage->code;
	struct kfg_flow_state run = { .way = &joined_way,
				      .linkage = linkage,
				      .code = code,
				      .assumption = assumption,
				      .flow = ret_flow,
				      .steps = (uint64_t)code->n_insns * STEPS_PER_INSN };
	uint64_t most = run.steps < linkage->flow_steps ? run.steps : linkage->flow_steps;
	int r = -ENOMEM;

	run.steps = most;

	ret_flow->reached = calloc(code->n_insns / 64 + 1, sizeof(*ret_flow->reached));
	ret_flow->contexts = calloc((size_t)code->n_funcs + 1, sizeof(*ret_flow->contexts));
	run.frames = calloc((size_t)code->n_blocks + 1, sizeof(*run.frames));
	run.n_joins = calloc((size_t)code->n_blocks + 1, sizeof(*run.n_joins));
	run.pending = calloc(code->n_blocks / 64 + 1, sizeof(*run.pending));
	run.returns = calloc((size_t)code->n_funcs + 1, sizeof(*run.returns));
	if (ret_flow->reached && ret_flow->contexts && run.frames && run.n_joins && run.pending && run.returns) {
		r = 0;
		if (code->opaque)
			give_up(&run);
		else
			follow(&run);
		kfg_flow_spread_contexts(&run);
	}
	linkage->flow_steps -= most - run.steps;
	if (ret_flow->gave_up && !code->opaque)
		kfg_linkage_give_up(linkage, kfg_linkage_flow_limit(linkage));
	if (run.no_memory)
		r = -ENOMEM;
	done(&run);
	return r;
}

void kfg_flow_done(struct kfg_flow *flow)
{
	free(flow->reached);
	free(flow->contexts);
	*flow = (struct kfg_flow){ 0 };
}
