/* SPDX-License-Identifier: GPL-2.0-or-later */
/* facts_types_write.c - types of BTF written into facts, each once. */
#include "analysis/kernel/facts_types.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct kfg_facts_writer {
	const struct kfg_btf *btf;
	const struct kfg_facts_writer *base;
	uint32_t first, n_own; /* ids of its own */
	uint32_t *sorted; /* owned: named types in the order of records */
	uint32_t n_sorted;
	uint32_t *ordinals; /* owned: by id - first */
	bool *keeps_names; /* owned: by id - first */
};

/* One record being written. */
struct writing {
	const struct kfg_facts_writer *w;
	struct kfg_strbuf *out;
	bool names; /* of parameters */
};

static const struct btf_type *type_of(const struct kfg_facts_writer *w, uint32_t id)
{
	return kfg_btf_type(w->btf, id);
}

static bool is_record(const struct btf_type *t)
{
	switch (KFG_BTF_INFO_KIND(t->info)) {
	case BTF_KIND_INT:
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_ENUM:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_FUNC:
	case BTF_KIND_VAR:
	case BTF_KIND_FLOAT:
	case BTF_KIND_ENUM64:
		return t->name_off != 0;
	default:
		return false;
	}
}

/* Types before variables before functions, so that each lot meets its like in the dictionary. */
static int class_of(const struct btf_type *t)
{
	return KFG_BTF_INFO_KIND(t->info) == BTF_KIND_FUNC ? 2 : KFG_BTF_INFO_KIND(t->info) == BTF_KIND_VAR;
}

static bool same_key(const struct kfg_btf *btf, const struct btf_type *a, const struct btf_type *b)
{
	return KFG_BTF_INFO_KIND(a->info) == KFG_BTF_INFO_KIND(b->info) &&
	       strcmp(kfg_btf_str(btf, a->name_off), kfg_btf_str(btf, b->name_off)) == 0;
}

static int compare(const void *x, const void *y, void *arg)
{
	const struct kfg_btf *btf = arg;
	uint32_t i = *(const uint32_t *)x, k = *(const uint32_t *)y;
	const struct btf_type *a = kfg_btf_type(btf, i), *b = kfg_btf_type(btf, k);
	int order = class_of(a) - class_of(b);

	if (!order)
		order = strcmp(kfg_btf_str(btf, a->name_off), kfg_btf_str(btf, b->name_off));
	if (!order)
		order = (int)KFG_BTF_INFO_KIND(a->info) - (int)KFG_BTF_INFO_KIND(b->info);
	return order ? order : (i > k) - (i < k);
}

static void sort(struct kfg_facts_writer *w)
{
	uint32_t ordinal = 0;

	for (uint32_t i = 0; i < w->n_own; i++)
		if (is_record(type_of(w, w->first + i)))
			w->sorted[w->n_sorted++] = w->first + i;
	qsort_r(w->sorted, w->n_sorted, sizeof(*w->sorted), compare, (void *)w->btf);
	for (uint32_t i = 0; i < w->n_sorted; i++) {
		bool again = i && same_key(w->btf, type_of(w, w->sorted[i - 1]), type_of(w, w->sorted[i]));

		ordinal = again ? ordinal + 1 : 0;
		w->ordinals[w->sorted[i] - w->first] = ordinal;
	}
}

int kfg_facts_writer_new(const struct kfg_btf *btf, const struct kfg_facts_writer *base,
			 struct kfg_facts_writer **ret_writer)
{
	struct kfg_facts_writer *w = calloc(1, sizeof(*w));

	if (!w)
		return -ENOMEM;
	*w = (struct kfg_facts_writer){ .btf = btf, .base = base, .first = kfg_btf_first_own(btf) };
	w->n_own = kfg_btf_n_types(btf) - w->first;
	w->sorted = calloc((size_t)w->n_own + 1, sizeof(*w->sorted));
	w->ordinals = calloc((size_t)w->n_own + 1, sizeof(*w->ordinals));
	w->keeps_names = calloc((size_t)w->n_own + 1, sizeof(*w->keeps_names));
	if (!w->sorted || !w->ordinals || !w->keeps_names) {
		kfg_facts_writer_free(w);
		return -ENOMEM;
	}
	sort(w);
	*ret_writer = w;
	return 0;
}

void kfg_facts_writer_free(struct kfg_facts_writer *w)
{
	if (!w)
		return;
	free(w->sorted);
	free(w->ordinals);
	free(w->keeps_names);
	free(w);
}

