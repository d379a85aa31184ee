/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report_time.c - loads over time: by hour for some days, by day for some months, else by week. */
#include "history/report_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define HOURS_SHOWN 72u
#define DAYS_SHOWN 120u
#define BUCKETS_MAX 700u

struct bucket {
	uint64_t n[KFG_ENTRY_DECISIONS];
};

static uint32_t hours_per_bucket(uint32_t first, uint32_t last)
{
	uint32_t hours = last - first + 1;

	return hours <= HOURS_SHOWN ? 1 : hours <= DAYS_SHOWN * 24 ? 24 : 24 * 7;
}

static void label(uint32_t hour, uint32_t step, char *buf, size_t size)
{
	char day[KFG_DAY_TEXT];

	kfg_day_format(hour / 24, day);
	if (step == 1)
		snprintf(buf, size, "%s %02u:00", day, hour % 24);
	else
		snprintf(buf, size, "%s", day);
}

static void add_buckets(struct kfg_document *doc, struct kfg_document_section *s, const struct bucket *buckets,
			const uint32_t range[static 3])
{
	uint32_t first = range[0], n = range[1], step = range[2];

	for (uint32_t i = 0; i < n; i++) {
		struct kfg_document_cell *row = kfg_document_add_row(doc, s);
		char text[40];

		if (!row)
			return;
		label(first + i * step, step, text, sizeof(text));
		kfg_document_set_text(doc, &row[0], text);
		for (size_t k = 0; k < KFG_ENTRY_DECISIONS; k++)
			kfg_document_set_number(&row[1 + k], buckets[i].n[k]);
	}
}

/* First and last hour of the table's rows. */
static bool span(const struct kfg_usage *u, uint32_t *ret_first, uint32_t *ret_last)
{
	const struct kfg_usage_hour *hours = u->hours.items;

	*ret_first = UINT32_MAX;
	*ret_last = 0;
	for (size_t i = 0; i < u->hours.n; i++) {
		if (hours[i].hour < *ret_first)
			*ret_first = hours[i].hour;
		if (hours[i].hour > *ret_last)
			*ret_last = hours[i].hour;
	}
	return u->hours.n;
}

void kfg_history_report_timeline(const struct kfg_history_report_input *in, struct kfg_document *doc)
{
	static const struct kfg_document_column columns[] = {
		{ "time", "UTC" },	{ "refused", "refused" }, { "would_refuse", "would refuse" },
		{ "warned", "warned" }, { "audited", "audited" }, { "present", "present" },
	};
	struct kfg_document_section *s =
		kfg_document_add_section(doc, &(struct kfg_document_section){ .key = "timeline",
									      .title = "Records over time",
									      .chart = KFG_DOCUMENT_CHART_STACK,
									      .columns = columns,
									      .n_columns = 6 });
	const struct kfg_usage_hour *hours = in->usage->hours.items;
	_cleanup_free_ struct bucket *buckets = calloc(BUCKETS_MAX, sizeof(*buckets));
	uint32_t first, last, step, n;

	if (!buckets) {
		doc->error = -ENOMEM;
		return;
	}
	if (!span(in->usage, &first, &last))
		return;
	step = hours_per_bucket(first, last);
	first -= first % (step > 24 ? 24 : step);
	n = (last - first) / step + 1;
	if (n > BUCKETS_MAX) { /* a wrong clock somewhere: the latest are shown */
		first += (n - BUCKETS_MAX) * step;
		n = BUCKETS_MAX;
	}
	for (size_t i = 0; i < in->usage->hours.n; i++)
		for (size_t k = 0; hours[i].hour >= first && k < KFG_ENTRY_DECISIONS; k++)
			buckets[(hours[i].hour - first) / step].n[k] += hours[i].n[k];
	add_buckets(doc, s, buckets, (const uint32_t[]){ first, n, step });
}
