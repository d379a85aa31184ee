/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "history/journal.h"

#include "base/cleanup.h"
#include "history/files.h"
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

struct reader {
	const struct kfg_history_source *source;
	kfg_history_fn *fn;
	void *userdata;
	struct kfg_history_stats *stats;
	const char *path;
	enum kfg_message kind; /* that is being read */
	struct kfg_past past;
};

static void journal_close_cleanup(sd_journal **j)
{
	sd_journal_close(*j);
}

/* One file, its entries of the kind at hand. */
static int open_file(const struct reader *r, sd_journal **ret_journal)
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
static int open_again(const struct reader *r, sd_journal **journal)
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
static int read_entry(struct reader *r, sd_journal *j)
{
	uint64_t usec;
	const void *data;
	size_t size;
	int e = sd_journal_get_realtime_usec(j, &usec);

	if (e < 0)
		return e;
	if (usec > r->source->until_usec)
		return 0;
	kfg_past_begin(&r->past, usec);
	while ((e = sd_journal_enumerate_available_data(j, &data, &size)) > 0)
		kfg_past_field(&r->past, data, size);
	if (e < 0)
		return e;
	switch (kfg_past_end(&r->past, r->source->unit)) {
	case KFG_PAST_FOREIGN:
		r->stats->foreign++;
		return 0;
	case KFG_PAST_MALFORMED:
		r->stats->malformed++;
		return 0;
	default:
		r->stats->records++;
		e = r->fn(r->userdata, &r->past);
		return e < 0 ? -ECANCELED : 0;
	}
}

/* All entries of one kind in the file. */
static int read_kind(struct reader *r)
{
	_cleanup_(journal_close_cleanup) sd_journal *j = NULL;
	int e = open_file(r, &j);

	if (e < 0)
		return e;
	e = r->source->since_usec ? sd_journal_seek_realtime_usec(j, r->source->since_usec)
				  : sd_journal_seek_head(j);
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

/* Negative only where reading has to end. */
static int read_file(struct reader *r)
{
	int e = 0;

	for (unsigned kind = 0; kind < KFG_MESSAGE_MAX && e >= 0; kind++) {
		r->kind = kind;
		if (r->source->kinds & 1u << kind)
			e = read_kind(r);
	}
	if (e == -ECANCELED || e == -ENOMEM)
		return e;
	r->stats->n_files++;
	if (e == -EACCES || e == -EPERM || e == -ENOENT)
		r->stats->n_unreadable += e != -ENOENT; /* ENOENT: rotated, found under its new name */
	else if (e < 0)
		r->stats->n_damaged++;
	if (e < 0 && e != -ENOENT && !r->stats->problem[0])
		snprintf(r->stats->problem, sizeof(r->stats->problem), "%s: %s", r->path,
			 strerror(-e));
	return 0;
}

static int list_files(const struct kfg_history_source *source, struct kfg_journal_files *files)
{
	int e = 0;

	if (!source->n_paths)
		return kfg_journal_files_add_host(files);
	for (size_t i = 0; i < source->n_paths && e >= 0; i++)
		e = kfg_journal_files_add(files, source->paths[i]);
	return e;
}

int kfg_history_read(const struct kfg_history_source *source, kfg_history_fn *fn, void *userdata,
		     struct kfg_history_stats *ret_stats)
{
	_cleanup_(kfg_journal_files_done) struct kfg_journal_files files = { 0 };
	_cleanup_free_ struct reader *r = malloc(sizeof(*r));
	int e = 0;

	*ret_stats = (struct kfg_history_stats){ 0 };
	if (!r)
		return -ENOMEM;
	*r = (struct reader){ .source = source, .fn = fn, .userdata = userdata,
			      .stats = ret_stats };
	/* the second time finds files that were rotated meanwhile */
	for (size_t pass = 0, done = 0; pass < 2 && e >= 0; pass++) {
		e = list_files(source, &files);
		if (e < 0 && files.failed[0])
			snprintf(ret_stats->problem, sizeof(ret_stats->problem), "%s: %s",
				 files.failed, strerror(-e));
		for (; done < files.n && e >= 0; done++) {
			r->path = files.items[done].path;
			e = read_file(r);
		}
	}
	return e;
}
