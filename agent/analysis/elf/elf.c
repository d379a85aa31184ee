/* SPDX-License-Identifier: GPL-2.0-or-later */
/* elf.c - see elf.h: libelf finds the headers, and what they say is held against the size of the file. */
#include "analysis/elf/elf.h"

#include <errno.h>
#include <gelf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NATIVE (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB)

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

static int check_ident(const uint8_t *data, size_t size, struct kfg_elf_error *error)
{
	if (size < SELFMAG || memcmp(data, ELFMAG, SELFMAG) != 0)
		return refuse(error, 0, "not an ELF file");
	if (size < sizeof(Elf64_Ehdr))
		return refuse(error, 0, "%zu bytes are too few for an ELF header", size);
	if (data[EI_CLASS] != ELFCLASS64)
		return refuse(error, EI_CLASS, "not a 64-bit ELF file");
	if (data[EI_DATA] != ELFDATA2LSB && data[EI_DATA] != ELFDATA2MSB)
		return refuse(error, EI_DATA, "not an ELF file of a known byte order");
	return 0;
}

/* libelf reads the bytes and does not write to them: elf_memory() opens for reading. */
static Elf *open_handle(const void *data, size_t size, GElf_Ehdr *ret_header, size_t *ret_n,
			struct kfg_elf_error *error)
{
	Elf *handle;

	elf_version(EV_CURRENT);
	handle = elf_memory((char *)data, size);
	/* libelf 0.188 counts no sections, and reports nothing, where their headers are beyond the end */
	if (!handle || !gelf_getehdr(handle, ret_header) || elf_getshdrnum(handle, ret_n) < 0 ||
	    (!*ret_n && (ret_header->e_shoff || ret_header->e_shnum)))
		refuse(error, offsetof(Elf64_Ehdr, e_shoff), "section headers are beyond the end");
	else if (*ret_n && ret_header->e_shentsize != sizeof(Elf64_Shdr))
		refuse(error, offsetof(Elf64_Ehdr, e_shentsize), "section headers of %u bytes",
		       ret_header->e_shentsize);
	else if (*ret_n > size / sizeof(Elf64_Shdr) || !inside(ret_header->e_shoff, *ret_n * sizeof(Elf64_Shdr), size))
		refuse(error, offsetof(Elf64_Ehdr, e_shnum), "section headers are beyond the end");
	else
		return handle;
	elf_end(handle);
	return NULL;
}

/* The string at an offset of a string section that ends in NUL; NULL: not inside, or too long to be a name. */
static const char *string_at(const struct kfg_elf_section *strings, uint64_t offset)
{
	const char *text;

	if (offset >= strings->size)
		return NULL;
	text = (const char *)strings->data + offset;
	return strnlen(text, KFG_ELF_NAME_MAX + 1) <= KFG_ELF_NAME_MAX ? text : NULL;
}

static int check_strings(const struct kfg_elf *elf, size_t index, struct kfg_elf_error *error)
{
	const struct kfg_elf_section *s = &elf->sections[index < elf->n_sections ? index : 0];

	if (!index || index >= elf->n_sections || s->type != SHT_STRTAB)
		return refuse(error, 0, "section %zu should hold names, but does not", index);
	if (!s->size || s->data[s->size - 1])
		return refuse(error, s->offset, "names in section %zu do not end in NUL", index);
	return 0;
}

/* Keeps the first damage. */
static void damaged(struct kfg_elf *elf, const struct kfg_elf_error *error)
{
	if (!*elf->damage.text)
		elf->damage = *error;
}

static void read_section(struct kfg_elf *elf, const GElf_Shdr *sh, size_t at, uint32_t index)
{
	struct kfg_elf_section *s = &elf->sections[index];
	struct kfg_elf_error error;

	*s = (struct kfg_elf_section){
		.name = "",
		.memory_size = sh->sh_size,
		.addr = sh->sh_addr,
		.flags = sh->sh_flags,
		.type = sh->sh_type,
		.link = sh->sh_link,
		.info = sh->sh_info,
	};
	if (sh->sh_type == SHT_NOBITS || sh->sh_type == SHT_NULL)
		return;
	if (!inside(sh->sh_offset, sh->sh_size, elf->size)) {
		refuse(&error, at, "section %u is beyond the end of the file", index);
		damaged(elf, &error);
		return;
	}
	s->data = elf->data + sh->sh_offset;
	s->size = sh->sh_size;
	s->offset = sh->sh_offset;
	elf->sum += s->size;
}

static void name_section(struct kfg_elf *elf, size_t strings, const GElf_Shdr *sh, size_t at, uint32_t index)
{
	const char *name = strings ? string_at(&elf->sections[strings], sh->sh_name) : "";
	struct kfg_elf_error error;

	if (!name) {
		refuse(&error, at, "section %u has no proper name", index);
		damaged(elf, &error);
		name = "";
	}
	elf->sections[index].name = name;
}

