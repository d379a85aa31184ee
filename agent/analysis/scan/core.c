/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core.c - what a CO-RE relocation comes to on a kernel. */
#include "analysis/scan/core.h"

#include "analysis/scan/type_compat.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_LEN 255

/* How a bitfield is to be read: the smallest aligned load that holds it (bpf_core_calc_field_relo()). */
static int place_bitfield(uint64_t bit_offset, uint32_t bits, int64_t *size, uint64_t *ret_offset)
{
	uint64_t bytes = (uint64_t)*size;

	if (!bytes)
		return -EINVAL;
	*ret_offset = bit_offset / 8 / bytes * bytes;
	while (bit_offset + bits - *ret_offset * 8 > bytes * 8) {
		if (bytes >= 8)
			return -E2BIG;
		bytes *= 2;
		*ret_offset = bit_offset / 8 / bytes * bytes;
	}
	*size = (int64_t)bytes;
	return 0;
}

static bool is_signed(struct kfg_type type)
{
	const struct btf_type *t = kfg_type_record(type);
	unsigned kind = kfg_type_kind(type);

	if (kfg_type_kind_is_enum(kind))
		return KFG_BTF_INFO_KFLAG(t->info);
	return kind == BTF_KIND_INT && (BTF_INT_ENCODING(*(const uint32_t *)(t + 1)) & BTF_INT_SIGNED);
}

/* What a relocation by a named field comes to, the field being the last of the path. */
static int named_field(uint32_t kind, const struct kfg_core_spec *spec, uint64_t *ret_value)
{
	const struct kfg_core_accessor *last = &spec->at[spec->n - 1];
	const struct btf_member *m = kfg_type_members(last->type) + last->index;
	uint32_t bits = kfg_type_member_bits(kfg_type_record(last->type), m);
	struct kfg_type type = { last->type.btf, m->type };
	uint64_t offset = spec->bit_offset / 8;
	int64_t size;

	kfg_type_resolve(type, &type);
	size = kfg_type_size(type);
	if (size < 0 || (bits && place_bitfield(spec->bit_offset, bits, &size, &offset) < 0))
		return -EINVAL;
	if (!bits)
		bits = (uint32_t)size * 8;
	switch (kind) {
	case BPF_CORE_FIELD_BYTE_OFFSET:
		*ret_value = offset;
		return 0;
	case BPF_CORE_FIELD_BYTE_SIZE:
		*ret_value = (uint64_t)size;
		return 0;
	case BPF_CORE_FIELD_SIGNED:
		*ret_value = is_signed(type);
		return 0;
	case BPF_CORE_FIELD_LSHIFT_U64:
		*ret_value = 64 - (spec->bit_offset + bits - offset * 8);
		return 0;
	case BPF_CORE_FIELD_RSHIFT_U64:
		*ret_value = 64 - bits;
		return 0;
	default:
		return -EINVAL;
	}
}

static int field_value(uint32_t kind, const struct kfg_core_spec *spec, uint64_t *ret_value)
{
	int64_t size;

	if (kind == BPF_CORE_FIELD_EXISTS) {
		*ret_value = 1;
		return 0;
	}
	if (spec->at[spec->n - 1].name)
		return named_field(kind, spec, ret_value);
	size = kfg_type_size(spec->at[spec->n - 1].type);
	if (size < 0 || (kind != BPF_CORE_FIELD_BYTE_OFFSET && kind != BPF_CORE_FIELD_BYTE_SIZE))
		return -EINVAL;
	*ret_value = kind == BPF_CORE_FIELD_BYTE_SIZE ? (uint64_t)size : spec->bit_offset / 8;
	return 0;
}

static int enumval_value(uint32_t kind, const struct kfg_core_spec *spec, uint64_t *ret_value)
{
	const struct kfg_core_accessor *at = &spec->at[0];
	const struct btf_type *t = kfg_type_record(at->type);

	if (kind == BPF_CORE_ENUMVAL_EXISTS) {
		*ret_value = 1;
	} else if (kfg_type_kind(at->type) == BTF_KIND_ENUM) {
		*ret_value = (uint64_t)(int64_t)((const struct btf_enum *)(t + 1))[at->index].val;
	} else {
		const struct btf_enum64 *e = &((const struct btf_enum64 *)(t + 1))[at->index];

		*ret_value = (uint64_t)e->val_hi32 << 32 | e->val_lo32;
	}
	return 0;
}

