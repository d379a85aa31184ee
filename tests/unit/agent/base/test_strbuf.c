/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/strbuf.h"
#include "cmocka_all.h"

#include <errno.h>
#include <string.h>

static void test_grows(void **state)
{
	_cleanup_strbuf_ struct kfg_strbuf b = KFG_STRBUF(10000);

	(void)state;
	assert_string_equal(kfg_strbuf_text(&b), "");
	for (int i = 0; i < 1000; i++)
		kfg_strbuf_printf(&b, "%03d,", i);
	assert_int_equal(b.error, 0);
	assert_int_equal(b.size, 4000);
	assert_int_equal(strlen(b.data), 4000);
	assert_memory_equal(b.data + 3996, "999,", 5);
}

static void test_stops_at_its_maximum(void **state)
{
	_cleanup_strbuf_ struct kfg_strbuf b = KFG_STRBUF(8);

	(void)state;
	kfg_strbuf_adds(&b, "1234567");
	assert_int_equal(b.error, 0);
	kfg_strbuf_adds(&b, "8");
	assert_int_equal(b.error, -E2BIG);
	assert_string_equal(b.data, "1234567");
}

static void test_failure_sticks(void **state)
{
	_cleanup_strbuf_ struct kfg_strbuf b = KFG_STRBUF(8);

	(void)state;
	kfg_strbuf_printf(&b, "%s", "too long for it");
	assert_int_equal(b.error, -E2BIG);
	kfg_strbuf_adds(&b, "ok");
	assert_string_equal(kfg_strbuf_text(&b), "");
	kfg_strbuf_done(&b);
	kfg_strbuf_adds(&b, "ok");
	assert_string_equal(b.data, "ok");
}

static void test_without_room(void **state)
{
	struct kfg_strbuf b = KFG_STRBUF(0);

	(void)state;
	kfg_strbuf_adds(&b, "");
	assert_int_equal(b.error, -E2BIG);
	assert_null(b.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grows),
		cmocka_unit_test(test_stops_at_its_maximum),
		cmocka_unit_test(test_failure_sticks),
		cmocka_unit_test(test_without_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
