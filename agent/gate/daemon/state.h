/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state.h - all state of the running agent, for the files of this room.
 *
 * Prefixes: kfg_in_force, kfg_candidate, kfg_refusals.
 */
#pragma once

#include "base/strbuf.h"
#include "config/load.h"
#include "gate/control/server.h"
#include "gate/daemon/daemon.h"
#include "gate/daemon/notify.h"
#include "gate/enforce/gate.h"
#include "gate/enforce/guard.h"
#include "gate/events/attempts.h"
#include "gate/events/dedup.h"
#include "gate/status/tally.h"
#include "record/outbox.h"
#include "record/policy_names.h"
#include <stdatomic.h>
#include <stdint.h>
#include <sys/utsname.h>
#include <systemd/sd-event.h>

/* Kfuncs whose live calls a policy refuses to who is in no rule; modes apart. All zero: none. */
struct kfg_refusals {
	char **kfuncs; /* owned; as in struct kfg_gate_kernel, sorted */
	size_t n;
};

/* A policy that is or was in force; all zero: none. */
struct kfg_in_force {
	struct kfg_policy_names *names; /* owned */
	struct kfg_policy_files *files; /* owned; paths only */
	const char **exes; /* owned; executables that it names */
	size_t n_exes;
	struct kfg_refusals refusals; /* owned; of the kernel's kfuncs */
	uint64_t generation;
	uint64_t inherited; /* generation of an older agent's table of the same policy, 0: none */
	uint64_t since_usec; /* CLOCK_REALTIME */
};

/* files.c: what tells that the files of exes may have changed */
struct kfg_daemon_file_watch {
	sd_event_source **directories; /* owned */
	size_t n;
	sd_event_source *mounts, *again;
};

struct kfg_daemon {
	const struct kfg_daemon_config *config;
	sd_event *event;
	struct kfg_notifier *notifier; /* owned */
	struct kfg_gate *gate; /* owned; what it put into force stays without it */
	bool in_force; /* it is this agent's gate that decides */
	enum kfg_hooking hooking; /* how this kernel calls the gate */
	bool may_preempt; /* it may leave programs out that are called otherwise than by BPF LSM */
	sd_event_source *more_source, *room_source; /* of the ring: more is there; it can be read again */
	sd_event_source *ring_source, *clock_source, *retire_source, *guard_source;
	struct kfg_guard *guard; /* owned; NULL: the gate is not guarded */
	struct kfg_attempts *attempts, *listings; /* with the guard */
	struct kfg_control_server *control;
	int json_fd; /* standard output; not owned */
	bool journal; /* records go to the journal */
	struct kfg_outbox *outbox;
	struct kfg_gate_receipts receipts; /* of the gate's events; used by the outbox's thread */
	atomic_bool lost_queued; /* a record about lost events is on its way; cleared by the outbox's thread */
	sd_event_source *missed_source; /* where BPF LSM does not call the gate: looks what it was left out of */
	struct kfg_missed missed; /* as of the last look */
	uint64_t guard_missed; /* of the guard; the same */
	uint64_t missed_looked_usec; /* CLOCK_REALTIME of the last look that was told, or found nothing; 0: none */
	atomic_bool missed_queued; /* as lost_queued */
	struct kfg_dedup *dedup;
	struct kfg_in_force current, previous;
	struct kfg_in_force kept[KFG_TABLES_MAX]; /* sealed ones before the current: they are in force, too */
	size_t n_kept;
	struct kfg_table_header inherited; /* of the table that an older agent left in force; all zero: none */
	uint64_t generation; /* the last one given to a table, published or not */
	struct kfg_gate_kernel kernel; /* what it says, between the two halves of a candidate; else empty */
	int kernel_error; /* why it could not be asked, 0: it was */
	char *rejected; /* owned; why the last reload was not taken, or NULL */
	char failure[160]; /* why this agent's gate does not come into force; "": the last error in the log says it */
	struct kfg_proof proof;
	uint64_t proven_usec; /* CLOCK_REALTIME of the last proof, 0: none */
	uint64_t sweep_seen, sweep_failed;
	uint64_t overrides; /* programs there before the gate that can answer in its place */
	struct kfg_daemon_file_watch files;
	/* what became of the events that were read: each is counted once */
	uint64_t recorded, unrecorded, canaries, duplicates, malformed;
	struct kfg_tally tally; /* of the recorded */
	uint64_t started_usec; /* CLOCK_BOOTTIME */
	struct utsname uts;
};

/* Frees what it owns; all zero afterwards. */
void kfg_in_force_done(struct kfg_in_force *policy);

/*
 * candidate.c: reads, checks and compiles the configured policy. Failures are described in why,
 * line by line. -EOPNOTSUPP: it cannot be in force on this host, by what it says itself.
 */
struct kfg_candidate {
	struct kfg_in_force policy; /* owned */
	struct kfg_table *table; /* owned */
};
int kfg_candidate_build(struct kfg_daemon *d, struct kfg_candidate *ret_candidate, struct kfg_strbuf *why);
/* The two halves of it: the first needs no gate; the second takes the files over from what was read. */
int kfg_candidate_read(struct kfg_daemon *d, struct kfg_loaded *ret_loaded, struct kfg_strbuf *why);
int kfg_candidate_make(struct kfg_daemon *d, struct kfg_loaded *loaded, struct kfg_candidate *ret_candidate,
		       struct kfg_strbuf *why);
void kfg_candidate_done(struct kfg_candidate *candidate);

