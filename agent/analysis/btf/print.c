/* SPDX-License-Identifier: GPL-2.0-or-later */
/* print.c - types of BTF written as C declarations. */
#include "analysis/btf/print.h"

#include <stdio.h>
#include <string.h>

#define DECLARATOR_MAX 1024u
#define NESTING_MAX 2u /* with more, few bytes could ask for hours of printing */

enum { CONST = 1, VOLATILE = 2 };
static const char *const words[] = { "", "const ", "volatile ", "const volatile " };

/* What stands around the name: grows at both ends as a chain of types is followed from the outside. */
struct declarator {
	char text[DECLARATOR_MAX];
	bool cut;
};

static void set(struct declarator *d, const char *before, const char *middle, const char *after)
{
	char text[DECLARATOR_MAX];

	if ((size_t)snprintf(text, sizeof(text), "%s%s%s", before, middle, after) >= sizeof(text))
		d->cut = true;
	memcpy(d->text, text, sizeof(text));
}

/* A pointer to an array or a function needs parentheses. */
static void suffix(struct declarator *d, const char *after)
{
	if (d->text[0] == '*')
		set(d, "(", d->text, ")");
	set(d, d->text, after, "");
}

static void print_decl(const struct kfg_btf *btf, uint32_t type, const char *name, struct kfg_strbuf *out,
		       unsigned nesting);

static void print_params(const struct kfg_btf *btf, const struct btf_type *proto, struct kfg_strbuf *out,
			 unsigned nesting)
{
	const struct btf_param *p = (const struct btf_param *)(proto + 1);
	unsigned n = KFG_BTF_INFO_VLEN(proto->info);

	if (nesting == NESTING_MAX) {
		kfg_strbuf_adds(out, "(...)");
		return;
	}
	kfg_strbuf_adds(out, n ? "(" : "(void");
	for (unsigned i = 0; i < n && !out->error; i++) {
		if (i)
			kfg_strbuf_adds(out, ", ");
		/* the last one without a type: variable arguments */
		if (!p[i].type && i == n - 1 && !p[i].name_off)
			kfg_strbuf_adds(out, "...");
		else
			print_decl(btf, p[i].type, kfg_btf_str(btf, p[i].name_off), out, nesting + 1);
	}
	kfg_strbuf_adds(out, ")");
}

static const char *keyword(const struct btf_type *t)
{
	switch (KFG_BTF_INFO_KIND(t->info)) {
	case BTF_KIND_STRUCT:
		return "struct ";
	case BTF_KIND_UNION:
		return "union ";
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return "enum ";
	case BTF_KIND_FWD:
		return KFG_BTF_INFO_KFLAG(t->info) ? "union " : "struct ";
	default:
		return "";
	}
}

/* The end of the chain: a type with a name, or void. */
static void print_base(const struct kfg_btf *btf, uint32_t type, unsigned qualifiers, const struct declarator *d,
		       struct kfg_strbuf *out)
{
	const struct btf_type *t = kfg_btf_type(btf, type);
	const char *name = t ? kfg_btf_str(btf, t->name_off) : "void";

	kfg_strbuf_printf(out, "%s%s%s%s%s", words[qualifiers], t ? keyword(t) : "", *name ? name : "{...}",
			  d->text[0] ? " " : "", d->text);
}

/* The type that a chain goes on with; false: it ends here. */
static bool follow(const struct kfg_btf *btf, const struct btf_type *t, unsigned *qualifiers, struct declarator *d,
		   unsigned nesting)
{
	_cleanup_strbuf_ struct kfg_strbuf params = KFG_STRBUF(DECLARATOR_MAX);
	const struct btf_array *array = (const struct btf_array *)(t + 1);
	char length[16], star[32];

	switch (KFG_BTF_INFO_KIND(t->info)) {
	case BTF_KIND_CONST:
		*qualifiers |= CONST;
		return true;
	case BTF_KIND_VOLATILE:
		*qualifiers |= VOLATILE;
		return true;
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		return true;
	case BTF_KIND_PTR:
		snprintf(star, sizeof(star), "*%s", words[*qualifiers]);
		set(d, star, d->text, "");
		*qualifiers = 0;
		return true;
	case BTF_KIND_ARRAY:
		snprintf(length, sizeof(length), "[%u]", array->nelems);
		suffix(d, length);
		return true;
	case BTF_KIND_FUNC_PROTO:
		print_params(btf, t, &params, nesting);
		suffix(d, params.error ? "(...)" : kfg_strbuf_text(&params));
		return true;
	default:
		return false;
	}
}

static void print_decl(const struct kfg_btf *btf, uint32_t type, const char *name, struct kfg_strbuf *out,
		       unsigned nesting)
{
	unsigned qualifiers = 0;
	struct declarator d = { "", false };

	set(&d, "", name, "");
	for (unsigned steps = 0; steps < KFG_BTF_STEPS_MAX; steps++) {
		const struct btf_type *t = kfg_btf_type(btf, type);

		if (d.cut)
			break;
		if (!t || !follow(btf, t, &qualifiers, &d, nesting)) {
			print_base(btf, type, qualifiers, &d, out);
			return;
		}
		type = KFG_BTF_INFO_KIND(t->info) == BTF_KIND_ARRAY ? ((const struct btf_array *)(t + 1))->type :
								      t->type;
	}
	kfg_strbuf_adds(out, "...");
}

void kfg_btf_print_decl(const struct kfg_btf *btf, uint32_t type, const char *name, struct kfg_strbuf *out)
{
	print_decl(btf, type, name, out, 0);
}

void kfg_btf_print_func(const struct kfg_btf *btf, uint32_t func, struct kfg_strbuf *out)
{
	const struct btf_type *t = kfg_btf_type(btf, func), *proto = t ? kfg_btf_type(btf, t->type) : NULL;
	_cleanup_strbuf_ struct kfg_strbuf params = KFG_STRBUF(out->max);
	_cleanup_strbuf_ struct kfg_strbuf returns = KFG_STRBUF(DECLARATOR_MAX);
	const char *type;

	if (!proto || KFG_BTF_INFO_KIND(proto->info) != BTF_KIND_FUNC_PROTO) {
		kfg_strbuf_adds(out, "...");
		return;
	}
	print_params(btf, proto, &params, 0);
	print_decl(btf, proto->type, kfg_btf_type_name(btf, func), &returns, 0);
	type = returns.error ? "..." : kfg_strbuf_text(&returns);
	kfg_strbuf_printf(out, "%s%s", type, params.error ? "(...)" : kfg_strbuf_text(&params));
}
