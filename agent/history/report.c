/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report.c - the sections, in the order of their importance to who reads them. */
#include "history/report.h"
#include "base/text.h"

#include "history/group.h"
#include "history/report_internal.h"
#include <inttypes.h>
#include "policy/verdict.h"
#include <string.h>

#define HOSTS_NAMED 3u

/* "web-1, web-2, web-3 and 9 more" */
static void host_names(const struct kfg_history_report_input *in, const struct kfg_group *g, struct kfg_strbuf *out)
{
	size_t n = g->n_hosts < HOSTS_NAMED ? g->n_hosts : HOSTS_NAMED;

	for (size_t i = 0; i < n; i++) {
		const struct kfg_usage_host *h = (const struct kfg_usage_host *)in->usage->hosts.items + g->hosts[i];

		kfg_strbuf_printf(out, "%s%s", i ? ", " : "", kfg_usage_text(in->usage, h->name));
	}
	if (g->n_hosts > n)
		kfg_strbuf_printf(out, " and %zu more", g->n_hosts - n);
}

static void loader_cells(const struct kfg_history_report_input *in, const struct kfg_usage_use *use,
			 struct kfg_document *doc, struct kfg_document_cell *cells)
{
	const char *type = use->key.prog_type == UINT32_MAX ? "" : kfg_prog_type_str(use->key.prog_type);

	kfg_document_set_text(doc, &cells[0], kfg_usage_text(in->usage, kfg_usage_owner(use)));
	kfg_document_set_text(doc, &cells[1], kfg_usage_text(in->usage, use->key.exe));
	kfg_document_set_text(doc, &cells[2], type);
}

static bool is_deprecated(const struct kfg_usage_use *use)
{
	return use->key.kfunc && (use->deadline != KFG_DAY_MAX || use->reason == KFG_REASON_DEPRECATED ||
				  use->reason == KFG_REASON_EXPIRED || use->reason == KFG_REASON_WAIVED);
}

/* Nearest deadline first, then those without, more loads first. */
static int by_deadline(const struct kfg_group *a, const struct kfg_group *b)
{
	if (a->latest->deadline != b->latest->deadline)
		return a->latest->deadline < b->latest->deadline ? -1 : 1;
	return a->loads != b->loads ? (a->loads > b->loads ? -1 : 1) : 0;
}

static int by_loads(const struct kfg_group *a, const struct kfg_group *b)
{
	return a->loads != b->loads ? (a->loads > b->loads ? -1 : 1) : 0;
}

/* Where the policy, or the lifecycle data that it includes, says so: one row per kfunc is in force. */
static void known_from(const struct kfg_history_report_input *in, const char *kfunc, struct kfg_document *doc,
		       struct kfg_document_cell *cell)
{
	struct kfg_deprecation_info info;
	char place[KFG_PLACE_TEXT];
	size_t len = strcspn(kfunc, " ");

	for (uint32_t i = 0; in->policy && kfg_policy_deprecation(in->policy, i, &info); i++) {
		const char *module = kfunc[len] ? kfunc + len + 2 : "vmlinux]";

		if (strncmp(info.kfunc, kfunc, len) != 0 || info.kfunc[len] ||
		    (info.module && (!kfg_text_begins(module, info.module) || module[strlen(info.module)] != ']')))
			continue;
		kfg_document_set_text(doc, cell, kfg_deprecation_place(&info, place));
		return;
	}
}

