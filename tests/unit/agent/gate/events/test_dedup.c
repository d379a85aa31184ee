/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gate/events/dedup.h"
#include "cmocka_all.h"
#include "sample_event.h"

static struct kfg_dedup *dedup;
static struct kfg_event e;

static int setup(void **state)
{
	(void)state;
	e = sample_event();
	return kfg_dedup_new(&dedup);
}

static int teardown(void **state)
{
	(void)state;
	kfg_dedup_free(dedup);
	return 0;
}

static bool repeats(void)
{
	return kfg_dedup_repeats(dedup, &e);
}

static void test_second_attempt(void **state)
{
	(void)state;
	assert_false(repeats());
	e.prog_id++; /* each attempt has an id of its own */
	e.time_ns += 2000000000;
	assert_true(repeats());
	e.time_ns += 1;
	assert_false(repeats());
}

static void test_events_out_of_order(void **state)
{
	(void)state;
	assert_false(repeats());
	e.time_ns -= 1000000000;
	assert_true(repeats());
}

#define NEW_WITH(change)                                                                                               \
	do {                                                                                                           \
		e = sample_event();                                                                                    \
		change;                                                                                                \
		assert_false(repeats());                                                                               \
		assert_true(repeats());                                                                                \
	} while (0)

static void test_what_makes_a_difference(void **state)
{
	(void)state;
	assert_false(repeats());
	NEW_WITH(e.pid++);
	NEW_WITH(e.prog[0] = 'x');
	NEW_WITH(e.prog_type++);
	NEW_WITH(e.n_insns++);
	NEW_WITH(e.action = KFG_WARN);
	NEW_WITH(e.reason = KFG_REASON_RULE);
	NEW_WITH(e.error = -1);
	NEW_WITH(e.generation++);
	NEW_WITH(e.n_more++);
	NEW_WITH(e.kfuncs[0].name[0] = 'x');
	NEW_WITH(e.kfuncs[0].module[0] = 'x');
	NEW_WITH(e.n_kfuncs = 2; e.kfuncs[1] = e.kfuncs[0]);
}

static void test_programs_that_were_loaded(void **state)
{
	(void)state;
	e.error = 0;
	e.action = KFG_WARN;
	assert_false(repeats());
	e.prog_id++; /* the same program a second time is another program */
	assert_false(repeats());
	assert_true(repeats());
}

static void test_forgets_the_oldest(void **state)
{
	(void)state;
	assert_false(repeats());
	for (unsigned i = 0; i < 64; i++) {
		e.pid = 1000 + i;
		assert_false(repeats());
	}
	e.pid = 123;
	assert_false(repeats());
}

static void test_present(void **state)
{
	(void)state;
	e.kind = KFG_EVENT_PRESENT;
	e.error = 0;
	e.enforced = 0;
	assert_false(repeats());
	e.time_ns += 3600000000000;
	assert_true(repeats());
	e.generation++;
	assert_false(repeats());
	e.enforced = 1; /* refused now */
	assert_false(repeats());
	assert_true(repeats());
	e.enforced = 0;
	assert_true(repeats());
	e.prog_id++;
	assert_false(repeats());
	e.prog_id = 0;
	assert_false(repeats());
	assert_false(repeats());
}

static void test_many_present(void **state)
{
	(void)state;
	e.kind = KFG_EVENT_PRESENT;
	for (e.prog_id = 1; e.prog_id <= 10000; e.prog_id++)
		assert_false(repeats());
	for (e.prog_id = 1; e.prog_id <= 3072; e.prog_id++)
		assert_true(repeats());
	assert_false(repeats());
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_second_attempt),
		CASE(test_events_out_of_order),
		CASE(test_what_makes_a_difference),
		CASE(test_programs_that_were_loaded),
		CASE(test_forgets_the_oldest),
		CASE(test_present),
		CASE(test_many_present),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
