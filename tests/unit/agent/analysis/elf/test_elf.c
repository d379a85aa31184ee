/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmocka_all.h"

#include "base/cleanup.h"
#include "analysis/elf/elf.h"
#include "analysis/scan/fixture_bytes.h"
#include <errno.h>
#include <string.h>

static char *bytes;
static size_t size;

static int set_up(void **state)
{
	(void)state;
	bytes = fixture_bytes("strong", &size);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(bytes);
	return 0;
}

static Elf64_Ehdr *header(void)
{
	return (Elf64_Ehdr *)bytes;
}

static Elf64_Shdr *section(unsigned i)
{
	return (Elf64_Shdr *)(bytes + header()->e_shoff) + i;
}

/* The first section of that type. */
static Elf64_Shdr *section_of(uint32_t type)
{
	for (unsigned i = 1; i < header()->e_shnum; i++)
		if (section(i)->sh_type == type)
			return section(i);
	fail();
	return NULL;
}

/* Opens what is in bytes: 0, or that it is refused with a text that has the words. */
static void expect_refused(const char *words)
{
	struct kfg_elf_error error = { 0 };
	struct kfg_elf elf = { 0 };
	int r = kfg_elf_open(bytes, size, &elf, &error);

	if (r == 0)
		r = kfg_elf_find_symbols(&elf, &error);
	kfg_elf_done(&elf);
	assert_int_equal(r, -EBADMSG);
	if (!strstr(error.text, words))
		fail_msg("\"%s\" does not say \"%s\"", error.text, words);
	assert_true(error.offset <= size);
}

static void test_sections(void **state)
{
	struct kfg_elf_error error;
	struct kfg_elf_symbol sym;
	struct kfg_elf elf;
	bool seen = false;
	uint32_t syscall;

	(void)state;
	assert_int_equal(kfg_elf_open(bytes, size, &elf, &error), 0);
	assert_int_equal(kfg_elf_find_symbols(&elf, &error), 0);
	syscall = kfg_elf_find(&elf, "syscall");
	assert_true(syscall > 0);
	assert_string_equal(elf.sections[syscall].name, "syscall");
	assert_true(elf.sections[syscall].flags & SHF_EXECINSTR);
	assert_int_equal(kfg_elf_find(&elf, "sysca"), 0);
	assert_int_equal(kfg_elf_find(&elf, "zzz"), 0);
	for (uint32_t i = 0; i < elf.n_symbols; i++) {
		assert_int_equal(kfg_elf_read_symbol(&elf, i, &sym, &error), 0);
		if (strcmp(sym.name, "program") == 0) {
			assert_int_equal(sym.section, syscall);
			assert_int_equal(sym.type, STT_FUNC);
			seen = true;
		}
	}
	assert_true(seen);
	kfg_elf_done(&elf);
}

static void test_not_elf(void **state)
{
	(void)state;
	bytes[0] = 'E';
	expect_refused("not an ELF file");
	size = 10;
	expect_refused("not an ELF file");
}

static void test_class_and_order(void **state)
{
	(void)state;
	header()->e_ident[EI_DATA] = ELFDATANUM;
	expect_refused("byte order");
	header()->e_ident[EI_DATA] = ELFDATA2MSB;
	expect_refused("section");
	header()->e_ident[EI_CLASS] = ELFCLASS32;
	expect_refused("64-bit");
}

static void test_header_numbers(void **state)
{
	Elf64_Ehdr good = *header();

	(void)state;
	header()->e_shoff = UINT64_MAX - 8;
	expect_refused("beyond the end");
	header()->e_shoff = size - 1;
	expect_refused("beyond the end");
	*header() = good;
	header()->e_shnum = 0xfeff;
	expect_refused("beyond the end");
	*header() = good;
	header()->e_shentsize = 40;
	expect_refused("40 bytes");
	*header() = good;
	header()->e_shstrndx = good.e_shnum;
	expect_refused("should hold names");
	*header() = good;
	/* the count of sections in section 0: too many */
	header()->e_shnum = 0;
	section(0)->sh_size = UINT64_MAX;
	expect_refused("beyond the end");
}

/* Counts that do not fit into the header stand in section 0 (gABI, "ELF Header"). */
static void test_extended_numbers(void **state)
{
	struct kfg_elf_error error;
	struct kfg_elf elf;

	(void)state;
	section(0)->sh_size = header()->e_shnum;
	section(0)->sh_link = header()->e_shstrndx;
	header()->e_shnum = 0;
	header()->e_shstrndx = SHN_XINDEX;
	assert_int_equal(kfg_elf_open(bytes, size, &elf, &error), 0);
	assert_int_equal(elf.n_sections, section(0)->sh_size);
	assert_true(kfg_elf_find(&elf, "syscall") > 0);
	kfg_elf_done(&elf);
}

