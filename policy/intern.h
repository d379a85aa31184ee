/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * intern.h - things kept once: names, matchers and slices of numbers get an index by which to find
 * them again. All zero is an empty one; _done frees what it holds, not what it was given. 0, or
 * -ENOMEM.
 */
#pragma once

#include "slots.h"

#include <kfgate/abi.h>
#include <stddef.h>
#include <stdint.h>

/* kfg_hash() of abi.h's strings: FNV-1a over the bytes before the NUL. */
uint32_t kfg_intern_hash(const char *text, size_t len);

struct kfg_intern_text {
	const char *text; /* not owned; not NUL terminated */
	uint32_t len, hash;
	uint32_t tag; /* part of the identity */
};

/* Texts, in the order in which they came. */
struct kfg_intern_texts {
	struct kfg_intern_text *items; /* owned */
	struct kfg_slots slots; /* index + 1 */
	size_t capacity;
};
int kfg_intern_texts_add(struct kfg_intern_texts *texts, const char *text, size_t len, uint32_t tag,
			 uint32_t *ret_index);
/* The index of the one with that text, hash and tag; KFG_NONE: it is not there. */
uint32_t kfg_intern_texts_find(const struct kfg_intern_texts *texts, const struct kfg_intern_text *text);
void kfg_intern_texts_done(struct kfg_intern_texts *texts);

/* Numbers in slices that may be shared. */
struct kfg_intern_slices {
	uint32_t *data; /* owned */
	uint32_t n;
	size_t capacity;
	struct kfg_range *ranges; /* owned: the distinct slices */
	size_t ranges_capacity;
	struct kfg_slots slots; /* index + 1 of a range */
};
int kfg_intern_slices_add(struct kfg_intern_slices *slices, const uint32_t *numbers, uint32_t n,
			  struct kfg_range *ret_range);
void kfg_intern_slices_done(struct kfg_intern_slices *slices);
