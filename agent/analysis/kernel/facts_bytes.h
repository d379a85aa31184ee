/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * facts_bytes.h - what the records of a facts file consist of: bytes, numbers and names, from bytes that nobody has
 * checked. After the first error all that is taken is 0.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define KFG_FACTS_NAME_MAX 1023u /* bytes of a name; as the index of BTF has it */

/* Bytes being read; `at` moves. Nothing beyond `end` is touched. */
struct kfg_facts_bytes {
	const char *data; /* starts with a NUL, which is the empty name */
	size_t at, end;
	const char *error; /* the first one; NULL: none */
	size_t error_at;
};

int kfg_facts_fail(struct kfg_facts_bytes *from, const char *why); /* -EBADMSG */

unsigned kfg_facts_take_byte(struct kfg_facts_bytes *from);
uint64_t kfg_facts_take_number(struct kfg_facts_bytes *from);
int64_t kfg_facts_take_signed(struct kfg_facts_bytes *from);
/* A number of at most max; why: what is wrong with a greater one. */
uint32_t kfg_facts_take_small(struct kfg_facts_bytes *from, uint64_t max, const char *why);
/* The offset of a name in data; 0 (the empty name) after an error. */
uint32_t kfg_facts_take_name(struct kfg_facts_bytes *from);
/* The same, and how long it is. */
uint32_t kfg_facts_take_name_len(struct kfg_facts_bytes *from, uint32_t *ret_len);
