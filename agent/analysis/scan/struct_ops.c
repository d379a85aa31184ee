/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * struct_ops.c - the struct_ops maps of an object, and what its relocations put into them (libbpf 1.7.0, src/libbpf.c,
 * init_struct_ops_maps(), bpf_object__collect_st_ops_relos(), bpf_object_adjust_struct_ops_autoload()).
 */
#include "analysis/scan/code.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const section_names[] = { ".struct_ops", ".struct_ops.link", "?.struct_ops", "?.struct_ops.link" };
/* Each relocation is looked for in all maps. */
#define MAPS_MAX 1024u
#define N_SECTION_NAMES (sizeof(section_names) / sizeof(section_names[0]))

/* The STRUCT that a variable is of, through typedefs and modifiers; 0: it is no struct. */
static uint32_t struct_of(const struct kfg_btf *btf, uint32_t id)
{
	for (unsigned step = 0; step < KFG_BTF_STEPS_MAX; step++) {
		const struct btf_type *t = kfg_btf_type(btf, id);

		switch (t ? KFG_BTF_INFO_KIND(t->info) : BTF_KIND_UNKN) {
		case BTF_KIND_STRUCT:
			return id;
		case BTF_KIND_VAR:
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_CONST:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_RESTRICT:
		case BTF_KIND_TYPE_TAG:
			id = t->type;
			break;
		default:
			return 0;
		}
	}
	return 0;
}

/* room: bytes of the section that no map has taken yet. */
static int add_map(struct kfg_object *object, uint32_t section, const struct btf_var_secinfo *info, size_t *room)
{
	struct kfg_object_code *code = object->code;
	const struct kfg_elf_section *s = &code->elf.sections[section];
	struct kfg_object_struct_ops *map = &object->struct_ops[object->n_struct_ops];
	uint32_t id = struct_of(code->btf, info->type);
	const struct btf_type *t = kfg_btf_type(code->btf, id);
	const char *type = t ? kfg_btf_str(code->btf, t->name_off) : "";

	if (!*type || t->size > *room || info->offset > s->size - t->size || object->n_struct_ops == MAPS_MAX) {
		kfg_code_limit(code, "a map in section %s is not as libbpf wants it", s->name);
		return 0;
	}
	*room -= t->size;
	map->type = strndup(type, kfg_code_essential_len(type));
	if (!map->type)
		return -ENOMEM;
	map->map = kfg_btf_type_name(code->btf, info->type);
	map->autocreate = s->name[0] != '?';
	map->btf_id = id;
	code->st_ops[object->n_struct_ops++] = (struct kfg_code_struct_ops){
		.data = s->data + info->offset, .section = section, .offset = info->offset, .size = t->size
	};
	return 0;
}

static const struct btf_type *datasec_of(const struct kfg_object_code *code, uint32_t section)
{
	const struct kfg_elf_section *s = &code->elf.sections[section];

	if (!section || s->type != SHT_PROGBITS)
		return NULL;
	return kfg_btf_type(code->btf, kfg_btf_find(code->btf, s->name, BTF_KIND_DATASEC));
}

static int read_maps(struct kfg_object *object)
{
	struct kfg_object_code *code = object->code;
	size_t n = 0;

	for (size_t i = 0; i < N_SECTION_NAMES; i++) {
		const struct btf_type *sec = datasec_of(code, kfg_elf_find(&code->elf, section_names[i]));

		n += sec ? KFG_BTF_INFO_VLEN(sec->info) : 0;
	}
	object->struct_ops = calloc(n + 1, sizeof(*object->struct_ops));
	code->st_ops = calloc(n + 1, sizeof(*code->st_ops));
	if (!object->struct_ops || !code->st_ops)
		return -ENOMEM;
	for (size_t i = 0; i < N_SECTION_NAMES; i++) {
		uint32_t section = kfg_elf_find(&code->elf, section_names[i]);
		const struct btf_type *sec = datasec_of(code, section);
		size_t room = code->elf.sections[section].size;

		for (uint32_t k = 0; sec && k < KFG_BTF_INFO_VLEN(sec->info); k++) {
			int r = add_map(object, section, (const struct btf_var_secinfo *)(sec + 1) + k, &room);

			if (r < 0)
				return r;
		}
	}
	return 0;
}

