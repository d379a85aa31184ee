/* SPDX-License-Identifier: GPL-2.0-or-later */
/* signatures.c - see signatures.h. */
#include "analysis/kernel/signatures.h"

#include <string.h>

/* bpf_prog_aux.sig: include/linux/bpf.h, 7.2 and later */
enum kfg_signatures kfg_signatures_of(const struct kfg_btf *btf)
{
	uint32_t id = btf ? kfg_btf_find(btf, "bpf_prog_aux", BTF_KIND_STRUCT) : 0;
	const struct btf_type *type = id ? kfg_btf_type(btf, id) : NULL;
	const struct btf_member *members = type ? (const void *)(type + 1) : NULL;

	if (!type)
		return KFG_SIGNATURES_UNKNOWN;
	for (unsigned i = 0; i < KFG_BTF_INFO_VLEN(type->info); i++)
		if (strcmp(kfg_btf_str(btf, members[i].name_off), "sig") == 0)
			return KFG_SIGNATURES_TOLD;
	return KFG_SIGNATURES_UNTOLD;
}
