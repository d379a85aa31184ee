/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lifecycle.h - what is known of the life of kfuncs: the deprecations of policy files, without a policy around them. */
#pragma once

#include "base/json.h"
#include "base/strbuf.h"
#include "config/load.h"

#define KFG_LIFECYCLE_DIR "/usr/lib/kfgate/lifecycle"

/*
 * Reads the files of a directory, or one file. What is wrong in them is in ret_loaded->diags, as kfg_config_load() has
 * it. Free with kfg_loaded_done().
 */
int kfg_lifecycle_load(const char *path, struct kfg_loaded *ret_loaded);

/* The row about a kfunc; module NULL: the kernel itself. False: there is none. policy NULL: nothing is known. */
bool kfg_lifecycle_find(const struct kfg_policy *policy, const char *kfunc, const char *module,
			struct kfg_deprecation_info *ret_info);

/* "deprecated in 7.0, removed in 7.3"; nothing of what is not known. of: what stands before the first: "", "Linux ". */
void kfg_lifecycle_dates(const struct kfg_deprecation_info *info, const char *of, struct kfg_strbuf *out);
/* "deprecated in 7.0, removed in 7.3; use X (since 6.17)"; nothing of what is not known. */
void kfg_lifecycle_sentence(const struct kfg_deprecation_info *info, struct kfg_strbuf *out);
/* "lifecycle" in an object that is open; info NULL: null. What is not known is null, "" as well. */
void kfg_lifecycle_json(const struct kfg_deprecation_info *info, struct kfg_json *json);
