/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../../../policy/arena.h"
#include "load_text.h"

#include <stdalign.h>

static void test_alloc(void **state)
{
	static const size_t sizes[] = { 0, 1, 7, 8, 100, 4096, 5000, 100000, 1, 600000, 3 };
	struct kfg_arena arena = { 0 };
	char *pieces[sizeof(sizes) / sizeof(sizes[0])];

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		pieces[i] = kfg_arena_alloc(&arena, sizes[i]);
		assert_non_null(pieces[i]);
		assert_int_equal((uintptr_t)pieces[i] % alignof(max_align_t), 0);
		for (size_t k = 0; k < sizes[i]; k++)
			assert_int_equal(pieces[i][k], 0);
		memset(pieces[i], (int)i + 1, sizes[i]);
	}
	/* no two of them share a byte */
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (size_t k = 0; k < sizes[i]; k++)
			assert_int_equal(pieces[i][k], i + 1);
	assert_null(kfg_arena_alloc(&arena, SIZE_MAX));
	kfg_arena_done(&arena);
	kfg_arena_done(&arena);
}

static void test_strndup(void **state)
{
	struct kfg_arena arena = { 0 };

	(void)state;
	assert_string_equal(kfg_arena_strndup(&arena, "abcdef", 3), "abc");
	assert_string_equal(kfg_arena_strndup(&arena, "", 0), "");
	kfg_arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alloc),
		cmocka_unit_test(test_strndup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
