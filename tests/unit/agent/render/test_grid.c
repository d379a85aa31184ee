/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/grid.h"

#include "cmocka_all.h"

#include <string.h>

static const char *const columns[] = { "name", "what", "note" };

static struct kfg_grid make(void)
{
	struct kfg_grid grid = { .columns = columns, .n_columns = 3 };
	static const char *const cells[] = { "a", "x|y", "", "long name", "say \"hi\", you", "t\xc3\xa4g\n" };

	for (size_t i = 0; i < 6; i++)
		kfg_grid_add(&grid, cells[i]);
	assert_int_equal(grid.error, 0);
	return grid;
}

static void shown(void (*show)(const struct kfg_grid *grid, struct kfg_strbuf *out), const char *expected)
{
	struct kfg_grid grid = make();
	struct kfg_strbuf out = KFG_STRBUF(4096);

	show(&grid, &out);
	assert_string_equal(kfg_strbuf_text(&out), expected);
	kfg_strbuf_done(&out);
	kfg_grid_done(&grid);
}

static void test_table(void **state)
{
	(void)state;
	shown(kfg_grid_table, "name       what           note\n"
			      "a          x|y\n"
			      "long name  say \"hi\", you  t\xc3\xa4g\\x0a\n");
}

static void test_csv(void **state)
{
	(void)state;
	shown(kfg_grid_csv, "name,what,note\r\n"
			    "a,x|y,\r\n"
			    "long name,\"say \"\"hi\"\", you\",t\xc3\xa4g\\x0a\r\n");
}

static void test_markdown(void **state)
{
	(void)state;
	shown(kfg_grid_markdown, "| name | what | note |\n"
				 "|---|---|---|\n"
				 "| a | x\\|y |  |\n"
				 "| long name | say \"hi\", you | t\xc3\xa4g\\\\x0a |\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_csv),
		cmocka_unit_test(test_markdown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
