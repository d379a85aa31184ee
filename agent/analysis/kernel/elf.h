/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * elf.h - the sections of an ELF file from any hand: 64-bit, little-endian (kernels and modules of amd64, arm64, ...).
 * Whatever a section says of itself is checked once, when the file is opened; sections that lie are an error.
 */
#pragma once

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kfg_elf_section {
	const char *name;
	const uint8_t *data; /* NULL: nothing in the file (SHT_NOBITS) */
	uint64_t size;
	uint64_t addr, flags;
	uint32_t type, link, info;
};

/* Everything but `sections` belongs to the bytes that were given. */
struct kfg_elf {
	struct kfg_elf_section *sections; /* owned */
	size_t n_sections;
	uint16_t type, machine;
};

struct kfg_elf_error {
	size_t offset;
	char text[120];
};

/* Returns 0; -EBADMSG with *ret_error; -ENOMEM. Memory: 64 bytes per section. Free with kfg_elf_done(). */
int kfg_elf_open(const void *data, size_t size, struct kfg_elf *ret_elf, struct kfg_elf_error *ret_error);
void kfg_elf_done(struct kfg_elf *elf);

/* The first section of that name, NULL: none. */
const struct kfg_elf_section *kfg_elf_find(const struct kfg_elf *elf, const char *name);
