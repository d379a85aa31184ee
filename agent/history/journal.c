/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "history/journal.h"

#include "base/cleanup.h"
#include "history/files.h"
#include "history/lanes.h"
#include <errno.h>
#include <string.h>

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
	int e = 0;

	*ret_stats = (struct kfg_history_stats){ 0 };
	/* the second time finds files that were rotated meanwhile */
	for (size_t pass = 0, done = 0; pass < 2 && e >= 0; pass++) {
		e = list_files(source, &files);
		if (e < 0 && files.failed[0])
			snprintf(ret_stats->problem, sizeof(ret_stats->problem), "%s: %s",
				 files.failed, strerror(-e));
		if (e >= 0)
			e = kfg_lanes_read(&(struct kfg_lanes){ source, files.items + done, files.n - done, fn,
								userdata },
					   ret_stats);
		done = files.n;
	}
	return e;
}
