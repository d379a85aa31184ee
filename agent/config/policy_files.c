/* SPDX-License-Identifier: GPL-2.0-or-later */
/* policy_files.c - the files of a policy: which there are, what is in them, what they include. */
#include "config/policy_files.h"

#include "base/read_file.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <string.h>
#include <sys/stat.h>

const char *const kfg_policy_files_dirs[KFG_POLICY_N_DIRS] = {
	"/etc/kfgate/policy.d",
	"/usr/lib/kfgate/policy.d",
};

/* Sources that must stay where they are, as the policy room holds pointers to them */
struct batch {
	struct batch *next;
	size_t n;
	struct kfg_source items[];
};

struct kfg_policy_files {
	struct kfg_source *sources; /* owned; their texts are owned by paths and data */
	size_t n_sources;
	struct batch *batches; /* owned */
	char **paths; /* owned, n_files */
	char **data; /* owned, n_files */
	size_t n_files;
	char **patterns; /* owned, n_patterns: of includes */
	size_t n_patterns;
	size_t bytes;
	char *failed; /* owned */
	char **misnamed; /* owned, n_misnamed */
	size_t n_misnamed;
	char **empty; /* owned, n_empty */
	size_t n_empty;
	struct kfg_policy_files_problem *problems; /* owned, with their paths */
	size_t n_problems;
};

int kfg_policy_files_new(struct kfg_policy_files **ret_files)
{
	struct kfg_policy_files *files = calloc(1, sizeof(*files));

	if (!files)
		return -ENOMEM;
	*ret_files = files;
	return 0;
}

void kfg_policy_files_forget(struct kfg_policy_files *files)
{
	for (struct batch *b = files->batches, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	files->batches = NULL;
	free(files->sources);
	files->sources = NULL;
	files->n_sources = 0;
	for (size_t i = 0; i < files->n_files; i++) {
		free(files->data[i]);
		files->data[i] = NULL;
	}
}

void kfg_policy_files_free(struct kfg_policy_files *files)
{
	if (!files)
		return;
	kfg_policy_files_forget(files);
	for (size_t i = 0; i < files->n_files; i++)
		free(files->paths[i]);
	for (size_t i = 0; i < files->n_patterns; i++)
		free(files->patterns[i]);
	free(files->patterns);
	free(files->paths);
	free(files->data);
	free(files->failed);
	for (size_t i = 0; i < files->n_misnamed; i++)
		free(files->misnamed[i]);
	free(files->misnamed);
	for (size_t i = 0; i < files->n_empty; i++)
		free(files->empty[i]);
	free(files->empty);
	for (size_t i = 0; i < files->n_problems; i++)
		free(files->problems[i].path);
	free(files->problems);
	free(files);
}

static int fail(struct kfg_policy_files *files, const char *path, int error)
{
	char *copy = strdup(path);

	if (copy) {
		free(files->failed);
		files->failed = copy;
	}
	return error;
}

/* Room for one more entry in both arrays. */
static int grow(struct kfg_policy_files *files)
{
	size_t bytes = (files->n_files + 1) * sizeof(char *);
	char **paths = realloc(files->paths, bytes), **data;

	if (!paths)
		return -ENOMEM;
	files->paths = paths;
	data = realloc(files->data, bytes);
	if (!data)
		return -ENOMEM;
	files->data = data;
	return 0;
}

/* A file to be read: name is relative to dir_fd, path is what messages call it. */
struct place {
	int dir_fd;
	const char *name, *path;
	bool mask; /* if it is empty it counts as absent */
	bool hides; /* another one of that name */
};

/* A file of no bytes that hides none is no way to say anything: most likely its text was lost. */
static int note_empty(struct kfg_policy_files *files, const struct place *at)
{
	struct stat st;
	char **items;

	/* a link to /dev/null says that nothing is meant */
	if (at->hides || files->n_empty >= KFG_POLICY_FILES_MAX || fstatat(at->dir_fd, at->name, &st, 0) < 0 ||
	    !S_ISREG(st.st_mode))
		return 0;
	items = reallocarray(files->empty, files->n_empty + 1, sizeof(*items));
	if (!items)
		return -ENOMEM;
	files->empty = items;
	items[files->n_empty] = strdup(at->path);
	return items[files->n_empty] ? (files->n_empty++, 0) : -ENOMEM;
}

/* 1: read, 0: absent. */
static int read_source(struct kfg_policy_files *files, const struct place *at, struct kfg_source *ret_source)
{
	_cleanup_free_ char *data = NULL, *copy = NULL;
	size_t size;
	int r;

	if (files->n_files >= KFG_POLICY_FILES_MAX)
		return fail(files, at->path, -E2BIG);
	r = kfg_read_file(at->dir_fd, at->name, KFG_POLICY_FILE_MAX, &data, &size);
	if (r < 0)
		return fail(files, at->path, r);
	if (!size && at->mask)
		return note_empty(files, at);
	if (files->bytes + size > KFG_POLICY_BYTES_MAX)
		return fail(files, at->path, -EFBIG);
	copy = strdup(at->path);
	if (!copy || grow(files) < 0)
		return -ENOMEM;
	files->bytes += size;
	*ret_source = (struct kfg_source){ .path = copy, .data = data, .size = size };
	files->paths[files->n_files] = KFG_TAKE_PTR(copy);
	files->data[files->n_files++] = KFG_TAKE_PTR(data);
	return 1;
}

static int add_source(struct kfg_policy_files *files, const struct place *at)
{
	struct kfg_source source, *sources;
	int r = read_source(files, at, &source);

	if (r <= 0)
		return r;
	sources = realloc(files->sources, (files->n_sources + 1) * sizeof(source));
	if (!sources)
		return -ENOMEM;
	files->sources = sources;
	files->sources[files->n_sources++] = source;
	return 0;
}

struct name {
	char *text; /* owned */
	size_t dir; /* index of the directory it was found in */
};

struct names {
	struct name *items;
	size_t n;
};

static void names_done(struct names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->items[i].text);
	free(names->items);
}

