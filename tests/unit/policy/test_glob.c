/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../../../policy/glob.h"
#include "load_text.h"

static bool match(const char *pattern, const char *text)
{
	return kfg_glob_match(pattern, text, strlen(text));
}

static void test_match(void **state)
{
	(void)state;
	assert_true(match("", "") && match("*", "") && match("*", "abc") && match("?", "a") && match("a", "a"));
	assert_false(match("", "a") || match("?", "") || match("a", "") || match("a", "b") || match("ab", "a"));
	assert_true(match("a*c", "ac") && match("a*c", "abc") && match("a*c", "accc") && match("*a*b*", "xxaxxbxx"));
	assert_false(match("a*c", "acb") || match("*a*b*", "ba") || match("a?c", "ac"));
	assert_true(match("*ab", "aab") && match("*aab", "aaab") && match("a*a*a", "aaaa") && match("??", "ab"));
	assert_false(match("a*a*a", "aa"));
	/* a star in the text is a character like any other */
	assert_true(match("a*", "a*b") && match("?", "*"));
	assert_false(match("ab", "a*"));
	/* the length counts, not a NUL */
	assert_true(kfg_glob_match("ab*", "abcd", 2));
}

/* Whatever the covered pattern matches, the covering one must match: on all texts of a, b up to
 * five characters. */
static void test_covers_is_sound(void **state)
{
	static const char *const patterns[] = { "",   "a",  "b",  "ab",	 "*",	 "?",  "a*",  "*a",  "?a",  "a?",
						"**", "*?", "?*", "a*b", "*ab*", "??", "a?b", "*a?", "?b*", "a*a*" };
	const size_t n = sizeof(patterns) / sizeof(patterns[0]);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < n; k++) {
			const char *a = patterns[i], *b = patterns[k];

			if (!kfg_glob_covers(a, strpbrk(a, "*?"), b, strpbrk(b, "*?")))
				continue;
			for (unsigned len = 0; len <= 5; len++) {
				for (unsigned bits = 0; bits < 1u << len; bits++) {
					char text[6] = "";

					for (unsigned c = 0; c < len; c++)
						text[c] = bits >> c & 1 ? 'a' : 'b';
					assert_true(!match(b, text) || match(a, text));
				}
			}
		}
	}
}

static void test_covers(void **state)
{
	(void)state;
	assert_true(kfg_glob_covers("*", true, "a?b*", true) && kfg_glob_covers("a*", true, "ab", false) &&
		    kfg_glob_covers("bpf_*", true, "bpf_ct_*", true) && kfg_glob_covers("a", false, "a", false) &&
		    kfg_glob_covers("a?", true, "a?", true));
	assert_false(kfg_glob_covers("a", false, "a*", true) || kfg_glob_covers("a?", true, "a*", true) ||
		     kfg_glob_covers("bpf_ct_*", true, "bpf_*", true) || kfg_glob_covers("a", false, "b", false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_match),
		cmocka_unit_test(test_covers_is_sound),
		cmocka_unit_test(test_covers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
