/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unpack.h - what is packed, unpacked: single files (gzip, xz, lzma, bzip2, zstd, lz4) and archives (tar, cpio, .deb,
 * .rpm), by libarchive. No other program is run, and each result has a limit. A large one is a file without a name
 * (in $TMPDIR, /var/tmp or /tmp) that is mapped; where none can be made, it is in memory.
 *
 * Prefixes: kfg_packing, kfg_unpacked.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KFG_KERNEL_SIZE_MAX (256u << 20) /* of a kernel that was packed; 7.3.4 has 64 MB */
#define KFG_MODULE_SIZE_MAX (64u << 20)

struct kfg_unpack_error {
	char text[160]; /* one sentence without a newline */
};

enum kfg_packing {
	KFG_PACKING_NONE, /* nothing that is known here */
	KFG_PACKING_FILE, /* one file; a tar or cpio archive, too, may be packed so */
	KFG_PACKING_ARCHIVE,
};

/* By the first bytes. */
enum kfg_packing kfg_unpack_kind(const void *data, size_t size);

struct kfg_unpacked {
	uint8_t *data; /* owned */
	size_t size;
	bool mapped; /* else allocated */
};

void kfg_unpacked_done(struct kfg_unpacked *file);

/* Unpacks one file, to at most max bytes. Returns 0; -EBADMSG, -EFBIG with *ret_error; -ENOMEM. */
int kfg_unpack_file(const void *data, size_t size, size_t max, struct kfg_unpacked *ret_file,
		    struct kfg_unpack_error *ret_error);

/* What becomes of an archive's files. */
struct kfg_unpack_sink {
	/* Most bytes wanted of the file; 0: it is not wanted. */
	size_t (*wants)(void *arg, const char *path);
	/* A file, the sink's to free. A negative errno ends the walk. */
	int (*file)(void *arg, const char *path, struct kfg_unpacked *file);
	void *arg;
};

/* Gives the regular files of an archive to the sink. Returns 0; what the sink returned; or as kfg_unpack_file(). */
int kfg_unpack_archive(const void *data, size_t size, const struct kfg_unpack_sink *sink,
		       struct kfg_unpack_error *ret_error);
