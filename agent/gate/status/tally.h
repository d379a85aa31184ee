/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tally.h - what was recorded, counted by outcome, reason and kfunc, in memory that does not grow. */
#pragma once

#include <kfgate/abi.h>
#include <stddef.h>
#include <stdint.h>

#define KFG_TALLY_KFUNCS 64u

enum kfg_tally_outcome {
	KFG_TALLY_AUDITED,
	KFG_TALLY_WARNED,
	KFG_TALLY_WOULD_REFUSE,
	KFG_TALLY_REFUSED,
	KFG_TALLY_MAX,
};

struct kfg_tally_kfunc {
	char name[KFG_KFUNC_LEN], module[KFG_MODULE_LEN]; /* untrusted; "": all for which there was no place */
	uint64_t n[KFG_TALLY_MAX];
};

/* All zero: nothing yet. */
struct kfg_tally {
	uint64_t reasons[KFG_REASON_MAX][KFG_TALLY_MAX]; /* loads */
	struct kfg_tally_kfunc kfuncs[KFG_TALLY_KFUNCS + 1]; /* in the order in which they were met; then the rest */
	size_t n_kfuncs; /* without the rest */
};

/* As the kinds of records are called: "audited", "warned", "would-refuse", "refused". */
const char *kfg_tally_outcome_str(enum kfg_tally_outcome outcome);

/* Counts an event that was checked, if it is of a load, and those of its kfuncs that it describes. */
void kfg_tally_add(struct kfg_tally *tally, const struct kfg_event *event);
