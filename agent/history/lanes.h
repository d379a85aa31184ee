/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lanes.h - journal files read by several threads at once: sd-journal looks up each field of each record by itself,
 * which is most of the work. Files are dealt out to the lanes one by one, and the records come from the lanes in
 * turns, so their order is the same each time, however many processors there are.
 */
#pragma once

#include "history/files.h"
#include "history/journal.h"

/* What to read, and who takes it. Nothing is owned. */
struct kfg_lanes {
	const struct kfg_history_source *source;
	const struct kfg_journal_file *files;
	size_t n_files;
	kfg_history_fn *fn; /* called on the caller's thread */
	void *userdata;
};

/*
 * Gives out the records of all files, and adds to *stats. Returns 0; -ECANCELED: `fn` returned a negative value;
 * -ENOMEM; negative errno of pthread_create(3).
 */
int kfg_lanes_read(const struct kfg_lanes *lanes, struct kfg_history_stats *stats);
