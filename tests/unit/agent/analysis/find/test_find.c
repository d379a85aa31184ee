/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/find/tiny.h"

#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

static uint8_t buffer[1 << 16];

static void finds_an_object(void **state)
{
	struct tiny object = tiny_object();

	(void)state;
	assert_string_equal(notes_of(&object, sizeof(object)), "object F 200\n");
}

static void finds_embedded_objects_at_any_alignment(void **state)
{
	struct tiny object = tiny_object();

	(void)state;
	for (size_t at = 1; at < 150; at++) {
		char expected[200];

		memset(buffer, 0x7f, sizeof(buffer));
		memcpy(buffer + at, &object, sizeof(object));
		memcpy(buffer + at + sizeof(object), &object, sizeof(object));
		snprintf(expected, sizeof(expected), "object F@0x%zx 200\nobject F@0x%zx 200\n", at,
			 at + sizeof(object));
		assert_string_equal(notes_of(buffer, at + 2 * sizeof(object) + at % 3), expected);
	}
}

static void other_machines_are_no_objects(void **state)
{
	struct tiny elf = tiny_elf(EM_X86_64, ET_EXEC), shared = tiny_elf(EM_BPF, ET_DYN);

	(void)state;
	assert_string_equal(notes_of(&elf, sizeof(elf)), "");
	assert_string_equal(notes_of(&shared, sizeof(shared)), "");
	assert_string_equal(notes_of("", 0), "");
}

static void a_damaged_file_is_left_to_its_reader(void **state)
{
	struct tiny object = tiny_object();

	(void)state;
	assert_string_equal(notes_of(&object, sizeof(object) - 1), "object F 199\n");
}

static void a_damaged_embedded_object_is_a_problem(void **state)
{
	struct tiny object = tiny_object();

	(void)state;
	memset(buffer, 0, sizeof(buffer));
	memcpy(buffer + 9, &object, sizeof(object));
	assert_string_equal(notes_of(buffer, 9 + sizeof(object) - 1),
			    "problem F: offset 0x9: section headers beyond the end\n");
	object.sections[1].sh_size = 1u << 20;
	memcpy(buffer + 9, &object, sizeof(object));
	assert_string_equal(notes_of(buffer, 9 + sizeof(object)),
			    "problem F: offset 0x9: a section lies beyond the end\n");
}

static void finds_objects_of_the_other_byte_order(void **state)
{
	struct tiny object = tiny_object();

	(void)state;
	object.head.e_ident[EI_DATA] = ELFDATA2MSB;
	object.head.e_type = __builtin_bswap16(ET_REL);
	object.head.e_machine = __builtin_bswap16(EM_BPF);
	object.head.e_shoff = __builtin_bswap64(object.head.e_shoff);
	object.head.e_shentsize = __builtin_bswap16(object.head.e_shentsize);
	object.head.e_shnum = __builtin_bswap16(object.head.e_shnum);
	object.sections[1].sh_type = __builtin_bswap32(SHT_PROGBITS);
	object.sections[1].sh_offset = __builtin_bswap64(object.sections[1].sh_offset);
	object.sections[1].sh_size = __builtin_bswap64(object.sections[1].sh_size);
	memset(buffer, 0, sizeof(buffer));
	memcpy(buffer + 3, &object, sizeof(object));
	assert_string_equal(notes_of(buffer, sizeof(buffer)), "object F@0x3 200\n");
	object.sections[1].sh_size = 0x7f;
	memcpy(buffer + 3, &object, sizeof(object));
	assert_string_equal(notes_of(buffer, sizeof(buffer)), "problem F: offset 0x3: a section lies beyond the end\n");
}

static void problems_are_counted_not_all_told(void **state)
{
	struct tiny object = tiny_object();
	size_t n = 0;

	(void)state;
	object.head.e_shoff = 1u << 30;
	for (size_t i = 0; i < 100; i++)
		memcpy(buffer + 1 + i * sizeof(object), &object, sizeof(object));
	notes_of(buffer, 1 + 100 * sizeof(object));
	for (const char *p = notes; (p = strchr(p, '\n')); p++)
		n++;
	assert_int_equal(n, 17);
	assert_non_null(strstr(notes, "problem F: limit: more than 16 problems in this file\n"));
}

