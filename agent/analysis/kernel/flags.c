/* SPDX-License-Identifier: GPL-2.0-or-later */
/* flags.c - names of the flags of kfuncs (KF_ACQUIRE ...). */
#include "analysis/kernel/flags.h"

#include <stddef.h>

const char *kfg_kfunc_flag_str(unsigned bit)
{
	static const char *const names[KFG_KFUNC_FLAGS] = {
		"KF_ACQUIRE",	   "KF_RELEASE",       "KF_RET_NULL",	   "KF_KPTR_GET",  "KF_TRUSTED_ARGS",
		"KF_SLEEPABLE",	   "KF_DESTRUCTIVE",   "KF_RCU",	   "KF_ITER_NEW",  "KF_ITER_NEXT",
		"KF_ITER_DESTROY", "KF_RCU_PROTECTED", "KF_FASTCALL",	   "KF_ARENA_RET", "KF_ARENA_ARG1",
		"KF_ARENA_ARG2",   "KF_IMPLICIT_ARGS", "KF_SPINLOCK_SAFE", "KF_PERFMON",
	};

	return bit < KFG_KFUNC_FLAGS ? names[bit] : NULL;
}