static int read_sections(struct kfg_elf *elf, const GElf_Ehdr *eh, struct kfg_elf_error *error)
{
	struct kfg_elf_error why = { 0 };
	size_t strings = 0;
	GElf_Shdr sh;

	for (uint32_t i = 0; i < elf->n_sections; i++) {
		size_t at = eh->e_shoff + i * sizeof(Elf64_Shdr);

		if (!gelf_getshdr(elf_getscn(elf->handle, i), &sh))
			return refuse(error, at, "section %u: %s", i, elf_errmsg(-1));
		read_section(elf, &sh, at, i);
	}
	if (elf_getshdrstrndx(elf->handle, &strings) < 0 || check_strings(elf, strings, &why) < 0) {
		if (!*why.text)
			refuse(&why, offsetof(Elf64_Ehdr, e_shstrndx), "no section with the names of sections");
		damaged(elf, &why);
		strings = 0;
	}
	for (uint32_t i = 0; i < elf->n_sections; i++) {
		gelf_getshdr(elf_getscn(elf->handle, i), &sh);
		name_section(elf, strings, &sh, eh->e_shoff + i * sizeof(Elf64_Shdr), i);
	}
	return 0;
}

/* Symbols and relocations in this machine's byte order: libelf's copies, at most of the file's size in all. */
static int convert_tables(struct kfg_elf *elf, struct kfg_elf_error *error)
{
	if (elf->sum > elf->size)
		return refuse(error, 0, "sections lie over each other");
	for (uint32_t i = 1; i < elf->n_sections; i++) {
		struct kfg_elf_section *s = &elf->sections[i];
		const Elf_Data *converted;

		if (!s->size || (s->type != SHT_SYMTAB && s->type != SHT_REL && s->type != SHT_RELA))
			continue;
		converted = elf_getdata(elf_getscn(elf->handle, i), NULL);
		if (!converted || converted->d_size != s->size)
			return refuse(error, s->offset, "section %u: %s", i, elf_errmsg(-1));
		s->data = converted->d_buf;
	}
	return 0;
}

static int compare_names(const void *a, const void *b, void *arg)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	const struct kfg_elf_section *sections = arg;
	int order = strcmp(sections[x].name, sections[y].name);

	return order ? order : (x > y) - (x < y);
}

static int read_all(struct kfg_elf *elf, size_t n, const GElf_Ehdr *eh, struct kfg_elf_error *error)
{
	int r;

	if (n > UINT32_MAX - 1)
		return refuse(error, offsetof(Elf64_Ehdr, e_shnum), "too many sections");
	elf->n_sections = (uint32_t)n;
	elf->type = eh->e_type;
	elf->machine = eh->e_machine;
	elf->foreign = eh->e_ident[EI_DATA] != NATIVE;
	elf->sections = calloc(n + 1, sizeof(*elf->sections));
	elf->by_name = calloc(n + 1, sizeof(*elf->by_name));
	if (!elf->sections || !elf->by_name)
		return -ENOMEM;
	elf->sections[0].name = "";
	if (!n)
		refuse(&elf->damage, offsetof(Elf64_Ehdr, e_shnum), "no sections");
	r = n ? read_sections(elf, eh, error) : 0;
	if (r == 0 && elf->foreign)
		r = convert_tables(elf, error);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < n; i++)
		elf->by_name[i] = i;
	qsort_r(elf->by_name, n, sizeof(*elf->by_name), compare_names, elf->sections);
	return 0;
}

int kfg_elf_open_damaged(const void *data, size_t size, struct kfg_elf *ret_elf, struct kfg_elf_error *ret_error)
{
	struct kfg_elf elf = { .data = data, .size = size };
	GElf_Ehdr header;
	size_t n;
	int r = check_ident(data, size, ret_error);

	if (r < 0)
		return r;
	elf.handle = open_handle(data, size, &header, &n, ret_error);
	if (!elf.handle)
		return -EBADMSG;
	r = read_all(&elf, n, &header, ret_error);
	if (r < 0) {
		kfg_elf_done(&elf);
		return r;
	}
	*ret_elf = elf;
	return 0;
}

int kfg_elf_open(const void *data, size_t size, struct kfg_elf *ret_elf, struct kfg_elf_error *ret_error)
{
	struct kfg_elf elf;
	int r = kfg_elf_open_damaged(data, size, &elf, ret_error);

	if (r < 0)
		return r;
	if (*elf.damage.text) {
		*ret_error = elf.damage;
		kfg_elf_done(&elf);
		return -EBADMSG;
	}
	*ret_elf = elf;
	return 0;
}

void kfg_elf_done(struct kfg_elf *elf)
{
	elf_end(elf->handle);
	free(elf->sections);
	free(elf->by_name);
	*elf = (struct kfg_elf){ 0 };
}

