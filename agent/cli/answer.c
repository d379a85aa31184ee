/* SPDX-License-Identifier: GPL-2.0-or-later */
/* answer.c - the answer of the decision rule to one question, with the rules and waivers that led to it. */
#include "cli/answer.h"

#include "base/color.h"
#include "cli/output.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct kfg_policy *policy_of(const struct kfg_answer *a)
{
	return a->question.preview->loaded.policy;
}

static uint32_t first_met(const uint32_t *unmet, size_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (!unmet[i])
			return i;
	return KFG_NONE;
}

/* A waiver is asked for where the deprecation alone would do more than record. */
static bool waivers_asked(const struct kfg_verdict *v)
{
	return v->dep != KFG_NONE && (v->waiver != KFG_NONE || v->dep_action > KFG_AUDIT);
}

static bool agrees(const struct kfg_answer *a)
{
	return first_met(a->unmet.rules, a->unmet.n_rules) == a->verdict.rule &&
	       (!waivers_asked(&a->verdict) || first_met(a->unmet.waivers, a->unmet.n_waivers) == a->verdict.waiver);
}

int kfg_answer_find(const struct kfg_answer_question *question, struct kfg_answer *ret_answer)
{
	const struct kfg_preview *p = question->preview;
	const struct kfg_policy *policy = p->loaded.policy;
	struct kfg_answer a = {
		.question = *question,
		.unmet = { .n_rules = kfg_policy_n_rules(policy), .n_waivers = kfg_policy_n_waivers(policy) },
	};
	struct kfg_load load = p->loader;

	a.unmet.rules = calloc(a.unmet.n_rules + 1, sizeof(uint32_t));
	a.unmet.waivers = calloc(a.unmet.n_waivers + 1, sizeof(uint32_t));
	if (!a.unmet.rules || !a.unmet.waivers) {
		kfg_answer_done(&a);
		return -ENOMEM;
	}
	load.prog = question->program;
	load.prog_type = question->type;
	kfg_verdict_eval(p->table, &load, question->kfunc, question->module, &a.verdict);
	kfg_why_ask(p->table, &load, question->kfunc, question->module, &a.unmet);
	a.action = kfg_verdict_action(p->table, &a.verdict, question->live, &a.reason);
	a.asked = (struct kfg_outcomes_question){
		.policy = policy,
		.table = p->table,
		.unknown = p->unknown | (question->type ? 0 : KFG_WHY_TYPE),
		.live = question->live,
	};
	kfg_outcomes_of(&a.asked, &a.verdict, &a.unmet, &a.outcomes);
	a.loader_decides = kfg_outcomes_open_ended(&a.outcomes);
	if (a.loader_decides)
		a.action = (uint8_t)kfg_outcomes_worst(&a.outcomes);
	if (!a.verdict.failed && !agrees(&a)) {
		kfg_answer_done(&a);
		return -ENOTRECOVERABLE;
	}
	*ret_answer = a;
	return 0;
}

void kfg_answer_done(struct kfg_answer *answer)
{
	free(answer->unmet.rules);
	free(answer->unmet.waivers);
	*answer = (struct kfg_answer){ 0 };
}

const char *kfg_answer_word(const struct kfg_answer *answer)
{
	if (answer->action == KFG_REFUSE && !kfg_mode_enforces(kfg_policy_mode(policy_of(answer))))
		return "would refuse";
	return kfg_action_str(answer->action);
}

/* What the load has where a rule asks for something else; buf holds a number. NULL: not known. */
static const char *actual(const struct kfg_answer *a, enum kfg_why condition, char buf[static 16])
{
	const struct kfg_answer_question *q = &a->question;
	const struct kfg_load *loader = &q->preview->loader;

	if (a->asked.unknown & condition)
		return NULL;
	switch (condition) {
	case KFG_WHY_MODULE:
		return q->module ? q->module : "vmlinux";
	case KFG_WHY_TYPE:
		return kfg_prog_type_str(q->type);
	case KFG_WHY_NAME:
		return q->program;
	case KFG_WHY_UNIT:
		return loader->unit ? loader->unit : "none";
	case KFG_WHY_EXE:
		return loader->exe;
	case KFG_WHY_CGROUP:
		return loader->cgroup;
	case KFG_WHY_UID:
		snprintf(buf, 16, "%" PRIu32, loader->uid);
		return buf;
	case KFG_WHY_ENDED:
		return kfg_day_format(loader->today, buf);
	case KFG_WHY_USERNS:
		return "initial";
	case KFG_WHY_SIGNATURE:
		return q->preview->untold ? "not told by this kernel" : q->preview->signature;
	case KFG_WHY_TOKEN:
		return loader->token ? "true" : "false";
	default:
		return q->kfunc;
	}
}

