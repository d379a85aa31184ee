/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * slots.h - tables in memory: numbers found by the hash of what they stand for, with open addressing.
 *
 * In come numbers from 1 up, such as an index plus 1 of an array that the caller has, and a hash of what each stands
 * for; out comes the slot of one. The table owns its slots alone: what is hashed and compared the caller has, and two
 * functions of the caller's reach it by its number. All zero is an empty table. At most half of the slots are taken.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct kfg_slots {
	uint32_t *at; /* owned: numbers; 0: free */
	uint32_t size; /* a power of 2; 0: there are none yet */
	uint32_t n; /* how many are taken */
};

/* Whether the number stands for that key; the hash of what it stands for. items: as the caller gave it. */
typedef bool kfg_slots_is_fn(const void *items, uint32_t number, const void *key);
typedef uint32_t kfg_slots_hash_fn(const void *items, uint32_t number);

/* The part of kfg_slots_reserve() for a table that has no room. */
int kfg_slots_grow(struct kfg_slots *slots, uint32_t more, kfg_slots_hash_fn *hash, const void *items);

/*
 * Makes sure that so many more can be taken, and that there is a free slot. The slots may move: what kfg_slots_find()
 * returned before is no longer valid. Returns 0, or -ENOMEM with nothing changed; there are never more than
 * UINT32_MAX / 4 + 1 slots. Of an empty table no hash is asked, so NULL will do.
 */
static inline int kfg_slots_reserve(struct kfg_slots *slots, uint32_t more, kfg_slots_hash_fn *hash, const void *items)
{
	if (slots->size && more <= slots->size / 2 - slots->n)
		return 0;
	return kfg_slots_grow(slots, more, hash, items);
}

/*
 * The slot of a key with that hash, or the free one where it belongs, of a table in which room was reserved. It is
 * inline, so that the comparison is, too, where it is called with the name of a function.
 */
static inline __attribute__((always_inline)) uint32_t *
kfg_slots_find(const struct kfg_slots *slots, uint32_t hash, kfg_slots_is_fn *is, const void *items, const void *key)
{
	uint32_t mask = slots->size - 1, i = hash & mask;

	while (slots->at[i] && !is(items, slots->at[i], key))
		i = (i + 1) & mask;
	return &slots->at[i];
}

/* Takes a free slot that kfg_slots_find() returned. */
static inline void kfg_slots_take(struct kfg_slots *slots, uint32_t *slot, uint32_t number)
{
	*slot = number;
	slots->n++;
}

/* Leaves an empty table. */
void kfg_slots_done(struct kfg_slots *slots);
