/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/exit_code.h"
#include "capture.h"
#include "cli/tool.h"
#include "scratch_dir.h"

#define LIFECYCLE                                                                                                      \
	"version: 1\nname: t\nserial: 1\ndeprecations:\n"                                                              \
	"  - {kfunc: bpf_old, deprecated-in: \"6.18\", removed-in: \"7.3\", replacement: bpf_new, "                    \
	"replacement-in: \"6.18\"}\n"
#define MISSING "libbpf: extern (func ksym) 'bpf_old': not found in kernel or module BTFs\n"

static int explain(const char *log, const char *a, const char *b)
{
	char lifecycle[256];
	char path[256];
	char *argv[] = { "kfgate", "explain", lifecycle, path, (char *)a, (char *)b, NULL };
	int argc = 4, code;

	scratch_write("log", log);
	scratch_write("l.yaml", LIFECYCLE);
	snprintf(lifecycle, sizeof(lifecycle), "--lifecycle=%s/l.yaml", scratch);
	snprintf(path, sizeof(path), "%s/log", scratch);
	while (argv[argc])
		argc++;
	capture_begin();
	code = kfg_verbs_main(&kfg_tool, argc, argv);
	capture_end();
	return code;
}

static void test_passes_through(void **state)
{
	(void)state;
	assert_int_equal(explain("nothing here\n\xff\n", NULL, NULL), KFG_EXIT_OK);
	assert_string_equal(captured, "nothing here\n\xff\n\nkfgate: no kfunc problem found in 2 lines\n");
	assert_int_equal(explain("nothing here", "--quiet", NULL), KFG_EXIT_OK);
	assert_string_equal(captured, "kfgate: no kfunc problem found in 1 line\n");
	assert_int_equal(explain("", "--quiet", NULL), KFG_EXIT_OK);
	assert_string_equal(captured, "kfgate: no kfunc problem found in 0 lines\n");
}

static void test_explains(void **state)
{
	(void)state;
	assert_int_equal(explain(MISSING, NULL, NULL), KFG_EXIT_REFUSED);
	assert_int_equal(strncmp(captured, MISSING "\nkfgate: 1 problem with kfuncs\n", sizeof(MISSING) + 30), 0);
	assert_non_null(strstr(captured, "Deprecated in Linux 6.18, removed in 7.3."));
	assert_non_null(strstr(captured, "Use bpf_new, there since Linux 6.18."));
	assert_non_null(strstr(captured, "if (bpf_ksym_exists(bpf_new)) {\n"));
	assert_int_equal(explain(MISSING, "--format=json", NULL), KFG_EXIT_REFUSED);
	assert_int_equal(captured[0], '{');
	assert_non_null(strstr(captured, "\"removed_in\": \"7.3\""));
}

/* The kernel of the log, by its own words or by who asks. */
static void test_kernel(void **state)
{
	(void)state;
	assert_int_equal(explain(MISSING "\n", "--quiet", "--kernel=7.3.4"), KFG_EXIT_REFUSED);
	assert_non_null(strstr(captured, "This kernel is Linux 7.3.4"));
	assert_int_equal(explain("Linux version 7.3.1-1-amd64 (gcc)\n" MISSING "\n", "--quiet", NULL),
			 KFG_EXIT_REFUSED);
	assert_non_null(strstr(captured, "The kernel is Linux 7.3.1-1-amd64, by line 1."));
	assert_int_equal(explain("", "--kernel=new", NULL), KFG_EXIT_FAILURE);
}

static void test_unclear(void **state)
{
	(void)state;
	assert_int_equal(explain("libbpf: some kfunc business\n", "--quiet", NULL), KFG_EXIT_UNCHECKED);
}

static void test_wrong_use(void **state)
{
	(void)state;
	assert_int_equal(explain("", "--format=xml", NULL), KFG_EXIT_FAILURE);
	assert_string_equal(captured, "kfgate: explain: --format=xml: must be text or json\n");
	assert_int_equal(explain("", "another", NULL), KFG_EXIT_FAILURE);
	assert_int_equal(explain("", "--lifecycle=/nowhere", NULL), KFG_EXIT_FAILURE);
}

static void test_no_file(void **state)
{
	char *argv[] = { "kfgate", "explain", "/nowhere/log", NULL };
	int code;

	(void)state;
	capture_begin();
	code = kfg_verbs_main(&kfg_tool, 3, argv);
	capture_end();
	assert_int_equal(code, KFG_EXIT_FAILURE);
	assert_string_equal(captured, "kfgate: explain: /nowhere/log: No such file or directory\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_passes_through), cmocka_unit_test(test_explains),	 cmocka_unit_test(test_kernel),
		cmocka_unit_test(test_unclear),	       cmocka_unit_test(test_wrong_use), cmocka_unit_test(test_no_file),
	};

	return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
