/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/grid.h"

#include "cmocka_all.h"

#include <string.h>

static const char *const columns[] = { "name", "what", "note" };

/* grid.section is in the grid itself: it is filled where it stays. */
static void make(struct kfg_grid *grid)
{
	static const char *const cells[] = { "a", "x|y", "", "long name", "say \"hi\", you", "t\xc3\xa4g\n" };

	for (size_t i = 0; i < 6; i++)
		kfg_grid_add(grid, cells[i]);
	assert_int_equal(grid->doc.error, 0);
}

static void shown(void (*show)(struct kfg_grid *grid, struct kfg_strbuf *out), const char *expected)
{
	struct kfg_grid grid = { .title = "t", .columns = columns, .n_columns = 3 };
	struct kfg_strbuf out = KFG_STRBUF(4096);

	make(&grid);
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

static void test_html(void **state)
{
	struct kfg_grid grid = { .title = "a <b>", .columns = columns, .n_columns = 3 };
	struct kfg_strbuf out = KFG_STRBUF(65536);

	(void)state;
	make(&grid);
	kfg_grid_note(&grid, "one & all");
	kfg_grid_html(&grid, &out);
	assert_non_null(strstr(kfg_strbuf_text(&out), "<title>a &lt;b&gt;</title>"));
	assert_non_null(strstr(kfg_strbuf_text(&out), "<td data-title=\"what\">x|y</td>"));
	assert_non_null(strstr(kfg_strbuf_text(&out), "one &amp; all"));
	assert_non_null(strstr(kfg_strbuf_text(&out), "</html>"));
	kfg_strbuf_done(&out);
	kfg_grid_done(&grid);
}

/* Without a row there are the titles, and of HTML a sentence. */
static void test_empty(void **state)
{
	struct kfg_grid grid = { .title = "t", .columns = columns, .n_columns = 3 };
	struct kfg_strbuf out = KFG_STRBUF(65536);

	(void)state;
	kfg_grid_csv(&grid, &out);
	assert_string_equal(kfg_strbuf_text(&out), "name,what,note\r\n");
	kfg_grid_html(&grid, &out);
	assert_non_null(strstr(kfg_strbuf_text(&out), "Nothing."));
	kfg_strbuf_done(&out);
	kfg_grid_done(&grid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table), cmocka_unit_test(test_html),     cmocka_unit_test(test_empty),
		cmocka_unit_test(test_csv),   cmocka_unit_test(test_markdown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
