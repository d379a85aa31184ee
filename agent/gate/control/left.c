/* SPDX-License-Identifier: GPL-2.0-or-later */
/* left.c - see left.h. The file is lines of KEY=VALUE. */
#include "gate/control/left.h"

#include "base/cleanup.h"
#include "base/read_file.h"
#include "base/strbuf.h"
#include "base/write_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX 4096u
#define LINK "link_" /* one hook of a gate: KFG_PIN_LINK */

static int path_of(char *path, size_t size, const char *runtime_dir)
{
	return snprintf(path, size, "%s/" KFG_LEFT_FILE, runtime_dir) < (int)size ? 0 : -ENAMETOOLONG;
}

int kfg_left_write(const char *runtime_dir, const struct kfg_left *left)
{
	_cleanup_strbuf_ struct kfg_strbuf text = KFG_STRBUF(FILE_MAX);
	char path[PATH_MAX];
	int r = path_of(path, sizeof(path), runtime_dir);

	if (r < 0)
		return r;
	kfg_strbuf_printf(&text,
			  "policy=%s\nserial=%" PRId64 "\nmode=%s\ndigest=%s\nguard=%s\nsince=%" PRIu64
			  "\ninstance=%" PRIu64 "\nnot_started=%s\n",
			  left->policy, left->serial, left->mode, left->digest, left->guard, left->since_usec,
			  left->instance, left->not_started);
	return text.error ? text.error : kfg_write_file(path, text.data, text.size);
}

void kfg_left_remove(const char *runtime_dir)
{
	char path[PATH_MAX];

	if (!path_of(path, sizeof(path), runtime_dir))
		(void)unlink(path); /* there may be none */
}

static void closedir_cleanup(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* Does the directory of an instance hold a hook? */
static bool has_link(int pins, const char *name)
{
	_cleanup_(closedir_cleanup) DIR *dir = NULL;
	int fd = openat(pins, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	for (struct dirent *e; (e = readdir(dir));)
		if (!strncmp(e->d_name, LINK, sizeof(LINK) - 1))
			return true;
	return false;
}

/* The newest instance that is attached, or 0; *ret_has: the one that is asked for is. */
static int newest_instance(const char *pins, uint64_t wanted, bool *ret_has, uint64_t *ret_newest)
{
	_cleanup_(closedir_cleanup) DIR *dir = opendir(pins);

	*ret_has = false;
	*ret_newest = 0;
	if (!dir)
		return errno == ENOENT ? 0 : errno == EPERM ? -EACCES : -errno;
	for (struct dirent *e; (e = readdir(dir));) {
		char *end;
		uint64_t instance = strtoull(e->d_name, &end, 10);

		if (*end || !instance || !has_link(dirfd(dir), e->d_name))
			continue;
		*ret_has = *ret_has || instance == wanted;
		*ret_newest = instance > *ret_newest ? instance : *ret_newest;
	}
	return 0;
}

static void take(struct kfg_left *left, const char *key, const char *value)
{
	static const struct {
		const char *key;
		size_t offset, size;
	} texts[] = {
#define TEXT(member) { #member, offsetof(struct kfg_left, member), sizeof(((struct kfg_left *)0)->member) }
		TEXT(policy), TEXT(mode), TEXT(digest), TEXT(guard), TEXT(not_started),
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!strcmp(key, texts[i].key))
			(void)snprintf((char *)left + texts[i].offset, texts[i].size, "%s", value);
	if (!strcmp(key, "serial"))
		left->serial = strtoll(value, NULL, 10);
	else if (!strcmp(key, "since"))
		left->since_usec = strtoull(value, NULL, 10);
	else if (!strcmp(key, "instance"))
		left->instance = strtoull(value, NULL, 10);
}

static void read_file(const char *runtime_dir, struct kfg_left *ret_left)
{
	_cleanup_free_ char *text = NULL;
	char path[PATH_MAX], *rest, *line;
	size_t size;

	if (path_of(path, sizeof(path), runtime_dir) || kfg_read_file(AT_FDCWD, path, FILE_MAX, &text, &size) < 0)
		return;
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *value = strchr(line, '=');

		if (!value)
			continue;
		*value = '\0';
		take(ret_left, line, value + 1);
	}
}

int kfg_left_read(const char *pins, const char *runtime_dir, struct kfg_left *ret_left)
{
	struct kfg_left left = { 0 };
	uint64_t newest;
	bool has;
	int r;

	read_file(runtime_dir, &left);
	r = newest_instance(pins, left.instance, &has, &newest);
	if (r < 0)
		return r;
	*ret_left = left;
	if (has)
		return 1;
	*ret_left = (struct kfg_left){ .instance = newest };
	memcpy(ret_left->not_started, left.not_started, sizeof(left.not_started));
	return newest != 0;
}
