/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rows.c - tables of rows found by their key, and texts kept once, both bounded. */
#include "history/rows.h"

#include "policy/array.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * Eight bytes at a time, mixed as the finalizer of MurmurHash3 does: texts that differ in their last characters alone,
 * as numbered hosts do, differ in the upper bits of a word, and have to in the lower bits of the hash.
 */
static uint32_t hash(const void *data, size_t size)
{
	const unsigned char *p = data;
	uint64_t h = 0xcbf29ce484222325ull, word = 0;

	for (; size; p += sizeof(word), size -= sizeof(word)) {
		if (size < sizeof(word)) {
			word = size;
			for (size_t i = 0; i < size; i++)
				word = word << 8 | p[i];
			size = sizeof(word);
		} else {
			memcpy(&word, p, sizeof(word));
		}
		h = (h ^ word) * 0xff51afd7ed558ccdull;
		h ^= h >> 33;
	}
	h *= 0xc4ceb9fe1a85ec53ull;
	return h >> 32;
}

/* Slots for n items and one more, at most half of them taken; all free. */
static int more_slots(size_t n, uint32_t **slots, size_t *n_slots)
{
	size_t want = *n_slots ? *n_slots : 128;
	uint32_t *p;

	while (want < 2 * (n + 1))
		want *= 2;
	if (want == *n_slots)
		return 1;
	p = calloc(want, sizeof(*p));
	if (!p)
		return -ENOMEM;
	free(*slots);
	*slots = p;
	*n_slots = want;
	return 0;
}

static void *row(const struct kfg_rows *rows, size_t i)
{
	return (char *)rows->items + i * rows->size;
}

/* The slot of that key, or the free one where it belongs. */
static size_t find_row(const struct kfg_rows *rows, const void *key)
{
	size_t at = hash(key, rows->key) & (rows->n_slots - 1);

	while (rows->slots[at] && memcmp(row(rows, rows->slots[at] - 1), key, rows->key) != 0)
		at = (at + 1) & (rows->n_slots - 1);
	return at;
}

int kfg_rows_get(struct kfg_rows *rows, const void *key, void **ret_row)
{
	int r = more_slots(rows->n, &rows->slots, &rows->n_slots);
	size_t at;

	if (r < 0)
		return r;
	if (r == 0)
		for (size_t i = 0; i < rows->n; i++)
			rows->slots[find_row(rows, row(rows, i))] = i + 1;
	at = find_row(rows, key);
	if (!rows->slots[at]) {
		if (rows->n >= rows->max) {
			rows->more++;
			*ret_row = NULL;
			return 0;
		}
		r = kfg_array_grow(&rows->items, &rows->capacity, rows->n, rows->size);
		if (r < 0)
			return r;
		memset(row(rows, rows->n), 0, rows->size);
		memcpy(row(rows, rows->n), key, rows->key);
		rows->slots[at] = ++rows->n;
	}
	*ret_row = row(rows, rows->slots[at] - 1);
	return 0;
}

void kfg_rows_done(struct kfg_rows *rows)
{
	free(rows->items);
	free(rows->slots);
	rows->items = NULL;
	rows->slots = NULL;
	rows->n = rows->capacity = rows->n_slots = 0;
}

static size_t find_text(const struct kfg_text_pool *t, const char *text, size_t len)
{
	size_t at = hash(text, len) & (t->n_slots - 1);

	while (t->slots[at] && strcmp(t->bytes + t->starts[t->slots[at] - 1], text) != 0)
		at = (at + 1) & (t->n_slots - 1);
	return at;
}

static int append(struct kfg_text_pool *t, const char *text, size_t len)
{
	void *bytes = t->bytes, *starts = t->starts;
	int r = kfg_array_grow(&bytes, &t->capacity, t->size + len, 1);

	t->bytes = bytes;
	if (r == 0)
		r = kfg_array_grow(&starts, &t->n_starts, t->n, sizeof(*t->starts));
	t->starts = starts;
	if (r < 0)
		return r;
	memcpy(t->bytes + t->size, text, len + 1);
	t->starts[t->n++] = t->size;
	t->size += len + 1;
	return 0;
}

static int add(struct kfg_text_pool *t, const char *text, uint32_t *ret_id)
{
	size_t len = strlen(text), at;
	int r = more_slots(t->n, &t->slots, &t->n_slots);

	if (r < 0)
		return r;
	if (r == 0)
		for (size_t i = 0; i < t->n; i++) {
			const char *other = t->bytes + t->starts[i];

			t->slots[find_text(t, other, strlen(other))] = i + 1;
		}
	at = find_text(t, text, len);
	if (!t->slots[at]) {
		if (t->size + len + 1 > t->max) {
			*ret_id = KFG_TEXT_POOL_OTHER;
			return 0;
		}
		r = append(t, text, len);
		if (r < 0)
			return r;
		t->slots[at] = t->n;
	}
	*ret_id = t->slots[at] - 1;
	return 0;
}

int kfg_text_pool_add(struct kfg_text_pool *texts, const char *text, uint32_t *ret_id)
{
	uint32_t id;

	if (texts->n < 2) {
		int r = add(texts, "", &id);

		if (r == 0)
			r = add(texts, "(other)", &id);
		if (r < 0)
			return r;
	}
	return add(texts, text, ret_id);
}

const char *kfg_text_pool_get(const struct kfg_text_pool *texts, uint32_t id)
{
	return id < texts->n ? texts->bytes + texts->starts[id] : "";
}

void kfg_text_pool_done(struct kfg_text_pool *texts)
{
	free(texts->bytes);
	free(texts->starts);
	free(texts->slots);
	*texts = (struct kfg_text_pool)KFG_TEXT_POOL(texts->max);
}
