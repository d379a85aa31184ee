/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * read.h - reads kfgate's records back: from journal files, the host's own or those of many hosts that
 * systemd-journal-remote(8) collected, and from JSON lines, as journalctl(1) prints them and as log shippers and
 * stores keep and export them. Each file is read by itself, journals one kind of record after the other, so records
 * come in no order of time; memory does not grow with the number of files or records.
 */
#pragma once

#include "history/entry.h"

#define KFG_HISTORY_FILES_MAX 65536u

struct kfg_history_source {
	const char *const *paths; /* files and directories; none: the host's own */
	size_t n_paths;
	uint64_t since_usec, until_usec; /* CLOCK_REALTIME, both included; 0 and UINT64_MAX: all */
	const char *unit; /* of the agent: whose records count */
	/*
	 * Of JSON lines, records count, too, that have no trusted fields, or have them in a text that any process may
	 * have written (see json_record.h). Never of journals.
	 */
	bool trust_pipeline;
	uint32_t kinds; /* bit per enum kfg_message */
};

struct kfg_history_stats {
	uint64_t records; /* given out */
	uint64_t foreign, malformed; /* see enum kfg_entry_class */
	uint64_t unattested; /* JSON: do not count, for want of trusted fields; see trust_pipeline */
	uint64_t other_lines; /* JSON: lines that are no records of kfgate, and do not claim to be */
	uint64_t invalid_lines; /* JSON: lines that are no JSON object */
	size_t n_files, n_damaged, n_unreadable;
	size_t n_json_files; /* of n_files */
	char first_invalid[512]; /* of the lines: FILE:LINE: why; "" if all are valid */
	char problem[512]; /* the first file that could not be read, and why; "" if all could */
};

/* Takes one record; the struct is valid during the call. A negative value ends the reading. */
typedef int kfg_history_fn(void *userdata, const struct kfg_entry *entry);

/*
 * Reads all records of the source. A file that is damaged is read as far as it can be, one that may not be read is
 * passed over; both are counted. Returns 0; -ENOENT: a path that is not there (in ret_stats->problem); -ECANCELED: `fn`
 * returned a negative value; -ENOMEM. *ret_stats is filled in whatever is returned.
 */
int kfg_history_read(const struct kfg_history_source *source, kfg_history_fn *fn, void *userdata,
		     struct kfg_history_stats *ret_stats);
