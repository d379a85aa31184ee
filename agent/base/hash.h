/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hash.h - a hash of bytes for tables in memory. With a secret, who chooses the bytes cannot choose where they go. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* A number that others do not know; the same for the life of the process. */
uint64_t kfg_hash_secret(void);
uint64_t kfg_hash(uint64_t secret, const void *data, size_t size);
