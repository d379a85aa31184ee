/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names by which a path is reached, and the files that a process has mapped, as the guard is given them. */
#include "cmocka_all.h"
#include "gate/enforce/guard.h"
#include "scratch_dir.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

static char asked[8192]; /* of a directory and a name: "N:DIR/NAME ", of a directory as a whole: "F:DIR " */
static int mapped, busy;

static const char *path_of(int fd)
{
	static char path[PATH_MAX];
	char link[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	path[n > 0 ? n : 0] = '\0';
	return path;
}

static void note(const char *kind, const char *dir, const char *name)
{
	size_t n = strlen(asked), from = strncmp(dir, scratch, strlen(scratch)) == 0 ? strlen(scratch) : 0;

	if (from || strcmp(dir, "/tmp") == 0)
		snprintf(asked + n, sizeof(asked) - n, "%s%s%s%s ", kind, dir + from, *name ? "/" : "",
			 strncmp(name, "kfgate-test-", 12) == 0 ? "X" : name);
}

int kfg_guard_add_name(struct kfg_guard *guard, int dir, const char *name)
{
	(void)guard;
	note("N:", path_of(dir), name);
	return 0;
}

int kfg_guard_add_inode(struct kfg_guard *guard, int fd, uint32_t flags)
{
	(void)guard;
	if (flags == KFG_GUARD_FILE)
		note("F:", path_of(fd), "");
	else
		mapped++;
	return busy ? -ETXTBSY : 0;
}

static const char *way(const char *name)
{
	char path[PATH_MAX];

	asked[0] = '\0';
	snprintf(path, sizeof(path), "%s/%s", scratch, name);
	assert_int_equal(kfg_guard_way(NULL, path), 0);
	return asked;
}

static void test_names(void **state)
{
	(void)state;
	mkdir(scratch_path("a"), 0755);
	scratch_write("a/file", "");
	assert_string_equal(way("a/file"), "N:/tmp/X N:/a N:/a/file ");
	assert_string_equal(way("./a//file"), "N:/tmp/X N:/a N:/a/file ");
	assert_string_equal(way("a/absent/b/c"), "N:/tmp/X N:/a N:/a/absent ");
	assert_int_equal(kfg_guard_way(NULL, "a/file"), -EINVAL);
}

static void test_links(void **state)
{
	(void)state;
	mkdir(scratch_path("a"), 0755);
	mkdir(scratch_path("b"), 0755);
	assert_int_equal(symlink("../a", scratch_path("b/link")), 0);
	assert_string_equal(way("b/link/x"), "N:/tmp/X N:/b N:/b/link N:/a N:/a/x ");
	assert_int_equal(symlink(scratch_path("b"), scratch_path("top")), 0);
	assert_string_equal(way("top/link/x"), "N:/tmp/X N:/top N:/tmp/X N:/b N:/b/link N:/a N:/a/x ");
	assert_int_equal(symlink("loop", scratch_path("loop")), 0);
	assert_int_equal(kfg_guard_way(NULL, scratch_path("loop/x")), -ELOOP);
	assert_int_equal(symlink(scratch_path("round"), scratch_path("round")), 0);
	assert_int_equal(kfg_guard_way(NULL, scratch_path("round/x")), -ELOOP);
}

static void test_wildcards(void **state)
{
	(void)state;
	mkdir(scratch_path("a"), 0755);
	mkdir(scratch_path("a/one"), 0755);
	mkdir(scratch_path("a/.two"), 0755);
	scratch_write("a/one/x.yaml", "");
	assert_string_equal(way("a/*.yaml"), "N:/tmp/X N:/a F:/a ");
	assert_string_equal(way("a/*/*.yaml"), "N:/tmp/X N:/a F:/a F:/a/one ");
	assert_string_equal(way("none/*/*.yaml"), "N:/tmp/X N:/none ");
}

static int n_failed;

static void failed(void *userdata, const char *path, int error)
{
	assert_ptr_equal(userdata, &n_failed);
	assert_int_equal(*path, '/');
	if (error == -ETXTBSY)
		n_failed++;
}

static void test_code(void **state)
{
	(void)state;
	mapped = 0;
	assert_int_equal(kfg_guard_code(NULL, failed, &n_failed), 0);
	if (!mapped)
		skip(); /* /proc/self/map_files is for privileged processes */
	assert_true(mapped >= 2);
	assert_int_equal(n_failed, 0);
	busy = 1;
	assert_int_equal(kfg_guard_code(NULL, failed, &n_failed), 0);
	assert_true(n_failed >= 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_names, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_links, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_wildcards, scratch_setup, scratch_teardown),
		cmocka_unit_test(test_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
