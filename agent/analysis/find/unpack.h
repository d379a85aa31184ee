/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unpack.h - compressed bytes to bytes, bounded. */
#pragma once

#include "analysis/find/search.h"

struct kfg_unpacked {
	uint8_t *data; /* owned by the caller */
	size_t size;
	size_t packed; /* how long the stream was */
};

/*
 * Unpacks the stream (KFG_MAGIC_GZIP, _ZSTD or _XZ) at data, which ends where it ends. Returns 0; -ENOMSG: it does not
 * unpack, or not to something that may hold programs (an ELF file, a tar or cpio archive, a static library); -EFBIG:
 * that, but more than max bytes; -EBADMSG: that, but it breaks off, is damaged, or wants too large a window; -ENOMEM.
 */
int kfg_unpack_stream(enum kfg_magic magic, const uint8_t *data, size_t size, size_t max,
		      struct kfg_unpacked *ret_unpacked);

/* Unpacks a zlib stream (RFC 1950) to exactly full bytes, at most max. 0, -EFBIG, -EBADMSG, -ENOMEM. */
int kfg_unpack_zlib(const uint8_t *data, size_t size, uint64_t full, size_t max, uint8_t **ret_data);
