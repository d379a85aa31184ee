/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report.h - what the records of many loads amount to, as a document (render/document.h). */
#pragma once

#include "history/read.h"
#include "render/document.h"
#include "history/rule_counts.h"
#include "history/usage.h"
#include "policy/policy.h"
#include "policy/table.h"

struct kfg_history_report_input {
	const struct kfg_usage *usage;
	const struct kfg_history_stats *stats;
	const struct kfg_policy *policy; /* to say which rules and waivers never matched; NULL: not said */
	const struct kfg_table *table; /* of the policy */
	const struct kfg_rule_counts *counts; /* NULL: no host's were read */
	uint64_t since_usec, until_usec; /* as asked for: 0 and UINT64_MAX where not */
	int32_t today; /* days since 1970-01-01 UTC */
	size_t rows_max; /* rows of a section; others are counted */
};

/* Fills an empty document. 0 or -ENOMEM; to be freed with kfg_document_done() in any case. */
int kfg_history_report_build(const struct kfg_history_report_input *input, struct kfg_document *doc);

#define KFG_HISTORY_REPORT_WAIVER_SOON 30 /* days before a waiver's end from which on it is told */
