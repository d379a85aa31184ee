/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * open_rules.c - for what libbpf refuses an object when it opens it, before any kernel is asked (libbpf 1.8,
 * src/libbpf.c, bpf_object__elf_collect(), bpf_object__add_programs(), bpf_object__init_user_btf_maps(),
 * parse_btf_map_def(), bpf_program__record_reloc()). Externs are checked where they are read, in externs.c.
 */
#include "analysis/scan/code.h"

#include "base/text.h"
#include "analysis/scan/types.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void kfg_open_rules_refuse(struct kfg_object *object, unsigned since, const char *format, ...)
{
	struct kfg_object_refusal *refusal = &object->refusals[object->n_refusals];
	char text[sizeof(refusal->text)];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	for (size_t i = 0; i < object->n_refusals; i++)
		if (strcmp(object->refusals[i].text, text) == 0)
			return;
	if (object->n_refusals == KFG_OBJECT_REFUSALS_MAX) {
		object->more_refusals++;
		return;
	}
	*refusal = (struct kfg_object_refusal){ .since = since };
	memcpy(refusal->text, text, sizeof(text));
	object->n_refusals++;
}

static bool is_program_section(const struct kfg_elf_section *s)
{
	return s->type == SHT_PROGBITS && (s->flags & SHF_EXECINSTR) && s->size;
}

static void check_sections(struct kfg_object *object)
{
	const struct kfg_elf *elf = &object->code->elf;

	if (!elf->symtab)
		kfg_open_rules_refuse(object, 0, "it has no symbol table");
	for (uint32_t i = 1; i < elf->n_sections; i++) {
		const struct kfg_elf_section *s = &elf->sections[i];

		if (s->type == SHT_STRTAB)
			continue;
		if (strcmp(s->name, "maps") == 0)
			kfg_open_rules_refuse(
				object, KFG_LIBBPF(1, 0),
				"section \"maps\" holds legacy map definitions; libbpf 1.0 and later want them "
				"in \".maps\", with BTF");
		if (strcmp(s->name, "version") == 0 && s->size != sizeof(uint32_t))
			kfg_open_rules_refuse(object, 0, "section \"version\" is not 4 bytes long");
	}
}

static void check_program(struct kfg_object *object, const struct kfg_elf_symbol *sym)
{
	const struct kfg_object_code *code = object->code;
	const struct kfg_elf_section *s;

	if (sym->type != STT_FUNC || sym->section == SHN_UNDEF || sym->section >= SHN_LORESERVE)
		return;
	s = &code->elf.sections[sym->section];
	if (!is_program_section(s))
		return;
	if (sym->value > s->size || sym->size > s->size - sym->value)
		kfg_open_rules_refuse(object, 0, "program %.60s crosses the end of section %.60s", sym->name, s->name);
	else if (sym->section != code->text && sym->bind == STB_LOCAL)
		kfg_open_rules_refuse(object, KFG_LIBBPF(0, 4), "program %.60s in section %.60s is static", sym->name,
				      s->name);
}

/* A number in the definition of a map is how many elements an array has that a pointer points to. */
static bool is_number(struct kfg_type field, uint32_t *ret_value)
{
	struct kfg_type type;
	const struct btf_type *t;

	if (kfg_type_resolve(field, &type) != BTF_KIND_PTR)
		return false;
	type.id = kfg_type_record(type)->type;
	t = kfg_type_record(type);
	if (kfg_type_kind(type) != BTF_KIND_ARRAY)
		return false;
	*ret_value = ((const struct btf_array *)(t + 1))->nelems;
	return true;
}

