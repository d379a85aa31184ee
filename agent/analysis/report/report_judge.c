/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report_judge.c - the policy's verdict on a use, and what it makes of an object. */
#include "analysis/report/report_internal.h"

#include "analysis/report/baseline.h"
#include "policy/outcomes.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

static void set_verdict(struct kfg_report *report, const struct kfg_verdict *v, struct kfg_report_verdict *out)
{
	struct kfg_waiver_info waiver;
	bool lost = false;

	out->deadline = v->deadline;
	out->rule = kfg_report_copy(report, kfg_policy_rule_id(report->judge.policy, v->rule), &lost);
	out->waiver = NULL;
	if (kfg_policy_waiver(report->judge.policy, v->waiver, &waiver))
		out->waiver = kfg_report_copy(report, waiver.id, &lost);
}

static void set_lifecycle(struct kfg_report *report, uint32_t dep, struct kfg_report_use *use, bool *lost)
{
	struct kfg_deprecation_info info;
	char place[KFG_PLACE_TEXT];

	if (use->deprecated_in || use->removed_in || !kfg_policy_deprecation(report->judge.policy, dep, &info))
		return;
	use->replacement = kfg_report_copy(report, info.replacement, lost);
	use->replacement_in = kfg_report_copy(report, info.replacement_in, lost);
	use->deprecated_in = kfg_report_copy(report, info.deprecated_in, lost);
	use->removed_in = kfg_report_copy(report, info.removed_in, lost);
	use->known_from = kfg_report_copy(report, kfg_deprecation_place(&info, place), lost);
}

/* What is known of the load on that kernel. */
static uint32_t unknown_of(const struct kfg_report *report, size_t kernel, struct kfg_load *load)
{
	uint32_t unknown = report->judge.unknown;
	enum kfg_signatures signatures = report->kernels[kernel].signatures;

	/* where the kernel keeps it to itself, no signature is any that a rule can ask for */
	if (signatures != KFG_SIGNATURES_TOLD)
		load->signature = KFG_SIGNATURE_UNKNOWN;
	if (signatures == KFG_SIGNATURES_UNKNOWN)
		unknown |= KFG_WHY_SIGNATURE;
	else if (signatures == KFG_SIGNATURES_UNTOLD)
		unknown &= ~(uint32_t)KFG_WHY_SIGNATURE;
	return load->prog_type ? unknown : unknown | KFG_WHY_TYPE;
}

/* The greater, the worse: refused, then what may be, then what is warned about. */
static unsigned rank(const struct kfg_report_verdict *v)
{
	if (v->loader_decides)
		return KFG_REFUSE + 1u + v->action;
	return v->action == KFG_REFUSE ? 2 * KFG_REFUSE + 2u : v->action;
}