static size_t gzip(const void *data, size_t size, uint8_t *out, size_t room)
{
	z_stream z = { .next_in = (uint8_t *)data, .avail_in = size, .next_out = out, .avail_out = room };

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return room - z.avail_out;
}

static void unpacks_streams_wherever_they_are(void **state)
{
	struct tiny object = tiny_object();
	size_t at = 5, starts[3], xz = 0;
	char expected[200];

	(void)state;
	memset(buffer, 'x', sizeof(buffer));
	starts[0] = at;
	at += gzip(&object, sizeof(object), buffer + at, 1000) + 3;
	starts[1] = at;
	at += ZSTD_compress(buffer + at, 1000, &object, sizeof(object), 3) + 3;
	starts[2] = at;
	assert_int_equal(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC32, NULL, (uint8_t *)&object, sizeof(object),
						 buffer + at, &xz, 1000),
			 LZMA_OK);
	snprintf(expected, sizeof(expected),
		 "object F@0x%zx(gzip) 200\nobject F@0x%zx(zstd) 200\n"
		 "object F@0x%zx(xz) 200\n",
		 starts[0], starts[1], starts[2]);
	assert_string_equal(notes_of(buffer, at + xz + 3), expected);
}

static void a_stream_of_something_else_is_nothing(void **state)
{
	(void)state;
	memset(buffer, 'x', 4096);
	buffer[8191] = 0;
	assert_string_equal(notes_of(buffer + 8191, 1 + gzip(buffer, 4096, buffer + 8192, 4096)), "");
	assert_string_equal(notes_of(buffer + 8192, gzip(buffer, 4096, buffer + 8192, 4096)), "");
	assert_string_equal(notes_of("....\x1f\x8b\x08\0garbage, and more garbage", 32), "");
}

static void a_stream_that_breaks_off_is_a_problem(void **state)
{
	struct tiny object = tiny_object();
	static uint8_t noise[48 << 10]; /* does not pack */

	(void)state;
	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = rand();
	memcpy(noise, &object, sizeof(object));
	assert_true(gzip(noise, sizeof(noise), buffer, sizeof(buffer)) > 40000);
	assert_string_equal(notes_of(buffer, 40000), "problem F: offset 0x0: a compressed stream is damaged\n");
}

static void a_bomb_is_a_problem(void **state)
{
	size_t size = (64 << 20) + 1, packed;
	uint8_t *zeros = calloc(1, size), *out = malloc(1 << 20);
	struct tiny object = tiny_object();

	(void)state;
	assert_non_null(zeros);
	assert_non_null(out);
	memcpy(zeros, &object, sizeof(object));
	packed = gzip(zeros, size, out, 1 << 20);
	assert_string_equal(notes_of(out, packed), "problem F: offset 0x0: limit: it unpacks to more than 67108864 "
						   "bytes\n");
	free(zeros);
	free(out);
}

/* An ELF file with a compressed section of that name, before its table. */
static size_t with_compressed_section(const char *name, uint32_t type)
{
	struct tiny object = tiny_object(), elf = tiny_elf(EM_X86_64, ET_DYN);
	Elf64_Chdr head = { .ch_type = type, .ch_size = sizeof(object) };
	Elf64_Shdr sections[3] = { { 0 } };
	uLongf packed = 1000;
	size_t names_at = 2000;

	memset(buffer, 0, 4096);
	assert_int_equal(compress(buffer + 64 + sizeof(head), &packed, (void *)&object, sizeof(object)), Z_OK);
	memcpy(buffer + 64, &head, sizeof(head));
	memcpy(buffer + names_at + 1, name, strlen(name));
	sections[1] = (Elf64_Shdr){ .sh_name = 1,
				    .sh_type = SHT_PROGBITS,
				    .sh_flags = SHF_COMPRESSED,
				    .sh_offset = 64,
				    .sh_size = packed + sizeof(head) };
	sections[2] = (Elf64_Shdr){ .sh_type = SHT_STRTAB, .sh_offset = names_at, .sh_size = 100 };
	elf.head.e_shoff = 3000;
	elf.head.e_shnum = 3;
	elf.head.e_shstrndx = 2;
	memcpy(buffer, &elf.head, sizeof(elf.head));
	memcpy(buffer + 3000, sections, sizeof(sections));
	return 3000 + sizeof(sections);
}

