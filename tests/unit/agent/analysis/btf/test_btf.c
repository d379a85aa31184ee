/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/read_file.h"
#include "analysis/btf/btf.h"
#include "btf_build.h"
#include "cmocka_all.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

static struct kfg_btf_build build;
static struct kfg_btf_error error;

static int setup(void **state)
{
	(void)state;
	kfg_btf_build_start(&build, NULL);
	error = (struct kfg_btf_error){ 0 };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	kfg_btf_build_done(&build);
	return 0;
}

/* What was built, opened from bytes that end where their allocation ends. */
static struct kfg_btf *open_build(void **ret_bytes)
{
	struct kfg_btf *btf = NULL;
	size_t size;

	*ret_bytes = kfg_btf_build_bytes(&build, &size);
	assert_int_equal(kfg_btf_open(*ret_bytes, size, NULL, &btf, &error), 0);
	return btf;
}

static void refused(const char *why, size_t offset)
{
	struct kfg_btf *btf = NULL;
	size_t size;
	void *bytes = kfg_btf_build_bytes(&build, &size);

	assert_int_equal(kfg_btf_open(bytes, size, NULL, &btf, &error), -EBADMSG);
	assert_null(btf);
	assert_string_equal(error.text, why);
	assert_int_equal(error.offset, offset);
	free(bytes);
}

static void test_types_and_names(void **state)
{
	uint32_t i = kfg_btf_build_int(&build, "int", 4, BTF_INT_SIGNED);
	uint32_t p = kfg_btf_build_type(&build, BTF_KIND_PTR, NULL, 0, i);
	uint32_t f = kfg_btf_build_func(&build, "bpf_one", i, 1, (const char *[]){ "p" }, &p);
	uint32_t s = kfg_btf_build_type(&build, BTF_KIND_STRUCT, "bpf_one", 0, 0);
	void *bytes;
	struct kfg_btf *btf = open_build(&bytes);

	(void)state;
	assert_int_equal(kfg_btf_n_types(btf), s + 1);
	assert_int_equal(kfg_btf_first_own(btf), 1);
	assert_string_equal(kfg_btf_type_name(btf, f), "bpf_one");
	assert_string_equal(kfg_btf_type_name(btf, p), "");
	assert_string_equal(kfg_btf_type_name(btf, 0), "");
	assert_string_equal(kfg_btf_type_name(btf, s + 1), "");
	assert_null(kfg_btf_type(btf, 0));
	assert_null(kfg_btf_type(btf, UINT32_MAX));
	assert_string_equal(kfg_btf_str(btf, UINT32_MAX), "");
	assert_int_equal(kfg_btf_find(btf, "bpf_one", BTF_KIND_FUNC), f);
	assert_int_equal(kfg_btf_find(btf, "bpf_one", BTF_KIND_STRUCT), s);
	assert_int_equal(kfg_btf_find(btf, "bpf_one", BTF_KIND_UNION), 0);
	assert_int_equal(kfg_btf_find(btf, "bpf_on", BTF_KIND_FUNC), 0);
	assert_int_equal(kfg_btf_find(btf, "", BTF_KIND_PTR), 0);
	kfg_btf_free(btf);
	free(bytes);
}

static void test_first_of_a_name_is_found(void **state)
{
	uint32_t first = kfg_btf_build_type(&build, BTF_KIND_FWD, "task", 0, 0);
	void *bytes;
	struct kfg_btf *btf;

	(void)state;
	for (int i = 0; i < 100; i++)
		kfg_btf_build_type(&build, BTF_KIND_FWD, "task", 0, 0);
	btf = open_build(&bytes);
	assert_int_equal(kfg_btf_find(btf, "task", BTF_KIND_FWD), first);
	kfg_btf_free(btf);
	free(bytes);
}

static void test_tags(void **state)
{
	uint32_t f = kfg_btf_build_func(&build, "bpf_one", 0, 0, NULL, NULL);
	uint32_t g = kfg_btf_build_func(&build, "bpf_two", 0, 0, NULL, NULL);
	void *bytes;
	struct kfg_btf *btf;

	(void)state;
	kfg_btf_build_tag(&build, "bpf_kfunc", f);
	kfg_btf_build_tag(&build, "bpf_fastcall", f);
	kfg_btf_build_type(&build, BTF_KIND_DECL_TAG, "bpf_kfunc", 0, g);
	kfg_btf_build_word(&build, 0); /* of a parameter, not of the function */
	btf = open_build(&bytes);
	assert_true(kfg_btf_has_tag(btf, f, "bpf_kfunc"));
	assert_true(kfg_btf_has_tag(btf, f, "bpf_fastcall"));
	assert_false(kfg_btf_has_tag(btf, f, "bpf"));
	assert_false(kfg_btf_has_tag(btf, g, "bpf_kfunc"));
	kfg_btf_free(btf);
	free(bytes);
}

