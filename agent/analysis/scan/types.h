/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * types.h - a type is an id in a BTF; questions that need to follow it to other types.
 *
 * Prefix: kfg_type.
 */
#pragma once

#include "analysis/btf/btf.h"

struct kfg_type {
	const struct kfg_btf *btf;
	uint32_t id; /* 0: void */
};

/* NULL: void. */
const struct btf_type *kfg_type_record(struct kfg_type type);
/* BTF_KIND_UNKN: void. */
unsigned kfg_type_kind(struct kfg_type type);
/* "" if it has none. */
const char *kfg_type_name(struct kfg_type type);
/* Members, parameters, enumerators; 0 for void. */
uint32_t kfg_type_vlen(struct kfg_type type);
/* The kind of a type, through typedefs and modifiers; *ret_type (may be NULL): where that ends. */
unsigned kfg_type_resolve(struct kfg_type type, struct kfg_type *ret_type);
/* Bytes; negative: it has no size (void, a function, a declaration alone), or is no sound type. */
int64_t kfg_type_size(struct kfg_type type);

static inline const struct btf_member *kfg_type_members(struct kfg_type type)
{
	const struct btf_type *t = kfg_type_record(type);

	return t ? (const struct btf_member *)(t + 1) : NULL;
}

static inline bool kfg_type_kind_is_enum(unsigned kind)
{
	return kind == BTF_KIND_ENUM || kind == BTF_KIND_ENUM64;
}

static inline bool kfg_type_kind_is_composite(unsigned kind)
{
	return kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION;
}

/* Of a member of a struct or union: where it is and how wide, in bits; width 0: it is no bitfield. */
static inline uint32_t kfg_type_member_offset(const struct btf_type *t, const struct btf_member *member)
{
	return KFG_BTF_INFO_KFLAG(t->info) ? BTF_MEMBER_BIT_OFFSET(member->offset) : member->offset;
}

static inline uint32_t kfg_type_member_bits(const struct btf_type *t, const struct btf_member *member)
{
	return KFG_BTF_INFO_KFLAG(t->info) ? BTF_MEMBER_BITFIELD_SIZE(member->offset) : 0;
}
