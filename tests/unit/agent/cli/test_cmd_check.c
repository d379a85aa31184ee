/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/exit_code.h"
#include "capture.h"
#include "cli/tool.h"
#include "scratch_dir.h"

#define GOOD "version: 1\nname: t\nserial: 1\n"
#define WAIVER                                                                                                         \
	"deprecations: [{kfunc: bpf_x, deadline: 2026-01-31}]\n"                                                       \
	"waivers: [{id: w, kfuncs: [bpf_x], until: 2026-02-28, owner: o, reason: r}]\n"

static int check(const char *a, const char *b, const char *c)
{
	char *argv[] = { "kfgate", "check", (char *)a, (char *)b, (char *)c, NULL };
	int argc = 2, code;

	while (argv[argc])
		argc++;
	capture_begin();
	code = kfg_verbs_main(&kfg_tool, argc, argv);
	capture_end();
	return code;
}

static void test_clean(void **state)
{
	char expected[256];

	(void)state;
	scratch_write("a.yaml", GOOD);
	assert_int_equal(check(scratch_path("a.yaml"), NULL, NULL), KFG_EXIT_OK);
	snprintf(expected, sizeof(expected),
		 "%s/a.yaml: policy t, serial 1, rules: 0, deprecations: 0, waivers: 0: 0 errors, "
		 "0 warnings\n",
		 scratch);
	assert_string_equal(captured, expected);
	assert_int_equal(check("--quiet", scratch_path("a.yaml"), NULL), KFG_EXIT_OK);
	assert_string_equal(captured, "");
}

static void test_errors(void **state)
{
	(void)state;
	scratch_write("a.yaml", GOOD "mode: enfroce\nrulez: []\n");
	assert_int_equal(check(scratch_path("a.yaml"), NULL, NULL), KFG_EXIT_FAILURE);
	assert_non_null(strstr(captured, "/a.yaml:4:7: error: "));
	assert_non_null(strstr(captured, "\n    4 | mode: enfroce\n      |       ^\n"));
	assert_non_null(strstr(captured, "/a.yaml:5:1: error: "));
	assert_non_null(strstr(captured, "/a.yaml: 2 errors, 0 warnings\n"));
}

static void test_warnings_depend_on_the_day(void **state)
{
	(void)state;
	scratch_write("a.yaml", GOOD WAIVER "rules: [{id: r, kfuncs: [bpf_x], action: allow}]\n");
	assert_int_equal(check("--at=2026-02-28", "--quiet", scratch_path("a.yaml")), KFG_EXIT_OK);
	assert_int_equal(check("--at=2026-03-01", "--quiet", scratch_path("a.yaml")), KFG_EXIT_WARNINGS);
	assert_non_null(strstr(captured, "warning: "));
	assert_int_equal(check("--at=2026-02-30", scratch_path("a.yaml"), NULL), KFG_EXIT_FAILURE);
	assert_string_equal(captured, "kfgate: check: --at=2026-02-30: not a date like 2027-01-15\n");
}

static void test_each_argument_is_a_policy(void **state)
{
	(void)state;
	scratch_write("bad.yaml", "version: 1\n");
	scratch_write("warn.yaml", GOOD WAIVER);
	scratch_write("good.yaml", GOOD);
	assert_int_equal(check("--at=2027-01-01", scratch_path("warn.yaml"), scratch_path("good.yaml")),
			 KFG_EXIT_WARNINGS);
	assert_int_equal(check(scratch_path("bad.yaml"), scratch_path("warn.yaml"), scratch_path("good.yaml")),
			 KFG_EXIT_FAILURE);
	assert_int_equal(check(scratch_path("good.yaml"), scratch_path("none.yaml"), NULL), KFG_EXIT_FAILURE);
	assert_non_null(strstr(captured, "none.yaml: error: cannot be read: No such file or directory\n"));
}

static void test_directory_is_one_policy(void **state)
{
	(void)state;
	assert_int_equal(mkdir(scratch_path("d"), 0755), 0);
	scratch_write("d/1.yaml", GOOD);
	scratch_write("d/2.yaml", "version: 1\noverride: [serial]\nserial: 2\n");
	assert_int_equal(check(scratch_path("d"), NULL, NULL), KFG_EXIT_OK);
	assert_non_null(strstr(captured, "serial 2"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_clean),
		CASE(test_errors),
		CASE(test_warnings_depend_on_the_day),
		CASE(test_each_argument_is_a_policy),
		CASE(test_directory_is_one_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
