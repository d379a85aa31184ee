/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * elf.h - the sections and symbols of a 64-bit ELF file in memory, from any hand, read by libelf. All ranges are
 * checked once, when the file is opened. Strings and the bytes of sections point into the caller's bytes, which need no
 * alignment and must outlive the view.
 */
#pragma once

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longer names are an error, so that comparing names costs what there are names. */
#define KFG_ELF_NAME_MAX 4095u

struct kfg_elf_error {
	size_t offset; /* into the file */
	char text[120]; /* one clause; "" if nothing is wrong */
};

struct kfg_elf_section {
	const char *name; /* "" if it has none */
	const uint8_t *data; /* NULL: nothing in the file (SHT_NOBITS, SHT_NULL), or beyond its end */
	size_t size; /* of data */
	size_t offset; /* of data, into the file */
	uint64_t memory_size, addr, flags;
	uint32_t type, link, info;
};

struct kfg_elf_symbol {
	const char *name; /* "" if it has none */
	uint64_t value, size;
	uint32_t section; /* SHN_UNDEF, an index that is there, or SHN_LORESERVE and above */
	uint8_t type, bind, visibility;
};

struct kfg_elf {
	const uint8_t *data;
	size_t size;
	uint16_t type, machine;
	bool foreign; /* of the other byte order than this machine's; tables of symbols and relocations are converted */
	struct kfg_elf_section *sections; /* owned; 0 is the empty one */
	uint32_t n_sections;
	uint32_t *by_name; /* owned: sections sorted by name, then index */
	uint32_t symtab; /* the section; 0: none */
	uint32_t n_symbols;
	uint64_t sum; /* of the sizes of sections: above size, they lie over each other */
	struct kfg_elf_error damage; /* the first section that is not sound; of kfg_elf_open_damaged() alone */
	void *handle; /* owned: converted tables are libelf's */
};

/*
 * Returns 0; -EBADMSG with *ret_error: not a 64-bit ELF file of either byte order, or a section, or the name of one, is
 * not where it should be; -ENOMEM. Memory: some 200 bytes per section. Free with kfg_elf_done().
 */
int kfg_elf_open(const void *data, size_t size, struct kfg_elf *ret_elf, struct kfg_elf_error *ret_error);
/* The same; sections that are not sound have no data or no name, and ret_elf->damage says which is the first. */
int kfg_elf_open_damaged(const void *data, size_t size, struct kfg_elf *ret_elf, struct kfg_elf_error *ret_error);
void kfg_elf_done(struct kfg_elf *elf); /* accepts a zeroed struct */

/* The first section of that name; 0: none. */
uint32_t kfg_elf_find(const struct kfg_elf *elf, const char *name);

/* The same as a pointer; NULL: none. */
static inline const struct kfg_elf_section *kfg_elf_section_named(const struct kfg_elf *elf, const char *name)
{
	uint32_t index = kfg_elf_find(elf, name);

	return index ? &elf->sections[index] : NULL;
}

/* Finds the one symbol table, and checks the sizes of entries of symbols and relocations. 0, -EBADMSG. */
int kfg_elf_find_symbols(struct kfg_elf *elf, struct kfg_elf_error *ret_error);
/* index < n_symbols. Returns 0; -EBADMSG with *ret_error: its name or section is not there. */
int kfg_elf_read_symbol(const struct kfg_elf *elf, uint32_t index, struct kfg_elf_symbol *ret_symbol,
			struct kfg_elf_error *ret_error);

/* Of a symbol that another file defines, as libbpf tells (src/libbpf.c, sym_is_extern()). */
static inline bool kfg_elf_symbol_is_extern(const struct kfg_elf_symbol *sym)
{
	return sym->section == SHN_UNDEF && (sym->bind == STB_GLOBAL || sym->bind == STB_WEAK) &&
	       sym->type == STT_NOTYPE && *sym->name;
}

/*
 * The length of the ELF64 file that starts at data: the end of its headers, sections and segments. *budget counts down
 * the sections looked at. Returns 0; -EBADMSG: something is beyond size, *ret_why (a static string) says what; -E2BIG:
 * the budget is spent; -ENOMEM.
 */
int kfg_elf_extent(const void *data, size_t size, size_t *budget, size_t *ret_size, const char **ret_why);
