/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * status.h - the state of a running agent as one report, and its two renderings. Nothing here is
 * owned.
 */
#pragma once

#include "base/strbuf.h"
#include "gate/control/left.h"
#include "gate/status/tally.h"
#include <kfgate/abi.h>
#include <kfgate/guard.h>
#include "policy/policy.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KFG_STATUS_DEADLINES 5u

struct kfg_status_deadline {
	const char *kfunc, *module; /* module NULL: any */
	const char *replacement; /* may be NULL */
	int32_t day;
	uint64_t hits; /* kfuncs of loads and of present programs that it was about */
};

/* Kfuncs of loads, and of programs that were there before the policy, about which a part of the policy decided. */
struct kfg_status_part {
	const char *kind; /* "unlisted", "rule", "waiver", "deprecation" */
	const char *name, *module; /* may be NULL */
	uint64_t loads, present;
	uint64_t last_usec, since_usec; /* CLOCK_REALTIME; 0: never */
};

struct kfg_status_attempts {
	const char *kind; /* the word of KFGATE_ATTEMPT; NULL: there is no guard */
	uint64_t n;
};

struct kfg_status_hook {
	bool supported; /* this kernel has it */
	bool proven;
	const char *why; /* not proven; "" otherwise */
};

struct kfg_status {
	uint32_t pid;
	uint64_t uptime_sec;
	const char *version;
	const char *kernel_release;
	enum kfg_mode mode;
	enum kfg_present present;
	const char *policy;
	int64_t serial;
	const char *digest;
	uint64_t generation;
	uint64_t loaded_usec; /* CLOCK_REALTIME, of the policy */
	size_t n_rules, n_deprecations, n_waivers;
	const char *const *files;
	size_t n_files;
	struct kfg_status_hook hooks[2]; /* stage 1, stage 2 */
	uint64_t proven_usec; /* CLOCK_REALTIME of the last proof; 0: never */
	struct kfg_stats kernel;
	uint64_t records_written, records_dropped, records_failed;
	uint64_t recorded, unrecorded, canaries, duplicates, malformed; /* events, each once */
	uint64_t undelivered; /* events that became no record, of all agents */
	uint64_t sweep_seen, sweep_failed;
	uint64_t overrides; /* programs there before the gate that can answer in its place */
	const char *without_lsm; /* BPF LSM does not call the gate: what the policy says about that, or NULL: it does */
	bool may_preempt; /* the kernel may preempt, and leave out of a load what BPF LSM does not call */
	struct kfg_missed missed; /* loads, since there is a gate */
	bool guarded; /* against removal */
	bool strict; /* ... against the service manager, too */
	uint64_t attempts; /* refused by the guard */
	uint64_t listings; /* of all objects, which left ours out */
	uint64_t guard_missed; /* calls that the kernel left the guard out of, where BPF LSM does not call it */
	struct kfg_status_attempts attempts_by_kind[KFG_ATTEMPT_MAX]; /* both */
	const struct kfg_tally *tally; /* of what was recorded; NULL: unknown */
	struct kfg_lifecycle_info lifecycle; /* the oldest data; file NULL: none */
	int32_t today; /* days since 1970-01-01 UTC */
	struct kfg_status_deadline deadlines[KFG_STATUS_DEADLINES]; /* nearest first */
	size_t n_deadlines;
	/* How often each part of the policy decided: what no rule matched, rules, waivers, deprecations. 0: unknown */
	const struct kfg_status_part *parts;
	size_t n_parts;
	size_t n_expired; /* deprecations whose deadline has passed */
	const char *rejected; /* why the last reload was not taken, or NULL */
};

void kfg_status_text(const struct kfg_status *status, struct kfg_strbuf *out);
void kfg_status_json(const struct kfg_status *status, struct kfg_strbuf *out);
void kfg_status_metrics(const struct kfg_status *status, struct kfg_strbuf *out);

/*
 * One line for each part of the policy, from number `from` on, with tabs between: kind, name, hits of loads, of present
 * programs, the last one, and since when it is counted. As many as there is room for; then "more" and the next number.
 */
void kfg_status_parts(const struct kfg_status *status, size_t from, struct kfg_strbuf *out);
/* Its name, "name [module]" for a deprecation of a module's; "" for what no rule matched. */
void kfg_status_part_name(const struct kfg_status_part *part, struct kfg_strbuf *out);
/* Of the rules: how many decided anything. */
size_t kfg_status_rules_used(const struct kfg_status *status);

/* A host on which no agent answers. */
struct kfg_status_left {
	bool in_force; /* a gate is attached all the same */
	bool switched_off; /* kfgate=off is on the kernel command line */
	bool no_lsm; /* bpf is not among the active security modules */
	struct kfg_left left; /* as the last agent left it; all zero: not known */
};

void kfg_status_left_text(const struct kfg_status_left *status, struct kfg_strbuf *out);
void kfg_status_left_json(const struct kfg_status_left *status, struct kfg_strbuf *out);
void kfg_status_left_metrics(const struct kfg_status_left *status, struct kfg_strbuf *out);

/* Whether every hook that the kernel has was proven. */
bool kfg_status_proven(const struct kfg_status *status);
