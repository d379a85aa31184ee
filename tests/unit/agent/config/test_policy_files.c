/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/policy_files.h"
#include "scratch_dir.h"

#include <errno.h>

static struct kfg_policy_files *files;

static int setup(void **state)
{
	if (scratch_setup(state) < 0 || kfg_policy_files_new(&files) < 0)
		return -1;
	return mkdir(scratch_path("etc"), 0755) || mkdir(scratch_path("usr"), 0755);
}

static int teardown(void **state)
{
	kfg_policy_files_free(files);
	return scratch_teardown(state);
}

static int add_dirs(void)
{
	const char *dirs[] = { scratch_path("etc"), scratch_path("usr") };

	return kfg_policy_files_add_dirs(files, dirs, 2);
}

/* expected: "name=text" pairs in order, NULL at the end */
static void assert_sources(const char *const *expected)
{
	const struct kfg_source *s;
	size_t n, i;

	s = kfg_policy_files_sources(files, &n);
	for (i = 0; expected[i]; i++) {
		char got[256];

		assert_true(i < n);
		snprintf(got, sizeof(got), "%s=%.*s", s[i].path + strlen(scratch) + 1, (int)s[i].size, s[i].data);
		assert_string_equal(got, expected[i]);
	}
	assert_int_equal(n, i);
}

#define SOURCES(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void test_order_over_directories(void **state)
{
	(void)state;
	scratch_write("usr/10-a.yaml", "ua");
	scratch_write("usr/30-c.yaml", "uc");
	scratch_write("etc/20-b.yaml", "eb");
	scratch_write("etc/9-z.yaml", "ez");
	assert_int_equal(add_dirs(), 0);
	assert_sources(SOURCES("usr/10-a.yaml=ua", "etc/20-b.yaml=eb", "usr/30-c.yaml=uc", "etc/9-z.yaml=ez"));
}

static void test_masks(void **state)
{
	(void)state;
	scratch_write("usr/a.yaml", "vendor a");
	scratch_write("usr/b.yaml", "vendor b");
	scratch_write("usr/c.yaml", "vendor c");
	scratch_write("usr/d.yaml", "vendor d");
	scratch_write("etc/a.yaml", "own a");
	scratch_write("etc/b.yaml", "");
	assert_int_equal(symlink("/dev/null", scratch_path("etc/c.yaml")), 0);
	assert_int_equal(add_dirs(), 0);
	assert_sources(SOURCES("etc/a.yaml=own a", "usr/d.yaml=vendor d"));
}

static void test_other_names(void **state)
{
	(void)state;
	scratch_write("etc/a.yaml~", "x");
	scratch_write("etc/.hidden.yaml", "x");
	scratch_write("etc/.yaml", "x");
	scratch_write("etc/a.yml", "x");
	scratch_write("etc/README", "x");
	assert_int_equal(add_dirs(), 0);
	assert_sources((const char *const[]){ NULL });
}

static void test_missing_directories(void **state)
{
	const char *dirs[] = { scratch_path("none"), scratch_path("usr") };

	(void)state;
	scratch_write("usr/a.yaml", "a");
	assert_int_equal(kfg_policy_files_add_dirs(files, dirs, 2), 0);
	assert_sources(SOURCES("usr/a.yaml=a"));
	assert_int_equal(kfg_policy_files_add(files, scratch_path("none")), -ENOENT);
	assert_string_equal(kfg_policy_files_failed(files), scratch_path("none"));
}

static void test_broken_link_is_no_mask(void **state)
{
	const struct kfg_policy_files_problem *problems;
	size_t n;

	(void)state;
	scratch_write("usr/a.yaml", "a");
	assert_int_equal(symlink("/nonexistent", scratch_path("etc/a.yaml")), 0);
	scratch_write("usr/b.yaml", "b");
	assert_int_equal(add_dirs(), 0);
	/* the others are read, so that all that is wrong is found */
	assert_sources(SOURCES("usr/b.yaml=b"));
	problems = kfg_policy_files_problems(files, &n);
	assert_int_equal(n, 1);
	assert_string_equal(problems[0].path, scratch_path("etc/a.yaml"));
	assert_int_equal(problems[0].error, -ENOENT);
}

