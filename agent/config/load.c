/* SPDX-License-Identifier: GPL-2.0-or-later */
/* load.c - a policy read, checked and merged from files and directories. */
#include "config/load.h"

#include "base/text.h"
#include "config/writers.h"
#include <errno.h>
#include <string.h>

static void cannot_read(struct kfg_diags *diags, const char *path, int error)
{
	const struct kfg_spot spot = { .file = path };

	if (error == -EFBIG)
		kfg_diags_add(diags, KFG_DIAG_TOO_LARGE, &spot,
			      "too large: a policy file may have %u MiB, all together %u MiB",
			      KFG_POLICY_FILE_MAX >> 20, KFG_POLICY_BYTES_MAX >> 20);
	else if (error == -E2BIG)
		kfg_diags_add(diags, KFG_DIAG_TOO_LARGE, &spot, "too many policy files: at most %u",
			      KFG_POLICY_FILES_MAX);
	else if (error == -EINVAL)
		kfg_diags_add(diags, KFG_DIAG_UNREADABLE, &spot, "not a regular file");
	else
		kfg_diags_add(diags, KFG_DIAG_UNREADABLE, &spot, "cannot be read: %s", strerror(-error));
}

/* Files that somebody takes for policies, and that are not read. */
static void report_misnamed(struct kfg_loaded *loaded)
{
	size_t n;
	const char *const *paths = kfg_policy_files_misnamed(loaded->files, &n);

	for (size_t i = 0; i < n; i++) {
		const struct kfg_spot spot = { .file = paths[i] };

		kfg_diags_add(&loaded->diags, KFG_DIAG_MISNAMED, &spot,
			      "is not read: the name of a policy file ends in .yaml, so rename it, or take it away");
	}
}

/* Files that say nothing, and keep nobody from saying it: most likely they were cut. */
static void report_empty(struct kfg_loaded *loaded)
{
	size_t n;
	const char *const *paths = kfg_policy_files_empty(loaded->files, &n);

	for (size_t i = 0; i < n; i++) {
		const struct kfg_spot spot = { .file = paths[i] };

		kfg_diags_add(&loaded->diags, KFG_DIAG_EMPTY, &spot,
			      "is empty: it holds no policy, and hides none of its name, so take it away (a link to "
			      "/dev/null says that nothing is meant)");
	}
}

/* Are there files, which are no good? */
static bool has_findings(const struct kfg_loaded *loaded)
{
	size_t n_empty, n_problems;

	(void)kfg_policy_files_empty(loaded->files, &n_empty);
	(void)kfg_policy_files_problems(loaded->files, &n_problems);
	return n_empty || n_problems;
}

/* Returns whether there are any. */
static bool report_unreadable(struct kfg_loaded *loaded)
{
	size_t n;
	const struct kfg_policy_files_problem *problems = kfg_policy_files_problems(loaded->files, &n);

	for (size_t i = 0; i < n; i++)
		cannot_read(&loaded->diags, problems[i].path, problems[i].error);
	return n > 0;
}

/* All paths, even if one of them fails. -ENOMEM, else 0 with findings. */
static int collect(struct kfg_loaded *loaded, const char *const *paths, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct kfg_spot spot = { .file = paths[i] };
		size_t before, after;
		int r;

		kfg_policy_files_sources(loaded->files, &before);
		r = kfg_policy_files_add(loaded->files, paths[i]);
		if (r == -ENOMEM)
			return r;
		if (r < 0)
			cannot_read(&loaded->diags, kfg_policy_files_failed(loaded->files), r);
		kfg_policy_files_sources(loaded->files, &after);
		if (r == 0 && after == before && !has_findings(loaded))
			kfg_diags_add(&loaded->diags, KFG_DIAG_NO_POLICY, &spot, "no policy in here: no *.yaml file");
	}
	return 0;
}

static int collect_system(struct kfg_loaded *loaded)
{
	const struct kfg_spot spot = { .file = kfg_policy_files_dirs[0] };
	int r = kfg_policy_files_add_dirs(loaded->files, kfg_policy_files_dirs, KFG_POLICY_N_DIRS);
	size_t n;

	if (r == -ENOMEM)
		return r;
	if (r < 0)
		cannot_read(&loaded->diags, kfg_policy_files_failed(loaded->files), r);
	kfg_policy_files_sources(loaded->files, &n);
	if (r == 0 && !n && !has_findings(loaded))
		kfg_diags_add(&loaded->diags, KFG_DIAG_NO_POLICY, &spot,
			      "no policy: no *.yaml file here or in %s; a profile to start from is "
			      "/usr/lib/kfgate/profiles/10-observe.yaml",
			      kfg_policy_files_dirs[1]);
	return 0;
}

