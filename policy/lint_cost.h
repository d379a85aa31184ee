/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lint_cost.h - see lint_cost.c */
#pragma once

#include "model.h"

/*
 * *ret_steps: the most steps that one kfunc can take, as if it matched every pattern of a kfunc with wildcards.
 * *ret_dearest: the rule that takes the most of them; NULL: there is no rule. -ENOMEM.
 */
int kfg_lint_cost(const struct kfg_policy *policy, uint64_t *ret_steps, const struct kfg_rule **ret_dearest);
