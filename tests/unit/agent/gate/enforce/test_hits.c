/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_hits.c - what was counted under a name goes on under it, once. */
#include "cmocka_all.h"

#include "gate/enforce/hits.h"

static struct kfg_hit part(uint64_t key, uint64_t loads, uint64_t last_ns, uint64_t since_ns)
{
	return (struct kfg_hit){ .key = key, .loads = loads, .last_ns = last_ns, .since_ns = since_ns };
}

static void test_match(void **state)
{
	const struct kfg_hit keys[] = { part(7, 0, 0, 100), part(9, 0, 0, 100), part(3, 0, 0, 100) };
	struct kfg_hit from[] = { part(3, 30, 33, 10), part(5, 50, 55, 10), part(7, 70, 77, 20) };
	struct kfg_hit before[3];

	(void)state;
	kfg_hits_match(keys, before, 3, from, 3);
	/* elsewhere, new, elsewhere; and what is gone is in none of them */
	assert_int_equal(before[0].loads, 70);
	assert_int_equal(before[0].last_ns, 77);
	assert_int_equal(before[0].since_ns, 20);
	assert_int_equal(before[1].loads, 0);
	assert_int_equal(before[1].since_ns, 0);
	assert_int_equal(before[2].loads, 30);
}

static void test_match_nothing(void **state)
{
	const struct kfg_hit key = part(7, 0, 0, 100);
	struct kfg_hit before = part(1, 1, 1, 1), none = { 0 };

	(void)state;
	kfg_hits_match(&key, &before, 1, &none, 0);
	assert_int_equal(before.key, 7);
	assert_int_equal(before.loads, 0);
}

/* A deprecation may stand in two files. */
static void test_match_twice(void **state)
{
	const struct kfg_hit keys[] = { part(7, 0, 0, 100), part(7, 0, 0, 100) };
	struct kfg_hit from[] = { part(7, 0, 0, 10), part(7, 70, 77, 20), part(7, 1, 99, 30) };
	struct kfg_hit before[2];

	(void)state;
	kfg_hits_match(keys, before, 2, from, 3);
	assert_int_equal(before[0].loads, 71);
	assert_int_equal(before[0].last_ns, 99);
	assert_int_equal(before[0].since_ns, 10);
	assert_int_equal(before[1].loads, 0);
}

static void test_add(void **state)
{
	const struct kfg_hit before[] = { part(7, 70, 77, 20), part(9, 0, 0, 0) };
	struct kfg_hit hits[] = { part(7, 1, 0, 100), part(9, 2, 200, 100) };

	(void)state;
	hits[0].present = hits[1].present = 3;
	hits[0].sweep_ns = 50;
	hits[1].sweep_ns = 60;
	kfg_hits_add(hits, before, 2, 60);
	assert_int_equal(hits[0].loads, 71);
	assert_int_equal(hits[0].last_ns, 77);
	assert_int_equal(hits[0].since_ns, 20);
	/* of the sweep before */
	assert_int_equal(hits[0].present, 0);
	assert_int_equal(hits[1].loads, 2);
	assert_int_equal(hits[1].last_ns, 200);
	assert_int_equal(hits[1].since_ns, 100);
	assert_int_equal(hits[1].present, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_match),
		cmocka_unit_test(test_match_nothing),
		cmocka_unit_test(test_match_twice),
		cmocka_unit_test(test_add),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