/* The policy that refuses every kfunc; -ENOMEM. */
int kfg_candidate_closed(struct kfg_daemon *d, struct kfg_candidate *ret_candidate);

/* difference.c: asks the table about each kfunc of the kernel. -ENOMEM. */
int kfg_refusals_make(const struct kfg_table *table, const struct kfg_gate_kernel *kernel,
		      struct kfg_refusals *ret_refusals);
void kfg_refusals_done(struct kfg_refusals *refusals);
/* In lines, what a policy would refuse less than the one before, and what more; none where there is nothing to say. */
void kfg_daemon_say_weaker(const struct kfg_in_force *old, const struct kfg_in_force *new, struct kfg_strbuf *out);
void kfg_daemon_say_stricter(const struct kfg_in_force *old, const struct kfg_in_force *new, struct kfg_strbuf *out);

/* start.c: everything up to a gate that decides; returns an enum kfg_exit, and has told why not. */
int kfg_daemon_start(struct kfg_daemon *d);
/* sources.c: what the event loop waits for, once there is a gate; reports what goes wrong. Negative errno. */
int kfg_daemon_add_sources(struct kfg_daemon *d);
/* Waits for none of it any more; also where it was never added. */
void kfg_daemon_drop_sources(struct kfg_daemon *d);

/*
 * drain.c: all events that are there, to records; then what was lost since the last time. What has no room in the
 * outbox stays in the ring until there is some, and every event until its record was delivered. Returns 1 if the ring
 * holds more that was not read, 0 if not, or a negative errno.
 */
int kfg_daemon_drain(struct kfg_daemon *d);
/*
 * missed.c: where BPF LSM does not call the gate: looks each second what it was left out of, tells it, and sweeps.
 * Negative errno. The second looks once, now.
 */
int kfg_daemon_missed_watch(struct kfg_daemon *d);
void kfg_daemon_missed_look(struct kfg_daemon *d);
/* When a gate was opened and nothing was read yet. */
void kfg_daemon_drain_begin(struct kfg_daemon *d);
/*
 * Queues the record that a call just built (built: its result) and takes it over; logs that it
 * could not be built. Negative errno: there will be no record.
 */
int kfg_daemon_queue_record(struct kfg_daemon *d, int built, struct kfg_record **record);

/* Whether records and what is logged are entries of one journal: what a record says is not logged beside it then. */
bool kfg_daemon_records_suffice(const struct kfg_daemon *d);
/* Logs the lines of a text of which a record has the first one. */
void kfg_daemon_log_beside(const struct kfg_daemon *d, int level, const char *text);

/*
 * files.c: tells the gate which files the exes of a policy that is to come into force are, besides
 * those that it knows.
 */
int kfg_daemon_files_add(struct kfg_daemon *d, const struct kfg_in_force *policy);
/*
 * Looks which files the exes of the policy in force are, and watches for changes. A failure is
 * logged: what the gate was told before stays.
 */
void kfg_daemon_files_refresh(struct kfg_daemon *d);
/* The same soon. */
void kfg_daemon_files_look_again(struct kfg_daemon *d);
void kfg_daemon_files_done(struct kfg_daemon *d);

/*
 * reload.c: puts a candidate into force (taking it over), proves and sweeps. Negative errno: the old
 * one stays.
 */
int kfg_daemon_swap(struct kfg_daemon *d, struct kfg_candidate *candidate, struct kfg_strbuf *why);
/* Canary loads; -ENOTRECOVERABLE: not seen to be decided, and told. */
int kfg_daemon_prove(struct kfg_daemon *d);
/* Looks at every program there is and tells; a failure is logged. */
void kfg_daemon_sweep(struct kfg_daemon *d);
/* A whole reload with its notifications. Text for whoever asked goes to reply. */
int kfg_daemon_reload(struct kfg_daemon *d, bool force, struct kfg_strbuf *reply);
/* Whether a reload would take the policy files as they are now, into reply. Negative errno: not. Changes nothing. */
int kfg_daemon_reload_check(struct kfg_daemon *d, bool force, struct kfg_strbuf *reply);

/*
 * guarding.c: guards the gate against removal where the policy wants it, and what a new policy is made of; a failure is
 * logged, and the gate decides without. Done: what is pinned stays.
 */
void kfg_daemon_guarding_apply(struct kfg_daemon *d);
/* What is left to do when the work of a start or a reload is done, and its memory given back. */
void kfg_daemon_guarding_settle(struct kfg_daemon *d);
/*
 * The same before an older gate is taken over from, if that is guarded. Negative errno: this one would be guarded less,
 * and is not to take over; *ret_why (static) says why.
 */
int kfg_daemon_guarding_succeed(struct kfg_daemon *d, const char **ret_why);
void kfg_daemon_guarding_done(struct kfg_daemon *d);
/* A refusal becomes a record, or is counted in the next one's; not without a guard. */
void kfg_daemon_guarding_report(struct kfg_daemon *d, const struct kfg_attempt *attempt);

/* orders.c: signals, in the event loop. Negative errno. */
int kfg_orders_add(struct kfg_daemon *d);

/* left_note.c: writes down what is in force, for when no agent answers; a failure is logged. */
void kfg_daemon_note(const struct kfg_daemon *d);
/* Beside that, why this agent's gate did not come into force. Returns whether one from before is in force. */
bool kfg_daemon_note_failure(const struct kfg_daemon *d, const char *why);

/* answer.c: requests of the control socket; a kfg_control_fn. */
int kfg_daemon_answer(void *userdata, const char *request, struct kfg_strbuf *reply);
