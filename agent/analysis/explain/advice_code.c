/* SPDX-License-Identifier: GPL-2.0-or-later */
/* advice_code.c - C that compiles in a program that includes vmlinux.h and bpf_helpers.h (tests/golden/explain). */
#include "analysis/explain/advice_internal.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

bool kfg_advice_is_identifier(const char *text)
{
	for (const char *s = text; *s; s++)
		if (!isalnum((unsigned char)*s) && *s != '_')
			return false;
	return text[0] && !isdigit((unsigned char)text[0]);
}

/* bpf_core_essential_name_len() of libbpf */
const char *kfg_advice_own_suffix(const char *name)
{
	for (size_t n = strlen(name); n >= 5; n--)
		if (strncmp(name + n - 4, "___", 3) == 0 && name[n - 5] != '_' && name[n - 1] != '_')
			return name + n - 4;
	return NULL;
}

/* libbpf looks up a name without its last ___suffix, so a kernel's own ___v2 needs another one behind it. */
static const char *suffix(const struct kfg_advice_known *k, const char *name)
{
	return strstr(name, "___") && !k->is_cilium ? "___compat" : "";
}

/* "struct x;" of each that the parameters point to: without vmlinux.h, a declaration there holds for that list only. */
static void declare_structs(const struct kfg_advice_known *k, const char *name, struct kfg_strbuf *code)
{
	static const char tag[] = "struct ";
	const struct kfg_kfunc_signature *s = kfg_kfunc_signature_find(name, k->release);
	const char *at = s && strstr(s->prototype, name) ? strchr(strstr(s->prototype, name), '(') : NULL;

	while (at && (at = strstr(at, tag))) {
		char line[128];
		int n;

		at += sizeof(tag) - 1;
		for (n = 0; isalnum((unsigned char)at[n]) || at[n] == '_'; n++)
			;
		if (!n || snprintf(line, sizeof(line), "struct %.*s;\n", n, at) >= (int)sizeof(line))
			continue;
		if (!strstr(kfg_strbuf_text(code), line))
			kfg_strbuf_adds(code, line);
	}
}

/* The declaration, weak; false: its prototype is not known. */
static bool add_extern(const struct kfg_advice_known *k, const char *name, struct kfg_strbuf *code)
{
	const struct kfg_kfunc_signature *s = kfg_kfunc_signature_find(name, k->release);
	const char *at = s ? strstr(s->prototype, name) : NULL;

	if (!at) {
		kfg_strbuf_printf(code, "/* add __weak to the declaration of %s%s */\n", name, suffix(k, name));
		return false;
	}
	kfg_strbuf_printf(code, "extern %.*s%s%s%s __ksym __weak;\n", (int)(at - s->prototype), s->prototype, name,
			  suffix(k, name), at + strlen(name));
	return true;
}

void kfg_advice_code_guard(const struct kfg_advice_known *k, const char *first, const char *second,
			   struct kfg_strbuf *code)
{
	if (!kfg_advice_is_identifier(first) || (second && !kfg_advice_is_identifier(second)))
		return;
	declare_structs(k, first, code);
	if (second)
		declare_structs(k, second, code);
	(void)add_extern(k, first, code);
	if (second)
		(void)add_extern(k, second, code);
	kfg_strbuf_printf(code, "\nstatic __always_inline void call_%s(void)\n{\n", first);
	kfg_strbuf_printf(code, "\tif (bpf_ksym_exists(%s%s)) {\n\t\t/* call %s%s() */\n", first, suffix(k, first),
			  first, suffix(k, first));
	if (second)
		kfg_strbuf_printf(code, "\t} else if (bpf_ksym_exists(%s%s)) {\n\t\t/* call %s%s() */\n", second,
				  suffix(k, second), second, suffix(k, second));
	kfg_strbuf_adds(code, "\t}\n}\n");
}