static void test_split(void **state)
{
	uint32_t i = kfg_btf_build_int(&build, "int", 4, BTF_INT_SIGNED);
	struct kfg_btf_build module;
	struct kfg_btf *base, *split = NULL;
	void *base_bytes, *bytes;
	uint32_t f, g;
	size_t size;

	(void)state;
	f = kfg_btf_build_func(&build, "bpf_one", i, 0, NULL, NULL);
	base = open_build(&base_bytes);
	kfg_btf_build_start(&module, &build);
	g = kfg_btf_build_func(&module, "bpf_two", i, 0, NULL, NULL);
	kfg_btf_build_tag(&module, "bpf_kfunc", g);
	bytes = kfg_btf_build_bytes(&module, &size);
	assert_int_equal(kfg_btf_open(bytes, size, base, &split, &error), 0);
	assert_int_equal(kfg_btf_first_own(split), kfg_btf_n_types(base));
	assert_int_equal(kfg_btf_find(split, "bpf_two", BTF_KIND_FUNC), g);
	assert_int_equal(kfg_btf_find(split, "bpf_one", BTF_KIND_FUNC), f);
	assert_int_equal(kfg_btf_find(base, "bpf_two", BTF_KIND_FUNC), 0);
	assert_string_equal(kfg_btf_type_name(split, i), "int");
	assert_true(kfg_btf_has_tag(split, g, "bpf_kfunc"));
	assert_ptr_equal(kfg_btf_type(split, i), kfg_btf_type(base, i));
	/* without its base, it refers to what is not there */
	assert_int_equal(kfg_btf_open(bytes, size, NULL, &split, &error), -EBADMSG);
	kfg_btf_free(split);
	kfg_btf_free(base);
	kfg_btf_build_done(&module);
	free(bytes);
	free(base_bytes);
}

static void test_badly_aligned_bytes(void **state)
{
	uint32_t i = kfg_btf_build_int(&build, "int", 4, BTF_INT_SIGNED);
	struct kfg_btf *btf = NULL;
	size_t size;
	void *bytes = kfg_btf_build_bytes(&build, &size);
	char *moved = malloc(size + 1);

	(void)state;
	assert_non_null(moved);
	memcpy(moved + 1, bytes, size);
	assert_int_equal(kfg_btf_open(moved + 1, size, NULL, &btf, &error), 0);
	assert_string_equal(kfg_btf_type_name(btf, i), "int");
	kfg_btf_free(btf);
	free(moved);
	free(bytes);
}

static void test_bad_types(void **state)
{
	(void)state;
	kfg_btf_build_type(&build, 31, NULL, 0, 0);
	refused("type 1 is of kind 31, which is not known here", sizeof(struct kfg_btf_header));
	teardown(NULL);
	setup(NULL);
	kfg_btf_build_int(&build, "int", 4, 0);
	kfg_btf_build_type(&build, BTF_KIND_PTR, NULL, 0, 3);
	refused("refers to type 3, but there are only 2", sizeof(struct kfg_btf_header) + 16);
	teardown(NULL);
	setup(NULL);
	kfg_btf_build_type(&build, BTF_KIND_STRUCT, "s", 2, 0);
	kfg_btf_build_word(&build, 0);
	refused("type 1 (struct) is cut short", sizeof(struct kfg_btf_header));
	teardown(NULL);
	setup(NULL);
	kfg_btf_build_type(&build, BTF_KIND_ENUM, "e", 1, 4);
	kfg_btf_build_word(&build, 77);
	kfg_btf_build_word(&build, 0);
	refused("name at 0x4d is beyond the strings", sizeof(struct kfg_btf_header) + 12);
	teardown(NULL);
	setup(NULL);
	kfg_btf_build_word(&build, 0);
	refused("type 1 is cut short", sizeof(struct kfg_btf_header));
}

