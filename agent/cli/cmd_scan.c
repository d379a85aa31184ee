/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_scan.c - paths and kernels to a report: find, read, hold against each kernel, judge, render. */
#include "base/exit_code.h"
#include "base/log.h"
#include "base/read_file.h"
#include "cli/commands.h"
#include "cli/kernels.h"
#include "cli/objects.h"
#include "cli/output.h"
#include "cli/preview.h"
#include "config/lifecycle.h"
#include "analysis/find/find.h"
#include "analysis/report/baseline.h"
#include "analysis/report/report.h"
#include "analysis/scan/scan.h"
#include "cli/option.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BASELINE_MAX ((size_t)64 << 20)
#define OUTPUT_MAX ((size_t)1 << 30)
#define UNUSED_SHOWN 20u /* lines of a baseline */

typedef void render_fn(const struct kfg_report *report, bool quiet, struct kfg_strbuf *out);

static const char *const formats[] = { "table", "json", "sarif", "markdown", "csv" };
static render_fn *const renderers[] = { kfg_report_table, kfg_report_json, kfg_report_sarif, kfg_report_markdown,
					kfg_report_csv };

struct settings {
	render_fn *render;
	bool quiet, fail_on[KFG_REPORT_STATE_MAX];
	unsigned libbpf; /* see KFG_LIBBPF() */
};

struct scan {
	struct kfg_kernels kernels;
	struct kfg_preview preview;
	struct kfg_report *report; /* owned */
	struct kfg_objects objects;
	struct kfg_deployment deployment;
	const char *modules[KFG_ARGS_MAX];
	struct kfg_baseline *baseline; /* owned */
	bool failed; /* a path is not there, or holds no object */
};

/* What a report holds at one time. */
struct counts {
	size_t files, objects, problems;
};

static int take_format(const struct kfg_args *args, struct settings *s)
{
	int format = kfg_option_word(args, "scan", "format", formats, sizeof(formats) / sizeof(formats[0]));

	if (format < 0)
		return format;
	s->render = renderers[format];
	return 0;
}

static int take_libbpf(const struct kfg_args *args, struct settings *s)
{
	const char *text = kfg_args_value(args, "libbpf", NULL);
	unsigned major, minor;
	int end = 0;

	s->libbpf = KFG_LIBBPF_NEWEST;
	if (!text)
		return 0;
	if (strcmp(text, "none") == 0) {
		s->libbpf = KFG_LIBBPF_NONE;
		return 0;
	}
	/* a release like 1.7.0, or without its last number */
	if (sscanf(text, "%2u.%3u%n.%*u%n", &major, &minor, &end, &end) != 2 || text[end]) {
		kfg_log_error("scan: --libbpf=%s: must be a version like 1.7, or none", text);
		return -EINVAL;
	}
	s->libbpf = KFG_LIBBPF(major, minor);
	return 0;
}

static int state_parse(const char *word, size_t len)
{
	for (int i = KFG_REPORT_WARNED; i < KFG_REPORT_STATE_MAX; i++)
		if (strlen(kfg_report_state_str(i)) == len && strncmp(kfg_report_state_str(i), word, len) == 0)
			return i;
	return -EINVAL;
}

static int take_fail_on(const struct kfg_args *args, struct settings *s)
{
	const char *list = kfg_args_value(args, "fail-on", "warned,unchecked,refused,fails");

	if (strcmp(list, "none") == 0)
		return 0;
	for (const char *p = list; *p;) {
		size_t len = strcspn(p, ",");
		int state = state_parse(p, len);

		if (state < 0) {
			kfg_log_error(
				"scan: --fail-on=%s: must be none, or a list of warned, unchecked, refused, fails",
				list);
			return state;
		}
		s->fail_on[state] = true;
		p += len + (p[len] == ',');
	}
	return 0;
}

/* A path by which nothing was found, not even what was looked at before or could not be: most likely the wrong one. */
static void expect_objects(struct scan *scan, const struct kfg_args *args, const char *path,
			   const struct counts *before, size_t n_repeated)
{
	size_t n = scan->report->n_files - before->files;

	if (kfg_args_has(args, "allow-empty") || n_repeated || scan->report->n_objects > before->objects ||
	    scan->report->n_problems > before->problems)
		return;
	kfg_log_error("scan: %s: no BPF object found in %zu file%s (--allow-empty takes that)", path, n,
		      n == 1 ? "" : "s");
	scan->failed = true;
}

static struct counts counts_of(const struct scan *scan)
{
	return (struct counts){ scan->report->n_files, scan->report->n_objects, scan->report->n_problems };
}

