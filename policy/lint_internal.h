/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lint_internal.h - shared by the checks of a policy: lint.c, and the longer ones, lint_cost.c, lint_kfuncs.c and
 * lint_shadowed.c.
 *
 * Prefix: kfg_lint.
 */
#pragma once

#include "model.h"

/* What is looked at, and where findings go. */
struct kfg_lint {
	const struct kfg_policy *policy;
	struct kfg_diags *diags;
	int32_t today;
};

#define KFG_LINT_WARN(l, place, code, ...)                                                                             \
	do {                                                                                                           \
		struct kfg_spot spot_ = kfg_place_spot((l)->policy, place);                                            \
		kfg_diags_add((l)->diags, code, &spot_, __VA_ARGS__);                                                  \
	} while (0)

/*
 * *ret_steps: the most steps that one kfunc can take, as if it matched every pattern of a kfunc with wildcards.
 * *ret_dearest: the rule that takes the most of them; NULL: there is no rule. -ENOMEM.
 */
int kfg_lint_cost(const struct kfg_policy *policy, uint64_t *ret_steps, const struct kfg_rule **ret_dearest);

/* Names that no known kernel has, with what was probably meant. 0 or -ENOMEM. */
int kfg_lint_kfuncs(const struct kfg_lint *l);

/* The same of n kfuncs, by the names that `known_by` knows. */
int kfg_lint_kfuncs_of(const struct kfg_lint *l, const struct kfg_policy *known_by,
		       const struct kfg_kfunc_pattern *kfuncs, size_t n);

/* Rules that another one, which is asked first, leaves nothing to match. 0 or -ENOMEM. */
int kfg_lint_shadowed(const struct kfg_lint *l);
