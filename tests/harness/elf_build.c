/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "elf_build.h"

#include <stdlib.h>
#include <string.h>

void kfg_elf_build_start(struct kfg_elf_build *b, uint16_t type, uint16_t machine)
{
	*b = (struct kfg_elf_build){ .type = type, .machine = machine, .n = 1, .names_size = 1 };
}

unsigned kfg_elf_build_section(struct kfg_elf_build *b, const char *name, uint32_t type, uint64_t flags,
			       const void *data, size_t size)
{
	size_t len = strlen(name) + 1;

	if (b->n == KFG_ELF_BUILD_SECTIONS || b->names_size + len > sizeof(b->names))
		abort();
	b->headers[b->n] = (Elf64_Shdr){ .sh_name = (Elf64_Word)b->names_size,
					 .sh_type = type,
					 .sh_flags = flags,
					 .sh_size = size,
					 .sh_addralign = 8 };
	memcpy(b->names + b->names_size, name, len);
	b->names_size += len;
	b->data[b->n] = malloc(size + 1);
	if (!b->data[b->n])
		abort();
	if (size)
		memcpy(b->data[b->n], data, size);
	return b->n++;
}

void *kfg_elf_build_bytes(struct kfg_elf_build *b, size_t *ret_size)
{
	Elf64_Ehdr h = {
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = b->type,
		.e_machine = b->machine,
		.e_version = EV_CURRENT,
		.e_ehsize = sizeof(h),
		.e_shentsize = sizeof(Elf64_Shdr),
	};
	size_t at = sizeof(h);
	uint8_t *all;

	h.e_shstrndx = (Elf64_Half)kfg_elf_build_section(b, ".shstrtab", SHT_STRTAB, 0, b->names, b->names_size);
	/* its own name came after the names were copied */
	memcpy(b->data[h.e_shstrndx] = realloc(b->data[h.e_shstrndx], b->names_size), b->names, b->names_size);
	b->headers[h.e_shstrndx].sh_size = b->names_size;
	h.e_shnum = (Elf64_Half)b->n;
	for (unsigned i = 1; i < b->n; i++) {
		b->headers[i].sh_offset = at;
		at += (b->headers[i].sh_size + 7) & ~(size_t)7;
	}
	h.e_shoff = at;
	*ret_size = at + b->n * sizeof(Elf64_Shdr);
	all = calloc(1, *ret_size);
	if (!all)
		abort();
	memcpy(all, &h, sizeof(h));
	memcpy(all + at, b->headers, b->n * sizeof(Elf64_Shdr));
	for (unsigned i = 1; i < b->n; i++) {
		memcpy(all + b->headers[i].sh_offset, b->data[i], b->headers[i].sh_size);
		free(b->data[i]);
	}
	return all;
}
