/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/kernel/arm64_image.h"

#include "analysis/btf/btf.h"
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC_AT 0x38u
#define HEADER_SIZE 0x40u
#define BTF_HEADER_MAX 64u /* 7.2: 32 */
#define STRINGS_MIN 64u /* of a kernel's BTF; what is shorter is chance */
#define IDS_SIZE_MAX (64u << 10) /* 7.3.4: 12 KB */
#define RELOCATIONS_MIN 64u /* in a kernel's table (6.1: 129,661); fewer in a row are chance */

enum {
	ZBOOT_MAGIC = 4, /* behind "MZ\0\0" */
	ZBOOT_OFFSET = 8,
	ZBOOT_SIZE = 12,
	ZBOOT_HEADER = 64,
};

/*
 * Where kernels are linked to, without KASLR: _PAGE_END(VA_BITS_MIN) + MODULES_VSIZE (arch/arm64/include/asm/memory.h).
 * VA_BITS_MIN by CONFIG_ARM64_VA_BITS; MODULES_VSIZE is 128 MB before 6.5, and 2 GB since.
 */
static const unsigned va_bits[] = { 48, 39, 42, 47, 36 };
static const uint64_t modules_size[] = { 2ull << 30, 128ull << 20 };
#define BASES_MAX 10u

bool kfg_arm64_image_is(const void *data, size_t size)
{
	return size >= HEADER_SIZE && memcmp((const uint8_t *)data + MAGIC_AT, "ARM\x64", 4) == 0;
}

static bool is_header(const struct kfg_btf_header *h)
{
	return h->magic == BTF_MAGIC && h->version == BTF_VERSION && !h->flags && h->hdr_len >= sizeof(*h) &&
	       h->hdr_len <= BTF_HEADER_MAX && h->hdr_len % 4 == 0 && !h->type_off && h->type_len &&
	       h->str_off >= h->type_len && h->str_len >= STRINGS_MIN;
}

/* Length of the BTF that begins at p; 0: none does. A layout is between types and strings, or behind both. */
static size_t btf_size(const uint8_t *p, size_t left)
{
	struct kfg_btf_header h;
	uint32_t layout[2] = { 0 };
	uint64_t end, layout_end;

	if (left < BTF_HEADER_MAX)
		return 0;
	memcpy(&h, p, sizeof(h));
	if (!is_header(&h))
		return 0;
	if (h.hdr_len >= sizeof(h) + sizeof(layout))
		memcpy(layout, p + sizeof(h), sizeof(layout));
	end = (uint64_t)h.hdr_len + h.str_off + h.str_len;
	layout_end = (uint64_t)h.hdr_len + layout[0] + layout[1];
	if (end > left || layout_end > left || p[h.hdr_len + h.str_off] || p[end - 1])
		return 0;
	return end > layout_end ? end : layout_end;
}

/* The largest: a module that is built in may bring some of its own. */
static size_t find_btf(const uint8_t *data, size_t size, size_t *ret_at)
{
	size_t best = 0;

	for (size_t at = HEADER_SIZE; at + 4 <= size; at += 4) {
		size_t found = data[at] == 0x9f ? btf_size(data + at, size - at) : 0;

		if (found <= best)
			continue;
		best = found;
		*ret_at = at;
		at += (found - 1) & ~(size_t)3;
	}
	return best;
}

/* The base by which most words of the image are pointers to words of .BTF_ids; 0: none is. */
static uint64_t elect_base(const uint8_t *data, size_t size, size_t ids, size_t ids_size)
{
	uint64_t bases[BASES_MAX], best = 0;
	size_t votes[BASES_MAX] = { 0 }, n = 0, most = 0;

	for (size_t i = 0; i < sizeof(va_bits) / sizeof(va_bits[0]); i++)
		for (size_t j = 0; j < sizeof(modules_size) / sizeof(modules_size[0]); j++)
			bases[n++] = -(1ull << (va_bits[i] - 1)) + modules_size[j];
	for (size_t at = 0; at + 8 <= size; at += 8) {
		uint64_t word;

		memcpy(&word, data + at, sizeof(word));
		for (size_t i = 0; i < n && word >> 47 == 0x1ffff; i++)
			votes[i] += word - bases[i] - ids < ids_size && !(word & 3);
	}
	for (size_t i = 0; i < n; i++)
		if (votes[i] > most) {
			most = votes[i];
			best = bases[i];
		}
	return best;
}

