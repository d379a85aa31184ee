/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_btf.c - bytes taken for a BTF, and for a split BTF on itself. What is opened is read to its last record: ids and
 * names that were promised must be there.
 */
#include "analysis/btf/btf.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

static void look_at_records(const struct kfg_btf *btf, const struct btf_type *t)
{
	const struct btf_param *p = (const struct btf_param *)(t + 1);
	const struct btf_member *m = (const struct btf_member *)(t + 1);

	for (uint32_t i = 0; i < KFG_BTF_INFO_VLEN(t->info); i++) {
		if (KFG_BTF_INFO_KIND(t->info) == BTF_KIND_FUNC_PROTO)
			must(strlen(kfg_btf_str(btf, p[i].name_off)) < (1u << 28) &&
			     (!p[i].type || kfg_btf_type(btf, p[i].type)));
		if (KFG_BTF_INFO_KIND(t->info) == BTF_KIND_STRUCT || KFG_BTF_INFO_KIND(t->info) == BTF_KIND_UNION)
			must(strlen(kfg_btf_str(btf, m[i].name_off)) < (1u << 28) &&
			     (!m[i].type || kfg_btf_type(btf, m[i].type)));
	}
}

static void look_at(const struct kfg_btf *btf)
{
	for (uint32_t id = kfg_btf_first_own(btf); id < kfg_btf_n_types(btf); id++) {
		const struct btf_type *t = kfg_btf_type(btf, id);
		const char *name = kfg_btf_type_name(btf, id);
		uint32_t found;

		must(t != NULL);
		look_at_records(btf, t);
		found = kfg_btf_find(btf, name, KFG_BTF_INFO_KIND(t->info));
		must(!found || (found <= id && strcmp(kfg_btf_type_name(btf, found), name) == 0));
		if (KFG_BTF_INFO_KIND(t->info) == BTF_KIND_DECL_TAG && strlen(name) < 1000)
			must(((const struct btf_decl_tag *)(t + 1))->component_idx != -1 ||
			     kfg_btf_has_tag(btf, t->type, name));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kfg_btf *btf = NULL, *split = NULL;
	struct kfg_btf_error error = { 0 };

	if (kfg_btf_open(data, size, NULL, &btf, &error) < 0) {
		must(error.offset <= size && error.text[0] && !strchr(error.text, '\n'));
		return 0;
	}
	look_at(btf);
	if (kfg_btf_open(data, size, btf, &split, &error) == 0)
		look_at(split);
	kfg_btf_free(split);
	kfg_btf_free(btf);
	return 0;
}
