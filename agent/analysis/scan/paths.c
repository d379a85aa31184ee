/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * paths.c - the flow, path by path: a state is a chain of frames, one for each function that is being called. Where a
 * block was reached from the same chain of calls with several states, further ones are joined into the last of them.
 */
#include "analysis/scan/flow_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CHAIN_MAX 8u /* functions (MAX_CALL_FRAMES, include/linux/bpf_verifier.h, 6.1..7.3) */
#define STATES_PER_BLOCK 20u
#define JOINS_MAX 4u
#define FRAMES_MAX 4096u /* kept at a time: 4 MB */
#define STEPS_PER_INSN 16u
#define STEPS_MIN 8192u
#define STEPS_MAX 100000u

struct chain {
	struct chain *next; /* of the same block, or still to be walked */
	uint32_t place;
	uint32_t depth; /* frames less one */
	uint8_t n_joins;
	uint32_t calls[CHAIN_MAX]; /* places of the calls that led here */
	struct kfg_frame frames[]; /* depth + 1 */
};

struct kfg_paths {
	struct chain **seen; /* owned: per block */
	struct chain *pending; /* owned */
	struct chain *now; /* owned: room for CHAIN_MAX frames; the frame at hand is walked beside it */
	struct kfg_frame frame; /* at hand, for now->frames[now->depth] */
	bool moved; /* to now->place, in another function */
	bool *entered; /* owned: per function, whether it was begun with by itself */
	const bool *aims;
	size_t n_aims;
	bool *met; /* owned: per use */
	uint32_t n_frames;
	bool too_long;
};

static void free_chains(struct chain *chain)
{
	while (chain) {
		struct chain *next = chain->next;

		free(chain);
		chain = next;
	}
}

static struct chain *copy_chain(struct kfg_flow_state *run, const struct chain *from, const struct kfg_frame *top)
{
	size_t below = from->depth * sizeof(struct kfg_frame);
	struct chain *chain = malloc(sizeof(*chain) + below + sizeof(*top));

	if (!chain) {
		run->no_memory = true;
		return NULL;
	}
	memcpy(chain, from, sizeof(*from) + below);
	chain->frames[chain->depth] = *top;
	chain->n_joins = 0;
	run->paths->n_frames += chain->depth + 1;
	run->paths->too_long = run->paths->too_long || run->paths->n_frames > FRAMES_MAX;
	return chain;
}

static void push(struct kfg_paths *p, struct chain *chain, uint32_t place)
{
	if (!chain)
		return;
	chain->place = place;
	chain->next = p->pending;
	p->pending = chain;
}

static void enter(struct kfg_flow_state *run, uint32_t place, const struct kfg_frame *frame)
{
	push(run->paths, copy_chain(run, run->paths->now, frame), place);
}

static void enter_callback(struct kfg_flow_state *run, uint32_t function)
{
	struct chain start = { .depth = 0 };
	struct kfg_frame frame;

	if (run->paths->entered[function])
		return;
	run->paths->entered[function] = true;
	kfg_frame_init(&frame);
	push(run->paths, copy_chain(run, &start, &frame), run->code->funcs[function].first);
}

static void forget_all(struct kfg_paths *p, struct kfg_frame *frame)
{
	for (uint32_t i = 0; i < p->now->depth; i++)
		kfg_frame_forget(&p->now->frames[i], INT32_MIN);
	kfg_frame_forget(frame, INT32_MIN);
}

static struct kfg_frame *frame_of(struct kfg_flow_state *run, struct kfg_frame *frame, struct kfg_value pointer)
{
	if (pointer.kind == KFG_VALUE_STACK && pointer.low < run->paths->now->depth)
		return &run->paths->now->frames[pointer.low];
	return frame;
}

static bool nests(const struct kfg_paths *p, const struct kfg_frame *frame)
{
	bool any = kfg_frame_nests(frame);

	for (uint32_t i = 0; i < p->now->depth; i++)
		any = any || kfg_frame_nests(&p->now->frames[i]);
	return any;
}

static void store(struct kfg_flow_state *run, struct kfg_frame *frame, struct kfg_value pointer, int32_t offset,
		  const struct kfg_frame_slot *what)
{
	struct kfg_paths *p = run->paths;

	if (p->now->depth &&
	    (pointer.kind == KFG_VALUE_STACK_SOMEWHERE || (pointer.kind == KFG_VALUE_RANGE && nests(p, frame))))
		forget_all(p, frame);
	else
		kfg_frame_store(frame_of(run, frame, pointer), pointer, offset, what);
}

