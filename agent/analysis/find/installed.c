/* SPDX-License-Identifier: GPL-2.0-or-later */
/* installed.c - the files of the packages on this host, by the lists that the package managers keep. */
#include "analysis/find/find_internal.h"

#include "base/cleanup.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define DPKG_DIR "/var/lib/dpkg/info"

/* Each line is an absolute path. */
static int search_list(struct kfg_find *find, FILE *list)
{
	static const struct kfg_find_how installed = { .elf_only = true };
	_cleanup_free_ char *line = NULL;
	size_t allocated = 0;
	ssize_t len;

	while ((len = getline(&line, &allocated, list)) > 0) {
		int r;

		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		if (line[0] != '/')
			continue; /* rpm: "(contains no files)" */
		r = kfg_find_file(find, AT_FDCWD, line, line, &installed);
		if (r < 0 && r != -EISDIR && r != -ENOENT)
			return r;
	}
	return 0;
}

static int is_list(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > 5 && strcmp(entry->d_name + len - 5, ".list") == 0;
}

static int search_dpkg_list(struct kfg_find *find, int dir_fd, const char *name)
{
	_cleanup_close_ int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);
	_cleanup_fclose_ FILE *list = fd < 0 ? NULL : fdopen(fd, "re");

	if (!list)
		return kfg_find_problem(find, name, "%s", strerror(errno));
	(void)KFG_TAKE_FD(fd); /* the stream has it */
	return search_list(find, list);
}

static int search_rpm(struct kfg_find *find)
{
	FILE *list;
	int r, status;

	if (access("/usr/bin/rpm", X_OK) < 0)
		return -ENOENT;
	list = popen("/usr/bin/rpm -qal", "re");
	if (!list)
		return -errno;
	r = search_list(find, list);
	status = pclose(list);
	if (r == 0 && status != 0)
		return kfg_find_problem(find, "rpm -qal", "failed with status 0x%x", status);
	return r;
}

int kfg_find_installed(struct kfg_find *find, const char *dpkg_dir)
{
	_cleanup_close_ int fd = open(dpkg_dir ? dpkg_dir : DPKG_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent **lists = NULL;
	int n = fd < 0 ? 0 : scandirat(fd, ".", &lists, is_list, alphasort), r = 0;

	if (n < 0)
		return -errno;
	for (int i = 0; i < n && r == 0; i++)
		r = search_dpkg_list(find, fd, lists[i]->d_name);
	for (int i = 0; i < n; i++)
		free(lists[i]);
	free(lists);
	return n ? r : search_rpm(find);
}
