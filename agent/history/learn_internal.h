/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * learn_internal.h - between finding the rules (learn.c) and writing them (learn_yaml.c).
 *
 * Prefix: kfg_learned.
 */
#pragma once

#include "history/learn.h"

/* Loads of one loader, and the kfunc they use in programs of some types. */
struct kfg_learned {
	uint32_t unit, exe, cgroup,
		uid; /* the loader, see struct kfg_usage_key; cgroup: a container's, and then alone */
	uint32_t signature; /* as struct kfg_usage_key has it */
	uint8_t initial, token;
	uint8_t scanned; /* found in an object: whoever loads it */
	uint32_t found_in; /* then: the first place; loads counts places */
	uint32_t kfunc;
	uint64_t types; /* bit per program type */
	uint64_t loads;
	uint32_t first, last;
};

/* A rule: observations that differ in their kfunc alone, by one executable or several of one unit. */
struct kfg_learned_rule {
	size_t first, n; /* observations, in order of their kfuncs */
	size_t next; /* the rule of the next executable, plus 1; 0: none */
	bool merged; /* it is such a next one */
};

struct kfg_learned_set {
	const struct kfg_usage *usage;
	struct kfg_learned *items; /* owned */
	size_t n;
	struct kfg_learned_rule *rules; /* owned */
	size_t n_rules;
	uint32_t *left_out; /* owned: uses that were refused, as indexes into usage->uses */
	size_t n_left_out;
	uint64_t refused, unnamed, no_loader, no_type; /* loads that no rule is made of, and why */
	uint64_t seen; /* calls in objects that are recorded, too: a rule names their loaders */
};

/* Writes the policy. The number of rules. */
size_t kfg_learn_yaml(const struct kfg_learn_input *input, const struct kfg_learned_set *set, struct kfg_strbuf *out);
