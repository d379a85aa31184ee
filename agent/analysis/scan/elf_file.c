/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/scan/elf_file.h"

#include "base/cleanup.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int kfg_object_refuse(struct kfg_object_error *error, size_t offset, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(error->text, sizeof(error->text), format, ap);
	va_end(ap);
	error->offset = offset;
	error->not_bpf = false;
	return -EBADMSG;
}

/* The string at an offset of a string section that ends in NUL; NULL: not inside, or too long to be a name. */
static const char *string_at(const struct kfg_elf_file_section *strings, uint64_t offset)
{
	const char *text;

	if (offset >= strings->size)
		return NULL;
	text = (const char *)strings->data + offset;
	return strnlen(text, KFG_ELF_NAME_MAX + 1) <= KFG_ELF_NAME_MAX ? text : NULL;
}

static int check_strings(const struct kfg_elf_file *elf, uint32_t index, struct kfg_object_error *error)
{
	const struct kfg_elf_file_section *s = &elf->sections[index];

	if (!index || index >= elf->n_sections || s->type != SHT_STRTAB)
		return kfg_object_refuse(error, 0, "section %u should hold names, but does not", index);
	if (!s->size || s->data[s->size - 1])
		return kfg_object_refuse(error, s->offset, "names in section %u do not end in NUL", index);
	return 0;
}

static int read_header(struct kfg_elf_file *elf, Elf64_Ehdr *ret_header, struct kfg_object_error *error)
{
	if (elf->size < sizeof(*ret_header) || memcmp(elf->data, ELFMAG, SELFMAG) != 0)
		return kfg_object_refuse(error, 0, "not an ELF file");
	memcpy(ret_header, elf->data, sizeof(*ret_header));
	if (ret_header->e_ident[EI_CLASS] != ELFCLASS64 || ret_header->e_ident[EI_DATA] != ELFDATA2LSB) {
		bool is_class = ret_header->e_ident[EI_CLASS] != ELFCLASS64;

		kfg_object_refuse(error, is_class ? EI_CLASS : EI_DATA, "not a %s ELF file",
				  is_class ? "64-bit" : "little-endian");
		error->not_bpf = is_class || ret_header->e_machine != __builtin_bswap16(EM_BPF);
		return -EBADMSG;
	}
	elf->type = ret_header->e_type;
	elf->machine = ret_header->e_machine;
	return 0;
}

static int read_section(struct kfg_elf_file *elf, const Elf64_Ehdr *eh, uint32_t index, uint32_t *ret_name,
			struct kfg_object_error *error)
{
	struct kfg_elf_file_section *s = &elf->sections[index];
	size_t at = eh->e_shoff + (size_t)index * sizeof(Elf64_Shdr);
	Elf64_Shdr sh;

	memcpy(&sh, elf->data + at, sizeof(sh));
	*ret_name = sh.sh_name;
	s->name = "";
	s->type = sh.sh_type;
	s->link = sh.sh_link;
	s->info = sh.sh_info;
	s->flags = sh.sh_flags;
	s->offset = sh.sh_offset;
	if (sh.sh_type == SHT_NOBITS || sh.sh_type == SHT_NULL)
		return 0;
	if (sh.sh_offset > elf->size || sh.sh_size > elf->size - sh.sh_offset)
		return kfg_object_refuse(error, at, "section %u is beyond the end of the file", index);
	s->data = elf->data + sh.sh_offset;
	s->size = sh.sh_size;
	if ((sh.sh_type == SHT_SYMTAB && sh.sh_entsize != sizeof(Elf64_Sym)) ||
	    (sh.sh_type == SHT_REL && sh.sh_entsize != sizeof(Elf64_Rel)))
		return kfg_object_refuse(error, at, "section %u has entries of %ju bytes", index,
					 (uintmax_t)sh.sh_entsize);
	return 0;
}

/* Counts that do not fit into the ELF header are in section 0 (gABI, "ELF Header"). */
static int read_counts(const struct kfg_elf_file *elf, Elf64_Ehdr *eh, uint32_t *ret_n, uint32_t *ret_names,
		       struct kfg_object_error *error)
{
	size_t room = eh->e_shoff < elf->size ? (elf->size - eh->e_shoff) / sizeof(Elf64_Shdr) : 0;
	Elf64_Shdr first;

