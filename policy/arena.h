/* SPDX-License-Identifier: GPL-2.0-or-later */
/* arena.h - memory that is given out piece by piece and freed all at once. */
#pragma once

#include <stddef.h>

struct kfg_arena_chunk;

/* All zero is an empty arena. */
struct kfg_arena {
	struct kfg_arena_chunk *chunks; /* owned */
};

/* Zeroed memory for anything, valid until kfg_arena_done(); NULL when there is none. size 0 gives a
 * valid pointer. */
void *kfg_arena_alloc(struct kfg_arena *arena, size_t size);
/* A copy of len bytes with a NUL behind them. */
char *kfg_arena_strndup(struct kfg_arena *arena, const char *text, size_t len);
/* Accepts an empty arena. */
void kfg_arena_done(struct kfg_arena *arena);
