/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cases.h - tests of a policy, in YAML (kfgate-test(8)): loads, and what the policy is expected to say about them.
 *
 * Prefix: kfg_case.
 */
#pragma once

#include "diag.h"
#include "policy.h"
#include "verdict.h"

struct kfg_cases; /* immutable once loaded */

struct kfg_case_kfunc {
	const char *name, *module; /* module NULL: the kernel itself */
	bool live; /* false: a call that the verifier removes */
	unsigned line, col;
};

/* Strings belong to the cases. */
struct kfg_case {
	const char *name; /* NULL: none given */
	unsigned line, col; /* of the case */
	unsigned expect_line, expect_col; /* of what is expected */
	struct kfg_load load; /* today: KFG_DAY_MAX where no date is given */
	uint32_t kernel; /* see kfg_kernel_version_parse(); 0: not given */
	const struct kfg_case_kfunc *kfuncs;
	size_t n_kfuncs;
	uint8_t action; /* enum kfg_action */
	uint8_t reason; /* enum kfg_reason; KFG_REASON_NONE: any */
	const char *rule; /* id of the rule or waiver that decides; NULL: any */
};

/* What a policy says about a load. */
struct kfg_case_answer {
	uint8_t action, reason;
	const char *kfunc; /* that decided; NULL: none had to be decided about */
	const char *rule; /* id of the rule or waiver; NULL: a default. Of the policy */
};

/*
 * Reads the cases of one file. Findings go to diags (caller's, initialised). 0 and cases, to be freed with
 * kfg_cases_free(); -EBADMSG when there are errors in diags; -ENOMEM.
 */
int kfg_cases_load(const struct kfg_source *source, struct kfg_diags *diags, struct kfg_cases **ret_cases);
void kfg_cases_free(struct kfg_cases *cases); /* accepts NULL */
/* The file's own policy, a path as it stands there; NULL: none. */
const char *kfg_cases_policy(const struct kfg_cases *cases);
const struct kfg_case *kfg_cases_get(const struct kfg_cases *cases, size_t i); /* NULL: there is no such case */

/* Warns about kfuncs of cases that no kernel has which the policy's lifecycle data know. -ENOMEM. */
int kfg_cases_lint(const struct kfg_cases *cases, const struct kfg_policy *policy, struct kfg_diags *diags);

/* Asks the policy, and its table, about a load on load->today. */
void kfg_case_eval(const struct kfg_policy *policy, const struct kfg_table *table, const struct kfg_case *c,
		   struct kfg_case_answer *ret_answer);
