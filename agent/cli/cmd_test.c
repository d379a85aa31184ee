/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_test.c - kfgate test: cases of a policy, and whether it decides them as they say. */
#include "base/color.h"
#include "base/exit_code.h"
#include "base/log.h"
#include "base/read_file.h"
#include "cli/commands.h"
#include "cli/records.h"

#include <fcntl.h>
#include "policy/cases.h"
#include "cli/option.h"
#include <libgen.h>
#include <stdio.h>
#include <string.h>

#define FILE_MAX (4u * 1024 * 1024)

/* One file of cases under test. */
struct test_file {
	const char *path;
	const struct kfg_args *args;
	struct kfg_compiled compiled;
	struct kfg_cases *cases;
	int32_t today; /* of cases that say no other day */
	bool tap;
	size_t *n_run, *n_failed; /* over all files */
};

static void test_file_done(struct test_file *t)
{
	kfg_cases_free(t->cases);
	kfg_compiled_done(&t->compiled);
}

static void print_findings(const struct test_file *t, const struct kfg_diags *diags)
{
	for (size_t i = 0; i < diags->n; i++) {
		_cleanup_free_ char *text = kfg_diag_format(&diags->items[i]);
		char *rest, *line = text ? strtok_r(text, "\n", &rest) : NULL;

		for (; line; line = strtok_r(NULL, "\n", &rest))
			printf("%s%s\n", t->tap ? "# " : "", line);
	}
}

/* Names that are misspelt make a case test something else. */
static void warn_of_names(const struct test_file *t)
{
	struct kfg_diags diags = { 0 };

	if (kfg_cases_lint(t->cases, t->compiled.loaded.policy, &diags) < 0)
		kfg_log_errno(-ENOMEM, "test: %s: %m", t->path);
	print_findings(t, &diags);
	kfg_diags_done(&diags);
}

static int read_cases(struct test_file *t)
{
	struct kfg_source source = { .path = t->path };
	struct kfg_diags diags = { 0 };
	char *data;
	int r = kfg_read_file(AT_FDCWD, t->path, FILE_MAX, &data, &source.size);

	if (r < 0) {
		kfg_log_errno(r, "test: %s: %m", t->path);
		return KFG_EXIT_FAILURE;
	}
	source.data = data;
	r = kfg_cases_load(&source, &diags, &t->cases);
	print_findings(t, &diags);
	if (r < 0 && r != -EBADMSG)
		kfg_log_errno(r, "test: %s: %m", t->path);
	kfg_diags_done(&diags);
	free(data);
	return r < 0 ? KFG_EXIT_FAILURE : KFG_EXIT_OK;
}

/* By --policy, else by the policy that the file names, seen from its directory. */
static int load_policy(struct test_file *t)
{
	const char *paths[KFG_ARGS_MAX], *own = kfg_cases_policy(t->cases);
	size_t n = kfg_args_values(t->args, "policy", paths, KFG_ARGS_MAX);
	_cleanup_free_ char *copy = strdup(t->path), *joined = NULL;

	if (!copy || (own && own[0] != '/' && asprintf(&joined, "%s/%s", dirname(copy), own) < 0)) {
		kfg_log_errno(-ENOMEM, "test: %s: %m", t->path);
		return KFG_EXIT_FAILURE;
	}
	if (!n && own)
		paths[n++] = joined ? joined : own;
	if (!n) {
		kfg_log_error("test: %s: says no \"policy\", and --policy was not given", t->path);
		return KFG_EXIT_FAILURE;
	}
	return kfg_compiled_load(paths, n, "test", &t->compiled);
}

/* "refuse (rule no-casts, kfunc bpf_rdonly_cast)" */
static void describe(const struct kfg_case_answer *a, char *buf, size_t size)
{
	if (!a->kfunc)
		snprintf(buf, size, "allow (no kfunc)");
	else if (a->reason == KFG_REASON_NONE)
		snprintf(buf, size, "%s", kfg_action_str(a->action));
	else
		snprintf(buf, size, "%s (%s%s%s, kfunc %s)", kfg_action_str(a->action), kfg_reason_str(a->reason),
			 a->rule ? " " : "", a->rule ? a->rule : "", a->kfunc);
}