/* As kfg_frame_call(), for arguments that point to the stack of a caller, too. */
static void call_kernel(struct kfg_flow_state *run, struct kfg_frame *frame)
{
	struct kfg_paths *p = run->paths;

	for (unsigned reg = BPF_REG_1; p->now->depth && reg <= BPF_REG_5; reg++) {
		struct kfg_value v = frame->regs[reg];

		if (v.kind == KFG_VALUE_STACK_SOMEWHERE || (v.kind == KFG_VALUE_STACK && nests(p, frame)))
			forget_all(p, frame);
		else if (v.kind == KFG_VALUE_STACK && v.low != frame->depth)
			kfg_frame_forget(frame_of(run, frame, v), (int64_t)v.high);
	}
	kfg_frame_call(frame);
}

static void move(struct kfg_flow_state *run, uint32_t place)
{
	run->paths->moved = true;
	run->paths->now->place = place;
}

static enum kfg_flow_next call(struct kfg_flow_state *run, struct kfg_frame *frame __attribute__((unused)),
			       uint32_t place, uint32_t function)
{
	const struct kfg_code_func *f = &run->code->funcs[function];
	struct kfg_paths *p = run->paths;
	struct kfg_frame callee;

	if (f->global) {
		enter_callback(run, function);
		call_kernel(run, &p->frame);
		return KFG_FLOW_NEXT;
	}
	if (p->now->depth + 1 == CHAIN_MAX)
		return KFG_FLOW_STOP; /* no kernel takes it */
	kfg_frame_init(&callee);
	memcpy(&callee.regs[BPF_REG_1], &p->frame.regs[BPF_REG_1], 5 * sizeof(callee.regs[0]));
	p->now->frames[p->now->depth] = p->frame;
	p->now->calls[p->now->depth++] = place;
	callee.depth = p->now->depth;
	p->frame = callee;
	move(run, f->first);
	return KFG_FLOW_STOP;
}

static void leave(struct kfg_flow_state *run, struct kfg_value value)
{
	struct kfg_paths *p = run->paths;

	if (!p->now->depth)
		return;
	p->frame = p->now->frames[--p->now->depth];
	for (unsigned reg = BPF_REG_1; reg <= BPF_REG_5; reg++)
		p->frame.regs[reg] = KFG_VALUE_ANY;
	p->frame.regs[BPF_REG_0] = value;
	move(run, p->now->calls[p->now->depth] + 1);
}

static const struct kfg_flow_way path_way = {
	.enter = enter,
	.callback = enter_callback,
	.call = call,
	.leave = leave,
	.frame_of = frame_of,
	.store = store,
	.call_kernel = call_kernel,
};

static bool same_calls(const struct chain *a, const struct chain *b)
{
	return a->depth == b->depth && memcmp(a->calls, b->calls, a->depth * sizeof(a->calls[0])) == 0;
}

static const struct kfg_frame *frame_at(const struct kfg_paths *p, uint32_t depth)
{
	return depth == p->now->depth ? &p->frame : &p->now->frames[depth];
}

/* Whether all that may be now was so there before. */
static bool covers(const struct kfg_paths *p, const struct chain *before)
{
	for (uint32_t i = 0; i <= before->depth; i++) {
		struct kfg_frame joined = before->frames[i];

		if (kfg_frame_join(&joined, frame_at(p, i), false))
			return false;
	}
	return true;
}

static void join_into(struct kfg_paths *p, struct chain *last)
{
	bool widen = last->n_joins >= JOINS_MAX;

	last->n_joins += !widen;
	for (uint32_t i = 0; i <= last->depth; i++) {
		kfg_frame_join(&last->frames[i], frame_at(p, i), widen);
		if (i == p->now->depth)
			p->frame = last->frames[i];
		else
			p->now->frames[i] = last->frames[i];
	}
}

/* At the start of a block. False: nothing new comes of going on. */
static bool is_new(struct kfg_flow_state *run, uint32_t block)
{
	struct kfg_paths *p = run->paths;
	struct chain *first = NULL;
	unsigned n = 0;

	for (struct chain *c = p->seen[block]; c; c = c->next) {
		if (!same_calls(c, p->now))
			continue;
		if (covers(p, c))
			return false;
		first = first ? first : c;
		n++;
	}
	if (n >= STATES_PER_BLOCK) {
		join_into(p, first);
		return true;
	}
	first = copy_chain(run, p->now, &p->frame);
	if (first) {
		first->next = p->seen[block];
		p->seen[block] = first;
	}
	return first != NULL;
}

