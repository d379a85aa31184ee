/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source_list.h - the files of a source, as source.c finds and source_read.c reads them. */
#pragma once

#include "base/strbuf.h"
#include "analysis/kernel/source.h"

enum kfg_kernel_file_kind {
	KFG_KERNEL_FILE_NONE,
	KFG_KERNEL_FILE_NAMED, /* by the user: whatever is in it */
	KFG_KERNEL_FILE_PACKAGE,
	KFG_KERNEL_FILE_KERNEL,
	KFG_KERNEL_FILE_BTF, /* raw, of a kernel */
	KFG_KERNEL_FILE_MODULE,
	KFG_KERNEL_FILE_CONFIG, /* the kernel's configuration */
};

struct kfg_kernel_file {
	char *path; /* owned */
	enum kfg_kernel_file_kind kind;
};

struct kfg_kernel_source {
	struct kfg_kernel_file *files; /* owned */
	size_t n_files, room;
	uint64_t modules_print; /* of names and inodes */
	size_t n_modules;
	struct kfg_strbuf origin;
	const char *named; /* the file or directory at hand, as the user named it, and where it is */
	char *real; /* owned */
};

/* By its name alone. */
enum kfg_kernel_file_kind kfg_kernel_file_kind(const char *path);
/* "VERSION" of ".../lib/modules/VERSION/..."; false: the path has no such part. */
bool kfg_kernel_file_release(const char *path, char *release, size_t size);
