/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "load_text.h"

#include <time.h>

static void test_known_days(void **state)
{
	int32_t day;

	(void)state;
	assert_int_equal(kfg_day_parse("1970-01-01", &day), 0);
	assert_int_equal(day, 0);
	assert_int_equal(kfg_day_parse("2000-02-29", &day), 0);
	assert_int_equal(day, 11016);
	assert_int_equal(kfg_day_parse("2026-11-21", &day), 0);
	assert_int_equal(day, TODAY);
	assert_int_equal(kfg_day_parse("9999-12-31", &day), 0);
	assert_int_equal(day, 2932896);
}

/* Every day of four centuries, against the C library. */
static void test_round_trip(void **state)
{
	char buf[KFG_DAY_TEXT], want[32];
	int32_t back;

	(void)state;
	for (int32_t day = 0; day < 146097; day++) {
		time_t t = (time_t)day * 86400;
		struct tm tm;

		gmtime_r(&t, &tm);
		strftime(want, sizeof(want), "%Y-%m-%d", &tm);
		assert_string_equal(kfg_day_format(day, buf), want);
		assert_int_equal(kfg_day_parse(buf, &back), 0);
		assert_int_equal(back, day);
	}
}

static void test_not_days(void **state)
{
	static const char *const bad[] = {
		"",	      "2026",	    "2026-11",	  "2026-11-2",	"2026-11-211", "2026-11-21 ", " 2026-11-21",
		"26-11-21",   "2026-13-01", "2026-00-01", "2026-01-00", "2026-01-32",  "2026-04-31",  "2026-02-29",
		"1900-02-29", "1969-12-31", "2026/11/21", "2026-1-21",	"2026-11-2a",  "+026-11-21",  "21.11.2026",
		"tomorrow",
	};
	int32_t day = 42;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(kfg_day_parse(bad[i], &day), -EINVAL);
	assert_int_equal(day, 42);
}

static void test_format_edges(void **state)
{
	char buf[KFG_DAY_TEXT];

	(void)state;
	assert_string_equal(kfg_day_format(KFG_DAY_MAX, buf), "never");
	assert_string_equal(kfg_day_format(-1, buf), "1969-12-31");
	assert_true(strlen(kfg_day_format(KFG_DAY_MAX - 1, buf)) < sizeof(buf));
	assert_true(strlen(kfg_day_format(INT32_MIN, buf)) < sizeof(buf));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_days),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_not_days),
		cmocka_unit_test(test_format_edges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
