/* SPDX-License-Identifier: GPL-2.0-or-later */
/* view.c - types and strings of BTF that was checked, by id and by offset. */
#include "analysis/btf/btf_internal.h"

#include <string.h>

bool kfg_btf_is_foreign(const struct kfg_btf *btf)
{
	return btf->foreign;
}

uint32_t kfg_btf_n_types(const struct kfg_btf *btf)
{
	return btf->source.type ? btf->source.end(btf->source.arg) : btf->end;
}

uint32_t kfg_btf_first_own(const struct kfg_btf *btf)
{
	return btf->first;
}

const struct btf_type *kfg_btf_type(const struct kfg_btf *btf, uint32_t id)
{
	while (btf && id < btf->first)
		btf = id ? btf->base : NULL;
	if (btf && btf->source.type)
		return btf->source.type(btf->source.arg, id);
	if (!btf || id >= btf->end)
		return NULL;
	return kfg_btf_own_type(btf, id);
}

const char *kfg_btf_str(const struct kfg_btf *btf, uint32_t offset)
{
	while (btf && offset < btf->strings_first)
		btf = btf->base;
	if (!btf || offset >= btf->strings_end)
		return "";
	return btf->strings + (offset - btf->strings_first);
}

bool kfg_btf_has_string(const struct kfg_btf *btf, const char *text)
{
	size_t n = strlen(text) + 1, size = btf->strings_end - btf->strings_first;
	const char *at = btf->strings, *end = at + size;

	while (size >= n && (at = memmem(at, (size_t)(end - at), text, n))) {
		if (at == btf->strings || !at[-1])
			return true;
		at++;
	}
	return false;
}

const char *kfg_btf_type_name(const struct kfg_btf *btf, uint32_t id)
{
	const struct btf_type *t = kfg_btf_type(btf, id);

	return t ? kfg_btf_str(btf, t->name_off) : "";
}
