/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernels.c - the kernels of --kernel opened, or the running one. */
#include "cli/kernels.h"

#include "analysis/kernel/catalogue.h"
#include "analysis/kernel/catalogue_dir.h"
#include "analysis/lifecycle/kfunc_data.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "policy/edit_distance.h"
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

struct told {
	time_t started, last; /* seconds */
};

static time_t seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static void tell(void *arg, const char *path, size_t n_modules)
{
	struct told *told = arg;
	time_t now = seconds();

	if (now < told->started + 2 || now == told->last)
		return;
	kfg_log_progress("%zu modules: %s", n_modules, path);
	told->last = now;
}

/* $XDG_CACHE_HOME/kfgate/kernel-data (XDG base directories), to be freed; NULL: there is no place for it. */
static char *cache_directory(const struct kfg_args *args)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	char *dir;

	if (kfg_args_has(args, "no-cache"))
		return NULL;
	if (cache && cache[0] == '/')
		return asprintf(&dir, "%s/kfgate/kernel-data", cache) < 0 ? NULL : dir;
	if (!home || home[0] != '/')
		return NULL;
	return asprintf(&dir, "%s/.cache/kfgate/kernel-data", home) < 0 ? NULL : dir;
}

static int open_one(const char *path, const char *cache, const char *verb, struct kfg_kernel **ret_kernel)
{
	struct told told = { .started = seconds() };
	const struct kfg_kernel_progress progress = { .tell = tell, .arg = &told };
	struct kfg_kernel_error error;
	int r = kfg_kernel_open_slowly(path, cache, &progress, ret_kernel, &error);

	kfg_log_progress(NULL);
	if (r < 0)
		kfg_log_error("%s: %s", verb, error.text);
	return r;
}

/* What is not there as a file is looked for in the catalogue. */
static bool is_name(const char *path)
{
	struct stat st;

	return strcmp(path, "running") != 0 && !strchr(path, '/') && !strchr(path, ',') && stat(path, &st) < 0;
}

/* The kernels that were opened so far, and where the next one goes. */
struct opening {
	const char *verb;
	char *cache; /* owned; NULL: none */
	struct kfg_kernels *kernels;
	struct kfg_catalogue catalogue;
	bool one; /* a name must not mean several */
};

static int add(struct opening *o, const char *path)
{
	struct kfg_kernel **more = reallocarray(o->kernels->items, o->kernels->n + 1, sizeof(*more));
	struct kfg_kernel_facts facts;
	int r;

	if (!more)
		return kfg_log_errno(-ENOMEM, "%s: %m", o->verb);
	o->kernels->items = more;
	r = open_one(path, o->cache, o->verb, &more[o->kernels->n]);
	if (r < 0)
		return r;
	kfg_kernel_facts(more[o->kernels->n++], &facts);
	if (facts.catalogued[0])
		kfg_log_info("%s: %s: its BTF is that of %s in the catalogue (%s), which tells the rest", o->verb,
			     facts.path, facts.release, facts.catalogued);
	return 0;
}

static void free_all(struct kfg_kernels *kernels)
{
	for (size_t i = 0; i < kernels->n; i++)
		kfg_kernel_free(kernels->items[i]);
	free(kernels->items);
	*kernels = (struct kfg_kernels){ 0 };
}

/* A suite of the catalogue, misspelt before the colon. */
static bool is_like_debian(const char *name)
{
	char word[16];
	size_t len = strcspn(name, ":");

	if (!name[len] || len >= sizeof(word))
		return false;
	memcpy(word, name, len);
	word[len] = '\0';
	return kfg_edit_distance(word, "debian", true) <= 2;
}

static int add_by_name(struct opening *o, const char *name)
{
	size_t found[KFG_ARGS_MAX], n;
	int r = o->catalogue.entries ? 0 : kfg_catalogue_open(kfg_catalogue_dir(), &o->catalogue);

	if (r < 0)
		return kfg_log_errno(r, "%s: %m", o->verb);
	n = kfg_catalogue_find(&o->catalogue, name, found, KFG_ARGS_MAX);
	if (!n && kfg_catalogue_is_name(name)) {
		if (o->catalogue.n)
			kfg_log_error(
				"%s: %s: neither a file nor in the catalogue of %zu kernels in %s (kfgate kernel list)",
				o->verb, name, o->catalogue.n, kfg_catalogue_dir());
		else
			kfg_log_error(
				"%s: %s: no such file, and no catalogue of kernels in %s (package kfgate-kernels)",
				o->verb, name, kfg_catalogue_dir());
		return -ENOENT;
	}
	if (!n && is_like_debian(name)) {
		kfg_log_error("%s: %s: no such file: did you mean debian%s?", o->verb, name, strchr(name, ':'));
		return -ENOENT;
	}
	if (!n)
		return add(o, name);
	if (n > 1 && o->one) {
		kfg_log_error("%s: %s means %zu kernels, from %s to %s: name one", o->verb, name, n,
			      o->catalogue.entries[found[0]].head.release,
			      o->catalogue.entries[found[n - 1]].head.release);
		return -EINVAL;
	}
	for (size_t i = 0; i < n && r == 0; i++)
		r = add(o, o->catalogue.entries[found[i]].path);
	return r;
}

