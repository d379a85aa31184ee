/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * elf_file.h - a checked, read-only view over a little-endian ELF64 file in memory: sections, symbols, strings. All
 * ranges are checked once, when it is opened. Nothing is copied: strings and section data point into the caller's
 * bytes, which need no alignment and must outlive the view.
 */
#pragma once

#include "analysis/scan/scan.h"
#include <elf.h>

/* Longer names are an error, so that comparing names costs what there are names. */
#define KFG_ELF_NAME_MAX 4095u

struct kfg_elf_file_section {
	const char *name;
	const uint8_t *data; /* NULL for SHT_NOBITS */
	size_t size; /* in the file: 0 for SHT_NOBITS */
	size_t offset;
	uint32_t type, link, info;
	uint64_t flags;
};

struct kfg_elf_file_symbol {
	const char *name; /* "" if it has none */
	uint64_t value, size;
	uint32_t section; /* SHN_UNDEF, an index that is there, or SHN_LORESERVE and above */
	uint8_t type, bind, visibility;
};

struct kfg_elf_file {
	const uint8_t *data;
	size_t size;
	uint16_t type, machine;
	struct kfg_elf_file_section *sections; /* owned; 0 is the empty one */
	uint32_t n_sections;
	uint32_t *by_name; /* owned: sections sorted by name, then index */
	uint32_t symtab; /* the section; 0: none */
	uint32_t n_symbols;
};

/* Of a symbol that another file defines, as libbpf tells (src/libbpf.c, sym_is_extern()). */
static inline bool kfg_elf_file_symbol_is_extern(const struct kfg_elf_file_symbol *sym)
{
	return sym->section == SHN_UNDEF && (sym->bind == STB_GLOBAL || sym->bind == STB_WEAK) &&
	       sym->type == STT_NOTYPE && *sym->name;
}

/* Returns 0; -EBADMSG with *ret_error; -ENOMEM. Memory: 1.2 bytes per byte of section headers. */
int kfg_elf_file_open(const void *data, size_t size, struct kfg_elf_file *ret_elf, struct kfg_object_error *ret_error);
void kfg_elf_file_done(struct kfg_elf_file *elf);
/* index < n_symbols. Returns 0; -EBADMSG with *ret_error: its name or section is not there. */
int kfg_elf_file_read_symbol(const struct kfg_elf_file *elf, uint32_t index, struct kfg_elf_file_symbol *ret_symbol,
			     struct kfg_object_error *ret_error);
/* The first section of that name; 0: none. */
uint32_t kfg_elf_file_find(const struct kfg_elf_file *elf, const char *name);

/* Fills *error and returns -EBADMSG. */
int kfg_object_refuse(struct kfg_object_error *error, size_t offset, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
