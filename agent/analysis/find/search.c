/* SPDX-License-Identifier: GPL-2.0-or-later */
/* search.c - the places in bytes at which an object, a light skeleton or a compressed stream may begin. */
#include "analysis/find/search.h"

#include <elf.h>
#include <stdbool.h>
#include <string.h>

/* 16 bytes compared at once; the compiler has an instruction for each step (SSE2, NEON). */
typedef uint8_t vec __attribute__((vector_size(16)));
typedef uint64_t halves __attribute__((vector_size(16)));

#define BLOCK 64u

/* The first two bytes of each magic. */
static const uint8_t pairs[][2] = {
	{ 0x7f, 'E' }, { 0x1f, 0x8b }, { 0x28, 0xb5 }, { 0xfd, '7' }, { 'B', 'Z' }, { 0xbf, 0x16 },
};
#define N_PAIRS (sizeof(pairs) / sizeof(pairs[0]))

/*
 * libbpf's gen_loader.c (bpf_gen__init, libbpf 0.4 to 1.6) begins every loader with these three instructions:
 * r6 = r1; r1 = r10; r1 += -(size of its stack)
 */
static const uint8_t light_head[] = { 0xbf, 0x16, 0, 0, 0, 0, 0, 0, 0xbf, 0xa1, 0, 0, 0, 0, 0, 0, 0x07, 0x01, 0, 0 };

static enum kfg_magic elf_at(const uint8_t *p, size_t left)
{
	Elf64_Ehdr h;

	if (left < sizeof(h))
		return KFG_MAGIC_NONE;
	memcpy(&h, p, sizeof(h));
	if (memcmp(h.e_ident, ELFMAG, SELFMAG) || h.e_ident[EI_CLASS] != ELFCLASS64)
		return KFG_MAGIC_NONE;
	if (h.e_ident[EI_DATA] == ELFDATA2LSB && h.e_machine == EM_BPF && h.e_type == ET_REL)
		return KFG_MAGIC_OBJECT;
	if (h.e_ident[EI_DATA] == ELFDATA2MSB && h.e_machine == __builtin_bswap16(EM_BPF) &&
	    h.e_type == __builtin_bswap16(ET_REL))
		return KFG_MAGIC_OBJECT_BE;
	return KFG_MAGIC_NONE;
}

static enum kfg_magic magic_at(const uint8_t *p, size_t left)
{
	switch (p[0]) {
	case 0x7f:
		return elf_at(p, left);
	case 0x1f: /* RFC 1952: deflate, no reserved flag */
		return left > 18 && p[1] == 0x8b && p[2] == 8 && !(p[3] & 0xe0) ? KFG_MAGIC_GZIP : KFG_MAGIC_NONE;
	case 0x28: /* RFC 8878 */
		return left > 8 && !memcmp(p, "\x28\xb5\x2f\xfd", 4) ? KFG_MAGIC_ZSTD : KFG_MAGIC_NONE;
	case 'B': /* a level, and the first block's magic, six digits of pi */
		return left > 14 && !memcmp(p, "BZh", 3) && !memcmp(p + 4, "1AY&SY", 6) ? KFG_MAGIC_BZIP2 :
											  KFG_MAGIC_NONE;
	case 0xfd: /* The .xz File Format, 2.1.1.1 */
		return left > 24 && !memcmp(p,
					    "\xfd"
					    "7zXZ\0",
					    6) ?
			       KFG_MAGIC_XZ :
			       KFG_MAGIC_NONE;
	case 0xbf:
		return left > sizeof(light_head) && !memcmp(p, light_head, sizeof(light_head)) ?
			       KFG_MAGIC_LIGHT_SKELETON :
			       KFG_MAGIC_NONE;
	}
	return KFG_MAGIC_NONE;
}

/* Where in the 16 bytes at p (17 are read) one of the pairs begins: not zero there. */
static vec pairs_at(const uint8_t *p)
{
	vec a, b, hits = { 0 };

	memcpy(&a, p, sizeof(a));
	memcpy(&b, p + 1, sizeof(b));
#pragma GCC unroll 8
	for (size_t i = 0; i < N_PAIRS; i++)
		hits |= (vec)(a == pairs[i][0]) & (vec)(b == pairs[i][1]);
	return hits;
}

static bool block_has_pair(const uint8_t *p)
{
	halves hits = (halves)(pairs_at(p) | pairs_at(p + 16) | pairs_at(p + 32) | pairs_at(p + 48));

	return (hits[0] | hits[1]) != 0;
}

size_t kfg_search_next(const uint8_t *data, size_t size, size_t from, enum kfg_magic *ret_magic)
{
	size_t at = from;

	while (at < size) {
		size_t end = size - at > BLOCK ? at + BLOCK : size;

		if (end < size && !block_has_pair(data + at)) {
			at = end;
			continue;
		}
		for (; at < end; at++) {
			enum kfg_magic magic = magic_at(data + at, size - at);

			if (magic != KFG_MAGIC_NONE) {
				*ret_magic = magic;
				return at;
			}
		}
	}
	*ret_magic = KFG_MAGIC_NONE;
	return size;
}
