/* SPDX-License-Identifier: GPL-2.0-or-later */
/* outcomes.c - see outcomes.h. */
#include "outcomes.h"

#include "glob.h"
#include "model.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint32_t kfg_outcomes_open(const struct kfg_outcomes_question *question, bool waiver, uint32_t index, uint32_t unmet)
{
	const struct kfg_policy *p = question->policy;
	const struct kfg_condition *when = waiver ? &kfg_waivers(p)[index].when : &kfg_rules(p)[index].when;

	/* the one condition that a load without the thing meets */
	if (when->token == KFG_TOKEN_NO)
		unmet |= question->unknown & KFG_WHY_TOKEN;
	return unmet & ~question->unknown ? KFG_OUTCOMES_NO : unmet;
}

struct asking {
	const struct kfg_outcomes_question *question;
	const struct kfg_why_unmet *unmet;
	struct kfg_verdict verdict;
	/* what the dates may come to: */
	bool plain, waived; /* with no waiver; with one */
	uint8_t plain_action;
	uint32_t waivers_open;
	uint32_t waiver; /* the first that may match */
};

/* What the dates come to before waivers, and which waivers may change that. */
static void ask_waivers(struct asking *a, const struct kfg_table_header *h)
{
	const struct kfg_verdict *v = &a->verdict;
	uint32_t open;

	a->plain = true;
	a->plain_action = v->dep_state == KFG_DEP_EXPIRED    ? h->expired :
			  v->dep_state == KFG_DEP_DEPRECATED ? h->deprecated :
							       KFG_ALLOW;
	if (v->dep == KFG_NONE || a->plain_action <= KFG_AUDIT)
		return;
	for (uint32_t i = 0; i < a->unmet->n_waivers && a->plain; i++) {
		open = kfg_outcomes_open(a->question, true, i, a->unmet->waivers[i]);
		if (open == KFG_OUTCOMES_NO)
			continue;
		if (!a->waived)
			a->waiver = i;
		a->waived = true;
		a->waivers_open |= open;
		a->plain = open != 0;
	}
}

/* The actions if the rule decides; rule KFG_NONE: the default. *depends gets what the waivers hang on, if that counts.
 */
static uint8_t actions_of(const struct asking *a, uint32_t rule, uint32_t *depends)
{
	const struct kfg_table_header *h;
	struct kfg_verdict v = a->verdict;
	uint8_t reason, plain = 0, waived = 0;
	uint32_t n;

	h = kfg_table_cells(a->question->table, &n);
	v.rule = rule;
	v.rule_action = rule == KFG_NONE ? h->unlisted : kfg_rules(a->question->policy)[rule].action;
	v.rule_scope = rule == KFG_NONE ? h->scope : kfg_rules(a->question->policy)[rule].scope;
	v.waiver = KFG_NONE;
	v.dep_action = a->plain_action;
	if (a->plain)
		plain = (uint8_t)(1u << kfg_verdict_action(a->question->table, &v, a->question->live, &reason));
	v.waiver = a->waiver;
	v.dep_action = KFG_AUDIT;
	if (a->waived)
		waived = (uint8_t)(1u << kfg_verdict_action(a->question->table, &v, a->question->live, &reason));
	if (plain && waived && plain != waived)
		*depends |= a->waivers_open;
	return plain | waived;
}

static uint32_t first_sure(const struct asking *a)
{
	for (uint32_t i = 0; i < a->unmet->n_rules; i++)
		if (!kfg_outcomes_open(a->question, false, i, a->unmet->rules[i]))
			return i;
	return KFG_NONE;
}

void kfg_outcomes_of(const struct kfg_outcomes_question *question, const struct kfg_verdict *verdict,
		     const struct kfg_why_unmet *unmet, struct kfg_outcomes *ret_outcomes)
{
	struct asking a = { .question = question, .unmet = unmet, .verdict = *verdict, .waiver = KFG_NONE };
	uint32_t n, sure;
	uint8_t actions, reason;

	*ret_outcomes = (struct kfg_outcomes){ 0 };
	if (verdict->failed || !question->unknown) {
		actions = kfg_verdict_action(question->table, verdict, question->live, &reason);
		ret_outcomes->actions = (uint8_t)(1u << actions);
		return;
	}
	ask_waivers(&a, kfg_table_cells(question->table, &n));
	sure = first_sure(&a);
	ret_outcomes->actions = actions_of(&a, sure, &ret_outcomes->depends);
	/* from the last to the first: a rule counts if it comes to something else than what is behind it */
	for (uint32_t i = sure == KFG_NONE ? (uint32_t)unmet->n_rules : sure; i-- > 0;) {
		uint32_t open = kfg_outcomes_open(question, false, i, unmet->rules[i]);

		if (open == KFG_OUTCOMES_NO)
			continue;
		actions = actions_of(&a, i, &ret_outcomes->depends);
		if (actions != ret_outcomes->actions)
			ret_outcomes->depends |= open;
		ret_outcomes->actions |= actions;
	}
}

static bool names_kfunc(const struct kfg_kfunc_pattern *p, const char *kfunc, const char *module)
{
	if (p->name_glob ? !kfg_glob_match(p->name, kfunc, strlen(kfunc)) : strcmp(p->name, kfunc) != 0)
		return false;
	if (!p->module)
		return true;
	return p->module_glob ? kfg_glob_match(p->module, module, strlen(module)) : !strcmp(p->module, module);
}

