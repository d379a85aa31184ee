/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gate/daemon/instance.h"
#include "scratch_dir.h"

#include <errno.h>

static void test_second_is_told_the_first(void **state)
{
	pid_t holder = 0;
	int first = kfg_instance_lock(scratch_path("run"), &holder);

	(void)state;
	assert_true(first >= 0);
	assert_int_equal(kfg_instance_lock(scratch_path("run"), &holder), -EBUSY);
	assert_int_equal(holder, getpid());
	close(first);
	first = kfg_instance_lock(scratch_path("run"), &holder);
	assert_true(first >= 0);
	close(first);
}

static void test_holder_unknown(void **state)
{
	pid_t holder = 99;
	int first = kfg_instance_lock(scratch, &holder);

	(void)state;
	assert_true(first >= 0);
	assert_int_equal(truncate(scratch_path("lock"), 0), 0);
	assert_int_equal(kfg_instance_lock(scratch, &holder), -EBUSY);
	assert_int_equal(holder, 0);
	close(first);
}

static void test_no_directory(void **state)
{
	pid_t holder = 0;

	(void)state;
	assert_int_equal(kfg_instance_lock(scratch_path("a/b"), &holder), -ENOENT);
	scratch_write("file", "");
	assert_int_equal(kfg_instance_lock(scratch_path("file"), &holder), -ENOTDIR);
	assert_int_equal(symlink("/etc/passwd", scratch_path("link")), 0);
	assert_int_equal(mkdir(scratch_path("d"), 0700), 0);
	assert_int_equal(symlink("/tmp/elsewhere", scratch_path("d/lock")), 0);
	assert_int_equal(kfg_instance_lock(scratch_path("d"), &holder), -ELOOP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_second_is_told_the_first, scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(test_holder_unknown, scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(test_no_directory, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
