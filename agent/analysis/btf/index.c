/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * index.c - types by name and decl tags by type. Names may be chosen by an enemy: what is hashed of one is bounded, and
 * the hash has a secret, so that one file cannot make lookups slow everywhere.
 */
#include "analysis/btf/btf_internal.h"

#include "base/hash.h"
#include "base/text.h"
#include "policy/slots.h"
#include <stdlib.h>
#include <string.h>

/* Longer names are not found. The kernel's own limit is KSYM_NAME_LEN, 512 (include/linux/kallsyms.h, 6.1..7.3). */
#define NAME_MAX_LEN 1023u

struct tag {
	uint32_t target;
	uint32_t id; /* of the DECL_TAG */
};

/* Each half is made when it is first asked for. */
struct kfg_btf_index {
	struct kfg_slots slots; /* ids by hash of kind and name; of size 0: not made yet */
	uint64_t secret;
	struct tag *tags; /* owned: by target, then text; those with component -1; NULL: not made yet */
	size_t n_tags;
};

struct name_key {
	const char *name;
	size_t len;
	unsigned kind;
};

static bool is_called(const void *btf, uint32_t id, const void *key)
{
	const struct btf_type *t = kfg_btf_own_type(btf, id);
	const struct name_key *k = key;

	return KFG_BTF_INFO_KIND(t->info) == k->kind &&
	       strncmp(kfg_btf_str(btf, t->name_off), k->name, k->len + 1) == 0;
}

/* The slot that holds the type of that kind and name, or where it would be. */
static uint32_t *find_slot(const struct kfg_btf *btf, const struct kfg_btf_index *index, const char *name, size_t len,
			   unsigned kind)
{
	struct name_key key = { .name = name, .len = len, .kind = kind };

	return kfg_slots_find(&index->slots, (uint32_t)kfg_hash(index->secret + kind, name, len), is_called, btf, &key);
}

static void index_names(const struct kfg_btf *btf, struct kfg_btf_index *index)
{
	for (uint32_t id = btf->first; id < btf->end; id++) {
		const struct btf_type *t = kfg_btf_own_type(btf, id);
		const char *name;
		uint32_t *slot;
		size_t len;

		if (!t->name_off || KFG_BTF_INFO_KIND(t->info) == BTF_KIND_DECL_TAG)
			continue;
		name = kfg_btf_str(btf, t->name_off);
		len = strnlen(name, NAME_MAX_LEN + 1);
		if (!len || len > NAME_MAX_LEN)
			continue;
		slot = find_slot(btf, index, name, len, KFG_BTF_INFO_KIND(t->info));
		if (!*slot)
			kfg_slots_take(&index->slots, slot, id);
	}
}

static int compare_tags(const void *a, const void *b, void *arg)
{
	const struct tag *x = a, *y = b;
	const struct kfg_btf *btf = arg;

	if (x->target != y->target)
		return x->target < y->target ? -1 : 1;
	return strncmp(kfg_btf_type_name(btf, x->id), kfg_btf_type_name(btf, y->id), NAME_MAX_LEN);
}

static const struct btf_decl_tag *as_tag(const struct btf_type *t)
{
	const struct btf_decl_tag *tag = (const struct btf_decl_tag *)(t + 1);

	return KFG_BTF_INFO_KIND(t->info) == BTF_KIND_DECL_TAG && tag->component_idx == -1 ? tag : NULL;
}

static void index_free(struct kfg_btf_index *index)
{
	if (!index)
		return;
	kfg_slots_done(&index->slots);
	free(index->tags);
	free(index);
}

void kfg_btf_index_done(struct kfg_btf *btf)
{
	index_free(btf->index);
	btf->index = NULL;
}

static struct kfg_btf_index *get_index(const struct kfg_btf *btf)
{
	struct kfg_btf *own = (struct kfg_btf *)btf; /* the index is not part of what a const view promises */

	if (!btf->index)
		own->index = calloc(1, sizeof(*own->index));
	return btf->index;
}

/* NULL: there is no memory for it. */
static const struct kfg_btf_index *get_names(const struct kfg_btf *btf)
{
	struct kfg_btf_index *index = get_index(btf);
	uint32_t n_named = 0;

	if (!index || index->slots.size)
		return index;
	for (uint32_t id = btf->first; id < btf->end; id++)
		n_named += kfg_btf_own_type(btf, id)->name_off != 0;
	index->secret = kfg_hash_secret();
	if (kfg_slots_reserve(&index->slots, n_named, NULL, NULL) < 0)
		return NULL;
	index_names(btf, index);
	return index;
}

