/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * search.h - finds in bytes what may be, or hold, a BPF object. Work is linear in the size.
 *
 * Prefix: kfg_magic.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum kfg_magic {
	KFG_MAGIC_NONE,
	KFG_MAGIC_OBJECT, /* the head of a relocatable little-endian ELF64 file for EM_BPF */
	KFG_MAGIC_OBJECT_BE, /* likewise, of the other byte order */
	KFG_MAGIC_LIGHT_SKELETON, /* the first instructions of a light skeleton's loader */
	KFG_MAGIC_GZIP,
	KFG_MAGIC_ZSTD,
	KFG_MAGIC_XZ,
	KFG_MAGIC_BZIP2,
	KFG_MAGIC_MAX,
};

/* The first of them at or behind `from`; returns size and KFG_MAGIC_NONE when there is none. */
size_t kfg_search_next(const uint8_t *data, size_t size, size_t from, enum kfg_magic *ret_magic);

/*
 * The length of the ELF64 file, of either byte order, that starts at data: the end of its section table,
 * sections, and segments.
 * *budget counts down section headers looked at. Returns 0; -EBADMSG: something is beyond size, *ret_why says what;
 * -E2BIG: the budget is spent.
 */
int kfg_search_elf_size(const uint8_t *data, size_t size, size_t *budget, size_t *ret_size, const char **ret_why);
