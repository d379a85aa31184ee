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

static uint64_t mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t kfg_hash(uint64_t secret, const void *data, size_t size)
{
	const uint8_t *p = data;
	uint64_t h = secret, word;
	size_t left = size;

	for (; left >= 8; p += 8, left -= 8) {
		memcpy(&word, p, 8);
		h = mix(h ^ word, 0x9e3779b97f4a7c15u ^ secret);
	}
	word = 0;
	memcpy(&word, p, left);
	return mix(h ^ word ^ ((uint64_t)left << 56), 0xd6e8feb86659fd93u ^ secret);
}
