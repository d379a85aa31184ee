/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * facts_types.h - types of BTF as records that do not depend on ids: sorted by name, and what they refer to is named.
 * So records of two kernels differ only where the types do, and one kernel packs well with another one as the
 * dictionary. The form is described in kfgate-facts(5); facts_types_write.c makes it from BTF, facts_types_read.c makes
 * BTF of it.
 */
#pragma once

#include "analysis/btf/btf.h"
#include "analysis/kernel/facts_bytes.h"
#include "base/strbuf.h"

#define KFG_FACTS_DEPTH_MAX 48u /* types inside of types */
#define KFG_FACTS_VLEN_MAX 0xffffffu /* as BTF has it since 7.2 */

/* The first byte of a type that is referred to: 0 is void, a kind alone is an unnamed type, described in place. */
enum kfg_facts_reference {
	KFG_FACTS_NAMED = 0x80,
	KFG_FACTS_OF_BASE = 0x40, /* of the kernel, not of the module at hand */
	KFG_FACTS_ORDINAL = 0x20, /* not the first of that kind and name: which one follows the name */
	KFG_FACTS_KIND = 0x1f,
};

/* BTF about to be written: of a kernel, or of a module with the kernel's as its base. */
struct kfg_facts_writer;

/* base: of the kernel, for a module; else NULL; it and btf must outlive the writer. Returns 0 or -ENOMEM. */
int kfg_facts_writer_new(const struct kfg_btf *btf, const struct kfg_facts_writer *base,
			 struct kfg_facts_writer **ret_writer);
void kfg_facts_writer_free(struct kfg_facts_writer *writer); /* accepts NULL */
/* Of this function the names of parameters are kept, too. */
void kfg_facts_writer_keep_names(struct kfg_facts_writer *writer, uint32_t func);
/* Which of the types of its kind and name this one is, from 0. */
uint32_t kfg_facts_writer_ordinal(const struct kfg_facts_writer *writer, uint32_t id);
/* Appends the records. Returns 0; -EBADMSG: types that no compiler makes; -E2BIG, -ENOMEM: of out. */
int kfg_facts_writer_write(const struct kfg_facts_writer *writer, struct kfg_strbuf *out);

void kfg_facts_put_number(struct kfg_strbuf *out, uint64_t number);
void kfg_facts_put_name(struct kfg_strbuf *out, const char *name);

/* Records of types, to be found by name; what is in one is read when its type is first asked for. */
struct kfg_facts_reader;

/*
 * Reads the names of records from bytes that nobody has checked, and that must outlive the reader, as base must. Names
 * of types are offsets in from->data. Returns 0; -EBADMSG with from->error; -ENOMEM.
 */
int kfg_facts_reader_new(struct kfg_facts_bytes *from, const struct kfg_facts_reader *base,
			 struct kfg_facts_reader **ret_reader);
void kfg_facts_reader_free(struct kfg_facts_reader *rd); /* accepts NULL */
/* The id of the first type of its own. */
uint32_t kfg_facts_reader_first(const struct kfg_facts_reader *rd);
/* A named type of its own. 0: there is none. */
uint32_t kfg_facts_reader_find(const struct kfg_facts_reader *rd, unsigned kind, const char *name, uint32_t ordinal);
/* Adds a decl tag to a type, before types of the reader are asked for. Returns 0, -ENOMEM or -E2BIG. */
int kfg_facts_reader_tag(struct kfg_facts_reader *rd, uint32_t name, uint32_t id);
/* The id of the first tag; the others follow. */
uint32_t kfg_facts_reader_tags(const struct kfg_facts_reader *rd, uint32_t *ret_n);
/*
 * A type of its own, as BTF has it, which stays as long as the reader. NULL: no such id. Where its record has an error,
 * or there is no memory, something is left out of it.
 */
const struct btf_type *kfg_facts_reader_type(struct kfg_facts_reader *rd, uint32_t id);
/* Reads all records. Returns the first id that is free. */
uint32_t kfg_facts_reader_all(struct kfg_facts_reader *rd);
/* Of what was read up to now. Returns 0; -EBADMSG with from->error, -ENOMEM or -E2BIG: something was left out. */
int kfg_facts_reader_error(const struct kfg_facts_reader *rd, struct kfg_facts_bytes *from);