static void closedir_cleanup(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static bool ends_in(const char *name, const char *end)
{
	size_t len = strlen(name), n = strlen(end);

	return name[0] != '.' && len > n && strcmp(name + len - n, end) == 0;
}

/* A file that somebody takes for a policy, and that is not read. */
static int note_misnamed(struct kfg_policy_files *files, const char *dir, const char *name)
{
	char **items;

	if (files->n_misnamed >= KFG_POLICY_FILES_MAX)
		return 0;
	items = reallocarray(files->misnamed, files->n_misnamed + 1, sizeof(*items));
	if (!items)
		return -ENOMEM;
	files->misnamed = items;
	if (asprintf(&items[files->n_misnamed], "%s/%s", dir, name) < 0)
		return -ENOMEM;
	files->n_misnamed++;
	return 0;
}

static int names_add(struct names *names, const char *text, size_t dir)
{
	struct name *items;

	if (names->n >= 2 * KFG_POLICY_FILES_MAX)
		return -E2BIG;
	items = realloc(names->items, (names->n + 1) * sizeof(*items));
	if (!items)
		return -ENOMEM;
	names->items = items;
	names->items[names->n] = (struct name){ strdup(text), dir };
	return names->items[names->n].text ? (names->n++, 0) : -ENOMEM;
}

/* Takes over fd; path is its directory's. */
static int names_of_dir(struct kfg_policy_files *files, struct names *names, int fd, const char *path, size_t index)
{
	_cleanup_(closedir_cleanup) DIR *dir = fdopendir(fd);
	int r;

	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	for (;;) {
		struct dirent *entry;

		errno = 0;
		entry = readdir(dir);
		if (!entry)
			return -errno;
		r = 0;
		if (ends_in(entry->d_name, ".yaml"))
			r = names_add(names, entry->d_name, index);
		else if (ends_in(entry->d_name, ".yml"))
			r = note_misnamed(files, path, entry->d_name);
		if (r < 0)
			return r;
	}
}

static int compare_names(const void *a, const void *b)
{
	const struct name *x = a, *y = b;
	int order = strcmp(x->text, y->text);

	return order ? order : (x->dir > y->dir) - (x->dir < y->dir);
}

/* What one file is kept from being read by, so that the others can be. Returns error where it is not about one file. */
static int note_problem(struct kfg_policy_files *files, const char *path, int error)
{
	struct kfg_policy_files_problem *problems;

	if (error == -ENOMEM || error == -E2BIG || error == -EFBIG)
		return error;
	problems = reallocarray(files->problems, files->n_problems + 1, sizeof(*problems));
	if (!problems)
		return -ENOMEM;
	files->problems = problems;
	problems[files->n_problems] = (struct kfg_policy_files_problem){ strdup(path), error };
	return problems[files->n_problems].path ? (files->n_problems++, 0) : -ENOMEM;
}

/* Reads the first file of each name. */
static int add_names(struct kfg_policy_files *files, const struct names *names, const char *const *dirs, const int *fds)
{
	for (size_t i = 0; i < names->n; i++) {
		bool hides = i + 1 < names->n && strcmp(names->items[i + 1].text, names->items[i].text) == 0;
		const struct name *name = &names->items[i];
		_cleanup_free_ char *path = NULL;
		int r;

		if (i && strcmp(names->items[i - 1].text, name->text) == 0)
			continue;
		if (asprintf(&path, "%s/%s", dirs[name->dir], name->text) < 0) {
			path = NULL;
			return -ENOMEM;
		}
		r = add_source(files, &(struct place){ fds[name->dir], name->text, path, true, hides });
		if (r < 0)
			r = note_problem(files, path, r);
		if (r < 0)
			return r;
	}
	return 0;
}

static int open_dir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int collect_names(struct kfg_policy_files *files, const char *const *dirs, size_t n, struct names *names,
			 int *fds)
{
	for (size_t i = 0; i < n; i++) {
		int r, copy;

		fds[i] = open_dir(dirs[i]);
		if (fds[i] == -ENOENT)
			continue;
		if (fds[i] < 0)
			return fail(files, dirs[i], fds[i]);
		copy = fcntl(fds[i], F_DUPFD_CLOEXEC, 3);
		r = copy < 0 ? -errno : names_of_dir(files, names, copy, dirs[i], i);
		if (r < 0)
			return fail(files, dirs[i], r);
	}
	return 0;
}

int kfg_policy_files_add_dirs(struct kfg_policy_files *files, const char *const *dirs, size_t n)
{
	_cleanup_(names_done) struct names names = { 0 };
	_cleanup_free_ int *fds = calloc(n ? n : 1, sizeof(*fds));
	int r;

	if (!fds)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		fds[i] = KFG_NO_FD;
	r = collect_names(files, dirs, n, &names, fds);
	if (r == 0 && names.n) {
		qsort(names.items, names.n, sizeof(*names.items), compare_names);
		r = add_names(files, &names, dirs, fds);
	}
	for (size_t i = 0; i < n; i++)
		kfg_close_cleanup(&fds[i]);
	return r;
}

int kfg_policy_files_add(struct kfg_policy_files *files, const char *path)
{
	_cleanup_free_ char *trimmed = strdup(path);
	const char *dir = trimmed;
	_cleanup_close_ int fd = KFG_NO_FD;

	if (!trimmed)
		return -ENOMEM;
	for (size_t len = strlen(trimmed); len > 1 && trimmed[len - 1] == '/'; len--)
		trimmed[len - 1] = '\0';
	fd = open_dir(path);
	if (fd >= 0)
		return kfg_policy_files_add_dirs(files, &dir, 1);
	if (fd != -ENOTDIR)
		return fail(files, path, fd);
	return add_source(files, &(struct place){ AT_FDCWD, path, path, false, false });
}

const struct kfg_source *kfg_policy_files_sources(const struct kfg_policy_files *files, size_t *ret_n)
{
	*ret_n = files->n_sources;
	return files->sources;
}

const char *kfg_policy_files_failed(const struct kfg_policy_files *files)
{
	return files->failed;
}

const char *const *kfg_policy_files_misnamed(const struct kfg_policy_files *files, size_t *ret_n)
{
	*ret_n = files->n_misnamed;
	return (const char *const *)files->misnamed;
}

const char *const *kfg_policy_files_empty(const struct kfg_policy_files *files, size_t *ret_n)
{
	*ret_n = files->n_empty;
	return (const char *const *)files->empty;
}

const struct kfg_policy_files_problem *kfg_policy_files_problems(const struct kfg_policy_files *files, size_t *ret_n)
{
	*ret_n = files->n_problems;
	return files->problems;
}

const char *const *kfg_policy_files_paths(const struct kfg_policy_files *files, size_t *ret_n)
{
	*ret_n = files->n_files;
	return (const char *const *)files->paths;
}

const char *const *kfg_policy_files_patterns(const struct kfg_policy_files *files, size_t *ret_n)
{
	*ret_n = files->n_patterns;
	return (const char *const *)files->patterns;
}

/* glob(3) passes no userdata */
static _Thread_local int glob_error;

static int glob_failed(const char *path, int error)
{
	(void)path;
	if (error == ENOENT || error == ENOTDIR)
		return 0;
	glob_error = -error;
	return 1;
}

/* 0 and possibly no path at all, or a negative errno. */
static int find_includes(const char *pattern, glob_t *g)
{
	glob_error = 0;
	switch (glob(pattern, 0, glob_failed, g)) {
	case 0:
	case GLOB_NOMATCH:
		return 0;
	case GLOB_NOSPACE:
		return -ENOMEM;
	default:
		return glob_error ? glob_error : -EIO;
	}
}

static int note_pattern(struct kfg_policy_files *files, const char *pattern)
{
	char **patterns = reallocarray(files->patterns, files->n_patterns + 1, sizeof(*patterns));

	if (!patterns)
		return -ENOMEM;
	files->patterns = patterns;
	patterns[files->n_patterns] = strdup(pattern);
	if (!patterns[files->n_patterns])
		return -ENOMEM;
	files->n_patterns++;
	return 0;
}

static int expand(void *userdata, const char *pattern, const struct kfg_source **ret_sources, size_t *ret_n,
		  const char **ret_failed)
{
	struct kfg_policy_files *files = userdata;
	_cleanup_(globfree) glob_t g = { 0 };
	struct batch *batch;
	int r = find_includes(pattern, &g);

	*ret_failed = NULL;
	if (r >= 0)
		r = note_pattern(files, pattern);
	if (r < 0)
		return r;
	batch = calloc(1, sizeof(*batch) + g.gl_pathc * sizeof(batch->items[0]));
	if (!batch)
		return -ENOMEM;
	batch->next = files->batches;
	files->batches = batch;
	for (size_t i = 0; i < g.gl_pathc; i++) {
		const struct place at = { AT_FDCWD, g.gl_pathv[i], g.gl_pathv[i], true, false };

		r = read_source(files, &at, &batch->items[batch->n]);
		if (r < 0) {
			*ret_failed = files->failed;
			return r;
		}
		batch->n += r;
	}
	*ret_sources = batch->items;
	*ret_n = batch->n;
	return 0;
}

struct kfg_includer kfg_policy_files_includer(struct kfg_policy_files *files)
{
	return (struct kfg_includer){ .expand = expand, .userdata = files };
}
