/* SPDX-License-Identifier: GPL-2.0-or-later */
/* walk.c - files and directories: opened once, mapped, searched, each inode once. */
#include "analysis/find/find_internal.h"

#include "base/cleanup.h"
#include "policy/array.h"
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

static uint32_t hash(const struct kfg_find_inode *inode)
{
	return (uint32_t)(inode->ino * UINT64_C(0x9e3779b97f4a7c15) ^ inode->dev);
}

static uint32_t hash_of(const void *seen, uint32_t number)
{
	return hash((const struct kfg_find_inode *)seen + number - 1);
}

static bool is_inode(const void *seen, uint32_t number, const void *key)
{
	const struct kfg_find_inode *have = (const struct kfg_find_inode *)seen + number - 1, *wanted = key;

	return have->ino == wanted->ino && have->dev == wanted->dev;
}

/* 1: it is new, or has the number 0, which is no file's own; 0: it was looked at before. */
static int remember(struct kfg_find *find, const struct stat *st)
{
	const struct kfg_find_inode inode = { st->st_dev, st->st_ino };
	uint32_t *slot;
	int r = kfg_slots_reserve(&find->slots, 1, hash_of, find->seen);

	if (r == 0)
		r = kfg_array_grow(&find->seen, &find->seen_room, find->slots.n, sizeof(*find->seen));
	if (r < 0)
		return r;
	if (!inode.ino)
		return 1;
	slot = kfg_slots_find(&find->slots, hash(&inode), is_inode, find->seen, &inode);
	if (*slot)
		return 0;
	find->seen[find->slots.n] = inode;
	kfg_slots_take(&find->slots, slot, find->slots.n + 1);
	return 1;
}

size_t kfg_find_n_repeated(const struct kfg_find *find)
{
	return find->n_repeated;
}

static bool object_suffix(const char *name)
{
	static const char *const suffixes[] = { ".o", ".bpf", ".o.gz", ".o.xz", ".o.zst" };
	size_t len = strlen(name);

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		size_t n = strlen(suffixes[i]);

		if (len >= n && strcmp(name + len - n, suffixes[i]) == 0)
			return true;
	}
	return false;
}

static int search_fd(struct kfg_find *find, int fd, const char *path, size_t size)
{
	void *data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	int r;

	if (data == MAP_FAILED)
		return kfg_find_problem(find, path, "cannot be mapped: %s", strerror(errno));
	(void)madvise(data, size, MADV_SEQUENTIAL); /* a hint */
	r = kfg_find_bytes(find, path, data, size);
	munmap(data, size);
	return r;
}

static bool is_elf(int fd)
{
	char magic[SELFMAG];

	return pread(fd, magic, sizeof(magic), 0) == sizeof(magic) && !memcmp(magic, ELFMAG, SELFMAG);
}

int kfg_find_file(struct kfg_find *find, int dir_fd, const char *name, const char *path, const struct kfg_find_how *how)
{
	int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (how->named ? 0 : O_NOFOLLOW);
	_cleanup_close_ int fd = openat(dir_fd, name, flags);
	struct stat st;
	int r;

	if (fd < 0 && errno == ENOENT)
		return -ENOENT;
	if (fd < 0 && !how->named && (errno == ELOOP || errno == ENXIO))
		return 0; /* a symbolic link, a socket, a device without a driver */
	if (fd < 0 || fstat(fd, &st) < 0)
		return kfg_find_problem(find, path, "%s", strerror(errno));
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode))
		return how->named ? kfg_find_problem(find, path, "neither a regular file nor a directory") : 0;
	if (st.st_size == 0 || (how->elf_only && !is_elf(fd) && !object_suffix(name)))
		return 0;
	r = remember(find, &st);
	find->n_repeated += r == 0;
	if (r <= 0)
		return r;
	if (find->ops->file)
		find->ops->file(find->ops->userdata, path);
	return search_fd(find, fd, path, st.st_size);
}

static int walk(struct kfg_find *find, int dir_fd, const char *path, unsigned depth);

static int walk_entry(struct kfg_find *find, int dir_fd, const char *dir, const struct dirent *entry, unsigned depth)
{
	static const struct kfg_find_how below = { 0 };
	_cleanup_free_ char *path = NULL;
	_cleanup_close_ int fd = KFG_NO_FD;
	size_t len = strlen(dir);
	int r;

	if (asprintf(&path, "%s%s%s", dir, len && dir[len - 1] == '/' ? "" : "/", entry->d_name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	if (entry->d_type != DT_REG && entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN)
		return 0;
	r = entry->d_type == DT_DIR ? -EISDIR : kfg_find_file(find, dir_fd, entry->d_name, path, &below);
	if (r == -ENOENT)
		return 0; /* gone in between */
	if (r != -EISDIR)
		return r;
	if (depth >= find->limits[KFG_FIND_LIMIT_DIR_DEPTH])
		return kfg_find_give_up(find, path, KFG_FIND_LIMIT_DIR_DEPTH);
	fd = openat(dir_fd, entry->d_name, O_RDONLY | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT ? 0 : kfg_find_problem(find, path, "%s", strerror(errno));
	return walk(find, KFG_TAKE_FD(fd), path, depth + 1);
}

static int no_dots(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static void entries_free(struct dirent **entries, int n)
{
	for (int i = 0; i < n; i++)
		free(entries[i]);
	free(entries);
}

/* Owns dir_fd. */
static int walk(struct kfg_find *find, int dir_fd, const char *path, unsigned depth)
{
	_cleanup_close_ int fd = dir_fd;
	struct dirent **entries = NULL;
	int n = scandirat(fd, ".", &entries, no_dots, alphasort), r = 0;

	if (n < 0)
		return errno == ENOMEM ? -ENOMEM : kfg_find_problem(find, path, "%s", strerror(errno));
	for (int i = 0; i < n && r == 0; i++)
		r = walk_entry(find, fd, path, entries[i], depth);
	entries_free(entries, n);
	return r;
}

int kfg_find_path(struct kfg_find *find, const char *path)
{
	static const struct kfg_find_how named = { .named = true };
	int r = kfg_find_file(find, AT_FDCWD, path, path, &named), fd;

	if (r != -EISDIR)
		return r;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
	if (fd < 0)
		return kfg_find_problem(find, path, "%s", strerror(errno));
	return walk(find, fd, path, 0);
}
