/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel_word.c - the spellings in which a kernel says that a kfunc is deprecated, and rows of policies out of them. */
#include "base/kernel_word.h"

#include <ctype.h>
#include <string.h>

#define NAME_MAX_BYTES 255u

/* What stands between the word and a replacement. */
#define SEPARATORS ":="

/* None is in a released kernel yet, so that the one upstream settles for is to be put here. The longer ones first. */
const char *const kfg_kernel_word_tags[] = { "bpf_kfunc_deprecated", "kfunc_deprecated", "deprecated", NULL };
const char *const kfg_kernel_word_flags[] = { "KF_DEPRECATED", NULL };

const char kfg_kernel_word_head[] = "version: 1\nname: kernel\nserial: 1\ndeprecations:\n";

/* "deprecated" and "deprecated:NAME" are of that spelling, "deprecated_by_whom" is not. */
static bool is_spelled(const char *tag, const char *word, const char **ret_replacement)
{
	size_t n = strlen(word);

	if (strncmp(tag, word, n) != 0 || (tag[n] && !strchr(SEPARATORS, tag[n])))
		return false;
	*ret_replacement = tag[n] ? tag + n + 1 + strspn(tag + n + 1, " ") : tag + n;
	return true;
}

bool kfg_kernel_word_read(const char *tag, const char **ret_replacement)
{
	for (size_t i = 0; kfg_kernel_word_tags[i]; i++)
		if (is_spelled(tag, kfg_kernel_word_tags[i], ret_replacement))
			return true;
	return false;
}

static bool is_name(const char *text)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

	return n && !text[n] && n <= NAME_MAX_BYTES && !isdigit((unsigned char)text[0]);
}

void kfg_kernel_word_row(const char *kfunc, const char *module, const char *replacement, struct kfg_strbuf *out)
{
	if (!is_name(kfunc) || (module && !is_name(module)))
		return;
	kfg_strbuf_printf(out, "  - kfunc: \"%s [%s]\"\n    source: said by the kernel itself\n", kfunc,
			  module ? module : "vmlinux");
	if (is_name(replacement))
		kfg_strbuf_printf(out, "    replacement: %s\n", replacement);
}
