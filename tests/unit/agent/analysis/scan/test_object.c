/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmocka_all.h"

#include "base/cleanup.h"
#include "analysis/scan/code.h"
#include "analysis/scan/fixture_bytes.h"
#include <errno.h>
#include <string.h>

static struct kfg_object *open_fixture(const char *name, char **ret_bytes)
{
	struct kfg_object_error error = { 0 };
	struct kfg_object *object = NULL;
	size_t size;

	*ret_bytes = fixture_bytes(name, &size);
	if (kfg_object_open(*ret_bytes, size, name, &object, &error) < 0)
		fail_msg("%s: %s", name, error.text);
	return object;
}

static const struct kfg_object_use *find_use(const struct kfg_object *object, const char *symbol)
{
	for (size_t i = 0; i < object->n_uses; i++)
		if (strcmp(object->uses[i].symbol, symbol) == 0)
			return &object->uses[i];
	fail_msg("no use %s", symbol);
	return NULL;
}

static void test_uses(void **state)
{
	_cleanup_free_ char *bytes = NULL;
	struct kfg_object *object = open_fixture("core_type", &bytes);
	const struct kfg_object_use *use = find_use(object, "bpf_added___v2___x");

	(void)state;
	assert_string_equal(object->label, "core_type");
	assert_string_equal(object->license, "GPL");
	assert_string_equal(object->limits, "");
	/* only the last ___suffix goes */
	assert_string_equal(use->kfunc, "bpf_added___v2");
	assert_true(use->weak);
	assert_false(use->address_taken);
	assert_int_equal(use->n_sites, 1);
	assert_string_equal(use->sites[0].function, "program");
	assert_string_equal(use->sites[0].section, "syscall");
	assert_int_equal(use->sites[0].program, 0);
	assert_non_null(strstr(use->sites[0].file, "core_type.bpf.c"));
	assert_true(use->sites[0].line > 40);
	assert_false(find_use(object, "bpf_both")->weak);
	kfg_object_free(object);
}

static void test_sites_of_subprograms(void **state)
{
	_cleanup_free_ char *bytes = NULL;
	struct kfg_object *object = open_fixture("subprogram", &bytes);
	const struct kfg_object_use *use = find_use(object, "bpf_added");

	(void)state;
	assert_int_equal(object->n_programs, 1);
	assert_true(use->address_taken);
	assert_int_equal(use->n_sites, 2);
	for (size_t i = 0; i < use->n_sites; i++) {
		assert_string_equal(use->sites[i].section, ".text");
		assert_int_equal(use->sites[i].program, 0);
		assert_true(use->sites[i].types == UINT64_C(1) << BPF_PROG_TYPE_SYSCALL);
	}
	kfg_object_free(object);
}

static void test_struct_ops(void **state)
{
	_cleanup_free_ char *bytes = NULL;
	struct kfg_object *object = open_fixture("struct_ops", &bytes);

	(void)state;
	assert_int_equal(object->n_struct_ops, 3);
	for (size_t i = 0; i < object->n_struct_ops; i++) {
		const struct kfg_object_struct_ops *map = &object->struct_ops[i];
		bool fresh = strcmp(map->map, "fresh_map") == 0;

		assert_string_equal(map->type, fresh ? "fresh" : "ops");
		assert_int_equal(map->autocreate, !fresh);
	}
	for (size_t i = 0; i < object->n_programs; i++)
		assert_int_equal(object->programs[i].autoload, strcmp(object->programs[i].name, "fresh") != 0);
	kfg_object_free(object);
}

