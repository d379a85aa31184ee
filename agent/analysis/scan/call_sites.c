/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * call_sites.c - where an object calls kfuncs, in functions that a program reaches; and where blocks of instructions
 * start, which are the places that flow.c keeps a state for.
 */
#include "analysis/scan/code.h"

#include <errno.h>
#include <stdlib.h>

typedef void (*site_fn)(struct kfg_object *object, uint32_t use, uint32_t place);

/* Calls of kfuncs, or places where their address is taken, in functions that a program reaches. */
static void for_each(struct kfg_object *object, enum kfg_code_note_kind kind, site_fn fn)
{
	const struct kfg_object_code *code = object->code;

	for (uint32_t i = 0; i < code->n_funcs; i++) {
		const struct kfg_code_func *f = &code->funcs[i];

		for (uint32_t place = f->first; f->user != KFG_CODE_NONE && place < f->first + f->n; place++) {
			uint32_t use = kfg_code_use(object, place, kind);

			if (use != KFG_CODE_NONE)
				fn(object, use, place);
		}
	}
}

static void count_site(struct kfg_object *object, uint32_t use, uint32_t place)
{
	(void)place;
	object->uses[use].n_sites++;
}

static void add_site(struct kfg_object *object, uint32_t use, uint32_t place)
{
	const struct kfg_object_code *code = object->code;
	const struct kfg_code_func *func = &code->funcs[kfg_code_func_at(code, place)];
	struct kfg_object_use *u = &object->uses[use];
	struct kfg_call_site *site = &u->sites[u->n_sites];

	code->site_places[code->first_site[use] + u->n_sites++] = place;
	site->program = func->user;
	site->types = func->types;
	site->function = func->name;
	site->insn = kfg_code_insn(code, place);
	site->section = code->elf.sections[func->section].name;
	if (!kfg_code_line(code, func->section, site->insn, &site->file, &site->line))
		site->file = NULL;
}

static void count_address(struct kfg_object *object, uint32_t use, uint32_t place)
{
	(void)place;
	object->uses[use].address_taken = true;
	object->code->n_address_places++;
}

static void add_address(struct kfg_object *object, uint32_t use, uint32_t place)
{
	(void)use;
	object->code->address_places[object->code->n_address_places++] = place;
}

static int list_addresses(struct kfg_object *object)
{
	struct kfg_object_code *code = object->code;

	for_each(object, KFG_CODE_NOTE_ADDR_EXTERN, count_address);
	code->address_places = calloc((size_t)code->n_address_places + 1, sizeof(*code->address_places));
	if (!code->address_places)
		return -ENOMEM;
	code->n_address_places = 0;
	for_each(object, KFG_CODE_NOTE_ADDR_EXTERN, add_address);
	return 0;
}

int kfg_code_read_call_sites(struct kfg_object *object)
{
	struct kfg_object_code *code = object->code;
	uint32_t n = 0;

	for_each(object, KFG_CODE_NOTE_CALL_EXTERN, count_site);
	code->first_site = calloc(object->n_uses + 1, sizeof(*code->first_site));
	if (!code->first_site)
		return -ENOMEM;
	for (size_t i = 0; i < object->n_uses; i++) {
		struct kfg_object_use *use = &object->uses[i];

		code->first_site[i] = n;
		n += (uint32_t)use->n_sites;
		use->sites = calloc(use->n_sites + 1, sizeof(*use->sites));
		use->n_sites = 0;
		if (!use->sites)
			return -ENOMEM;
	}
	code->site_places = calloc((size_t)n + 1, sizeof(*code->site_places));
	if (!code->site_places)
		return -ENOMEM;
	for_each(object, KFG_CODE_NOTE_CALL_EXTERN, add_site);
	return list_addresses(object);
}

bool kfg_insn_jump(const struct bpf_insn *insn, uint32_t place, int64_t *ret_target)
{
	unsigned class = BPF_CLASS(insn->code), op = BPF_OP(insn->code);
	bool far = class == BPF_JMP32 && op == BPF_JA;

	if ((class != BPF_JMP && class != BPF_JMP32) || op == BPF_CALL || op == BPF_EXIT)
		return false;
	*ret_target = (int64_t)place + 1 + (far ? insn->imm : insn->off);
	return true;
}

/* Marks the place with 0, to be numbered later. */
static void mark(struct kfg_object_code *code, const struct kfg_code_func *f, int64_t place)
{
	if (place >= f->first && place < (int64_t)f->first + f->n)
		code->block_of[place] = 0;
}

static void mark_blocks(struct kfg_object_code *code, const struct kfg_code_func *f)
{
	mark(code, f, f->first);
	for (uint32_t place = f->first; place < f->first + f->n; place++) {
		const struct bpf_insn *insn = &code->insns[place];
		const struct kfg_code_note *note = kfg_code_note_at(code, place);
		int64_t target;

		/* "gotox", a jump to where a register says */
		if (insn->code == (BPF_JMP | BPF_JA | BPF_X))
			code->opaque = true;
		else if (kfg_insn_jump(insn, place, &target))
			mark(code, f, target);
		else if (note && note->kind == KFG_CODE_NOTE_CALL_FUNC)
			mark(code, f, place);
		else if (kfg_insn_is_ld64(insn))
			place++;
	}
}

int kfg_code_read_blocks(struct kfg_object *object)
{
	struct kfg_object_code *code = object->code;

	code->block_of = malloc(((size_t)code->n_insns + 1) * sizeof(*code->block_of));
	if (!code->block_of)
		return -ENOMEM;
	for (uint32_t place = 0; place < code->n_insns; place++)
		code->block_of[place] = KFG_CODE_NONE;
	for (uint32_t i = 0; i < code->n_funcs; i++)
		if (code->funcs[i].user != KFG_CODE_NONE)
			mark_blocks(code, &code->funcs[i]);
	for (uint32_t place = 0; place < code->n_insns; place++)
		if (code->block_of[place] != KFG_CODE_NONE)
			code->block_of[place] = code->n_blocks++;
	code->block_places = calloc((size_t)code->n_blocks + 1, sizeof(*code->block_places));
	if (!code->block_places)
		return -ENOMEM;
	for (uint32_t place = 0; place < code->n_insns; place++)
		if (code->block_of[place] != KFG_CODE_NONE)
			code->block_places[code->block_of[place]] = place;
	return 0;
}
