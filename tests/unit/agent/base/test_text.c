/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/text.h"
#include "cmocka_all.h"

#include <string.h>

static void test_clean_keeps_text(void **state)
{
	char buf[64];

	(void)state;
	assert_true(kfg_text_clean("bpf_x \xc3\xa4 \xe2\x82\xac \xf0\x9f\x90\x9d", 64, buf, sizeof(buf)));
	assert_string_equal(buf, "bpf_x \xc3\xa4 \xe2\x82\xac \xf0\x9f\x90\x9d");
	assert_true(kfg_text_clean("", 64, buf, sizeof(buf)));
	assert_string_equal(buf, "");
}

static void test_clean_escapes(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "a\nb", "a\\x0ab" },
		{ "\x1b[31mred", "\\x1b[31mred" },
		{ "tab\there", "tab\\x09here" },
		{ "del\x7f", "del\\x7f" },
		{ "\xc2\x85", "\\xc2\\x85" }, /* NEL, a C1 control */
		{ "\xff\xfe", "\\xff\\xfe" }, /* no UTF-8 */
		{ "\xc0\xaf", "\\xc0\\xaf" }, /* overlong */
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" }, /* a surrogate */
		{ "\xe2\x80\xae"
		  "evil",
		  "\\xe2\\x80\\xae"
		  "evil" }, /* right-to-left override */
		{ "\xe2\x80\xa8", "\\xe2\\x80\\xa8" }, /* line separator */
		{ "cut\xe2\x82", "cut\\xe2\\x82" }, /* ends within a character */
		{ "unit\\x2dname", "unit\\x2dname" }, /* escapes of others are left alone */
	};
	char buf[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		kfg_text_clean(cases[i].in, 64, buf, sizeof(buf));
		assert_string_equal(buf, cases[i].out);
	}
	assert_false(kfg_text_clean("a\nb", 64, buf, sizeof(buf)));
}

static void test_clean_cuts_between_characters(void **state)
{
	char buf[4];

	(void)state;
	assert_false(kfg_text_clean("ab\xe2\x82\xac", 64, buf, sizeof(buf)));
	assert_string_equal(buf, "ab");
	assert_false(kfg_text_clean("\n", 64, buf, sizeof(buf)));
	assert_string_equal(buf, "");
	assert_true(kfg_text_clean("abcdef", 3, buf, sizeof(buf)));
	assert_string_equal(buf, "abc");
	assert_false(kfg_text_clean("abc", 3, buf, 0));
}

static void test_begins_and_ends(void **state)
{
	(void)state;
	assert_true(kfg_text_begins("bpf_iter_num_next", "bpf_iter_"));
	assert_true(kfg_text_begins("bpf_", "bpf_"));
	assert_true(kfg_text_begins("bpf_", ""));
	assert_false(kfg_text_begins("bpf", "bpf_"));
	assert_true(kfg_text_ends("bpf_iter_num_next", "_next"));
	assert_true(kfg_text_ends("_next", "_next"));
	assert_false(kfg_text_ends("next", "_next"));
	assert_false(kfg_text_ends("_next_", "_next"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean_keeps_text),
		cmocka_unit_test(test_clean_escapes),
		cmocka_unit_test(test_clean_cuts_between_characters),
		cmocka_unit_test(test_begins_and_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