static void test_essential_names(void **state)
{
	static const struct {
		const char *name;
		size_t len;
	} rows[] = { { "a", 1 },	{ "abc___x", 3 },   { "abc___", 6 }, { "___x", 4 },
		     { "abc____x", 8 }, { "a___b___c", 5 }, { "abc__x", 6 }, { "", 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(kfg_code_essential_len(rows[i].name), rows[i].len);
}

/* An object that ends anywhere is refused or read, and nothing beyond the end is looked at (the sanitizer's part). */
static void test_cut(void **state)
{
	size_t size;
	_cleanup_free_ char *bytes = fixture_bytes("guard", &size);

	(void)state;
	for (size_t n = 0; n < size; n += 1 + n / 64) {
		_cleanup_free_ char *cut = malloc(n ? n : 1);
		struct kfg_object_error error = { 0 };
		struct kfg_object *object = NULL;

		memcpy(cut, bytes, n);
		assert_int_equal(kfg_object_open(cut, n, "cut", &object, &error), -EBADMSG);
		assert_true(*error.text);
	}
}

/* Bytes at an odd address. */
static void test_unaligned(void **state)
{
	size_t size;
	_cleanup_free_ char *bytes = fixture_bytes("guard", &size);
	_cleanup_free_ char *moved = malloc(size + 3);
	struct kfg_object_error error;
	struct kfg_object *object;

	(void)state;
	memcpy(moved + 3, bytes, size);
	assert_int_equal(kfg_object_open(moved + 3, size, "odd", &object, &error), 0);
	assert_int_equal(object->n_uses, 2);
	kfg_object_free(object);
}

static Elf64_Shdr *section_named(char *bytes, const char *name)
{
	Elf64_Ehdr *eh = (Elf64_Ehdr *)bytes;
	Elf64_Shdr *sections = (Elf64_Shdr *)(bytes + eh->e_shoff);

	for (unsigned i = 0; i < eh->e_shnum; i++)
		if (strcmp(bytes + sections[eh->e_shstrndx].sh_offset + sections[i].sh_name, name) == 0)
			return &sections[i];
	fail_msg("no section %s", name);
	return NULL;
}

static void expect_refused(const char *bytes, size_t size, const char *words)
{
	struct kfg_object_error error = { 0 };
	struct kfg_object *object;

	assert_int_equal(kfg_object_open(bytes, size, "hostile", &object, &error), -EBADMSG);
	if (!strstr(error.text, words))
		fail_msg("\"%s\" does not say \"%s\"", error.text, words);
}

static void test_other_machine(void **state)
{
	size_t size;
	_cleanup_free_ char *bytes = fixture_bytes("guard", &size);
	struct kfg_object_error error = { 0 };
	struct kfg_object *object;

	(void)state;
	((Elf64_Ehdr *)bytes)->e_machine = EM_X86_64;
	assert_int_equal(kfg_object_open(bytes, size, "other", &object, &error), -EBADMSG);
	assert_true(error.not_bpf);
	((Elf64_Ehdr *)bytes)->e_machine = EM_NONE;
	assert_int_equal(kfg_object_open(bytes, size, "old", &object, &error), 0);
	kfg_object_free(object);
}

/* Sections may be large, and the same bytes many times: together they are no more than the file. */
static void test_overlap(void **state)
{
	size_t size;
	_cleanup_free_ char *bytes = fixture_bytes("subprogram", &size);

	(void)state;
	section_named(bytes, ".text")->sh_offset = 0;
	section_named(bytes, ".text")->sh_size = size & ~7ul;
	expect_refused(bytes, size, "overlaps");
}

static void test_hostile_parts(void **state)
{
	size_t size;
	_cleanup_free_ char *bytes = fixture_bytes("core_type", &size);
	Elf64_Shdr *ext = section_named(bytes, ".BTF.ext"), *rel = section_named(bytes, ".relsyscall");
	Elf64_Rel *first = (Elf64_Rel *)(bytes + rel->sh_offset), good = *first;
	uint32_t *parts = (uint32_t *)(bytes + ext->sh_offset), len = parts[7];

	(void)state;
	first->r_offset = 3;
	expect_refused(bytes, size, "not there");
	*first = good;
	first->r_info = UINT64_MAX;
	expect_refused(bytes, size, "symbol that is not there");
	*first = good;
	parts[7] = len * 2;
	expect_refused(bytes, size, ".BTF.ext");
	parts[7] = len - 4;
	expect_refused(bytes, size, "cut short");
	parts[7] = len;
	parts[1] = UINT32_MAX;
	expect_refused(bytes, size, ".BTF.ext");
	section_named(bytes, ".BTF")->sh_size -= 1;
	expect_refused(bytes, size, ".BTF: ");
}

static void test_overlapping_functions(void **state)
{
	size_t size;
	_cleanup_free_ char *bytes = fixture_bytes("subprogram", &size);
	Elf64_Shdr *symtab = section_named(bytes, ".symtab");
	Elf64_Sym *symbols = (Elf64_Sym *)(bytes + symtab->sh_offset);

	(void)state;
	for (size_t i = 0; i < symtab->sh_size / sizeof(*symbols); i++)
		if (ELF64_ST_TYPE(symbols[i].st_info) == STT_FUNC && symbols[i].st_value)
			symbols[i].st_value -= 8;
	expect_refused(bytes, size, "functions in section");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_uses),	      cmocka_unit_test(test_sites_of_subprograms),
		cmocka_unit_test(test_struct_ops),    cmocka_unit_test(test_essential_names),
		cmocka_unit_test(test_cut),	      cmocka_unit_test(test_unaligned),
		cmocka_unit_test(test_other_machine), cmocka_unit_test(test_overlap),
		cmocka_unit_test(test_hostile_parts), cmocka_unit_test(test_overlapping_functions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
