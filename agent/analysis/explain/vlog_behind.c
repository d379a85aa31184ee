/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vlog_behind.c - what lines behind a finding add to it, and what failed for another reason once that was mended. */
#include "analysis/explain/vlog_internal.h"

#define SYMBOL_LINES 64u /* between what a build says and the symbols that people look up */
#define NEAR_LINES 8u /* from the compiler's message to the second declaration that it quotes */

/* libbpf btf__load_vmlinux_btf(), bpf_object__load_vmlinux_btf(), 0.5 to 1.8 */
static void note_no_btf(struct kfg_vlog *v, struct kfg_span line)
{
	if (v->no_btf_line || (!kfg_span_find(line, "failed to find valid kernel BTF") &&
			       !kfg_span_find(line, "Error loading vmlinux BTF: ")))
		return;
	kfg_span_copy(line, v->no_btf_message, sizeof(v->no_btf_message));
	v->no_btf_line = v->line_no;
}

static bool has_word(struct kfg_span line, const char *word)
{
	const char *end = line.at + line.n, *at = line.at;
	const size_t n = strlen(word);

	for (; (at = memmem(at, (size_t)(end - at), word, n)); at++)
		if ((at == line.at || !kfg_span_is_name(at[-1])) && (at + n == end || !kfg_span_is_name(at[n])))
			return true;
	return false;
}

/* Whether a line quotes a declaration of the kfunc: "NAME(", and gcc's "'NAME' with type 'T (...)'", "'NAME'; have" */
static bool quotes(struct kfg_span line, const char *kfunc)
{
	const char *at = kfg_span_find(line, kfunc), *end = line.at + line.n;

	if (!at)
		return false;
	at += strlen(kfunc);
	return (at < end && *at == '(') || kfg_span_find(line, "; have ") || kfg_span_find(line, " with type ");
}

/* Two declarations that differ: what one of them has, and the other has not. */
static void note_declaration(struct kfg_vlog *v, struct kfg_span line)
{
	struct kfg_vlog_finding *f = v->n_findings ? &v->findings[v->n_findings - 1] : NULL;
	bool space, constant;

	if (!f || f->kind != KFG_VLOG_DECLARED_TWICE || v->line_no - f->line > NEAR_LINES || !quotes(line, f->kfunc))
		return;
	space = has_word(line, "__arena") || kfg_span_find(line, "address_space(");
	constant = has_word(line, "const");
	if (f->n_declared && space != f->has_space)
		f->beside = KFG_VLOG_BESIDE_SPACE;
	else if (f->n_declared == 1 && constant != f->has_const && !space)
		f->beside = KFG_VLOG_BESIDE_CONST;
	f->n_declared++;
	f->has_space = space;
	f->has_const = constant;
}

/* "NAME.constprop.0", as gcc names what it makes of a function for some callers; readelf cuts it ("NAME.cons[...]"). */
static bool find_clone(struct kfg_span line, char *buf, size_t size)
{
	static const char *const ends[] = { ".cons", ".isra", ".part" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const char *at = kfg_span_find(line, ends[i]), *from = at;

		while (from && from > line.at && kfg_span_is_name(from[-1]))
			from--;
		if (!at || from == at || (size_t)(at - from) >= size)
			continue;
		kfg_span_copy(kfg_span_of(from, (size_t)(at - from)), buf, size);
		return true;
	}
	return false;
}

static bool is_of_symbol(const struct kfg_vlog_finding *f)
{
	return f->kind == KFG_VLOG_BUILD && strstr(f->message, "unresolved symbol");
}

/* The function itself is there, too: "FUNC GLOBAL DEFAULT 1 NAME" of readelf, "T NAME" of nm */
static void find_global(struct kfg_span line, char *buf, size_t size)
{
	const char *end = line.at + line.n, *from = end;

	while (from > line.at && kfg_span_is_name(from[-1]))
		from--;
	if (from > line.at && from[-1] == ' ' && from < end &&
	    (kfg_span_find(line, " GLOBAL ") || kfg_span_find(line, " T ")))
		kfg_span_copy(kfg_span_of(from, (size_t)(end - from)), buf, size);
}

/* A clone alone is the function itself, by another name. */
static void blame_clone(struct kfg_vlog *v)
{
	for (size_t i = v->n_findings; v->cloned_line && i-- > 0;) {
		struct kfg_vlog_finding *f = &v->findings[i];

		if (is_of_symbol(f) && f->beside == KFG_VLOG_BESIDE_NOTHING && strcmp(f->kfunc, v->cloned) == 0 &&
		    strcmp(f->kfunc, v->global) == 0 && v->cloned_line <= f->line + SYMBOL_LINES &&
		    f->line <= v->cloned_line + SYMBOL_LINES)
			f->beside = KFG_VLOG_BESIDE_CLONE;
	}
}

/* A table of symbols that has a clone of the function that the build misses, before that is said or behind. */
static void note_clone(struct kfg_vlog *v, struct kfg_span line)
{
	char text[2 * KFG_VLOG_TEXT_MAX], name[KFG_VLOG_NAME_MAX];
	size_t n = strlen(v->past[1]);

	/* a soft break of mail */
	if (n && v->past[1][n - 1] == '=' && line.n && line.at[0] == '.' && line.n < KFG_VLOG_TEXT_MAX) {
		memcpy(text, v->past[1], n - 1);
		memcpy(text + n - 1, line.at, line.n);
		line = kfg_span_of(text, n - 1 + line.n);
	}
	if (find_clone(line, name, sizeof(name))) {
		memcpy(v->cloned, name, sizeof(v->cloned));
		v->cloned_line = v->line_no;
	}
	find_global(line, v->global, sizeof(v->global));
	blame_clone(v);
}

void kfg_vlog_behind_note(struct kfg_vlog *v, struct kfg_span line)
{
	note_clone(v, line);
	note_no_btf(v, line);
	note_declaration(v, line);
}

/* The object is what was wrong first, and it calls a kfunc. */
static bool is_of_object(enum kfg_vlog_kind kind)
{
	return kind == KFG_VLOG_DECLARATION || kind == KFG_VLOG_NO_SECTION || kind == KFG_VLOG_UNDECLARED ||
	       kind == KFG_VLOG_DECLARED_TWICE || kind == KFG_VLOG_ADDRESS_SPACE;
}

/* An object without kfuncs may need the kernel's BTF, too: only one that was found to call a kfunc counts. */
static void blame_no_btf(struct kfg_vlog *v)
{
	struct kfg_vlog_finding f = { .kind = KFG_VLOG_NO_BTF, .insn = -1, .number = -1, .line = v->no_btf_line };

	for (size_t i = 0; i < v->n_findings; i++)
		if (v->findings[i].kind == KFG_VLOG_NO_BTF)
			return;
	for (size_t i = 0; v->no_btf_line && i < v->n_findings; i++) {
		const struct kfg_vlog_finding *first = &v->findings[i];

		if (!is_of_object(first->kind) || first->line > v->no_btf_line)
			continue;
		memcpy(f.kfunc, first->kfunc, sizeof(f.kfunc));
		memcpy(f.symbol, first->symbol, sizeof(f.symbol));
		memcpy(f.message, v->no_btf_message, sizeof(f.message));
		kfg_vlog_finding_add(v, &f);
		return;
	}
}

void kfg_vlog_behind_conclude(struct kfg_vlog *v)
{
	blame_clone(v);
	blame_no_btf(v);
}
