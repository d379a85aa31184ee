/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * records.h - the options by which verbs choose the records they look at, and the policy they hold them against.
 *
 * Prefix: kfg_compiled.
 */
#pragma once

#include "base/strbuf.h"
#include "base/args.h"
#include "config/load.h"
#include "history/read.h"
#include "history/rule_counts.h"
#include "history/usage.h"
#include "policy/table.h"

#define KFG_RECORDS_OPTIONS                                                                                            \
	{ "since", "TIME", "look at records from TIME on: 2026-11-01, yesterday, -7d, ...", false },                   \
		{ "until", "TIME", "look at records up to TIME", false },                                              \
		{ "directory", "DIR", "read the journals and JSON lines in DIR, not the host's", true },               \
		{ "file", "FILE", "read FILE: a journal, or JSON lines (-: standard input)", true },                   \
		{ "unit", "UNIT", "only records of root's processes in UNIT are the gate's (kfgate.service)", false }, \
	{                                                                                                              \
		"trust-pipeline", NULL, "count JSON records that do not say by trusted fields who wrote them", false   \
	}

/*
 * Fills *source from the options of verb; `paths` (KFG_ARGS_MAX) is its memory. An enum kfg_exit; what is wrong was
 * said.
 */
int kfg_records_parse(const struct kfg_args *args, const char *verb, const char **paths,
		      struct kfg_history_source *ret_source);

/* Reads all of the source into *usage, and says what could not be read. An enum kfg_exit. */
int kfg_records_read(const struct kfg_history_source *source, const char *verb, struct kfg_usage *usage,
		     struct kfg_history_stats *ret_stats);

/* Adds the counters of rules in the files of --rules. An enum kfg_exit; what is wrong was said. */
int kfg_records_rule_counts(const struct kfg_args *args, const char *verb, struct kfg_rule_counts *counts);

/* A policy, compiled. All zero is none. */
struct kfg_compiled {
	struct kfg_loaded loaded;
	struct kfg_table *table;
};

/* Loads and compiles what the paths make up, see kfg_config_load(). An enum kfg_exit; what is wrong was said. */
int kfg_compiled_load(const char *const *paths, size_t n, const char *verb, struct kfg_compiled *ret_compiled);
void kfg_compiled_done(struct kfg_compiled *compiled);

/* Writes text to the path of --output, or to standard output. An enum kfg_exit. */
int kfg_output_write(const struct kfg_args *args, const char *verb, const struct kfg_strbuf *text);
