/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * load.h - from paths to a policy: files, bytes, findings. Used alike by `check` and by the running
 * agent.
 *
 * Prefix: kfg_loaded.
 */
#pragma once

#include "config/policy_files.h"
#include "policy/diag.h"
#include "policy/policy.h"

struct kfg_loaded {
	struct kfg_policy_files *files; /* owned; the paths that were read, their bytes are freed */
	struct kfg_policy *policy; /* owned; NULL when there are errors */
	struct kfg_diags diags; /* owned */
};

/*
 * Reads the policy that n paths (files and directories, in the order in which they are merged;
 * none: the system's drop-in directories) make up. What cannot be read is a finding, too. Returns
 * 0; -EBADMSG: diags holds errors and there is no policy; or another negative errno with nothing to
 * free. Else free with kfg_loaded_done().
 */
int kfg_config_load(const char *const *paths, size_t n, struct kfg_loaded *ret_loaded);
/* The same, with deprecations that stand below the policy's own (kfg_includer.below). */
int kfg_config_load_over(const char *const *paths, size_t n, const struct kfg_source *below,
			 struct kfg_loaded *ret_loaded);
/* The same, with what is unwise on day `today` among the findings, see kfg_policy_load_linted(). */
int kfg_config_load_linted(const char *const *paths, size_t n, int32_t today, struct kfg_loaded *ret_loaded);
/* The same of the bytes of one policy. */
int kfg_config_load_bytes_linted(const struct kfg_source *source, int32_t today, struct kfg_loaded *ret_loaded);
/* Likewise of one policy in memory; path is used in messages. */
int kfg_config_load_text(const char *path, const char *text, struct kfg_loaded *ret_loaded);
void kfg_loaded_done(struct kfg_loaded *loaded); /* accepts a zeroed struct */
