/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * policy_names.h - what records and reports say about a policy: its own name, and what the indexes
 * of a verdict stand for. A fraction of the policy, and all that is kept of it while it is in force.
 */
#pragma once

#include "base/cleanup.h"
#include "policy/policy.h"
#include "policy/table.h"
#include <stdbool.h>
#include <stdint.h>

struct kfg_policy_names_deprecation {
	const char *kfunc, *module; /* module NULL: any */
	const char *deprecated_in, *removed_in, *replacement; /* each may be NULL */
	int32_t deadline; /* last good day, or KFG_DAY_MAX */
	bool absent; /* the running kernel lacks it; filled in by whoever asked the kernel */
};

struct kfg_policy_names_waiver {
	const char *id;
	int32_t until; /* last good day */
};

/* Immutable; one allocation holds all of it. */
struct kfg_policy_names {
	const char *name, *digest;
	int64_t serial;
	enum kfg_mode mode;
	enum kfg_hooking hooking; /* filled in by whoever puts the policy into force */
	enum kfg_without without_lsm;
	enum kfg_present present;
	enum kfg_guarding guarding;
	struct kfg_lifecycle_info lifecycle; /* file NULL: none is included */
	enum kfg_on_stop on_stop;
	enum kfg_on_failure on_failure;
	uint32_t n_rules, n_deprecations, n_waivers;
	const char **rules; /* ids */
	struct kfg_policy_names_deprecation *deprecations;
	struct kfg_policy_names_waiver *waivers;
	uint32_t n_keyrings;
	struct kfg_keyring *keyrings; /* serials: filled in by whoever asked the kernel, 0 before */
};

/* Takes the names out of a policy, which is not referenced afterwards. -ENOMEM. */
int kfg_policy_names_new(const struct kfg_policy *policy, struct kfg_policy_names **ret_names);
void kfg_policy_names_free(struct kfg_policy_names *names); /* accepts NULL */
KFG_DEFINE_CLEANUP(struct kfg_policy_names *, kfg_policy_names_free)

/* Where BPF LSM does not call the gate: "audit" or "enforce", what the policy says about that; NULL elsewhere. */
const char *kfg_policy_names_without_lsm(const struct kfg_policy_names *names);

/* What an index out of a verdict stands for; NULL for KFG_NONE, other indexes out of range, and
 * names NULL. */
const char *kfg_policy_names_find_rule(const struct kfg_policy_names *names, uint32_t rule);
const struct kfg_policy_names_deprecation *kfg_policy_names_find_deprecation(const struct kfg_policy_names *names,
									     uint32_t dep);
/* The keyring of the policy with that serial number. */
const char *kfg_policy_names_find_keyring(const struct kfg_policy_names *names, uint32_t serial);
const struct kfg_policy_names_waiver *kfg_policy_names_find_waiver(const struct kfg_policy_names *names,
								   uint32_t waiver);
