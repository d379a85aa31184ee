/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/find/tiny.h"
#include "scratch_dir.h"

static void put(const char *name, const void *data, size_t size)
{
	FILE *out = fopen(scratch_path(name), "we");

	assert_non_null(out);
	assert_int_equal(fwrite(data, 1, size, out), size);
	fclose(out);
}

static void put_object(const char *name)
{
	struct tiny object = tiny_object();

	put(name, &object, sizeof(object));
}

/* Takes the directory's own name out of the notes. */
static const char *without_dir(void)
{
	static char text[sizeof(notes)];
	size_t len = strlen(scratch), n = 0;

	for (const char *p = notes; *p;)
		if (strncmp(p, scratch, len) == 0)
			p += len;
		else
			text[n++] = *p++;
	text[n] = '\0';
	return text;
}

static int search(const char *path)
{
	struct kfg_find *find = NULL;
	int r;

	notes[0] = '\0';
	assert_int_equal(kfg_find_new(&note_ops, &find), 0);
	r = kfg_find_path(find, path);
	kfg_find_free(find);
	return r;
}

static void a_directory_is_walked_in_order(void **state)
{
	(void)state;
	mkdir(scratch_path("b"), 0755);
	put_object("b/2.o");
	put_object("a");
	put_object("c");
	put("text", "nothing", 7);
	put("empty", "", 0);
	assert_int_equal(mkfifo(scratch_path("fifo"), 0600), 0);
	assert_int_equal(search(scratch), 0);
	assert_string_equal(without_dir(), "object /a 200\nobject /b/2.o 200\nobject /c 200\n");
}

static void each_inode_once_and_no_links_below(void **state)
{
	(void)state;
	put_object("a");
	assert_int_equal(link(scratch_path("a"), scratch_path("b")), 0);
	assert_int_equal(symlink("a", scratch_path("c")), 0);
	assert_int_equal(symlink(".", scratch_path("loop")), 0);
	assert_int_equal(search(scratch), 0);
	assert_string_equal(without_dir(), "object /a 200\n");
	assert_int_equal(search(scratch_path("c")), 0);
	assert_string_equal(without_dir(), "object /c 200\n");
}

static void what_is_not_there_and_what_is_no_file(void **state)
{
	(void)state;
	assert_int_equal(search(scratch_path("none")), -ENOENT);
	assert_int_equal(search("/dev/null"), 0);
	assert_string_equal(notes, "problem /dev/null: neither a regular file nor a directory\n");
}

static void what_may_not_be_read_is_a_problem(void **state)
{
	(void)state;
	put_object("secret");
	mkdir(scratch_path("closed"), 0755);
	chmod(scratch_path("secret"), 0);
	chmod(scratch_path("closed"), 0);
	if (geteuid() == 0 && (setegid(65534) < 0 || seteuid(65534) < 0 || chmod(scratch, 0755) == 0))
		skip();
	assert_int_equal(search(scratch_path("secret")), 0);
	assert_string_equal(without_dir(), "problem /secret: Permission denied\n");
	assert_int_equal(search(scratch_path("closed")), 0);
	assert_string_equal(without_dir(), "problem /closed: Permission denied\n");
	if (getuid() == 0)
		assert_int_equal(seteuid(0) | setegid(0), 0);
	chmod(scratch_path("closed"), 0700);
}

static void packages_by_their_lists(void **state)
{
	struct tiny shell = tiny_elf(EM_X86_64, ET_EXEC);
	struct kfg_find *find = NULL;
	struct {
		struct tiny elf, object;
	} embedding = { shell, tiny_object() };
	char list[1024];

	(void)state;
	mkdir(scratch_path("info"), 0755);
	put("exe", &embedding, sizeof(embedding));
	put_object("object.o");
	put("text", "\x1f\x8b\x08 not looked at", 18);
	snprintf(list, sizeof(list), "/.\n%s\n%s\n%s\n%s\n%s\n", scratch, scratch_path("exe"), scratch_path("object.o"),
		 scratch_path("gone"), scratch_path("text"));
	scratch_write("info/some.list", list);
	scratch_write("info/some.md5sums", "");
	notes[0] = '\0';
	assert_int_equal(kfg_find_new(&note_ops, &find), 0);
	assert_int_equal(kfg_find_installed(find, scratch_path("info")), 0);
	kfg_find_free(find);
	assert_string_equal(without_dir(), "object /exe@0xc8 200\nobject /object.o 200\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_directory_is_walked_in_order, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(each_inode_once_and_no_links_below, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(what_is_not_there_and_what_is_no_file, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(what_may_not_be_read_is_a_problem, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(packages_by_their_lists, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
