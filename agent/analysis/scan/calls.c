/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * calls.c - who calls whom in an object: calls between its functions, which of them a program reaches, which of them
 * lead to a kfunc.
 */
#include "analysis/scan/code.h"

#include "base/cleanup.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Calls within a section need no relocation: the instruction says where to (bpf_object__reloc_code()). */
static int note_plain_calls(struct kfg_object_code *code)
{
	for (uint32_t place = 0; place < code->n_insns; place++) {
		const struct bpf_insn *insn = &code->insns[place];
		int64_t target = (int64_t)place + insn->imm + 1;
		uint32_t func;
		int r;

		if (kfg_insn_is_ld64(insn))
			place++;
		if (!kfg_insn_is_call(insn) || insn->src_reg != BPF_PSEUDO_CALL || code->note_of[place] || target < 0 ||
		    target >= code->n_insns)
			continue;
		func = kfg_code_func_at(code, (uint32_t)target);
		if (func == KFG_CODE_NONE || code->funcs[func].first != target)
			continue;
		r = kfg_code_add_note(code, place,
				      (struct kfg_code_note){ .kind = KFG_CODE_NOTE_CALL_FUNC, .index = func });
		if (r < 0)
			return r;
	}
	return 0;
}

static int compare_calls(const void *a, const void *b)
{
	const struct kfg_code_call *x = a, *y = b;

	if (x->callee != y->callee)
		return x->callee < y->callee ? -1 : 1;
	return (x->place > y->place) - (x->place < y->place);
}

static bool is_call_note(const struct kfg_code_note *note)
{
	return note && (note->kind == KFG_CODE_NOTE_CALL_FUNC || note->kind == KFG_CODE_NOTE_ADDR_FUNC);
}

/* All calls, by place and by callee. */
static int list_calls(struct kfg_object_code *code)
{
	code->calls = calloc((size_t)code->n_notes + 1, sizeof(*code->calls));
	code->outgoing = calloc((size_t)code->n_notes + 1, sizeof(*code->outgoing));
	if (!code->calls || !code->outgoing)
		return -ENOMEM;
	for (uint32_t place = 0; place < code->n_insns; place++) {
		const struct kfg_code_note *note = kfg_code_note_at(code, place);
		uint32_t caller = is_call_note(note) ? kfg_code_func_at(code, place) : KFG_CODE_NONE;

		if (caller == KFG_CODE_NONE)
			continue;
		if (!code->funcs[caller].n_out++)
			code->funcs[caller].first_out = code->n_calls;
		code->outgoing[code->n_calls] = (struct kfg_code_call){ .callee = note->index, .place = place };
		code->calls[code->n_calls] = code->outgoing[code->n_calls];
		code->n_calls++;
	}
	qsort(code->calls, code->n_calls, sizeof(*code->calls), compare_calls);
	for (uint32_t i = code->n_calls; i-- > 0;) {
		code->funcs[code->calls[i].callee].first_call = i;
		code->funcs[code->calls[i].callee].n_calls++;
	}
	return 0;
}

/* A program's user and type for a function that it reaches; false: it has both already. */
static bool give_user(struct kfg_code_func *f, uint32_t user, uint64_t type)
{
	if (f->user != KFG_CODE_NONE && (f->types & type))
		return false;
	if (f->user == KFG_CODE_NONE)
		f->user = user;
	f->types |= type;
	return true;
}

/*
 * Gives each function that the program reaches, and that has no user yet, this one; and all of them its type. stack:
 * room for all functions. Work: at most once per function and type.
 */
