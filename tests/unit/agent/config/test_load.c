/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/load.h"
#include "scratch_dir.h"

#include "config/writers.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static const char good[] = "version: 1\nname: t\nserial: 1\n";

static struct kfg_loaded loaded;

static int setup(void **state)
{
	loaded = (struct kfg_loaded){ 0 };
	return scratch_setup(state) < 0 || mkdir(scratch_path("d"), 0755) < 0;
}

static int teardown(void **state)
{
	kfg_loaded_done(&loaded);
	return scratch_teardown(state);
}

static int load(const char *a, const char *b)
{
	const char *paths[] = { a, b };

	return kfg_config_load(paths, b ? 2 : 1, &loaded);
}

static void test_good(void **state)
{
	(void)state;
	scratch_write("d/1.yaml", good);
	scratch_write("d/2.yaml", "version: 1\noverride: [serial]\nserial: 2\n");
	assert_int_equal(load(scratch_path("d"), NULL), 0);
	assert_int_equal(kfg_policy_serial(loaded.policy), 2);
	assert_int_equal(loaded.diags.n, 0);
}

static void test_several_in_order(void **state)
{
	(void)state;
	scratch_write("z.yaml", good);
	scratch_write("a.yaml", "version: 1\noverride: [name]\nname: later\n");
	assert_int_equal(load(scratch_path("z.yaml"), scratch_path("a.yaml")), 0);
	assert_string_equal(kfg_policy_name(loaded.policy), "later");
}

static void test_all_findings_at_once(void **state)
{
	(void)state;
	scratch_write("d/1.yaml", "version: 1\nname: t\nserial: 1\nmode: no\nscope: no\n");
	assert_int_equal(load(scratch_path("none.yaml"), scratch_path("d")), -EBADMSG);
	assert_null(loaded.policy);
	assert_int_equal(loaded.diags.n_errors, 3);
	assert_string_equal(loaded.diags.items[0].file, scratch_path("none.yaml"));
	assert_string_equal(loaded.diags.items[0].text, "cannot be read: No such file or directory");
	assert_int_equal(loaded.diags.items[1].line, 4);
	assert_int_equal(loaded.diags.items[2].line, 5);
}

/* Who writes 50-block.yml believes that it is in force. */
static void test_other_ending(void **state)
{
	(void)state;
	scratch_write("d/1.yaml", good);
	scratch_write("d/50-block.yml", "version: 1\nmode: sealed\n");
	scratch_write("d/README", "not a policy");
	scratch_write("d/.hidden.yml", "not a policy");
	assert_int_equal(load(scratch_path("d"), NULL), -EBADMSG);
	assert_int_equal(loaded.diags.n, 1);
	assert_string_equal(loaded.diags.items[0].file, scratch_path("d/50-block.yml"));
	assert_non_null(strstr(loaded.diags.items[0].text, "ends in .yaml"));
}

static void test_empty_directory(void **state)
{
	(void)state;
	assert_int_equal(load(scratch_path("d"), NULL), -EBADMSG);
	assert_int_equal(loaded.diags.n_errors, 1);
	assert_string_equal(loaded.diags.items[0].text, "no policy in here: no *.yaml file");
}

static void test_include_counts_as_file(void **state)
{
	char text[512];
	size_t n;

	(void)state;
	scratch_write("inc.yaml", "version: 1\ndeprecations: [{kfunc: bpf_x, deadline: 2026-01-01}]\n");
	snprintf(text, sizeof(text), "%sinclude: [%s/inc.yaml]\n", good, scratch);
	scratch_write("a.yaml", text);
	assert_int_equal(load(scratch_path("a.yaml"), NULL), 0);
	assert_int_equal(kfg_policy_n_deprecations(loaded.policy), 1);
	(void)kfg_policy_files_paths(loaded.files, &n);
	assert_int_equal(n, 2);
}

/* The other files are looked at, but what they miss may stand in this one. */
static void test_unreadable_hides_nothing(void **state)
{
	(void)state;
	scratch_write("d/1.yaml", good);
	scratch_write("d/3.yaml", "version: 1\nmood: audit\n");
	assert_int_equal(mkdir(scratch_path("d/2.yaml"), 0755), 0);
	assert_int_equal(load(scratch_path("d"), NULL), -EBADMSG);
	assert_int_equal(loaded.diags.n, 2);
	assert_string_equal(loaded.diags.items[0].file, scratch_path("d/2.yaml"));
	assert_string_equal(loaded.diags.items[1].file, scratch_path("d/3.yaml"));
}

static void test_empty_file(void **state)
{
	(void)state;
	scratch_write("d/10-base.yaml", good);
	scratch_write("d/90-enforce.yaml", "");
	assert_int_equal(load(scratch_path("d"), NULL), -EBADMSG);
	assert_int_equal(loaded.diags.n, 1);
	assert_string_equal(loaded.diags.items[0].file, scratch_path("d/90-enforce.yaml"));
	assert_non_null(strstr(loaded.diags.items[0].text, "is empty: it holds no policy, and hides none"));
}

static size_t writers(const char *file, mode_t mode)
{
	struct kfg_diags diags = { 0 };
	size_t n = 0;

	assert_int_equal(chmod(scratch_path(file), mode), 0);
	kfg_config_examine_writers(scratch_path("d/1.yaml"), NULL, &diags);
	for (size_t i = 0; i < diags.n; i++) {
		n += !strcmp(diags.items[i].file, scratch_path(file));
		assert_int_equal(diags.items[i].severity, KFG_SEVERITY_WARNING);
	}
	kfg_diags_done(&diags);
	return n;
}

static void test_writers(void **state)
{
	(void)state;
	scratch_write("d/1.yaml", good);
	assert_int_equal(writers("d/1.yaml", 0644), 0);
	assert_int_equal(writers("d/1.yaml", 0646), 1);
	assert_int_equal(writers("d/1.yaml", 0644), 0);
	assert_int_equal(writers("d", 0757), 1);
	assert_int_equal(writers("d", 01757), 1); /* anybody may add a file */
	assert_int_equal(writers("d", 0755), 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_good),
		CASE(test_several_in_order),
		CASE(test_all_findings_at_once),
		CASE(test_other_ending),
		CASE(test_empty_directory),
		CASE(test_include_counts_as_file),
		CASE(test_unreadable_hides_nothing),
		CASE(test_empty_file),
		CASE(test_writers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
