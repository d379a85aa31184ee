/* SPDX-License-Identifier: GPL-2.0-or-later */
/* slots.c - see slots.h. */
#include "slots.h"

#include <errno.h>
#include <stdlib.h>

#define SIZE_MIN 64u

/* No two numbers of a table stand for the same. */
static bool is_none(const void *items, uint32_t number, const void *key)
{
	(void)items;
	(void)number;
	(void)key;
	return false;
}

int kfg_slots_grow(struct kfg_slots *slots, uint32_t more, kfg_slots_hash_fn *hash, const void *items)
{
	struct kfg_slots bigger = { .size = slots->size ? slots->size : SIZE_MIN };

	while (more > bigger.size / 2 - slots->n) {
		if (bigger.size > UINT32_MAX / 4)
			return -ENOMEM;
		bigger.size *= 2;
	}
	bigger.at = calloc(bigger.size, sizeof(*bigger.at));
	if (!bigger.at)
		return -ENOMEM;
	for (uint32_t i = 0; i < slots->size; i++) {
		uint32_t number = slots->at[i];

		if (number)
			kfg_slots_take(&bigger, kfg_slots_find(&bigger, hash(items, number), is_none, items, NULL),
				       number);
	}
	free(slots->at);
	*slots = bigger;
	return 0;
}

void kfg_slots_done(struct kfg_slots *slots)
{
	free(slots->at);
	*slots = (struct kfg_slots){ 0 };
}
