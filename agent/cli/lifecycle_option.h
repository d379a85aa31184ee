/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lifecycle_option.h - --lifecycle: where the lifecycle data of kfuncs is, which is shipped with kfgate. */
#pragma once

#include "base/args.h"
#include "config/lifecycle.h"

#define KFG_LIFECYCLE_OPTION                                                                                           \
	{                                                                                                              \
		"lifecycle", "PATH", "take lifecycle data from this file or directory (" KFG_LIFECYCLE_DIR ")", false  \
	}

/*
 * Without the option and without shipped data nothing is known, which is no error. Logs what is wrong, then returns a
 * negative errno. Free with kfg_loaded_done().
 */
int kfg_lifecycle_option_take(const struct kfg_args *args, const char *verb, struct kfg_loaded *ret_loaded);
