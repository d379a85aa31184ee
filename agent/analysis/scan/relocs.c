/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * relocs.c - what relocations make of instructions (libbpf 1.7.0, src/libbpf.c, bpf_program__record_reloc(),
 * bpf_object__reloc_code()). Like libbpf, this looks at the instruction and the symbol, not at the relocation's type.
 */
#include "analysis/scan/code.h"

#include "base/text.h"
#include <errno.h>
#include <string.h>

static struct kfg_code_note note_extern(const struct kfg_object_code *code, const struct bpf_insn *insn,
					uint32_t symbol)
{
	return (struct kfg_code_note){
		.kind = kfg_insn_is_call(insn) ? KFG_CODE_NOTE_CALL_EXTERN : KFG_CODE_NOTE_ADDR_EXTERN,
		.index = code->extern_of[symbol],
	};
}

/* A call, or the address, of a function of the object. kind 0: there is none. */
static struct kfg_code_note note_func(const struct kfg_object_code *code, const struct bpf_insn *insn,
				      const struct kfg_elf_symbol *sym)
{
	bool call = kfg_insn_is_call(insn);
	int64_t add = call ? ((int64_t)insn->imm + 1) * (int64_t)sizeof(*insn) : insn->imm;
	int64_t offset = (int64_t)sym->value + add;
	uint32_t place, func;

	if (sym->value > INT32_MAX || offset < 0)
		return (struct kfg_code_note){ 0 };
	place = kfg_code_place(code, sym->section, (uint64_t)offset);
	func = place == KFG_CODE_NONE ? KFG_CODE_NONE : kfg_code_func_at(code, place);
	if (func == KFG_CODE_NONE || code->funcs[func].first != place)
		return (struct kfg_code_note){ 0 };
	return (struct kfg_code_note){ .kind = call ? KFG_CODE_NOTE_CALL_FUNC : KFG_CODE_NOTE_ADDR_FUNC,
				       .index = func };
}

/* What is frozen before the load, so that the verifier knows it: .rodata and its like. */
static struct kfg_code_note note_data(const struct kfg_object_code *code, const struct bpf_insn *insn,
				      const struct kfg_elf_symbol *sym)
{
	const struct kfg_elf_section *s = &code->elf.sections[sym->section];
	bool rodata = strcmp(s->name, ".rodata") == 0 || kfg_text_begins(s->name, ".rodata.");

	if (rodata && s->type == SHT_PROGBITS && sym->value <= INT32_MAX)
		return (struct kfg_code_note){ .kind = KFG_CODE_NOTE_RODATA,
					       .index = sym->section,
					       .offset = (int64_t)sym->value + insn->imm };
	/* an arena starts wherever the kernel puts it, and a jump table is none of ours */
	if (kfg_text_begins(s->name, ".addr_space") || kfg_text_begins(s->name, ".jumptables"))
		return (struct kfg_code_note){ 0 };
	return (struct kfg_code_note){ .kind = KFG_CODE_NOTE_POINTER };
}

static struct kfg_code_note note_of(const struct kfg_object_code *code, uint32_t place, uint32_t symbol,
				    const struct kfg_elf_symbol *sym)
{
	const struct bpf_insn *insn = &code->insns[place];

	if (!kfg_insn_is_call(insn) && !kfg_insn_is_ld64(insn))
		return (struct kfg_code_note){ 0 };
	if (sym->section == SHN_UNDEF)
		return note_extern(code, insn, symbol);
	if (sym->section >= SHN_LORESERVE)
		return (struct kfg_code_note){ 0 };
	if (kfg_insn_is_call(insn) || insn->src_reg == BPF_PSEUDO_FUNC ||
	    kfg_code_place(code, sym->section, 0) != KFG_CODE_NONE)
		return note_func(code, insn, sym);
	return note_data(code, insn, sym);
}

static int read_section(struct kfg_object *object, const struct kfg_elf_section *rels, struct kfg_object_error *error)
{
	struct kfg_object_code *code = object->code;

	for (size_t at = 0; at + sizeof(Elf64_Rel) <= rels->size; at += sizeof(Elf64_Rel)) {
		struct kfg_elf_symbol sym;
		struct kfg_code_note note;
		uint32_t place;
		Elf64_Rel rel;
		int r;

		memcpy(&rel, rels->data + at, sizeof(rel));
		place = kfg_code_place(code, rels->info, rel.r_offset);
		if (place == KFG_CODE_NONE)
			return kfg_object_refuse(error, rels->offset + at,
						 "relocation of an instruction that is not there");
		if (ELF64_R_SYM(rel.r_info) >= code->elf.n_symbols)
			return kfg_object_refuse(error, rels->offset + at, "relocation to a symbol that is not there");
		r = kfg_code_read_symbol(code, (uint32_t)ELF64_R_SYM(rel.r_info), &sym, error);
		if (r < 0)
			return r;
		kfg_open_rules_check_reloc(object, place, &sym);
		note = note_of(code, place, (uint32_t)ELF64_R_SYM(rel.r_info), &sym);
		r = note.kind ? kfg_code_add_note(code, place, note) : 0;
		if (r < 0)
			return r;
	}
	return 0;
}

int kfg_code_read_relocs(struct kfg_object *object, struct kfg_object_error *error)
{
	struct kfg_object_code *code = object->code;

	for (uint32_t i = 1; i < code->elf.n_sections; i++) {
		const struct kfg_elf_section *s = &code->elf.sections[i];
		int r;

		if (s->type != SHT_REL || s->info >= code->elf.n_sections ||
		    kfg_code_place(code, s->info, 0) == KFG_CODE_NONE)
			continue;
		r = kfg_code_take(code, i, error);
		if (r >= 0)
			r = read_section(object, s, error);
		if (r < 0)
			return r;
	}
	return 0;
}