static void add_deprecated(const struct kfg_history_report_input *in, struct kfg_document *doc)
{
	static const struct kfg_document_column columns[] = {
		{ "kfunc", "kfunc" },
		{ "deadline", "deadline" },
		{ "days_left", "days left" },
		{ "removed_in", "removed in" },
		{ "replacement", "use instead" },
		{ "loads", "loads" },
		{ "hosts", "hosts" },
		{ "first", "since" },
		{ "last", "last" },
		{ "known_from", "known from" },
	};
	struct kfg_document_section *s = kfg_document_add_section(
		doc, &(struct kfg_document_section){ .key = "deprecated",
						     .title = "Deprecated kfuncs, nearest deadline first",
						     .empty = "No record tells of one.",
						     .columns = columns,
						     .n_columns = 9 + !!in->policy,
						     .overdue_column = 3 });
	_cleanup_(kfg_groups_done) struct kfg_groups groups = { .by = KFG_GROUP_BY_KFUNC,
								.wants = is_deprecated,
								.order = by_deadline };
	int r = kfg_groups_build(in->usage, &groups);

	if (r < 0)
		doc->error = r;
	for (size_t i = 0; i < groups.n; i++) {
		const struct kfg_group *g = &groups.items[i];
		struct kfg_document_cell *row = i < in->rows_max ? kfg_document_add_row(doc, s) : NULL;
		char day[KFG_DAY_TEXT];

		s->more += !row;
		if (!row)
			continue;
		kfg_document_set_text(doc, &row[0], kfg_usage_text(in->usage, g->latest->key.kfunc));
		kfg_history_report_deadline(doc, &row[1], g->latest->deadline, in->today);
		kfg_document_set_text(doc, &row[3], kfg_usage_text(in->usage, g->removed_in));
		kfg_document_set_text(doc, &row[4], kfg_usage_text(in->usage, g->latest->replacement));
		kfg_document_set_number(&row[5], g->loads);
		kfg_document_set_number(&row[6], g->n_hosts);
		kfg_document_set_text(doc, &row[7], kfg_history_report_day(g->first, day));
		kfg_document_set_text(doc, &row[8], kfg_history_report_day(g->last, day));
		if (in->policy)
			known_from(in, kfg_usage_text(in->usage, g->latest->key.kfunc), doc, &row[9]);
	}
}

static void add_users(const struct kfg_history_report_input *in, struct kfg_document *doc)
{
	static const struct kfg_document_column columns[] = {
		{ "kfunc", "kfunc" }, { "unit", "unit" },   { "exe", "executable" }, { "type", "type" },
		{ "loads", "loads" }, { "hosts", "hosts" }, { "host_names", "on" },  { "first", "since" },
		{ "last", "last" },   { "outcome", "now" },
	};
	struct kfg_document_section *s = kfg_document_add_section(
		doc,
		&(struct kfg_document_section){
			.key = "users", .title = "Who uses deprecated kfuncs", .columns = columns, .n_columns = 10 });
	_cleanup_(kfg_groups_done) struct kfg_groups groups = { .by = KFG_GROUP_BY_LOADER,
								.wants = is_deprecated,
								.order = by_deadline };
	int r = kfg_groups_build(in->usage, &groups);

	if (r < 0)
		doc->error = r;
	for (size_t i = 0; i < groups.n; i++) {
		const struct kfg_group *g = &groups.items[i];
		struct kfg_document_cell *row = i < in->rows_max ? kfg_document_add_row(doc, s) : NULL;
		_cleanup_strbuf_ struct kfg_strbuf names = KFG_STRBUF(4096);
		char day[KFG_DAY_TEXT];

		s->more += !row;
		if (!row)
			continue;
		host_names(in, g, &names);
		kfg_document_set_text(doc, &row[0], kfg_usage_text(in->usage, g->latest->key.kfunc));
		loader_cells(in, g->latest, doc, &row[1]);
		kfg_document_set_number(&row[4], g->loads);
		kfg_document_set_number(&row[5], g->n_hosts);
		kfg_document_set_text(doc, &row[6], kfg_strbuf_text(&names));
		kfg_document_set_text(doc, &row[7], kfg_history_report_day(g->first, day));
		kfg_document_set_text(doc, &row[8], kfg_history_report_day(g->last, day));
		kfg_document_set_text(doc, &row[9], kfg_action_str(g->latest->action));
	}
}

static bool is_refused(const struct kfg_usage_use *use)
{
	return use->decided[KFG_MESSAGE_REFUSED] || use->decided[KFG_MESSAGE_WOULD_REFUSE];
}

