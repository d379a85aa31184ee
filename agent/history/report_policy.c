/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report_policy.c - waivers and rules against what was loaded; and the hosts. */
#include "history/report_internal.h"

#include <errno.h>
#include "policy/verdict.h"
#include <stdlib.h>
#include <string.h>

static const struct kfg_past_waiver *find_waiver(const struct kfg_usage *u, const char *id)
{
	const struct kfg_past_waiver *w = u->waivers.items;

	for (size_t i = 0; i < u->waivers.n; i++)
		if (strcmp(kfg_usage_text(u, w[i].id), id) == 0)
			return &w[i];
	return NULL;
}

/* One row: what the records say (w, may be NULL), what the policy says (info, may be NULL). */
static void add_waiver(const struct kfg_report_input *in, struct kfg_sheet *sheet, struct kfg_section *s,
		       const struct kfg_past_waiver *w, const struct kfg_waiver_info *info)
{
	struct kfg_cell *row = s->n_rows < in->rows_max ? kfg_sheet_row(sheet, s) : NULL;
	int32_t until = info ? info->until : w->until;
	char day[KFG_DAY_TEXT];

	if (!row) {
		s->more++;
		return;
	}
	kfg_sheet_text(sheet, &row[0], info ? info->id : kfg_usage_text(in->usage, w->id));
	kfg_report_deadline(sheet, &row[1], until, in->today);
	kfg_sheet_number(&row[3], w ? w->n : 0);
	if (w)
		kfg_sheet_text(sheet, &row[4], kfg_report_day(w->last, day));
	if (info) {
		kfg_sheet_text(sheet, &row[5], info->owner);
		kfg_sheet_text(sheet, &row[6], info->reason);
	}
	if (until == KFG_DAY_MAX)
		return;
	kfg_sheet_text(sheet, &row[7],
		       until < in->today		    ? "ended" :
		       until - in->today <= KFG_WAIVER_SOON ? "ends soon" :
		       w				    ? "in use" :
							      "not used");
}

void kfg_report_waivers(const struct kfg_report_input *in, struct kfg_sheet *sheet)
{
	static const struct kfg_column columns[] = {
		{ "id", "waiver" },	 { "until", "until" }, { "days_left", "days left" }, { "loads", "loads" },
		{ "last", "last used" }, { "owner", "owner" }, { "reason", "reason" },	     { "state", "state" },
	};
	struct kfg_section *s = kfg_sheet_section(
		sheet,
		&(struct kfg_section){ .key = "waivers", .title = "Waivers", .columns = columns, .n_columns = 8 });
	const struct kfg_past_waiver *w = in->usage->waivers.items;
	struct kfg_waiver_info info;

	for (uint32_t i = 0; in->policy && kfg_policy_waiver(in->policy, i, &info); i++)
		add_waiver(in, sheet, s, find_waiver(in->usage, info.id), &info);
	for (size_t i = 0; i < in->usage->waivers.n; i++) {
		const char *id = kfg_usage_text(in->usage, w[i].id);
		bool listed = false;

		for (uint32_t k = 0; in->policy && kfg_policy_waiver(in->policy, k, &info); k++)
			listed |= strcmp(info.id, id) == 0;
		if (!listed)
			add_waiver(in, sheet, s, &w[i], NULL);
	}
}

void kfg_report_rules(const struct kfg_report_input *in, struct kfg_sheet *sheet)
{
	static const struct kfg_column columns[] = {
		{ "id", "rule" },
		{ "action", "action" },
		{ "place", "stands in" },
	};
	size_t n = in->policy ? kfg_policy_n_rules(in->policy) : 0;
	_cleanup_free_ bool *matched = calloc(n + 1, sizeof(*matched));
	struct kfg_rule_info info;
	struct kfg_section *s;

	if (!in->policy)
		return;
	s = kfg_sheet_section(sheet, &(struct kfg_section){ .key = "unmatched_rules",
							    .title = "Rules that match none of the recorded loads",
							    .empty = "There is none.",
							    .columns = columns,
							    .n_columns = 3 });
	if (!matched) {
		sheet->error = -ENOMEM;
		return;
	}
	for (size_t i = 0; i < in->usage->uses.n; i++) {
		struct kfg_verdict v;

		if (kfg_use_eval(in->usage, kfg_usage_use(in->usage, i), in->table, in->today, &v) == 0 && v.rule < n)
			matched[v.rule] = true;
	}
	for (uint32_t i = 0; kfg_policy_rule(in->policy, i, &info); i++) {
		struct kfg_cell *row;

		if (matched[i])
			continue;
		row = s->n_rows < in->rows_max ? kfg_sheet_row(sheet, s) : NULL;
		s->more += !row;
		if (!row)
			continue;
		kfg_sheet_text(sheet, &row[0], info.id);
		kfg_sheet_text(sheet, &row[1], kfg_action_str(info.action));
		kfg_sheet_printf(sheet, &row[2].text, "%s:%u", info.file, info.line);
		row[2].kind = row[2].text ? KFG_CELL_TEXT : KFG_CELL_EMPTY;
	}
	kfg_sheet_printf(sheet, &s->note,
			 "A load that the policy in force allows leaves no record: a rule "
			 "with \"allow\" may be in use and stand here all the same.");
}

