/* SPDX-License-Identifier: GPL-2.0-or-later */
/* array.h - lists that grow by doubling. */
#pragma once

#include <stddef.h>

/*
 * Makes sure that *items, a pointer to an owned array of items of that size, has room for more than n of them. *room is
 * how many it has room for. Returns 0 or -ENOMEM with nothing changed.
 */
int kfg_array_grow(void *items, size_t *room, size_t n, size_t size);
