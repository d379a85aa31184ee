/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run.c - golden tests of what is said about policies. Usage: run DIR [--update]
 *
 *	NAME.yaml       one policy file, or
 *	NAME.d/         *.yaml in order of their names; what they include is looked for in
 *NAME.d/include/ NAME.expected   the findings as `kfgate check` shows them, and what became of it
 *
 * --update writes the .expected files anew, to be read before they are committed.
 */
#include "policy/policy.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TODAY 20778 /* 2026-11-21 */
#define FILES_MAX 32

struct files {
	struct kfg_source items[FILES_MAX];
	size_t n;
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void add_file(struct files *files, const char *path)
{
	struct kfg_source *s = &files->items[files->n++];
	FILE *in = fopen(path, "rbe");
	char *data = NULL;
	size_t size = 0;
	struct stat st;

	if (!in || fstat(fileno(in), &st))
		die(path);
	data = malloc((size_t)st.st_size + 1);
	if (!data)
		die("malloc");
	size = fread(data, 1, (size_t)st.st_size, in);
	fclose(in);
	*s = (struct kfg_source){ strdup(path), data, size };
}

/* All files of a directory whose names match, in order. */
static void add_dir(struct files *files, const char *dir, const char *pattern)
{
	struct dirent **names;
	int n = scandir(dir, &names, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		char *path = NULL;

		if (!fnmatch(pattern, names[i]->d_name, FNM_PERIOD) && files->n < FILES_MAX &&
		    asprintf(&path, "%s/%s", dir, names[i]->d_name) > 0)
			add_file(files, path);
		free(path);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}

static void files_done(struct files *files)
{
	for (size_t i = 0; i < files->n; i++) {
		free((char *)files->items[i].path);
		free((char *)files->items[i].data);
	}
	files->n = 0;
}

struct includes {
	const char *dir;
	struct files files; /* of all patterns: sources stay until the policy is loaded */
};

static int expand(void *userdata, const char *pattern, const struct kfg_source **ret_sources, size_t *ret_n,
		  const char **ret_failed)
{
	struct includes *includes = userdata;
	size_t before = includes->files.n;

	if (!strncmp(pattern, "/refused/", 9)) {
		*ret_failed = "/refused/by-permission.yaml";
		return -EACCES;
	}
	add_dir(&includes->files, includes->dir, strrchr(pattern, '/') + 1);
	*ret_sources = includes->files.items + before;
	*ret_n = includes->files.n - before;
	return 0;
}

/* Everything that is said about the files, as one text. */
static char *render(const struct files *files, const char *include_dir)
{
	struct includes includes = { .dir = include_dir };
	struct kfg_includer includer = { expand, &includes, NULL, false };
	struct kfg_diags diags = { 0 };
	struct kfg_policy *policy = NULL;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	const struct kfg_linting linting = { .includer = &includer, .today = TODAY };
	int r = kfg_policy_load_linted(files->items, files->n, &linting, &diags, &policy);

	if (!out)
		die("open_memstream");
	for (size_t i = 0; i < diags.n; i++) {
		char *one = kfg_diag_format(&diags.items[i]);

		fputs(one, out);
		free(one);
	}
	fprintf(out, "-- %s: %zu errors, %zu warnings\n",
		!r	      ? "accepted" :
		r == -EBADMSG ? "refused" :
				strerror(-r),
		diags.n_errors, diags.n - diags.n_errors);
	if (!r)
		fprintf(out, "-- %s serial %lld: %zu rules, %zu deprecations, %zu waivers\n", kfg_policy_name(policy),
			(long long)kfg_policy_serial(policy), kfg_policy_n_rules(policy),
			kfg_policy_n_deprecations(policy), kfg_policy_n_waivers(policy));
	fclose(out);
	kfg_policy_free(policy);
	kfg_diags_done(&diags);
	files_done(&includes.files);
	return text;
}

static char *read_text(const char *path)
{
	struct files f = { 0 };
	char *text;

	if (access(path, R_OK))
		return strdup("");
	add_file(&f, path);
	text = strndup(f.items[0].data, f.items[0].size);
	files_done(&f);
	return text;
}

static void write_text(const char *path, const char *text)
{
	FILE *out = fopen(path, "we");

	if (!out || fputs(text, out) < 0 || fclose(out))
		die(path);
}

/* True when the case is as expected. */
static int run_case(const char *name, size_t stem, int update)
{
	struct files files = { 0 };
	char include_dir[512], expected_path[512];
	char *got, *want;
	int same;

	(void)snprintf(include_dir, sizeof(include_dir), "%s/include", name);
	(void)snprintf(expected_path, sizeof(expected_path), "%.*s.expected", (int)stem, name);
	if (!strcmp(name + stem, ".d"))
		add_dir(&files, name, "*.yaml");
	else
		add_file(&files, name);
	got = render(&files, include_dir);
	files_done(&files);
	want = read_text(expected_path);
	same = !strcmp(got, want);
	if (!same && update)
		write_text(expected_path, got);
	else if (!same)
		printf("FAIL %s\n--- expected\n%s--- got\n%s", name, want, got);
	free(got);
	free(want);
	return same || update;
}

int main(int argc, char **argv)
{
	int update = argc > 2 && !strcmp(argv[2], "--update");
	unsigned cases = 0, failed = 0;
	struct dirent **names;
	int n;

	if (argc < 2 || chdir(argv[1]))
		die("usage: run DIR [--update]");
	n = scandir(".", &names, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name, *dot = strrchr(name, '.');

		if (dot && (!strcmp(dot, ".yaml") || !strcmp(dot, ".d"))) {
			cases++;
			failed += !run_case(name, (size_t)(dot - name), update);
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	printf("%u cases, %u failed\n", cases, failed);
	return failed || !cases;
}
