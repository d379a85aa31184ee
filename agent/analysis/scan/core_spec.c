/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core_spec.c - access strings of CO-RE relocations parsed, and matched with types of a kernel. */
#include "analysis/scan/core.h"

#include "analysis/scan/type_compat.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool kfg_core_is_field(uint32_t kind)
{
	return kind <= BPF_CORE_FIELD_RSHIFT_U64;
}

bool kfg_core_is_type(uint32_t kind)
{
	return (kind >= BPF_CORE_TYPE_ID_LOCAL && kind <= BPF_CORE_TYPE_SIZE) || kind == BPF_CORE_TYPE_MATCHES;
}

bool kfg_core_is_enumval(uint32_t kind)
{
	return kind == BPF_CORE_ENUMVAL_EXISTS || kind == BPF_CORE_ENUMVAL_VALUE;
}

/* "0:1:2" as numbers. Returns how many, or -EINVAL. */
static int parse_access(const char *text, uint32_t *ret_raw)
{
	int n = 0;

	while (*text) {
		unsigned long value;
		char *end;

		if (n == KFG_SPEC_MAX || *text < '0' || *text > '9')
			return -EINVAL;
		value = strtoul(text, &end, 10);
		if (value > INT32_MAX)
			return -EINVAL;
		ret_raw[n++] = (uint32_t)value;
		text = *end == ':' ? end + 1 : end;
	}
	return n ? n : -EINVAL;
}

static const char *enumerator(struct kfg_type type, unsigned kind, uint32_t i)
{
	const struct btf_type *t = kfg_type_record(type);

	return kfg_btf_str(type.btf, kind == BTF_KIND_ENUM ? ((const struct btf_enum *)(t + 1))[i].name_off :
							     ((const struct btf_enum64 *)(t + 1))[i].name_off);
}

static int parse_enumval(struct kfg_core_spec *spec, uint32_t index)
{
	struct kfg_core_accessor *at = &spec->at[0];
	unsigned kind = kfg_type_kind(at->type);

	if (!kfg_type_kind_is_enum(kind) || index >= kfg_type_vlen(at->type))
		return -EINVAL;
	at->name = enumerator(at->type, kind, index);
	return 0;
}

/* An array at the end of a struct that has no length of its own. */
static bool is_flexible(const struct kfg_core_accessor *holder, const struct btf_array *array)
{
	return holder->name && !array->nelems && holder->index == kfg_type_vlen(holder->type) - 1;
}

/* One step into a struct or union: moves *type to the member's. */
static int parse_member(struct kfg_core_spec *spec, uint32_t index, struct kfg_type *type)
{
	const struct btf_type *t = kfg_type_record(*type);
	const struct btf_member *m = kfg_type_members(*type) + index;
	const char *name;

	if (index >= kfg_type_vlen(*type))
		return -EINVAL;
	name = kfg_btf_str(type->btf, m->name_off);
	spec->bit_offset += kfg_type_member_offset(t, m);
	if (*name)
		spec->at[spec->n++] = (struct kfg_core_accessor){ .type = *type, .index = index, .name = name };
	type->id = m->type;
	return 0;
}

/* One step into an array: moves *type to its element. */
static int parse_element(struct kfg_core_spec *spec, uint32_t index, struct kfg_type *type)
{
	const struct btf_array *array = (const struct btf_array *)(kfg_type_record(*type) + 1);
	bool flexible = is_flexible(&spec->at[spec->n - 1], array);
	int64_t size;

	type->id = array->type;
	kfg_type_resolve(*type, type);
	if (!flexible && index >= array->nelems)
		return -EINVAL;
	spec->at[spec->n++] = (struct kfg_core_accessor){ .type = *type, .index = index };
	size = kfg_type_size(*type);
	if (size < 0)
		return -EINVAL;
	spec->bit_offset += (uint64_t)index * (uint64_t)size * 8;
	return 0;
}

