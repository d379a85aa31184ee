/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_limits.c - each limit of analysis/find/limits.h is met once, and that it was met is said. */
#include "analysis/find/tiny.h"

#include <lzma.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

static uint8_t input[1 << 18];
static size_t input_size;

static void add(const void *data, size_t size)
{
	assert_true(input_size + size <= sizeof(input));
	memcpy(input + input_size, data, size);
	input_size += size;
}

static void add_gzip(const void *data, size_t size)
{
	z_stream z = { .next_in = (uint8_t *)data,
		       .avail_in = size,
		       .next_out = input + input_size,
		       .avail_out = sizeof(input) - input_size };

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	input_size = sizeof(input) - z.avail_out;
}

static void add_objects(size_t n)
{
	struct tiny object = tiny_object();

	add("x", 1);
	for (size_t i = 0; i < n; i++)
		add(&object, sizeof(object));
}

/* An archive of the oldest format there is: ar. */
static void add_members(size_t n)
{
	char head[61];

	add("!<arch>\n", 8);
	for (size_t i = 0; i < n; i++) {
		snprintf(head, sizeof(head), "%-16s%-12s%-6s%-6s%-8s%-10s`\n", "m/", "0", "0", "0", "100644", "4");
		add(head, 60);
		add("abcd", 4);
	}
}

static void unpacked(void)
{
	struct tiny object = tiny_object();

	add_gzip(&object, sizeof(object));
}

static void file_unpacked(void)
{
	unpacked();
	unpacked();
	unpacked();
}

static void window(void)
{
	struct tiny object = tiny_object();
	size_t at = 0;

	assert_int_equal(lzma_easy_buffer_encode(9, LZMA_CHECK_CRC32, NULL, (uint8_t *)&object, sizeof(object), input,
						 &at, sizeof(input)),
			 LZMA_OK);
	input_size = at;
}

static void nested(void)
{
	uint8_t inner[4096];
	size_t size;

	unpacked();
	for (unsigned i = 0; i < 3; i++) {
		memcpy(inner, input, input_size);
		size = input_size;
		input_size = 0;
		add_gzip(inner, size);
	}
}

static void objects(void)
{
	add_objects(3);
}

static void light_skeleton(void)
{
	static const uint8_t head[24] = { 0xbf, 0x16, 0, 0, 0, 0, 0, 0, 0xbf, 0xa1, 0, 0, 0, 0, 0, 0, 0x07, 0x01 };

	for (unsigned i = 0; i < 3; i++)
		add(head, sizeof(head));
}

static void members(void)
{
	add_members(3);
}

static void problems(void)
{
	struct tiny object = tiny_object();

	object.head.e_shoff = 1u << 30;
	add("x", 1);
	for (unsigned i = 0; i < 4; i++)
		add(&object, sizeof(object));
}

/* What is made, and the limit that it meets. DIR_DEPTH is one of directories, and has no bytes. */
static const struct {
	void (*make)(void);
	uint64_t value;
	const char *says;
} rows[KFG_FIND_LIMIT_MAX] = {
	[KFG_FIND_LIMIT_UNPACKED] = { unpacked, 100, "limit: it unpacks to more than 100 bytes" },
	[KFG_FIND_LIMIT_FILE_UNPACKED] = { file_unpacked, 300,
					   "limit: this file unpacks to more than 300 bytes in all" },
	[KFG_FIND_LIMIT_WINDOW] = { window, 1 << 20,
				    "limit: a compressed stream wants more than 1048576 bytes of memory" },
	[KFG_FIND_LIMIT_NESTED] = { nested, 2, "limit: it is packed more than 2 times over" },
	[KFG_FIND_LIMIT_OBJECTS] = { objects, 2, "limit: more than 2 objects in this file" },
	[KFG_FIND_LIMIT_LIGHT] = { light_skeleton, 2, "limit: more than 2 light skeletons in this file" },
	[KFG_FIND_LIMIT_SECTIONS] = { objects, 5, "limit: more than 5 section headers in this file" },
	[KFG_FIND_LIMIT_MEMBERS] = { members, 2, "limit: more than 2 members in this archive" },
	[KFG_FIND_LIMIT_PROBLEMS] = { problems, 2, "limit: more than 2 problems in this file" },
};

static void search(enum kfg_find_limit limit, uint64_t value)
{
	struct kfg_find *find = NULL;

	notes[0] = '\0';
	assert_int_equal(kfg_find_new(&note_ops, &find), 0);
	if (value)
		kfg_find_set_limit(find, limit, value);
	assert_int_equal(kfg_find_bytes(find, "F", input, input_size), 0);
	kfg_find_free(find);
}

static void each_limit_is_said(void **state)
{
	(void)state;
	for (unsigned i = 0; i < KFG_FIND_LIMIT_MAX; i++) {
		if (i == KFG_FIND_LIMIT_DIR_DEPTH)
			continue;
		assert_non_null(rows[i].make); /* a limit without a test */
		input_size = 0;
		rows[i].make();
		search(i, 0);
		assert_null(strstr(notes, "limit:"));
		search(i, rows[i].value);
		if (!strstr(notes, rows[i].says))
			fail_msg("limit %u: no \"%s\" in:\n%s", i, rows[i].says, notes);
	}
}

static void directories_in_each_other_too(void **state)
{
	char top[] = "/tmp/kfgate-limits.XXXXXX", path[64];
	struct kfg_find *find = NULL;

	(void)state;
	assert_non_null(mkdtemp(top));
	for (unsigned i = 1; i <= 3; i++) {
		snprintf(path, sizeof(path), "%s%.*s", top, (int)i * 2, "/a/a/a");
		assert_int_equal(mkdir(path, 0700), 0);
	}
	notes[0] = '\0';
	assert_int_equal(kfg_find_new(&note_ops, &find), 0);
	kfg_find_set_limit(find, KFG_FIND_LIMIT_DIR_DEPTH, 2);
	assert_int_equal(kfg_find_path(find, top), 0);
	assert_non_null(strstr(notes, "/a/a/a: limit: more than 2 directories in each other"));
	kfg_find_free(find);
	for (unsigned i = 3; i >= 1; i--) {
		snprintf(path, sizeof(path), "%s%.*s", top, (int)i * 2, "/a/a/a");
		assert_int_equal(rmdir(path), 0);
	}
	assert_int_equal(rmdir(top), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_limit_is_said),
		cmocka_unit_test(directories_in_each_other_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