/* What of a load it asks, of what may not be known: bits of enum kfg_why. */
static uint32_t asked_by(const struct kfg_condition *when)
{
	return (when->prog_types ? KFG_WHY_TYPE : 0u) | (when->units.n ? KFG_WHY_UNIT : 0u) |
	       (when->exes.n ? KFG_WHY_EXE : 0u) | (when->cgroups.n ? KFG_WHY_CGROUP : 0u) |
	       (when->n_uids ? KFG_WHY_UID : 0u) | (when->userns != KFG_USERNS_ANY ? KFG_WHY_USERNS : 0u) |
	       (when->token != KFG_TOKEN_ANY ? KFG_WHY_TOKEN : 0u) |
	       (kfg_condition_asks_signature(when) ? KFG_WHY_SIGNATURE : 0u);
}

static bool asks(const struct kfg_condition *when, const char *kfunc, const char *module, uint32_t unknown)
{
	if (!(asked_by(when) & unknown))
		return false;
	for (size_t i = 0; i < when->n_kfuncs; i++)
		if (names_kfunc(&when->kfuncs[i], kfunc, module))
			return true;
	return false;
}

/* Whether anything about the kfunc asks for what is not known: mostly nothing does, and this is soon seen. */
static bool may_depend(const struct kfg_policy *p, const char *kfunc, const char *module, uint32_t unknown)
{
	module = module ? module : "vmlinux";
	for (size_t i = 0; i < p->rules.n; i++)
		if (asks(&kfg_rules(p)[i].when, kfunc, module, unknown))
			return true;
	for (size_t i = 0; i < p->waivers.n; i++)
		if (asks(&kfg_waivers(p)[i].when, kfunc, module, unknown))
			return true;
	return false;
}

int kfg_outcomes_ask(const struct kfg_outcomes_question *question, const struct kfg_load *load, const char *kfunc,
		     const char *module, struct kfg_outcomes *ret_outcomes)
{
	const struct kfg_policy *p = question->policy;
	struct kfg_why_unmet unmet = { .n_rules = p->rules.n, .n_waivers = p->waivers.n };
	struct kfg_outcomes_question known = *question;
	struct kfg_verdict verdict;

	kfg_verdict_eval(question->table, load, kfunc, module, &verdict);
	if (!may_depend(p, kfunc, module, question->unknown)) {
		known.unknown = 0;
		kfg_outcomes_of(&known, &verdict, &unmet, ret_outcomes);
		return 0;
	}
	unmet.rules = calloc(unmet.n_rules + unmet.n_waivers + 1, sizeof(uint32_t));
	if (!unmet.rules)
		return -ENOMEM;
	unmet.waivers = unmet.rules + unmet.n_rules;
	kfg_why_ask(question->table, load, kfunc, module, &unmet);
	kfg_outcomes_of(question, &verdict, &unmet, ret_outcomes);
	free(unmet.rules);
	return 0;
}

bool kfg_outcomes_open_ended(const struct kfg_outcomes *outcomes)
{
	const uint8_t silent = 1u << KFG_ALLOW | 1u << KFG_AUDIT;
	unsigned kinds = (outcomes->actions & silent) != 0;

	for (unsigned action = KFG_AUDIT + 1; action <= KFG_REFUSE; action++)
		kinds += outcomes->actions >> action & 1;
	return kinds > 1;
}

unsigned kfg_outcomes_worst(const struct kfg_outcomes *outcomes)
{
	unsigned worst = KFG_REFUSE;

	while (worst > KFG_ALLOW && !(outcomes->actions >> worst & 1))
		worst--;
	return worst;
}

const char *kfg_outcomes_actions(uint8_t actions, bool enforces, char buf[static KFG_OUTCOMES_TEXT])
{
	size_t used = 0;

	buf[0] = 0;
	for (unsigned i = KFG_ALLOW; i <= KFG_REFUSE; i++)
		if (actions >> i & 1)
			used += (size_t)snprintf(buf + used, KFG_OUTCOMES_TEXT - used, "%s%s", used ? " or " : "",
						 i == KFG_REFUSE && !enforces ? "would refuse" : kfg_action_str(i));
	return buf;
}

/* What each condition is called, and by which option it is said. */
static const char *option_of(uint32_t condition)
{
	switch (condition) {
	case KFG_WHY_UNIT:
		return "--unit";
	case KFG_WHY_EXE:
		return "--exe";
	case KFG_WHY_CGROUP:
		return "--cgroup";
	case KFG_WHY_UID:
		return "--uid";
	case KFG_WHY_SIGNATURE:
		return "--signed";
	case KFG_WHY_USERNS: /* these two go without saying as soon as one of the others is said */
	case KFG_WHY_TOKEN:
		return "--uid";
	default:
		return NULL;
	}
}

static const char *list_depends(uint32_t depends, bool options, char *buf)
{
	size_t used = 0;

	buf[0] = 0;
	for (uint32_t bit = KFG_WHY_END >> 1; bit; bit >>= 1) {
		const char *word = options ? option_of(bit) : kfg_why_str(bit);

		/* an option may say two things */
		if (depends & bit && word && !(options && strstr(buf, word)))
			used += (size_t)snprintf(buf + used, KFG_OUTCOMES_TEXT - used, "%s%s", used ? ", " : "", word);
	}
	return buf;
}

const char *kfg_outcomes_depends(uint32_t depends, char buf[static KFG_OUTCOMES_TEXT])
{
	return list_depends(depends, false, buf);
}

const char *kfg_outcomes_options(uint32_t depends, char buf[static KFG_OUTCOMES_TEXT])
{
	return list_depends(depends, true, buf);
}