/* "unit is a.service, not of b.service, c*; uid is not known, not of 1000" */
static void unmet_text(const struct kfg_answer *a, bool waiver, uint32_t index, uint32_t unmet, struct kfg_strbuf *out)
{
	char wanted[KFG_WHY_WANTED], number[16];
	const char *between = "";

	for (uint32_t bit = KFG_WHY_END >> 1; bit; bit >>= 1) {
		const char *has = actual(a, bit, number);

		if (!(unmet & bit))
			continue;
		kfg_strbuf_printf(out, "%s%s is ", between, bit == KFG_WHY_ENDED ? "the day" : kfg_why_str(bit));
		kfg_output_clean(has ? has : "not known", out);
		kfg_strbuf_adds(out, bit == KFG_WHY_ENDED ? ", it ended on " : ", it wants ");
		kfg_output_clean(kfg_why_wanted(policy_of(a), waiver, index, bit, wanted), out);
		between = "; ";
	}
}

/* What has to be known for it to match; KFG_OUTCOMES_NO: it does not. */
static uint32_t open_of(const struct kfg_answer *a, bool waiver, uint32_t index)
{
	return kfg_outcomes_open(&a->asked, waiver, index, waiver ? a->unmet.waivers[index] : a->unmet.rules[index]);
}

/* The first that matches for sure; KFG_NONE: none does. */
static uint32_t first_sure(const struct kfg_answer *a, bool waiver)
{
	size_t n = waiver ? a->unmet.n_waivers : a->unmet.n_rules;

	for (uint32_t i = 0; i < n; i++)
		if (!open_of(a, waiver, i))
			return i;
	return KFG_NONE;
}

static uint8_t unlisted_of(const struct kfg_answer *a)
{
	uint32_t n;
	const struct kfg_table_header *header = kfg_table_cells(a->question.preview->table, &n);

	return header->unlisted;
}

static bool others_may_match(const struct kfg_answer *a, uint32_t before)
{
	for (uint32_t i = 0; i < before && i < a->unmet.n_rules; i++) {
		uint32_t open = open_of(a, false, i);

		if (open && open != KFG_OUTCOMES_NO)
			return true;
	}
	return false;
}

static void rule_text(const struct kfg_answer *a, uint32_t index, struct kfg_strbuf *out)
{
	struct kfg_rule_info rule;
	uint32_t open = open_of(a, false, index);

	if (!kfg_policy_rule(policy_of(a), index, &rule))
		return;
	kfg_strbuf_printf(out, "  rule %s (%s:%u) ", rule.id, rule.file, rule.line);
	if (open == KFG_OUTCOMES_NO) {
		kfg_strbuf_adds(out, "does not match: ");
		unmet_text(a, false, index, a->unmet.rules[index], out);
	} else if (open) {
		kfg_strbuf_printf(out, "may match, and decide: %s: ", kfg_action_str(rule.action));
		unmet_text(a, false, index, open, out);
	} else {
		kfg_strbuf_printf(out, "matches, and decides%s: %s",
				  others_may_match(a, index) ? " if none before it does" : "",
				  kfg_action_str(rule.action));
	}
	kfg_strbuf_adds(out, "\n");
}

static void others_text(size_t n, struct kfg_strbuf *out)
{
	if (n)
		kfg_strbuf_printf(out, "  %zu other rule%s: about other kfuncs\n", n, n == 1 ? "" : "s");
}

/* Rules about other kfuncs are counted; the others are named, up to the one that decides. */
static void rules_text(const struct kfg_answer *a, struct kfg_strbuf *out)
{
	size_t n = a->unmet.n_rules, others = 0;
	uint32_t i = 0, sure = first_sure(a, false);

	if (sure != KFG_NONE)
		n = sure + (size_t)1;
	for (; i < n; i++) {
		if (a->unmet.rules[i] & KFG_WHY_KFUNC)
			others++;
		else
			rule_text(a, i, out);
	}
	others_text(others, out);
	if (sure == KFG_NONE)
		kfg_strbuf_printf(out, "  %s: defaults.unlisted: %s\n",
				  others_may_match(a, KFG_NONE) ? "if no rule matches" : "no rule matches",
				  kfg_action_str(unlisted_of(a)));
	else if (n < a->unmet.n_rules)
		kfg_strbuf_printf(out, "  %zu rule%s after it: not asked\n", a->unmet.n_rules - n,
				  a->unmet.n_rules - n == 1 ? "" : "s");
}