static bool as_expected(const struct kfg_case *c, const struct kfg_case_answer *a)
{
	if (c->action != a->action || (c->reason && c->reason != a->reason))
		return false;
	return !c->rule || (a->rule && strcmp(c->rule, a->rule) == 0);
}

static void failure(const struct test_file *t, const struct kfg_case *c, const char *got)
{
	printf("%s%s:%u:%u: %s: expected %s%s%s%s%s, got %s\n", t->tap ? "# " : "", t->path, c->expect_line,
	       c->expect_col, c->name ? c->name : "case", kfg_action_str(c->action), c->reason ? ", reason " : "",
	       c->reason ? kfg_reason_str(c->reason) : "", c->rule ? ", rule " : "", c->rule ? c->rule : "", got);
}

static void run_case(const struct test_file *t, const struct kfg_case *given)
{
	struct kfg_case c = *given;
	struct kfg_case_answer answer;
	bool fine = true;
	char got[512];

	if (c.load.today == KFG_DAY_MAX && c.kernel &&
	    !kfg_policy_upgrade_day(t->compiled.loaded.policy, c.kernel, &c.load.today)) {
		snprintf(got, sizeof(got), "no day for that kernel: the policy's upgrades do not have it");
		fine = false;
	}
	if (c.load.today == KFG_DAY_MAX)
		c.load.today = t->today;
	if (fine) {
		kfg_case_eval(t->compiled.loaded.policy, t->compiled.table, &c, &answer);
		fine = as_expected(&c, &answer);
		describe(&answer, got, sizeof(got));
	}
	++*t->n_run;
	*t->n_failed += !fine;
	if (t->tap)
		printf("%sok %zu - %s:%u %s\n", fine ? "" : "not ", *t->n_run, t->path, c.line,
		       c.name ? c.name : "case");
	if (!fine)
		failure(t, &c, got);
}

static int test_one(struct test_file *t)
{
	const struct kfg_case *c;

	if (read_cases(t) != KFG_EXIT_OK || load_policy(t) != KFG_EXIT_OK)
		return KFG_EXIT_FAILURE;
	warn_of_names(t);
	for (size_t i = 0; (c = kfg_cases_get(t->cases, i)); i++)
		run_case(t, c);
	return KFG_EXIT_OK;
}

static void print_sum(size_t n_run, size_t n_failed, size_t n_broken)
{
	enum kfg_color color = n_failed || n_broken ? KFG_COLOR_BAD : KFG_COLOR_GOOD;

	if (n_run || !n_broken)
		printf("%zu case%s, %s%zu failed%s", n_run, n_run == 1 ? "" : "s", kfg_color_begin(color), n_failed,
		       kfg_color_end(color));
	if (n_broken)
		printf("%s%s%zu file%s could not be tested%s", n_run ? "; " : "", kfg_color_begin(color), n_broken,
		       n_broken == 1 ? "" : "s", kfg_color_end(color));
	fputs("\n", stdout);
}

int kfg_cmd_test(const struct kfg_args *args)
{
	size_t n_run = 0, n_failed = 0, n_broken = 0;
	int32_t today;

	if (kfg_option_day(args, "test", &today) < 0)
		return KFG_EXIT_FAILURE;
	for (size_t i = 0; i < args->n_words; i++) {
		_cleanup_(test_file_done) struct test_file t = {
			.path = args->words[i],
			.args = args,
			.today = today,
			.tap = kfg_args_has(args, "tap"),
			.n_run = &n_run,
			.n_failed = &n_failed,
		};

		n_broken += test_one(&t) != KFG_EXIT_OK;
	}
	if (kfg_args_has(args, "tap"))
		printf("1..%zu\n", n_run);
	else
		print_sum(n_run, n_failed, n_broken);
	return n_failed || n_broken ? KFG_EXIT_FAILURE : KFG_EXIT_OK;
}
