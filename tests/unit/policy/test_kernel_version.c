/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "load_text.h"

static uint32_t version(const char *text)
{
	char hint[16];
	uint32_t v = 0;

	assert_int_equal(kfg_kernel_version_parse(text, &v, hint), 0);
	return v;
}

static void test_order(void **state)
{
	static const char *const ascending[] = { "3.0",	    "3.19", "4.0", "4.20", "5.0",  "5.13", "5.19",
						 "6.0",	    "6.1",  "6.2", "6.9",  "6.10", "6.12", "6.12.1",
						 "6.12.10", "6.19", "7.0", "7.1",  "7.3",  "7.10", "7.255" };

	(void)state;
	for (size_t i = 1; i < sizeof(ascending) / sizeof(ascending[0]); i++)
		assert_true(version(ascending[i - 1]) < version(ascending[i]));
	assert_int_equal(version("7.3"), version("7.3.0"));
}

static void test_never_released(void **state)
{
	static const char *const bad[][2] = {
		{ "6.20", "7.0" }, { "6.22", "7.2" }, { "6.23", "7.3" },   { "5.20", "6.0" },
		{ "4.21", "5.0" }, { "3.20", "4.0" }, { "6.20.3", "7.0" }, { "6.255", "7.235" },
	};
	char hint[16];
	uint32_t v = 42;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(kfg_kernel_version_parse(bad[i][0], &v, hint), -ERANGE);
		assert_string_equal(hint, bad[i][1]);
	}
	assert_int_equal(v, 42);
}

static void test_not_versions(void **state)
{
	static const char *const bad[] = { "",	   "7",	      "7.",   ".3",   "7..3",		"7.3.", "7.3.1.2",
					   "v7.3", "7.3-rc1", " 7.3", "7.3 ", "7.03",		"07.3", "7.256",
					   "7.-1", "2.6.39",  "1.0",  "7,3",  "7.3.99999999999" };
	char hint[16];
	uint32_t v = 42;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(kfg_kernel_version_parse(bad[i], &v, hint), -EINVAL);
	assert_int_equal(v, 42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_never_released),
		cmocka_unit_test(test_not_versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
