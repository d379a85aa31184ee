/* SPDX-License-Identifier: GPL-2.0-or-later */
/* deprecated.c - what a kernel's BTF says of its kfuncs by tags and by the names of flags. */
#include "analysis/kernel/deprecated.h"

#include "base/kernel_word.h"
#include <string.h>

bool kfg_deprecated_by_tag(const struct kfg_btf *btf, uint32_t func, const char **ret_replacement)
{
	for (size_t i = 0; kfg_kernel_word_tags[i]; i++) {
		const char *tag = kfg_btf_find_tag(btf, func, kfg_kernel_word_tags[i]);

		if (tag && kfg_kernel_word_read(tag, ret_replacement))
			return true;
	}
	return false;
}

static bool is_flag(const char *name)
{
	for (size_t i = 0; kfg_kernel_word_flags[i]; i++)
		if (strcmp(name, kfg_kernel_word_flags[i]) == 0)
			return true;
	return false;
}

static bool may_name_flags(const struct kfg_btf *btf)
{
	for (size_t i = 0; kfg_kernel_word_flags[i]; i++)
		if (kfg_btf_has_string(btf, kfg_kernel_word_flags[i]))
			return true;
	return false;
}

/* The values of an enum that are named so. */
static uint32_t enum_flags(const struct kfg_btf *btf, const struct btf_type *t)
{
	const struct btf_enum *value = (const struct btf_enum *)(t + 1);
	uint32_t flags = 0;

	for (unsigned i = 0; i < KFG_BTF_INFO_VLEN(t->info); i++)
		if (is_flag(kfg_btf_str(btf, value[i].name_off)))
			flags |= (uint32_t)value[i].val;
	return flags;
}

static uint32_t named_flags(const struct kfg_btf *vmlinux)
{
	uint32_t n = may_name_flags(vmlinux) ? kfg_btf_n_types(vmlinux) : 0, flags = 0;

	for (uint32_t id = 1; id < n; id++) {
		const struct btf_type *t = kfg_btf_type(vmlinux, id);

		if (t && KFG_BTF_INFO_KIND(t->info) == BTF_KIND_ENUM)
			flags |= enum_flags(vmlinux, t);
	}
	return flags;
}

void kfg_deprecated_mark(const struct kfg_btf *vmlinux, struct kfg_blob_kfunc *kfuncs, size_t n)
{
	uint32_t flags = named_flags(vmlinux);

	for (size_t i = 0; i < n; i++)
		if (kfuncs[i].flags & flags)
			kfuncs[i].bits |= KFG_BLOB_DEPRECATED;
}