/* The system's own files: of others, the caller knows whose they are. */
static bool is_system(const char *path)
{
	return kfg_text_begins(path, KFG_POLICY_SYSTEM_ETC) || kfg_text_begins(path, KFG_POLICY_SYSTEM_USR);
}

/* Whoever may write to the policy decides what it says, also of himself. */
static void report_writers(struct kfg_loaded *loaded)
{
	size_t n;
	const char *const *paths = kfg_policy_files_paths(loaded->files, &n);

	for (size_t i = 0; i < n; i++)
		if (is_system(paths[i]))
			kfg_config_examine_writers(paths[i], i ? paths[i - 1] : NULL, &loaded->diags);
}

static int load_sources(struct kfg_loaded *loaded, const struct kfg_source *sources, size_t n,
			const struct kfg_source *below, const int32_t *today)
{
	struct kfg_includer includer = kfg_policy_files_includer(loaded->files);
	int r = 0;

	includer.below = below;
	includer.unread = report_unreadable(loaded);
	if (n) {
		const struct kfg_linting linting = { .includer = &includer, .today = today ? *today : 0 };

		r = today ? kfg_policy_load_linted(sources, n, &linting, &loaded->diags, &loaded->policy) :
			    kfg_policy_load(sources, n, &includer, &loaded->diags, &loaded->policy);
		kfg_policy_files_forget(loaded->files);
		if (r < 0 && r != -EBADMSG)
			return r;
	}
	report_empty(loaded);
	report_writers(loaded);
	if (!loaded->diags.n_errors)
		return 0;
	kfg_policy_free(loaded->policy);
	loaded->policy = NULL;
	return -EBADMSG;
}

static int load(struct kfg_loaded *loaded, const char *const *paths, size_t n_paths, const struct kfg_source *below,
		const int32_t *today)
{
	const struct kfg_source *sources;
	size_t n;
	int r = kfg_policy_files_new(&loaded->files);

	if (r < 0)
		return r;
	r = n_paths ? collect(loaded, paths, n_paths) : collect_system(loaded);
	if (r < 0)
		return r;
	report_misnamed(loaded);
	sources = kfg_policy_files_sources(loaded->files, &n);
	return load_sources(loaded, sources, n, below, today);
}

static int hand_out(struct kfg_loaded *loaded, int r, struct kfg_loaded *ret_loaded)
{
	if (r < 0 && r != -EBADMSG)
		kfg_loaded_done(loaded);
	else
		*ret_loaded = *loaded;
	return r;
}

int kfg_config_load(const char *const *paths, size_t n, struct kfg_loaded *ret_loaded)
{
	return kfg_config_load_over(paths, n, NULL, ret_loaded);
}

int kfg_config_load_over(const char *const *paths, size_t n, const struct kfg_source *below,
			 struct kfg_loaded *ret_loaded)
{
	struct kfg_loaded loaded = { 0 };

	return hand_out(&loaded, load(&loaded, paths, n, below, NULL), ret_loaded);
}

int kfg_config_load_linted(const char *const *paths, size_t n, int32_t today, struct kfg_loaded *ret_loaded)
{
	struct kfg_loaded loaded = { 0 };

	return hand_out(&loaded, load(&loaded, paths, n, NULL, &today), ret_loaded);
}

int kfg_config_load_bytes_linted(const struct kfg_source *source, int32_t today, struct kfg_loaded *ret_loaded)
{
	struct kfg_loaded loaded = { 0 };
	int r = kfg_policy_files_new(&loaded.files);

	return hand_out(&loaded, r < 0 ? r : load_sources(&loaded, source, 1, NULL, &today), ret_loaded);
}

int kfg_config_load_text(const char *path, const char *text, struct kfg_loaded *ret_loaded)
{
	const struct kfg_source source = { path, text, strlen(text) };
	struct kfg_loaded loaded = { 0 };
	int r = kfg_policy_files_new(&loaded.files);

	return hand_out(&loaded, r < 0 ? r : load_sources(&loaded, &source, 1, NULL, NULL), ret_loaded);
}

void kfg_loaded_done(struct kfg_loaded *loaded)
{
	kfg_policy_free(loaded->policy);
	kfg_policy_files_free(loaded->files);
	kfg_diags_done(&loaded->diags);
	*loaded = (struct kfg_loaded){ 0 };
}