static void test_empty_that_hides_nothing(void **state)
{
	const char *const *empty;
	size_t n;

	(void)state;
	scratch_write("usr/a.yaml", "a");
	scratch_write("etc/a.yaml", "");
	scratch_write("usr/b.yaml", "");
	scratch_write("etc/c.yaml", "");
	assert_int_equal(symlink("/dev/null", scratch_path("etc/d.yaml")), 0);
	assert_int_equal(add_dirs(), 0);
	empty = kfg_policy_files_empty(files, &n);
	assert_int_equal(n, 2);
	assert_string_equal(empty[0], scratch_path("usr/b.yaml"));
	assert_string_equal(empty[1], scratch_path("etc/c.yaml"));
}

static void test_file_and_directory(void **state)
{
	char dir[128];

	(void)state;
	scratch_write("one.conf", "any name");
	scratch_write("etc/a.yaml", "a");
	assert_int_equal(kfg_policy_files_add(files, scratch_path("one.conf")), 0);
	snprintf(dir, sizeof(dir), "%s/etc///", scratch);
	assert_int_equal(kfg_policy_files_add(files, dir), 0);
	assert_sources(SOURCES("one.conf=any name", "etc/a.yaml=a"));
}

static void test_not_regular(void **state)
{
	const struct kfg_policy_files_problem *problems;
	size_t n;

	(void)state;
	assert_int_equal(mkfifo(scratch_path("etc/a.yaml"), 0600), 0);
	assert_int_equal(mkdir(scratch_path("usr/b.yaml"), 0700), 0);
	assert_int_equal(add_dirs(), 0);
	problems = kfg_policy_files_problems(files, &n);
	assert_int_equal(n, 2);
	assert_int_equal(problems[0].error, -EINVAL);
	assert_int_equal(problems[1].error, -EISDIR);
}

static void test_too_large(void **state)
{
	(void)state;
	scratch_write("etc/a.yaml", "a");
	assert_int_equal(truncate(scratch_path("etc/a.yaml"), KFG_POLICY_FILE_MAX + 1), 0);
	assert_int_equal(add_dirs(), -EFBIG);
}

static void test_sum_too_large(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++) {
		char name[32];

		snprintf(name, sizeof(name), "etc/%d.yaml", i);
		scratch_write(name, "a");
		assert_int_equal(truncate(scratch_path(name), KFG_POLICY_FILE_MAX), 0);
	}
	assert_int_equal(add_dirs(), -EFBIG);
	assert_string_equal(kfg_policy_files_failed(files), scratch_path("etc/4.yaml"));
}

static void test_includes(void **state)
{
	struct kfg_includer includer = kfg_policy_files_includer(files);
	const struct kfg_source *first, *second;
	const char *failed;
	size_t n, m;

	(void)state;
	scratch_write("usr/2.inc", "two");
	scratch_write("usr/1.inc", "one");
	scratch_write("usr/3.inc", "");
	assert_int_equal(includer.expand(includer.userdata, scratch_path("usr/*.inc"), &first, &n, &failed), 0);
	assert_int_equal(n, 2);
	assert_int_equal(includer.expand(includer.userdata, scratch_path("usr/1.inc"), &second, &m, &failed), 0);
	assert_int_equal(m, 1);
	/* the first ones stay */
	assert_string_equal(first[0].data, "one");
	assert_string_equal(first[1].data, "two");
	assert_int_equal(includer.expand(includer.userdata, scratch_path("no*"), &second, &m, &failed), 0);
	assert_int_equal(m, 0);
	assert_int_equal(includer.expand(includer.userdata, scratch_path("none/x"), &second, &m, &failed), 0);
	assert_int_equal(m, 0);
	assert_int_equal(includer.expand(includer.userdata, scratch_path("usr"), &second, &m, &failed), -EISDIR);
	assert_string_equal(failed, scratch_path("usr"));
}

static void test_paths_outlive_data(void **state)
{
	const char *const *paths;
	size_t n;

	(void)state;
	scratch_write("etc/a.yaml", "a");
	assert_int_equal(add_dirs(), 0);
	kfg_policy_files_forget(files);
	paths = kfg_policy_files_paths(files, &n);
	assert_int_equal(n, 1);
	assert_string_equal(paths[0], scratch_path("etc/a.yaml"));
	(void)kfg_policy_files_sources(files, &n);
	assert_int_equal(n, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_order_over_directories),
		CASE(test_masks),
		CASE(test_other_names),
		CASE(test_missing_directories),
		CASE(test_broken_link_is_no_mask),
		CASE(test_empty_that_hides_nothing),
		CASE(test_file_and_directory),
		CASE(test_not_regular),
		CASE(test_too_large),
		CASE(test_sum_too_large),
		CASE(test_includes),
		CASE(test_paths_outlive_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
