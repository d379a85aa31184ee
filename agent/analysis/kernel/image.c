/* SPDX-License-Identifier: GPL-2.0-or-later */
/* image.c - the loaded sections of a kernel or module at their addresses, relocations applied. */
#include "analysis/kernel/image.h"

#include "analysis/kernel/arm64_relocate.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Where a module's sections are put: in the upper half, as a kernel would, so that 32-bit addresses sign-extend. */
#define MODULE_BASE 0xffffffffc0000000u
#define MODULE_SIZE_MAX (256u << 20)
/* Addresses of functions of the kernel that are not in the module, within reach of a call (128 MB on arm64). */
#define KFUNC_CALL 0xffffffffbffff000u
#define FMODRET_CALL 0xffffffffbffff100u
#define OTHER_SYMBOL 0xffffffffbffff200u

static bool is_loaded(const struct kfg_elf_section *s)
{
	return (s->flags & SHF_ALLOC) && s->data && s->size && strncmp(s->name, ".BTF", 4) != 0;
}

static int add_part(struct kfg_image *image, const struct kfg_elf_section *s, const uint8_t *data, uint64_t addr)
{
	if (s->size > UINT64_MAX - addr)
		return -EBADMSG;
	image->parts[image->n_parts++] = (struct kfg_image_part){
		.data = data,
		.addr = addr,
		.size = s->size,
		.code = s->flags & SHF_EXECINSTR,
	};
	return 0;
}

static int set_ids(struct kfg_image *image, const struct kfg_elf_section *ids, uint64_t addr)
{
	if (!ids || !ids->data)
		return 0;
	if (ids->size > UINT64_MAX - addr)
		return -EBADMSG;
	image->ids = (struct kfg_image_part){ .data = ids->data, .addr = addr, .size = ids->size };
	return 0;
}

static int open_kernel(const struct kfg_elf *elf, struct kfg_image *image)
{
	const struct kfg_elf_section *ids = kfg_elf_section_named(elf, ".BTF_ids");
	int r = set_ids(image, ids, ids ? ids->addr : 0);

	for (size_t i = 0; i < elf->n_sections && r == 0; i++)
		if (is_loaded(&elf->sections[i]))
			r = add_part(image, &elf->sections[i], elf->sections[i].data, elf->sections[i].addr);
	return r;
}

/* A module being laid out: where each section went (0: nowhere). */
struct layout {
	const struct kfg_elf *elf;
	struct kfg_image *image;
	uint64_t *addrs; /* owned; by index of section */
	uint8_t **bytes; /* owned array; into the image's memory */
};

static uint64_t round_up(uint64_t n)
{
	return (n + 63) & ~(uint64_t)63;
}

/* Every section gets an address, also those that are not copied, because pointers to them tell them apart. */
static int lay_out(struct layout *l)
{
	uint64_t at = 0, copied = 0;

	for (size_t i = 0; i < l->elf->n_sections; i++) {
		const struct kfg_elf_section *s = &l->elf->sections[i];

		if (!(s->flags & SHF_ALLOC))
			continue;
		if (s->memory_size > MODULE_SIZE_MAX || at > MODULE_SIZE_MAX - s->memory_size)
			return -EBADMSG;
		l->addrs[i] = MODULE_BASE + at;
		at = round_up(at + s->memory_size);
		if (is_loaded(s))
			copied += round_up(s->size);
	}
	l->image->memory = malloc(copied + 1);
	return l->image->memory ? 0 : -ENOMEM;
}

static int copy_sections(struct layout *l)
{
	uint64_t copied = 0;
	int r = 0;

	for (size_t i = 0; i < l->elf->n_sections && r == 0; i++) {
		const struct kfg_elf_section *s = &l->elf->sections[i];

		if (!is_loaded(s))
			continue;
		l->bytes[i] = l->image->memory + copied;
		memcpy(l->bytes[i], s->data, s->size);
		copied += round_up(s->size);
		r = add_part(l->image, s, l->bytes[i], l->addrs[i]);
	}
	return r;
}

/* The address of a symbol. Functions of the kernel that matter get one of their own. */
static uint64_t symbol_address(struct layout *l, const struct kfg_elf_section *symbols, uint64_t index)
{
	const struct kfg_elf_section *names;
	const char *name;
	Elf64_Sym sym;

	if (index >= symbols->size / sizeof(sym))
		return 0;
	memcpy(&sym, symbols->data + index * sizeof(sym), sizeof(sym));
	if (sym.st_shndx != SHN_UNDEF)
		return sym.st_shndx < l->elf->n_sections && l->addrs[sym.st_shndx] ?
			       l->addrs[sym.st_shndx] + sym.st_value :
			       0;
	names = symbols->link < l->elf->n_sections ? &l->elf->sections[symbols->link] : NULL;
	if (!names || !names->data || sym.st_name >= names->size || names->data[names->size - 1])
		return 0;
	name = (const char *)names->data + sym.st_name;
	if (strcmp(name, "register_btf_kfunc_id_set") == 0)
		return l->image->kfunc_call = KFUNC_CALL;
	if (strcmp(name, "register_btf_fmodret_id_set") == 0)
		return l->image->fmodret_call = FMODRET_CALL;
	return OTHER_SYMBOL;
}

