/* SPDX-License-Identifier: GPL-2.0-or-later */
/* merge.h - inside of kfg_policy_load(): files into one policy, and the checks of the whole. */
#pragma once

#include "parse.h"

/*
 * Merges files (one per origin, in that order) into the policy: single values and deprecations of
 * later ones win, included files come before policies, lists grow. Then settles what was left open:
 * defaults, scopes, deadlines. Deprecations given twice in one file are findings. 0 or -ENOMEM.
 */
int kfg_merge(struct kfg_policy *policy, const struct kfg_parse_file *files, size_t n, struct kfg_diags *diags);

/* Findings about a merged policy: what is missing, given twice or contradicts itself. 0 or -ENOMEM.
 */
int kfg_merge_validate(const struct kfg_policy *policy, bool complete, struct kfg_diags *diags);
