/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * index.c - types by name and decl tags by type. Names may be chosen by an enemy: what is hashed of one is bounded, and
 * the hash has a secret, so that one file cannot make lookups slow everywhere.
 */
#include "analysis/btf/btf_internal.h"

#include "base/hash.h"
#include <stdlib.h>
#include <string.h>

/* Longer names are not found. The kernel's own limit is KSYM_NAME_LEN, 512 (include/linux/kallsyms.h, 6.1..7.3). */
#define NAME_MAX_LEN 1023u

struct tag {
	uint32_t target;
	uint32_t id; /* of the DECL_TAG */
};

struct kfg_btf_index {
	uint32_t *slots; /* owned: ids by hash of kind and name, 0: free */
	uint32_t mask;
	uint64_t secret;
	struct tag *tags; /* owned: by target, then text; those with component -1 */
	size_t n_tags;
};

/* The slot that holds the type of that kind and name, or where it would be. */
static uint32_t *find_slot(const struct kfg_btf *btf, const struct kfg_btf_index *index, const char *name, size_t len,
			   unsigned kind)
{
	uint32_t at = (uint32_t)kfg_hash(index->secret + kind, name, len) & index->mask;

	for (;; at = (at + 1) & index->mask) {
		const struct btf_type *t = kfg_btf_type(btf, index->slots[at]);

		if (!t)
			return &index->slots[at];
		if (BTF_INFO_KIND(t->info) == kind && strncmp(kfg_btf_str(btf, t->name_off), name, len + 1) == 0)
			return &index->slots[at];
	}
}

static void index_names(const struct kfg_btf *btf, struct kfg_btf_index *index)
{
	for (uint32_t id = btf->first; id < btf->end; id++) {
		const struct btf_type *t = kfg_btf_type(btf, id);
		const char *name = kfg_btf_str(btf, t->name_off);
		size_t len = strnlen(name, NAME_MAX_LEN + 1);
		uint32_t *slot;

		if (!len || len > NAME_MAX_LEN || BTF_INFO_KIND(t->info) == BTF_KIND_DECL_TAG)
			continue;
		slot = find_slot(btf, index, name, len, BTF_INFO_KIND(t->info));
		if (!*slot)
			*slot = id;
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

	return BTF_INFO_KIND(t->info) == BTF_KIND_DECL_TAG && tag->component_idx == -1 ? tag : NULL;
}

static void index_tags(const struct kfg_btf *btf, struct kfg_btf_index *index)
{
	size_t n = 0;

	for (uint32_t id = btf->first; id < btf->end; id++) {
		const struct btf_type *t = kfg_btf_type(btf, id);

		if (as_tag(t))
			index->tags[n++] = (struct tag){ .target = t->type, .id = id };
	}
	index->n_tags = n;
	qsort_r(index->tags, n, sizeof(*index->tags), compare_tags, (void *)btf);
}

static void index_free(struct kfg_btf_index *index)
{
	if (!index)
		return;
	free(index->slots);
	free(index->tags);
	free(index);
}

void kfg_btf_index_done(struct kfg_btf *btf)
{
	index_free(btf->index);
	btf->index = NULL;
}

static struct kfg_btf_index *index_new(size_t n_named, size_t n_tags)
{
	struct kfg_btf_index *index = calloc(1, sizeof(*index));
	uint32_t n_slots = 16;

	/* at most half of the slots are taken */
	while (n_slots < 2 * n_named)
		n_slots *= 2;
	if (!index)
		return NULL;
	index->secret = kfg_hash_secret();
	index->slots = calloc(n_slots, sizeof(*index->slots));
	index->tags = calloc(n_tags + 1, sizeof(*index->tags));
	index->mask = n_slots - 1;
	if (index->slots && index->tags)
		return index;
	index_free(index);
	return NULL;
}

/* NULL: there is no memory for one. */
static const struct kfg_btf_index *get_index(const struct kfg_btf *btf)
{
	struct kfg_btf *own = (struct kfg_btf *)btf; /* the index is not part of what a const view promises */
	size_t n_named = 0, n_tags = 0;

	if (btf->index)
		return btf->index;
	for (uint32_t id = btf->first; id < btf->end; id++) {
		const struct btf_type *t = kfg_btf_type(btf, id);

		n_named += t->name_off != 0;
		n_tags += as_tag(t) != NULL;
	}
	own->index = index_new(n_named, n_tags);
	if (own->index) {
		index_names(btf, own->index);
		index_tags(btf, own->index);
	}
	return own->index;
}

/* Without an index: slow, and right. */
static uint32_t search(const struct kfg_btf *btf, const char *name, unsigned kind)
{
	for (uint32_t id = btf->first; id < btf->end; id++)
		if (BTF_INFO_KIND(kfg_btf_type(btf, id)->info) == kind && strcmp(kfg_btf_type_name(btf, id), name) == 0)
			return id;
	return 0;
}

uint32_t kfg_btf_find_own(const struct kfg_btf *btf, const char *name, unsigned kind)
{
	size_t len = strnlen(name, NAME_MAX_LEN + 1);
	const struct kfg_btf_index *index;

	if (!len || len > NAME_MAX_LEN || kind == BTF_KIND_DECL_TAG)
		return 0;
	index = get_index(btf);
	return index ? *find_slot(btf, index, name, len, kind) : search(btf, name, kind);
}

uint32_t kfg_btf_find(const struct kfg_btf *btf, const char *name, unsigned kind)
{
	uint32_t id = 0;

	for (; btf && !id; btf = btf->base)
		id = kfg_btf_find_own(btf, name, kind);
	return id;
}

static bool begins(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Without an index: the least by its text, as with one. */
static const char *search_tag(const struct kfg_btf *btf, uint32_t id, const char *prefix)
{
	const char *least = NULL;

	for (uint32_t i = btf->first; i < btf->end; i++) {
		const struct btf_type *t = kfg_btf_type(btf, i);
		const char *text = kfg_btf_str(btf, t->name_off);

		if (as_tag(t) && t->type == id && begins(text, prefix) && (!least || strcmp(text, least) < 0))
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
	return begins(text, prefix) ? text : NULL;
}

/* A module's BTF may tag what is the kernel's, so all are looked at. */
const char *kfg_btf_find_tag(const struct kfg_btf *btf, uint32_t id, const char *prefix)
{
	const char *found = NULL;

	for (; btf && !found; btf = btf->base) {
		const struct kfg_btf_index *index = get_index(btf);

		found = index ? find_tag(btf, index, id, prefix) : search_tag(btf, id, prefix);
	}
	return found;
}

bool kfg_btf_has_tag(const struct kfg_btf *btf, uint32_t id, const char *tag)
{
	for (; btf; btf = btf->base) {
		const struct kfg_btf_index *index = get_index(btf);
		const char *found = index ? find_tag(btf, index, id, tag) : search_tag(btf, id, tag);

		if (found && strncmp(found, tag, NAME_MAX_LEN) == 0)
			return true;
	}
	return false;
}