static void host_row(const struct kfg_report_input *in, const struct kfg_past_host *h, struct kfg_sheet *sheet,
		     struct kfg_cell *row)
{
	char day[KFG_DAY_TEXT];

	kfg_sheet_text(sheet, &row[0], kfg_usage_text(in->usage, h->name));
	kfg_sheet_number(&row[1], h->n[KFG_MESSAGE_REFUSED]);
	kfg_sheet_number(&row[2], h->n[KFG_MESSAGE_WOULD_REFUSE]);
	kfg_sheet_number(&row[3], h->n[KFG_MESSAGE_WARNED]);
	kfg_sheet_number(&row[4], h->lost);
	kfg_sheet_number(&row[5], h->unproven);
	kfg_sheet_number(&row[6], h->rejected);
	kfg_sheet_text(sheet, &row[7], kfg_usage_text(in->usage, h->policy));
	kfg_sheet_text(sheet, &row[8], kfg_usage_text(in->usage, h->release));
	kfg_sheet_text(sheet, &row[9], kfg_report_day(h->last, day));
}

static uint64_t weight(const struct kfg_past_host *h)
{
	return ((uint64_t)h->n[KFG_MESSAGE_REFUSED] + h->unproven) * 1000000 +
	       (uint64_t)h->n[KFG_MESSAGE_WOULD_REFUSE] * 1000 + h->n[KFG_MESSAGE_WARNED] + h->lost;
}

static int compare_hosts(const void *x, const void *y, void *usage)
{
	const struct kfg_past_host *a = *(struct kfg_past_host *const *)x;
	const struct kfg_past_host *b = *(struct kfg_past_host *const *)y;
	const struct kfg_past_host *hosts = ((const struct kfg_usage *)usage)->hosts.items;

	if (weight(a) != weight(b))
		return weight(a) > weight(b) ? -1 : 1;
	return kfg_usage_compare_hosts(usage, a - hosts, b - hosts);
}

void kfg_report_hosts(const struct kfg_report_input *in, struct kfg_sheet *sheet)
{
	static const struct kfg_column columns[] = {
		{ "host", "host" },
		{ "refused", "refused" },
		{ "would_refuse", "would be" },
		{ "warned", "warned" },
		{ "lost", "lost" },
		{ "unproven", "unproven" },
		{ "rejected", "policies not taken" },
		{ "policy", "policy" },
		{ "kernel", "kernel" },
		{ "last", "last" },
	};
	struct kfg_section *s =
		kfg_sheet_section(sheet, &(struct kfg_section){ .key = "hosts",
								.title = "Hosts, those with most to say first",
								.columns = columns,
								.n_columns = 10 });
	const struct kfg_past_host *hosts = in->usage->hosts.items;
	size_t n = in->usage->hosts.n;
	_cleanup_free_ const struct kfg_past_host **order = calloc(n + 1, sizeof(*order));

	if (!order) {
		sheet->error = -ENOMEM;
		return;
	}
	for (size_t i = 0; i < n; i++)
		order[i] = &hosts[i];
	qsort_r(order, n, sizeof(*order), compare_hosts, (void *)in->usage);
	for (size_t i = 0; i < n; i++) {
		struct kfg_cell *row = i < in->rows_max ? kfg_sheet_row(sheet, s) : NULL;

		if (row)
			host_row(in, order[i], sheet, row);
		else
			s->more++;
	}
}
