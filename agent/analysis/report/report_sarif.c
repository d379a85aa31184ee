/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report_sarif.c - SARIF 2.1.0 (OASIS, sarif-schema-2.1.0.json) for code review: one result per use that is not ok, at
 * its first call in the source, else at the object's file.
 */
#include "base/json.h"
#include "analysis/report/report_text.h"
#include "render/sarif.h"

#include <stdio.h>
#include <string.h>

#define RELATED_MAX 10u

/* By state. */
static const struct kfg_sarif_rule rules[KFG_REPORT_STATE_MAX] = {
	[KFG_REPORT_WARNED] = { "kfunc-warned", "A kfunc that is deprecated, or not available to every loader.",
				"warning" },
	[KFG_REPORT_UNCHECKED] = { "not-checked", "Something could not be checked.", "warning" },
	[KFG_REPORT_REFUSED] = { "kfunc-refused", "The policy refuses the load of a program with this kfunc.",
				 "error" },
	[KFG_REPORT_FAILS] = { "load-fails", "The object does not load on a target kernel.", "error" },
};

static void locations(const struct kfg_report_object *o, const struct kfg_report_use *use, struct kfg_json *j)
{
	size_t first = 0, related = 0;

	while (use && first < use->n_sites && !(use->sites[first].file && use->sites[first].line))
		first++;
	kfg_json_array(j, "locations");
	if (use && first < use->n_sites)
		kfg_sarif_location(use->sites[first].file, use->sites[first].line, 0, j);
	else
		kfg_sarif_location(o->path, 0, 0, j);
	kfg_json_array_end(j);
	if (!use || first == use->n_sites)
		return;
	kfg_json_array(j, "relatedLocations");
	kfg_sarif_location(o->path, 0, 0, j);
	for (size_t i = first + 1; i < use->n_sites && related < RELATED_MAX; i++) {
		const struct kfg_report_call_site *site = &use->sites[i], *before = site - 1;

		if (!site->file || !site->line || (site->line == before->line && site->file == before->file))
			continue;
		kfg_sarif_location(site->file, site->line, 0, j);
		related++;
	}
	kfg_json_array_end(j);
}

static void result_begin(enum kfg_report_state state, const char *message, struct kfg_json *j)
{
	kfg_sarif_result(&rules[state], message, j);
}

/* "kernel 7.3.4: ..." once per distinct text */
static void groups(const struct kfg_report *report, kfg_report_text_fn *text_of, const void *subject,
		   struct kfg_strbuf *out)
{
	char name[KFG_REPORT_CLEAN_MAX];
	struct kfg_report_group group;
	size_t next = 0;

	while (kfg_report_group(report, text_of, subject, &next, &group)) {
		kfg_strbuf_adds(out, ". On ");
		for (const char *p = group.kernels; *p; p += strcspn(p, ","), p += *p == ',') {
			size_t k = strtoul(p, NULL, 10) - 1;

			kfg_strbuf_printf(out, "%s%s", p == group.kernels ? "" : ", ",
					  kfg_report_clean(kfg_report_kernel_name(report, k), name));
		}
		kfg_strbuf_printf(out, ": %s", group.text);
	}
}

static void use_result(const struct kfg_report *report, const struct kfg_report_object *o,
		       const struct kfg_report_use *use, struct kfg_json *j)
{
	_cleanup_strbuf_ struct kfg_strbuf text = KFG_STRBUF(64u << 10);
	char name[KFG_REPORT_CLEAN_MAX], label[KFG_REPORT_CLEAN_MAX], kind[KFG_REPORT_CLEAN_MAX],
		advice[KFG_REPORT_CLEAN_MAX];

	kfg_strbuf_printf(&text, "%s in %s (%s)", kfg_report_use_name(report, use, name),
			  kfg_report_clean(o->label, label), kfg_report_use_kind(use, kind));
	groups(report, kfg_report_cell_of, use, &text);
	if (kfg_report_advice(use, advice)[0])
		kfg_strbuf_printf(&text, ". %s", advice);
	result_begin(use->state, kfg_strbuf_text(&text), j);
	locations(o, use, j);
	kfg_json_object_end(j);
}

/* What no use of it accounts for. */
static void object_result(const struct kfg_report *report, const struct kfg_report_object *o,
			  enum kfg_report_state state, struct kfg_json *j)
{
	_cleanup_strbuf_ struct kfg_strbuf text = KFG_STRBUF(64u << 10);
	char label[KFG_REPORT_CLEAN_MAX];

	kfg_strbuf_adds(&text, kfg_report_clean(o->label, label));
	groups(report, kfg_report_compat_of, o, &text);
	result_begin(state, kfg_strbuf_text(&text), j);
	locations(o, NULL, j);
	kfg_json_object_end(j);
}

static void object_results(const struct kfg_report *report, const struct kfg_report_object *o, struct kfg_json *j)
{
	enum kfg_report_state by_itself = KFG_REPORT_OK;

	for (size_t i = 0; i < o->n_uses; i++)
		if (o->uses[i].state >= KFG_REPORT_WARNED)
			use_result(report, o, &o->uses[i], j);
	for (size_t k = 0; k < report->n_kernels; k++)
		if (o->kernels[k].object_state > by_itself)
			by_itself = o->kernels[k].object_state;
	if (by_itself >= KFG_REPORT_WARNED)
		object_result(report, o, by_itself, j);
}

static void problem_result(const struct kfg_report_problem *problem, struct kfg_json *j)
{
	struct kfg_report_object file = { .path = problem->label };
	char text[2 * KFG_REPORT_CLEAN_MAX], label[KFG_REPORT_CLEAN_MAX], why[KFG_REPORT_CLEAN_MAX];

	snprintf(text, sizeof(text), "%s: %s", kfg_report_clean(problem->label, label),
		 kfg_report_clean(problem->why, why));
	result_begin(KFG_REPORT_UNCHECKED, text, j);
	locations(&file, NULL, j);
	kfg_json_object_end(j);
}

void kfg_report_sarif(const struct kfg_report *report, bool quiet, struct kfg_strbuf *out)
{
	struct kfg_json j = { .out = out, .indent = true };

	(void)quiet; /* there are results for what is not ok only */
	kfg_sarif_begin(rules, KFG_REPORT_STATE_MAX, &j);
	for (size_t i = 0; i < report->n_objects; i++)
		object_results(report, &report->objects[i], &j);
	for (size_t i = 0; i < report->n_problems; i++)
		problem_result(&report->problems[i], &j);
	kfg_sarif_end(&j);
}
