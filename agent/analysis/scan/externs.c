/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * externs.c - what an object wants from outside: undefined symbols that its BTF has in .ksyms or .kconfig, and others,
 * for which libbpf refuses to open it (libbpf 1.8, src/libbpf.c, bpf_object__collect_externs()).
 */
#include "analysis/scan/code.h"

#include "base/cleanup.h"
#include "analysis/lifecycle/kfunc_data.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum extern_section {
	SECTION_NONE,
	SECTION_KSYMS,
	SECTION_KCONFIG,
	SECTION_OTHER,
};

/* Marks, per type of the BTF, the section that a DATASEC puts it into; the first one counts. */
static void mark_sections(const struct kfg_btf *btf, uint8_t *section_of)
{
	for (uint32_t id = 1; id < kfg_btf_n_types(btf); id++) {
		const struct btf_type *t = kfg_btf_type(btf, id);
		const struct btf_var_secinfo *info = (const struct btf_var_secinfo *)(t + 1);
		const char *name = kfg_btf_str(btf, t->name_off);
		uint8_t section = strcmp(name, ".ksyms") == 0	? SECTION_KSYMS :
				  strcmp(name, ".kconfig") == 0 ? SECTION_KCONFIG :
								  SECTION_OTHER;

		if (KFG_BTF_INFO_KIND(t->info) != BTF_KIND_DATASEC)
			continue;
		for (uint32_t i = 0; i < KFG_BTF_INFO_VLEN(t->info); i++)
			if (section_of[info[i].type] == SECTION_NONE)
				section_of[info[i].type] = section;
	}
}

/* 0: the object's BTF has no extern of that name. */
static uint32_t find_extern(const struct kfg_btf *btf, const char *name, bool *ret_func)
{
	uint32_t id = kfg_btf_find(btf, name, BTF_KIND_FUNC);
	const struct btf_type *t = kfg_btf_type(btf, id);

	*ret_func = true;
	if (t && KFG_BTF_INFO_VLEN(t->info) == BTF_FUNC_EXTERN)
		return id;
	*ret_func = false;
	id = kfg_btf_find(btf, name, BTF_KIND_VAR);
	t = kfg_btf_type(btf, id);
	return t && ((const struct btf_var *)(t + 1))->linkage == BTF_VAR_GLOBAL_EXTERN ? id : 0;
}

static int add_use(struct kfg_object *object, struct kfg_code_extern *ext)
{
	struct kfg_object_use *use = &object->uses[object->n_uses];
	size_t len = kfg_code_essential_len(ext->name);

	use->kfunc = strndup(ext->name, len);
	if (!use->kfunc)
		return -ENOMEM;
	use->symbol = ext->name;
	use->weak = ext->weak;
	use->btf_id = ext->btf_id;
	ext->use = (uint32_t)object->n_uses++;
	return 0;
}

/*
 * A symbol that nothing in the object says how to resolve. That of a kfunc was meant to be one, most likely, and its
 * use is what fails; any other is a function or a variable of an object that this one is to be linked with.
 */
static int add_undeclared(struct kfg_object *object, uint32_t index, const struct kfg_elf_symbol *sym, uint32_t id)
{
	struct kfg_object_code *code = object->code;
	struct kfg_code_extern *ext = &code->externs[code->n_externs];

	if (!kfg_kfunc_history_find(sym->name)) {
		kfg_open_rules_refuse(
			object, 0, "%.60s is defined in no section: an object to be linked first (bpftool gen object)?",
			sym->name);
		object->unlinked = true;
		return 0;
	}
	*ext = (struct kfg_code_extern){ .name = sym->name,
					 .kind = KFG_CODE_EXTERN_UNDECLARED,
					 .weak = sym->bind == STB_WEAK,
					 .btf_id = id,
					 .use = KFG_CODE_NONE };
	code->extern_of[index] = code->n_externs++;
	object->uses[object->n_uses].undeclared = true;
	return add_use(object, ext);
}

static int add_extern(struct kfg_object *object, uint32_t index, const struct kfg_elf_symbol *sym,
		      const uint8_t *section_of)
{
	struct kfg_object_code *code = object->code;
	struct kfg_code_extern *ext = &code->externs[code->n_externs];
	bool func;
	uint32_t id = code->btf ? find_extern(code->btf, sym->name, &func) : 0;

	if (!id || (section_of[id] != SECTION_KSYMS && section_of[id] != SECTION_KCONFIG))
		return add_undeclared(object, index, sym, id);
	if (section_of[id] == SECTION_KCONFIG && func)
		kfg_open_rules_refuse(object, 0, "function %.60s is declared in .kconfig", sym->name);
	else if (section_of[id] == SECTION_KCONFIG)
		kfg_open_rules_check_option(object, id);
	*ext = (struct kfg_code_extern){
		.name = sym->name,
		.kind = section_of[id] == SECTION_KCONFIG ? KFG_CODE_EXTERN_KCONFIG :
			func				  ? KFG_CODE_EXTERN_KFUNC :
							    KFG_CODE_EXTERN_KSYM,
		.weak = sym->bind == STB_WEAK,
		.btf_id = id,
		.use = KFG_CODE_NONE,
	};
	code->extern_of[index] = code->n_externs++;
	return ext->kind == KFG_CODE_EXTERN_KFUNC ? add_use(object, ext) : 0;
}

static int collect(struct kfg_object *object, const uint8_t *section_of, struct kfg_object_error *error)
{
	struct kfg_object_code *code = object->code;
	struct kfg_elf_symbol sym;
	int r = 0;

	for (uint32_t i = 0; i < code->elf.n_symbols && r >= 0; i++) {
		code->extern_of[i] = KFG_CODE_NONE;
		r = kfg_code_read_symbol(code, i, &sym, error);
		if (r >= 0 && kfg_elf_symbol_is_extern(&sym))
			r = add_extern(object, i, &sym, section_of);
	}
	return r;
}

static size_t count(const struct kfg_object_code *code, struct kfg_object_error *error)
{
	struct kfg_elf_symbol sym;
	size_t n = 0;

	for (uint32_t i = 0; i < code->elf.n_symbols; i++)
		n += kfg_code_read_symbol(code, i, &sym, error) >= 0 && kfg_elf_symbol_is_extern(&sym);
	return n;
}

int kfg_code_read_externs(struct kfg_object *object, struct kfg_object_error *error)
{
	struct kfg_object_code *code = object->code;
	size_t n = count(code, error);
	_cleanup_free_ uint8_t *section_of = NULL;

	section_of = calloc(code->btf ? kfg_btf_n_types(code->btf) : 1, 1);
	code->externs = calloc(n + 1, sizeof(*code->externs));
	code->extern_of = calloc((size_t)code->elf.n_symbols + 1, sizeof(*code->extern_of));
	object->uses = calloc(n + 1, sizeof(*object->uses));
	if (!section_of || !code->externs || !code->extern_of || !object->uses)
		return -ENOMEM;
	if (code->btf)
		mark_sections(code->btf, section_of);
	return collect(object, section_of, error);
}
