/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report_text.h - words and sentences that the renderings for people share. */
#pragma once

#include "analysis/report/report.h"

#define KFG_REPORT_CLEAN_MAX 2048u

/* Untrusted text made fit for a terminal (base/text.h); returns buf. NULL reads as "". */
const char *kfg_report_clean(const char *text, char buf[static KFG_REPORT_CLEAN_MAX]);

/* "name" or "name [module]" of the first kernel that has it in a module; cleaned. */
const char *kfg_report_use_name(const struct kfg_report *report, const struct kfg_report_use *use,
				char buf[static KFG_REPORT_CLEAN_MAX]);

/* "weak, guarded" "strong" "struct_ops map X" */
const char *kfg_report_use_kind(const struct kfg_report_use *use, char buf[static KFG_REPORT_CLEAN_MAX]);

/* "kfuncs.bpf.c:12 in prog (xdp)"; cleaned. */
const char *kfg_report_call_site_text(const struct kfg_report_call_site *site, char buf[static KFG_REPORT_CLEAN_MAX]);

/* Why a cell is as it is: "missing, does not load: ...", "policy: refuse, rule x"; cleaned; "" if all is well. */
const char *kfg_report_cell_text(const struct kfg_report *report, const struct kfg_report_cell *cell,
				 char buf[static KFG_REPORT_CLEAN_MAX]);

/* "deprecated in 6.18, removed in 7.3; use X (since 6.17)"; cleaned; "" if nothing is known. */
const char *kfg_report_advice(const struct kfg_report_use *use, char buf[static KFG_REPORT_CLEAN_MAX]);

/*
 * Kernels from `from` on that have the same text as it, as "1,3-5" (numbers from 1). Marks them in done[].
 */
typedef const char *kfg_report_text_fn(const struct kfg_report *report, const void *subject, size_t kernel,
				       char buf[static KFG_REPORT_CLEAN_MAX]);
struct kfg_report_group {
	char kernels[200];
	char text[KFG_REPORT_CLEAN_MAX];
};
/* The next group of kernels with the same text; false: no more. *next starts at 0; texts "" are left out. */
bool kfg_report_group(const struct kfg_report *report, kfg_report_text_fn *text_of, const void *subject, size_t *next,
		      struct kfg_report_group *ret_group);

/* Texts of an object's compatibility, and of a use, on a kernel, for kfg_report_group(). */
kfg_report_text_fn kfg_report_compat_of, kfg_report_cell_of;

/* "policy web-fleet, serial 14, as of 2026-11-21 (from FILE)" */
void kfg_report_policy_line(const struct kfg_report *report, struct kfg_strbuf *out);
/* "3 objects: 1 fails, 1 refused, 1 ok; 2 files could not be checked" */
void kfg_report_summary_line(const struct kfg_report *report, struct kfg_strbuf *out);
