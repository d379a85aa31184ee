/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cleanup.h - owning locals of this room: freed when they go out of scope, given away with kfg_take().
 *
 * Prefix: kfg_cleanup.
 */
#pragma once

#include <stdlib.h>

static inline void kfg_cleanup_free_(void *p)
{
	free(*(void **)p);
}
#define KFG_AUTOFREE __attribute__((cleanup(kfg_cleanup_free_)))

/* The pointer's value; the variable becomes NULL. */
#define kfg_take(p)                                                                                                    \
	({                                                                                                             \
		__typeof__(p) kfg_taken_ = (p);                                                                        \
		(p) = NULL;                                                                                            \
		kfg_taken_;                                                                                            \
	})
