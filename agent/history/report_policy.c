/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report_policy.c - waivers and rules against what was loaded; and the hosts. */
#include "history/report_internal.h"

#include <errno.h>
#include "policy/verdict.h"
#include <stdlib.h>
#include <string.h>

static const struct kfg_usage_waiver *find_waiver(const struct kfg_usage *u, const char *id)
{
	const struct kfg_usage_waiver *w = u->waivers.items;

	for (size_t i = 0; i < u->waivers.n; i++)
		if (strcmp(kfg_usage_text(u, w[i].id), id) == 0)
			return &w[i];
	return NULL;
}

/* One row: what the records say (w, may be NULL), what the policy says (info, may be NULL). */
static void add_waiver(const struct kfg_history_report_input *in, struct kfg_document *doc,
		       struct kfg_document_section *s, const struct kfg_usage_waiver *w,
		       const struct kfg_waiver_info *info)
{
	struct kfg_document_cell *row = s->n_rows < in->rows_max ? kfg_document_add_row(doc, s) : NULL;
	int32_t until = info ? info->until : w->until;
	char day[KFG_DAY_TEXT];

	if (!row) {
		s->more++;
		return;
	}
	kfg_document_set_text(doc, &row[0], info ? info->id : kfg_usage_text(in->usage, w->id));
	kfg_history_report_deadline(doc, &row[1], until, in->today);
	kfg_document_set_number(&row[3], w ? w->n : 0);
	if (w)
		kfg_document_set_text(doc, &row[4], kfg_history_report_day(w->last, day));
	if (info) {
		kfg_document_set_text(doc, &row[5], info->owner);
		kfg_document_set_text(doc, &row[6], info->reason);
	}
	if (until == KFG_DAY_MAX)
		return;
	kfg_document_set_text(doc, &row[7],
			      until < in->today					  ? "ended" :
			      until - in->today <= KFG_HISTORY_REPORT_WAIVER_SOON ? "ends soon" :
			      w							  ? "in use" :
										    "not used");
}

void kfg_history_report_waivers(const struct kfg_history_report_input *in, struct kfg_document *doc)
{
	static const struct kfg_document_column columns[] = {
		{ "id", "waiver" },	 { "until", "until" }, { "days_left", "days left" }, { "loads", "loads" },
		{ "last", "last used" }, { "owner", "owner" }, { "reason", "reason" },	     { "state", "state" },
	};
	struct kfg_document_section *s = kfg_document_add_section(
		doc, &(struct kfg_document_section){
			     .key = "waivers", .title = "Waivers", .columns = columns, .n_columns = 8 });
	const struct kfg_usage_waiver *w = in->usage->waivers.items;
	struct kfg_waiver_info info;

	for (uint32_t i = 0; in->policy && kfg_policy_waiver(in->policy, i, &info); i++)
		add_waiver(in, doc, s, find_waiver(in->usage, info.id), &info);
	for (size_t i = 0; i < in->usage->waivers.n; i++) {
		const char *id = kfg_usage_text(in->usage, w[i].id);
		bool listed = false;

		for (uint32_t k = 0; in->policy && kfg_policy_waiver(in->policy, k, &info); k++)
			listed |= strcmp(info.id, id) == 0;
		if (!listed)
			add_waiver(in, doc, s, &w[i], NULL);
	}
}

/* What the table is made of. */
static void note_of_rules(const struct kfg_history_report_input *in, struct kfg_document *doc, char **note)
{
	const struct kfg_rule_counts *counts = in->counts;
	uint64_t since = 0;
	char day[KFG_DAY_TEXT];

	if (!counts) {
		kfg_document_printf(doc, note,
				    "A load that the policy in force allows leaves no record: a rule "
				    "with \"allow\" may be in use and stand here all the same.");
		return;
	}
	for (size_t i = 0; i < counts->n; i++)
		if (since < counts->rules[i].since_usec)
			since = counts->rules[i].since_usec;
	kfg_document_printf(doc, note,
			    "Nor did they decide about a load or a program present, allowed ones included, on the "
			    "%zu host%s whose counters were read%s%s.",
			    counts->n_hosts, counts->n_hosts == 1 ? "" : "s",
			    since ? "; none of these counters began after " : "",
			    since ? kfg_history_report_day((uint32_t)(since / 1000000), day) : "");
}

/* By the counters of the hosts. */
static bool has_decided(const struct kfg_rule_counts *counts, const char *id)
{
	const struct kfg_rule_counts_rule *rule = counts ? kfg_rule_counts_find(counts, id) : NULL;

	return rule && (rule->loads || rule->present);
}

