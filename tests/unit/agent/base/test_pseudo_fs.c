/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of the kernel's own file systems, and what stands in their place. */
#include "base/pseudo_fs.h"
#include "cmocka_all.h"
#include "scratch_dir.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <unistd.h>

static const struct kfg_pseudo_fs proc = { .path = "/proc", .magic = PROC_SUPER_MAGIC, .inode = 1 };

static void test_opens(void **state)
{
	int fd = kfg_pseudo_fs_open(&proc, "version");
	char text[6] = "";

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(read(fd, text, 5), 5);
	assert_string_equal(text, "Linux");
	close(fd);
}

static void test_absent(void **state)
{
	struct kfg_pseudo_fs nowhere = { .path = scratch_path("absent"), .magic = PROC_SUPER_MAGIC };

	(void)state;
	assert_int_equal(kfg_pseudo_fs_open(&proc, "no-such-file"), -ENXIO);
	assert_int_equal(kfg_pseudo_fs_open(&nowhere, "version"), -ENOENT);
}

/* A directory of another file system, and one of the same that is not its root */
static void test_other_places(void **state)
{
	struct kfg_pseudo_fs below = { .path = "/proc/self", .magic = PROC_SUPER_MAGIC, .inode = 1 };
	struct kfg_pseudo_fs other = { .path = scratch_path("."), .magic = PROC_SUPER_MAGIC };

	(void)state;
	scratch_write("version", "Linux");
	assert_int_equal(kfg_pseudo_fs_open(&other, "version"), -ENXIO);
	assert_int_equal(kfg_pseudo_fs_open(&below, "status"), -ENXIO);
	below.inode = 0;
	assert_true(close(kfg_pseudo_fs_open(&below, "status")) == 0);
}

/* A link leads away. */
static void test_link(void **state)
{
	(void)state;
	assert_int_equal(kfg_pseudo_fs_open(&proc, "self"), -ELOOP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_opens),
		cmocka_unit_test_setup_teardown(test_absent, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_other_places, scratch_setup, scratch_teardown),
		cmocka_unit_test(test_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
