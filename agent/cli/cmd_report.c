/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_report.c - kfgate report: what the records of many loads amount to. */
#include "base/exit_code.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/records.h"
#include "cli/document_output.h"
#include "history/report.h"
#include "cli/option.h"

#define TEXT_ROWS 30u
#define ALL_ROWS 2000u

/* Whether there is a policy in the system's directories. */
static bool system_has_policy(void)
{
	_cleanup_(kfg_policy_files_free_cleanup) struct kfg_policy_files *files = NULL;
	size_t n = 0;

	if (kfg_policy_files_new(&files) < 0 ||
	    kfg_policy_files_add_dirs(files, kfg_policy_files_dirs, KFG_POLICY_N_DIRS) < 0)
		return true; /* loading it says what is wrong */
	kfg_policy_files_sources(files, &n);
	return n;
}

/* The policy to compare with: as given, or the system's where there is one. */
static int load_policy(const struct kfg_args *args, struct kfg_compiled *ret_compiled)
{
	const char *paths[KFG_ARGS_MAX];
	size_t n = kfg_args_values(args, "policy", paths, KFG_ARGS_MAX);

	if (!n && !system_has_policy())
		return KFG_EXIT_OK;
	return kfg_compiled_load(paths, n, "report", ret_compiled);
}

static int report(const struct kfg_args *args, const struct kfg_history_source *source,
		  const struct kfg_compiled *compiled, const struct kfg_rule_counts *counts,
		  enum kfg_document_format format)
{
	_cleanup_(kfg_usage_done) struct kfg_usage usage;
	_cleanup_(kfg_document_done) struct kfg_document doc = { 0 };
	struct kfg_history_stats stats;
	struct kfg_history_report_input input = {
		.usage = &usage,
		.stats = &stats,
		.policy = compiled->loaded.policy,
		.table = compiled->table,
		.counts = counts->n_hosts ? counts : NULL,
		.rows_max = format == KFG_DOCUMENT_FORMAT_TEXT ? TEXT_ROWS : ALL_ROWS,
	};
	int code, r;

	kfg_usage_init(&usage);
	code = kfg_option_day(args, "report", &input.today) < 0 ? KFG_EXIT_FAILURE : KFG_EXIT_OK;
	if (code == KFG_EXIT_OK)
		code = kfg_records_read(source, "report", &usage, &stats);
	if (code != KFG_EXIT_OK)
		return code;
	r = kfg_history_report_build(&input, &doc);
	if (r < 0) {
		kfg_log_errno(r, "report: %m");
		return KFG_EXIT_FAILURE;
	}
	code = kfg_document_output(args, "report", &doc);
	/* what could not be looked at is missing in it */
	return code == KFG_EXIT_OK && stats.n_unreadable ? KFG_EXIT_UNCHECKED : code;
}

int kfg_cmd_report(const struct kfg_args *args)
{
	_cleanup_(kfg_compiled_done) struct kfg_compiled compiled = { 0 };
	_cleanup_(kfg_rule_counts_done) struct kfg_rule_counts counts = { 0 };
	const char *paths[KFG_ARGS_MAX];
	struct kfg_history_source source;
	enum kfg_document_format format;

	if (kfg_document_format_parse(args, "report", &format) != KFG_EXIT_OK ||
	    kfg_records_parse(args, "report", paths, &source) != KFG_EXIT_OK ||
	    load_policy(args, &compiled) != KFG_EXIT_OK ||
	    kfg_records_rule_counts(args, "report", &counts) != KFG_EXIT_OK)
		return KFG_EXIT_FAILURE;
	return report(args, &source, &compiled, &counts, format);
}