void kfg_facts_writer_keep_names(struct kfg_facts_writer *w, uint32_t func)
{
	if (func >= w->first && func - w->first < w->n_own)
		w->keeps_names[func - w->first] = true;
}

uint32_t kfg_facts_writer_ordinal(const struct kfg_facts_writer *w, uint32_t id)
{
	while (w && id < w->first)
		w = w->base;
	return w && id - w->first < w->n_own ? w->ordinals[id - w->first] : 0;
}

void kfg_facts_put_number(struct kfg_strbuf *out, uint64_t number)
{
	uint8_t bytes[10];
	size_t n = 0;

	do {
		bytes[n] = (uint8_t)((number & 0x7f) | (number > 0x7f ? 0x80 : 0));
		number >>= 7;
	} while (bytes[n++] & 0x80);
	kfg_strbuf_add(out, bytes, n);
}

/* Small numbers of either sign stay small. */
static void put_signed(struct kfg_strbuf *out, int64_t number)
{
	kfg_facts_put_number(out, (uint64_t)number << 1 ^ (uint64_t)(number >> 63));
}

static void put_byte(struct kfg_strbuf *out, unsigned byte)
{
	uint8_t b = (uint8_t)byte;

	kfg_strbuf_add(out, &b, 1);
}

void kfg_facts_put_name(struct kfg_strbuf *out, const char *name)
{
	kfg_strbuf_add(out, name, strlen(name) + 1);
}

static void put_name_at(const struct writing *wr, uint32_t name_off)
{
	kfg_facts_put_name(wr->out, kfg_btf_str(wr->w->btf, name_off));
}

static int put_type(const struct writing *wr, uint32_t id, unsigned depth);

/* Where a member is: from where the one before it is, so that a new member moves no others. */
static int put_composite(const struct writing *wr, const struct btf_type *t, unsigned depth)
{
	const struct btf_member *m = (const struct btf_member *)(t + 1);
	unsigned n = KFG_BTF_INFO_VLEN(t->info);
	bool bitfields = KFG_BTF_INFO_KFLAG(t->info);
	int64_t last = 0;

	kfg_facts_put_number(wr->out, (uint64_t)n << 1 | bitfields);
	for (unsigned i = 0; i < n; i++) {
		int64_t offset = bitfields ? BTF_MEMBER_BIT_OFFSET(m[i].offset) : m[i].offset;
		int r;

		put_name_at(wr, m[i].name_off);
		put_signed(wr->out, offset - last);
		last = offset;
		if (bitfields)
			put_byte(wr->out, BTF_MEMBER_BITFIELD_SIZE(m[i].offset));
		r = put_type(wr, m[i].type, depth + 1);
		if (r < 0)
			return r;
	}
	put_signed(wr->out, (int64_t)t->size * 8 - last);
	return wr->out->error;
}

static int put_enum(const struct writing *wr, const struct btf_type *t)
{
	const struct btf_enum *e = (const struct btf_enum *)(t + 1);
	const struct btf_enum64 *wide = (const struct btf_enum64 *)(t + 1);
	bool is_wide = KFG_BTF_INFO_KIND(t->info) == BTF_KIND_ENUM64;
	unsigned n = KFG_BTF_INFO_VLEN(t->info);
	uint64_t last = (uint64_t)-1;

	kfg_facts_put_number(wr->out, (uint64_t)n << 1 | KFG_BTF_INFO_KFLAG(t->info));
	kfg_facts_put_number(wr->out, t->size);
	for (unsigned i = 0; i < n; i++) {
		uint64_t value = is_wide ? (uint64_t)wide[i].val_hi32 << 32 | wide[i].val_lo32 :
					   (uint64_t)(int64_t)e[i].val;

		put_name_at(wr, is_wide ? wide[i].name_off : e[i].name_off);
		put_signed(wr->out, (int64_t)(value - last));
		last = value;
	}
	return wr->out->error;
}

static int put_proto(const struct writing *wr, const struct btf_type *t, unsigned depth)
{
	const struct btf_param *p = (const struct btf_param *)(t + 1);
	unsigned n = KFG_BTF_INFO_VLEN(t->info);

	kfg_facts_put_number(wr->out, n);
	for (unsigned i = 0; i < n; i++) {
		int r;

		if (wr->names)
			put_name_at(wr, p[i].name_off);
		else
			kfg_facts_put_name(wr->out, "");
		r = put_type(wr, p[i].type, depth + 1);
		if (r < 0)
			return r;
	}
	return put_type(wr, t->type, depth + 1);
}

