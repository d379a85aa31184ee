/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/json.h"
#include "cmocka_all.h"

#include <errno.h>

static void test_compact(void **state)
{
	_cleanup_strbuf_ struct kfg_strbuf b = KFG_STRBUF(1000);
	struct kfg_json j = { .out = &b };

	(void)state;
	kfg_json_object(&j, NULL);
	kfg_json_string(&j, "a", "x");
	kfg_json_array(&j, "b");
	kfg_json_int(&j, NULL, -1);
	kfg_json_uint(&j, NULL, UINT64_MAX);
	kfg_json_array(&j, NULL);
	kfg_json_array_end(&j);
	kfg_json_array_end(&j);
	kfg_json_bool(&j, "c", true);
	kfg_json_string(&j, "d", NULL);
	kfg_json_object(&j, "e");
	kfg_json_object_end(&j);
	kfg_json_object_end(&j);
	assert_string_equal(b.data, "{\"a\":\"x\",\"b\":[-1,18446744073709551615,[]],\"c\":true,"
				    "\"d\":null,\"e\":{}}");
}

static void test_indented(void **state)
{
	_cleanup_strbuf_ struct kfg_strbuf b = KFG_STRBUF(1000);
	struct kfg_json j = { .out = &b, .indent = true };

	(void)state;
	kfg_json_object(&j, NULL);
	kfg_json_array(&j, "a");
	kfg_json_bool(&j, NULL, false);
	kfg_json_null(&j, NULL);
	kfg_json_array_end(&j);
	kfg_json_array(&j, "b");
	kfg_json_array_end(&j);
	kfg_json_object_end(&j);
	assert_string_equal(b.data, "{\n  \"a\": [\n    false,\n    null\n  ],\n  \"b\": []\n}");
}

static void test_strings(void **state)
{
	_cleanup_strbuf_ struct kfg_strbuf b = KFG_STRBUF(1000);
	struct kfg_json j = { .out = &b };

	(void)state;
	kfg_json_array(&j, NULL);
	kfg_json_string(&j, NULL, "\"\\\n\t\x01");
	kfg_json_string(&j, NULL, "\xc3\xa4\xff");
	kfg_json_stringn(&j, NULL, "ab\0c", 4);
	kfg_json_array_end(&j);
	assert_string_equal(b.data, "[\"\\\"\\\\\\n\\u0009\\u0001\",\"\xc3\xa4\xef\xbf\xbd\",\"ab\\u0000c\"]");
}

static void test_too_long(void **state)
{
	_cleanup_strbuf_ struct kfg_strbuf b = KFG_STRBUF(6);
	struct kfg_json j = { .out = &b };

	(void)state;
	kfg_json_string(&j, NULL, "hello");
	assert_int_equal(b.error, -E2BIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compact),
		cmocka_unit_test(test_indented),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
