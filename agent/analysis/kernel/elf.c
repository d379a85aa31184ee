/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/kernel/elf.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int __attribute__((format(printf, 3, 4)))
refuse(struct kfg_elf_error *error, size_t offset, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(error->text, sizeof(error->text), format, ap);
	va_end(ap);
	error->offset = offset;
	return -EBADMSG;
}

static bool inside(uint64_t offset, uint64_t length, size_t size)
{
	return offset <= size && length <= size - offset;
}

static int read_header(const void *data, size_t size, Elf64_Ehdr *h, struct kfg_elf_error *error)
{
	if (size < sizeof(*h))
		return refuse(error, 0, "%zu bytes are too few for an ELF header", size);
	memcpy(h, data, sizeof(*h));
	if (memcmp(h->e_ident, ELFMAG, SELFMAG) != 0)
		return refuse(error, 0, "not an ELF file");
	if (h->e_ident[EI_CLASS] != ELFCLASS64)
		return refuse(error, EI_CLASS, "not a 64-bit ELF file");
	if (h->e_ident[EI_DATA] != ELFDATA2LSB)
		return refuse(error, EI_DATA, "not a little-endian ELF file");
	if (h->e_shnum && h->e_shentsize != sizeof(Elf64_Shdr))
		return refuse(error, offsetof(Elf64_Ehdr, e_shentsize), "section headers of %u bytes", h->e_shentsize);
	if (!inside(h->e_shoff, (uint64_t)h->e_shnum * sizeof(Elf64_Shdr), size))
		return refuse(error, offsetof(Elf64_Ehdr, e_shoff), "section headers beyond the end");
	if (h->e_shnum && h->e_shstrndx >= h->e_shnum)
		return refuse(error, offsetof(Elf64_Ehdr, e_shstrndx), "no section with the names of sections");
	return 0;
}

static int read_section(const uint8_t *data, size_t size, size_t at, struct kfg_elf_section *s,
			struct kfg_elf_error *error)
{
	Elf64_Shdr h;

	memcpy(&h, data + at, sizeof(h));
	*s = (struct kfg_elf_section){
		.name = "",
		.size = h.sh_size,
		.addr = h.sh_addr,
		.flags = h.sh_flags,
		.type = h.sh_type,
		.link = h.sh_link,
		.info = h.sh_info,
	};
	if (h.sh_type == SHT_NOBITS || h.sh_type == SHT_NULL)
		return 0;
	if (!inside(h.sh_offset, h.sh_size, size))
		return refuse(error, at, "section beyond the end");
	s->data = data + h.sh_offset;
	return 0;
}

/* Names are in the section e_shstrndx; a name that is not there is "". */
static void name_sections(struct kfg_elf *elf, const uint8_t *data, const Elf64_Ehdr *h)
{
	const struct kfg_elf_section *names = &elf->sections[h->e_shstrndx];
	Elf64_Word name;

	if (!names->data || !names->size || names->data[names->size - 1])
		return;
	for (size_t i = 0; i < elf->n_sections; i++) {
		memcpy(&name, data + h->e_shoff + i * sizeof(Elf64_Shdr), sizeof(name));
		if (name < names->size)
			elf->sections[i].name = (const char *)names->data + name;
	}
}

int kfg_elf_open(const void *data, size_t size, struct kfg_elf *ret_elf, struct kfg_elf_error *ret_error)
{
	struct kfg_elf elf = { 0 };
	uint64_t sum = 0; /* what is read twice could be read for ever */
	Elf64_Ehdr h;
	int r = read_header(data, size, &h, ret_error);

	if (r < 0)
		return r;
	elf = (struct kfg_elf){ .n_sections = h.e_shnum, .type = h.e_type, .machine = h.e_machine };
	elf.sections = calloc(elf.n_sections + 1u, sizeof(*elf.sections));
	if (!elf.sections)
		return -ENOMEM;
	for (size_t i = 0; i < elf.n_sections && r == 0; i++) {
		size_t at = h.e_shoff + i * sizeof(Elf64_Shdr);

		r = read_section(data, size, at, &elf.sections[i], ret_error);
		if (r == 0 && elf.sections[i].data)
			sum += elf.sections[i].size;
		if (r == 0 && sum > size)
			r = refuse(ret_error, at, "sections lie over each other");
	}
	if (r < 0) {
		kfg_elf_done(&elf);
		return r;
	}
	if (elf.n_sections)
		name_sections(&elf, data, &h);
	*ret_elf = elf;
	return 0;
}

void kfg_elf_done(struct kfg_elf *elf)
{
	free(elf->sections);
	*elf = (struct kfg_elf){ 0 };
}

const struct kfg_elf_section *kfg_elf_find(const struct kfg_elf *elf, const char *name)
{
	for (size_t i = 0; i < elf->n_sections; i++)
		if (strcmp(elf->sections[i].name, name) == 0)
			return &elf->sections[i];
	return NULL;
}
