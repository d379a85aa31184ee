/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * facts.h - a facts file: all that is known of one kernel, in one small file that can be kept and sent. Lines of text
 * for people and for who looks for a kernel, and behind them, packed, its types and kfuncs. kfgate-facts(5) has the
 * format. Such a file is input like any other.
 */
#pragma once

#include "analysis/kernel/blob.h"
#include "analysis/kernel/facts_pack.h"
#include "analysis/kernel/kernel.h"

#define KFG_FACTS_MAGIC "kfgate-facts 1\n"
#define KFG_FACTS_FILE_MAX ((size_t)16 << 20)
#define KFG_FACTS_LINE_MAX 4096u

/* The lines of a facts file. Texts are NUL terminated, and of printable ASCII. */
struct kfg_facts_head {
	char release[65];
	char version[160]; /* see kfg_blob */
	char arch[16];
	char made[11]; /* the day, "2026-11-29" */
	char source[160]; /* what it was made from: a package's name, "running", or "" */
	char dictionary[KFG_FACTS_DICTIONARY_NAME + 1]; /* "": none */
	uint64_t dictionary_hash;
	uint64_t btf_size, btf_hash; /* of the kernel's BTF, as it came */
	bool sets_known, modules_known;
	uint32_t n_modules, n_bad_modules, n_odd;
	uint32_t n_kfuncs;
	size_t body_size; /* unpacked */
	size_t body_at; /* where the packed bytes start */
};

/* Where a file of facts comes from. */
struct kfg_facts_made {
	const char *day; /* "2026-11-29" */
	const char *source; /* "" if there is nothing to say */
	const struct kfg_facts_dictionary *dictionary; /* NULL: none */
};

/* Whether size bytes at data begin like a facts file, of any version. */
bool kfg_facts_is(const void *data, size_t size);
/* Reads the lines alone. Returns 0; -EBADMSG with *ret_error, which names path. */
int kfg_facts_read_head(const char *path, const void *data, size_t size, struct kfg_facts_head *ret_head,
			struct kfg_kernel_error *ret_error);
/* A facts file that was read. */
struct kfg_facts;

/*
 * Types are read when they are first asked for, and of one with an error something is left out then, which
 * kfg_facts_error() tells. Returns 0;
 * -EBADMSG, -ENOENT (its dictionary) with *ret_error; -ENOMEM.
 */
int kfg_facts_read(const char *path, const void *data, size_t size, struct kfg_facts **ret_facts,
		   struct kfg_kernel_error *ret_error);
/* Of the types read up to now. Returns 0; -EBADMSG with *ret_error, -ENOMEM, -E2BIG: something was left out of one. */
int kfg_facts_error(const struct kfg_facts *facts, const char *path, struct kfg_kernel_error *ret_error);
/* Reads all types now. Returns the same. */
int kfg_facts_check(const struct kfg_facts *facts, const char *path, struct kfg_kernel_error *ret_error);
void kfg_facts_free(struct kfg_facts *facts); /* accepts NULL */
/* All but the types: parts of BTF are empty. It is the facts'. */
const struct kfg_blob *kfg_facts_blob(const struct kfg_facts *facts);
/*
 * The types of a module of the blob, by index, or of the kernel (KFG_BLOB_NO_MODULE), which is a module's base; to be
 * freed before the facts. Returns 0 or -ENOMEM.
 */
int kfg_facts_btf(const struct kfg_facts *facts, uint32_t module, const struct kfg_btf *base, struct kfg_btf **ret_btf);
/* What is known of a kernel, as a file. Returns 0; -EBADMSG with *ret_error: types that cannot be written; -ENOMEM. */
int kfg_facts_write(const struct kfg_kernel *kernel, const struct kfg_facts_made *made, struct kfg_strbuf *out,
		    struct kfg_kernel_error *ret_error);
/* Its records of types and kfuncs before they are packed: what dictionaries are made of. */
int kfg_facts_write_body(const struct kfg_kernel *kernel, struct kfg_strbuf *out, struct kfg_kernel_error *ret_error);
