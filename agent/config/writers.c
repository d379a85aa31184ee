/* SPDX-License-Identifier: GPL-2.0-or-later */
/* writers.c - see writers.h. */
#include "config/writers.h"

#include "base/cleanup.h"
#include "base/text.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* In a directory with the sticky bit, none but the owner of a file takes it away. */
static bool others_may_write(const struct stat *st, bool holds_file)
{
	if (S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX) && !holds_file)
		return false;
	return st->st_mode & S_IWOTH || (st->st_mode & S_IWGRP && st->st_gid != 0 && st->st_gid != getegid());
}

/* holds_file: a directory of which each file is a policy */
static void examine(const char *path, bool holds_file, struct kfg_diags *diags)
{
	const struct kfg_spot spot = { .file = path };
	struct stat st;

	if (stat(path, &st) < 0)
		return;
	if (st.st_uid != 0 && st.st_uid != geteuid())
		kfg_diags_add(diags, KFG_DIAG_WRITABLE, &spot,
			      "is owned by uid %u: whoever that is decides what the policy says", (unsigned)st.st_uid);
	else if (others_may_write(&st, holds_file))
		kfg_diags_add(diags, KFG_DIAG_WRITABLE, &spot,
			      "others than its owner may write to it (mode %04o): they decide what the policy says",
			      (unsigned)st.st_mode & 07777u);
}

void kfg_config_examine_writers(const char *path, const char *before, struct kfg_diags *diags)
{
	_cleanup_free_ char *dir = strdup(path);
	bool holds_file = true;
	char *slash;

	if (!dir)
		return;
	examine(path, false, diags);
	while ((slash = strrchr(dir, '/')) && slash != dir) {
		*slash = 0;
		/* the directories of one file are mostly those of the file before */
		if (before && kfg_text_begins(before, dir) && before[strlen(dir)] == '/')
			return;
		examine(dir, holds_file, diags);
		holds_file = false;
	}
	if (slash && !before)
		examine("/", false, diags);
}
