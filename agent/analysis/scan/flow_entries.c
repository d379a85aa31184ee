/* SPDX-License-Identifier: GPL-2.0-or-later */
/* flow_entries.c - where the flow begins, and which kinds of programs get to which functions. */
#include "analysis/scan/flow_internal.h"

#define CALL_FRAMES_MAX 8

bool kfg_flow_takes_part(const struct kfg_flow_state *run, uint32_t function)
{
	bool any = run->assumption == KFG_FLOW_ASSUME_ANY_LOADER;

	return any ? run->code->funcs[function].user != KFG_CODE_NONE : run->linkage->linked[function];
}

static bool is_entry(const struct kfg_flow_state *run, uint32_t function)
{
	return kfg_flow_takes_part(run, function) && run->code->funcs[function].program != KFG_CODE_NONE;
}

/* Programs that lead to kfuncs; and for old verifiers, all global functions that libbpf puts beside them. */
void kfg_flow_begin(struct kfg_flow_state *run)
{
	for (uint32_t i = 0; i < run->code->n_funcs; i++) {
		const struct kfg_code_func *f = &run->code->funcs[i];

		if (f->leads_to_kfunc && kfg_flow_takes_part(run, i) &&
		    (f->program != KFG_CODE_NONE || (f->global && !run->linkage->lazy_globals)))
			run->way->callback(run, i);
	}
}

/* Calls that were reached hand on the kinds of programs. No kernel takes a longer chain (MAX_CALL_FRAMES). */
void kfg_flow_spread_contexts(struct kfg_flow_state *run)
{
	const struct kfg_object_code *code = run->code;
	uint64_t *contexts = run->flow->contexts;
	bool changed = true;

	for (uint32_t i = 0; i < code->n_funcs; i++)
		if (is_entry(run, i))
			contexts[i] = 1ull << run->linkage->context_of[code->funcs[i].program];
	for (unsigned round = 0; round < CALL_FRAMES_MAX && changed; round++) {
		changed = false;
		for (uint32_t i = 0; i < code->n_calls; i++) {
			const struct kfg_code_call *call = &code->calls[i];
			uint64_t more = contexts[kfg_code_func_at(code, call->place)] & ~contexts[call->callee];

			if (more && (kfg_flow_reached(run->flow, call->place) || code->funcs[call->callee].global)) {
				contexts[call->callee] |= more;
				changed = true;
			}
		}
	}
}
