/* SPDX-License-Identifier: GPL-2.0-or-later */
/* read_internal.h - what the readers of journal files and of JSON lines share. */
#pragma once

#include "history/read.h"

struct kfg_history_reader {
	const struct kfg_history_source *source;
	kfg_history_fn *fn;
	void *userdata;
	struct kfg_history_stats *stats;
	const char *path; /* of the file that is being read */
	enum kfg_message kind; /* journals: that is being read */
	struct kfg_entry entry;
};

/* take.c: counts the record that was read, and gives it out if it is the gate's. -ECANCELED: `fn` wants no more. */
int kfg_history_take(struct kfg_history_reader *r, enum kfg_entry_class class);

/*
 * Reads one file. Negative errno: why it could not be read, or not to its end; -ECANCELED and -ENOMEM have to end all
 * reading.
 */
int kfg_history_read_journal(struct kfg_history_reader *r);
int kfg_history_read_json(struct kfg_history_reader *r); /* path "-": standard input */