static void waivers_text(const struct kfg_answer *a, struct kfg_strbuf *out)
{
	uint32_t sure = first_sure(a, true);
	size_t n = sure == KFG_NONE ? a->unmet.n_waivers : sure + (size_t)1;
	struct kfg_waiver_info waiver;

	for (uint32_t i = 0; waivers_asked(&a->verdict) && i < n; i++) {
		if (a->unmet.waivers[i] & KFG_WHY_KFUNC || !kfg_policy_waiver(policy_of(a), i, &waiver))
			continue;
		kfg_strbuf_printf(out, "  waiver %s ", waiver.id);
		if (!open_of(a, true, i)) {
			kfg_strbuf_printf(out, "matches: %s", kfg_action_str(KFG_AUDIT));
		} else {
			bool may = open_of(a, true, i) != KFG_OUTCOMES_NO;

			kfg_strbuf_adds(out, may ? "may match: " : "does not match: ");
			unmet_text(a, true, i, may ? open_of(a, true, i) : a->unmet.waivers[i], out);
		}
		kfg_strbuf_adds(out, "\n");
	}
}

static void dates_text(const struct kfg_answer *a, struct kfg_strbuf *out)
{
	const struct kfg_verdict *v = &a->verdict;
	struct kfg_deprecation_info info;
	char day[KFG_DAY_TEXT], place[KFG_PLACE_TEXT];

	if (!kfg_policy_deprecation(policy_of(a), v->dep, &info)) {
		kfg_strbuf_adds(out, "  no deprecation\n");
		return;
	}
	kfg_strbuf_printf(out, "  deprecation (%s): ", kfg_deprecation_place(&info, place));
	if (v->deadline == KFG_DAY_MAX)
		kfg_strbuf_adds(out, "no deadline");
	else
		kfg_strbuf_printf(out, "last good day %s%s", kfg_day_format(v->deadline, day),
				  v->dep_state == KFG_DEP_EXPIRED ? ", which is over" : "");
	if (v->waiver == KFG_NONE)
		kfg_strbuf_printf(out, ": defaults.%s: %s", v->dep_state == KFG_DEP_EXPIRED ? "expired" : "deprecated",
				  kfg_action_str(v->dep_action));
	if (info.replacement)
		kfg_strbuf_printf(out, "; use %s", info.replacement);
	kfg_strbuf_adds(out, "\n");
	waivers_text(a, out);
}

/* What it comes to, or may come to: "allow or refuse". */
static void result_text(const struct kfg_answer *a, struct kfg_strbuf *out)
{
	bool enforces = kfg_mode_enforces(kfg_policy_mode(policy_of(a)));
	char words[KFG_OUTCOMES_TEXT];

	kfg_color_add(out, kfg_color_of(kfg_answer_word(a)),
		      kfg_outcomes_actions(a->outcomes.actions, enforces, words));
}

static void reason_text(const struct kfg_answer *a, struct kfg_strbuf *out)
{
	char depends[KFG_OUTCOMES_TEXT], options[KFG_OUTCOMES_TEXT];

	if (!a->outcomes.depends) {
		kfg_strbuf_printf(out, " (%s)",
				  a->reason == KFG_REASON_NONE ? "nothing counts" : kfg_reason_str(a->reason));
		return;
	}
	kfg_strbuf_printf(out, ": depends on %s, not known", kfg_outcomes_depends(a->outcomes.depends, depends));
	if (*kfg_outcomes_options(a->outcomes.depends, options))
		kfg_strbuf_printf(out, ": see %s", options);
}

void kfg_answer_text(const struct kfg_answer *answer, struct kfg_strbuf *out)
{
	const struct kfg_answer_question *q = &answer->question;

	kfg_output_clean(q->object, out);
	kfg_strbuf_adds(out, ": ");
	kfg_output_clean(q->program, out);
	kfg_strbuf_printf(out, " (%s) calls ", q->type ? kfg_prog_type_str(q->type) : "type not known");
	kfg_output_clean(q->kfunc, out);
	if (q->module) {
		kfg_strbuf_adds(out, " [");
		kfg_output_clean(q->module, out);
		kfg_strbuf_adds(out, "]");
	}
	kfg_strbuf_adds(out, ": ");
	result_text(answer, out);
	kfg_strbuf_adds(out, "\n");
	if (answer->verdict.failed) {
		kfg_strbuf_adds(out, "  the evaluation of the policy takes too long: defaults.unscannable\n");
		return;
	}
	if (!q->live)
		kfg_strbuf_adds(out, "  dead code on this kernel: only rules and deprecations with scope: any count\n");
	rules_text(answer, out);
	dates_text(answer, out);
	kfg_strbuf_adds(out, "  result: ");
	result_text(answer, out);
	reason_text(answer, out);
	kfg_strbuf_adds(out, "\n");
}

