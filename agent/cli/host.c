/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/host.h"

#include "base/cleanup.h"
#include "base/read_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_SIZE_MAX (1024u * 1024)

struct look {
	const char *root, *release;
	kfg_host_obstacle_fn *fn;
	void *userdata;
	int error; /* sticks */
};

static void found(struct look *l, enum kfg_host_obstacle obstacle, const char *subject)
{
	if (!l->error)
		l->error = l->fn(l->userdata, obstacle, subject);
}

/* The file below the root, or NULL with the negative errno. */
static char *read_text(const struct look *l, const char *path, int *ret_error)
{
	char full[PATH_MAX], *text = NULL;
	size_t size;

	(void)snprintf(full, sizeof(full), "%s%s", l->root, path);
	*ret_error = kfg_read_file(AT_FDCWD, full, FILE_SIZE_MAX, &text, &size);
	return *ret_error < 0 ? NULL : text;
}

static void not_known(struct look *l, const char *path, int error)
{
	char subject[PATH_MAX];

	(void)snprintf(subject, sizeof(subject), "%s: %s", path, strerror(-error));
	found(l, KFG_HOST_UNKNOWN, subject);
}

static bool has_word(char *text, const char *word, const char *separators)
{
	char *rest;

	for (char *at = strtok_r(text, separators, &rest); at; at = strtok_r(NULL, separators, &rest))
		if (strcmp(at, word) == 0)
			return true;
	return false;
}

#define LSM_LIST "/sys/kernel/security/lsm"

bool kfg_host_lacks_bpf_lsm(const char *root)
{
	const struct look l = { .root = root };
	int r;
	_cleanup_free_ char *list = read_text(&l, LSM_LIST, &r);

	return list && !has_word(list, "bpf", ",\n");
}

static void look_at_lsm(struct look *l)
{
	static const char path[] = LSM_LIST;
	int r;
	_cleanup_free_ char *list = read_text(l, path, &r);

	if (!list)
		not_known(l, path, r);
	else if (!has_word(list, "bpf", ",\n"))
		found(l, KFG_HOST_NO_BPF_LSM, path);
}

/* A value that is an obstacle, in a file that has one. absent: what it means if there is no such file */
static void look_at_value(struct look *l, const char *path, const char *bad, enum kfg_host_obstacle obstacle)
{
	char subject[PATH_MAX];
	int r;
	_cleanup_free_ char *text = read_text(l, path, &r);

	if (!text) {
		if (r != -ENOENT)
			not_known(l, path, r);
		return;
	}
	text[strcspn(text, "\n")] = '\0';
	if (strcmp(text, bad) != 0)
		return;
	(void)snprintf(subject, sizeof(subject), "%s is %s", path, bad);
	found(l, obstacle, subject);
}

/* security/lockdown/lockdown.c: the level in force stands in brackets */
static void look_at_lockdown(struct look *l)
{
	static const char path[] = "/sys/kernel/security/lockdown";
	int r;
	_cleanup_free_ char *text = read_text(l, path, &r);

	if (text && strstr(text, "[confidentiality]"))
		found(l, KFG_HOST_LOCKDOWN, path);
}

/* Debian and Fedora keep it beside the kernel; what is not there is told by the gate's own start. */
static void look_at_config(struct look *l)
{
	static const char *const needed[] = {
		"CONFIG_BPF_SYSCALL",	 "CONFIG_BPF_JIT",	   "CONFIG_BPF_LSM",
		"CONFIG_DEBUG_INFO_BTF", "CONFIG_FUNCTION_TRACER",
	};
	char path[PATH_MAX], line[64], subject[PATH_MAX + 64];
	_cleanup_free_ char *text = NULL;
	int r;

	(void)snprintf(path, sizeof(path), "/boot/config-%s", l->release);
	text = read_text(l, path, &r);
	for (size_t i = 0; text && i < sizeof(needed) / sizeof(needed[0]); i++) {
		(void)snprintf(line, sizeof(line), "\n%s=y\n", needed[i]);
		if (strstr(text, line))
			continue;
		(void)snprintf(subject, sizeof(subject), "%s: %s is not set", path, needed[i]);
		found(l, KFG_HOST_CONFIG, subject);
	}
	if (!text && r != -ENOENT)
		not_known(l, path, r);
}

static void look_at_bpffs(struct look *l)
{
	static const char path[] = "/proc/mounts";
	int r;
	_cleanup_free_ char *text = read_text(l, path, &r);

	if (!text)
		not_known(l, path, r);
	else if (!strstr(text, " /sys/fs/bpf bpf "))
		found(l, KFG_HOST_NO_BPFFS, "/sys/fs/bpf");
}

/* The last Storage= counts; main file first, then drop-ins, whose order decides where several say it. */
static void storage_of(const char *text, char *storage, size_t size)
{
	for (const char *line = text; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		if (strncmp(line, "Storage=", 8) == 0)
			(void)snprintf(storage, size, "%.*s", (int)strcspn(line + 8, " \t\r\n"), line + 8);
}

static void look_at_journal(struct look *l)
{
	static const char directory[] = "/etc/systemd/journald.conf.d";
	char path[PATH_MAX], storage[32] = "auto";
	struct dirent **names = NULL;
	_cleanup_free_ char *main_file = NULL;
	int r, n;

	main_file = read_text(l, "/etc/systemd/journald.conf", &r);
	if (main_file)
		storage_of(main_file, storage, sizeof(storage));
	(void)snprintf(path, sizeof(path), "%s%s", l->root, directory);
	n = scandir(path, &names, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		_cleanup_free_ char *text = NULL;

		(void)snprintf(path, sizeof(path), "%s/%s", directory, names[i]->d_name);
		if (strstr(names[i]->d_name, ".conf"))
			text = read_text(l, path, &r);
		if (text)
			storage_of(text, storage, sizeof(storage));
		free(names[i]);
	}
	free(names);
	(void)snprintf(path, sizeof(path), "%s/var/log/journal", l->root);
	if (strcmp(storage, "none") == 0 || strcmp(storage, "volatile") == 0)
		(void)snprintf(path, sizeof(path), "journald.conf: Storage=%s", storage);
	else if (strcmp(storage, "persistent") != 0 && access(path, F_OK) < 0)
		(void)snprintf(path, sizeof(path), "/var/log/journal is not there");
	else
		return;
	found(l, KFG_HOST_JOURNAL, path);
}

int kfg_host_examine(const char *root, const char *release, kfg_host_obstacle_fn *fn, void *userdata)
{
	struct look l = { .root = root, .release = release, .fn = fn, .userdata = userdata };

	look_at_lsm(&l);
	look_at_config(&l);
	look_at_lockdown(&l);
	look_at_value(&l, "/proc/sys/net/core/bpf_jit_enable", "0", KFG_HOST_NO_JIT);
	look_at_value(&l, "/proc/sys/kernel/ftrace_enabled", "0", KFG_HOST_NO_FTRACE);
	look_at_bpffs(&l);
	look_at_value(&l, "/proc/sys/kernel/kptr_restrict", "2", KFG_HOST_KPTR_RESTRICT);
	look_at_journal(&l);
	return l.error;
}
