/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * functions.c - the instructions of an object, its functions, and which of them are programs: those outside of .text,
 * and one that is alone (libbpf 1.7.0, src/libbpf.c, bpf_object__add_programs(), prog_is_subprog()).
 */
#include "analysis/scan/code.h"

#include "base/cleanup.h"
#include "analysis/scan/section_name.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_code(const struct kfg_elf_section *s)
{
	return s->type == SHT_PROGBITS && (s->flags & SHF_EXECINSTR) && s->size >= sizeof(struct bpf_insn);
}

static int read_code(struct kfg_object_code *code, struct kfg_object_error *error)
{
	uint64_t n_insns = 0;

	for (uint32_t i = 1; i < code->elf.n_sections; i++) {
		int r = is_code(&code->elf.sections[i]) ? kfg_code_take(code, i, error) : 0;

		if (r < 0)
			return r;
		if (is_code(&code->elf.sections[i])) {
			code->n_sections++;
			n_insns += code->elf.sections[i].size / sizeof(struct bpf_insn);
		}
	}
	if (n_insns >= KFG_CODE_NONE / 2)
		return kfg_object_refuse(error, 0, "more code than any kernel takes");
	code->insns = calloc(n_insns + 1, sizeof(*code->insns));
	code->note_of = calloc(n_insns + 1, sizeof(*code->note_of));
	code->sections = calloc(code->n_sections + 1, sizeof(*code->sections));
	if (!code->insns || !code->note_of || !code->sections)
		return -ENOMEM;
	code->n_sections = 0;
	for (uint32_t i = 1; i < code->elf.n_sections; i++) {
		const struct kfg_elf_section *s = &code->elf.sections[i];
		uint32_t n = (uint32_t)(s->size / sizeof(struct bpf_insn));

		if (!is_code(s))
			continue;
		code->sections[code->n_sections++] =
			(struct kfg_code_section){ .section = i, .first = code->n_insns, .n = n };
		memcpy(code->insns + code->n_insns, s->data, (size_t)n * sizeof(struct bpf_insn));
		code->n_insns += n;
		if (strcmp(s->name, ".text") == 0)
			code->text = i;
	}
	return 0;
}

/* A function's symbol that names instructions which are there. */
static bool as_func(const struct kfg_object_code *code, const struct kfg_elf_symbol *sym,
		    struct kfg_code_func *ret_func)
{
	uint32_t place;

	if (sym->type != STT_FUNC || sym->section == SHN_UNDEF || sym->section >= SHN_LORESERVE)
		return false;
	place = kfg_code_place(code, sym->section, sym->value);
	if (place == KFG_CODE_NONE || !sym->size || sym->size % sizeof(struct bpf_insn) ||
	    sym->size > code->elf.sections[sym->section].size - sym->value)
		return false;
	*ret_func = (struct kfg_code_func){
		.name = sym->name,
		.first = place,
		.n = (uint32_t)(sym->size / sizeof(struct bpf_insn)),
		.section = sym->section,
		.program = KFG_CODE_NONE,
		.user = KFG_CODE_NONE,
		.global = sym->bind != STB_LOCAL && sym->visibility != STV_HIDDEN && sym->visibility != STV_INTERNAL &&
			  code->btf,
	};
	return true;
}

static int compare_funcs(const void *a, const void *b)
{
	const struct kfg_code_func *x = a, *y = b;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return (x->n > y->n) - (x->n < y->n);
}

/* Two names for one function (an alias) are one function here; parts of functions are not. */
static int sort_funcs(struct kfg_object_code *code, struct kfg_object_error *error)
{
	uint32_t kept = 0;

	qsort(code->funcs, code->n_funcs, sizeof(*code->funcs), compare_funcs);
	for (uint32_t i = 0; i < code->n_funcs; i++) {
		const struct kfg_code_func *f = &code->funcs[i];
		const struct kfg_code_func *last = kept ? &code->funcs[kept - 1] : NULL;

		if (last && last->first == f->first && last->n == f->n)
			continue;
		if (last && last->first + last->n > f->first)
			return kfg_object_refuse(error, code->elf.sections[f->section].offset,
						 "functions in section %u overlap", f->section);
		code->funcs[kept++] = *f;
	}
	code->n_funcs = kept;
	return 0;
}

static bool has_func(const struct kfg_object_code *code, const struct kfg_code_section *s)
{
	uint32_t low = 0, high = code->n_funcs;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (code->funcs[middle].first < s->first)
			low = middle + 1;
		else
			high = middle;
	}
	return low < code->n_funcs && code->funcs[low].first < s->first + s->n;
}

/* Old compilers give programs no function symbols: then the section is the program. */
static void add_nameless(struct kfg_object_code *code)
{
	uint32_t n = code->n_funcs;

	for (uint32_t i = 0; i < code->n_sections; i++) {
		const struct kfg_code_section *s = &code->sections[i];
		struct kfg_code_func whole = { .name = code->elf.sections[s->section].name,
					       .first = s->first,
					       .n = s->n,
					       .section = s->section,
					       .program = KFG_CODE_NONE,
					       .user = KFG_CODE_NONE };

		if (!has_func(code, s))
			code->funcs[n++] = whole;
	}
	code->n_funcs = n;
	qsort(code->funcs, code->n_funcs, sizeof(*code->funcs), compare_funcs);
}

static int read_funcs(struct kfg_object_code *code, struct kfg_object_error *error)
{
	struct kfg_elf_symbol sym;

	code->funcs = calloc((size_t)code->elf.n_symbols + code->n_sections + 1, sizeof(*code->funcs));
	if (!code->funcs)
		return -ENOMEM;
	for (uint32_t i = 0; i < code->elf.n_symbols; i++) {
		int r = kfg_code_read_symbol(code, i, &sym, error);

		if (r < 0)
			return r;
		if (as_func(code, &sym, &code->funcs[code->n_funcs])) {
			code->n_funcs++;
			code->n_function_symbols++;
		}
	}
	return sort_funcs(code, error);
}

static int name_programs(struct kfg_object *object)
{
	struct kfg_object_code *code = object->code;

	object->programs = calloc(code->n_funcs + 1, sizeof(*object->programs));
	if (!object->programs)
		return -ENOMEM;
	for (uint32_t i = 0; i < code->n_funcs; i++) {
		struct kfg_code_func *f = &code->funcs[i];
		struct kfg_object_program *program = &object->programs[object->n_programs];
		struct kfg_section_name meaning;

		if (f->section == code->text && code->n_function_symbols != 1)
			continue;
		f->program = (uint32_t)object->n_programs++;
		f->global = false;
		program->name = f->name;
		program->section = code->elf.sections[f->section].name;
		meaning = kfg_section_name(program->section);
		program->type = meaning.type;
		program->autoload = meaning.autoload;
		program->sleepable = meaning.sleepable;
		program->attach = meaning.attach;
	}
	return 0;
}

int kfg_code_read_functions(struct kfg_object *object, struct kfg_object_error *error)
{
	struct kfg_object_code *code = object->code;
	int r = read_code(code, error);

	if (r >= 0)
		r = read_funcs(code, error);
	if (r < 0)
		return r;
	add_nameless(code);
	return name_programs(object);
}
