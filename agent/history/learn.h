/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * learn.h - the smallest allowlist that covers what was recorded, as rules in YAML. Rules are made of exact names; two
 * observations become one rule only where that allows nothing that was not observed. What was refused, or would have
 * been by a rule, stands in comments by its name, and what cannot be named exactly by its number; neither is allowed.
 */
#pragma once

#include "base/strbuf.h"
#include "history/rule_counts.h"
#include "history/usage.h"
#include "policy/policy.h"

struct kfg_learn_input {
	const struct kfg_usage *usage;
	const struct kfg_policy *against; /* rules for what this policy does not allow; NULL: for all */
	const struct kfg_table *table; /* of it */
	const struct kfg_rule_counts *counts; /* to name rules of it that decide nothing; NULL: not known */
	int32_t today;
	bool recorded; /* records were read */
	bool complete; /* a whole policy is wanted, not rules to add to one */
	size_t n_objects; /* that were scanned */
	size_t n_problems; /* and what could not be */
};

/* Adds the YAML text to out. *ret_n: rules in it. 0 or -ENOMEM. */
int kfg_learn_rules(const struct kfg_learn_input *input, struct kfg_strbuf *out, size_t *ret_n);
