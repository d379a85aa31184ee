/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "history/rows.h"
#include "cmocka_all.h"

#include <stdio.h>

struct row {
	uint32_t key, n;
};

static void test_rows(void **state)
{
	struct kfg_rows rows = KFG_ROWS(struct row, sizeof(uint32_t), 1000);

	(void)state;
	for (uint32_t round = 0; round < 2; round++)
		for (uint32_t i = 0; i < 1200; i++) {
			void *row = &rows;

			assert_int_equal(kfg_rows_get(&rows, &i, &row), 0);
			if (i < 1000) {
				assert_int_equal(((struct row *)row)->key, i);
				assert_int_equal(((struct row *)row)->n++, round);
			} else {
				assert_null(row);
			}
		}
	assert_int_equal(rows.n, 1000);
	assert_int_equal(rows.more, 400);
	kfg_rows_done(&rows);
}

static void test_texts(void **state)
{
	struct kfg_text_pool texts = KFG_TEXT_POOL(8192);
	uint32_t ids[1000], id;
	char text[16];

	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "text %u", i);
		assert_int_equal(kfg_text_pool_add(&texts, text, &ids[i]), 0);
	}
	snprintf(text, sizeof(text), "text 7");
	assert_int_equal(kfg_text_pool_add(&texts, text, &id), 0);
	assert_int_equal(id, ids[7]);
	assert_string_equal(kfg_text_pool_get(&texts, ids[7]), "text 7");
	assert_int_equal(kfg_text_pool_add(&texts, "", &id), 0);
	assert_int_equal(id, KFG_TEXT_POOL_NONE);
	/* no room for all of them */
	assert_int_equal(ids[999], KFG_TEXT_POOL_OTHER);
	assert_string_equal(kfg_text_pool_get(&texts, ids[999]), "(other)");
	kfg_text_pool_done(&texts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
