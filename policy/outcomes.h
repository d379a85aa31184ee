/* SPDX-License-Identifier: GPL-2.0-or-later */
/* outcomes.h - to what actions a load may come of which not all is known: rules and waivers may match, or may not. */
#pragma once

#include "why.h"
#include <stdbool.h>

struct kfg_outcomes {
	uint8_t actions; /* bit per enum kfg_action that it may come to; never 0 */
	uint32_t depends; /* bits of enum kfg_why: what is not known and may decide among them; 0: nothing */
};

/* By what, and of how much, a load is judged. */
struct kfg_outcomes_question {
	const struct kfg_policy *policy;
	const struct kfg_table *table; /* the policy's */
	uint32_t unknown; /* bits of enum kfg_why: what of the load is not known */
	bool live; /* false: dead code */
};

/*
 * What has to be learnt about a load before it is known that the rule (or waiver) matches: bits of enum kfg_why; 0: it
 * matches; KFG_OUTCOMES_NO: it does not. unmet: as kfg_why_ask() says of it.
 */
#define KFG_OUTCOMES_NO UINT32_MAX
uint32_t kfg_outcomes_open(const struct kfg_outcomes_question *question, bool waiver, uint32_t index, uint32_t unmet);

/* What may come of a verdict. unmet: kfg_why_ask() filled it in. */
void kfg_outcomes_of(const struct kfg_outcomes_question *question, const struct kfg_verdict *verdict,
		     const struct kfg_why_unmet *unmet, struct kfg_outcomes *ret_outcomes);

/* The same, of a load that is judged here. -ENOMEM. */
int kfg_outcomes_ask(const struct kfg_outcomes_question *question, const struct kfg_load *load, const char *kfunc,
		     const char *module, struct kfg_outcomes *ret_outcomes);

/* Whether it matters to who asks: some of the actions say no, or warn, and some do not. */
bool kfg_outcomes_open_ended(const struct kfg_outcomes *outcomes);
/* The strictest of them, an enum kfg_action. */
unsigned kfg_outcomes_worst(const struct kfg_outcomes *outcomes);

/* "allow or refuse"; enforces false: "allow or would refuse". "unit, exe". "--unit, --exe". Each returns buf. */
#define KFG_OUTCOMES_TEXT 160u
const char *kfg_outcomes_actions(uint8_t actions, bool enforces, char buf[static KFG_OUTCOMES_TEXT]);
const char *kfg_outcomes_depends(uint32_t depends, char buf[static KFG_OUTCOMES_TEXT]);
const char *kfg_outcomes_options(uint32_t depends, char buf[static KFG_OUTCOMES_TEXT]);
