/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * files.h - which journal files and files of JSON lines there are, each once, however often and under whatever name it
 * was found.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct kfg_history_file {
	char *path; /* owned; "-": standard input */
	bool json; /* lines of JSON, perhaps compressed by gzip; else a journal */
	dev_t dev;
	ino_t ino;
};

struct kfg_history_files {
	struct kfg_history_file *items; /* owned */
	size_t n, capacity;
	char failed[400]; /* path that could not be used, after a failure */
};

/*
 * Adds a file, a pipe, or "-" for standard input: a journal if it is named *.journal or begins as one does, else JSON
 * lines. Of a directory and those directly in it (one per machine, systemd-journald.service(8)) each "*.journal" and
 * "*.journal~", and each "*.json", "*.jsonl" and "*.ndjson" with or without ".gz", in order of their names. Files that
 * are there already are not added again. Negative errno, -E2BIG beyond KFG_HISTORY_FILES_MAX.
 */
int kfg_history_files_add(struct kfg_history_files *files, const char *path);
/* The host's own: /var/log/journal and /run/log/journal. */
int kfg_history_files_add_host(struct kfg_history_files *files);
void kfg_history_files_done(struct kfg_history_files *files);
