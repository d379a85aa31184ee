/* SPDX-License-Identifier: GPL-2.0-or-later */
/* file_reader.h - reads kfgate's records back from one journal file, one kind of record after the other. */
#pragma once

#include "history/journal.h"

/* Of one file at a time; not for several threads at once. Nothing in it is owned. */
struct kfg_file_reader {
	const struct kfg_history_source *source;
	const char *path;
	struct kfg_past *past; /* where the next record goes; `give` may set another one */
	/* Takes the record that is in `past`. A negative value ends the reading. */
	int (*give)(struct kfg_file_reader *reader);
	struct kfg_history_stats stats; /* of all files that it has read */
	enum kfg_message kind; /* that is being read */
};

/*
 * Reads the records of the file at `path` that the source asks for. A file that is damaged or may not be read is
 * counted in `stats`, and no error. 0, -ECANCELED: `give` returned a negative value, -ENOMEM.
 */
int kfg_file_read(struct kfg_file_reader *reader);