/* What was built, with a header as from 7.2 on and a layout of 21 kinds: kind 20 has two words, and one for each. */
static uint8_t *with_layout(size_t *ret_size, uint8_t fixed)
{
	const uint32_t more = 2 * sizeof(uint32_t), kinds = 21;
	size_t size, header = sizeof(struct kfg_btf_header);
	uint8_t *bytes = kfg_btf_build_bytes(&build, &size);
	uint8_t *all = calloc(1, size + more + kinds * 4);
	struct kfg_btf_header h;
	uint32_t place[2];

	assert_non_null(all);
	memcpy(&h, bytes, header);
	place[0] = h.str_off;
	place[1] = kinds * 4;
	h.hdr_len += more;
	memcpy(all, &h, header);
	memcpy(all + header, place, sizeof(place));
	memcpy(all + h.hdr_len, bytes + header, h.type_len);
	all[h.hdr_len + place[0] + 20 * 4] = fixed;
	all[h.hdr_len + place[0] + 20 * 4 + 1] = 4;
	h.str_off += place[1];
	memcpy(all, &h, header);
	memcpy(all + h.hdr_len + h.str_off, bytes + header + place[0], h.str_len);
	free(bytes);
	*ret_size = size + more + kinds * 4;
	return all;
}

/* A kind of a later kernel is passed over, if the file says how long it is. */
static void test_layout(void **state)
{
	uint32_t i = kfg_btf_build_int(&build, "int", 4, BTF_INT_SIGNED), later, f;
	struct kfg_btf *btf = NULL;
	size_t size;
	uint8_t *bytes;

	(void)state;
	later = kfg_btf_build_type(&build, 20, NULL, 3, 0);
	for (int k = 0; k < 2 + 3; k++)
		kfg_btf_build_word(&build, 0xffffffff);
	f = kfg_btf_build_func(&build, "bpf_one", i, 1, (const char *[]){ "p" }, &i);
	bytes = with_layout(&size, 8);
	assert_int_equal(kfg_btf_open(bytes, size, NULL, &btf, &error), 0);
	assert_int_equal(kfg_btf_find(btf, "bpf_one", BTF_KIND_FUNC), f);
	assert_int_equal(KFG_BTF_INFO_KIND(kfg_btf_type(btf, later)->info), 20);
	kfg_btf_free(btf);
	free(bytes);
	bytes = with_layout(&size, 7);
	assert_int_equal(kfg_btf_open(bytes, size, NULL, &btf, &error), -EBADMSG);
	assert_string_equal(error.text, "type 2 is of kind 20, which is not known here");
	free(bytes);
	refused("type 2 is of kind 20, which is not known here", sizeof(struct kfg_btf_header) + 16);
}

/* More entries than 16 bits count. */
static void test_long(void **state)
{
	const uint32_t n = 70000;
	uint32_t e = kfg_btf_build_type(&build, BTF_KIND_ENUM, "e", 0, 4);
	struct kfg_btf *btf;
	void *bytes;

	(void)state;
	((uint32_t *)build.types)[1] |= n;
	for (uint32_t k = 0; k < 2 * n; k++)
		kfg_btf_build_word(&build, 0);
	btf = open_build(&bytes);
	assert_int_equal(KFG_BTF_INFO_VLEN(kfg_btf_type(btf, e)->info), n);
	assert_int_equal(kfg_btf_n_types(btf), 2);
	kfg_btf_free(btf);
	free(bytes);
}

/* Each cut and each changed byte of a small BTF is refused, or gives something that can be read. */
static void walk(const struct kfg_btf *btf)
{
	for (uint32_t id = 1; id < kfg_btf_n_types(btf); id++) {
		(void)strlen(kfg_btf_type_name(btf, id));
		(void)kfg_btf_find(btf, kfg_btf_type_name(btf, id), KFG_BTF_INFO_KIND(kfg_btf_type(btf, id)->info));
		(void)kfg_btf_has_tag(btf, id, "bpf_kfunc");
	}
}

static void test_damage(void **state)
{
	uint32_t i = kfg_btf_build_int(&build, "int", 4, BTF_INT_SIGNED);
	uint32_t f = kfg_btf_build_func(&build, "bpf_one", i, 1, (const char *[]){ "p" }, &i);
	size_t size;
	uint8_t *bytes;

	(void)state;
	kfg_btf_build_tag(&build, "bpf_kfunc", f);
	bytes = kfg_btf_build_bytes(&build, &size);
	for (size_t cut = 0; cut <= size; cut++) {
		uint8_t *part = malloc(cut + 1);

		assert_non_null(part);
		memcpy(part, bytes, cut);
		for (size_t at = 0; at < cut; at++) {
			struct kfg_btf *btf = NULL;

			part[at] ^= 0x81;
			if (kfg_btf_open(part, cut, NULL, &btf, &error) == 0)
				walk(btf);
			kfg_btf_free(btf);
			part[at] ^= 0x81;
		}
		free(part);
	}
	free(bytes);
}