	if (eh->e_shentsize != sizeof(Elf64_Shdr))
		return kfg_object_refuse(error, offsetof(Elf64_Ehdr, e_shentsize), "section headers of %u bytes",
					 eh->e_shentsize);
	if (!room)
		return kfg_object_refuse(error, offsetof(Elf64_Ehdr, e_shoff), "section headers are beyond the end");
	memcpy(&first, elf->data + eh->e_shoff, sizeof(first));
	*ret_names = eh->e_shstrndx == SHN_XINDEX ? first.sh_link : eh->e_shstrndx;
	if ((eh->e_shnum ? eh->e_shnum : first.sh_size) > room)
		return kfg_object_refuse(error, offsetof(Elf64_Ehdr, e_shnum), "section headers are beyond the end");
	*ret_n = (uint32_t)(eh->e_shnum ? eh->e_shnum : first.sh_size);
	return 0;
}

static int find_symtab(struct kfg_elf_file *elf, struct kfg_object_error *error)
{
	for (uint32_t i = 1; i < elf->n_sections; i++) {
		if (elf->sections[i].type != SHT_SYMTAB)
			continue;
		if (elf->symtab)
			return kfg_object_refuse(error, elf->sections[i].offset, "more than one symbol table");
		elf->symtab = i;
	}
	if (!elf->symtab)
		return 0;
	elf->n_symbols = (uint32_t)(elf->sections[elf->symtab].size / sizeof(Elf64_Sym));
	return check_strings(elf, elf->sections[elf->symtab].link, error);
}

static int compare_names(const void *a, const void *b, void *arg)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	const struct kfg_elf_file_section *sections = arg;
	int order = strcmp(sections[x].name, sections[y].name);

	return order ? order : (x > y) - (x < y);
}

static int read_sections(struct kfg_elf_file *elf, Elf64_Ehdr *eh, struct kfg_object_error *error)
{
	_cleanup_free_ uint32_t *names = NULL;
	uint32_t names_section = 0;
	int r = read_counts(elf, eh, &elf->n_sections, &names_section, error);

	if (r < 0)
		return r;
	elf->sections = calloc(elf->n_sections + 1, sizeof(*elf->sections));
	elf->by_name = calloc(elf->n_sections + 1, sizeof(*elf->by_name));
	names = calloc(elf->n_sections + 1, sizeof(*names));
	if (!elf->sections || !elf->by_name || !names)
		return -ENOMEM;
	for (uint32_t i = 0; i < elf->n_sections; i++) {
		r = read_section(elf, eh, i, &names[i], error);
		if (r < 0)
			return r;
	}
	r = check_strings(elf, names_section, error);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < elf->n_sections; i++) {
		elf->by_name[i] = i;
		elf->sections[i].name = string_at(&elf->sections[names_section], names[i]);
		if (!elf->sections[i].name)
			return kfg_object_refuse(error, eh->e_shoff, "section %u has no proper name", i);
	}
	qsort_r(elf->by_name, elf->n_sections, sizeof(*elf->by_name), compare_names, elf->sections);
	return find_symtab(elf, error);
}

int kfg_elf_file_open(const void *data, size_t size, struct kfg_elf_file *ret_elf, struct kfg_object_error *ret_error)
{
	struct kfg_elf_file elf = { .data = data, .size = size };
	Elf64_Ehdr header;
	int r = read_header(&elf, &header, ret_error);

	if (r >= 0)
		r = read_sections(&elf, &header, ret_error);
	if (r < 0) {
		kfg_elf_file_done(&elf);
		return r;
	}
	*ret_elf = elf;
	return 0;
}

void kfg_elf_file_done(struct kfg_elf_file *elf)
{
	free(elf->sections);
	free(elf->by_name);
	*elf = (struct kfg_elf_file){ 0 };
}

int kfg_elf_file_read_symbol(const struct kfg_elf_file *elf, uint32_t index, struct kfg_elf_file_symbol *ret_symbol,
			     struct kfg_object_error *ret_error)
{
	const struct kfg_elf_file_section *symtab = &elf->sections[elf->symtab];
	size_t at = symtab->offset + (size_t)index * sizeof(Elf64_Sym);
	const char *name;
	Elf64_Sym sym;

	memcpy(&sym, elf->data + at, sizeof(sym));
	name = string_at(&elf->sections[symtab->link], sym.st_name);
	if (!name)
		return kfg_object_refuse(ret_error, at, "symbol %u has no proper name", index);
	if (sym.st_shndx < SHN_LORESERVE && sym.st_shndx >= elf->n_sections)
		return kfg_object_refuse(ret_error, at, "symbol %u is in section %u, which is not there", index,
					 sym.st_shndx);
	*ret_symbol = (struct kfg_elf_file_symbol){
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

uint32_t kfg_elf_file_find(const struct kfg_elf_file *elf, const char *name)
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
