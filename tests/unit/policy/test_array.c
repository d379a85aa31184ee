/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "policy/array.h"
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

static void test_doubles(void **state)
{
	size_t room = 0, grown = 0;
	int *items = NULL;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		size_t before = room;

		assert_int_equal(kfg_array_grow(&items, &room, (size_t)i, sizeof(*items)), 0);
		assert_true(room > (size_t)i);
		grown += room != before;
		items[i] = i;
	}
	assert_int_equal(items[999], 999);
	assert_int_equal(room, 1024);
	assert_int_equal(grown, 7);
	assert_int_equal(kfg_array_grow(&items, &room, 5000, sizeof(*items)), 0);
	assert_int_equal(room, 8192);
	free(items);
}

static void test_too_many(void **state)
{
	size_t room = 0;
	int *items = NULL;

	(void)state;
	assert_int_equal(kfg_array_grow(&items, &room, SIZE_MAX, sizeof(*items)), -ENOMEM);
	assert_int_equal(kfg_array_grow(&items, &room, SIZE_MAX / 4, sizeof(*items)), -ENOMEM);
	assert_null(items);
	assert_int_equal(room, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_doubles),
		cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
