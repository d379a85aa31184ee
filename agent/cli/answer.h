/* SPDX-License-Identifier: GPL-2.0-or-later */
/* answer.h - one decision explained: which rules and waivers were asked about a kfunc, and what came of it. */
#pragma once

#include "base/json.h"
#include "cli/preview.h"
#include "policy/outcomes.h"

/* What is asked: nothing is owned; texts may be of strangers. */
struct kfg_answer_question {
	const struct kfg_preview *preview; /* the policy, the loader, the day */
	const char *object, *program;
	const char *kfunc, *module; /* module NULL: the kernel itself */
	uint32_t type; /* enum bpf_prog_type; 0: unknown */
	bool live; /* false: dead code on that kernel */
};

struct kfg_answer {
	struct kfg_answer_question question;
	struct kfg_verdict verdict;
	uint8_t action, reason; /* enum kfg_action of an enforcing policy, enum kfg_reason */
	bool loader_decides; /* it depends on what is not known; action is the strictest that it may come to then */
	struct kfg_outcomes outcomes; /* what it may come to */
	struct kfg_outcomes_question asked;
	struct kfg_why_unmet unmet; /* owned */
};

/*
 * Asks the policy. -ENOMEM; -ENOTRECOVERABLE: the conditions lead to another rule or waiver than the verdict has, which
 * is a defect of kfgate. Free with kfg_answer_done().
 */
int kfg_answer_find(const struct kfg_answer_question *question, struct kfg_answer *ret_answer);
void kfg_answer_done(struct kfg_answer *answer); /* accepts a zeroed struct */

/* "refuse", or "would refuse" where the policy does not enforce; else the action. If it depends: the strictest. */
const char *kfg_answer_word(const struct kfg_answer *answer);

void kfg_answer_text(const struct kfg_answer *answer, struct kfg_strbuf *out);
void kfg_answer_json(const struct kfg_answer *answer, struct kfg_json *j); /* an object in an array */