static int open_all(struct opening *o, const char *const *paths, size_t n)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = is_name(paths[i]) ? add_by_name(o, paths[i]) : add(o, paths[i]);
	if (r < 0)
		free_all(o->kernels);
	kfg_catalogue_done(&o->catalogue);
	free(o->cache);
	return r;
}

int kfg_kernels_open_paths(const struct kfg_args *args, const char *const *paths, size_t n, const char *verb,
			   struct kfg_kernels *ret_kernels)
{
	struct opening o = { .verb = verb, .cache = cache_directory(args), .kernels = ret_kernels, .one = true };

	*ret_kernels = (struct kfg_kernels){ 0 };
	return open_all(&o, paths, n);
}

int kfg_kernels_open(const struct kfg_args *args, const char *verb, struct kfg_kernels *ret_kernels)
{
	struct opening o = { .verb = verb, .cache = cache_directory(args), .kernels = ret_kernels };
	const char *paths[KFG_ARGS_MAX];
	size_t n = kfg_args_values(args, "kernel", paths, KFG_ARGS_MAX);

	if (!n)
		paths[n++] = "running";
	*ret_kernels = (struct kfg_kernels){ 0 };
	return open_all(&o, paths, n);
}

/* -ENOENT: the catalogue has no such name. */
static int release_by_name(const char *name, char *buf, size_t size)
{
	struct kfg_catalogue catalogue = { 0 };
	size_t found[KFG_ARGS_MAX], n;
	int r = kfg_catalogue_open(kfg_catalogue_dir(), &catalogue);

	if (r < 0)
		return r;
	n = kfg_catalogue_find(&catalogue, name, found, KFG_ARGS_MAX);
	if (n)
		snprintf(buf, size, "%s", catalogue.entries[found[n - 1]].head.release);
	kfg_catalogue_done(&catalogue);
	return n ? 0 : -ENOENT;
}

static int release_of_file(const struct kfg_args *args, const char *path, const char *verb, char *buf, size_t size)
{
	struct kfg_kernels kernels;
	struct kfg_kernel_facts facts;
	int r = kfg_kernels_open_paths(args, &path, 1, verb, &kernels);

	if (r < 0)
		return r;
	kfg_kernel_facts(kernels.items[0], &facts);
	snprintf(buf, size, "%s", facts.release);
	r = kfg_kernels_done(&kernels, verb);
	if (r < 0 || buf[0])
		return r;
	kfg_log_error("%s: %s: does not tell its release", verb, path);
	return -ENODATA;
}

int kfg_kernels_release(const struct kfg_args *args, const char *name, const char *verb, char *buf, size_t size)
{
	int r;

	buf[0] = '\0';
	if (!is_name(name))
		return release_of_file(args, name, verb, buf, size);
	if (kfg_kfunc_release_parse(name)) {
		snprintf(buf, size, "%s", name);
		return 0;
	}
	r = release_by_name(name, buf, size);
	if (r == -ENOENT)
		kfg_log_error("%s: --kernel=%s: no release, as uname -r prints it (6.12.57), no file, and not in the "
			      "catalogue in %s (kfgate kernel list)",
			      verb, name, kfg_catalogue_dir());
	else if (r < 0)
		kfg_log_errno(r, "%s: %m", verb);
	return r;
}

int kfg_kernels_find_nearest(const struct kfg_kernels *kernels, const char *verb)
{
	for (size_t i = 0; i < kernels->n; i++) {
		struct kfg_kernel_facts facts, nearest;
		int r = kfg_kernel_find_nearest(kernels->items[i]);

		if (r < 0)
			return kfg_log_errno(r, "%s: %m", verb);
		if (!kfg_kernel_nearest(kernels->items[i]))
			continue;
		kfg_kernel_facts(kernels->items[i], &facts);
		kfg_kernel_facts(kfg_kernel_nearest(kernels->items[i]), &nearest);
		kfg_log_info("%s: %s: BTF of a kernel that is not in the catalogue; the nearest there is %s", verb,
			     facts.path, nearest.release);
	}
	return 0;
}

int kfg_kernels_done(struct kfg_kernels *kernels, const char *verb)
{
	struct kfg_kernel_error error;
	int failed = 0;

	for (size_t i = 0; i < kernels->n; i++) {
		int r = kfg_kernel_was_read(kernels->items[i], &error);

		if (r < 0)
			kfg_log_error("%s: %s; what was said about this kernel may be wrong", verb, error.text);
		failed = failed ? failed : r;
	}
	free_all(kernels);
	return failed;
}

const char *kfg_kernels_name(const struct kfg_kernel *kernel)
{
	struct kfg_kernel_facts facts;

	kfg_kernel_facts(kernel, &facts);
	return facts.release[0] ? facts.release : facts.path;
}
