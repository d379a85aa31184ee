/* SPDX-License-Identifier: GPL-2.0-or-later */
/* object.c - an object read, step by step, and freed. */
#include "analysis/scan/code.h"

#include "analysis/scan/byte_order.h"
#include "base/cleanup.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Old compilers left e_machine empty (libbpf 1.7.0, src/libbpf.c, bpf_object__elf_init()). */
static int check_machine(const struct kfg_elf *elf, struct kfg_object_error *error)
{
	if (elf->machine == EM_BPF || (elf->machine == EM_NONE && elf->type == ET_REL && !elf->foreign))
		return 0;
	kfg_object_refuse(error, offsetof(Elf64_Ehdr, e_machine), "not a BPF object: machine %u", elf->machine);
	error->not_bpf = true;
	return -EBADMSG;
}

static int read_btf(struct kfg_object_code *code, struct kfg_object_error *error)
{
	uint32_t section = kfg_elf_find(&code->elf, ".BTF");
	const struct kfg_elf_section *s = &code->elf.sections[section];
	struct kfg_btf_error why;
	int r;

	if (!section || s->type != SHT_PROGBITS || !s->size)
		return 0;
	r = kfg_btf_open(s->data, s->size, NULL, &code->btf, &why);
	if (r == -EBADMSG)
		return kfg_object_refuse(error, s->offset + why.offset, ".BTF: %s", why.text);
	return r;
}

static void read_license(struct kfg_object *object)
{
	const struct kfg_elf *elf = &object->code->elf;
	uint32_t section = kfg_elf_find(elf, "license");
	const struct kfg_elf_section *s = &elf->sections[section];

	/* with a NUL or without, as libbpf takes it (bpf_object__init_license()) */
	if (section && s->size && s->type != SHT_NOBITS)
		memcpy(object->code->license, s->data,
		       s->size < sizeof(object->code->license) ? s->size : sizeof(object->code->license) - 1);
	object->license = object->code->license;
}

static int read_all(struct kfg_object *object, struct kfg_object_error *error)
{
	struct kfg_object_code *code = object->code;
	int r = read_btf(code, error);

	code->unread = code->elf.size;
	if (r >= 0)
		r = kfg_code_read_functions(object, error);
	if (r >= 0)
		r = kfg_code_read_externs(object, error);
	if (r >= 0)
		r = kfg_code_read_relocs(object, error);
	if (r >= 0)
		r = kfg_open_rules_check(object, error);
	if (r >= 0)
		r = kfg_code_read_btf_ext(object, error);
	if (r >= 0 && code->btf)
		r = kfg_code_read_struct_ops(object, error);
	if (r >= 0)
		r = kfg_code_read_calls(object);
	if (r >= 0)
		r = kfg_code_read_call_sites(object);
	if (r >= 0)
		r = kfg_code_read_blocks(object);
	if (r >= 0)
		read_license(object);
	return r;
}

static int open_elf(struct kfg_object *object, const void *data, size_t size, struct kfg_object_error *error)
{
	struct kfg_object_code *code = object->code;
	struct kfg_elf_error why = { 0 };
	int r = kfg_object_refuse_elf(kfg_elf_open(data, size, &code->elf, &why), &why, error);

	if (r == -EBADMSG)
		error->not_bpf = why.offset == EI_CLASS;
	if (r >= 0)
		r = check_machine(&code->elf, error);
	if (r >= 0)
		r = kfg_object_refuse_elf(kfg_elf_find_symbols(&code->elf, &why), &why, error);
	object->foreign = code->elf.foreign;
	return r >= 0 && object->foreign ? kfg_byte_order_convert(code) : r;
}

KFG_DEFINE_CLEANUP(struct kfg_object *, kfg_object_free)

int kfg_object_open(const void *data, size_t size, const char *label, struct kfg_object **ret_object,
		    struct kfg_object_error *ret_error)
{
	_cleanup_(kfg_object_free_cleanup) struct kfg_object *object = calloc(1, sizeof(*object));
	int r;

	if (!object)
		return -ENOMEM;
	object->license = "";
	object->libbpf = KFG_LIBBPF_NEWEST;
	memcpy(object->max, kfg_scan_limits, sizeof(object->max));
	object->label = strdup(label);
	object->code = calloc(1, sizeof(*object->code));
	if (!object->label || !object->code)
		return -ENOMEM;
	r = open_elf(object, data, size, ret_error);
	if (r >= 0)
		r = read_all(object, ret_error);
	if (r < 0)
		return r;
	object->limits = object->code->limits;
	*ret_object = KFG_TAKE_PTR(object);
	return 0;
}

static void free_code(struct kfg_object_code *code)
{
	if (!code)
		return;
	kfg_elf_done(&code->elf);
	kfg_btf_free(code->btf);
	free(code->converted);
	free(code->insns);
	free(code->note_of);
	free(code->sections);
	free(code->notes);
	free(code->funcs);
	free(code->calls);
	free(code->outgoing);
	free(code->address_places);
	free(code->externs);
	free(code->extern_of);
	free(code->core_relos);
	free(code->lines);
	free(code->st_ops);
	free(code->slots);
	free(code->first_site);
	free(code->site_places);
	free(code->block_of);
	free(code->block_places);
	free(code);
}

void kfg_object_free(struct kfg_object *object)
{
	if (!object)
		return;
	for (size_t i = 0; i < object->n_uses; i++) {
		free((char *)object->uses[i].kfunc);
		free(object->uses[i].sites);
	}
	for (size_t i = 0; i < object->n_struct_ops; i++)
		free((char *)object->struct_ops[i].type);
	free(object->uses);
	free(object->struct_ops);
	free(object->programs);
	free((char *)object->label);
	free_code(object->code);
	free(object);
}
