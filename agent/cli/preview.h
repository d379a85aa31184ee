/* SPDX-License-Identifier: GPL-2.0-or-later */
/* preview.h - by which policy, as which loader, on which day: what `scan`, `why` and `programs` judge by. */
#pragma once

#include "analysis/kernel/kernel.h"
#include "base/args.h"
#include "config/load.h"
#include "policy/table.h"
#include "policy/verdict.h"

struct kfg_preview {
	struct kfg_loaded loaded; /* owned */
	struct kfg_table *table; /* owned */
	char source[256]; /* where the policy comes from, for people */
	struct kfg_load loader; /* unit, exe, cgroup, uid, today, signature */
	const char *signature; /* as it was given, or NULL: not known */
	bool loader_known;
	bool untold; /* the kernel keeps to itself who signed a program */
	uint32_t unknown; /* bits of enum kfg_why: what of the load nobody said */
	char unit[KFG_UNIT_LEN]; /* of the cgroup, where --unit was not given */
};

#define KFG_PREVIEW_OPTIONS                                                                                            \
	{ "policy", "PATH",                                                                                            \
	  "judge by the policy in this file or directory (several are merged in order), not by the system's; "         \
	  "without either, by the lifecycle data alone",                                                               \
	  true },                                                                                                      \
	{                                                                                                              \
		"at", "DATE", "judge as of DATE (YYYY-MM-DD, UTC), not of today", false                                \
	}

#define KFG_LOADER_OPTIONS                                                                                             \
	{ "unit", "NAME", "judge as if this systemd unit loaded it", false },                                          \
		{ "exe", "PATH", "judge as if this program loaded it", false },                                        \
		{ "cgroup", "PATH", "judge as if a process of this cgroup loaded it", false },                         \
		{ "signed", "SIGNATURE",                                                                               \
		  "judge as if it were signed so: no, builtin, secondary, platform or keyring:NAME", false },          \
	{                                                                                                              \
		"uid", "UID", "judge as if this user loaded it (root, if another of these is given)", false            \
	}

/*
 * Takes --policy, --at, --unit, --exe, --cgroup, --uid, --signed. What is wrong was logged (and findings of a policy
 * printed) when it returns a negative errno. Free with kfg_preview_done().
 */
int kfg_preview_open(const struct kfg_args *args, const char *verb, struct kfg_preview *ret_preview);
/*
 * Says what is known once the kernel is: one that keeps signatures to itself has none that a rule can ask for, which is
 * said if --signed was given.
 */
void kfg_preview_take_kernel(struct kfg_preview *preview, const struct kfg_kernel *kernel, const char *verb);
void kfg_preview_done(struct kfg_preview *preview); /* accepts a zeroed struct */
