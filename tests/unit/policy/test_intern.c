/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../../../policy/intern.h"
#include "load_text.h"

static uint32_t find(const struct kfg_intern_texts *texts, const char *text, uint32_t tag)
{
	struct kfg_intern_text t = { text, (uint32_t)strlen(text), kfg_intern_hash(text, strlen(text)), tag };

	return kfg_intern_texts_find(texts, &t);
}

static void test_texts(void **state)
{
	struct kfg_intern_texts texts = { 0 };
	char names[2000][8];
	uint32_t index, again;

	(void)state;
	assert_int_equal(find(&texts, "n0", 0), KFG_NONE);
	for (unsigned i = 0; i < 2000; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "n%u", i);
		assert_int_equal(kfg_intern_texts_add(&texts, names[i], strlen(names[i]), 0, &index), 0);
		assert_int_equal(index, i);
	}
	for (unsigned i = 0; i < 2000; i++) {
		assert_int_equal(kfg_intern_texts_add(&texts, names[i], strlen(names[i]), 0, &index), 0);
		assert_int_equal(index, i);
	}
	assert_int_equal(texts.slots.n, 2000);
	/* a tag makes it another one, and so does the length */
	assert_int_equal(kfg_intern_texts_add(&texts, "n1", 2, 1, &index), 0);
	assert_int_equal(index, 2000);
	assert_int_equal(kfg_intern_texts_add(&texts, "n1", 1, 0, &again), 0);
	assert_int_equal(again, 2001);
	assert_int_equal(find(&texts, "n1", 0), 1);
	assert_int_equal(find(&texts, "n1", 1), 2000);
	assert_int_equal(find(&texts, "n1", 2), KFG_NONE);
	assert_int_equal(find(&texts, "n", 0), 2001);
	assert_int_equal(find(&texts, "m", 0), KFG_NONE);
	assert_int_equal(texts.slots.n, 2002);
	kfg_intern_texts_done(&texts);
	kfg_intern_texts_done(&texts);
}

static void test_slices(void **state)
{
	struct kfg_intern_slices slices = { 0 };
	struct kfg_range a, b, c, none = { 7, 7 };
	uint32_t numbers[3] = { 1, 2, 3 };

	(void)state;
	assert_int_equal(kfg_intern_slices_add(&slices, numbers, 3, &a), 0);
	assert_int_equal(kfg_intern_slices_add(&slices, numbers, 2, &b), 0);
	assert_int_equal(kfg_intern_slices_add(&slices, numbers, 3, &c), 0);
	assert_int_equal(a.first, c.first);
	assert_int_equal(a.count, 3);
	assert_int_equal(b.count, 2);
	assert_int_equal(slices.n, 5);
	assert_int_equal(kfg_intern_slices_add(&slices, NULL, 0, &none), 0);
	assert_int_equal(none.count, 0);
	for (uint32_t i = 0; i < 5000; i++) {
		uint32_t pair[2] = { i, i * i };

		assert_int_equal(kfg_intern_slices_add(&slices, pair, 2, &a), 0);
		assert_memory_equal(slices.data + a.first, pair, sizeof(pair));
	}
	kfg_intern_slices_done(&slices);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_slices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
