/* SPDX-License-Identifier: GPL-2.0-or-later */
/* match.c - kfg_type_match(): members, enumerators and sizes count, up to the first pointer. */
#include "analysis/scan/type_compat.h"

#include "analysis/scan/code.h"
#include <errno.h>
#include <string.h>

#define LEVELS_MAX 32
#define DEPTH_MAX 32

struct matching {
	uint64_t steps; /* left */
	int level; /* nested comparisons that may still be begun */
	bool behind_pointer;
};

static int match(struct matching *m, struct kfg_type local, struct kfg_type target);

static bool names_match(const char *local, const char *target)
{
	size_t len;

	if (!*target)
		return !*local;
	len = kfg_code_essential_len(target);
	return len == kfg_code_essential_len(local) && strncmp(local, target, len) == 0;
}

/* A part of a type, one level further down. */
static int match_part(struct matching *m, struct kfg_type local, struct kfg_type target)
{
	bool behind_pointer = m->behind_pointer;
	int r;

	m->level--;
	r = match(m, local, target);
	m->level++;
	m->behind_pointer = behind_pointer;
	return r;
}

static const char *enumerator(struct kfg_type type, uint32_t i)
{
	const struct btf_type *t = kfg_type_record(type);

	return kfg_btf_str(type.btf, kfg_type_kind(type) == BTF_KIND_ENUM ?
					     ((const struct btf_enum *)(t + 1))[i].name_off :
					     ((const struct btf_enum64 *)(t + 1))[i].name_off);
}

static int match_enums(struct matching *m, struct kfg_type local, struct kfg_type target)
{
	if (!kfg_type_kind_is_enum(kfg_type_kind(target)) ||
	    kfg_type_record(local)->size != kfg_type_record(target)->size)
		return 0;
	for (uint32_t i = 0; i < kfg_type_vlen(local); i++) {
		bool found = false;

		for (uint32_t k = 0; k < kfg_type_vlen(target) && !found; k++) {
			if (!m->steps--)
				return -E2BIG;
			found = names_match(enumerator(local, i), enumerator(target, k));
		}
		if (!found)
			return 0;
	}
	return 1;
}

static int match_member(struct matching *m, struct kfg_type local, uint32_t member, struct kfg_type target)
{
	const struct btf_member *mine = &kfg_type_members(local)[member];
	const struct btf_member *theirs = kfg_type_members(target);

	for (uint32_t i = 0; i < kfg_type_vlen(target); i++) {
		int r;

		if (!m->steps--)
			return -E2BIG;
		if (!names_match(kfg_btf_str(local.btf, mine->name_off), kfg_btf_str(target.btf, theirs[i].name_off)))
			continue;
		r = match_part(m, (struct kfg_type){ local.btf, mine->type },
			       (struct kfg_type){ target.btf, theirs[i].type });
		if (r)
			return r;
	}
	return 0;
}

static int match_composites(struct matching *m, struct kfg_type local, struct kfg_type target)
{
	unsigned kind = kfg_type_kind(local), other = kfg_type_kind(target);

	if (m->behind_pointer) {
		bool is_union = KFG_BTF_INFO_KFLAG(kfg_type_record(target)->info);

		return kind == other || (other == BTF_KIND_FWD && (kind == BTF_KIND_UNION) == is_union);
	}
	if (kind != other || kfg_type_vlen(local) > kfg_type_vlen(target))
		return 0;
	for (uint32_t i = 0; i < kfg_type_vlen(local); i++) {
		int r = match_member(m, local, i, target);

		if (r <= 0)
			return r;
	}
	return 1;
}

static int match_declarations(const struct matching *m, struct kfg_type local, struct kfg_type target)
{
	bool is_union = KFG_BTF_INFO_KFLAG(kfg_type_record(local)->info);
	unsigned other = kfg_type_kind(target);

	if (other == BTF_KIND_FWD)
		return is_union == (bool)KFG_BTF_INFO_KFLAG(kfg_type_record(target)->info);
	return m->behind_pointer && other == (is_union ? BTF_KIND_UNION : BTF_KIND_STRUCT);
}

static int match_ints(struct kfg_type local, struct kfg_type target)
{
	const struct btf_type *a = kfg_type_record(local), *b = kfg_type_record(target);

	return kfg_type_kind(target) == BTF_KIND_INT && a->size == b->size &&
	       (BTF_INT_ENCODING(*(const uint32_t *)(a + 1)) & BTF_INT_SIGNED) ==
		       (BTF_INT_ENCODING(*(const uint32_t *)(b + 1)) & BTF_INT_SIGNED);
}

static int match_params(struct matching *m, struct kfg_type local, struct kfg_type target)
{
	const struct btf_param *mine = (const struct btf_param *)(kfg_type_record(local) + 1);
	const struct btf_param *theirs = (const struct btf_param *)(kfg_type_record(target) + 1);

	if (kfg_type_vlen(local) != kfg_type_vlen(target))
		return 0;
	for (uint32_t i = 0; i < kfg_type_vlen(local); i++) {
		int r = match_part(m, (struct kfg_type){ local.btf, mine[i].type },
				   (struct kfg_type){ target.btf, theirs[i].type });

		if (r <= 0)
			return r;
	}
	return 1;
}

/* Of a type that refers to one other: moves both to it. 1: go on there; else the answer. */
static int match_links(struct matching *m, struct kfg_type *local, struct kfg_type *target)
{
	const struct btf_type *a = kfg_type_record(*local), *b = kfg_type_record(*target);
	unsigned kind = kfg_type_kind(*local);
	int r = 1;

	if (kind != kfg_type_kind(*target))
		return 0;
	if (kind == BTF_KIND_ARRAY) {
		const struct btf_array *x = (const struct btf_array *)(a + 1), *y = (const struct btf_array *)(b + 1);

		local->id = x->type;
		target->id = y->type;
		return x->nelems == y->nelems;
	}
	if (kind == BTF_KIND_PTR)
		m->behind_pointer = true;
	else
		r = match_params(m, *local, *target);
	local->id = a->type;
	target->id = b->type;
	return r;
}

static int match(struct matching *m, struct kfg_type local, struct kfg_type target)
{
	if (m->level <= 0)
		return -EINVAL;
	if (!m->steps--)
		return -E2BIG;
	for (int depth = 0; depth < DEPTH_MAX; depth++) {
		unsigned kind = kfg_type_resolve(local, &local);
		int r;

		kfg_type_resolve(target, &target);
		if (!names_match(kfg_type_name(local), kfg_type_name(target)))
			return 0;
		switch (kind) {
		case BTF_KIND_UNKN:
			return kfg_type_kind(target) == BTF_KIND_UNKN;
		case BTF_KIND_FWD:
			return kfg_type_record(target) ? match_declarations(m, local, target) : 0;
		case BTF_KIND_ENUM:
		case BTF_KIND_ENUM64:
			return match_enums(m, local, target);
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
			return kfg_type_record(target) ? match_composites(m, local, target) : 0;
		case BTF_KIND_INT:
			return match_ints(local, target);
		case BTF_KIND_PTR:
		case BTF_KIND_ARRAY:
		case BTF_KIND_FUNC_PROTO:
			r = match_links(m, &local, &target);
			if (r <= 0)
				return r;
			break;
		default:
			return 0;
		}
	}
	return -EINVAL;
}

int kfg_type_match(struct kfg_type local, struct kfg_type target, uint64_t steps)
{
	struct matching m = { .level = LEVELS_MAX, .steps = steps };

	return match(&m, local, target);
}
