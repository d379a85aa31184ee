/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gate/events/attempts.h"
#include "cmocka_all.h"

#define SECOND 1000000000ull

static struct kfg_attempts *attempts;

static int setup(void **state)
{
	(void)state;
	return kfg_attempts_new(&attempts);
}

static int teardown(void **state)
{
	(void)state;
	kfg_attempts_free(attempts);
	return 0;
}

/* Whether it gets a record; suppressed: those that got none before, to be compared where it does. */
static bool tell(uint64_t second, unsigned pid, unsigned kind, uint64_t suppressed)
{
	const struct kfg_attempt a = { .time_ns = second * SECOND, .pid = pid, .kind = kind };
	uint64_t n = 999;
	bool told = kfg_attempts_are_recorded(attempts, &a, &n);

	if (told)
		assert_int_equal(n, suppressed);
	return told;
}

static void test_once_for_process_and_kind(void **state)
{
	(void)state;
	assert_true(tell(100, 1, KFG_ATTEMPT_PIN, 0));
	assert_false(tell(101, 1, KFG_ATTEMPT_PIN, 0));
	assert_false(tell(109, 1, KFG_ATTEMPT_PIN, 0));
	assert_true(tell(109, 1, KFG_ATTEMPT_SIGNAL, 2));
	assert_true(tell(109, 2, KFG_ATTEMPT_PIN, 0));
	assert_true(tell(110, 1, KFG_ATTEMPT_PIN, 0));
}

static void test_so_many_in_all(void **state)
{
	unsigned told = 0;

	(void)state;
	for (unsigned pid = 0; pid < 1000; pid++)
		told += tell(100, pid, KFG_ATTEMPT_MAP_FD, 0);
	assert_int_equal(told, KFG_ATTEMPTS_MAX);
	assert_true(tell(110, 1, KFG_ATTEMPT_MAP_FD, 1000 - KFG_ATTEMPTS_MAX));
}

static void test_each_kind_once(void **state)
{
	(void)state;
	for (unsigned pid = 0; pid < KFG_ATTEMPTS_MAX; pid++)
		assert_true(tell(100, pid, KFG_ATTEMPT_MOUNT, 0));
	assert_false(tell(101, 1000, KFG_ATTEMPT_MOUNT, 0));
	for (unsigned kind = 0; kind < KFG_ATTEMPT_MAX; kind++) {
		if (kind == KFG_ATTEMPT_MOUNT)
			continue;
		assert_true(tell(101, 1000, kind, 1));
		assert_false(tell(101, 1001, kind, 0));
	}
	assert_false(tell(102, 1000, KFG_ATTEMPT_MAX, 0));
	assert_false(tell(102, 1000, UINT32_MAX, 0));
}

static void test_out_of_order(void **state)
{
	(void)state;
	assert_true(tell(100, 1, KFG_ATTEMPT_PIN, 0));
	assert_false(tell(99, 1, KFG_ATTEMPT_PIN, 0));
	assert_true(tell(0, 2, KFG_ATTEMPT_PIN, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_once_for_process_and_kind, setup, teardown),
		cmocka_unit_test_setup_teardown(test_so_many_in_all, setup, teardown),
		cmocka_unit_test_setup_teardown(test_each_kind_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_out_of_order, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
