/* SPDX-License-Identifier: GPL-2.0-or-later */
/* oracle.h - the decision once more, straight from the policy and the text of the documentation:
 * slow and plain. */
#pragma once

#include "policy/policy.h"
#include "policy/verdict.h"

/* What kfg_verdict_eval() must answer. name_flags: KFG_NAME_INLINED only. */
void kfg_oracle_verdict(const struct kfg_policy *policy, const struct kfg_load *load, const char *kfunc,
			const char *module, struct kfg_verdict *ret_verdict);

/* What kfg_effective() must make of it: the action, and its reason. */
enum kfg_action kfg_oracle_action(const struct kfg_verdict *verdict, bool live, enum kfg_action unscannable,
				  enum kfg_reason *ret_reason);
