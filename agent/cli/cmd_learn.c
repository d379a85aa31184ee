/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_learn.c - kfgate learn: rules out of records and objects. */
#include "base/exit_code.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/learn_scan.h"
#include "cli/records.h"
#include "history/learn.h"
#include "cli/option.h"

#define OUTPUT_MAX (32u * 1024 * 1024)

/* Records are what is learned from, but if objects are, and no records are asked for. */
static bool wants_records(const struct kfg_args *args)
{
	return !kfg_args_has(args, "from-scan") || kfg_args_has(args, "since") || kfg_args_has(args, "until") ||
	       kfg_args_has(args, "directory") || kfg_args_has(args, "file");
}

static int add_scanned(void *usage, const char *kfunc, uint32_t prog_type, const char *found_in)
{
	return kfg_usage_add_scanned(usage, kfunc, prog_type, found_in);
}

static int learn(const struct kfg_args *args, const struct kfg_history_source *source,
		 const struct kfg_compiled *against, const struct kfg_rule_counts *counts)
{
	_cleanup_strbuf_ struct kfg_strbuf out = KFG_STRBUF(OUTPUT_MAX);
	_cleanup_(kfg_usage_done) struct kfg_usage usage;
	struct kfg_learn_input input = { .usage = &usage,
					 .against = against->loaded.policy,
					 .table = against->table,
					 .counts = counts->n_hosts ? counts : NULL,
					 .recorded = wants_records(args),
					 .complete = kfg_args_has(args, "complete") };
	struct kfg_learn_scan scan;
	struct kfg_history_stats stats;
	size_t n;
	int code, r;

	kfg_usage_init(&usage);
	code = kfg_option_day(args, "learn", &input.today) < 0 ? KFG_EXIT_FAILURE : KFG_EXIT_OK;
	if (code == KFG_EXIT_OK && input.recorded)
		code = kfg_records_read(source, "learn", &usage, &stats);
	if (code == KFG_EXIT_OK)
		code = kfg_learn_scan(args, add_scanned, &usage, &scan);
	if (code != KFG_EXIT_OK)
		return code;
	input.n_objects = scan.n_objects;
	input.n_problems = scan.n_problems;
	r = kfg_learn_rules(&input, &out, &n);
	if (r < 0) {
		kfg_log_errno(r, "learn: %m");
		return KFG_EXIT_FAILURE;
	}
	return kfg_output_write(args, "learn", &out);
}

int kfg_cmd_learn(const struct kfg_args *args)
{
	_cleanup_(kfg_compiled_done) struct kfg_compiled against = { 0 };
	const char *paths[KFG_ARGS_MAX], *policies[KFG_ARGS_MAX];
	size_t n = kfg_args_values(args, "against", policies, KFG_ARGS_MAX);
	_cleanup_(kfg_rule_counts_done) struct kfg_rule_counts counts = { 0 };
	struct kfg_history_source source;

	if (kfg_records_parse(args, "learn", paths, &source) != KFG_EXIT_OK ||
	    (n && kfg_compiled_load(policies, n, "learn", &against) != KFG_EXIT_OK) ||
	    kfg_records_rule_counts(args, "learn", &counts) != KFG_EXIT_OK)
		return KFG_EXIT_FAILURE;
	if (counts.n_hosts && !n) {
		kfg_log_error("learn: --rules is about the rules of --against");
		return KFG_EXIT_FAILURE;
	}
	return learn(args, &source, &against, &counts);
}
