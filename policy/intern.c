/* SPDX-License-Identifier: GPL-2.0-or-later */
/* intern.c - see intern.h. */
#include "intern.h"

#include "array.h"

#include <kfgate/decide.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Called with the index of an item: its hash, to place it anew. */
typedef uint32_t hash_fn(const void *set, uint32_t index);

static void slots_put(struct kfg_intern_slots *s, uint32_t hash, uint32_t index)
{
	uint32_t i = hash & (s->size - 1);

	while (s->at[i])
		i = (i + 1) & (s->size - 1);
	s->at[i] = index + 1;
	s->n++;
}

/* Room for one more. */
static int slots_reserve(struct kfg_intern_slots *s, const void *set, hash_fn *hash)
{
	struct kfg_intern_slots bigger = { .size = s->size ? s->size * 2 : 64 };

	if (s->size && s->n < s->size / 2)
		return 0;
	if (s->size > UINT32_MAX / 4)
		return -ENOMEM;
	bigger.at = calloc(bigger.size, sizeof(*bigger.at));
	if (!bigger.at)
		return -ENOMEM;
	for (uint32_t i = 0; i < s->n; i++)
		slots_put(&bigger, hash(set, i), i);
	free(s->at);
	*s = bigger;
	return 0;
}

uint32_t kfg_intern_hash(const char *text, size_t len)
{
	uint32_t h = KFG_HASH_INIT;

	for (size_t i = 0; i < len; i++)
		h = kfg_hash_byte(h, (__u8)text[i]);
	return h;
}

static uint32_t text_hash(const void *set, uint32_t index)
{
	const struct kfg_intern_texts *t = set;

	return t->items[index].hash;
}

int kfg_intern_texts_add(struct kfg_intern_texts *t, const char *text, size_t len, uint32_t tag, uint32_t *ret_index)
{
	struct kfg_intern_text item = { text, (uint32_t)len, kfg_intern_hash(text, len), tag };
	int r = slots_reserve(&t->slots, t, text_hash);

	if (!r)
		r = kfg_array_grow(&t->items, &t->capacity, t->slots.n, sizeof(*t->items));
	if (r)
		return r;
	for (uint32_t i = item.hash;; i++) {
		uint32_t at = t->slots.at[i & (t->slots.size - 1)];
		const struct kfg_intern_text *have = at ? &t->items[at - 1] : NULL;

		if (!have)
			break;
		if (have->hash == item.hash && have->len == item.len && have->tag == tag &&
		    !memcmp(have->text, text, len)) {
			*ret_index = at - 1;
			return 0;
		}
	}
	t->items[t->slots.n] = item;
	*ret_index = t->slots.n;
	slots_put(&t->slots, item.hash, t->slots.n);
	return 0;
}

void kfg_intern_texts_done(struct kfg_intern_texts *t)
{
	free(t->items);
	free(t->slots.at);
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

static uint32_t slice_hash(const void *set, uint32_t index)
{
	const struct kfg_intern_slices *s = set;

	return numbers_hash(s->data + s->ranges[index].first, s->ranges[index].count);
}

static bool slices_find(const struct kfg_intern_slices *s, uint32_t hash, const uint32_t *numbers, uint32_t n,
			struct kfg_range *ret_range)
{
	for (uint32_t i = hash;; i++) {
		uint32_t at = s->slots.at[i & (s->slots.size - 1)];
		const struct kfg_range *have = at ? &s->ranges[at - 1] : NULL;

		if (!have)
			return false;
		if (have->count == n && !memcmp(s->data + have->first, numbers, n * sizeof(*numbers))) {
			*ret_range = *have;
			return true;
		}
	}
}

int kfg_intern_slices_add(struct kfg_intern_slices *s, const uint32_t *numbers, uint32_t n, struct kfg_range *ret_range)
{
	uint32_t hash = numbers_hash(numbers, n);
	struct kfg_range range = { s->n, n };
	int r;

	if (!n) {
		*ret_range = (struct kfg_range){ 0, 0 };
		return 0;
	}
	r = slots_reserve(&s->slots, s, slice_hash);
	if (r)
		return r;
	if (slices_find(s, hash, numbers, n, ret_range))
		return 0;
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
	slots_put(&s->slots, hash, s->slots.n);
	*ret_range = range;
	return 0;
}

void kfg_intern_slices_done(struct kfg_intern_slices *s)
{
	free(s->data);
	free(s->ranges);
	free(s->slots.at);
	*s = (struct kfg_intern_slices){ 0 };
}
