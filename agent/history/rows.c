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

static void *row(const struct kfg_rows *rows, size_t i)
{
	return (char *)rows->items + i * rows->size;
}

static uint32_t row_hash(const void *rows, uint32_t number)
{
	const struct kfg_rows *r = rows;

	return hash(row(r, number - 1), r->key);
}

static bool is_row(const void *rows, uint32_t number, const void *key)
{
	const struct kfg_rows *r = rows;

	return memcmp(row(r, number - 1), key, r->key) == 0;
}

int kfg_rows_get(struct kfg_rows *rows, const void *key, void **ret_row)
{
	int r = kfg_slots_reserve(&rows->slots, 1, row_hash, rows);
	uint32_t *slot;

	if (r < 0)
		return r;
	slot = kfg_slots_find(&rows->slots, hash(key, rows->key), is_row, rows, key);
	if (!*slot) {
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
		kfg_slots_take(&rows->slots, slot, ++rows->n);
	}
	*ret_row = row(rows, *slot - 1);
	return 0;
}

void kfg_rows_done(struct kfg_rows *rows)
{
	free(rows->items);
	kfg_slots_done(&rows->slots);
	rows->items = NULL;
	rows->n = rows->capacity = 0;
}

static const char *text_of(const struct kfg_text_pool *t, uint32_t number)
{
	return t->bytes + t->starts[number - 1];
}

static uint32_t text_hash(const void *texts, uint32_t number)
{
	const char *text = text_of(texts, number);

	return hash(text, strlen(text));
}

static bool is_text(const void *texts, uint32_t number, const void *key)
{
	return strcmp(text_of(texts, number), key) == 0;
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
	size_t len = strlen(text);
	int r = kfg_slots_reserve(&t->slots, 1, text_hash, t);
	uint32_t *slot;

	if (r < 0)
		return r;
	slot = kfg_slots_find(&t->slots, hash(text, len), is_text, t, text);
	if (!*slot) {
		if (t->size + len + 1 > t->max) {
			*ret_id = KFG_TEXT_POOL_OTHER;
			return 0;
		}
		r = append(t, text, len);
		if (r < 0)
			return r;
		kfg_slots_take(&t->slots, slot, t->n);
	}
	*ret_id = *slot - 1;
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
	kfg_slots_done(&texts->slots);
	*texts = (struct kfg_text_pool)KFG_TEXT_POOL(texts->max);
}
