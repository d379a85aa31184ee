/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "history/when.h"
#include "cmocka_all.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define SEC 1000000ull
#define NOW (1795262400 * SEC) /* 2026-11-21 12:00 UTC */

static void means(const char *text, uint64_t seconds)
{
	uint64_t usec = 1;

	assert_int_equal(kfg_when_parse(text, NOW, &usec), 0);
	assert_int_equal(usec, seconds * SEC);
}

static void test_times(void **state)
{
	(void)state;
	means("now", 1795262400);
	means("today", 1795219200);
	means("yesterday", 1795219200 - 86400);
	means("2026-11-01", 1793491200);
	means("2026-11-01 12:30", 1793491200 + 45000);
	means("2026-11-01 12:30:15", 1793491200 + 45015);
	means("@1793000000", 1793000000);
	means("-7d", 1795262400 - 7 * 86400);
	means("-90min", 1795262400 - 5400);
	means("2 hours ago", 1795262400 - 7200);
	means("1w ago", 1795262400 - 604800);
	means("-100000000w", 0);
}

static void test_no_times(void **state)
{
	static const char *const texts[] = { "",
					     "-",
					     "7d",
					     "-7",
					     "-7x",
					     "-7d ago",
					     "2026-02-30",
					     "2026-13-01",
					     "2026-11-01 25:00",
					     "2026-11-01x",
					     "@",
					     "@-1",
					     "@99999999999999999999",
					     "tomorrow" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		uint64_t usec = 1;

		assert_int_equal(kfg_when_parse(texts[i], NOW, &usec), -EINVAL);
		assert_int_equal(usec, 1);
	}
}

static void test_rfc3339(void **state)
{
	static const struct {
		const char *text;
		uint64_t usec;
	} times[] = {
		{ "2026-11-21T12:00:00Z", 1795262400000000 },
		{ "2026-11-21T12:00:00.5z", 1795262400500000 },
		{ "2026-11-21t12:00:00.123456789Z", 1795262400123456 },
		{ "2026-11-21 13:30:00+01:30", 1795262400000000 },
		{ "2026-11-21T04:00:00.000001-0800", 1795262400000001 },
	};
	static const char *const bad[] = { "",
					   "2026-11-21",
					   "2026-11-21T12:00:00",
					   "2026-11-21T12:00Z",
					   "2026-11-21T12:00:00+1",
					   "2026-11-21T12:00:00+01:00x",
					   "2026-11-21T12:00:00Zx",
					   "2026-11-21T12:00:00+99:00",
					   "1969-11-21T12:00:00Z",
					   "1795262400" };
	uint64_t usec = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(kfg_when_parse_rfc3339(bad[i], &usec), -EINVAL);
	assert_int_equal(usec, 1);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		assert_int_equal(kfg_when_parse_rfc3339(times[i].text, &usec), 0);
		assert_int_equal(usec, times[i].usec);
	}
}

static void test_usec(void **state)
{
	static const char *const bad[] = { "", "-1", "1x", " 1", "99999999999999999999" };
	uint64_t usec = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(kfg_when_parse_usec(bad[i], &usec), -EINVAL);
	assert_int_equal(kfg_when_parse_usec("1795262400000001", &usec), 0);
	assert_int_equal(usec, 1795262400000001);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_no_times),
		cmocka_unit_test(test_rfc3339),
		cmocka_unit_test(test_usec),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
