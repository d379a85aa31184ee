/* SPDX-License-Identifier: GPL-2.0-or-later */
/* read.c - all files of a source, journals or JSON lines, one after the other. */
#include "history/read.h"

#include "base/cleanup.h"
#include "history/files.h"
#include "history/read_internal.h"
#include <errno.h>
#include <string.h>

static const char *why(const struct kfg_history_file *file, int error)
{
	return file->json && error == -EBADMSG ? "compressed data is damaged, or cut off" : strerror(-error);
}

/* Negative only where reading has to end. */
static int read_file(struct kfg_history_reader *r, const struct kfg_history_file *file)
{
	int e;

	r->path = file->path;
	e = file->json ? kfg_history_read_json(r) : kfg_history_read_journal(r);
	if (e == -ECANCELED || e == -ENOMEM)
		return e;
	r->stats->n_files++;
	r->stats->n_json_files += file->json;
	if (e == -EACCES || e == -EPERM || e == -ENOENT)
		r->stats->n_unreadable += e != -ENOENT; /* ENOENT: rotated, found under its new name */
	else if (e < 0)
		r->stats->n_damaged++;
	if (e < 0 && e != -ENOENT && !r->stats->problem[0])
		snprintf(r->stats->problem, sizeof(r->stats->problem), "%s: %s", r->path, why(file, e));
	return 0;
}

static int list_files(const struct kfg_history_source *source, struct kfg_history_files *files)
{
	int e = 0;

	if (!source->n_paths)
		return kfg_history_files_add_host(files);
	for (size_t i = 0; i < source->n_paths && e >= 0; i++)
		e = kfg_history_files_add(files, source->paths[i]);
	return e;
}

int kfg_history_read(const struct kfg_history_source *source, kfg_history_fn *fn, void *userdata,
		     struct kfg_history_stats *ret_stats)
{
	_cleanup_(kfg_history_files_done) struct kfg_history_files files = { 0 };
	_cleanup_free_ struct kfg_history_reader *r = malloc(sizeof(*r));
	int e = 0;

	*ret_stats = (struct kfg_history_stats){ 0 };
	if (!r)
		return -ENOMEM;
	*r = (struct kfg_history_reader){ .source = source, .fn = fn, .userdata = userdata, .stats = ret_stats };
	/* the second time finds files that were rotated meanwhile */
	for (size_t pass = 0, done = 0; pass < 2 && e >= 0; pass++) {
		e = list_files(source, &files);
		if (e < 0 && files.failed[0])
			snprintf(ret_stats->problem, sizeof(ret_stats->problem), "%s: %s", files.failed, strerror(-e));
		for (; done < files.n && e >= 0; done++)
			e = read_file(r, &files.items[done]);
	}
	return e;
}
