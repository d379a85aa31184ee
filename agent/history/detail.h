/* SPDX-License-Identifier: GPL-2.0-or-later */
/* detail.h - what a KFGATE_DETAIL field says about one kfunc, read back (written by kfg_finding_kfunc_detail()). */
#pragma once

#include "history/entry.h"

/*
 * Takes text apart, in place: "NAME: ACTION, REASON ...". Strings of *ret_kfunc point into it, or are "". -EINVAL:
 * not such a text. What the loader chose (the source file) comes last and can change nothing before it.
 */
int kfg_detail_parse(char *text, struct kfg_entry_kfunc *ret_kfunc);

/* The words of records. -EINVAL: none of them. */
int kfg_detail_action_parse(const char *word, enum kfg_action *ret_action);
int kfg_detail_reason_parse(const char *word, enum kfg_reason *ret_reason);
