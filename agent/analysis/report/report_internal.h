/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report_internal.h - what the files that make a report share. */
#pragma once

#include "analysis/report/report.h"

/* Zeroed memory that lives as long as the report; NULL: there is none left. */
void *kfg_report_alloc(struct kfg_report *report, size_t n, size_t size);
/* A copy; NULL of NULL, and when there is no memory: *lost is set then. */
const char *kfg_report_copy(struct kfg_report *report, const char *text, bool *lost);

/* Room for one more object, with its cells of kernels; NULL: no memory. Counts once committed. */
struct kfg_report_object *kfg_report_next_object(struct kfg_report *report);
/* Works out states and reasons from cells, and counts the object in. reports: per kernel, or NULL (light skeleton). */
int kfg_report_commit_object(struct kfg_report *report, const struct kfg_compat_report *const *reports);

/* Fills in the verdict of a use on a kernel, and the use's lifecycle data. */
int kfg_report_judge_use(struct kfg_report *report, struct kfg_report_use *use, size_t kernel);
