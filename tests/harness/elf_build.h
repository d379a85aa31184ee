/* SPDX-License-Identifier: GPL-2.0-or-later */
/* elf_build.h - ELF files made by hand for tests: sections as they are given. Failure to allocate ends the test. */
#pragma once

#include <elf.h>
#include <stddef.h>
#include <stdint.h>

#define KFG_ELF_BUILD_SECTIONS 24u

struct kfg_elf_build {
	uint16_t type, machine;
	Elf64_Shdr headers[KFG_ELF_BUILD_SECTIONS];
	void *data[KFG_ELF_BUILD_SECTIONS]; /* owned */
	unsigned n; /* with the null section */
	char names[512];
	size_t names_size;
};

void kfg_elf_build_start(struct kfg_elf_build *b, uint16_t type, uint16_t machine);
/* Copies the data. Returns the section's index; headers[] may be changed before the bytes are made. */
unsigned kfg_elf_build_section(struct kfg_elf_build *b, const char *name, uint32_t type, uint64_t flags,
			       const void *data, size_t size);
/* The whole, to be freed; ends the building. */
void *kfg_elf_build_bytes(struct kfg_elf_build *b, size_t *ret_size);