static int parse_path(struct kfg_core_spec *spec, const uint32_t *raw)
{
	struct kfg_type type = spec->at[0].type;
	int64_t size = kfg_type_size(type);

	if (size < 0)
		return -EINVAL;
	spec->bit_offset = (uint64_t)raw[0] * (uint64_t)size * 8;
	for (int i = 1; i < spec->n_raw; i++) {
		unsigned kind = kfg_type_resolve(type, &type);
		int r = kfg_type_kind_is_composite(kind) ? parse_member(spec, raw[i], &type) :
			kind == BTF_KIND_ARRAY		 ? parse_element(spec, raw[i], &type) :
							   -EINVAL;

		if (r < 0)
			return r;
	}
	return 0;
}

int kfg_core_spec_parse(const struct kfg_btf *btf, const struct kfg_code_core_relo *relo,
			struct kfg_core_spec *ret_spec)
{
	const char *access = kfg_btf_str(btf, relo->access);
	uint32_t raw[KFG_SPEC_MAX];

	ret_spec->root = (struct kfg_type){ btf, relo->type_id };
	ret_spec->n = ret_spec->n_raw = 0;
	ret_spec->bit_offset = 0;
	if (kfg_core_is_type(relo->kind))
		return strcmp(access, "0") == 0 ? 0 : -EINVAL;
	ret_spec->n_raw = parse_access(access, raw);
	if (ret_spec->n_raw < 0)
		return -EINVAL;
	ret_spec->n = 1;
	ret_spec->at[0] = (struct kfg_core_accessor){ .index = raw[0] };
	kfg_type_resolve(ret_spec->root, &ret_spec->at[0].type);
	if (kfg_core_is_enumval(relo->kind))
		return ret_spec->n_raw == 1 ? parse_enumval(ret_spec, raw[0]) : -EINVAL;
	return kfg_core_is_field(relo->kind) ? parse_path(ret_spec, raw) : -EINVAL;
}

static bool same_essential(const char *a, const char *b)
{
	size_t len = kfg_code_essential_len(a);

	return len == kfg_code_essential_len(b) && strncmp(a, b, len) == 0;
}

/* Whether a field may stand for another: the kind counts, sizes do not (bpf_core_fields_are_compat()). */
static bool fields_compat(struct kfg_type local, struct kfg_type target)
{
	for (unsigned step = 0; step < KFG_BTF_STEPS_MAX; step++) {
		unsigned kind = kfg_type_resolve(local, &local), other = kfg_type_resolve(target, &target);
		const char *mine, *theirs;

		if (kfg_type_kind_is_composite(kind) && kfg_type_kind_is_composite(other))
			return true;
		if (!kfg_type_kinds_compat(kind, other))
			return false;
		switch (kind) {
		case BTF_KIND_PTR:
		case BTF_KIND_FLOAT:
			return true;
		case BTF_KIND_FWD:
		case BTF_KIND_ENUM:
		case BTF_KIND_ENUM64:
			mine = kfg_type_name(local);
			theirs = kfg_type_name(target);
			return !*mine || !*theirs || same_essential(mine, theirs);
		case BTF_KIND_INT:
			return BTF_INT_OFFSET(*(const uint32_t *)(kfg_type_record(local) + 1)) == 0 &&
			       BTF_INT_OFFSET(*(const uint32_t *)(kfg_type_record(target) + 1)) == 0;
		case BTF_KIND_ARRAY:
			local.id = ((const struct btf_array *)(kfg_type_record(local) + 1))->type;
			target.id = ((const struct btf_array *)(kfg_type_record(target) + 1))->type;
			break;
		default:
			return false;
		}
	}
	return false;
}

/* One search for a field of the kernel. */
struct search {
	const struct kfg_core_accessor *local;
	uint64_t *steps;
	struct kfg_core_spec *spec; /* grows as the search goes deeper */
};

