/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../../../policy/trigram.h"
#include "../../../policy/glob.h"
#include "load_text.h"

static const char *const words[] = { "bpf_ct_lookup", "bpf_ct_insert",	   "scx_bpf_cpu_rq", "ab", "abc", "",
				     "aaaa",	      "bpf_skb_ct_lookup", "lookup" };
#define N (sizeof(words) / sizeof(words[0]))

/* Whatever a pattern matches is in its list, once. */
static void test_nothing_is_missed(void **state)
{
	static const char *const patterns[] = { "*ct_*", "*lookup", "abc",  "*abc*", "*a?c*", "**",  "*",
						"",	 "a*",	    "*aa*", "aaa*",  "*xyz*", "?bc", "*_ct_l*k*" };
	struct kfg_intern_texts texts = { 0 };
	struct kfg_trigrams t = { 0 };
	uint32_t index;

	(void)state;
	for (size_t i = 0; i < N; i++)
		assert_int_equal(kfg_intern_texts_add(&texts, words[i], strlen(words[i]), 0, &index), 0);
	assert_int_equal(kfg_trigrams_build(&t, &texts), 0);
	for (size_t p = 0; p < sizeof(patterns) / sizeof(patterns[0]); p++) {
		const uint32_t *list = NULL;
		uint32_t n = 0;

		if (!kfg_trigrams_find(&t, patterns[p], &list, &n))
			continue;
		for (size_t i = 0; i < N; i++) {
			unsigned found = 0;

			for (uint32_t k = 0; k < n; k++)
				found += list[k] == i;
			assert_true(found <= 1);
			assert_true(found || !kfg_glob_match(patterns[p], words[i], strlen(words[i])));
		}
	}
	kfg_trigrams_done(&t);
	kfg_trigrams_done(&t);
	kfg_intern_texts_done(&texts);
}

static void test_which_patterns(void **state)
{
	struct kfg_intern_texts texts = { 0 };
	struct kfg_trigrams t = { 0 };
	const uint32_t *list;
	uint32_t index, n;

	(void)state;
	assert_int_equal(kfg_intern_texts_add(&texts, "bpf_ct_lookup", 13, 0, &index), 0);
	assert_int_equal(kfg_trigrams_build(&t, &texts), 0);
	assert_false(kfg_trigrams_find(&t, "*", &list, &n) || kfg_trigrams_find(&t, "ab*cd", &list, &n) ||
		     kfg_trigrams_find(&t, "a?c", &list, &n) || kfg_trigrams_find(&t, "", &list, &n));
	assert_true(kfg_trigrams_find(&t, "*ct_*", &list, &n));
	assert_int_equal(n, 1);
	assert_true(kfg_trigrams_find(&t, "*qqq*", &list, &n));
	assert_int_equal(n, 0);
	kfg_trigrams_done(&t);
	kfg_intern_texts_done(&texts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_missed),
		cmocka_unit_test(test_which_patterns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