/* Objects stand anywhere in other files. */
static void test_unaligned(void **state)
{
	char *copy = malloc(size + 1);
	struct kfg_elf_error error;
	struct kfg_elf elf;

	(void)state;
	memcpy(copy + 1, bytes, size);
	assert_int_equal(kfg_elf_open(copy + 1, size, &elf, &error), 0);
	assert_true(kfg_elf_find(&elf, "syscall") > 0);
	kfg_elf_done(&elf);
	free(copy);
}

/* What is sound of a file can be had, and what is first wrong with it. */
static void test_damaged(void **state)
{
	struct kfg_elf_error error;
	struct kfg_elf elf;

	(void)state;
	section_of(SHT_SYMTAB)->sh_size = UINT64_MAX;
	assert_int_equal(kfg_elf_open_damaged(bytes, size, &elf, &error), 0);
	assert_non_null(strstr(elf.damage.text, "beyond the end"));
	assert_true(kfg_elf_find(&elf, "syscall") > 0);
	kfg_elf_done(&elf);
}

static void test_extent(void **state)
{
	size_t budget = 10000, length;
	char *copy = malloc(size + 100);
	const char *why;

	(void)state;
	memcpy(copy, bytes, size);
	assert_int_equal(kfg_elf_extent(copy, size + 100, &budget, &length, &why), 0);
	assert_int_equal(length, size);
	assert_int_equal(budget, 10000 - header()->e_shnum);
	budget = 1;
	assert_int_equal(kfg_elf_extent(copy, size, &budget, &length, &why), -E2BIG);
	budget = 10000;
	assert_int_equal(kfg_elf_extent(copy, size - 1, &budget, &length, &why), -EBADMSG);
	free(copy);
}

static void test_section_ranges(void **state)
{
	Elf64_Shdr *symtab = section_of(SHT_SYMTAB), good = *symtab;

	(void)state;
	symtab->sh_size = UINT64_MAX;
	expect_refused("beyond the end of the file");
	*symtab = good;
	symtab->sh_offset = UINT64_MAX - 3;
	expect_refused("beyond the end of the file");
	*symtab = good;
	symtab->sh_entsize = 1;
	expect_refused("entries of 1 bytes");
	*symtab = good;
	symtab->sh_link = 0;
	expect_refused("should hold names");
	*symtab = good;
	section_of(SHT_REL)->sh_entsize = 0;
	expect_refused("entries of 0 bytes");
}

static void test_names(void **state)
{
	Elf64_Shdr *names = section(header()->e_shstrndx);
	Elf64_Shdr good = *section(1);

	(void)state;
	section(1)->sh_name = UINT32_MAX;
	expect_refused("no proper name");
	*section(1) = good;
	names->sh_size--;
	if (bytes[names->sh_offset + names->sh_size - 1])
		expect_refused("do not end in NUL");
	names->sh_size = 0;
	expect_refused("do not end in NUL");
}

static void test_two_symbol_tables(void **state)
{
	(void)state;
	*section_of(SHT_PROGBITS) = *section_of(SHT_SYMTAB);
	expect_refused("more than one symbol table");
}

static void test_symbols(void **state)
{
	Elf64_Shdr *symtab = section_of(SHT_SYMTAB);
	Elf64_Sym *symbols = (Elf64_Sym *)(bytes + symtab->sh_offset);
	struct kfg_elf_error error;
	struct kfg_elf_symbol sym;
	struct kfg_elf elf;

	(void)state;
	symbols[1].st_name = UINT32_MAX;
	symbols[2].st_shndx = header()->e_shnum;
	symbols[3].st_shndx = SHN_ABS;
	assert_int_equal(kfg_elf_open(bytes, size, &elf, &error), 0);
	assert_int_equal(kfg_elf_find_symbols(&elf, &error), 0);
	assert_int_equal(kfg_elf_read_symbol(&elf, 1, &sym, &error), -EBADMSG);
	assert_int_equal(kfg_elf_read_symbol(&elf, 2, &sym, &error), -EBADMSG);
	assert_int_equal(kfg_elf_read_symbol(&elf, 3, &sym, &error), 0);
	assert_int_equal(sym.section, SHN_ABS);
	kfg_elf_done(&elf);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_sections, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_not_elf, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_class_and_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_header_numbers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_extended_numbers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_unaligned, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_damaged, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_extent, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_section_ranges, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_names, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_two_symbol_tables, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_symbols, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
