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

/* The definition of a pattern for paths, by trying everything. */
static bool path_matches(const char *p, const char *s)
{
	if (p[0] == '*' && p[1] == '*')
		return path_matches(p + 2, s) || (*s && path_matches(p, s + 1));
	if (*p == '*')
		return path_matches(p + 1, s) || (*s && *s != '/' && path_matches(p, s + 1));
	if (!*p || !*s)
		return *p == *s;
	return (*p == '?' ? *s != '/' : *p == *s) && path_matches(p + 1, s + 1);
}

/* The n-th text of the characters, len long. */
static void nth(unsigned n, const char *characters, unsigned len, char *ret_text)
{
	for (unsigned i = 0; i < len; i++, n /= (unsigned)strlen(characters))
		ret_text[i] = characters[n % strlen(characters)];
	ret_text[len] = 0;
}

/* Every pattern of a, '/', '*' and '?' of up to six characters, on texts of a, b and '/'. */
static void test_paths(void **state)
{
	static const char *const texts[] = {
		"",	"a",	 "/",	  "aa",	    "a/",     "/a",    "a/a",	  "/a/a",
		"aa/a", "/aa/a", "a/b/a", "/a/b/a", "/a/aab", "/ab/a", "/a/ba/a", "ba/aba"
	};

	(void)state;
	for (unsigned len = 0, all = 1; len <= 6; len++, all *= 4) {
		for (unsigned n = 0; n < all; n++) {
			char pattern[8], glob[8];

			nth(n, "a/*?", len, pattern);
			if (strstr(pattern, "***"))
				continue;
			strcpy(glob, pattern);
			kfg_glob_of_path(glob);
			for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
				if (match(glob, texts[i]) != path_matches(pattern, texts[i]))
					fail_msg("%s on %s", pattern, texts[i]);
		}
	}
}

/* Whatever the covered pattern matches, the covering one must match, of paths, too. */
static void test_paths_cover(void **state)
{
	static const char *const patterns[] = { "/a",	"/*",	 "/**",	  "/?",	  "/a/*", "/a/**", "/**/a",
						"/*/a", "/?/a",	 "/*/*",  "/a**", "/a*",  "/**a",  "/*a",
						"/a/?", "/**/*", "/*/**", "/b/a", "/*b",  "/**b/*" };
	const size_t n = sizeof(patterns) / sizeof(patterns[0]);
	unsigned covers = 0;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < n; k++) {
			char a[8], b[8], text[8] = "/";

			strcpy(a, patterns[i]);
			strcpy(b, patterns[k]);
			kfg_glob_of_path(a);
			kfg_glob_of_path(b);
			if (!kfg_glob_covers(a, strpbrk(a, KFG_GLOB_CHARS), b, strpbrk(b, KFG_GLOB_CHARS)))
				continue;
			covers++;
			for (unsigned len = 0, all = 1; len <= 5; len++, all *= 3) {
				for (unsigned t = 0; t < all; t++) {
					nth(t, "ab/", len, text + 1);
					if (match(b, text) && !match(a, text))
						fail_msg("%s does not cover %s", patterns[i], patterns[k]);
				}
			}
		}
	}
	assert_true(covers > n + 20);
	assert_false(kfg_glob_covers("/\377", true, "/a/b", false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_match), cmocka_unit_test(test_covers_is_sound), cmocka_unit_test(test_covers),
		cmocka_unit_test(test_paths), cmocka_unit_test(test_paths_cover),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
