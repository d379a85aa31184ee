/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/preempt.h"

#include "cmocka_all.h"

#define DYNAMIC "#1 SMP PREEMPT_DYNAMIC Debian"

/* The mode in use decides, whatever else there is. */
static void test_modes(void **state)
{
	(void)state;
	assert_false(kfg_preempt_may_by("(none) voluntary full lazy\n", DYNAMIC, "preempt=full"));
	assert_false(kfg_preempt_may_by("none (voluntary) full\n", DYNAMIC, NULL));
	assert_true(kfg_preempt_may_by("none voluntary (full)\n", "#1 SMP", NULL));
	assert_true(kfg_preempt_may_by("full (lazy)\n", DYNAMIC, "preempt=none"));
	assert_true(kfg_preempt_may_by("(nonesuch)\n", DYNAMIC, NULL));
}

static void test_how_it_was_built(void **state)
{
	(void)state;
	assert_false(kfg_preempt_may_by(NULL, "#1 SMP Debian", NULL));
	assert_true(kfg_preempt_may_by(NULL, "#1 SMP PREEMPT Debian", "preempt=none"));
	assert_true(kfg_preempt_may_by(NULL, "#1 SMP PREEMPT_RT Debian", NULL));
	assert_true(kfg_preempt_may_by(NULL, DYNAMIC, "quiet"));
	assert_true(kfg_preempt_may_by(NULL, DYNAMIC, NULL));
	assert_false(kfg_preempt_may_by(NULL, DYNAMIC, "quiet preempt=voluntary\n"));
	assert_false(kfg_preempt_may_by(NULL, DYNAMIC, "preempt=full preempt=none quiet"));
	assert_true(kfg_preempt_may_by(NULL, DYNAMIC, "preempt=none preempt=full"));
	assert_true(kfg_preempt_may_by(NULL, DYNAMIC, "x.preempt=none"));
	assert_true(kfg_preempt_may_by(NULL, NULL, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_modes),
		cmocka_unit_test(test_how_it_was_built),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