static bool is_relocation(const uint8_t *p)
{
	Elf64_Rela rela;

	memcpy(&rela, p, sizeof(rela));
	return rela.r_info == ELF64_R_INFO(0, R_AARCH64_RELATIVE);
}

/* The longest run of relocations: how many, and where it begins. */
static size_t find_relocations(const uint8_t *data, size_t size, size_t *ret_at)
{
	size_t best = 0;

	for (size_t at = 0; at + sizeof(Elf64_Rela) <= size; at += 8) {
		size_t n = 0;

		while ((n + 1) * sizeof(Elf64_Rela) <= size - at && is_relocation(data + at + n * sizeof(Elf64_Rela)))
			n++;
		if (n > best) {
			best = n;
			*ret_at = at;
		}
		if (n)
			at += n * sizeof(Elf64_Rela) - 8;
	}
	return best >= RELOCATIONS_MIN ? best : 0;
}

/*
 * A kernel that was linked without RELR (what binutils before 2.43 do) has zeros where its pointers belong
 * (--no-apply-dynamic-relocs, arch/arm64/Makefile); arch/arm64/kernel/pi/relocate.c (6.1: head.S) fills them in by the
 * table in .rela.dyn, and so does this, in a copy. There the table itself is zeros, for it is full of pointers that are
 * nobody's. Nothing to do where there is no such table: *ret_memory is NULL then.
 */
static int relocate(const uint8_t *data, size_t size, uint64_t base, uint8_t **ret_memory)
{
	size_t at = 0, n = find_relocations(data, size, &at);
	uint8_t *memory;

	*ret_memory = NULL;
	if (!n)
		return 0;
	memory = malloc(size);
	if (!memory)
		return -ENOMEM;
	memcpy(memory, data, size);
	memset(memory + at, 0, n * sizeof(Elf64_Rela));
	for (size_t i = 0; i < n; i++) {
		Elf64_Rela rela;

		memcpy(&rela, data + at + i * sizeof(rela), sizeof(rela));
		if (rela.r_offset - base <= size - sizeof(rela.r_addend))
			memcpy(memory + (rela.r_offset - base), &rela.r_addend, sizeof(rela.r_addend));
	}
	*ret_memory = memory;
	return 0;
}

int kfg_arm64_image_open(const void *data, size_t size, struct kfg_image *ret_image, const uint8_t **ret_btf,
			 size_t *ret_btf_size)
{
	const uint8_t *p = data;
	struct kfg_image image = { .arm64 = true };
	size_t at = 0, btf = find_btf(p, size, &at), ids, ids_size;
	uint64_t base;

	if (!btf)
		return -EBADMSG;
	ids = (at + btf + 3) & ~(size_t)3;
	ids_size = ids >= size ? 0 : size - ids < IDS_SIZE_MAX ? size - ids : IDS_SIZE_MAX;
	base = elect_base(p, size, ids, ids_size);
	image.parts = calloc(1, sizeof(*image.parts));
	if (!image.parts || relocate(p, size, base, &image.memory) < 0) {
		kfg_image_done(&image);
		return -ENOMEM;
	}
	if (image.memory)
		p = image.memory;
	image.parts[image.n_parts++] = (struct kfg_image_part){ .data = p, .addr = base, .size = size, .code = true };
	if (ids_size)
		image.ids = (struct kfg_image_part){ .data = p + ids, .addr = base + ids, .size = ids_size };
	*ret_image = image;
	*ret_btf = (const uint8_t *)data + at;
	*ret_btf_size = btf;
	return 0;
}

bool kfg_zboot_is(const void *data, size_t size)
{
	const uint8_t *p = data;

	return size >= ZBOOT_HEADER && memcmp(p, "MZ", 2) == 0 && memcmp(p + ZBOOT_MAGIC, "zimg", 4) == 0;
}

static uint32_t word_at(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

int kfg_zboot_open(const void *data, size_t size, const uint8_t **ret_payload, size_t *ret_size, size_t *ret_offset)
{
	const uint8_t *p = data;
	uint32_t offset = word_at(p + ZBOOT_OFFSET), length = word_at(p + ZBOOT_SIZE);

	*ret_offset = offset > size ? ZBOOT_OFFSET : ZBOOT_SIZE;
	if (offset > size || length > size - offset || length < 6)
		return -EBADMSG;
	*ret_payload = p + offset;
	*ret_size = length;
	return 0;
}
