/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * btf_internal.h - the view itself, shared by btf.c (which checks and fills it), view.c (which reads it) and index.c
 * (which finds in it).
 */
#pragma once

#include "analysis/btf/btf.h"

/* Far above the largest known (a Debian kernel: 6 MB); keeps offsets and counts in 32 bits. */
#define KFG_BTF_SIZE_MAX (256u << 20)

struct kfg_btf_index;

struct kfg_btf {
	const struct kfg_btf *base;
	const uint8_t *data; /* the header */
	uint8_t *copy; /* owned: of bytes that were not aligned, or of the other byte order; else NULL */
	bool foreign; /* of the other byte order: copy was turned round */
	const uint8_t *types;
	uint32_t *offsets; /* owned: of own types, from `types` */
	uint32_t first, end; /* own ids */
	const char *strings;
	uint32_t strings_first, strings_end; /* own offsets of strings */
	struct kfg_btf_source
		source; /* type NULL: the types are here, else all of data, types, offsets and end is unused */
	struct kfg_btf_index *index; /* owned: NULL until somebody asks */
};

/* id: an own one, not of a source. */
static inline const struct btf_type *kfg_btf_own_type(const struct kfg_btf *btf, uint32_t id)
{
	return (const struct btf_type *)(btf->types + btf->offsets[id - btf->first]);
}

void kfg_btf_index_done(struct kfg_btf *btf);