static int search(struct scan *scan, const struct kfg_args *args)
{
	const struct kfg_find_ops ops = kfg_objects_ops(&scan->objects);
	struct kfg_find *find = NULL;
	int r = kfg_find_new(&ops, &find);

	for (size_t i = 0; i < args->n_words && r == 0; i++) {
		struct counts before = counts_of(scan);
		size_t repeated = kfg_find_n_repeated(find);

		r = kfg_find_path(find, args->words[i]);
		if (r == 0)
			expect_objects(scan, args, args->words[i], &before, kfg_find_n_repeated(find) - repeated);
		if (r != -ENOENT)
			continue;
		kfg_log_error("scan: %s: there is no such file or directory", args->words[i]);
		scan->failed = true;
		r = 0;
	}
	if (r == 0 && kfg_args_has(args, "installed")) {
		struct counts before = counts_of(scan);

		r = kfg_find_installed(find, NULL);
		if (r == -ENOENT)
			r = kfg_report_add_problem(scan->report, "--installed",
						   "neither dpkg's lists nor rpm are on this host");
		if (r == 0)
			expect_objects(scan, args, "--installed", &before, 0);
	}
	kfg_find_free(find);
	kfg_log_progress(NULL);
	if (r < 0)
		kfg_log_errno(r, "scan: %m");
	return r;
}

/* 3 before 4 before 2: what is known to break weighs more than what is not known. */
static int exit_code(const struct scan *scan, const struct settings *s)
{
	const struct kfg_report *report = scan->report;
	bool there[KFG_REPORT_STATE_MAX] = { [KFG_REPORT_UNCHECKED] = report->n_problems > 0 };

	if (scan->failed)
		return KFG_EXIT_FAILURE;
	for (size_t i = 0; i < report->n_objects; i++)
		for (size_t k = 0; k < report->n_kernels; k++)
			there[report->objects[i].kernels[k].state] = true;
	if ((there[KFG_REPORT_FAILS] && s->fail_on[KFG_REPORT_FAILS]) ||
	    (there[KFG_REPORT_REFUSED] && s->fail_on[KFG_REPORT_REFUSED]))
		return KFG_EXIT_REFUSED;
	if (there[KFG_REPORT_UNCHECKED] && s->fail_on[KFG_REPORT_UNCHECKED])
		return KFG_EXIT_UNCHECKED;
	return there[KFG_REPORT_WARNED] && s->fail_on[KFG_REPORT_WARNED] ? KFG_EXIT_WARNINGS : KFG_EXIT_OK;
}

/* Lines of a baseline, as text. */
struct lines {
	size_t n;
	struct kfg_strbuf text; /* ", 3, 7" */
};

static void add_line(void *arg, unsigned line)
{
	struct lines *lines = arg;

	if (lines->n++ < UNUSED_SHOWN)
		kfg_strbuf_printf(&lines->text, "%s%u", lines->n > 1 ? ", " : "", line);
}

/* What matches nothing is over, or never was what it is meant for. */
static void say_unused(const struct scan *scan, const char *path)
{
	struct lines lines = { .text = KFG_STRBUF(1024) };

	if (!scan->baseline)
		return;
	kfg_baseline_unused(scan->baseline, add_line, &lines);
	if (lines.n)
		kfg_log_notice("scan: %s: %zu entr%s %s no finding here: line%s %s%s", path, lines.n,
			       lines.n == 1 ? "y" : "ies", lines.n == 1 ? "matches" : "match", lines.n == 1 ? "" : "s",
			       kfg_strbuf_text(&lines.text), lines.n > UNUSED_SHOWN ? ", ..." : "");
	kfg_strbuf_done(&lines.text);
}

static int print(const struct scan *scan, const struct settings *s)
{
	_cleanup_strbuf_ struct kfg_strbuf out = KFG_STRBUF(OUTPUT_MAX);

	s->render(scan->report, s->quiet, &out);
	if (kfg_output_print(&out, "scan") < 0)
		return KFG_EXIT_FAILURE;
	return exit_code(scan, s);
}

static const char *removed_in(const void *policy, const char *kfunc, char *words, size_t size)
{
	struct kfg_strbuf text = KFG_STRBUF(1024);
	struct kfg_deprecation_info info;

	if (!kfg_lifecycle_find(policy, kfunc, NULL, &info) || !info.removed_in)
		return NULL;
	kfg_lifecycle_dates(&info, "", &text);
	snprintf(words, size, "%s", kfg_strbuf_text(&text));
	kfg_strbuf_done(&text);
	return info.removed_in;
}

