/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/kernels.h"

#include "base/cleanup.h"
#include "base/log.h"
#include <errno.h>
#include <string.h>
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
		kfg_error("%s: %s", verb, error.text);
	return r;
}

int kfg_kernels_open_paths(const struct kfg_args *args, const char *const *paths, size_t n, const char *verb,
			   struct kfg_kernels *ret_kernels)
{
	struct kfg_kernels kernels = { .items = calloc(n + 1, sizeof(*kernels.items)) };
	_cleanup_free_ char *cache = cache_directory(args);
	int r = kernels.items ? 0 : -ENOMEM;

	for (size_t i = 0; i < n && r == 0; i++) {
		r = open_one(paths[i], cache, verb, &kernels.items[i]);
		kernels.n += r == 0;
	}
	if (r < 0) {
		kfg_kernels_done(&kernels);
		return r;
	}
	*ret_kernels = kernels;
	return 0;
}

int kfg_kernels_open(const struct kfg_args *args, const char *verb, struct kfg_kernels *ret_kernels)
{
	const char *paths[KFG_ARGS_MAX];
	size_t n = kfg_args_values(args, "kernel", paths, KFG_ARGS_MAX);

	if (!n)
		paths[n++] = "running";
	return kfg_kernels_open_paths(args, paths, n, verb, ret_kernels);
}

void kfg_kernels_done(struct kfg_kernels *kernels)
{
	for (size_t i = 0; i < kernels->n; i++)
		kfg_kernel_free(kernels->items[i]);
	free(kernels->items);
	*kernels = (struct kfg_kernels){ 0 };
}

const char *kfg_kernels_name(const struct kfg_kernel *kernel)
{
	struct kfg_kernel_facts facts;

	kfg_kernel_facts(kernel, &facts);
	return facts.release[0] ? facts.release : facts.path;
}
