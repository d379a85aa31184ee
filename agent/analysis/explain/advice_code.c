/* SPDX-License-Identifier: GPL-2.0-or-later */
/* advice_code.c - C that compiles in a program that includes vmlinux.h and bpf_helpers.h (tests/golden/explain). */
#include "analysis/explain/advice_internal.h"

#include <ctype.h>
#include <string.h>

bool kfg_advice_is_identifier(const char *text)
{
	for (const char *s = text; *s; s++)
		if (!isalnum((unsigned char)*s) && *s != '_')
			return false;
	return text[0] && !isdigit((unsigned char)text[0]);
}

/* libbpf looks up a name without its last ___suffix, so a kernel's own ___v2 needs another one behind it. */
static const char *suffix(const char *name)
{
	return strstr(name, "___") ? "___compat" : "";
}

/* The declaration, weak; false: its prototype is not known. */
static bool add_extern(const char *name, unsigned release, struct kfg_strbuf *code)
{
	const struct kfg_kfunc_signature *s = kfg_kfunc_signature_find(name, release);
	const char *at = s ? strstr(s->prototype, name) : NULL;

	if (!at) {
		kfg_strbuf_printf(code, "/* add __weak to the declaration of %s%s */\n", name, suffix(name));
		return false;
	}
	kfg_strbuf_printf(code, "extern %.*s%s%s%s __ksym __weak;\n", (int)(at - s->prototype), s->prototype, name,
			  suffix(name), at + strlen(name));
	return true;
}

void kfg_advice_code_guard(const struct kfg_advice_known *k, const char *first, const char *second,
			   struct kfg_strbuf *code)
{
	if (!kfg_advice_is_identifier(first) || (second && !kfg_advice_is_identifier(second)))
		return;
	(void)add_extern(first, k->release, code);
	if (second)
		(void)add_extern(second, k->release, code);
	kfg_strbuf_printf(code, "\nstatic __always_inline void call_%s(void)\n{\n", first);
	kfg_strbuf_printf(code, "\tif (bpf_ksym_exists(%s%s)) {\n\t\t/* call %s%s() */\n", first, suffix(first), first,
			  suffix(first));
	if (second)
		kfg_strbuf_printf(code, "\t} else if (bpf_ksym_exists(%s%s)) {\n\t\t/* call %s%s() */\n", second,
				  suffix(second), second, suffix(second));
	kfg_strbuf_adds(code, "\t}\n}\n");
}
