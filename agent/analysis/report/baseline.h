/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * baseline.h - findings that are known, and do not count again. A baseline is a table of CSV (RFC 4180) whose first row
 * names the columns; those that a report in CSV has beside these are not looked at, so that one is a baseline:
 *   object, kernel, name   what it is about, each a name or a pattern (fnmatch(3)); a column that is not there, any
 *   state                  warned, unchecked, refused or fails: what is worse is new; not there: any
 *   until                  the last day on which it holds, like 2027-01-31; "" or not there: for ever
 *   note                   why, for people; must be given where until is
 */
#pragma once

#include "analysis/report/report.h"

struct kfg_baseline;

struct kfg_baseline_error {
	unsigned line; /* 0: of the file as a whole */
	char text[160];
};

/* today: entries that ended before it do not hold. -EBADMSG with *ret_error, -ENOMEM. */
int kfg_baseline_parse(const char *text, size_t size, int32_t today, struct kfg_baseline **ret_baseline,
		       struct kfg_baseline_error *ret_error);
void kfg_baseline_free(struct kfg_baseline *baseline); /* accepts NULL */

/* Whether a finding is known. kernel, name: "" if it has none. Texts are compared as reports print them. */
bool kfg_baseline_covers(const struct kfg_baseline *baseline, enum kfg_report_state state, const char *object,
			 const char *kernel, const char *name);

/* Calls fn for each entry that did not end, and covered nothing of what was asked. */
void kfg_baseline_unused(const struct kfg_baseline *baseline, void (*fn)(void *arg, unsigned line), void *arg);
/* Calls fn for each entry that ended; day: its last one. */
void kfg_baseline_ended(const struct kfg_baseline *baseline, void (*fn)(void *arg, unsigned line, int32_t day),
			void *arg);
