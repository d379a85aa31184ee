/* SPDX-License-Identifier: GPL-2.0-or-later */
/* types.c - types followed through typedefs and qualifiers; their sizes, names and members. */
#include "analysis/scan/types.h"

#include <errno.h>

const struct btf_type *kfg_type_record(struct kfg_type type)
{
	return kfg_btf_type(type.btf, type.id);
}

unsigned kfg_type_kind(struct kfg_type type)
{
	const struct btf_type *t = kfg_type_record(type);

	return t ? KFG_BTF_INFO_KIND(t->info) : BTF_KIND_UNKN;
}

const char *kfg_type_name(struct kfg_type type)
{
	return kfg_btf_type_name(type.btf, type.id);
}

uint32_t kfg_type_vlen(struct kfg_type type)
{
	const struct btf_type *t = kfg_type_record(type);

	return t ? KFG_BTF_INFO_VLEN(t->info) : 0;
}

/* A loop ends as a typedef, which nobody takes for anything. */
unsigned kfg_type_resolve(struct kfg_type type, struct kfg_type *ret_type)
{
	unsigned kind = kfg_type_kind(type);

	for (unsigned step = 0; step < KFG_BTF_STEPS_MAX; step++) {
		if (kind != BTF_KIND_TYPEDEF && kind != BTF_KIND_CONST && kind != BTF_KIND_VOLATILE &&
		    kind != BTF_KIND_RESTRICT && kind != BTF_KIND_TYPE_TAG)
			break;
		type.id = kfg_type_record(type)->type;
		kind = kfg_type_kind(type);
	}
	if (ret_type)
		*ret_type = type;
	return kind;
}

int64_t kfg_type_size(struct kfg_type type)
{
	uint64_t elements = 1;

	for (unsigned step = 0; step < KFG_BTF_STEPS_MAX; step++) {
		unsigned kind = kfg_type_resolve(type, &type);
		const struct btf_type *t = kfg_type_record(type);

		switch (kind) {
		case BTF_KIND_INT:
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
		case BTF_KIND_ENUM:
		case BTF_KIND_ENUM64:
		case BTF_KIND_FLOAT:
		case BTF_KIND_DATASEC:
			return (int64_t)(elements * t->size);
		case BTF_KIND_PTR:
			return (int64_t)(elements * 8);
		case BTF_KIND_ARRAY:
			/* as libbpf has it, a size fits into 32 bits */
			elements *= ((const struct btf_array *)(t + 1))->nelems;
			if (elements > UINT32_MAX)
				return -E2BIG;
			type.id = ((const struct btf_array *)(t + 1))->type;
			break;
		case BTF_KIND_VAR:
			type.id = t->type;
			break;
		default:
			return -EINVAL;
		}
	}
	return -EINVAL;
}