/* Finds the field in a struct, or in unnamed structs inside of it; moves *type to the field's. 1, 0, or -EINVAL. */
static int match_member(struct search *s, struct kfg_type *type)
{
	const struct btf_member *own = kfg_type_members(s->local->type) + s->local->index;
	struct kfg_type target;
	unsigned kind = kfg_type_resolve(*type, &target);

	if (!kfg_type_kind_is_composite(kind))
		return 0;
	for (uint32_t i = 0; i < kfg_type_vlen(target); i++) {
		const struct btf_member *m = &kfg_type_members(target)[i];
		const char *name = kfg_btf_str(target.btf, m->name_off);
		uint64_t offset = kfg_type_member_offset(kfg_type_record(target), m);
		struct kfg_type inner = { target.btf, m->type };

		if (!*s->steps)
			return -E2BIG;
		--*s->steps;
		if (*name && strcmp(name, s->local->name) != 0)
			continue;
		if (s->spec->n_raw == KFG_SPEC_MAX || s->spec->n == KFG_SPEC_MAX)
			return -EINVAL;
		s->spec->n_raw++;
		s->spec->bit_offset += offset;
		if (*name) {
			s->spec->at[s->spec->n++] = (struct kfg_core_accessor){ target, i, name };
			*type = inner;
			return fields_compat((struct kfg_type){ s->local->type.btf, own->type }, inner);
		} else {
			int r = match_member(s, &inner);

			*type = r ? inner : *type;
			if (r)
				return r;
		}
		s->spec->bit_offset -= offset;
		s->spec->n_raw--;
	}
	return 0;
}

/* i: 0 is the index into what the pointer points to. */
static int match_element(const struct kfg_core_accessor *local, int i, struct kfg_core_spec *spec,
			 struct kfg_type *type)
{
	unsigned kind = kfg_type_resolve(*type, type);
	int64_t size;

	if (i > 0) {
		const struct btf_array *array;

		if (kind != BTF_KIND_ARRAY)
			return 0;
		array = (const struct btf_array *)(kfg_type_record(*type) + 1);
		if (!is_flexible(&spec->at[spec->n - 1], array) && local->index >= array->nelems)
			return 0;
		type->id = array->type;
		kfg_type_resolve(*type, type);
	}
	if (spec->n_raw == KFG_SPEC_MAX || spec->n == KFG_SPEC_MAX)
		return -EINVAL;
	spec->n_raw++;
	spec->at[spec->n++] = (struct kfg_core_accessor){ .type = *type, .index = local->index };
	size = kfg_type_size(*type);
	if (size < 0)
		return -EINVAL;
	spec->bit_offset += (uint64_t)local->index * (uint64_t)size * 8;
	return 1;
}

static int match_enumval(const struct kfg_core_spec *local, struct kfg_type target, uint64_t *steps,
			 struct kfg_core_spec *spec)
{
	unsigned kind = kfg_type_resolve(target, &target);

	if (!kfg_type_kind_is_enum(kind))
		return 0;
	for (uint32_t i = 0; i < kfg_type_vlen(target); i++) {
		const char *name = enumerator(target, kind, i);

		if (!*steps)
			return -E2BIG;
		--*steps;
		if (!same_essential(local->at[0].name, name))
			continue;
		spec->at[spec->n++] = (struct kfg_core_accessor){ target, i, name };
		return 1;
	}
	return 0;
}

int kfg_core_spec_match(const struct kfg_core_spec *local, uint32_t kind, struct kfg_type target, uint64_t *steps,
			struct kfg_core_spec *ret_spec)
{
	struct kfg_type type = target;

	ret_spec->root = target;
	ret_spec->n = ret_spec->n_raw = 0;
	ret_spec->bit_offset = 0;
	if (kind == BPF_CORE_TYPE_MATCHES)
		return kfg_type_match(local->root, target, *steps);
	if (kfg_core_is_type(kind))
		return kfg_type_compat(local->root, target, *steps);
	if (kfg_core_is_enumval(kind))
		return match_enumval(local, target, steps, ret_spec);
	for (int i = 0; i < local->n; i++) {
		struct search s = { &local->at[i], steps, ret_spec };
		int r = local->at[i].name ? match_member(&s, &type) : match_element(&local->at[i], i, ret_spec, &type);

		if (r <= 0)
			return r;
	}
	return 1;
}
