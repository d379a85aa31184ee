/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report_sarif.c - SARIF 2.1.0 (OASIS, sarif-schema-2.1.0.json) for code review: one result per use that is not ok, at
 * its first call in the source, else at the object's file.
 */
#include "base/json.h"
#include "render/report_text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define SCHEMA "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
#define RELATED_MAX 10u
#define URI_MAX 4096u

struct rule {
	const char *id, *text;
};

/* By state. */
static const struct rule rules[KFG_REPORT_STATE_MAX] = {
	[KFG_REPORT_WARNED] = { "kfunc-warned", "A kfunc that is deprecated, or not available to every loader." },
	[KFG_REPORT_UNCHECKED] = { "not-checked", "Something could not be checked." },
	[KFG_REPORT_REFUSED] = { "kfunc-refused", "The policy refuses the load of a program with this kfunc." },
	[KFG_REPORT_FAILS] = { "load-fails", "The object does not load on a target kernel." },
};

static const char *level(enum kfg_report_state state)
{
	return state >= KFG_REPORT_REFUSED ? "error" : "warning";
}

static void sarif_rules(struct kfg_json *j)
{
	kfg_json_array(j, "rules");
	for (size_t i = 0; i < KFG_REPORT_STATE_MAX; i++) {
		if (!rules[i].id)
			continue;
		kfg_json_object(j, NULL);
		kfg_json_string(j, "id", rules[i].id);
		kfg_json_object(j, "shortDescription");
		kfg_json_string(j, "text", rules[i].text);
		kfg_json_object_end(j);
		kfg_json_object(j, "defaultConfiguration");
		kfg_json_string(j, "level", level(i));
		kfg_json_object_end(j);
		kfg_json_object_end(j);
	}
	kfg_json_array_end(j);
}

/* RFC 3986: everything but unreserved characters and '/' in percent code. An absolute path gets its scheme. */
static void uri(const char *path, struct kfg_strbuf *out)
{
	kfg_strbuf_adds(out, path[0] == '/' ? "file://" : "");
	for (const unsigned char *p = (const unsigned char *)path; *p; p++)
		kfg_strbuf_printf(out, isalnum(*p) || strchr("-._~/", *p) ? "%c" : "%%%02X", *p);
}

/* A physicalLocation; line 0: the file as a whole. */
static void location(const char *path, unsigned line, struct kfg_json *j)
{
	_cleanup_strbuf_ struct kfg_strbuf text = KFG_STRBUF(URI_MAX * 3);

	uri(path, &text);
	kfg_json_object(j, NULL);
	kfg_json_object(j, "physicalLocation");
	kfg_json_object(j, "artifactLocation");
	kfg_json_string(j, "uri", kfg_strbuf_text(&text));
	kfg_json_object_end(j);
	if (line) {
		kfg_json_object(j, "region");
		kfg_json_uint(j, "startLine", line);
		kfg_json_object_end(j);
	}
	kfg_json_object_end(j);
	kfg_json_object_end(j);
}

static void locations(const struct kfg_report_object *o, const struct kfg_report_use *use, struct kfg_json *j)
{
	size_t first = 0, related = 0;

	while (use && first < use->n_sites && !(use->sites[first].file && use->sites[first].line))
		first++;
	kfg_json_array(j, "locations");
	if (use && first < use->n_sites)
		location(use->sites[first].file, use->sites[first].line, j);
	else
		location(o->path, 0, j);
	kfg_json_array_end(j);
	if (!use || first == use->n_sites)
		return;
	kfg_json_array(j, "relatedLocations");
	location(o->path, 0, j);
	for (size_t i = first + 1; i < use->n_sites && related < RELATED_MAX; i++) {
		const struct kfg_report_site *site = &use->sites[i], *before = site - 1;

		if (!site->file || !site->line || (site->line == before->line && site->file == before->file))
			continue;
		location(site->file, site->line, j);
		related++;
	}
	kfg_json_array_end(j);
}

static void result_begin(enum kfg_report_state state, const char *message, struct kfg_json *j)
{
	kfg_json_object(j, NULL);
	kfg_json_string(j, "ruleId", rules[state].id);
	kfg_json_string(j, "level", level(state));
	kfg_json_object(j, "message");
	kfg_json_string(j, "text", message);
	kfg_json_object_end(j);
}

/* "kernel 7.3.4: ..." once per distinct text */
static void groups(const struct kfg_report *report, kfg_report_text_fn *text_of, const void *subject,
		   struct kfg_strbuf *out)
{
	char name[KFG_CLEAN_MAX];
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
	char name[KFG_CLEAN_MAX], label[KFG_CLEAN_MAX], kind[KFG_CLEAN_MAX], advice[KFG_CLEAN_MAX];

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
	char label[KFG_CLEAN_MAX];

	kfg_strbuf_adds(&text, kfg_report_clean(o->label, label));
	groups(report, kfg_report_fit_of, o, &text);
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
	char text[2 * KFG_CLEAN_MAX], label[KFG_CLEAN_MAX], why[KFG_CLEAN_MAX];

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
	kfg_json_object(&j, NULL);
	kfg_json_string(&j, "$schema", SCHEMA);
	kfg_json_string(&j, "version", "2.1.0");
	kfg_json_array(&j, "runs");
	kfg_json_object(&j, NULL);
	kfg_json_object(&j, "tool");
	kfg_json_object(&j, "driver");
	kfg_json_string(&j, "name", "kfgate");
	kfg_json_string(&j, "version", KFG_VERSION);
	sarif_rules(&j);
	kfg_json_object_end(&j);
	kfg_json_object_end(&j);
	kfg_json_string(&j, "columnKind", "unicodeCodePoints");
	kfg_json_array(&j, "results");
	for (size_t i = 0; i < report->n_objects; i++)
		object_results(report, &report->objects[i], &j);
	for (size_t i = 0; i < report->n_problems; i++)
		problem_result(&report->problems[i], &j);
	kfg_json_array_end(&j);
	kfg_json_object_end(&j);
	kfg_json_array_end(&j);
	kfg_json_object_end(&j);
	kfg_strbuf_adds(out, "\n");
}
