/* SPDX-License-Identifier: GPL-2.0-or-later */
/* files.h - which journal files there are, each once, however often and under whatever name it was found. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

struct kfg_journal_file {
	char *path; /* owned */
	dev_t dev;
	ino_t ino;
};

struct kfg_journal_files {
	struct kfg_journal_file *items; /* owned */
	size_t n, capacity;
	char failed[400]; /* path that could not be used, after a failure */
};

/*
 * Adds a file, or of a directory and those directly in it (one per machine, systemd-journald.service(8)) each
 * "*.journal" and "*.journal~", in order of their names. Files that are there already are not added again. Negative
 * errno, -E2BIG beyond KFG_HISTORY_FILES_MAX.
 */
int kfg_journal_files_add(struct kfg_journal_files *files, const char *path);
/* The host's own: /var/log/journal and /run/log/journal. */
int kfg_journal_files_add_host(struct kfg_journal_files *files);
void kfg_journal_files_done(struct kfg_journal_files *files);
