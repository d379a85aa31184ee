/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * archive_library.h - libarchive, brought in when something is to be unpacked, and not before. Linked, it would bring
 * libxml2, ICU, the C++ library and six decompressors into the agent, which unpacks nothing and runs with privileges:
 * more to attack, and 2 MiB more resident.
 */
#pragma once

#include <archive.h>
#include <archive_entry.h>

#define KFG_ARCHIVE_FUNCTIONS(F) \
	F(archive_entry_filetype) \
	F(archive_entry_hardlink) \
	F(archive_entry_pathname) \
	F(archive_errno) \
	F(archive_error_string) \
	F(archive_read_data) \
	F(archive_read_free) \
	F(archive_read_new) \
	F(archive_read_next_header) \
	F(archive_read_open) \
	F(archive_read_open_memory) \
	F(archive_read_support_filter_bzip2) \
	F(archive_read_support_filter_gzip) \
	F(archive_read_support_filter_lz4) \
	F(archive_read_support_filter_lzma) \
	F(archive_read_support_filter_rpm) \
	F(archive_read_support_filter_xz) \
	F(archive_read_support_filter_zstd) \
	F(archive_read_support_format_ar) \
	F(archive_read_support_format_cpio) \
	F(archive_read_support_format_raw) \
	F(archive_read_support_format_tar) \
	F(archive_set_error)

/* The functions by their own names. */
struct kfg_archive_library {
#define KFG_ARCHIVE_MEMBER(function) __typeof__(&function) function;
	KFG_ARCHIVE_FUNCTIONS(KFG_ARCHIVE_MEMBER)
#undef KFG_ARCHIVE_MEMBER
};

/* NULL: the library is not there, or lacks one of them. It stays until the process ends. */
const struct kfg_archive_library *kfg_archive_library(void);