static void meet(struct kfg_flow_state *run, uint32_t place)
{
	uint32_t use = kfg_code_use(run->linkage->object, place, KFG_CODE_NOTE_CALL_EXTERN);
	struct kfg_paths *p = run->paths;

	if (use == KFG_CODE_NONE || !p->aims[use] || p->met[use])
		return;
	p->met[use] = true;
	p->n_aims--;
}

static void walk_chain(struct kfg_flow_state *run)
{
	const struct kfg_object_code *code = run->code;
	struct kfg_paths *p = run->paths;
	uint32_t place = p->now->place;

	run->func = &code->funcs[kfg_code_func_at(code, place)];
	while (place < run->func->first + run->func->n && run->steps && p->n_aims && !p->too_long) {
		enum kfg_flow_next next;

		if (code->block_of[place] != KFG_CODE_NONE && !is_new(run, code->block_of[place]))
			return;
		run->steps--;
		run->flow->reached[place / 64] |= 1ull << (place % 64);
		meet(run, place);
		if (kfg_insn_is_ld64(&code->insns[place]) && place + 1 == run->func->first + run->func->n)
			return;
		next = kfg_flow_step(run, &p->frame, place);
		if (next == KFG_FLOW_STOP && !p->moved)
			return;
		place = next == KFG_FLOW_STOP ? p->now->place : place + (next == KFG_FLOW_NEXT_BUT_ONE ? 2 : 1);
		if (p->moved)
			run->func = &code->funcs[kfg_code_func_at(code, place)];
		p->moved = false;
	}
}

static void follow(struct kfg_flow_state *run)
{
	struct kfg_paths *p = run->paths;

	kfg_flow_begin(run);
	while (p->pending && run->steps && p->n_aims && !p->too_long && !run->no_memory) {
		struct chain *chain = p->pending;

		p->pending = chain->next;
		memcpy(p->now, chain, sizeof(*chain) + chain->depth * sizeof(struct kfg_frame));
		p->frame = chain->frames[chain->depth];
		p->n_frames -= chain->depth + 1;
		free(chain);
		walk_chain(run);
	}
	/* steps and aims may have run out at the very end, too: then nothing is taken from it */
	p->too_long = p->too_long || p->pending || !run->steps || !p->n_aims;
}

static void done(struct kfg_paths *p, uint32_t n_blocks)
{
	for (uint32_t i = 0; p->seen && i < n_blocks; i++)
		free_chains(p->seen[i]);
	free_chains(p->pending);
	free(p->seen);
	free(p->now);
	free(p->entered);
	free(p->met);
}

static uint64_t steps_for(const struct kfg_object_code *code)
{
	uint64_t steps = STEPS_MIN + (uint64_t)code->n_insns * STEPS_PER_INSN;

	return steps < STEPS_MAX ? steps : STEPS_MAX;
}

int kfg_flow_run_paths(struct kfg_linkage *linkage, const bool *aims, struct kfg_flow *ret_flow)
{
	const struct kfg_object_code *code = linkage->code;
	struct kfg_paths p = { .aims = aims };
	struct kfg_flow_state run = { .way = &path_way,
				      .linkage = linkage,
				      .code = code,
				      .assumption = KFG_FLOW_ASSUME_NOTHING,
				      .flow = ret_flow,
				      .steps = steps_for(code),
				      .paths = &p };
	uint64_t most = run.steps < linkage->flow_steps ? run.steps : linkage->flow_steps;
	int r = -ENOMEM;

	run.steps = most;

	for (size_t i = 0; i < linkage->object->n_uses; i++)
		p.n_aims += aims[i];
	ret_flow->reached = calloc(code->n_insns / 64 + 1, sizeof(*ret_flow->reached));
	ret_flow->contexts = calloc((size_t)code->n_funcs + 1, sizeof(*ret_flow->contexts));
	p.seen = calloc((size_t)code->n_blocks + 1, sizeof(struct chain *));
	p.now = calloc(1, sizeof(*p.now) + CHAIN_MAX * sizeof(struct kfg_frame));
	p.entered = calloc((size_t)code->n_funcs + 1, sizeof(*p.entered));
	p.met = calloc(linkage->object->n_uses + 1, sizeof(*p.met));
	if (ret_flow->reached && ret_flow->contexts && p.seen && p.now && p.entered && p.met) {
		follow(&run);
		linkage->flow_steps -= most - run.steps;
		kfg_flow_spread_contexts(&run);
		r = run.no_memory ? -ENOMEM : !p.too_long;
	}
	done(&p, code->n_blocks);
	return r;
}