/* As a site's program would get it; the worst of them stays in the cell. */
static void judge_site(struct kfg_report *report, struct kfg_report_use *use, size_t kernel,
		       const struct kfg_report_call_site *site, bool *lost)
{
	const struct kfg_report_judge *judge = &report->judge;
	struct kfg_report_cell *cell = &use->cells[kernel];
	bool live = site->reach[kernel] != KFG_REACH_NEVER;
	struct kfg_report_verdict verdict = { .program = site->program };
	struct kfg_load load = judge->loader;
	struct kfg_outcomes outcomes;
	struct kfg_outcomes_question question = { .policy = judge->policy, .table = judge->table, .live = live };
	struct kfg_verdict v;

	load.prog = site->program;
	load.prog_type = site->type;
	question.unknown = unknown_of(report, kernel, &load);
	kfg_verdict_eval(judge->table, &load, use->name, cell->module, &v);
	verdict.action = kfg_verdict_action(judge->table, &v, live, &verdict.reason);
	set_lifecycle(report, v.dep, use, lost);
	if (kfg_outcomes_ask(&question, &load, use->name, cell->module, &outcomes) < 0) {
		*lost = true;
		return;
	}
	verdict.actions = outcomes.actions;
	verdict.depends = outcomes.depends;
	verdict.loader_decides = kfg_outcomes_open_ended(&outcomes);
	if (verdict.loader_decides)
		verdict.action = (uint8_t)kfg_outcomes_worst(&outcomes);
	if (cell->verdict.program && rank(&verdict) <= rank(&cell->verdict))
		return;
	set_verdict(report, &v, &verdict);
	cell->verdict = verdict;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* Whether the question is the same as for the kernel before: most are. */
static bool same_question(const struct kfg_report *report, const struct kfg_report_use *use, size_t kernel)
{
	if (!same_text(use->cells[kernel].module, use->cells[kernel - 1].module) ||
	    report->kernels[kernel].signatures != report->kernels[kernel - 1].signatures)
		return false;
	for (size_t i = 0; i < use->n_sites; i++)
		if ((use->sites[i].reach[kernel] == KFG_REACH_NEVER) !=
		    (use->sites[i].reach[kernel - 1] == KFG_REACH_NEVER))
			return false;
	return true;
}

int kfg_report_judge_use(struct kfg_report *report, struct kfg_report_use *use, size_t kernel)
{
	bool lost = false;

	if (kernel && same_question(report, use, kernel)) {
		use->cells[kernel].verdict = use->cells[kernel - 1].verdict;
		return 0;
	}
	use->cells[kernel].verdict = (struct kfg_report_verdict){ .deadline = KFG_DAY_MAX };
	for (size_t i = 0; i < use->n_sites; i++) {
		const struct kfg_report_call_site *site = &use->sites[i], *before = site - 1;

		/* many calls in one program are one question */
		if (i && site->program == before->program && site->reach[kernel] == before->reach[kernel])
			continue;
		judge_site(report, use, kernel, site, &lost);
	}
	return lost ? -ENOMEM : 0;
}

/* Not there, or not as the object wants it, and that does not end the load by the object's own defaults. */
static bool may_harm(const struct kfg_report_cell *cell)
{
	return cell->compat > KFG_COMPAT_UNCHECKED && cell->reach != KFG_REACH_NEVER;
}

static enum kfg_report_state cell_state(const struct kfg_report *report, const struct kfg_report_cell *cell)
{
	const struct kfg_report_verdict *v = &cell->verdict;

	if (cell->fails)
		return KFG_REPORT_FAILS;
	if (v->action == KFG_REFUSE && !v->loader_decides && kfg_mode_enforces(report->mode))
		return KFG_REPORT_REFUSED;
	if (cell->compat == KFG_COMPAT_UNCHECKED || v->loader_decides)
		return KFG_REPORT_UNCHECKED;
	if (v->action >= KFG_WARN || may_harm(cell))
		return KFG_REPORT_WARNED;
	return KFG_REPORT_OK;
}

/* A finding that the baseline knows does not count. */
static enum kfg_report_state unless_known(struct kfg_report *report, enum kfg_report_state state,
					  const struct kfg_report_object *object, size_t kernel, const char *name)
{
	if (state < KFG_REPORT_WARNED || !kfg_baseline_covers(report->judge.baseline, state, object->label,
							      kfg_report_kernel_name(report, kernel), name))
		return state;
	report->n_ignored++;
	return KFG_REPORT_IGNORED;
}

/* One sentence on why the cell is not ok. */
static void reason_text(const struct kfg_report *report, const struct kfg_report_use *use,
			const struct kfg_report_cell *cell, char *buf, size_t size)
{
	const struct kfg_report_verdict *v = &cell->verdict;
	char day[KFG_DAY_TEXT], depends[KFG_REPORT_DEPENDS_TEXT];

	if (cell->fails || cell->compat == KFG_COMPAT_UNCHECKED ||
	    (v->action < KFG_WARN && !v->loader_decides && may_harm(cell)))
		snprintf(buf, size, "%s: %s%s%s", use->name, kfg_compat_str(cell->compat), cell->detail[0] ? ": " : "",
			 cell->detail);
	else if (v->loader_decides)
		snprintf(buf, size, "%s: policy: %s", use->name, kfg_report_depends(report, v, depends));
	else
		snprintf(buf, size, "%s: policy: %s, %s%s%s%s%s", use->name, kfg_report_action_str(report, v),
			 kfg_reason_str(v->reason), v->reason == KFG_REASON_RULE && v->rule ? " " : "",
			 v->reason == KFG_REASON_RULE && v->rule ? v->rule : "",
			 v->deadline != KFG_DAY_MAX ? ", last good day " : "",
			 v->deadline != KFG_DAY_MAX ? kfg_day_format(v->deadline, day) : "");
}

/*
 * What no use accounts for: fails is why the object does not load, unsure what could not be decided, each "" or one
 * sentence or several. Makes the state at least as bad.
 */
static int commit_object_reason(struct kfg_report *report, struct kfg_report_object *object, size_t kernel,
				const char *fails, const char *unsure)
{
	enum kfg_report_state state = fails[0] ? KFG_REPORT_FAILS : unsure[0] ? KFG_REPORT_UNCHECKED : KFG_REPORT_OK;
	struct kfg_report_compat *compat = &object->kernels[kernel];
	char text[1024];
	bool lost = false;

	state = unless_known(report, state, object, kernel, "");
	compat->object_reason = "";
	compat->object_state = state;
	if (state == KFG_REPORT_OK)
		return 0;
	snprintf(text, sizeof(text), "%s%s%s%s", fails, fails[0] && unsure[0] ? "; " : "",
		 unsure[0] ? "unchecked: " : "", unsure);
	compat->object_reason = kfg_report_copy(report, text, &lost);
	if (state > compat->state) {
		compat->state = state;
		compat->reason = compat->object_reason;
	}
	return lost ? -ENOMEM : 0;
}

/* What could not be decided of the object as a whole; buf holds it where it has to be put together. */
static const char *unsure_text(const struct kfg_report_object *object, const struct kfg_compat_report *compat,
			       char *buf, size_t size)
{
	const char *more = compat ? compat->unsure : "";

	if (!object->limits[0] || !more[0])
		return object->limits[0] ? object->limits : more;
	snprintf(buf, size, "%s; %s", object->limits, more);
	return buf;
}

/* An object that is not meant for this kernel's machine: the policy is not asked either. */
static void commit_foreign(struct kfg_report_object *object, size_t kernel)
{
	struct kfg_report_compat *compat = &object->kernels[kernel];

	*compat = (struct kfg_report_compat){ .state = KFG_REPORT_FOREIGN, .object_state = KFG_REPORT_FOREIGN };
	compat->reason = compat->object_reason = "for machines of the other byte order";
	for (size_t i = 0; i < object->n_uses; i++) {
		struct kfg_report_cell *cell = &object->uses[i].cells[kernel];

		cell->state = KFG_REPORT_FOREIGN;
		cell->verdict = (struct kfg_report_verdict){ .deadline = KFG_DAY_MAX };
	}
}

static int commit_kernel(struct kfg_report *report, struct kfg_report_object *object, size_t kernel)
{
	struct kfg_report_compat *compat = &object->kernels[kernel];
	const struct kfg_report_use *worst = NULL;
	char text[512];
	bool lost = false;

	compat->loads = true;
	compat->reason = "";
	for (size_t i = 0; i < object->n_uses; i++) {
		struct kfg_report_use *use = &object->uses[i];
		struct kfg_report_cell *cell = &use->cells[kernel];

		cell->state = unless_known(report, cell_state(report, cell), object, kernel, use->name);
		compat->loads &= !cell->fails;
		if (cell->state > use->state)
			use->state = cell->state;
		if (cell->state > compat->state) {
			compat->state = cell->state;
			worst = use;
		}
	}
	if (!worst)
		return 0;
	reason_text(report, worst, &worst->cells[kernel], text, sizeof(text));
	compat->reason = kfg_report_copy(report, text, &lost);
	return lost ? -ENOMEM : 0;
}

int kfg_report_commit_object(struct kfg_report *report, const struct kfg_compat_report *const *reports)
{
	struct kfg_report_object *object = &report->objects[report->n_objects];

	for (size_t k = 0; k < report->n_kernels; k++) {
		struct kfg_report_compat *compat = &object->kernels[k];
		char text[768];
		int r = 0;

		if (reports && reports[k]->foreign) {
			commit_foreign(object, k);
			object->state = object->state > compat->state ? object->state : compat->state;
			continue;
		}
		r = commit_kernel(report, object, k);
		if (r == 0)
			r = commit_object_reason(report, object, k, reports ? reports[k]->other : "",
						 unsure_text(object, reports ? reports[k] : NULL, text, sizeof(text)));
		if (r < 0)
			return r;
		compat->loads &= !reports || reports[k]->loads;
		if (compat->state > object->state)
			object->state = compat->state;
	}
	report->n_objects++;
	return 0;
}
