/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report_text.c - words and sentences that the renderings of a report share. */
#include "analysis/report/report_text.h"

#include "config/lifecycle.h"
#include "base/text.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *kfg_report_clean(const char *text, char buf[static KFG_REPORT_CLEAN_MAX])
{
	kfg_text_clean(text ? text : "", SIZE_MAX, buf, KFG_REPORT_CLEAN_MAX);
	return buf;
}

const char *kfg_report_use_name(const struct kfg_report *report, const struct kfg_report_use *use,
				char buf[static KFG_REPORT_CLEAN_MAX])
{
	const char *module = NULL;
	char raw[KFG_REPORT_CLEAN_MAX];

	for (size_t k = 0; k < report->n_kernels && !module; k++)
		module = use->cells[k].module;
	snprintf(raw, sizeof(raw), module ? "%s [%s]" : "%s", use->name, module);
	return kfg_report_clean(raw, buf);
}

const char *kfg_report_use_kind(const struct kfg_report_use *use, char buf[static KFG_REPORT_CLEAN_MAX])
{
	char raw[KFG_REPORT_CLEAN_MAX];

	if (use->struct_ops)
		snprintf(raw, sizeof(raw), "type of the struct_ops map %s", use->symbol);
	else
		snprintf(raw, sizeof(raw), "%s%s%s%s", use->weak ? "weak" : "strong",
			 use->address_taken ? ", its presence is asked for" : "",
			 strcmp(use->name, use->symbol) ? ", declared as " : "",
			 strcmp(use->name, use->symbol) ? use->symbol : "");
	return kfg_report_clean(raw, buf);
}

const char *kfg_report_call_site_text(const struct kfg_report_call_site *site, char buf[static KFG_REPORT_CLEAN_MAX])
{
	char raw[KFG_REPORT_CLEAN_MAX], place[KFG_REPORT_CLEAN_MAX / 2];

	if (site->file && site->line)
		snprintf(place, sizeof(place), "%s:%u", site->file, site->line);
	else if (site->section[0] && site->insn != UINT32_MAX)
		snprintf(place, sizeof(place), "%s+%" PRIu32, site->section, site->insn);
	else if (site->insn != UINT32_MAX)
		snprintf(place, sizeof(place), "instruction %" PRIu32, site->insn);
	else
		snprintf(place, sizeof(place), "somewhere");
	snprintf(raw, sizeof(raw), "%s in %s%s%s%s", place, site->program[0] ? site->program : "?",
		 site->type ? " (" : "", site->type ? kfg_prog_type_str(site->type) : "", site->type ? ")" : "");
	return kfg_report_clean(raw, buf);
}

static void policy_text(const struct kfg_report *report, const struct kfg_report_verdict *v, char *buf, size_t size)
{
	char day[KFG_DAY_TEXT], depends[KFG_REPORT_DEPENDS_TEXT];
	bool rule = v->reason == KFG_REASON_RULE && v->rule, dated = v->deadline != KFG_DAY_MAX;

	if (v->loader_decides) {
		snprintf(buf, size, "policy: %s", kfg_report_depends(report, v, depends));
		return;
	}
	snprintf(buf, size, "policy: %s, %s%s%s%s%s%s%s", kfg_report_action_str(report, v), kfg_reason_str(v->reason),
		 rule ? " " : "", rule ? v->rule : "", v->waiver ? " by " : "", v->waiver ? v->waiver : "",
		 dated ? ", last good day " : "", dated ? kfg_day_format(v->deadline, day) : "");
}

const char *kfg_report_cell_text(const struct kfg_report *report, const struct kfg_report_cell *cell,
				 char buf[static KFG_REPORT_CLEAN_MAX])
{
	const struct kfg_report_verdict *v = &cell->verdict;
	char raw[KFG_REPORT_CLEAN_MAX] = "", policy[KFG_REPORT_DEPENDS_TEXT + 16] = "";

	if (v->action > KFG_ALLOW || v->loader_decides)
		policy_text(report, v, policy, sizeof(policy));
	if (cell->compat != KFG_COMPAT_OK)
		snprintf(raw, sizeof(raw), "%s%s%s%s", kfg_compat_str(cell->compat),
			 cell->fails ? ", does not load" : "", cell->detail[0] ? ": " : "", cell->detail);
	else if (cell->detail[0])
		snprintf(raw, sizeof(raw), "%s", cell->detail);
	if (policy[0])
		snprintf(raw + strlen(raw), sizeof(raw) - strlen(raw), "%s%s", raw[0] ? "; " : "", policy);
	return kfg_report_clean(raw, buf);
}

