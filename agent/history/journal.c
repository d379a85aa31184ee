/* SPDX-License-Identifier: GPL-2.0-or-later */
/* journal.c - one journal file, kind after kind of record. */
#include "base/cleanup.h"
#include "history/read_internal.h"
#include "record/record.h"
#include <errno.h>
#include <string.h>
#include <systemd/sd-journal.h>

/*
 * sd-journal keeps what it has read of a file mapped, up to 64 windows of 8 MiB (systemd 252, mmap-cache.c). After so
 * many records the file is opened anew, which lets go of them.
 */
#define RECORDS_PER_OPEN 3072u
#define DATA_MAX (16u * 1024) /* of a field; longer ones are cut by sd-journal, and then malformed */

static void journal_close_cleanup(sd_journal **j)
{
	sd_journal_close(*j);
}

/* One file, its entries of the kind at hand. */
static int open_file(const struct kfg_history_reader *r, sd_journal **ret_journal)
{
	_cleanup_(journal_close_cleanup) sd_journal *j = NULL;
	const char *paths[] = { r->path, NULL };
	char match[64];
	int e = sd_journal_open_files(&j, paths, 0);

	if (e < 0)
		return e;
	snprintf(match, sizeof(match), "MESSAGE_ID=%s", kfg_message_kinds[r->kind].id);
	e = sd_journal_add_match(j, match, 0);
	if (e >= 0)
		e = sd_journal_set_data_threshold(j, DATA_MAX);
	if (e < 0)
		return e;
	*ret_journal = KFG_TAKE_PTR(j);
	return 0;
}

/* Opens the file anew, at the entry at which it stands. */
static int open_again(const struct kfg_history_reader *r, sd_journal **journal)
{
	_cleanup_free_ char *cursor = NULL;
	int e = sd_journal_get_cursor(*journal, &cursor);

	if (e < 0)
		return e;
	sd_journal_close(KFG_TAKE_PTR(*journal));
	e = open_file(r, journal);
	if (e >= 0)
		e = sd_journal_seek_cursor(*journal, cursor);
	if (e >= 0)
		e = sd_journal_next(*journal);
	return e < 0 ? e : 0;
}

/* The entry at which the journal stands. Clocks are set back, so what comes behind a later one may be earlier. */
static int read_entry(struct kfg_history_reader *r, sd_journal *j)
{
	uint64_t usec;
	const void *data;
	size_t size;
	int e = sd_journal_get_realtime_usec(j, &usec);

	if (e < 0)
		return e;
	if (usec > r->source->until_usec)
		return 0;
	kfg_entry_begin(&r->entry, usec);
	while ((e = sd_journal_enumerate_available_data(j, &data, &size)) > 0)
		kfg_entry_field(&r->entry, data, size);
	if (e < 0)
		return e;
	return kfg_history_take(r, kfg_entry_end(&r->entry, r->source->unit));
}

/* All entries of one kind in the file. */
static int read_kind(struct kfg_history_reader *r)
{
	_cleanup_(journal_close_cleanup) sd_journal *j = NULL;
	int e = open_file(r, &j);

	if (e < 0)
		return e;
	e = r->source->since_usec ? sd_journal_seek_realtime_usec(j, r->source->since_usec) : sd_journal_seek_head(j);
	if (e < 0)
		return e;
	for (size_t n = 1; (e = sd_journal_next(j)) > 0; n++) {
		e = read_entry(r, j);
		if (e == 0 && n % RECORDS_PER_OPEN == 0)
			e = open_again(r, &j);
		if (e < 0)
			return e;
	}
	return e;
}

int kfg_history_read_journal(struct kfg_history_reader *r)
{
	int e = 0;

	for (unsigned kind = 0; kind < KFG_MESSAGE_MAX && e >= 0; kind++) {
		r->kind = kind;
		if (r->source->kinds & 1u << kind)
			e = read_kind(r);
	}
	return e;
}
