/* SPDX-License-Identifier: GPL-2.0-or-later */
/* archive.h - archives and compressed files as libarchive reads them: one member after the other, bounded. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum kfg_archive_kind {
	KFG_ARCHIVE_NONE,
	KFG_ARCHIVE_FILES, /* has members */
	KFG_ARCHIVE_STREAM, /* of a compression that decompress.h does not know, of a file or an archive */
	KFG_ARCHIVE_KNOWN_STREAM, /* of one that decompress.h knows; what it unpacks to may be an archive */
	KFG_ARCHIVE_FOREIGN, /* holds files, and nothing here reads it */
};

/* What a file is by its first bytes, and its last ones (a zip archive behind a program); *ret_name: in a word. */
enum kfg_archive_kind kfg_archive_kind_of(const uint8_t *data, size_t size, const char **ret_name);

struct kfg_archive;

/*
 * Opens size bytes at data, which must outlive the reader. Returns 0; -EBADMSG: that is no archive, or a damaged one,
 * by kfg_archive_error(); -ENOMEM. Close in any case.
 */
int kfg_archive_open(const uint8_t *data, size_t size, struct kfg_archive **ret_archive);
/* The next regular file: 1, with *ret_name ("" if the archive gives none); 0: no more; -EBADMSG, -ENOMEM as above. */
int kfg_archive_next(struct kfg_archive *archive, const char **ret_name);
/* Its bytes, to be freed. -EFBIG: more than max; -EBADMSG, -ENOMEM as above: the next one may be fine. */
int kfg_archive_read(struct kfg_archive *archive, size_t max, uint8_t **ret_data, size_t *ret_size);
/* True once a member was read: the compressed file was no archive. */
bool kfg_archive_is_plain(const struct kfg_archive *archive);
/* Entries that were gone through, of all kinds. */
size_t kfg_archive_n_entries(const struct kfg_archive *archive);
/* Where the members of a zip archive begin, and where it ends; false: it cannot be told. */
bool kfg_archive_zip_extent(const uint8_t *data, size_t size, size_t *ret_from, size_t *ret_to);
/* The bytes behind the archive, which may be something else. Of formats that are read from their end, of zip alone. */
size_t kfg_archive_rest(const struct kfg_archive *archive);
const char *kfg_archive_error(struct kfg_archive *archive);
void kfg_archive_close(struct kfg_archive *archive); /* accepts NULL */