static void json_unmet(const struct kfg_answer *a, bool waiver, uint32_t index, uint32_t unmet, struct kfg_json *j)
{
	char wanted[KFG_WHY_WANTED], number[16];

	kfg_json_array(j, "unmet");
	for (uint32_t bit = KFG_WHY_END >> 1; bit; bit >>= 1) {
		if (!(unmet & bit))
			continue;
		kfg_json_object(j, NULL);
		kfg_json_string(j, "condition", kfg_why_str(bit));
		kfg_json_string(j, "actual", actual(a, bit, number));
		kfg_json_string(j, "wanted", kfg_why_wanted(policy_of(a), waiver, index, bit, wanted));
		kfg_json_object_end(j);
	}
	kfg_json_array_end(j);
}

/* Where a list is left at its first match: rules and waivers behind it were not asked. */
static const char *state_str(const struct kfg_answer *a, bool waiver, uint32_t index, uint32_t decided)
{
	uint32_t open = open_of(a, waiver, index);

	if ((waiver && !waivers_asked(&a->verdict)) || index > decided)
		return "not-asked";
	return open == KFG_OUTCOMES_NO ? "does-not-match" : open ? "may-match" : "matches";
}

static void json_rules(const struct kfg_answer *a, struct kfg_json *j)
{
	struct kfg_rule_info rule;

	kfg_json_array(j, "rules");
	for (uint32_t i = 0; i < a->unmet.n_rules; i++) {
		if (!kfg_policy_rule(policy_of(a), i, &rule))
			continue;
		kfg_json_object(j, NULL);
		kfg_json_string(j, "id", rule.id);
		kfg_json_string(j, "file", rule.file);
		kfg_json_uint(j, "line", rule.line);
		kfg_json_string(j, "action", kfg_action_str(rule.action));
		kfg_json_string(j, "state", state_str(a, false, i, first_sure(a, false)));
		json_unmet(a, false, i, a->unmet.rules[i], j);
		kfg_json_object_end(j);
	}
	kfg_json_array_end(j);
	kfg_json_string(j, "default", first_sure(a, false) == KFG_NONE ? kfg_action_str(unlisted_of(a)) : NULL);
}

static void json_dates(const struct kfg_answer *a, struct kfg_json *j)
{
	const struct kfg_verdict *v = &a->verdict;
	struct kfg_deprecation_info info;
	struct kfg_waiver_info waiver;
	char day[KFG_DAY_TEXT], place[KFG_PLACE_TEXT];

	if (kfg_policy_deprecation(policy_of(a), v->dep, &info)) {
		kfg_json_object(j, "deprecation");
		kfg_json_string(j, "known_from", kfg_deprecation_place(&info, place));
		kfg_json_string(j, "deadline", v->deadline == KFG_DAY_MAX ? NULL : kfg_day_format(v->deadline, day));
		kfg_json_bool(j, "expired", v->dep_state == KFG_DEP_EXPIRED);
		kfg_json_string(j, "action", kfg_action_str(v->dep_action));
		kfg_json_string(j, "replacement", info.replacement);
		kfg_json_object_end(j);
	} else {
		kfg_json_null(j, "deprecation");
	}
	kfg_json_array(j, "waivers");
	for (uint32_t i = 0; i < a->unmet.n_waivers; i++) {
		if (!kfg_policy_waiver(policy_of(a), i, &waiver))
			continue;
		kfg_json_object(j, NULL);
		kfg_json_string(j, "id", waiver.id);
		kfg_json_string(j, "state", state_str(a, true, i, first_sure(a, true)));
		json_unmet(a, true, i, a->unmet.waivers[i], j);
		kfg_json_object_end(j);
	}
	kfg_json_array_end(j);
}

void kfg_answer_json(const struct kfg_answer *answer, struct kfg_json *j)
{
	const struct kfg_answer_question *q = &answer->question;

	kfg_json_object(j, NULL);
	kfg_json_string(j, "object", q->object);
	kfg_json_string(j, "program", q->program);
	kfg_json_string(j, "type", q->type ? kfg_prog_type_str(q->type) : NULL);
	kfg_json_string(j, "kfunc", q->kfunc);
	kfg_json_string(j, "module", q->module);
	kfg_json_bool(j, "live", q->live);
	kfg_json_string(j, "verdict", kfg_answer_word(answer));
	kfg_json_string(j, "reason", answer->reason == KFG_REASON_NONE ? NULL : kfg_reason_str(answer->reason));
	kfg_json_bool(j, "loader_decides", answer->loader_decides);
	kfg_json_array(j, "depends_on");
	for (uint32_t bit = KFG_WHY_END >> 1; bit; bit >>= 1)
		if (answer->outcomes.depends & bit)
			kfg_json_string(j, NULL, kfg_why_str(bit));
	kfg_json_array_end(j);
	json_rules(answer, j);
	json_dates(answer, j);
	kfg_json_object_end(j);
}
