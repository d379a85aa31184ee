/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "load_text.h"

static struct kfg_spot spot(const char *data, unsigned line, unsigned col)
{
	return (struct kfg_spot){ "a.yaml", data, data ? strlen(data) : 0, line, col };
}

/* One finding, rendered. */
static void check(struct kfg_spot at, const char *text, const char *want)
{
	struct kfg_diags diags = { 0 };
	char *got;

	kfg_diags_add(&diags, KFG_DIAG_BAD_VALUE, &at, "%s", text);
	assert_int_equal(diags.n, 1);
	got = kfg_diag_format(&diags.items[0]);
	assert_string_equal(got, want);
	free(got);
	kfg_diags_done(&diags);
	assert_int_equal(diags.n, 0);
}

static void test_format(void **state)
{
	(void)state;
	check(spot("one\ntwo: x\n", 2, 6), "bad", "a.yaml:2:6: error: bad\n    2 | two: x\n      |      ^\n");
	check(spot("one\r\ntwo\rthree", 3, 1), "bad", "a.yaml:3:1: error: bad\n    3 | three\n      | ^\n");
	check(spot("one\r\n\r\nthree", 3, 5), "bad", "a.yaml:3:5: error: bad\n    3 | three\n      |     ^\n");
	check(spot("one", 0, 0), "bad", "a.yaml: error: bad\n");
	check(spot("one", 0, 7), "bad", "a.yaml: error: bad\n");
	check(spot(NULL, 3, 4), "bad", "a.yaml:3:4: error: bad\n");
	check(spot("one", 2, 1), "bad", "a.yaml:2:1: error: bad\n");
	check(spot("one\n\n", 2, 1), "bad", "a.yaml:2:1: error: bad\n");
	/* the caret may stand behind the end of the line */
	check(spot("one", 1, 4), "bad", "a.yaml:1:4: error: bad\n    1 | one\n      |    ^\n");
}

static void test_hostile_text(void **state)
{
	(void)state;
	check(spot("a\tb\x1b[31mc\xff", 1, 3), "x\x1b]0;\ny\xc3(",
	      "a.yaml:1:3: error: x?]0;?y?(\n    1 | a b?[31mc?\n      |   ^\n");
	/* two columns per character, none for a combining one, and a direction override that is
	 * gone */
	check(spot("\xe6\x9c\x9f"
		   "e\xcc\x81\xe2\x80\xae"
		   "x",
		   1, 5),
	      "bad",
	      "a.yaml:1:5: error: bad\n    1 | \xe6\x9c\x9f"
	      "e\xcc\x81?x\n      |     ^\n");
	check(spot("\xef\xbb\xbfkey: x", 1, 1), "bad", "a.yaml:1:1: error: bad\n    1 | key: x\n      | ^\n");
}

static void test_long_line(void **state)
{
	struct kfg_diags diags = { 0 };
	char line[1001];
	struct kfg_spot at;

	(void)state;
	memset(line, 'a', 1000);
	line[1000] = 0;
	line[499] = 'X';
	at = spot(line, 1, 500);
	kfg_diags_add(&diags, KFG_DIAG_WAIVER_ENDED, &at, "bad");
	assert_true(strlen(diags.items[0].excerpt) <= 126);
	assert_int_equal(diags.items[0].excerpt[diags.items[0].caret - 1], 'X');
	assert_int_equal(diags.items[0].col, 500);
	assert_int_equal(diags.n_errors, 0);
	kfg_diags_done(&diags);
}

static void test_limit(void **state)
{
	struct kfg_diags diags = { 0 };
	struct kfg_spot at = spot("x", 1, 1);

	(void)state;
	for (unsigned i = 0; i < KFG_DIAGS_MAX + 5; i++)
		kfg_diags_add(&diags, i % 2 ? KFG_DIAG_BAD_VALUE : KFG_DIAG_WAIVER_ENDED, &at, "%u", i);
	assert_int_equal(diags.n, KFG_DIAGS_MAX);
	assert_int_equal(diags.n_more, 5);
	assert_int_equal(diags.n_errors, (KFG_DIAGS_MAX + 5) / 2);
	assert_int_equal(diags.lost, 0);
	kfg_diags_done(&diags);
	kfg_diags_done(&diags);
	kfg_diags_done(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_hostile_text),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
