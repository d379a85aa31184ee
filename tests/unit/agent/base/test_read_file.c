/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/cleanup.h"
#include "base/read_file.h"
#include "scratch_dir.h"

#include <errno.h>

static void test_reads(void **state)
{
	_cleanup_free_ char *data = NULL;
	size_t size;

	(void)state;
	scratch_write("a", "hello");
	assert_int_equal(kfg_read_file(AT_FDCWD, scratch_path("a"), 5, &data, &size), 0);
	assert_int_equal(size, 5);
	assert_memory_equal(data, "hello", 6);
}

static void test_bounded(void **state)
{
	char *data = NULL;
	size_t size;

	(void)state;
	scratch_write("a", "hello!");
	assert_int_equal(kfg_read_file(AT_FDCWD, scratch_path("a"), 5, &data, &size), -EFBIG);
	/* says that it is empty, and is not */
	assert_int_equal(kfg_read_file(AT_FDCWD, "/proc/self/status", 16, &data, &size), -EFBIG);
	assert_null(data);
}

static void test_size_unknown(void **state)
{
	_cleanup_free_ char *data = NULL;
	size_t size;

	(void)state;
	assert_int_equal(kfg_read_file(AT_FDCWD, "/proc/self/status", 65536, &data, &size), 0);
	assert_true(size > 100);
	assert_int_equal(strlen(data), size);
}

static void test_kinds(void **state)
{
	_cleanup_free_ char *data = NULL;
	size_t size;

	(void)state;
	assert_int_equal(mkfifo(scratch_path("fifo"), 0600), 0);
	assert_int_equal(kfg_read_file(AT_FDCWD, scratch_path("fifo"), 5, &data, &size), -EINVAL);
	assert_int_equal(kfg_read_file(AT_FDCWD, scratch, 5, &data, &size), -EISDIR);
	assert_int_equal(kfg_read_file(AT_FDCWD, "/dev/zero", 5, &data, &size), -EINVAL);
	assert_int_equal(kfg_read_file(AT_FDCWD, scratch_path("none"), 5, &data, &size), -ENOENT);
	assert_int_equal(kfg_read_file(AT_FDCWD, "/dev/null", 5, &data, &size), 0);
	assert_int_equal(size, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_size_unknown),
		cmocka_unit_test(test_kinds),
	};

	return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