/* What follows the kind, for types with a name and without. */
static int put_body(const struct writing *wr, const struct btf_type *t, unsigned depth)
{
	switch (KFG_BTF_INFO_KIND(t->info)) {
	case BTF_KIND_INT:
		kfg_facts_put_number(wr->out, t->size);
		kfg_facts_put_number(wr->out, *(const uint32_t *)(t + 1));
		return wr->out->error;
	case BTF_KIND_FLOAT:
		kfg_facts_put_number(wr->out, t->size);
		return wr->out->error;
	case BTF_KIND_FWD:
		put_byte(wr->out, KFG_BTF_INFO_KFLAG(t->info));
		return wr->out->error;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return put_composite(wr, t, depth);
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return put_enum(wr, t);
	case BTF_KIND_FUNC_PROTO:
		return put_proto(wr, t, depth);
	case BTF_KIND_ARRAY:
		kfg_facts_put_number(wr->out, ((const struct btf_array *)(t + 1))->nelems);
		if (put_type(wr, ((const struct btf_array *)(t + 1))->index_type, depth + 1) < 0)
			return -EBADMSG;
		return put_type(wr, ((const struct btf_array *)(t + 1))->type, depth + 1);
	case BTF_KIND_VAR:
		put_byte(wr->out, ((const struct btf_var *)(t + 1))->linkage & 0xff);
		return put_type(wr, t->type, depth + 1);
	case BTF_KIND_FUNC:
		put_byte(wr->out, KFG_BTF_INFO_VLEN(t->info) & 0xff);
		return put_type(wr, t->type, depth + 1);
	case BTF_KIND_TYPE_TAG:
		put_name_at(wr, t->name_off);
		return put_type(wr, t->type, depth + 1);
	case BTF_KIND_PTR:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPEDEF:
		return put_type(wr, t->type, depth + 1);
	default:
		return -EBADMSG; /* sections and decl tags are no types that others have */
	}
}

static int put_type(const struct writing *wr, uint32_t id, unsigned depth)
{
	const struct btf_type *t = type_of(wr->w, id);
	bool of_base = wr->w->base && id < wr->w->first;
	uint32_t ordinal;

	if (depth > KFG_FACTS_DEPTH_MAX)
		return -EBADMSG;
	/* a kind of a later kernel: what it is nobody here can tell, and void stands for it */
	if (!t || KFG_BTF_INFO_KIND(t->info) > BTF_KIND_ENUM64) {
		put_byte(wr->out, 0);
		return wr->out->error;
	}
	if (!is_record(t)) {
		put_byte(wr->out, KFG_BTF_INFO_KIND(t->info));
		return put_body(wr, t, depth);
	}
	ordinal = kfg_facts_writer_ordinal(wr->w, id);
	put_byte(wr->out, KFG_FACTS_NAMED | KFG_BTF_INFO_KIND(t->info) | (of_base ? KFG_FACTS_OF_BASE : 0) |
				  (ordinal ? KFG_FACTS_ORDINAL : 0));
	put_name_at(wr, t->name_off);
	if (ordinal)
		kfg_facts_put_number(wr->out, ordinal);
	return wr->out->error;
}

int kfg_facts_writer_write(const struct kfg_facts_writer *w, struct kfg_strbuf *out)
{
	_cleanup_strbuf_ struct kfg_strbuf body = KFG_STRBUF(out->max);
	struct writing wr = { .w = w, .out = &body };
	int r = 0;

	kfg_facts_put_number(out, w->n_sorted);
	for (uint32_t i = 0; i < w->n_sorted && r == 0; i++) {
		const struct btf_type *t = type_of(w, w->sorted[i]);

		body.size = 0;
		wr.names = KFG_BTF_INFO_KIND(t->info) != BTF_KIND_FUNC || w->keeps_names[w->sorted[i] - w->first];
		r = put_body(&wr, t, 0);
		put_byte(out, KFG_BTF_INFO_KIND(t->info));
		kfg_facts_put_name(out, kfg_btf_str(w->btf, t->name_off));
		kfg_facts_put_number(out, body.size);
		kfg_strbuf_add(out, body.data, body.size);
	}
	return r < 0 ? r : out->error;
}