static bool is_one_of(const char *name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* What a definition of a map has said up to a field. */
struct map_fields {
	uint32_t type, key_size, value_size;
	bool is_inner; /* of a map of maps */
	struct kfg_type inner; /* btf NULL: no inner map */
};

static const char *size_fault(uint32_t *known, int64_t size)
{
	if (size < 0)
		return "is of a type without a size";
	if (*known && *known != size)
		return "contradicts the size that another field says";
	*known = (uint32_t)size;
	return NULL;
}

/* __type(key, T) and __type(value, T) */
static const char *type_fault(uint32_t *known, struct kfg_type field)
{
	struct kfg_type type = field;

	if (kfg_type_kind(field) != BTF_KIND_PTR)
		return "is not made by __type()";
	type.id = kfg_type_record(field)->type;
	return size_fault(known, kfg_type_size(type));
}

#define MAP_TYPE_ARENA 33u /* BPF_MAP_TYPE_ARENA (include/uapi/linux/bpf.h, 6.9), which older headers lack */

static bool has_maps(uint32_t type)
{
	return type == BPF_MAP_TYPE_ARRAY_OF_MAPS || type == BPF_MAP_TYPE_HASH_OF_MAPS;
}

/* __array(values, T): an inner map's definition, or the type of programs */
static const char *values_fault(struct map_fields *f, struct kfg_type field, bool last)
{
	struct kfg_type type;
	const struct btf_array *array;

	if (f->is_inner)
		return "makes a map of maps of maps";
	if (!last)
		return "is not the last one";
	if (!has_maps(f->type) && f->type != BPF_MAP_TYPE_PROG_ARRAY)
		return "is for maps of maps and of programs, whose type stands before it";
	if (size_fault(&f->value_size, sizeof(uint32_t)))
		return "contradicts the size of values, which is 4";
	if (kfg_type_resolve(field, &type) != BTF_KIND_ARRAY)
		return "is not made by __array()";
	array = (const struct btf_array *)(kfg_type_record(type) + 1);
	type.id = array->type;
	if (array->nelems || kfg_type_resolve(type, &type) != BTF_KIND_PTR)
		return "is not made by __array()";
	type.id = kfg_type_record(type)->type;
	if (!has_maps(f->type))
		return kfg_type_resolve(type, NULL) == BTF_KIND_FUNC_PROTO ? NULL : "is of no function";
	if (kfg_type_resolve(type, &type) != BTF_KIND_STRUCT)
		return "is of no map's definition";
	f->inner = type;
	return NULL;
}

static const char *number_fault(struct map_fields *f, const char *name, struct kfg_type field)
{
	uint32_t value;

	if (!is_number(field, &value))
		return "is not made by __uint()";
	if (strcmp(name, "type") == 0)
		f->type = value;
	else if (strcmp(name, "key_size") == 0)
		return size_fault(&f->key_size, value);
	else if (strcmp(name, "value_size") == 0)
		return size_fault(&f->value_size, value);
	else if (strcmp(name, "pinning") == 0)
		return f->is_inner ? "is of an inner map, which cannot be pinned" :
		       value > 1   ? "is neither LIBBPF_PIN_NONE nor LIBBPF_PIN_BY_NAME" :
				     NULL;
	return NULL;
}

/* Returns what is wrong with a field of a map's definition; NULL: nothing. */
static const char *field_fault(struct map_fields *f, const char *name, struct kfg_type field, bool last)
{
	static const char *const numbers[] = { "type",	   "max_entries", "map_flags", "numa_node",
					       "key_size", "value_size",  "pinning" };
	uint32_t value;

	if (is_one_of(name, numbers, sizeof(numbers) / sizeof(numbers[0])))
		return number_fault(f, name, field);
	if (strcmp(name, "key") == 0)
		return type_fault(&f->key_size, field);
	if (strcmp(name, "value") == 0)
		return type_fault(&f->value_size, field);
	if (strcmp(name, "map_extra") == 0)
		return is_number(field, &value) || kfg_type_kind_is_enum(kfg_type_resolve(field, NULL)) ?
			       NULL :
			       "is not made by __ulong()";
	if (strcmp(name, "values") == 0)
		return values_fault(f, field, last);
	return "is none that libbpf knows";
}

/* False: it is refused. */
static bool check_definition(struct kfg_object *object, const char *name, struct kfg_type def, struct map_fields *f)
{
	for (uint32_t i = 0; i < kfg_type_vlen(def); i++) {
		const struct btf_member *m = &kfg_type_members(def)[i];
		const char *field = kfg_btf_str(def.btf, m->name_off);
		const char *fault =
			field_fault(f, field, (struct kfg_type){ def.btf, m->type }, i + 1 == kfg_type_vlen(def));

		if (!fault)
			continue;
		kfg_open_rules_refuse(object, 0, "field %.40s of %smap %.60s %s", field,
				      f->is_inner ? "the inner " : "", name, fault);
		return false;
	}
	if (f->type)
		return true;
	kfg_open_rules_refuse(object, 0, "%smap %.60s has no type", f->is_inner ? "the inner " : "", name);
	return false;
}

/* Returns the type of the map, 0 if it is refused. */
static uint32_t check_map(struct kfg_object *object, uint32_t var)
{
	const struct kfg_btf *btf = object->code->btf;
	const struct btf_type *t = kfg_btf_type(btf, var);
	const char *name = kfg_btf_type_name(btf, var);
	struct map_fields fields = { 0 }, inner = { .is_inner = true };
	struct kfg_type def = { btf, var };

	if (!t || KFG_BTF_INFO_KIND(t->info) != BTF_KIND_VAR ||
	    ((const struct btf_var *)(t + 1))->linkage != BTF_VAR_GLOBAL_ALLOCATED) {
		kfg_open_rules_refuse(object, 0, "map %.60s is not a global variable", name);
		return 0;
	}
	def.id = t->type;
	if (kfg_type_resolve(def, &def) != BTF_KIND_STRUCT) {
		kfg_open_rules_refuse(object, 0, "map %.60s is not defined by a struct", name);
		return 0;
	}
	if (!check_definition(object, name, def, &fields))
		return 0;
	return !fields.inner.btf || check_definition(object, name, fields.inner, &inner) ? fields.type : 0;
}

static void check_maps(struct kfg_object *object)
{
	const struct kfg_object_code *code = object->code;
	const struct btf_type *sec;
	unsigned arenas = 0;
	uint32_t id;

	if (!kfg_elf_find(&code->elf, ".maps"))
		return;
	id = code->btf ? kfg_btf_find(code->btf, ".maps", BTF_KIND_DATASEC) : 0;
	if (!id) {
		kfg_open_rules_refuse(object, 0, "section \".maps\" comes without the BTF that describes it");
		return;
	}
	sec = kfg_btf_type(code->btf, id);
	for (uint32_t i = 0; i < KFG_BTF_INFO_VLEN(sec->info); i++)
		arenas += check_map(object, ((const struct btf_var_secinfo *)(sec + 1))[i].type) == MAP_TYPE_ARENA;
	if (arenas > 1)
		kfg_open_rules_refuse(object, KFG_LIBBPF(1, 4), "it has %u maps of the type arena; one is allowed",
				      arenas);
}

/* Sections that relocations of instructions may point into, besides code. */
static bool is_data_section(const struct kfg_elf_section *s)
{
	static const char *const names[] = { ".data", ".rodata", ".bss" };

	if (strcmp(s->name, ".maps") == 0 || kfg_text_begins(s->name, ".addr_space.1") ||
	    kfg_text_begins(s->name, ".jumptables"))
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t len = strlen(names[i]);

		if (kfg_text_begins(s->name, names[i]) && (!s->name[len] || s->name[len] == '.'))
			return true;
	}
	return false;
}

