/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * why.h - why the decision rule came to a verdict: which conditions of each rule and waiver hold, and which do not.
 * Each condition is asked by the steps of decide.h itself; nothing here decides anything.
 */
#pragma once

#include "policy.h"
#include "table.h"
#include "verdict.h"
#include <stddef.h>
#include <stdint.h>

/* A condition of a rule or waiver, as a bit; the greater, the more it is what the rule is about. */
enum kfg_why {
	KFG_WHY_TOKEN = 1,
	KFG_WHY_USERNS = 2,
	KFG_WHY_ENDED = 4, /* a waiver is over */
	KFG_WHY_EXE = 8,
	KFG_WHY_CGROUP = 16,
	KFG_WHY_UNIT = 32,
	KFG_WHY_UID = 64,
	KFG_WHY_SIGNATURE = 128,
	KFG_WHY_NAME = 256, /* of the program */
	KFG_WHY_TYPE = 512,
	KFG_WHY_MODULE = 1024,
	KFG_WHY_KFUNC = 2048,
	KFG_WHY_END = 4096,
};

/*
 * What does not hold, by the index that rules and waivers have in the policy: bits of enum kfg_why, 0: it matches. A
 * rule whose kfuncs are in several modules is asked for each, and the one that comes nearest to a match counts.
 */
struct kfg_why_unmet {
	uint32_t *rules, *waivers; /* the caller's */
	size_t n_rules, n_waivers; /* entries, as kfg_policy_n_rules() and kfg_policy_n_waivers() say */
};

/* Asks each rule and waiver of the table, also those behind the first that matches. Fills in all entries. */
void kfg_why_ask(const struct kfg_table *table, const struct kfg_load *load, const char *kfunc, const char *module,
		 const struct kfg_why_unmet *ret_unmet);

/*
 * "kfunc" "module" "program type" "program name" "uid" "unit" "exe" "cgroup" "end" "user namespace" "token"
 * "signature", or "?".
 */
const char *kfg_why_str(enum kfg_why condition);
/* What the rule (or waiver) asks for there, like "a.service, b*.service", cut with "..." to fit; returns buf. */
#define KFG_WHY_WANTED 200u
const char *kfg_why_wanted(const struct kfg_policy *policy, bool waiver, uint32_t index, enum kfg_why condition,
			   char buf[static KFG_WHY_WANTED]);