/* The relocations that modules have, by arch/x86/kernel/module.c (6.1..7.3). What leads outside is an error. */
static int apply(const Elf64_Rela *rela, uint64_t symbol, struct layout *l, size_t target)
{
	uint64_t value = symbol + (uint64_t)rela->r_addend, size = l->elf->sections[target].size, width = 4;
	uint32_t low;

	if (l->image->arm64) {
		if (rela->r_offset > size || size - rela->r_offset < 4)
			return -EBADMSG;
		(void)kfg_arm64_relocate(ELF64_R_TYPE(rela->r_info), l->bytes[target] + rela->r_offset,
					 size - rela->r_offset, l->addrs[target] + rela->r_offset, value);
		return 0;
	}
	switch (ELF64_R_TYPE(rela->r_info)) {
	case R_X86_64_64:
		width = 8;
		break;
	case R_X86_64_PC32:
	case R_X86_64_PLT32:
		value -= l->addrs[target] + rela->r_offset;
		break;
	case R_X86_64_32:
	case R_X86_64_32S:
		break;
	default:
		return 0;
	}
	if (rela->r_offset > size || width > size - rela->r_offset)
		return -EBADMSG;
	low = (uint32_t)value;
	memcpy(l->bytes[target] + rela->r_offset, width == 8 ? (void *)&value : (void *)&low, width);
	return 0;
}

static int relocate_section(struct layout *l, const struct kfg_elf_section *relas)
{
	const struct kfg_elf_section *symbols;
	size_t n = relas->size / sizeof(Elf64_Rela);
	int r = 0;

	if (relas->info >= l->elf->n_sections || !l->bytes[relas->info] || relas->link >= l->elf->n_sections)
		return 0;
	symbols = &l->elf->sections[relas->link];
	if (symbols->type != SHT_SYMTAB || !symbols->data)
		return 0;
	for (size_t i = 0; i < n && r == 0; i++) {
		Elf64_Rela rela;
		uint64_t symbol;

		memcpy(&rela, relas->data + i * sizeof(rela), sizeof(rela));
		symbol = symbol_address(l, symbols, ELF64_R_SYM(rela.r_info));
		if (symbol)
			r = apply(&rela, symbol, l, relas->info);
	}
	return r;
}

static int fill_module(struct layout *l)
{
	const struct kfg_elf_section *ids = kfg_elf_section_named(l->elf, ".BTF_ids");
	int r = lay_out(l);

	if (r == 0)
		r = copy_sections(l);
	if (r == 0)
		r = set_ids(l->image, ids, ids ? l->addrs[ids - l->elf->sections] : 0);
	for (size_t i = 0; i < l->elf->n_sections && r == 0 && (l->image->amd64 || l->image->arm64); i++)
		if (l->elf->sections[i].type == SHT_RELA && l->elf->sections[i].data)
			r = relocate_section(l, &l->elf->sections[i]);
	return r;
}

static int open_module(const struct kfg_elf *elf, struct kfg_image *image)
{
	struct layout l = {
		.elf = elf,
		.image = image,
		.addrs = calloc(elf->n_sections + 1, sizeof(*l.addrs)),
		.bytes = calloc(elf->n_sections + 1, sizeof(*l.bytes)),
	};
	int r = l.addrs && l.bytes ? fill_module(&l) : -ENOMEM;

	free(l.addrs);
	free(l.bytes);
	return r;
}

int kfg_image_open(const struct kfg_elf *elf, struct kfg_image *ret_image)
{
	struct kfg_image image = {
		.amd64 = elf->machine == EM_X86_64,
		.arm64 = elf->machine == EM_AARCH64,
		.module = elf->type == ET_REL,
	};
	int r;

	image.parts = calloc(elf->n_sections + 1, sizeof(*image.parts));
	if (!image.parts)
		return -ENOMEM;
	r = image.module ? open_module(elf, &image) : open_kernel(elf, &image);
	if (r < 0) {
		kfg_image_done(&image);
		return r;
	}
	*ret_image = image;
	return 0;
}

void kfg_image_done(struct kfg_image *image)
{
	free(image->parts);
	free(image->memory);
	*image = (struct kfg_image){ 0 };
}

const uint8_t *kfg_image_at(const struct kfg_image *image, uint64_t addr, uint64_t size)
{
	for (size_t i = 0; i < image->n_parts; i++) {
		const struct kfg_image_part *p = &image->parts[i];

		if (addr >= p->addr && addr - p->addr <= p->size && size <= p->size - (addr - p->addr))
			return p->data + (addr - p->addr);
	}
	return image->more ? image->more(image->more_arg, addr, size) : NULL;
}
