/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "policy/slots.h"
#include <errno.h>
#include <stdlib.h>

/* A number stands for a key of this table: items[number - 1]. */
static uint32_t items[5000];

static uint32_t hash_of(uint32_t key)
{
	return key * 0x9e3779b1u;
}

static uint32_t hash(const void *of, uint32_t number)
{
	return hash_of(((const uint32_t *)of)[number - 1]);
}

/* All at the end, so that they go on at the beginning. */
static uint32_t one_hash(const void *of, uint32_t number)
{
	(void)of;
	(void)number;
	return UINT32_MAX;
}

static bool is(const void *of, uint32_t number, const void *key)
{
	return ((const uint32_t *)of)[number - 1] == *(const uint32_t *)key;
}

static uint32_t *find(const struct kfg_slots *slots, uint32_t key, kfg_slots_hash_fn *how)
{
	return kfg_slots_find(slots, how == hash ? hash_of(key) : UINT32_MAX, is, items, &key);
}

/* Adds n keys, and looks for each of them and for n others each time that the table has grown. */
static void add(struct kfg_slots *slots, uint32_t n, kfg_slots_hash_fn *how)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t size = slots->size, *slot;

		assert_int_equal(kfg_slots_reserve(slots, 1, how, items), 0);
		assert_true(slots->n < slots->size / 2);
		assert_int_equal(slots->size & (slots->size - 1), 0);
		for (uint32_t k = 0; size != slots->size && k < n; k++) {
			assert_int_equal(*find(slots, 3 * k, how), k < i ? k + 1 : 0);
			assert_int_equal(*find(slots, 3 * k + 1, how), 0);
		}
		items[i] = 3 * i;
		slot = find(slots, items[i], how);
		assert_int_equal(*slot, 0);
		kfg_slots_take(slots, slot, i + 1);
		assert_int_equal(slots->n, i + 1);
		assert_ptr_equal(find(slots, items[i], how), slot);
	}
}

static void test_grows(void **state)
{
	struct kfg_slots slots = { 0 };

	(void)state;
	add(&slots, 5000, hash);
	assert_int_equal(slots.size, 16384);
	for (uint32_t i = 0; i < 5000; i++)
		assert_int_equal(*find(&slots, 3 * i, hash), i + 1);
	kfg_slots_done(&slots);
	assert_null(slots.at);
	assert_int_equal(slots.size, 0);
	assert_int_equal(slots.n, 0);
	kfg_slots_done(&slots);
}

static void test_collisions(void **state)
{
	struct kfg_slots slots = { 0 };

	(void)state;
	add(&slots, 200, one_hash);
	assert_int_equal(slots.size, 512);
	for (uint32_t i = 0; i < 200; i++)
		assert_int_equal(*find(&slots, 3 * i, one_hash), i + 1);
	assert_int_equal(*find(&slots, 1, one_hash), 0);
	kfg_slots_done(&slots);
}

static uint32_t not_asked(const void *of, uint32_t number)
{
	(void)of;
	(void)number;
	fail_msg("a table that is empty, or has room, places nothing anew");
	return 0;
}

static void test_room(void **state)
{
	struct kfg_slots slots = { 0 };
	uint32_t *at;

	(void)state;
	/* a table of which nothing is asked but to look into it */
	assert_int_equal(kfg_slots_reserve(&slots, 0, NULL, NULL), 0);
	assert_int_equal(*find(&slots, 7, hash), 0);
	assert_int_equal(kfg_slots_reserve(&slots, 1000, NULL, NULL), 0);
	assert_int_equal(slots.size, 2048);
	at = slots.at;
	add(&slots, 1000, not_asked);
	assert_ptr_equal(slots.at, at);
	assert_int_equal(kfg_slots_reserve(&slots, 24, not_asked, items), 0);
	assert_ptr_equal(slots.at, at);
	assert_int_equal(kfg_slots_reserve(&slots, 25, one_hash, items), 0);
	assert_int_equal(slots.size, 4096);
	kfg_slots_done(&slots);
}

static void test_too_many(void **state)
{
	struct kfg_slots slots = { 0 };
	uint32_t *at;

	(void)state;
	assert_int_equal(kfg_slots_reserve(&slots, UINT32_MAX, not_asked, items), -ENOMEM);
	assert_null(slots.at);
	add(&slots, 10, hash);
	at = slots.at;
	assert_int_equal(kfg_slots_reserve(&slots, UINT32_MAX, not_asked, items), -ENOMEM);
	assert_int_equal(kfg_slots_reserve(&slots, UINT32_MAX / 8 + 1, not_asked, items), -ENOMEM);
	assert_ptr_equal(slots.at, at);
	assert_int_equal(slots.n, 10);
	for (uint32_t i = 0; i < 10; i++)
		assert_int_equal(*find(&slots, 3 * i, hash), i + 1);
	kfg_slots_done(&slots);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grows),
		cmocka_unit_test(test_collisions),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
