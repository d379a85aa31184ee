/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_explain.c - kfgate explain: a log of a failed load, explained. */
#include "base/exit_code.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/kernels.h"
#include "config/lifecycle.h"
#include "config/load.h"
#include "analysis/explain/report.h"
#include "cli/option.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define RELEASE_MAX 65 /* bytes of a release, struct utsname */

/* 128 findings, each with some strings of a policy */
#define OUTPUT_MAX (16u * 1024 * 1024)

KFG_DEFINE_CLEANUP(struct kfg_vlog *, kfg_vlog_free)

/*
 * Lifecycle data make explanations better, and are not what makes them: without the system's files there
 * is a warning, without those that were asked for an error.
 */
static int load_lifecycle(const char *path, struct kfg_loaded *ret_loaded)
{
	const char *from = path ? path : KFG_LIFECYCLE_DIR;
	int r = kfg_lifecycle_load(from, ret_loaded);

	if (r == 0)
		return 0;
	if (r == -EBADMSG)
		kfg_log(path ? LOG_ERR : LOG_WARNING, "explain: %s: %s", from,
			ret_loaded->diags.n ? ret_loaded->diags.items[0].text : "not usable");
	else
		kfg_log(path ? LOG_ERR : LOG_WARNING, "explain: %s: %s", from, strerror(-r));
	if (!path)
		kfg_log_warning("explain: going on without lifecycle data");
	return path ? r : 0;
}

/* Passes everything on, byte for byte, and reads it on its way. */
static int copy_log(int fd, const char *name, struct kfg_vlog *vlog, bool pass)
{
	char buf[64 * 1024], last = '\n';
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return kfg_log_errno(-errno, "explain: %s: %m", name);
		kfg_vlog_feed(vlog, buf, (size_t)n);
		last = buf[n - 1];
		if (pass && (fwrite(buf, 1, (size_t)n, stdout) != (size_t)n || fflush(stdout) != 0))
			return kfg_log_errno(-errno, "explain: standard output: %m");
	}
	kfg_vlog_end(vlog);
	if (pass && last != '\n')
		putchar('\n');
	return 0;
}

static int report(const struct kfg_vlog *vlog, const struct kfg_advice_input *input, bool json, bool quiet)
{
	_cleanup_strbuf_ struct kfg_strbuf out = KFG_STRBUF(OUTPUT_MAX);
	int r = json ? kfg_explain_json(vlog, input, &out) : kfg_explain_text(vlog, input, &out);

	if (r < 0)
		return kfg_log_errno(r, "explain: %m");
	if (!json && !quiet && out.size)
		putchar('\n');
	if (fputs(kfg_strbuf_text(&out), stdout) < 0 || fflush(stdout) != 0)
		return kfg_log_errno(-errno, "explain: standard output: %m");
	return 0;
}

static int exit_code(const struct kfg_vlog *vlog)
{
	size_t n;
	const struct kfg_vlog_finding *f = kfg_vlog_findings(vlog, &n);

	for (size_t i = 0; i < n; i++)
		if (f[i].kind != KFG_VLOG_UNCLEAR)
			return KFG_EXIT_REFUSED;
	return n ? KFG_EXIT_UNCHECKED : KFG_EXIT_OK;
}

static const char *const formats[] = { "text", "json" };

static int explain(int fd, const char *name, const struct kfg_args *args, const struct kfg_advice_input *input)
{
	_cleanup_(kfg_vlog_free_cleanup) struct kfg_vlog *vlog = NULL;
	bool json = strcmp(kfg_args_value(args, "format", formats[0]), formats[1]) == 0;
	bool quiet = kfg_args_has(args, "quiet");
	int r = kfg_vlog_new(&vlog);

	if (r < 0) {
		kfg_log_errno(r, "explain: %m");
		return KFG_EXIT_FAILURE;
	}
	if (copy_log(fd, name, vlog, !json && !quiet) < 0 || report(vlog, input, json, quiet) < 0)
		return KFG_EXIT_FAILURE;
	return exit_code(vlog);
}

int kfg_cmd_explain(const struct kfg_args *args)
{
	const char *name = args->n_words ? args->words[0] : "-";
	const char *kernel = kfg_args_value(args, "kernel", NULL);
	char release[RELEASE_MAX] = "";
	_cleanup_close_ int file = KFG_NO_FD;
	struct kfg_loaded lifecycle = { 0 };
	int code = KFG_EXIT_FAILURE;

	if (kfg_option_word(args, "explain", "format", formats, 2) < 0)
		return KFG_EXIT_FAILURE;
	if (kernel && kfg_kernels_release(args, kernel, "explain", release, sizeof(release)) < 0)
		return KFG_EXIT_FAILURE;
	if (strcmp(name, "-") != 0) {
		file = open(name, O_RDONLY | O_CLOEXEC);
		if (file < 0) {
			kfg_log_errno(-errno, "explain: %s: %m", name);
			return KFG_EXIT_FAILURE;
		}
	}
	if (load_lifecycle(kfg_args_value(args, "lifecycle", NULL), &lifecycle) == 0) {
		const struct kfg_advice_input input = { .policy = lifecycle.policy, .kernel = kernel ? release : NULL };

		code = explain(file >= 0 ? file : STDIN_FILENO, file >= 0 ? name : "standard input", args, &input);
	}
	kfg_loaded_done(&lifecycle);
	return code;
}
