/* SPDX-License-Identifier: GPL-2.0-or-later */
/* byte_order.c - see byte_order.h. What lies outside of the file is left alone: the reader of the copy refuses it. */
#include "analysis/scan/byte_order.h"

#include "analysis/scan/elf_file.h"
#include "base/cleanup.h"
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define NATIVE ELFDATA2LSB
#define FOREIGN ELFDATA2MSB
#else
#define NATIVE ELFDATA2MSB
#define FOREIGN ELFDATA2LSB
#endif

/* The widths of the fields of a record, in bytes, in their order. */
static const uint8_t header_fields[] = { 2, 2, 4, 8, 8, 8, 4, 2, 2, 2, 2, 2, 2 }; /* behind e_ident */
static const uint8_t section_fields[] = { 4, 4, 8, 8, 8, 8, 4, 4, 8, 8 };
static const uint8_t symbol_fields[] = { 4, 1, 1, 2, 8, 8 };
static const uint8_t rel_fields[] = { 8, 8 };
static const uint8_t insn_fields[] = { 1, 1, 2, 4 };
static const uint8_t word_field[] = { 4 };

static void turn_field(uint8_t *p, size_t width)
{
	for (size_t i = 0; i < width / 2; i++) {
		uint8_t byte = p[i];

		p[i] = p[width - 1 - i];
		p[width - 1 - i] = byte;
	}
}

static void turn_records(uint8_t *p, size_t size, const uint8_t *fields, size_t n_fields)
{
	size_t record = 0;

	for (size_t i = 0; i < n_fields; i++)
		record += fields[i];
	for (; size >= record; size -= record)
		for (size_t i = 0; i < n_fields; i++) {
			turn_field(p, fields[i]);
			p += fields[i];
		}
}

#define TURN(p, size, fields) turn_records(p, size, fields, sizeof(fields))

/* The two registers share a byte, and change places, too (include/uapi/linux/bpf.h, struct bpf_insn). */
static void turn_registers(uint8_t *p, size_t size)
{
	for (size_t at = 1; at < size; at += sizeof(struct bpf_insn))
		p[at] = (uint8_t)(p[at] << 4 | p[at] >> 4);
}

static void turn_contents(uint8_t *p, const Elf64_Shdr *sh, const char *name)
{
	if (sh->sh_type == SHT_SYMTAB) {
		TURN(p, sh->sh_size, symbol_fields);
	} else if (sh->sh_type == SHT_REL) {
		TURN(p, sh->sh_size, rel_fields);
	} else if (sh->sh_type == SHT_PROGBITS && (sh->sh_flags & SHF_EXECINSTR)) {
		TURN(p, sh->sh_size, insn_fields);
		turn_registers(p, sh->sh_size);
	} else if (sh->sh_type == SHT_PROGBITS && strcmp(name, ".BTF.ext") == 0 && sh->sh_size >= 4) {
		turn_field(p, 2); /* the magic; version and flags are bytes; all behind them are words */
		TURN(p + 4, sh->sh_size - 4, word_field);
	}
}

static bool inside(uint64_t at, uint64_t len, size_t size)
{
	return at <= size && len <= size - at;
}

/* "" where there is none. */
static const char *name_of(const uint8_t *copy, size_t size, const Elf64_Shdr *names, uint32_t offset)
{
	uint64_t at = names->sh_offset + offset;

	if (!inside(names->sh_offset, names->sh_size, size) || offset >= names->sh_size ||
	    !memchr(copy + at, '\0', names->sh_size - offset))
		return "";
	return (const char *)copy + at;
}

static Elf64_Shdr section(const uint8_t *copy, const Elf64_Ehdr *eh, uint64_t index)
{
	Elf64_Shdr sh;

	memcpy(&sh, copy + eh->e_shoff + index * sizeof(sh), sizeof(sh));
	return sh;
}

static int turn_sections(uint8_t *copy, size_t size, const Elf64_Ehdr *eh, struct kfg_object_error *error)
{
	uint64_t room = inside(eh->e_shoff, 0, size) ? (size - eh->e_shoff) / sizeof(Elf64_Shdr) : 0, n = eh->e_shnum;
	size_t left = size;
	uint32_t names;

	if (!room)
		return kfg_object_refuse(error, offsetof(Elf64_Ehdr, e_shoff), "section headers are beyond the end");
	/* counts that do not fit into the header are in section 0 */
	TURN(copy + eh->e_shoff, sizeof(Elf64_Shdr), section_fields);
	n = n ? n : section(copy, eh, 0).sh_size;
	if (n > room)
		return kfg_object_refuse(error, offsetof(Elf64_Ehdr, e_shnum), "section headers are beyond the end");
	if (n)
		TURN(copy + eh->e_shoff + sizeof(Elf64_Shdr), (n - 1) * sizeof(Elf64_Shdr), section_fields);
	names = eh->e_shstrndx == SHN_XINDEX ? section(copy, eh, 0).sh_link : eh->e_shstrndx;
	for (uint64_t i = 1; i < n; i++) {
		Elf64_Shdr sh = section(copy, eh, i), strings = { 0 };

		if (names < n)
			strings = section(copy, eh, names);
		if (sh.sh_type == SHT_NOBITS || !inside(sh.sh_offset, sh.sh_size, size))
			continue;
		if (sh.sh_size > left)
			return kfg_object_refuse(error, sh.sh_offset, "section %ju overlaps others", (uintmax_t)i);
		left -= sh.sh_size;
		turn_contents(copy + sh.sh_offset, &sh, name_of(copy, size, &strings, sh.sh_name));
	}
	return 0;
}

bool kfg_byte_order_is_foreign(const void *data, size_t size)
{
	Elf64_Ehdr eh;

	if (size < sizeof(eh))
		return false;
	memcpy(&eh, data, sizeof(eh));
	return memcmp(eh.e_ident, ELFMAG, SELFMAG) == 0 && eh.e_ident[EI_CLASS] == ELFCLASS64 &&
	       eh.e_ident[EI_DATA] == FOREIGN && eh.e_machine == __builtin_bswap16(EM_BPF);
}

int kfg_byte_order_swap(const void *data, size_t size, uint8_t **ret_copy, struct kfg_object_error *ret_error)
{
	_cleanup_free_ uint8_t *copy = malloc(size);
	Elf64_Ehdr eh;
	int r;

	if (!copy)
		return -ENOMEM;
	memcpy(copy, data, size);
	copy[EI_DATA] = NATIVE;
	TURN(copy + EI_NIDENT, sizeof(eh) - EI_NIDENT, header_fields);
	memcpy(&eh, copy, sizeof(eh));
	r = turn_sections(copy, size, &eh, ret_error);
	if (r < 0)
		return r;
	*ret_copy = KFG_TAKE_PTR(copy);
	return 0;
}