/* The same BTF as a machine of the other byte order writes it. */
static void test_other_byte_order(void **state)
{
	uint32_t i = kfg_btf_build_int(&build, "int", 4, BTF_INT_SIGNED);
	uint32_t f = kfg_btf_build_func(&build, "bpf_one", i, 1, (const char *[]){ "p" }, &i);
	struct kfg_btf *btf = NULL;
	size_t size;
	uint8_t *bytes;
	uint32_t *words;
	struct kfg_btf_header h;

	(void)state;
	kfg_btf_build_tag(&build, "bpf_kfunc", f);
	bytes = kfg_btf_build_bytes(&build, &size);
	memcpy(&h, bytes, sizeof(h));
	words = (uint32_t *)bytes;
	for (size_t at = 1; at < (h.hdr_len + h.type_off + h.type_len) / 4; at++)
		words[at] = __builtin_bswap32(words[at]);
	bytes[0] = BTF_MAGIC >> 8;
	bytes[1] = BTF_MAGIC & 0xff;
	assert_int_equal(kfg_btf_open(bytes, size, NULL, &btf, &error), 0);
	assert_true(kfg_btf_is_foreign(btf));
	assert_int_equal(kfg_btf_find(btf, "bpf_one", BTF_KIND_FUNC), f);
	assert_true(kfg_btf_has_tag(btf, f, "bpf_kfunc"));
	kfg_btf_free(btf);
	free(bytes);
}

static void test_headers(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		const char *why;
	} cases[] = {
		{ "", 0, "0 bytes are too few for a BTF header" },
		{ "\x7f"
		  "ELF....................",
		  24, "not BTF: it starts with 0x457f" },
		{ "\xeb\x9f\x01\0\0\0\0\x17................", 24, "header of 23 bytes" },
		{ "\xeb\x9f\x01\0\0\0\0\x18\xff\xff\xff\xff\xff\xff\xff\xff........", 24, "types are beyond the end" },
		{ "\x9f\xeb\x02\0\x18\0\0\0................", 24, "BTF of version 2, which is not known here" },
		{ "\x9f\xeb\x01\0\xff\0\0\0................", 24, "header of 255 bytes" },
		{ "\x9f\xeb\x01\0\x18\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff........", 24, "types are beyond the end" },
		{ "\x9f\xeb\x01\0\x18\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 24, "no strings" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *bytes = malloc(cases[i].size + 1);
		struct kfg_btf *btf = NULL;

		assert_non_null(bytes);
		memcpy(bytes, cases[i].bytes, cases[i].size);
		assert_int_equal(kfg_btf_open(bytes, cases[i].size, NULL, &btf, &error), -EBADMSG);
		assert_string_equal(error.text, cases[i].why);
		free(bytes);
	}
}

/* The running kernel's, where it shows one. */
static void test_vmlinux(void **state)
{
	struct kfg_btf *btf = NULL;
	size_t size;
	char *data;

	(void)state;
	if (kfg_read_file(AT_FDCWD, "/sys/kernel/btf/vmlinux", 64u << 20, &data, &size) < 0)
		skip();
	assert_int_equal(kfg_btf_open(data, size, NULL, &btf, &error), 0);
	assert_true(kfg_btf_n_types(btf) > 10000);
	assert_true(kfg_btf_find(btf, "task_struct", BTF_KIND_STRUCT) != 0);
	walk(btf);
	kfg_btf_free(btf);
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_types_and_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_first_of_a_name_is_found, setup, teardown),
		cmocka_unit_test_setup_teardown(test_tags, setup, teardown),
		cmocka_unit_test_setup_teardown(test_split, setup, teardown),
		cmocka_unit_test_setup_teardown(test_badly_aligned_bytes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_types, setup, teardown),
		cmocka_unit_test_setup_teardown(test_layout, setup, teardown),
		cmocka_unit_test_setup_teardown(test_long, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damage, setup, teardown),
		cmocka_unit_test(test_headers),
		cmocka_unit_test_setup_teardown(test_other_byte_order, setup, teardown),
		cmocka_unit_test(test_vmlinux),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
