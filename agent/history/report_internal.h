/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report_internal.h - between the files that make sections of a report. */
#pragma once

#include "history/report.h"

/* report_day.c */

/* The day of a time in seconds, UTC; returns buf. */
const char *kfg_history_report_day(uint32_t seconds, char buf[static KFG_DAY_TEXT]);
/* Two cells: the day, and days left until it; KFG_DAY_MAX leaves them empty. */
void kfg_history_report_deadline(struct kfg_document *doc, struct kfg_document_cell *cells, int32_t day, int32_t today);

/* report_time.c, report_tampering.c, report_policy.c: sections */

void kfg_history_report_timeline(const struct kfg_history_report_input *in, struct kfg_document *doc);
void kfg_history_report_tampering(const struct kfg_history_report_input *in, struct kfg_document *doc);
void kfg_history_report_waivers(const struct kfg_history_report_input *in, struct kfg_document *doc);
void kfg_history_report_rules(const struct kfg_history_report_input *in, struct kfg_document *doc);
void kfg_history_report_hosts(const struct kfg_history_report_input *in, struct kfg_document *doc);