/* The ids among which decl tags are. */
static uint32_t tags_from(const struct kfg_btf *btf, uint32_t *ret_end)
{
	*ret_end = btf->source.type ? btf->source.first_tag + btf->source.n_tags : btf->end;
	return btf->source.type ? btf->source.first_tag : btf->first;
}

/* NULL: there is no memory for them. */
static const struct kfg_btf_index *get_tags(const struct kfg_btf *btf)
{
	struct kfg_btf_index *index = get_index(btf);
	uint32_t end, first = tags_from(btf, &end);
	size_t n = 0;

	if (!index || index->tags)
		return index;
	for (uint32_t id = first; id < end; id++)
		n += as_tag(kfg_btf_type(btf, id)) != NULL;
	index->tags = calloc(n + 1, sizeof(*index->tags));
	if (!index->tags)
		return NULL;
	for (uint32_t id = first; id < end; id++) {
		const struct btf_type *t = kfg_btf_type(btf, id);

		if (as_tag(t))
			index->tags[index->n_tags++] = (struct tag){ .target = t->type, .id = id };
	}
	qsort_r(index->tags, n, sizeof(*index->tags), compare_tags, (void *)btf);
	return index;
}

/* Without an index: slow, and right. */
static uint32_t search(const struct kfg_btf *btf, const char *name, unsigned kind)
{
	for (uint32_t id = btf->first; id < btf->end; id++)
		if (KFG_BTF_INFO_KIND(kfg_btf_type(btf, id)->info) == kind &&
		    strcmp(kfg_btf_type_name(btf, id), name) == 0)
			return id;
	return 0;
}

uint32_t kfg_btf_find_own(const struct kfg_btf *btf, const char *name, unsigned kind)
{
	size_t len = strnlen(name, NAME_MAX_LEN + 1);
	const struct kfg_btf_index *index;

	if (!len || len > NAME_MAX_LEN || kind == BTF_KIND_DECL_TAG)
		return 0;
	if (btf->source.type)
		return btf->source.find(btf->source.arg, name, kind);
	index = get_names(btf);
	return index ? *find_slot(btf, index, name, len, kind) : search(btf, name, kind);
}

uint32_t kfg_btf_find(const struct kfg_btf *btf, const char *name, unsigned kind)
{
	uint32_t id = 0;

	for (; btf && !id; btf = btf->base)
		id = kfg_btf_find_own(btf, name, kind);
	return id;
}

/* Without an index: the least by its text, as with one. */
static const char *search_tag(const struct kfg_btf *btf, uint32_t id, const char *prefix)
{
	uint32_t end, first = tags_from(btf, &end);
	const char *least = NULL;

	for (uint32_t i = first; i < end; i++) {
		const struct btf_type *t = kfg_btf_type(btf, i);
		const char *text = kfg_btf_str(btf, t->name_off);

		if (as_tag(t) && t->type == id && kfg_text_begins(text, prefix) && (!least || strcmp(text, least) < 0))
			least = text;
	}
	return least;
}

static const char *find_tag(const struct kfg_btf *btf, const struct kfg_btf_index *index, uint32_t id,
			    const char *prefix)
{
	size_t low = 0, high = index->n_tags;
	const char *text;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct tag *at = &index->tags[middle];
		bool before = at->target < id;

		if (at->target == id)
			before = strncmp(kfg_btf_type_name(btf, at->id), prefix, NAME_MAX_LEN) < 0;
		if (before)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == index->n_tags || index->tags[low].target != id)
		return NULL;
	text = kfg_btf_type_name(btf, index->tags[low].id);
	return kfg_text_begins(text, prefix) ? text : NULL;
}

/* A module's BTF may tag what is the kernel's, so all are looked at. */
const char *kfg_btf_find_tag(const struct kfg_btf *btf, uint32_t id, const char *prefix)
{
	const char *found = NULL;

	for (; btf && !found; btf = btf->base) {
		const struct kfg_btf_index *index = get_tags(btf);

		found = index ? find_tag(btf, index, id, prefix) : search_tag(btf, id, prefix);
	}
	return found;
}

bool kfg_btf_has_tag(const struct kfg_btf *btf, uint32_t id, const char *tag)
{
	for (; btf; btf = btf->base) {
		const struct kfg_btf_index *index = get_tags(btf);
		const char *found = index ? find_tag(btf, index, id, tag) : search_tag(btf, id, tag);

		if (found && strncmp(found, tag, NAME_MAX_LEN) == 0)
			return true;
	}
	return false;
}
