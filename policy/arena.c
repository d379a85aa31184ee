/* SPDX-License-Identifier: GPL-2.0-or-later */
/* arena.c - see arena.h. Chunks double up to a limit, so that small policies stay small. */
#include "arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_MIN ((size_t)4096)
#define CHUNK_MAX ((size_t)256 * 1024)

struct kfg_arena_chunk {
	struct kfg_arena_chunk *next;
	size_t size, used;
	alignas(max_align_t) char data[];
};

static struct kfg_arena_chunk *chunk_new(const struct kfg_arena *arena, size_t need)
{
	size_t size = arena->chunks ? arena->chunks->size * 2 : CHUNK_MIN;
	struct kfg_arena_chunk *c;

	if (size > CHUNK_MAX)
		size = CHUNK_MAX;
	if (size < need)
		size = need;
	c = calloc(1, sizeof(*c) + size);
	if (c)
		c->size = size;
	return c;
}

void *kfg_arena_alloc(struct kfg_arena *arena, size_t size)
{
	struct kfg_arena_chunk *c = arena->chunks;
	void *p;

	if (size > PTRDIFF_MAX / 2)
		return NULL;
	size = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (!c || c->size - c->used < size) {
		c = chunk_new(arena, size);
		if (!c)
			return NULL;
		c->next = arena->chunks;
		arena->chunks = c;
	}
	p = c->data + c->used;
	c->used += size;
	return p;
}

char *kfg_arena_strndup(struct kfg_arena *arena, const char *text, size_t len)
{
	char *p = kfg_arena_alloc(arena, len + 1);

	if (p && len)
		memcpy(p, text, len);
	return p;
}

void kfg_arena_done(struct kfg_arena *arena)
{
	while (arena->chunks) {
		struct kfg_arena_chunk *c = arena->chunks;

		arena->chunks = c->next;
		free(c);
	}
}
