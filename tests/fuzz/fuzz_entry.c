/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_entry.c - lines of an input are the fields of records, an empty line ends one. Whatever they are, what is
 * taken for a record of the gate is clean and within its bounds, and can be summed up and shown.
 */
#include "base/text.h"
#include "history/report.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

static void look_at(const struct kfg_entry *p)
{
	char buf[KFG_ENTRY_TEXT];

	must(p->n_kfuncs <= KFG_EVENT_KFUNCS && p->worst <= p->n_kfuncs && p->kind < KFG_MESSAGE_MAX);
	must(p->action < KFG_ACTION_MAX && p->reason < KFG_REASON_MAX);
	must(kfg_text_clean(p->exe, strlen(p->exe), buf, sizeof(buf)));
	for (size_t i = 0; i < p->n_kfuncs; i++)
		must(p->kfuncs[i].name[0] && kfg_text_clean(p->kfuncs[i].name, KFG_ENTRY_TEXT, buf, sizeof(buf)));
}

static void show(const struct kfg_usage *usage)
{
	_cleanup_strbuf_ struct kfg_strbuf out = KFG_STRBUF(16u * 1024 * 1024);
	_cleanup_(kfg_document_done) struct kfg_document doc = { 0 };
	const struct kfg_history_stats stats = { .n_files = 1 };
	const struct kfg_history_report_input input = { .usage = usage, .stats = &stats, .rows_max = 100 };

	must(kfg_history_report_build(&input, &doc) == 0);
	kfg_document_text(&doc, 100, true, &out);
	kfg_document_html(&doc, &out);
	kfg_document_markdown(&doc, &out);
	kfg_document_json(&doc, &out);
	must(!out.error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(kfg_usage_done) struct kfg_usage usage;
	static struct kfg_entry entry;
	const char *at = (const char *)data, *end = at + size;

	kfg_usage_init(&usage);
	kfg_entry_begin(&entry, 1795262400000000);
	while (at < end) {
		const char *newline = memchr(at, '\n', end - at);
		size_t len = (newline ? newline : end) - at;

		if (len)
			kfg_entry_field(&entry, at, len);
		at += len + 1;
		if (len && at < end)
			continue;
		if (kfg_entry_end(&entry, "kfgate.service") == KFG_ENTRY_GATE) {
			look_at(&entry);
			must(kfg_usage_add(&usage, &entry) == 0);
		}
		kfg_entry_begin(&entry, 1795262400000000 + size);
	}
	show(&usage);
	return 0;
}