static void add_refused(const struct kfg_history_report_input *in, struct kfg_document *doc)
{
	static const struct kfg_document_column columns[] = {
		{ "kfunc", "kfunc" },
		{ "rule", "decided by" },
		{ "unit", "unit" },
		{ "exe", "executable" },
		{ "type", "type" },
		{ "refused", "refused" },
		{ "would_refuse", "would be" },
		{ "hosts", "hosts" },
		{ "host_names", "on" },
		{ "last", "last" },
	};
	struct kfg_document_section *s = kfg_document_add_section(
		doc, &(struct kfg_document_section){ .key = "refused",
						     .title = "Refused, or would be in mode enforce",
						     .empty = "Nothing.",
						     .columns = columns,
						     .n_columns = 10 });
	_cleanup_(kfg_groups_done) struct kfg_groups groups = { .by = KFG_GROUP_BY_LOADER_AND_RULE,
								.wants = is_refused,
								.order = by_loads };
	int r = kfg_groups_build(in->usage, &groups);

	if (r < 0)
		doc->error = r;
	for (size_t i = 0; i < groups.n; i++) {
		const struct kfg_group *g = &groups.items[i];
		struct kfg_document_cell *row = i < in->rows_max ? kfg_document_add_row(doc, s) : NULL;
		_cleanup_strbuf_ struct kfg_strbuf names = KFG_STRBUF(4096);
		char day[KFG_DAY_TEXT];

		s->more += !row;
		if (!row)
			continue;
		host_names(in, g, &names);
		kfg_document_set_text(doc, &row[0], kfg_usage_text(in->usage, g->latest->key.kfunc));
		kfg_document_set_text(doc, &row[1], kfg_usage_text(in->usage, g->latest->rule));
		loader_cells(in, g->latest, doc, &row[2]);
		kfg_document_set_number(&row[5], g->decided[KFG_MESSAGE_REFUSED]);
		kfg_document_set_number(&row[6], g->decided[KFG_MESSAGE_WOULD_REFUSE]);
		kfg_document_set_number(&row[7], g->n_hosts);
		kfg_document_set_text(doc, &row[8], kfg_strbuf_text(&names));
		kfg_document_set_text(doc, &row[9], kfg_history_report_day(g->last, day));
	}
}

/* "1 journal file and 2 files of JSON lines" */
static void files_text(const struct kfg_history_stats *st, char *buf, size_t size)
{
	size_t json = st->n_json_files, journals = st->n_files - json;
	int n = 0;

	if (journals || !json)
		n = snprintf(buf, size, "%zu journal file%s%s", journals, journals == 1 ? "" : "s",
			     json ? " and " : "");
	if (json)
		snprintf(buf + n, size - n, "%zu file%s of JSON lines", json, json == 1 ? "" : "s");
}

static void add_head(const struct kfg_history_report_input *in, struct kfg_document *doc)
{
	const struct kfg_usage *u = in->usage;
	const struct kfg_history_stats *st = in->stats;
	_cleanup_strbuf_ struct kfg_strbuf text = KFG_STRBUF(8192);
	char from[KFG_DAY_TEXT], to[KFG_DAY_TEXT], files[100];

	kfg_document_printf(doc, &doc->title, "kfgate report");
	files_text(st, files, sizeof(files));
	if (u->first > u->last)
		kfg_strbuf_printf(&text, "No records in %s.", files);
	else
		kfg_strbuf_printf(&text, "%s to %s (UTC): %" PRIu64 " record%s of %zu host%s in %s.",
				  kfg_history_report_day(u->first, from), kfg_history_report_day(u->last, to),
				  st->records, kfg_text_s(st->records), u->hosts.n, kfg_text_s(u->hosts.n), files);
	if (st->foreign)
		kfg_strbuf_printf(&text,
				  " %" PRIu64 " that look like records were not written by the gate "
				  "and do not count.",
				  st->foreign);
	if (st->unattested)
		kfg_strbuf_printf(&text,
				  " %" PRIu64 " do not say by trusted fields who wrote them, and do not "
				  "count (--trust-pipeline).",
				  st->unattested);
	if (st->malformed)
		kfg_strbuf_printf(&text, " %" PRIu64 " could not be understood.", st->malformed);
	if (st->invalid_lines)
		kfg_strbuf_printf(&text, " Lines that are no JSON objects: %" PRIu64 " (%s).", st->invalid_lines,
				  st->first_invalid);
	if (st->n_damaged || st->n_unreadable)
		kfg_strbuf_printf(&text, " Files damaged: %zu, not readable: %zu (%s).", st->n_damaged,
				  st->n_unreadable, st->problem);
	if (u->more_kfuncs)
		kfg_strbuf_printf(&text, " %" PRIu64 " kfuncs had no room in their records and are missing.",
				  u->more_kfuncs);
	if (u->uses.more || u->use_hosts.more || u->hosts.more || u->hours.more || u->waivers.more)
		kfg_strbuf_printf(&text,
				  " Too much for the tables: %" PRIu64 " uses, %" PRIu64 " hosts of uses, %" PRIu64
				  " records of further hosts and %" PRIu64 " of further hours are not in what follows.",
				  u->uses.more, u->use_hosts.more, u->hosts.more, u->hours.more);
	if (text.error)
		doc->error = text.error;
	kfg_document_printf(doc, &doc->summary, "%s", kfg_strbuf_text(&text));
}

