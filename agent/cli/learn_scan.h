/* SPDX-License-Identifier: GPL-2.0-or-later */
/* learn_scan.h - what BPF objects may load, as observations to learn from. */
#pragma once

#include "base/args.h"
#include <stdint.h>

#define KFG_FROM_SCAN_OPTION                                                                                           \
	{                                                                                                              \
		"from-scan", "PATH", "look at the BPF objects in PATH, too; at records only if they are asked for",    \
			true                                                                                           \
	}

struct kfg_learn_scan {
	size_t n_objects, n_problems;
};

/* Takes a call of a kfunc in a program of that type (0: not known); a negative errno ends the scan. Texts are clean. */
typedef int kfg_learn_scan_fn(void *userdata, const char *kfunc, uint32_t prog_type, const char *found_in);

/*
 * Gives out the calls of kfuncs of all objects below the paths of --from-scan. An enum kfg_exit; what is wrong was
 * said.
 */
int kfg_learn_scan(const struct kfg_args *args, kfg_learn_scan_fn *fn, void *userdata, struct kfg_learn_scan *ret_scan);