void kfg_open_rules_check_reloc(struct kfg_object *object, uint32_t place, const struct kfg_elf_symbol *sym)
{
	const struct kfg_object_code *code = object->code;
	const struct bpf_insn *insn = &code->insns[place];
	uint32_t func = kfg_code_func_at(code, place);
	const char *in;

	if (func == KFG_CODE_NONE)
		return; /* a weak function that another one replaced */
	in = code->funcs[func].name;
	if (!kfg_insn_is_call(insn) && !kfg_insn_is_ld64(insn)) {
		kfg_open_rules_refuse(object, 0, "function %.60s: a relocation is of neither a call nor a load", in);
	} else if (kfg_elf_symbol_is_extern(sym)) {
		return;
	} else if (kfg_insn_is_call(insn)) {
		if (insn->src_reg != BPF_PSEUDO_CALL)
			kfg_open_rules_refuse(object, 0, "function %.60s: a relocation is of a call of a helper", in);
		else if (sym->section == SHN_UNDEF || sym->section != code->text)
			kfg_open_rules_refuse(object, 0, "function %.60s calls %.60s, which is not in section .text",
					      in, sym->name);
	} else if (sym->section == SHN_UNDEF || sym->section >= SHN_LORESERVE) {
		kfg_open_rules_refuse(object, 0,
				      "function %.60s uses %.60s, a variable without section: is it initialized?", in,
				      sym->name);
	} else if (strcmp(code->elf.sections[sym->section].name, "maps") == 0) {
		return; /* the section itself is refused, where it is */
	} else if (sym->section != code->text && !is_data_section(&code->elf.sections[sym->section])) {
		kfg_open_rules_refuse(object, 0, "function %.60s uses section %.60s, which holds no data for libbpf",
				      in, code->elf.sections[sym->section].name);
	}
}

/* libbpf's find_kcfg_type(): what an option's value can be put into. */
static bool holds_option(struct kfg_type type, bool in_array)
{
	unsigned kind = kfg_type_resolve(type, &type);
	const struct btf_type *t = kfg_type_record(type);
	bool is_bool;

	switch (kind) {
	case BTF_KIND_INT:
		is_bool = BTF_INT_ENCODING(*(const uint32_t *)(t + 1)) & BTF_INT_BOOL;
		if (in_array)
			return t->size == 1 && !is_bool;
		return t->size == 1 || (!is_bool && (t->size == 2 || t->size == 4 || t->size == 8));
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return !in_array && (kind == BTF_KIND_ENUM64 || t->size == 4) &&
		       strcmp(kfg_type_name(type), "libbpf_tristate") == 0;
	case BTF_KIND_ARRAY:
		type.id = ((const struct btf_array *)(t + 1))->type;
		return !in_array && ((const struct btf_array *)(t + 1))->nelems && holds_option(type, true);
	default:
		return false;
	}
}

void kfg_open_rules_check_option(struct kfg_object *object, uint32_t var)
{
	const struct kfg_btf *btf = object->code->btf;

	if (!holds_option((struct kfg_type){ btf, kfg_btf_type(btf, var)->type }, false))
		kfg_open_rules_refuse(object, 0, "variable %.60s in .kconfig is of a type that holds no option",
				      kfg_btf_type_name(btf, var));
}

int kfg_open_rules_check(struct kfg_object *object, struct kfg_object_error *error)
{
	const struct kfg_object_code *code = object->code;
	struct kfg_elf_symbol sym;

	check_sections(object);
	for (uint32_t i = 0; i < code->elf.n_symbols; i++) {
		int r = kfg_code_read_symbol(code, i, &sym, error);

		if (r < 0)
			return r;
		check_program(object, &sym);
	}
	check_maps(object);
	return 0;
}
