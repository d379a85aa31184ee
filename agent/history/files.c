/* SPDX-License-Identifier: GPL-2.0-or-later */
/* files.c - which files hold records, by their names and first bytes. */
#include "history/files.h"

#include "base/cleanup.h"
#include "history/read.h"
#include "policy/array.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define JOURNAL_MAGIC "LPKSHHRH" /* systemd, docs/JOURNAL_FILE_FORMAT.md */

static int failed(struct kfg_history_files *files, const char *path, int error)
{
	snprintf(files->failed, sizeof(files->failed), "%s", path);
	return error;
}

static bool known(const struct kfg_history_files *files, const struct stat *st)
{
	for (size_t i = 0; i < files->n; i++)
		if (files->items[i].ino == st->st_ino && files->items[i].dev == st->st_dev)
			return true;
	return false;
}

static bool is_named_journal(const char *path)
{
	return fnmatch("*.journal", path, 0) == 0 || fnmatch("*.journal~", path, 0) == 0;
}

static bool is_named_json(const char *path)
{
	static const char *const patterns[] = { "*.json",    "*.jsonl",	   "*.ndjson",
						"*.json.gz", "*.jsonl.gz", "*.ndjson.gz" };

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		if (fnmatch(patterns[i], path, 0) == 0)
			return true;
	return false;
}

/* What begins as a journal is one, under whatever name. A file that cannot be opened: reading it says why. */
static bool begins_as_journal(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char magic[sizeof(JOURNAL_MAGIC) - 1];

	return fd >= 0 && pread(fd, magic, sizeof(magic), 0) == sizeof(magic) &&
	       memcmp(magic, JOURNAL_MAGIC, sizeof(magic)) == 0;
}

static int add_file(struct kfg_history_files *files, const char *path, const struct stat *st)
{
	if (known(files, st))
		return 0;
	if (files->n >= KFG_HISTORY_FILES_MAX)
		return failed(files, path, -E2BIG);
	if (kfg_array_grow(&files->items, &files->capacity, files->n, sizeof(*files->items)) < 0)
		return -ENOMEM;
	files->items[files->n] = (struct kfg_history_file){
		.path = strdup(path),
		.json = !is_named_journal(path) && !(S_ISREG(st->st_mode) && begins_as_journal(path)),
		.dev = st->st_dev,
		.ino = st->st_ino,
	};
	if (!files->items[files->n].path)
		return -ENOMEM;
	files->n++;
	return 0;
}

static int add_dir(struct kfg_history_files *files, const char *path, unsigned depth);

static int add_entry(struct kfg_history_files *files, const char *dir, const char *name, unsigned depth)
{
	_cleanup_free_ char *path = NULL;
	struct stat st;

	if (asprintf(&path, "%s/%s", dir, name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	if (stat(path, &st) < 0) /* rotated away */
		return errno == ENOENT ? 0 : failed(files, path, -errno);
	if (S_ISREG(st.st_mode) && (is_named_journal(name) || is_named_json(name)))
		return add_file(files, path, &st);
	if (S_ISDIR(st.st_mode) && depth == 0)
		return add_dir(files, path, depth + 1);
	return 0;
}

static int add_dir(struct kfg_history_files *files, const char *path, unsigned depth)
{
	struct dirent **names;
	int n = scandir(path, &names, NULL, alphasort), r = 0;

	if (n < 0)
		return failed(files, path, -errno);
	for (int i = 0; i < n; i++) {
		if (r == 0 && names[i]->d_name[0] != '.')
			r = add_entry(files, path, names[i]->d_name, depth);
		free(names[i]);
	}
	free(names);
	return r;
}

int kfg_history_files_add(struct kfg_history_files *files, const char *path)
{
	struct stat st;

	if (strcmp(path, "-") == 0 ? fstat(STDIN_FILENO, &st) < 0 : stat(path, &st) < 0)
		return failed(files, path, -errno);
	if (S_ISDIR(st.st_mode))
		return add_dir(files, path, 0);
	return S_ISBLK(st.st_mode) ? failed(files, path, -EINVAL) : add_file(files, path, &st);
}

int kfg_history_files_add_host(struct kfg_history_files *files)
{
	static const char *const dirs[] = { "/var/log/journal", "/run/log/journal" };

	for (size_t i = 0; i < 2; i++) {
		int r = kfg_history_files_add(files, dirs[i]);

		if (r < 0 && r != -ENOENT)
			return r;
	}
	return 0;
}

void kfg_history_files_done(struct kfg_history_files *files)
{
	for (size_t i = 0; i < files->n; i++)
		free(files->items[i].path);
	free(files->items);
	files->items = NULL;
	files->n = files->capacity = 0;
}