struct headline {
	uint64_t refused, would_refuse;
	const struct kfg_usage_use *next; /* of the deadlines to come, in use */
	size_t n_overdue;
};

/* What becomes of loads, each counted once: by the kfunc that decided, or by none. */
static void count_use(const struct kfg_usage_use *use, int32_t today, struct headline *h)
{
	h->refused += use->decided[KFG_MESSAGE_REFUSED];
	h->would_refuse += use->decided[KFG_MESSAGE_WOULD_REFUSE];
	if (!use->key.kfunc || use->deadline == KFG_DAY_MAX)
		return;
	if (use->deadline < today)
		h->n_overdue++;
	else if (!h->next || use->deadline < h->next->deadline)
		h->next = use;
}

static void add_figures(const struct kfg_history_report_input *in, struct kfg_document *doc)
{
	struct kfg_document_figure next = { .key = "next_break", .title = "breaks next", .bad = false };
	struct headline h = { 0 };
	char day[KFG_DAY_TEXT];

	for (size_t i = 0; i < in->usage->uses.n; i++)
		count_use(kfg_usage_use_at(in->usage, i), in->today, &h);
	if (h.next)
		kfg_document_printf(doc, &next.text, "%s on %s", kfg_usage_text(in->usage, h.next->key.kfunc),
				    kfg_day_format(h.next->deadline + 1, day));
	else
		kfg_document_printf(doc, &next.text, "nothing that has a deadline");
	kfg_document_add_figure(
		doc, &(struct kfg_document_figure){ .key = "hosts", .title = "hosts", .number = in->usage->hosts.n });
	kfg_document_add_figure(doc, &(struct kfg_document_figure){ .key = "refused",
								    .title = "loads refused",
								    .number = (int64_t)h.refused });
	kfg_document_add_figure(doc, &(struct kfg_document_figure){ .key = "would_refuse",
								    .title = "would be, in mode enforce",
								    .number = (int64_t)h.would_refuse });
	kfg_document_add_figure(doc, &(struct kfg_document_figure){ .key = "overdue",
								    .title = "uses past their deadline",
								    .number = (int64_t)h.n_overdue,
								    .bad = h.n_overdue > 0 });
	kfg_document_add_figure(doc, &next);
}

int kfg_history_report_build(const struct kfg_history_report_input *input, struct kfg_document *doc)
{
	add_head(input, doc);
	add_figures(input, doc);
	kfg_history_report_timeline(input, doc);
	kfg_history_report_tampering(input, doc);
	add_deprecated(input, doc);
	add_users(input, doc);
	add_refused(input, doc);
	kfg_history_report_waivers(input, doc);
	kfg_history_report_rules(input, doc);
	kfg_history_report_hosts(input, doc);
	return doc->error;
}
