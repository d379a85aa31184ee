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
