/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attempts.h - which refusals of the guard get a record: the first of a process and kind within a window, and only so
 * many in all, whoever tries how often; but the first of each kind always. What is left out is counted with the next
 * one that is told.
 */
#pragma once

#include <kfgate/guard.h>
#include <stdbool.h>
#include <stdint.h>

#define KFG_ATTEMPTS_WINDOW_NS (10ull * 1000 * 1000 * 1000)
#define KFG_ATTEMPTS_MAX 32u /* records in a window, and one more of each kind that had none */

struct kfg_attempts;

int kfg_attempts_new(struct kfg_attempts **ret_attempts); /* -ENOMEM */
void kfg_attempts_free(struct kfg_attempts *attempts); /* accepts NULL */

/* True: to be recorded, with the number that was suppressed since the last one. Time is the attempts' own. */
bool kfg_attempts_are_recorded(struct kfg_attempts *attempts, const struct kfg_attempt *attempt,
			       uint64_t *ret_suppressed);