/* The map that a byte of a section is in: maps are few, and in most objects there is one. */
static uint32_t map_at(const struct kfg_object *object, uint32_t section, uint64_t offset)
{
	for (uint32_t i = 0; i < object->n_struct_ops; i++) {
		const struct kfg_code_struct_ops *map = &object->code->st_ops[i];

		if (map->section == section && offset >= map->offset && offset - map->offset < map->size)
			return i;
	}
	return KFG_CODE_NONE;
}

static int add_slot(struct kfg_object *object, uint32_t section, const Elf64_Rel *rel, struct kfg_object_error *error)
{
	struct kfg_object_code *code = object->code;
	struct kfg_elf_symbol sym;
	uint32_t map = map_at(object, section, rel->r_offset), place, func;
	int r;

	if (map == KFG_CODE_NONE || ELF64_R_SYM(rel->r_info) >= code->elf.n_symbols)
		return 0;
	r = kfg_code_read_symbol(code, (uint32_t)ELF64_R_SYM(rel->r_info), &sym, error);
	if (r < 0)
		return r;
	place = kfg_code_place(code, sym.section, sym.value);
	func = place == KFG_CODE_NONE ? KFG_CODE_NONE : kfg_code_func_at(code, place);
	if (func == KFG_CODE_NONE)
		return 0;
	code->slots[code->n_slots++] = (struct kfg_code_struct_ops_slot){
		.map = map,
		.offset = (uint32_t)(rel->r_offset - code->st_ops[map].offset),
		.function = func,
	};
	return 0;
}

static int read_slots(struct kfg_object *object, uint32_t section, struct kfg_object_error *error)
{
	struct kfg_object_code *code = object->code;
	const struct kfg_elf_section *rels = &code->elf.sections[section];
	struct kfg_code_struct_ops_slot *more;
	int r = kfg_code_take(code, section, error);

	if (r < 0)
		return r;
	more = reallocarray(code->slots, code->n_slots + rels->size / sizeof(Elf64_Rel) + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	code->slots = more;
	for (size_t at = 0; at + sizeof(Elf64_Rel) <= rels->size && r >= 0; at += sizeof(Elf64_Rel)) {
		Elf64_Rel rel;

		memcpy(&rel, rels->data + at, sizeof(rel));
		r = add_slot(object, rels->info, &rel, error);
	}
	return r;
}

/* A program is loaded if a map that uses it is made; one that no map uses cannot be. */
static void adjust_autoload(struct kfg_object *object)
{
	struct kfg_object_code *code = object->code;

	for (size_t i = 0; i < object->n_programs; i++)
		if (object->programs[i].type == BPF_PROG_TYPE_STRUCT_OPS)
			object->programs[i].autoload = false;
	for (uint32_t i = 0; i < code->n_slots; i++) {
		uint32_t program = code->funcs[code->slots[i].function].program;

		if (program != KFG_CODE_NONE && object->struct_ops[code->slots[i].map].autocreate)
			object->programs[program].autoload = true;
	}
}

static int compare_slots(const void *a, const void *b)
{
	const struct kfg_code_struct_ops_slot *x = a, *y = b;

	if (x->map != y->map)
		return x->map < y->map ? -1 : 1;
	return (x->offset > y->offset) - (x->offset < y->offset);
}

int kfg_code_read_struct_ops(struct kfg_object *object, struct kfg_object_error *error)
{
	struct kfg_object_code *code = object->code;
	int r = read_maps(object);

	for (uint32_t i = 1; i < code->elf.n_sections && r >= 0; i++) {
		const struct kfg_elf_section *s = &code->elf.sections[i];

		if (s->type == SHT_REL && s->info < code->elf.n_sections &&
		    strstr(code->elf.sections[s->info].name, ".struct_ops"))
			r = read_slots(object, i, error);
	}
	if (r < 0)
		return r;
	if (code->n_slots)
		qsort(code->slots, code->n_slots, sizeof(*code->slots), compare_slots);
	adjust_autoload(object);
	return 0;
}