uint32_t kfg_elf_find(const struct kfg_elf *elf, const char *name)
{
	uint32_t low = 0, high = elf->n_sections;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (strcmp(elf->sections[elf->by_name[middle]].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < elf->n_sections && strcmp(elf->sections[elf->by_name[low]].name, name) == 0)
		return elf->by_name[low];
	return 0;
}

int kfg_elf_find_symbols(struct kfg_elf *elf, struct kfg_elf_error *ret_error)
{
	GElf_Shdr sh;

	for (uint32_t i = 1; i < elf->n_sections; i++) {
		const struct kfg_elf_section *s = &elf->sections[i];

		if (s->type != SHT_SYMTAB && s->type != SHT_REL)
			continue;
		gelf_getshdr(elf_getscn(elf->handle, i), &sh);
		if (sh.sh_entsize != (s->type == SHT_REL ? sizeof(Elf64_Rel) : sizeof(Elf64_Sym)))
			return refuse(ret_error, s->offset, "section %u has entries of %ju bytes", i,
				      (uintmax_t)sh.sh_entsize);
		if (s->type == SHT_SYMTAB && elf->symtab)
			return refuse(ret_error, s->offset, "more than one symbol table");
		if (s->type == SHT_SYMTAB)
			elf->symtab = i;
	}
	if (!elf->symtab)
		return 0;
	elf->n_symbols = (uint32_t)(elf->sections[elf->symtab].size / sizeof(Elf64_Sym));
	return check_strings(elf, elf->sections[elf->symtab].link, ret_error);
}

int kfg_elf_read_symbol(const struct kfg_elf *elf, uint32_t index, struct kfg_elf_symbol *ret_symbol,
			struct kfg_elf_error *ret_error)
{
	const struct kfg_elf_section *symtab = &elf->sections[elf->symtab];
	size_t at = (size_t)index * sizeof(Elf64_Sym);
	const char *name;
	Elf64_Sym sym;

	memcpy(&sym, symtab->data + at, sizeof(sym));
	name = string_at(&elf->sections[symtab->link], sym.st_name);
	if (!name)
		return refuse(ret_error, symtab->offset + at, "symbol %u has no proper name", index);
	if (sym.st_shndx < SHN_LORESERVE && sym.st_shndx >= elf->n_sections)
		return refuse(ret_error, symtab->offset + at, "symbol %u is in section %u, which is not there", index,
			      sym.st_shndx);
	*ret_symbol = (struct kfg_elf_symbol){
		.name = name,
		.value = sym.st_value,
		.size = sym.st_size,
		.section = sym.st_shndx,
		.type = ELF64_ST_TYPE(sym.st_info),
		.bind = ELF64_ST_BIND(sym.st_info),
		.visibility = ELF64_ST_VISIBILITY(sym.st_other),
	};
	return 0;
}

/* Whether [at, at + len) is inside; moves *end. */
static bool reach(size_t size, uint64_t at, uint64_t len, uint64_t *end)
{
	if (!inside(at, len, size))
		return false;
	if (at + len > *end)
		*end = at + len;
	return true;
}

static int section_extents(Elf *handle, size_t n, size_t size, uint64_t *end, const char **ret_why)
{
	GElf_Shdr s;

	*ret_why = "a section lies beyond the end";
	for (size_t i = 1; i < n; i++)
		if (!gelf_getshdr(elf_getscn(handle, i), &s) ||
		    (s.sh_type != SHT_NOBITS && s.sh_type != SHT_NULL && !reach(size, s.sh_offset, s.sh_size, end)))
			return -EBADMSG;
	return 0;
}

int kfg_elf_extent(const void *data, size_t size, size_t *budget, size_t *ret_size, const char **ret_why)
{
	uint64_t end = sizeof(Elf64_Ehdr);
	struct kfg_elf_error error;
	GElf_Ehdr header;
	Elf *handle;
	size_t n;
	int r = -EBADMSG;

	*ret_why = "ELF header beyond the end";
	if (check_ident(data, size, &error) < 0)
		return -EBADMSG;
	*ret_why = "section headers beyond the end";
	handle = open_handle(data, size, &header, &n, &error);
	if (!handle || !n)
		goto out;
	reach(size, header.e_shoff, n * sizeof(Elf64_Shdr), &end);
	*ret_why = "program headers beyond the end";
	if (header.e_phnum && (header.e_phentsize != sizeof(Elf64_Phdr) ||
			       !reach(size, header.e_phoff, header.e_phnum * sizeof(Elf64_Phdr), &end)))
		goto out;
	r = -E2BIG;
	if (n > *budget)
		goto out;
	*budget -= n;
	r = section_extents(handle, n, size, &end, ret_why);
	*ret_size = end;
out:
	elf_end(handle);
	return r;
}
