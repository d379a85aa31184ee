/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hash.c - a keyed hash, for tables that strangers fill. */
#include "base/hash.h"

#include <string.h>
#include <sys/random.h>

uint64_t kfg_hash_secret(void)
{
	static uint64_t secret;

	if (!secret && getrandom(&secret, sizeof(secret), GRND_NONBLOCK) < 0)
		secret = (uintptr_t)&secret;
	return secret | 1;
}

static uint64_t word_at(const uint8_t *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

/* At most 8 bytes, as one word; two texts of one size have the same only if they are the same. */
static uint64_t last_word(const uint8_t *p, size_t size)
{
	uint32_t first, last;

	if (size < 4)
		return size ? (uint64_t)p[0] << 16 | (uint64_t)p[size / 2] << 8 | p[size - 1] : 0;
	memcpy(&first, p, sizeof(first));
	memcpy(&last, p + size - 4, sizeof(last));
	return (uint64_t)first << 32 | last;
}

uint64_t kfg_hash(uint64_t secret, const void *data, size_t size)
{
	const uint8_t *p = data;
	uint64_t h = secret;
	size_t left = size;

	for (; left > 8; p += 8, left -= 8)
		h = kfg_hash_mix(h ^ word_at(p), 0x9e3779b97f4a7c15u ^ secret);
	return kfg_hash_mix(h ^ last_word(p, left), (0xd6e8feb86659fd93u ^ secret) + size);
}