/* What --with-module and --with-capability say, and the lifecycle data of the policy. */
static int take_deployment(const struct kfg_args *args, struct scan *scan)
{
	struct kfg_deployment *d = &scan->deployment;
	const char *capabilities[KFG_ARGS_MAX];
	size_t n = kfg_args_values(args, "with-capability", capabilities, KFG_ARGS_MAX);

	d->removed_in = removed_in;
	d->removed_in_arg = scan->preview.loaded.policy;
	d->assume_nearest = kfg_args_has(args, "assume-nearest");
	d->modules = scan->modules;
	d->n_modules = kfg_args_values(args, "with-module", scan->modules, KFG_ARGS_MAX);
	for (size_t i = 0; i < n; i++) {
		const char *name = capabilities[i];

		/* kernel/bpf/verifier.c asks perfmon_capable(), which CAP_SYS_ADMIN is enough for */
		if (strcmp(name, "CAP_PERFMON") == 0 || strcmp(name, "CAP_SYS_ADMIN") == 0) {
			d->cap_perfmon = true;
		} else if (strcmp(name, "CAP_SYS_BOOT") == 0) {
			d->cap_sys_boot = true;
		} else {
			kfg_log_error("scan: --with-capability=%s: must be CAP_PERFMON, CAP_SYS_BOOT or CAP_SYS_ADMIN",
				      name);
			return -EINVAL;
		}
	}
	return 0;
}

static void say_ended(void *arg, unsigned line, int32_t day)
{
	char text[KFG_DAY_TEXT];

	kfg_log_warning("scan: %s:%u: this entry ended on %s", (const char *)arg, line, kfg_day_format(day, text));
}

static int take_baseline(const struct kfg_args *args, struct scan *scan)
{
	const char *path = kfg_args_value(args, "baseline", NULL);
	struct kfg_baseline_error error = { 0 };
	_cleanup_free_ char *text = NULL;
	size_t size;
	int r;

	if (!path)
		return 0;
	r = kfg_read_file(AT_FDCWD, path, BASELINE_MAX, &text, &size);
	if (r < 0) {
		kfg_log_errno(r, "scan: --baseline=%s: %m", path);
		return r;
	}
	r = kfg_baseline_parse(text, size, scan->preview.loader.today, &scan->baseline, &error);
	if (r == -EBADMSG)
		kfg_log_error("scan: %s:%u: %s", path, error.line, error.text);
	else if (r == 0)
		kfg_baseline_ended(scan->baseline, say_ended, (void *)path);
	return r;
}

static int run(const struct kfg_args *args, const struct settings *s, struct scan *scan)
{
	struct kfg_report_judge judge;
	int r = kfg_preview_open(args, "scan", &scan->preview);

	if (r == 0)
		r = take_baseline(args, scan);
	if (r == 0)
		r = take_deployment(args, scan);
	if (r == 0)
		r = kfg_kernels_open(args, "scan", &scan->kernels);
	if (r == 0)
		r = kfg_kernels_find_nearest(&scan->kernels, "scan");
	if (r < 0)
		return KFG_EXIT_FAILURE;
	judge = (struct kfg_report_judge){
		.policy = scan->preview.loaded.policy,
		.table = scan->preview.table,
		.source = scan->preview.source,
		.loader = scan->preview.loader,
		.loader_known = scan->preview.loader_known,
		.unknown = scan->preview.unknown,
		.baseline = scan->baseline,
	};
	r = kfg_report_new(&judge, (const struct kfg_kernel *const *)scan->kernels.items, scan->kernels.n,
			   &scan->report);
	if (r == 0) {
		scan->objects.report = scan->report;
		scan->objects.kernels = &scan->kernels;
		scan->objects.deployment = &scan->deployment;
		scan->objects.libbpf = s->libbpf;
		r = kfg_objects_begin(&scan->objects);
	}
	if (r < 0) {
		kfg_log_errno(r, "scan: %m");
		return KFG_EXIT_FAILURE;
	}
	if (search(scan, args) < 0)
		return KFG_EXIT_FAILURE;
	say_unused(scan, kfg_args_value(args, "baseline", ""));
	return print(scan, s);
}

int kfg_cmd_scan(const struct kfg_args *args)
{
	struct settings settings = { .quiet = kfg_args_has(args, "quiet") };
	struct scan scan = { 0 };
	int code;

	if (take_format(args, &settings) < 0 || take_fail_on(args, &settings) < 0 || take_libbpf(args, &settings) < 0)
		return KFG_EXIT_FAILURE;
	if (!args->n_words && !kfg_args_has(args, "installed")) {
		kfg_log_error("scan: needs a PATH, or --installed");
		return KFG_EXIT_FAILURE;
	}
	code = run(args, &settings, &scan);
	kfg_report_free(scan.report);
	kfg_baseline_free(scan.baseline);
	kfg_objects_done(&scan.objects);
	if (kfg_kernels_done(&scan.kernels, "scan") < 0)
		code = KFG_EXIT_FAILURE;
	kfg_preview_done(&scan.preview);
	return code;
}