static void unpacks_compressed_sections(void **state)
{
	(void)state;
	assert_string_equal(notes_of(buffer, with_compressed_section(".bpf", ELFCOMPRESS_ZLIB)),
			    "object F:.bpf(zlib) 200\n");
	assert_string_equal(notes_of(buffer, with_compressed_section(".debug_info", ELFCOMPRESS_ZLIB)), "");
	assert_string_equal(notes_of(buffer, with_compressed_section(".bpf", 77)),
			    "problem F: offset 0x40: a section is compressed in an unknown way\n");
}

static int count(void *userdata, const struct kfg_find_object *found)
{
	(void)found;
	++*(unsigned *)userdata;
	return 0;
}

static void a_file_of_nothing_but_objects_has_an_end(void **state)
{
	static const uint8_t head[24] = { 0xbf, 0x16, 0, 0, 0, 0, 0, 0, 0xbf, 0xa1, 0, 0, 0, 0, 0, 0, 0x07, 0x01 };
	size_t n = 4096 + 10, size = n * sizeof(struct tiny) + 1;
	unsigned found = 0;
	const struct kfg_find_ops ops = { .found = count, .problem = note_problem, .userdata = &found };
	uint8_t *many = calloc(1, size);
	struct tiny object = tiny_object();
	struct kfg_find *find = NULL;

	(void)state;
	assert_non_null(many);
	for (size_t i = 0; i < n; i++)
		memcpy(many + 1 + i * sizeof(object), &object, sizeof(object));
	notes[0] = '\0';
	assert_int_equal(kfg_find_new(&ops, &find), 0);
	assert_int_equal(kfg_find_bytes(find, "F", many, size), 0);
	assert_int_equal(found, 4096);
	assert_non_null(strstr(notes, "limit: more than 4096 objects in this file"));
	for (size_t i = 0; i + sizeof(head) <= size; i += sizeof(head))
		memcpy(many + i, head, sizeof(head));
	found = 0;
	assert_int_equal(kfg_find_bytes(find, "F", many, size), 0);
	assert_int_equal(found, 256);
	kfg_find_free(find);
	free(many);
}

static int end_search(void *userdata, const struct kfg_find_object *found)
{
	(void)found;
	++*(int *)userdata;
	return -ECANCELED;
}

static void a_callback_ends_the_search(void **state)
{
	int n = 0;
	const struct kfg_find_ops ops = { .found = end_search, .problem = note_problem, .userdata = &n };
	struct tiny objects[2] = { tiny_object(), tiny_object() };
	struct kfg_find *find = NULL;

	(void)state;
	memcpy(buffer + 1, objects, sizeof(objects));
	assert_int_equal(kfg_find_new(&ops, &find), 0);
	assert_int_equal(kfg_find_bytes(find, "F", buffer, 1 + sizeof(objects)), -ECANCELED);
	assert_int_equal(n, 1);
	kfg_find_free(find);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_an_object),
		cmocka_unit_test(finds_embedded_objects_at_any_alignment),
		cmocka_unit_test(other_machines_are_no_objects),
		cmocka_unit_test(a_damaged_file_is_left_to_its_reader),
		cmocka_unit_test(a_damaged_embedded_object_is_a_problem),
		cmocka_unit_test(finds_objects_of_the_other_byte_order),
		cmocka_unit_test(problems_are_counted_not_all_told),
		cmocka_unit_test(unpacks_streams_wherever_they_are),
		cmocka_unit_test(a_stream_of_something_else_is_nothing),
		cmocka_unit_test(a_stream_that_breaks_off_is_a_problem),
		cmocka_unit_test(a_bomb_is_a_problem),
		cmocka_unit_test(unpacks_compressed_sections),
		cmocka_unit_test(a_file_of_nothing_but_objects_has_an_end),
		cmocka_unit_test(a_callback_ends_the_search),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
