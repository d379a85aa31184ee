/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cleanup.h - owning locals, as policy/cleanup.h has them, of descriptors and files, and of what has a destructor.
 *
 * Prefixes: kfg_close_cleanup, kfg_fclose_cleanup.
 */
#pragma once

#include "policy/cleanup.h"
#include <stdio.h>
#include <unistd.h>

#define KFG_NO_FD (-1)

static inline void kfg_close_cleanup(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void kfg_fclose_cleanup(FILE **f)
{
	if (*f)
		fclose(*f);
}

#define _cleanup_close_ _cleanup_(kfg_close_cleanup)
#define _cleanup_fclose_ _cleanup_(kfg_fclose_cleanup)

#define KFG_TAKE_FD(fd)                                                                                                \
	({                                                                                                             \
		int taken_ = (fd);                                                                                     \
		(fd) = KFG_NO_FD;                                                                                      \
		taken_;                                                                                                \
	})

/* Defines the cleanup function of a destructor that takes a pointer and accepts NULL. */
#define KFG_DEFINE_CLEANUP(type, fn)                                                                                   \
	static inline void fn##_cleanup(type *p)                                                                       \
	{                                                                                                              \
		fn(*p);                                                                                                \
	}
