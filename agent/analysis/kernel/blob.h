/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * blob.h - what is kept of a kernel, as one piece of memory that can be a file: made by collect.c, cached by cache.c,
 * read by kernel.c. A file of it is input like any other: kfg_blob_check() is asked before anything in it is believed.
 */
#pragma once

#include "base/strbuf.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KFG_BLOB_MAGIC "KFGKRN3"
#define KFG_BLOB_NO_MODULE UINT32_MAX

struct kfg_blob_part {
	uint64_t at, size; /* bytes, from the start of the blob; at is a multiple of 8 */
};

/* Texts are NUL terminated. */
enum kfg_blob_part_index {
	KFG_BLOB_ORIGIN, /* text: what the blob was made of, see source.h */
	KFG_BLOB_RELEASE, /* text */
	KFG_BLOB_LIMITS, /* text */
	KFG_BLOB_BAD_MODULES, /* text: names */
	KFG_BLOB_VERSION, /* text: as `uname -v` has it: "#1 SMP Debian 7.3.4-1 (2026-11-15)" */
	KFG_BLOB_ARCH, /* text: as `uname -m` has it */
	KFG_BLOB_CONFIG, /* text: lines of its configuration that decide about BPF programs; see config.h */
	KFG_BLOB_BTF, /* of the kernel */
	KFG_BLOB_MODULES, /* array of struct kfg_blob_module */
	KFG_BLOB_KFUNCS, /* array of struct kfg_blob_kfunc */
	KFG_BLOB_PARTS,
};

struct kfg_blob {
	char magic[8];
	uint64_t size; /* of the whole */
	uint64_t checksum; /* of all that follows */
	uint32_t sets_known, modules_known; /* 0 or 1 */
	uint32_t n_modules, n_bad_modules, n_odd;
	uint32_t unused;
	uint64_t btf_size, btf_hash; /* of the kernel's BTF as it came: see kfg_blob_btf_hash() */
	struct kfg_blob_part parts[KFG_BLOB_PARTS];
};

struct kfg_blob_module {
	char name[64];
	struct kfg_blob_part btf;
};

enum kfg_blob_bits {
	KFG_BLOB_TYPES_KNOWN = 1,
	KFG_BLOB_FILTERED = 2,
	KFG_BLOB_REGISTERED = 4,
	KFG_BLOB_TAGGED = 8,
	KFG_BLOB_DEPRECATED = 16, /* by a flag that the kernel's BTF names */
	KFG_BLOB_BITS = 31, /* all of these */
};

struct kfg_blob_kfunc {
	uint64_t prog_types;
	uint32_t id, flags;
	uint32_t module; /* index, or KFG_BLOB_NO_MODULE */
	uint32_t bits;
};

/* A blob being put together. What is put is copied; the first failure sticks. */
struct kfg_blob_build {
	struct kfg_blob head; /* to be filled in, but for magic, size, checksum and parts */
	struct kfg_strbuf bytes, modules;
};

void kfg_blob_start(struct kfg_blob_build *build);
void kfg_blob_put(struct kfg_blob_build *build, enum kfg_blob_part_index index, const void *data, size_t size);
void kfg_blob_put_text(struct kfg_blob_build *build, enum kfg_blob_part_index index, const char *text);
void kfg_blob_put_module(struct kfg_blob_build *build, const char *name, const void *btf, size_t size);
/* The blob, to be freed. build is done with, in either case. Returns 0, -ENOMEM or -E2BIG. */
int kfg_blob_finish(struct kfg_blob_build *build, struct kfg_blob **ret_blob);

/* Tells BTF from other BTF; nobody is kept from making two of one hash. */
uint64_t kfg_blob_btf_hash(const void *btf, size_t size);
uint64_t kfg_blob_checksum(const struct kfg_blob *blob);
/* True if size bytes at data are a whole blob, all parts inside and texts terminated. */
bool kfg_blob_check(const void *data, size_t size);
