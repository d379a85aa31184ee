/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "history/rule_counts.h"
#include "cmocka_all.h"
#include <errno.h>
#include <string.h>

#define RULE(name, loads)                                                                                              \
	"{\"part\": \"rule\", \"name\": " name ", \"loads\": " loads ", \"present\": 0, \"since_usec\": 5}"

static struct kfg_rule_counts counts;

static int add(const char *json)
{
	return kfg_rule_counts_add(&counts, json, strlen(json));
}

static int teardown(void **state)
{
	(void)state;
	kfg_rule_counts_done(&counts);
	return 0;
}

static void test_hosts_add_up(void **state)
{
	const struct kfg_rule_counts_rule *rule;

	(void)state;
	assert_null(kfg_rule_counts_find(&counts, "b"));
	assert_int_equal(
		add("{\"parts\": [{\"part\": \"unlisted\", \"name\": null, \"loads\": 9, \"present\": 0,"
		    "\"since_usec\": 5},"
		    "{\"part\": \"rule\", \"name\": \"b\", \"loads\": 1, \"present\": 2, \"since_usec\": 50},"
		    "{\"part\": \"rule\", \"name\": \"a\", \"loads\": 0, \"present\": 0, \"since_usec\": 70},"
		    "{\"part\": \"waiver\", \"name\": \"w\", \"loads\": 3, \"present\": 0, \"since_usec\": 5}]}"),
		0);
	assert_int_equal(add("{\"parts\": [{\"part\": \"rule\", \"name\": \"b\", \"loads\": 4, \"present\": 0, "
			     "\"since_usec\": 60}]}"),
			 0);
	assert_int_equal(counts.n_hosts, 2);
	assert_int_equal(counts.n, 2);
	rule = kfg_rule_counts_find(&counts, "b");
	assert_non_null(rule);
	assert_int_equal(rule->loads, 5);
	assert_int_equal(rule->present, 2);
	/* the host that began last says from when on all have counted */
	assert_int_equal(rule->since_usec, 60);
	assert_int_equal(kfg_rule_counts_find(&counts, "a")->loads, 0);
	assert_null(kfg_rule_counts_find(&counts, "w"));
}

static void test_what_is_none(void **state)
{
	static const char *const none[] = {
		"",
		"{",
		"[]",
		"{\"parts\": 1}",
		"{\"mode\": \"audit\"}",
		"{\"parts\": [" RULE("\"x\"", "1") ", 7]}",
		"{\"parts\": [" RULE("null", "1") "]}",
		"{\"parts\": [" RULE("\"x\"", "-1") "]}",
		"{\"parts\": [" RULE("\"x\"", "1e99") "]}",
	};

	(void)state;
	assert_int_equal(add("{\"parts\": []}"), 0);
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_int_equal(add(none[i]), -EBADMSG);
	assert_int_equal(counts.n, 0);
	assert_int_equal(counts.n_hosts, 1);
	assert_int_equal(kfg_rule_counts_read(&counts, "/nonexistent"), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_hosts_add_up, teardown),
		cmocka_unit_test_teardown(test_what_is_none, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
