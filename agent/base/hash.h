/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hash.h - a hash of bytes for tables in memory. With a secret, who chooses the bytes cannot choose where they go. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* A number that others do not know; the same for the life of the process. */
uint64_t kfg_hash_secret(void);
uint64_t kfg_hash(uint64_t secret, const void *data, size_t size);

static inline uint64_t kfg_hash_mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t kfg_hash_number(uint64_t secret, uint64_t number)
{
	return kfg_hash_mix(number ^ secret, 0x9e3779b97f4a7c15u ^ secret);
}