const char *kfg_report_advice(const struct kfg_report_use *use, char buf[static KFG_REPORT_CLEAN_MAX])
{
	_cleanup_strbuf_ struct kfg_strbuf raw = KFG_STRBUF(KFG_REPORT_CLEAN_MAX);
	const struct kfg_deprecation_info info = {
		.deprecated_in = use->deprecated_in,
		.removed_in = use->removed_in,
		.replacement = use->replacement,
		.replacement_in = use->replacement_in,
	};

	kfg_lifecycle_sentence(&info, &raw);
	return kfg_report_clean(kfg_strbuf_text(&raw), buf);
}

const char *kfg_report_compat_of(const struct kfg_report *report, const void *subject, size_t kernel,
				 char buf[static KFG_REPORT_CLEAN_MAX])
{
	const struct kfg_report_object *object = subject;

	(void)report;
	return kfg_report_clean(object->kernels[kernel].object_reason, buf);
}

const char *kfg_report_cell_of(const struct kfg_report *report, const void *subject, size_t kernel,
			       char buf[static KFG_REPORT_CLEAN_MAX])
{
	const struct kfg_report_use *use = subject;

	return kfg_report_cell_text(report, &use->cells[kernel], buf);
}

bool kfg_report_group(const struct kfg_report *report, kfg_report_text_fn *text_of, const void *subject, size_t *next,
		      struct kfg_report_group *ret_group)
{
	char text[KFG_REPORT_CLEAN_MAX];
	size_t len = 0;

	for (; *next < report->n_kernels; ++*next) {
		bool told = !text_of(report, subject, *next, ret_group->text)[0];

		for (size_t k = 0; k < *next && !told; k++)
			told = strcmp(text_of(report, subject, k, text), ret_group->text) == 0;
		if (!told)
			break;
	}
	if (*next == report->n_kernels)
		return false;
	for (size_t k = *next; k < report->n_kernels && len + 12 < sizeof(ret_group->kernels); k++)
		if (strcmp(text_of(report, subject, k, text), ret_group->text) == 0)
			len += snprintf(ret_group->kernels + len, sizeof(ret_group->kernels) - len, "%s%zu",
					len ? "," : "", k + 1);
	++*next;
	return true;
}

void kfg_report_policy_line(const struct kfg_report *report, struct kfg_strbuf *out)
{
	char name[KFG_REPORT_CLEAN_MAX], source[KFG_REPORT_CLEAN_MAX], day[KFG_DAY_TEXT];

	kfg_strbuf_printf(out, "policy %s, serial %" PRId64 "%s, as of %s (%s)", kfg_report_clean(report->policy, name),
			  report->serial, kfg_mode_enforces(report->mode) ? "" : ", mode audit",
			  kfg_day_format(report->today, day), kfg_report_clean(report->policy_source, source));
}

void kfg_report_summary_line(const struct kfg_report *report, struct kfg_strbuf *out)
{
	const char *gap = ": ";
	size_t idle = 0;

	kfg_strbuf_printf(out, "%zu object%s in %zu file%s", report->n_objects, report->n_objects == 1 ? "" : "s",
			  report->n_files, report->n_files == 1 ? "" : "s");
	for (int state = KFG_REPORT_FAILS; state >= KFG_REPORT_OK; state--) {
		size_t n = kfg_report_count(report, state);

		if (n) {
			kfg_strbuf_printf(out, "%s%zu %s", gap, n, kfg_report_state_str(state));
			gap = ", ";
		}
	}
	for (size_t i = 0; i < report->n_objects; i++)
		idle += !report->objects[i].n_uses;
	if (idle)
		kfg_strbuf_printf(out, "; %zu without kfuncs", idle);
	if (report->n_ignored)
		kfg_strbuf_printf(out, "; %zu finding%s ignored by the baseline", report->n_ignored,
				  report->n_ignored == 1 ? "" : "s");
	if (report->n_problems)
		kfg_strbuf_printf(out, "; %zu could not be read", report->n_problems);
}
