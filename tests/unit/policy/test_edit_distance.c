/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "policy/edit_distance.h"
#include <limits.h>
#include <string.h>

static void test_edits(void **state)
{
	char longer[65];

	(void)state;
	assert_int_equal(kfg_edit_distance("check", "check", false), 0);
	assert_int_equal(kfg_edit_distance("chek", "check", false), 1);
	assert_int_equal(kfg_edit_distance("chekc", "check", false), 1);
	assert_int_equal(kfg_edit_distance("", "run", false), 3);
	assert_int_equal(kfg_edit_distance("status", "reload", false), 6);
	memset(longer, 'a', 64);
	longer[64] = '\0';
	assert_int_equal(kfg_edit_distance(longer, "a", false), UINT_MAX);
}

static void test_case(void **state)
{
	(void)state;
	assert_int_equal(kfg_edit_distance("XDP", "xdp", false), 3);
	assert_int_equal(kfg_edit_distance("XDP", "xdp", true), 0);
	assert_int_equal(kfg_edit_distance("XPD", "xdp", true), 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edits),
		cmocka_unit_test(test_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