void kfg_history_report_rules(const struct kfg_history_report_input *in, struct kfg_document *doc)
{
	static const struct kfg_document_column columns[] = {
		{ "id", "rule" },
		{ "action", "action" },
		{ "place", "stands in" },
	};
	size_t n = in->policy ? kfg_policy_n_rules(in->policy) : 0;
	_cleanup_free_ bool *matched = calloc(n + 1, sizeof(*matched));
	struct kfg_rule_info info;
	struct kfg_document_section *s;

	if (!in->policy)
		return;
	s = kfg_document_add_section(
		doc, &(struct kfg_document_section){ .key = "unmatched_rules",
						     .title = "Rules that match none of the recorded loads",
						     .empty = "There is none.",
						     .columns = columns,
						     .n_columns = 3 });
	if (!matched) {
		doc->error = -ENOMEM;
		return;
	}
	for (size_t i = 0; i < in->usage->uses.n; i++) {
		struct kfg_verdict v;

		if (kfg_usage_evaluate(in->usage, kfg_usage_use_at(in->usage, i), in->table, in->today, &v) == 0 &&
		    v.rule < n)
			matched[v.rule] = true;
	}
	for (uint32_t i = 0; kfg_policy_rule(in->policy, i, &info); i++) {
		struct kfg_document_cell *row;

		if (matched[i] || has_decided(in->counts, info.id))
			continue;
		row = s->n_rows < in->rows_max ? kfg_document_add_row(doc, s) : NULL;
		s->more += !row;
		if (!row)
			continue;
		kfg_document_set_text(doc, &row[0], info.id);
		kfg_document_set_text(doc, &row[1], kfg_action_str(info.action));
		kfg_document_printf(doc, &row[2].text, "%s:%u", info.file, info.line);
		row[2].kind = row[2].text ? KFG_DOCUMENT_CELL_TEXT : KFG_DOCUMENT_CELL_EMPTY;
	}
	note_of_rules(in, doc, &s->note);
}

static void host_row(const struct kfg_history_report_input *in, const struct kfg_usage_host *h,
		     struct kfg_document *doc, struct kfg_document_cell *row)
{
	char day[KFG_DAY_TEXT];

	kfg_document_set_text(doc, &row[0], kfg_usage_text(in->usage, h->name));
	kfg_document_set_number(&row[1], h->n[KFG_MESSAGE_REFUSED]);
	kfg_document_set_number(&row[2], h->n[KFG_MESSAGE_WOULD_REFUSE]);
	kfg_document_set_number(&row[3], h->n[KFG_MESSAGE_WARNED]);
	kfg_document_set_number(&row[4], h->lost);
	kfg_document_set_number(&row[5], h->unproven);
	kfg_document_set_number(&row[6], h->rejected);
	kfg_document_set_text(doc, &row[7], kfg_usage_text(in->usage, h->policy));
	kfg_document_set_text(doc, &row[8], kfg_usage_text(in->usage, h->release));
	kfg_document_set_text(doc, &row[9], kfg_history_report_day(h->last, day));
}

static uint64_t weight(const struct kfg_usage_host *h)
{
	return ((uint64_t)h->n[KFG_MESSAGE_REFUSED] + h->unproven) * 1000000 +
	       (uint64_t)h->n[KFG_MESSAGE_WOULD_REFUSE] * 1000 + h->n[KFG_MESSAGE_WARNED] + h->lost;
}

static int compare_hosts(const void *x, const void *y, void *usage)
{
	const struct kfg_usage_host *a = *(struct kfg_usage_host *const *)x;
	const struct kfg_usage_host *b = *(struct kfg_usage_host *const *)y;
	const struct kfg_usage_host *hosts = ((const struct kfg_usage *)usage)->hosts.items;

	if (weight(a) != weight(b))
		return weight(a) > weight(b) ? -1 : 1;
	return kfg_usage_compare_hosts(usage, a - hosts, b - hosts);
}

void kfg_history_report_hosts(const struct kfg_history_report_input *in, struct kfg_document *doc)
{
	static const struct kfg_document_column columns[] = {
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
	struct kfg_document_section *s = kfg_document_add_section(
		doc, &(struct kfg_document_section){ .key = "hosts",
						     .title = "Hosts, those with most to say first",
						     .columns = columns,
						     .n_columns = 10 });
	const struct kfg_usage_host *hosts = in->usage->hosts.items;
	size_t n = in->usage->hosts.n;
	_cleanup_free_ const struct kfg_usage_host **order = calloc(n + 1, sizeof(*order));

	if (!order) {
		doc->error = -ENOMEM;
		return;
	}
	for (size_t i = 0; i < n; i++)
		order[i] = &hosts[i];
	qsort_r(order, n, sizeof(*order), compare_hosts, (void *)in->usage);
	for (size_t i = 0; i < n; i++) {
		struct kfg_document_cell *row = i < in->rows_max ? kfg_document_add_row(doc, s) : NULL;

		if (row)
			host_row(in, order[i], doc, row);
		else
			s->more++;
	}
}
