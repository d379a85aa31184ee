/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cache.c - kernels kept as files in the user's cache. */
#include "analysis/kernel/cache.h"

#include "base/cleanup.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

static char *file_name(const char *dir, const char *path)
{
	_cleanup_free_ char *real = realpath(path, NULL);
	const char *key = real ? real : path, *base = strrchr(key, '/') ? strrchr(key, '/') + 1 : key;
	uint64_t h = 0xcbf29ce484222325u;
	char *name;

	for (const char *p = key; *p; p++)
		h = (h ^ (unsigned char)*p) * 0x100000001b3u;
	return asprintf(&name, "%s/%.80s-%016" PRIx64 ".kernel", dir, base, h) < 0 ? NULL : name;
}

static bool is_good(const void *data, size_t size, const char *origin)
{
	const struct kfg_blob *blob = data;

	return kfg_blob_check(data, size) && strcmp((const char *)data + blob->parts[KFG_BLOB_ORIGIN].at, origin) == 0;
}

int kfg_cache_load(const char *dir, const char *path, const char *origin, const struct kfg_blob **ret_blob)
{
	_cleanup_free_ char *name = file_name(dir, path);
	_cleanup_close_ int fd = KFG_NO_FD;
	struct stat st;
	void *data;

	if (!name)
		return -ENOMEM;
	fd = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -ENOENT;
	/* what somebody else wrote there is not ours to believe */
	if (!S_ISREG(st.st_mode) || (st.st_uid != geteuid() && st.st_uid != 0) || (st.st_mode & (S_IWGRP | S_IWOTH)))
		return -ENOENT;
	if (st.st_size < (off_t)sizeof(struct kfg_blob))
		return -ENOENT;
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return -ENOENT;
	if (!is_good(data, (size_t)st.st_size, origin)) {
		munmap(data, (size_t)st.st_size);
		return -ENOENT;
	}
	*ret_blob = data;
	return 0;
}

static int make_directories(const char *dir)
{
	_cleanup_free_ char *path = strdup(dir);

	if (!path)
		return -ENOMEM;
	for (char *p = path + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return -errno;
		*p = '/';
	}
	return mkdir(path, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

static int write_all(int fd, const void *data, size_t size)
{
	const char *p = data;

	while (size) {
		ssize_t n = write(fd, p, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		size -= (size_t)n;
	}
	return 0;
}

int kfg_cache_store(const char *dir, const char *path, const struct kfg_blob *blob)
{
	_cleanup_free_ char *name = file_name(dir, path), *temporary = NULL;
	int fd, r = make_directories(dir);

	if (r < 0)
		return r;
	if (!name || asprintf(&temporary, "%s.XXXXXX", name) < 0)
		return -ENOMEM;
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = write_all(fd, blob, blob->size);
	if (close(fd) < 0 && r == 0)
		r = -errno;
	if (r == 0 && rename(temporary, name) < 0)
		r = -errno;
	if (r < 0)
		unlink(temporary);
	return r;
}
