/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "history/files.h"

#include "base/cleanup.h"
#include "history/journal.h"
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

static int failed(struct kfg_journal_files *files, const char *path, int error)
{
	snprintf(files->failed, sizeof(files->failed), "%s", path);
	return error;
}

static bool known(const struct kfg_journal_files *files, const struct stat *st)
{
	for (size_t i = 0; i < files->n; i++)
		if (files->items[i].ino == st->st_ino && files->items[i].dev == st->st_dev)
			return true;
	return false;
}

static int add_file(struct kfg_journal_files *files, const char *path, const struct stat *st)
{
	if (known(files, st))
		return 0;
	if (files->n >= KFG_HISTORY_FILES_MAX)
		return failed(files, path, -E2BIG);
	if (files->n == files->capacity) {
		size_t capacity = files->capacity ? 2 * files->capacity : 64;
		void *items = realloc(files->items, capacity * sizeof(*files->items));

		if (!items)
			return -ENOMEM;
		files->items = items;
		files->capacity = capacity;
	}
	files->items[files->n] = (struct kfg_journal_file){ strdup(path), st->st_dev, st->st_ino };
	if (!files->items[files->n].path)
		return -ENOMEM;
	files->n++;
	return 0;
}

static int add_dir(struct kfg_journal_files *files, const char *path, unsigned depth);

static int add_entry(struct kfg_journal_files *files, const char *dir, const char *name,
		     unsigned depth)
{
	bool journal = fnmatch("*.journal", name, 0) == 0 || fnmatch("*.journal~", name, 0) == 0;
	_cleanup_free_ char *path = NULL;
	struct stat st;

	if (asprintf(&path, "%s/%s", dir, name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	if (stat(path, &st) < 0) /* rotated away */
		return errno == ENOENT ? 0 : failed(files, path, -errno);
	if (S_ISREG(st.st_mode) && journal)
		return add_file(files, path, &st);
	if (S_ISDIR(st.st_mode) && depth == 0)
		return add_dir(files, path, depth + 1);
	return 0;
}

static int add_dir(struct kfg_journal_files *files, const char *path, unsigned depth)
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

int kfg_journal_files_add(struct kfg_journal_files *files, const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return failed(files, path, -errno);
	if (S_ISDIR(st.st_mode))
		return add_dir(files, path, 0);
	return S_ISREG(st.st_mode) ? add_file(files, path, &st) : failed(files, path, -EINVAL);
}

int kfg_journal_files_add_host(struct kfg_journal_files *files)
{
	static const char *const dirs[] = { "/var/log/journal", "/run/log/journal" };

	for (size_t i = 0; i < 2; i++) {
		int r = kfg_journal_files_add(files, dirs[i]);

		if (r < 0 && r != -ENOENT)
			return r;
	}
	return 0;
}

void kfg_journal_files_done(struct kfg_journal_files *files)
{
	for (size_t i = 0; i < files->n; i++)
		free(files->items[i].path);
	free(files->items);
	files->items = NULL;
	files->n = files->capacity = 0;
}
