/* SPDX-License-Identifier: GPL-2.0-or-later */
/* array.c - see array.h. */
#include "array.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

int kfg_array_grow(void *items, size_t *room, size_t n, size_t size)
{
	size_t more = *room ? *room : 16;
	void *grown;

	if (n < *room)
		return 0;
	while (more <= n) {
		if (more > SIZE_MAX / 2)
			return -ENOMEM;
		more *= 2;
	}
	if (more > SIZE_MAX / size)
		return -ENOMEM;
	grown = realloc(*(void **)items, more * size);
	if (!grown)
		return -ENOMEM;
	*(void **)items = grown;
	*room = more;
	return 0;
}