static void spread_user(struct kfg_object *object, uint32_t from, uint32_t *stack)
{
	struct kfg_object_code *code = object->code;
	uint32_t user = code->funcs[from].program, type = object->programs[user].type, n = 0;
	uint64_t bit = UINT64_C(1) << (type < 64 ? type : 0);

	if (give_user(&code->funcs[from], user, bit))
		stack[n++] = from;
	while (n) {
		const struct kfg_code_func *f = &code->funcs[stack[--n]];

		for (uint32_t i = f->first_out; i < f->first_out + f->n_out; i++) {
			uint32_t callee = code->outgoing[i].callee;

			if (give_user(&code->funcs[callee], user, bit))
				stack[n++] = callee;
		}
	}
}

/* Programs that are loaded by default come first: what they share with others is theirs. */
static int find_users(struct kfg_object *object)
{
	struct kfg_object_code *code = object->code;
	_cleanup_free_ uint32_t *stack = calloc((size_t)code->n_funcs + 1, sizeof(*stack));

	if (!stack)
		return -ENOMEM;
	for (int autoload = 1; autoload >= 0; autoload--)
		for (uint32_t i = 0; i < code->n_funcs; i++) {
			uint32_t program = code->funcs[i].program;

			if (program != KFG_CODE_NONE && object->programs[program].autoload == autoload)
				spread_user(object, i, stack);
		}
	return 0;
}

static int spread_callbacks(struct kfg_object_code *code)
{
	_cleanup_free_ uint32_t *stack = calloc((size_t)code->n_funcs + 1, sizeof(*stack));
	uint32_t n = 0;

	if (!stack)
		return -ENOMEM;
	for (uint32_t i = 0; i < code->n_calls; i++) {
		struct kfg_code_func *callee = &code->funcs[code->calls[i].callee];

		if (callee->in_callback ||
		    kfg_code_note_at(code, code->calls[i].place)->kind != KFG_CODE_NOTE_ADDR_FUNC)
			continue;
		callee->in_callback = true;
		stack[n++] = code->calls[i].callee;
	}
	while (n) {
		const struct kfg_code_func *f = &code->funcs[stack[--n]];

		for (uint32_t i = f->first_out; i < f->first_out + f->n_out; i++) {
			uint32_t callee = code->outgoing[i].callee;

			if (code->funcs[callee].in_callback)
				continue;
			code->funcs[callee].in_callback = true;
			stack[n++] = callee;
		}
	}
	return 0;
}

/* Whoever calls a function that leads to a kfunc leads to one, too. */
static int spread_kfuncs(struct kfg_object_code *code)
{
	_cleanup_free_ uint32_t *stack = calloc((size_t)code->n_funcs + 1, sizeof(*stack));
	uint32_t n = 0;

	if (!stack)
		return -ENOMEM;
	for (uint32_t i = 0; i < code->n_funcs; i++)
		if (code->funcs[i].leads_to_kfunc)
			stack[n++] = i;
	while (n) {
		const struct kfg_code_func *f = &code->funcs[stack[--n]];

		for (uint32_t i = f->first_call; i < f->first_call + f->n_calls; i++) {
			uint32_t caller = kfg_code_func_at(code, code->calls[i].place);

			if (!code->funcs[caller].leads_to_kfunc) {
				code->funcs[caller].leads_to_kfunc = true;
				stack[n++] = caller;
			}
		}
	}
	return 0;
}

int kfg_code_read_calls(struct kfg_object *object)
{
	struct kfg_object_code *code = object->code;
	int r = note_plain_calls(code);

	if (r >= 0)
		r = list_calls(code);
	if (r >= 0)
		r = find_users(object);
	if (r >= 0)
		r = spread_callbacks(code);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < code->n_funcs; i++)
		for (uint32_t place = code->funcs[i].first; place < code->funcs[i].first + code->funcs[i].n; place++)
			if (kfg_code_use(object, place, KFG_CODE_NOTE_CALL_EXTERN) != KFG_CODE_NONE)
				code->funcs[i].leads_to_kfunc = true;
	if (!object->n_programs && code->n_funcs)
		kfg_code_limit(code, "no program is in it: functions to be linked with others");
	return spread_kfuncs(code);
}
