/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_diff_policy.c - kfgate diff-policy: recorded loads that another policy would decide otherwise. */
#include "base/exit_code.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/records.h"
#include "cli/document_output.h"
#include "history/diff.h"
#include "cli/option.h"

#define ALL_ROWS 2000u

static int diff(const struct kfg_args *args, const struct kfg_history_source *source,
		const struct kfg_compiled sides[static 2])
{
	_cleanup_(kfg_usage_done) struct kfg_usage usage;
	_cleanup_(kfg_document_done) struct kfg_document doc = { 0 };
	struct kfg_diff_input input = { .usage = &usage, .rows_max = ALL_ROWS };
	struct kfg_history_stats stats;
	uint64_t changed;
	int code, r;

	kfg_usage_init(&usage);
	for (size_t i = 0; i < 2; i++)
		input.sides[i] = (struct kfg_diff_side){ sides[i].loaded.policy, sides[i].table };
	code = kfg_option_day(args, "diff-policy", &input.today) < 0 ? KFG_EXIT_FAILURE : KFG_EXIT_OK;
	if (code == KFG_EXIT_OK)
		code = kfg_records_read(source, "diff-policy", &usage, &stats);
	if (code != KFG_EXIT_OK)
		return code;
	r = kfg_diff_build(&input, &doc, &changed);
	if (r < 0) {
		kfg_log_errno(r, "diff-policy: %m");
		return KFG_EXIT_FAILURE;
	}
	if (kfg_document_output(args, "diff-policy", &doc) != KFG_EXIT_OK)
		return KFG_EXIT_FAILURE;
	return changed ? KFG_EXIT_WARNINGS : KFG_EXIT_OK;
}

int kfg_cmd_diff_policy(const struct kfg_args *args)
{
	struct kfg_compiled sides[2] = { 0 };
	const char *paths[KFG_ARGS_MAX];
	struct kfg_history_source source;
	enum kfg_document_format format;
	int code = kfg_document_format_parse(args, "diff-policy", &format);

	if (code == KFG_EXIT_OK)
		code = kfg_records_parse(args, "diff-policy", paths, &source);
	for (size_t i = 0; i < 2 && code == KFG_EXIT_OK; i++)
		code = kfg_compiled_load((const char *const[]){ args->words[i] }, 1, "diff-policy", &sides[i]);
	if (code == KFG_EXIT_OK)
		code = diff(args, &source, sides);
	kfg_compiled_done(&sides[0]);
	kfg_compiled_done(&sides[1]);
	return code;
}
