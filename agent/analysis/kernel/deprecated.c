/* SPDX-License-Identifier: GPL-2.0-or-later */
/* deprecated.c - kfuncs that a kernel marks as deprecated by a tag in its BTF. */
#include "analysis/kernel/deprecated.h"

#include <string.h>

/*
 * All spellings that are known, and nowhere else: the text of the tag, and what stands between it and a replacement.
 * None is in a released kernel yet, so that the one upstream settles for is to be put here.
 */
static const struct {
	const char *text, *separators;
} spellings[] = {
	{ "bpf_kfunc_deprecated", ":=" },
	{ "kfunc_deprecated", ":=" },
	{ "deprecated", ":=" },
};

/* "deprecated" and "deprecated:NAME" are of that spelling, "deprecated_by_whom" is not. */
static bool is_spelled(const char *tag, const char *text, const char *separators, const char **ret_replacement)
{
	const char *rest = tag + strlen(text);

	if (*rest && !strchr(separators, *rest))
		return false;
	*ret_replacement = *rest ? rest + 1 + strspn(rest + 1, " ") : rest;
	return true;
}

bool kfg_deprecated_by_tag(const struct kfg_btf *btf, uint32_t func, const char **ret_replacement)
{
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		const char *tag = kfg_btf_find_tag(btf, func, spellings[i].text);

		if (tag && is_spelled(tag, spellings[i].text, spellings[i].separators, ret_replacement))
			return true;
	}
	return false;
}
