/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guard_paths.c - which files and names the guard is given: what the agent runs from, and the way to a path. */
#include "gate/enforce/guard.h"

#include "base/cleanup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINKS_MAX 40 /* MAXSYMLINKS, include/linux/namei.h */

/* Where a path is followed: what is left of it is taken from the directory. */
struct way {
	struct kfg_guard *guard;
	int dir; /* owned by the function that opened it */
	int n_links;
};

static int guard_rest(struct way *way, const char *rest);

static bool is_pattern(const char *name)
{
	return strpbrk(name, "*?[") != NULL;
}

static int guard_from_root(struct way *way, const char *path)
{
	int r;

	way->dir = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (way->dir < 0)
		return -errno;
	r = guard_rest(way, path);
	close(way->dir);
	return r;
}

/* Where a symbolic link leads to, then the rest. */
static int guard_link(struct way *way, const char *name, const char *rest)
{
	char target[PATH_MAX], path[2 * PATH_MAX];
	ssize_t n = readlinkat(way->dir, name, target, sizeof(target) - 1);
	struct way next = *way;

	if (n < 0)
		return -errno;
	if (++next.n_links > LINKS_MAX)
		return -ELOOP;
	target[n] = '\0';
	(void)snprintf(path, sizeof(path), "%s/%s", target, rest);
	return *target == '/' ? guard_from_root(&next, path) : guard_rest(&next, path);
}

static int guard_step(struct way *way, const char *name, const char *rest)
{
	struct way next = *way;
	struct stat st;
	int r;

	/* absent: what is made of that name later is refused, and so there will be nothing below it */
	if (fstatat(way->dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (S_ISLNK(st.st_mode))
		return guard_link(way, name, rest);
	if (!S_ISDIR(st.st_mode) || !*rest)
		return 0;
	next.dir = openat(way->dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (next.dir < 0)
		return -errno;
	r = guard_rest(&next, rest);
	close(next.dir);
	return r;
}

/* A directory in which a name with wildcards is looked for: nothing may be made or removed there. */
static int guard_matches(struct way *way, const char *pattern, const char *rest)
{
	int fd = openat(way->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = fd < 0 ? -errno : kfg_guard_add_inode(way->guard, fd, KFG_GUARD_FILE);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!stream) {
		kfg_close_cleanup(&fd);
		return r ? r : -ENOMEM;
	}
	while (!r && (entry = readdir(stream)))
		if (fnmatch(pattern, entry->d_name, FNM_PERIOD) == 0 && strcmp(entry->d_name, "..") != 0)
			r = guard_step(way, entry->d_name, rest);
	closedir(stream);
	return r;
}

static int guard_rest(struct way *way, const char *rest)
{
	char name[NAME_MAX + 1];
	size_t n;
	int r;

	rest += strspn(rest, "/");
	n = strcspn(rest, "/");
	if (!n)
		return 0;
	if (n > NAME_MAX)
		return -ENAMETOOLONG;
	memcpy(name, rest, n);
	name[n] = '\0';
	rest += n + strspn(rest + n, "/");
	if (is_pattern(name))
		return guard_matches(way, name, rest);
	r = strcmp(name, ".") && strcmp(name, "..") ? kfg_guard_add_name(way->guard, way->dir, name) : 0;
	return r < 0 ? r : guard_step(way, name, rest);
}

int kfg_guard_way(struct kfg_guard *guard, const char *path)
{
	struct way way = { .guard = guard };

	return *path == '/' ? guard_from_root(&way, path) : -EINVAL;
}

/* By the mapping itself, not by its path, which may lead to another file by now: proc(5), /proc/PID/map_files. */
static int guard_mapping(struct kfg_guard *guard, const char *line)
{
	char path[64 + sizeof("/proc/self/map_files/")];
	_cleanup_close_ int fd = KFG_NO_FD;

	(void)snprintf(path, sizeof(path), "/proc/self/map_files/%.*s", (int)strcspn(line, " "), line);
	fd = open(path, O_PATH | O_CLOEXEC);
	return fd < 0 ? -errno : kfg_guard_add_inode(guard, fd, KFG_GUARD_CODE);
}

int kfg_guard_code(struct kfg_guard *guard, kfg_guard_code_fn *failed, void *userdata)
{
	_cleanup_fclose_ FILE *maps = fopen("/proc/self/maps", "re");
	char line[PATH_MAX + 128];
	int r;

	if (!maps)
		return -errno;
	while (fgets(line, sizeof(line), maps)) {
		const char *path = strchr(line, '/');

		/* BPF maps cannot be opened by their mapping (ENXIO) */
		if (!path)
			continue;
		line[strcspn(line, "\n")] = '\0';
		r = guard_mapping(guard, line);
		/* shared memory (/dev/zero, memfd) is a file that the kernel itself has open for writing */
		if (r < 0 && !(r == -ETXTBSY && (!strncmp(path, "/dev/zero", 9) || !strncmp(path, "/memfd:", 7))))
			failed(userdata, path, r);
	}
	return 0;
}
