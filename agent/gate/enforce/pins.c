/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pins.c - see pins.h */
#include "gate/enforce/pins.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#define PATH_SIZE 320
#define BPFFS "/sys/fs/bpf"
#define TRIES 100

static void closedir_cleanup(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}
#define _cleanup_dir_ _cleanup_(closedir_cleanup)

static void dir_name(uint64_t instance, char buf[static 32])
{
	if (instance == KFG_PIN_SHARED)
		(void)snprintf(buf, 32, "shared");
	else
		(void)snprintf(buf, 32, "%" PRIu64, instance);
}

/* A name has no dot in it: bpf_lookup() refuses that (kernel/bpf/inode.c, 6.1..7.3). */
static void pin_path(uint64_t instance, const char *name, unsigned version, char buf[static PATH_SIZE])
{
	char dir[32], suffix[16] = "";

	dir_name(instance, dir);
	if (version)
		(void)snprintf(suffix, sizeof(suffix), "_v%u", version);
	(void)snprintf(buf, PATH_SIZE, KFG_PIN_DIR "/%s/%s%s", dir, name, suffix);
}

static bool is_bpffs(int fd)
{
	struct statfs fs;

	return !fstatfs(fd, &fs) && fs.f_type == BPF_FS_MAGIC;
}

/*
 * Whoever may mount can make a mount read-only by mount_setattr(2), and no security module is asked (fs/namespace.c,
 * 6.1 to 7.3). It is taken back on the mount that this process sees. A file system made read-only is another matter,
 * which the guard refuses.
 */
static void make_writable(void)
{
	struct mount_attr attr = { .attr_clr = MOUNT_ATTR_RDONLY };
	struct statvfs fs;

	if (statvfs(BPFFS, &fs) == 0 && (fs.f_flag & ST_RDONLY))
		(void)mount_setattr(AT_FDCWD, BPFFS, 0, &attr, sizeof(attr));
}

int kfg_pins_lock(void)
{
	_cleanup_close_ int parent = KFG_NO_FD, dir = KFG_NO_FD;

	parent = open(BPFFS, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (parent < 0)
		return -errno;
	if (!is_bpffs(parent))
		return -ENOTTY;
	make_writable();
	if (mkdirat(parent, "kfgate", 0700) < 0 && errno != EEXIST)
		return -errno;
	dir = openat(parent, "kfgate", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (dir < 0)
		return -errno;
	if (!is_bpffs(dir))
		return -ENOTTY;
	if (flock(dir, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? -EBUSY : -errno;
	return KFG_TAKE_FD(dir);
}

/* A stream of its own of dir/name. */
static int open_dir(int dir, const char *name, DIR **ret_stream)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	int r = -errno;

	if (!stream) {
		kfg_close_cleanup(&fd);
		return r;
	}
	*ret_stream = stream;
	return 0;
}

static int compare_numbers(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

int kfg_pins_list(int dir, uint64_t *ret_instances, size_t max)
{
	_cleanup_dir_ DIR *stream = NULL;
	const struct dirent *entry;
	size_t n = 0;
	int r = open_dir(dir, ".", &stream);

	if (r)
		return r;
	while (n < max && (entry = readdir(stream))) {
		char *end;
		uint64_t instance = strtoull(entry->d_name, &end, 10);

		if (!*end && instance)
			ret_instances[n++] = instance;
	}
	qsort(ret_instances, n, sizeof(*ret_instances), compare_numbers);
	return (int)n;
}

int kfg_pins_get(uint64_t instance, const char *name, unsigned version)
{
	char path[PATH_SIZE];
	int fd;

	pin_path(instance, name, version, path);
	fd = bpf_obj_get(path);
	return fd < 0 ? -errno : fd;
}

static int add_once(uint64_t instance, const char *name, unsigned version, int fd)
{
	char dir[PATH_SIZE], path[PATH_SIZE], fresh[PATH_SIZE];
	int r;

	pin_path(instance, "", 0, dir);
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return -errno;
	pin_path(instance, "new", 0, fresh);
	pin_path(instance, name, version, path);
	(void)unlink(fresh); /* of somebody who died here */
	r = bpf_obj_pin(fd, fresh);
	if (r < 0)
		return -errno;
	if (rename(fresh, path) < 0) {
		r = -errno;
		(void)unlink(fresh);
	}
	return r;
}

int kfg_pins_add(uint64_t instance, const char *name, unsigned version, int fd)
{
	int r = add_once(instance, name, version, fd);

	for (int i = 0; r == -EROFS && i < TRIES; i++) {
		make_writable();
		r = add_once(instance, name, version, fd);
	}
	return r;
}

void kfg_pins_drop(uint64_t instance, const char *name, unsigned version)
{
	char path[PATH_SIZE];

	pin_path(instance, name, version, path);
	(void)unlink(path);
}

static int remove_once(int dir, uint64_t instance, const char *prefix)
{
	_cleanup_dir_ DIR *stream = NULL;
	const struct dirent *entry;
	char name[32];
	int r;

	dir_name(instance, name);
	r = open_dir(dir, name, &stream);
	if (r)
		return r == -ENOENT ? 0 : r;
	while ((entry = readdir(stream)))
		if (entry->d_name[0] != '.' && kfg_text_begins(entry->d_name, prefix) &&
		    unlinkat(dirfd(stream), entry->d_name, 0) < 0 && errno != ENOENT)
			return -errno;
	if (*prefix)
		return 0;
	return unlinkat(dir, name, AT_REMOVEDIR) < 0 && errno != ENOENT ? -errno : 0;
}

int kfg_pins_remove(int dir, uint64_t instance, const char *prefix)
{
	int r = remove_once(dir, instance, prefix);

	for (int i = 0; r == -EROFS && i < TRIES; i++) {
		make_writable();
		r = remove_once(dir, instance, prefix);
	}
	return r;
}

int kfg_pins_count(int dir, uint64_t instance, const char *prefix)
{
	_cleanup_dir_ DIR *stream = NULL;
	const struct dirent *entry;
	char name[32];
	int n = 0, r;

	dir_name(instance, name);
	r = open_dir(dir, name, &stream);
	if (r)
		return r;
	while ((entry = readdir(stream)))
		n += kfg_text_begins(entry->d_name, prefix);
	return n;
}

static bool is_link(const char *name)
{
	return kfg_text_begins(name, KFG_PIN_LINK) || kfg_text_begins(name, KFG_PIN_GUARD) ||
	       kfg_text_begins(name, KFG_PIN_IDENTITY);
}

int kfg_pins_each_link(int dir, uint64_t instance, const char *prefix, kfg_pins_fn *fn, void *userdata)
{
	_cleanup_dir_ DIR *stream = NULL;
	const struct dirent *entry;
	char name[32];
	int r;

	dir_name(instance, name);
	r = open_dir(dir, name, &stream);
	if (r)
		return r;
	while ((entry = readdir(stream))) {
		int fd;

		if (!is_link(entry->d_name) || !kfg_text_begins(entry->d_name, prefix))
			continue;
		fd = kfg_pins_get(instance, entry->d_name, 0);
		if (fd < 0)
			return fd;
		fn(userdata, fd);
		close(fd);
	}
	return 0;
}
