/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "record/record.h"
#include "cmocka_all.h"

#include <errno.h>
#include <string.h>

static struct kfg_record *record;

static int setup(void **state)
{
	(void)state;
	return kfg_record_new(KFG_MESSAGE_WARNED, -1, &record);
}

static int teardown(void **state)
{
	(void)state;
	kfg_record_free(record);
	return 0;
}

static void test_begins_with_its_kind(void **state)
{
	(void)state;
	assert_string_equal(kfg_record_get(record, "MESSAGE_ID"), kfg_message_kinds[KFG_MESSAGE_WARNED].id);
	assert_string_equal(kfg_record_get(record, "PRIORITY"), "4");
	assert_string_equal(kfg_record_get(record, "KFGATE_KIND"), "warned");
	assert_int_equal(record->n, 3);
	teardown(state);
	assert_int_equal(kfg_record_new(KFG_MESSAGE_PRESENT, LOG_NOTICE, &record), 0);
	assert_string_equal(kfg_record_get(record, "PRIORITY"), "5");
}

static void test_walks_in_order(void **state)
{
	const char *f = NULL;

	(void)state;
	kfg_record_add(record, "A", "1");
	kfg_record_add(record, "B", "");
	kfg_record_add(record, "C", NULL);
	kfg_record_addf(record, "A", "%d", 2);
	for (int i = 0; i < 4; i++)
		f = kfg_record_next(record, f);
	assert_string_equal(f, "A=1");
	f = kfg_record_next(record, f);
	assert_string_equal(f, "A=2");
	assert_null(kfg_record_next(record, f));
	assert_null(kfg_record_get(record, "B"));
	assert_string_equal(kfg_record_get(record, "A"), "1");
	assert_int_equal(kfg_record_error(record), 0);
}

static void test_values_are_cleaned(void **state)
{
	(void)state;
	kfg_record_add(record, "A", "x\nMESSAGE=forged");
	kfg_record_add(record, "B", "\xff\xff\xff");
	assert_string_equal(kfg_record_get(record, "A"), "x\\x0aMESSAGE=forged");
	assert_string_equal(kfg_record_get(record, "B"), "\\xff\\xff\\xff");
	assert_null(kfg_record_get(record, "MESSAGE"));
}

static void test_too_many_fields(void **state)
{
	(void)state;
	for (size_t i = record->n; i < KFG_RECORD_FIELDS_MAX; i++)
		kfg_record_add(record, "A", "x");
	assert_int_equal(kfg_record_error(record), 0);
	kfg_record_add(record, "A", "x");
	assert_int_equal(kfg_record_error(record), -E2BIG);
}

static void test_too_long(void **state)
{
	static char text[KFG_RECORD_MAX + 1];

	(void)state;
	memset(text, 'a', KFG_RECORD_MAX);
	kfg_record_add(record, "A", text);
	assert_int_equal(kfg_record_error(record), -E2BIG);
}

static void test_ids(void **state)
{
	(void)state;
	for (size_t i = 0; i < KFG_MESSAGE_MAX; i++) {
		assert_int_equal(strlen(kfg_message_kinds[i].id), 32);
		assert_int_equal(strspn(kfg_message_kinds[i].id, "0123456789abcdef"), 32);
		for (size_t k = 0; k < i; k++) {
			assert_string_not_equal(kfg_message_kinds[i].id, kfg_message_kinds[k].id);
			assert_string_not_equal(kfg_message_kinds[i].word, kfg_message_kinds[k].word);
		}
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_begins_with_its_kind), CASE(test_walks_in_order), CASE(test_values_are_cleaned),
		CASE(test_too_many_fields),	 CASE(test_too_long),	    CASE(test_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
