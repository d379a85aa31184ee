/* SPDX-License-Identifier: GPL-2.0-or-later */
/* notice.h - records about the gate itself. Pure; each returns 0 and a record, or -ENOMEM. */
#pragma once

#include "record/policy_names.h"
#include "record/record.h"
#include <kfgate/abi.h>
#include <stdint.h>

int kfg_notice_dropped(uint64_t n, struct kfg_record **ret_record);
int kfg_notice_lost(uint64_t n, uint64_t total, struct kfg_record **ret_record);
int kfg_notice_started(const struct kfg_policy_names *policy, bool stage1, const char *kernel_release,
		       struct kfg_record **ret_record);
/* What was missed in that time, CLOCK_REALTIME (since_usec 0: not known), and with all that was told before. */
struct kfg_notice_missed {
	struct kfg_missed fresh, total;
	uint64_t since_usec, until_usec;
};
int kfg_notice_missed(const struct kfg_notice_missed *missed, const struct kfg_policy_names *policy,
		      struct kfg_record **ret_record);
int kfg_notice_stopped(const struct kfg_policy_names *policy, struct kfg_record **ret_record);
/* The agent leaves, the gate stays: as it is sealed, or because of on-stop */
/* why: a clause, "the policy says on-stop: keep" */
int kfg_notice_kept(const struct kfg_policy_names *policy, const char *why, struct kfg_record **ret_record);
/* on-failure: closed; older: a gate that was there before stays as it is, else one that refuses all kfuncs is put up */
int kfg_notice_closed(bool older, struct kfg_record **ret_record);
int kfg_notice_policy_loaded(const struct kfg_policy_names *policy, uint64_t generation, size_t n_files,
			     struct kfg_record **ret_record);
/* running: the policy that stays in force, may be NULL; why: findings, one per line */
int kfg_notice_policy_rejected(const char *why, const struct kfg_policy_names *running, struct kfg_record **ret_record);
/* policy->lifecycle is older on that day than the policy wants. */
int kfg_notice_lifecycle_old(const struct kfg_policy_names *policy, int32_t today, struct kfg_record **ret_record);
int kfg_notice_unproven(const char *why, struct kfg_record **ret_record);
/* A program of others that was there before the gate and can answer for a function that a verdict depends on. */
int kfg_notice_override(const struct kfg_override *override, const struct kfg_policy_names *policy,
			struct kfg_record **ret_record);
int kfg_notice_swept(uint64_t seen, uint64_t failed, struct kfg_record **ret_record);
