/* SPDX-License-Identifier: GPL-2.0-or-later */
/* intern.c - see intern.h. */
#include "intern.h"

#include "array.h"

#include <kfgate/decide.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

uint32_t kfg_intern_hash(const char *text, size_t len)
{
	uint32_t h = KFG_HASH_INIT;

	for (size_t i = 0; i < len; i++)
		h = kfg_hash_byte(h, (__u8)text[i]);
	return h;
}

static uint32_t text_hash(const void *texts, uint32_t number)
{
	const struct kfg_intern_texts *t = texts;

	return t->items[number - 1].hash;
}

static bool is_text(const void *texts, uint32_t number, const void *key)
{
	const struct kfg_intern_texts *t = texts;
	const struct kfg_intern_text *have = &t->items[number - 1], *wanted = key;

	return have->hash == wanted->hash && have->len == wanted->len && have->tag == wanted->tag &&
	       !memcmp(have->text, wanted->text, wanted->len);
}

int kfg_intern_texts_add(struct kfg_intern_texts *t, const char *text, size_t len, uint32_t tag, uint32_t *ret_index)
{
	struct kfg_intern_text item = { text, (uint32_t)len, kfg_intern_hash(text, len), tag };
	int r = kfg_slots_reserve(&t->slots, 1, text_hash, t);
	uint32_t *slot;

	if (!r)
		r = kfg_array_grow(&t->items, &t->capacity, t->slots.n, sizeof(*t->items));
	if (r)
		return r;
	slot = kfg_slots_find(&t->slots, item.hash, is_text, t, &item);
	if (!*slot) {
		t->items[t->slots.n] = item;
		kfg_slots_take(&t->slots, slot, t->slots.n + 1);
	}
	*ret_index = *slot - 1;
	return 0;
}

uint32_t kfg_intern_texts_find(const struct kfg_intern_texts *t, const struct kfg_intern_text *text)
{
	uint32_t number = t->slots.size ? *kfg_slots_find(&t->slots, text->hash, is_text, t, text) : 0;

	return number ? number - 1 : KFG_NONE;
}

void kfg_intern_texts_done(struct kfg_intern_texts *t)
{
	free(t->items);
	kfg_slots_done(&t->slots);
	*t = (struct kfg_intern_texts){ 0 };
}

static uint32_t numbers_hash(const uint32_t *numbers, uint32_t n)
{
	uint64_t h = UINT64_C(0x9e3779b97f4a7c15) + n;

	for (uint32_t i = 0; i < n; i++) {
		h = (h ^ numbers[i]) * UINT64_C(0xff51afd7ed558ccd);
		h ^= h >> 32;
	}
	return (uint32_t)h;
}

static uint32_t slice_hash(const void *slices, uint32_t number)
{
	const struct kfg_intern_slices *s = slices;
	const struct kfg_range *range = &s->ranges[number - 1];

	return numbers_hash(s->data + range->first, range->count);
}

struct slice_key {
	const uint32_t *numbers; /* not owned */
	uint32_t n;
};

static bool is_slice(const void *slices, uint32_t number, const void *key)
{
	const struct kfg_intern_slices *s = slices;
	const struct kfg_range *have = &s->ranges[number - 1];
	const struct slice_key *wanted = key;

	return have->count == wanted->n &&
	       !memcmp(s->data + have->first, wanted->numbers, wanted->n * sizeof(*wanted->numbers));
}

int kfg_intern_slices_add(struct kfg_intern_slices *s, const uint32_t *numbers, uint32_t n, struct kfg_range *ret_range)
{
	struct slice_key key = { numbers, n };
	struct kfg_range range = { s->n, n };
	uint32_t *slot;
	int r;

	if (!n) {
		*ret_range = (struct kfg_range){ 0, 0 };
		return 0;
	}
	r = kfg_slots_reserve(&s->slots, 1, slice_hash, s);
	if (r)
		return r;
	slot = kfg_slots_find(&s->slots, numbers_hash(numbers, n), is_slice, s, &key);
	if (*slot) {
		*ret_range = s->ranges[*slot - 1];
		return 0;
	}
	if (n > UINT32_MAX / 4 - s->n)
		return -ENOMEM;
	r = kfg_array_grow(&s->data, &s->capacity, s->n + n, sizeof(*s->data));
	if (!r)
		r = kfg_array_grow(&s->ranges, &s->ranges_capacity, s->slots.n, sizeof(*s->ranges));
	if (r)
		return r;
	memcpy(s->data + s->n, numbers, n * sizeof(*numbers));
	s->n += n;
	s->ranges[s->slots.n] = range;
	kfg_slots_take(&s->slots, slot, s->slots.n + 1);
	*ret_range = range;
	return 0;
}

void kfg_intern_slices_done(struct kfg_intern_slices *s)
{
	free(s->data);
	free(s->ranges);
	kfg_slots_done(&s->slots);
	*s = (struct kfg_intern_slices){ 0 };
}
