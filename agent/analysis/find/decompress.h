/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decompress.h - compressed bytes to bytes, bounded.
 *
 * Prefix: kfg_decompressed.
 */
#pragma once

#include "analysis/find/search.h"
#include <stdbool.h>

struct kfg_decompressed {
	uint8_t *data; /* owned by the caller */
	size_t size;
	size_t packed; /* how long the stream was */
};

/*
 * Unpacks the stream (KFG_MAGIC_GZIP, _ZSTD or _XZ) at data, which ends where it ends. Returns 0; -ENOMSG: it does not
 * unpack, or not to something that may hold programs (an ELF file, a tar or cpio archive, a static library); -EFBIG:
 * more than max bytes; -ENOBUFS: it wants more than window bytes of memory; -EBADMSG: it breaks off or is damaged;
 * -ENOMEM.
 */
struct kfg_decompress_limits {
	size_t max, window;
	bool is_file; /* it is one, not bytes in something else that may look so by chance: -ENOMSG does not occur */
};
int kfg_decompress_stream(enum kfg_magic magic, const uint8_t *data, size_t size,
			  const struct kfg_decompress_limits *how, struct kfg_decompressed *ret_unpacked);

/* Unpacks a zlib stream (RFC 1950) to exactly full bytes, at most max. 0, -EFBIG, -EBADMSG, -ENOMEM. */
int kfg_decompress_zlib(const uint8_t *data, size_t size, uint64_t full, size_t max, uint8_t **ret_data);

/*
 * Unpacks a zlib stream that ends where it ends, to *ret_data of *ret_size bytes. -ENOMSG: it is none, or not of an ELF
 * file; else as above.
 */
int kfg_decompress_zlib_object(const uint8_t *data, size_t size, size_t max, uint8_t **ret_data, size_t *ret_size);
