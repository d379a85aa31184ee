/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who has locked a file. */
#include "base/lock_holder.h"
#include "cmocka_all.h"
#include "scratch_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

static void test_holder(void **state)
{
	pid_t pid = 1;
	int fd;

	(void)state;
	scratch_write("file", "");
	fd = open(scratch_path("file"), O_RDWR | O_CLOEXEC);
	assert_int_equal(kfg_lock_holder(scratch_path("file"), &pid), 0);
	assert_int_equal(pid, 0);
	assert_int_equal(flock(fd, LOCK_SH), 0);
	assert_int_equal(kfg_lock_holder(scratch_path("file"), &pid), 0);
	assert_int_equal(pid, 0);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(kfg_lock_holder(scratch_path("file"), &pid), 0);
	assert_int_equal(pid, getpid());
	close(fd);
	assert_int_equal(kfg_lock_holder(scratch_path("file"), &pid), 0);
	assert_int_equal(pid, 0);
}

static void test_absent(void **state)
{
	pid_t pid;

	(void)state;
	assert_int_equal(kfg_lock_holder(scratch_path("absent"), &pid), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_holder, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_absent, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
