/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * btf.h - a checked, read-only view over BTF from any hand: an object's, a kernel's, a module's. Everything is checked
 * once, when it is opened: header, section bounds, that each type record lies inside, that each id and each string
 * offset in it exists. What the functions below return needs no further check, with one exception: chains of types
 * (typedefs, pointers, arrays) may be loops, so who follows them counts steps (KFG_BTF_STEPS_MAX).
 * Format: Documentation/bpf/btf.rst and include/uapi/linux/btf.h (6.1..7.3). What has changed there is defined here,
 * for the host that builds has one version of that header, and the files come from all.
 */
#pragma once

#include <linux/btf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kfg_btf;

/* struct btf_header. Seen in 7.2, and not in 7.0: it goes on with the offset and length of a layout. */
struct kfg_btf_header {
	uint16_t magic;
	uint8_t version;
	uint8_t flags;
	uint32_t hdr_len; /* offsets count from there */
	uint32_t type_off, type_len;
	uint32_t str_off, str_len;
};

/* Of btf_type.info, as in 7.2. Before that a kind had 5 bits and a length 16, and what is between them was 0. */
#define KFG_BTF_INFO_KIND(info) ((info) >> 24 & 0x7f)
#define KFG_BTF_INFO_VLEN(info) ((info)&0xffffff)
#define KFG_BTF_INFO_KFLAG(info) ((info) >> 31)

#define KFG_BTF_STEPS_MAX 64u

/* Why a BTF was not taken: one sentence without a newline, and the offset into the bytes given. */
struct kfg_btf_error {
	size_t offset;
	char text[160];
};

/*
 * Opens size bytes at data, which stay the caller's and must outlive the view. base: the BTF that a split BTF (of a
 * module) continues, or NULL; it must outlive the view, too. A file of the other byte order is turned round first.
 * Memory: 4 bytes per type, and a copy of data that is not aligned to 4 bytes or of the other byte order. Types of a
 * kind that is not known are passed over where the file tells how long they are (its layout); else that is an error.
 * Returns 0; -EBADMSG with *ret_error filled; -ENOMEM.
 */
int kfg_btf_open(const void *data, size_t size, const struct kfg_btf *base, struct kfg_btf **ret_btf,
		 struct kfg_btf_error *ret_error);
/*
 * Types that somebody keeps in another form, and makes when they are first asked for. They are right as those of
 * kfg_btf_open() are, and stay where they are.
 */
struct kfg_btf_source {
	const struct btf_type *(*type)(void *arg, uint32_t id); /* an own one; NULL: no such id */
	uint32_t (*find)(void *arg, const char *name, unsigned kind); /* the first own one; 0: none */
	uint32_t (*end)(void *arg); /* makes all; the first id that is free then */
	void *arg;
	uint32_t first; /* own id */
	uint32_t first_tag, n_tags; /* ids of all decl tags */
	const char *strings; /* as BTF has them; outlive the view */
	uint32_t n_strings; /* bytes */
};

/* base: as above; its ids end before source->first. Returns 0 or -ENOMEM. */
int kfg_btf_open_source(const struct kfg_btf_source *source, const struct kfg_btf *base, struct kfg_btf **ret_btf);
void kfg_btf_free(struct kfg_btf *btf); /* accepts NULL */

/* Whether the file was of the other byte order than this machine's. */
bool kfg_btf_is_foreign(const struct kfg_btf *btf);

/*
 * Ids run from 1 to the number returned here minus 1, those of the base included; 0 is void. Between those of the base
 * and own ones some may be free. Of a source it makes all types.
 */
uint32_t kfg_btf_n_types(const struct kfg_btf *btf);
/* The first own id: 1 without a base. */
uint32_t kfg_btf_first_own(const struct kfg_btf *btf);
/* NULL: void or no such type. Followed by its records (members, parameters, ...), all inside. */
const struct btf_type *kfg_btf_type(const struct kfg_btf *btf, uint32_t id);
/* The string at an offset; "" where there is none. Never NULL. */
const char *kfg_btf_str(const struct kfg_btf *btf, uint32_t offset);
/* Whether the text is one of its own strings; much faster than a look at all types. */
bool kfg_btf_has_string(const struct kfg_btf *btf, const char *text);
/* The name of a type; "" for anonymous ones and void. */
const char *kfg_btf_type_name(const struct kfg_btf *btf, uint32_t id);
/*
 * The first type of that kind (BTF_KIND_*, no decl tag) and name; 0: none. Own types are looked at before the base's.
 * Names of more than 1,023 bytes are not found. The first call builds an index (8 to 16 bytes per named type), so a
 * const view is not safe for use by several threads.
 */
uint32_t kfg_btf_find(const struct kfg_btf *btf, const char *name, unsigned kind);
/* The same, without the base. */
uint32_t kfg_btf_find_own(const struct kfg_btf *btf, const char *name, unsigned kind);
/*
 * The first decl tag on the type itself, by its text, that begins so; NULL: none.
 */
const char *kfg_btf_find_tag(const struct kfg_btf *btf, uint32_t id, const char *prefix);
/* True if a decl tag of that text is on the type itself (component -1). */
bool kfg_btf_has_tag(const struct kfg_btf *btf, uint32_t id, const char *tag);
