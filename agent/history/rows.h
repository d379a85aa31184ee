/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rows.h - tables with an upper bound: rows found by a key of plain bytes at their beginning, and texts kept once.
 * A full table takes no new key; what did not fit is counted.
 *
 * Prefix: kfg_text_pool.
 */
#pragma once

#include "policy/slots.h"
#include <stddef.h>
#include <stdint.h>

struct kfg_rows {
	size_t size; /* of a row */
	size_t key; /* bytes of its key, which come first */
	size_t max; /* rows */
	void *items; /* owned; in the order of their coming. A new row may move them */
	size_t n;
	uint64_t more; /* keys that were turned away, counted each time */
	size_t capacity;
	struct kfg_slots slots; /* index + 1 */
};

#define KFG_ROWS(type, key_bytes, most)                                                                                \
	{                                                                                                              \
		.size = sizeof(type), .key = (key_bytes), .max = (most)                                                \
	}

/*
 * The row of that key, a new one zeroed but for the key; NULL with 0 when the table is full. -ENOMEM. The pointer is
 * valid until the next call.
 */
int kfg_rows_get(struct kfg_rows *rows, const void *key, void **ret_row);
void kfg_rows_done(struct kfg_rows *rows);

#define KFG_TEXT_POOL_NONE 0u /* the empty text */
#define KFG_TEXT_POOL_OTHER 1u /* one that had no room */

struct kfg_text_pool {
	char *bytes; /* owned */
	size_t size, capacity, max;
	uint32_t *starts; /* owned */
	size_t n, n_starts;
	struct kfg_slots slots; /* id + 1 */
};

#define KFG_TEXT_POOL(most)                                                                                            \
	{                                                                                                              \
		.max = (most)                                                                                          \
	}

/* The number of a text, the same for the same text; KFG_TEXT_POOL_OTHER when there is no room. -ENOMEM. */
int kfg_text_pool_add(struct kfg_text_pool *texts, const char *text, uint32_t *ret_id);
/* Valid until the next addition; "(other)" for KFG_TEXT_POOL_OTHER. */
const char *kfg_text_pool_get(const struct kfg_text_pool *texts, uint32_t id);
void kfg_text_pool_done(struct kfg_text_pool *texts);