static int type_value(uint32_t kind, const struct kfg_core_spec *spec, uint64_t *ret_value)
{
	int64_t size;

	switch (kind) {
	case BPF_CORE_TYPE_ID_TARGET:
		*ret_value = spec->root.id;
		return 0;
	case BPF_CORE_TYPE_SIZE:
		size = kfg_type_size(spec->root);
		*ret_value = (uint64_t)size;
		return size < 0 ? -EINVAL : 0;
	default:
		*ret_value = 1;
		return 0;
	}
}

/* What an absent type, field or enumerator comes to: zero where that is an answer. */
static struct kfg_core_value absent(uint32_t kind)
{
	bool answer = kfg_core_is_type(kind) || kind == BPF_CORE_FIELD_EXISTS || kind == BPF_CORE_ENUMVAL_EXISTS;

	return (struct kfg_core_value){ .state = answer ? KFG_CORE_VALUE : KFG_CORE_UNRESOLVED };
}

/*
 * Types of the kernel by the local type's name without its flavour: enums may be of either kind (attempt 1), and a few
 * types of kernels have a name with a flavour themselves (attempt 2).
 */
static uint32_t find_candidate(const struct kfg_linkage *linkage, struct kfg_type local, unsigned attempt,
			       struct kfg_type *ret_type)
{
	unsigned kind = kfg_type_kind(local);
	const char *name = kfg_type_name(local);
	char essential[NAME_MAX_LEN + 1];
	size_t len = strnlen(name, NAME_MAX_LEN + 1);
	const char *module;

	if (!len || len > NAME_MAX_LEN || (attempt == 1 && !kfg_type_kind_is_enum(kind)) ||
	    (attempt == 2 && kfg_code_essential_len(name) == len))
		return 0;
	if (attempt == 1)
		kind = kind == BTF_KIND_ENUM ? BTF_KIND_ENUM64 : BTF_KIND_ENUM;
	if (attempt != 2)
		len = kfg_code_essential_len(name);
	memcpy(essential, name, len);
	essential[len] = '\0';
	ret_type->id = kfg_kernel_type_find(linkage->kernel, essential, kind, &ret_type->btf, &module);
	return ret_type->id;
}

static struct kfg_core_value resolve(struct kfg_linkage *linkage, const struct kfg_code_core_relo *relo)
{
	struct kfg_core_value found = { .state = KFG_CORE_VALUE };
	struct kfg_core_spec local, target;
	struct kfg_type candidate;

	if (kfg_core_spec_parse(linkage->code->btf, relo, &local) < 0)
		return (struct kfg_core_value){ .state = KFG_CORE_UNRESOLVED };
	if (relo->kind == BPF_CORE_TYPE_ID_LOCAL) {
		found.value = relo->type_id;
		return found;
	}
	for (unsigned attempt = 0; attempt < 3; attempt++) {
		int r;

		if (!find_candidate(linkage, local.root, attempt, &candidate))
			continue;
		r = kfg_core_spec_match(&local, relo->kind, candidate, &linkage->core_steps, &target);
		if (r == -E2BIG) {
			kfg_linkage_give_up(linkage, KFG_SCAN_LIMIT_CORE);
			return (struct kfg_core_value){ .state = KFG_CORE_UNRESOLVED };
		}
		if (r <= 0)
			continue;
		r = kfg_core_is_field(relo->kind) ? field_value(relo->kind, &target, &found.value) :
		    kfg_core_is_type(relo->kind)  ? type_value(relo->kind, &target, &found.value) :
						    enumval_value(relo->kind, &target, &found.value);
		if (r < 0)
			found.state = KFG_CORE_UNRESOLVED;
		return found;
	}
	return absent(relo->kind);
}

struct kfg_core_value kfg_core_resolve(struct kfg_linkage *linkage, uint32_t relo)
{
	struct kfg_core_value *value = &linkage->core[relo];

	if (value->state == KFG_CORE_OPEN)
		*value = resolve(linkage, &linkage->code->core_relos[relo]);
	return *value;
}
