/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * facts_pack.h - bytes packed by zstd, with a dictionary that others have, too: the records of some kernels, so that of
 * another one only what differs is left.
 */
#pragma once

#include "base/strbuf.h"
#include <stddef.h>
#include <stdint.h>

#define KFG_FACTS_BODY_MAX ((size_t)48 << 20) /* unpacked; the largest of Debian's has 7 MB */
#define KFG_FACTS_DICTIONARY_MAX ((size_t)96 << 20)
#define KFG_FACTS_DICTIONARY_NAME 31u /* bytes of a dictionary's name at most */

struct kfg_facts_dictionary {
	char name[KFG_FACTS_DICTIONARY_NAME + 1]; /* "facts-1"; "": none */
	const char *data; /* lives as long as the process */
	size_t size;
	uint64_t hash; /* as kfg_blob_btf_hash() has it */
};

/* The dictionary that those of other architectures are packed with. */
#define KFG_FACTS_DICTIONARY "facts-1"
#define KFG_FACTS_DICTIONARY_MAGIC "kfgate-dictionary 1\n"

/* The name of the dictionary that new files of an architecture, as uname(2) has it, are packed with. */
const char *kfg_facts_dictionary_of(const char *arch);
/*
 * The dictionary of that name (letters, digits, "-"), which is read once per process from the directory of the
 * catalogue (see catalogue.h). Returns 0; -ENOENT: it is not installed; -EBADMSG: it is damaged; -ENOMEM.
 */
int kfg_facts_dictionary(const char *name, const struct kfg_facts_dictionary **ret_dictionary);

/* dictionary NULL: none. The packed bytes are to be freed. Returns 0 or -ENOMEM. */
int kfg_facts_pack(const struct kfg_facts_dictionary *dictionary, const void *data, size_t size, void **ret_packed,
		   size_t *ret_size);
/* A dictionary's file. prefix: KFG_FACTS_DICTIONARY, or NULL. Returns 0, -ENOMEM or -E2BIG. */
int kfg_facts_pack_dictionary(const struct kfg_facts_dictionary *prefix, const void *data, size_t size,
			      struct kfg_strbuf *out);
/* room: where exactly room_size bytes are to come. Returns 0 or -EBADMSG. */
int kfg_facts_unpack(const struct kfg_facts_dictionary *dictionary, const void *packed, size_t packed_size, void *room,
		     size_t room_size);
