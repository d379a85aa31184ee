/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attempt_record.h - the record of something that the guard refused. Pure. */
#pragma once

#include "record/policy_names.h"
#include "record/record.h"
#include <kfgate/guard.h>

/* The word of a kind, as in KFGATE_ATTEMPT; "unknown" for a number that is none. */
const char *kfg_attempt_record_word(unsigned kind);

/*
 * suppressed: refusals that got no record since the last one that did. policy may be NULL. Returns 0, -ENOMEM,
 * -E2BIG.
 */
int kfg_attempt_record(const struct kfg_attempt *attempt, uint64_t suppressed, const struct kfg_policy_names *policy,
		       struct kfg_record **ret_record);
