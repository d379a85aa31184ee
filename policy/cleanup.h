/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cleanup.h - owning locals. A local that owns something carries _cleanup_*_ and an initial value; ownership leaves
 * only through KFG_TAKE_PTR().
 *
 * Prefix: kfg_free_cleanup.
 */
#pragma once

#include <stdlib.h>

static inline void kfg_free_cleanup(void *p)
{
	free(*(void **)p);
}

#define _cleanup_(fn) __attribute__((cleanup(fn)))
#define _cleanup_free_ _cleanup_(kfg_free_cleanup)

/* The pointer's value; the variable becomes NULL. */
#define KFG_TAKE_PTR(p)                                                                                                \
	({                                                                                                             \
		__typeof__(p) taken_ = (p);                                                                            \
		(p) = NULL;                                                                                            \
		taken_;                                                                                                \
	})
