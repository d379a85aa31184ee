/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../../../policy/utf8.h"
#include "load_text.h"

static void test_valid(void **state)
{
	static const struct {
		const char *text;
		unsigned n;
		uint32_t c;
	} good[] = {
		{ "a", 1, 'a' },
		{ "\x7f", 1, 0x7f },
		{ "\xc2\x80", 2, 0x80 },
		{ "\xdf\xbf", 2, 0x7ff },
		{ "\xe0\xa0\x80", 3, 0x800 },
		{ "\xed\x9f\xbf", 3, 0xd7ff },
		{ "\xee\x80\x80", 3, 0xe000 },
		{ "\xef\xbf\xbf", 3, 0xffff },
		{ "\xf0\x90\x80\x80", 4, 0x10000 },
		{ "\xf4\x8f\xbf\xbf", 4, 0x10ffff },
	};
	uint32_t c;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(kfg_utf8_decode(good[i].text, strlen(good[i].text), &c), good[i].n);
		assert_int_equal(c, good[i].c);
	}
	assert_int_equal(kfg_utf8_decode("", 1, &c), 1);
	assert_int_equal(c, 0);
}

static void test_invalid(void **state)
{
	static const char *const bad[] = {
		"\x80",
		"\xbf",
		"\xc0\x80",
		"\xc1\xbf",
		"\xe0\x9f\xbf",
		"\xed\xa0\x80",
		"\xed\xbf\xbf",
		"\xf0\x8f\xbf\xbf",
		"\xf4\x90\x80\x80",
		"\xf8\x88\x80\x80\x80",
		"\xff",
		"\xc2",
		"\xc2 ",
		"\xe2\x82",
		"\xe2\x82 ",
		"\xf0\x9f\x98",
	};
	uint32_t c = 42;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(kfg_utf8_decode(bad[i], strlen(bad[i]), &c), 0);
	/* bytes beyond the size are not looked at */
	assert_int_equal(kfg_utf8_decode("\xc2\x80", 1, &c), 0);
	assert_int_equal(c, 42);
}

static void test_printable(void **state)
{
	(void)state;
	assert_true(kfg_utf8_printable('a') && kfg_utf8_printable(' ') && kfg_utf8_printable(0xe9) &&
		    kfg_utf8_printable(0x671f) && kfg_utf8_printable(0x1f600));
	assert_false(kfg_utf8_printable('\n') || kfg_utf8_printable(0x1b) || kfg_utf8_printable(0x7f) ||
		     kfg_utf8_printable(0x9b) || kfg_utf8_printable(0x202e) || kfg_utf8_printable(0x2066) ||
		     kfg_utf8_printable(0xfeff) || kfg_utf8_printable(0xe0041));
}

static void test_width(void **state)
{
	(void)state;
	assert_int_equal(kfg_utf8_width('a'), 1);
	assert_int_equal(kfg_utf8_width(0xe9), 1);
	assert_int_equal(kfg_utf8_width(0x301), 0);
	assert_int_equal(kfg_utf8_width(0x671f), 2);
	assert_int_equal(kfg_utf8_width(0x1f600), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_invalid),
		cmocka_unit_test(test_printable),
		cmocka_unit_test(test_width),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
