/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report_tampering.c - who tried to take gates off. */
#include "history/report_internal.h"

#include <errno.h>
#include <stdlib.h>

/* Those with most records first, then the earliest. */
static int compare_attempts(const void *x, const void *y, void *usage)
{
	const struct kfg_usage_attempt *a = *(struct kfg_usage_attempt *const *)x;
	const struct kfg_usage_attempt *b = *(struct kfg_usage_attempt *const *)y;
	int c;

	if (a->n != b->n)
		return a->n > b->n ? -1 : 1;
	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	c = kfg_usage_compare_texts(usage, a->what, b->what);
	c = c ? c : kfg_usage_compare_texts(usage, a->host, b->host);
	c = c ? c : kfg_usage_compare_texts(usage, a->comm, b->comm);
	c = c ? c : kfg_usage_compare_texts(usage, a->exe, b->exe);
	return c ? c : (a->uid > b->uid) - (a->uid < b->uid);
}

static void attempt_row(const struct kfg_history_report_input *in, const struct kfg_usage_attempt *a,
			struct kfg_document *doc, struct kfg_document_cell *row)
{
	char day[KFG_DAY_TEXT];

	kfg_document_set_text(doc, &row[0], kfg_usage_text(in->usage, a->what));
	kfg_document_set_text(doc, &row[1], kfg_usage_text(in->usage, a->comm));
	kfg_document_set_text(doc, &row[2], kfg_usage_text(in->usage, a->exe));
	if (a->uid != UINT32_MAX)
		kfg_document_set_number(&row[3], a->uid);
	kfg_document_set_text(doc, &row[4], kfg_usage_text(in->usage, a->host));
	kfg_document_set_number(&row[5], a->n);
	kfg_document_set_number(&row[6], a->suppressed);
	kfg_document_set_text(doc, &row[7], kfg_history_report_day(a->first, day));
	kfg_document_set_text(doc, &row[8], kfg_history_report_day(a->last, day));
}

void kfg_history_report_tampering(const struct kfg_history_report_input *in, struct kfg_document *doc)
{
	static const struct kfg_document_column columns[] = {
		{ "attempt", "attempt" },   { "comm", "command" }, { "exe_name", "executable" },
		{ "uid", "uid" },	    { "host", "host" },	   { "records", "records" },
		{ "untold", "suppressed" }, { "first", "since" },  { "last", "last" },
	};
	struct kfg_document_section *s = kfg_document_add_section(
		doc, &(struct kfg_document_section){ .key = "tampering",
						     .title = "Tampering: attempts on the gate that were refused",
						     .columns = columns,
						     .n_columns = 9 });
	const struct kfg_usage_attempt *attempts = in->usage->attempts.items;
	size_t n = in->usage->attempts.n;
	_cleanup_free_ const struct kfg_usage_attempt **order = calloc(n + 1, sizeof(*order));
	uint64_t suppressed = 0;

	if (!order) {
		doc->error = -ENOMEM;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		order[i] = &attempts[i];
		suppressed += attempts[i].suppressed;
	}
	qsort_r(order, n, sizeof(*order), compare_attempts, (void *)in->usage);
	for (size_t i = 0; i < n; i++) {
		struct kfg_document_cell *row = i < in->rows_max ? kfg_document_add_row(doc, s) : NULL;

		if (row)
			attempt_row(in, order[i], doc, row);
		else
			s->more++;
	}
	s->more += in->usage->attempts.more;
	if (suppressed)
		kfg_document_printf(doc, &s->note,
				    "Suppressed: attempts that came too fast to get records of their own, "
				    "counted with the next that got one; who made them is not known.");
}
