/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reload.c - a candidate put into force, proven and swept, at a start and by a reload. */
#include "base/log.h"
#include "gate/daemon/clock.h"
#include "gate/daemon/state.h"
#include "gate/enforce/gate_btf.h"
#include "policy/verdict.h"
#include "record/notice.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

int kfg_daemon_prove(struct kfg_daemon *d)
{
	struct kfg_record *record = NULL;
	int r = kfg_gate_prove(d->gate, &d->proof);

	d->proven_usec = 0;
	if (r < 0) {
		d->proof = (struct kfg_proof){ 0 };
		snprintf(d->proof.why, sizeof(d->proof.why), "cannot load a canary: %s", strerror(-r));
	}
	if (d->proof.stage2 && (d->proof.stage1 || !kfg_gate_has_stage1(d->gate))) {
		d->proven_usec = kfg_clock_now_usec(CLOCK_REALTIME);
		return 0;
	}
	(void)kfg_daemon_queue_record(d, kfg_notice_unproven(d->proof.why, &record), &record);
	return -ENOTRECOVERABLE;
}

static void on_override(void *userdata, const struct kfg_override *override)
{
	struct kfg_daemon *d = userdata;
	struct kfg_record *record = NULL;

	(void)kfg_daemon_queue_record(d, kfg_notice_override(override, d->current.names, &record), &record);
}

static void find_overrides(struct kfg_daemon *d)
{
	int r = kfg_gate_find_overrides(d->gate, on_override, d);

	if (r < 0)
		kfg_log_warning("cannot look for BPF programs that answer in the gate's place: %s", strerror(-r));
	else if (r && !kfg_daemon_records_suffice(d))
		kfg_log_warning("BPF programs that were there before the gate can answer in its place: %d", r);
	d->overrides = r < 0 ? 0 : (size_t)r;
}

void kfg_daemon_sweep(struct kfg_daemon *d)
{
	struct kfg_record *record = NULL;
	size_t seen = 0, failed = 0;
	int r = kfg_gate_sweep(d->gate, &seen, &failed);

	if (r < 0)
		kfg_log_warning("cannot examine the BPF programs that are there: %s", strerror(-r));
	d->sweep_seen = seen;
	d->sweep_failed = failed;
	find_overrides(d);
	if (kfg_daemon_drain(d) < 0)
		kfg_log_warning("cannot read events");
	(void)kfg_daemon_queue_record(d, kfg_notice_swept(seen, failed, &record), &record);
}

static void announce(struct kfg_daemon *d, const char *state)
{
	const struct kfg_policy_names *p = d->current.names;

	kfg_notifier_tell(d->notifier, "%s\nSTATUS=Policy %s %" PRId64 " in force%s%s", state, p->name, p->serial,
			  d->proven_usec ? "" : ", NOT PROVEN", d->rejected ? ", last reload rejected" : "");
}

static int publish(struct kfg_daemon *d, struct kfg_candidate *candidate, struct kfg_strbuf *why)
{
	int r = kfg_daemon_files_add(d, &candidate->policy);

	if (r == 0)
		r = kfg_gate_publish(d->gate, candidate->table, &candidate->policy.generation);

	if (r == -ENOSPC && kfg_gate_sealed(d->gate))
		kfg_strbuf_printf(why,
				  "the gate is sealed until the next boot, and the %u policies that are in force "
				  "are as many as can be\n",
				  KFG_TABLES_MAX);
	else if (r < 0)
		kfg_strbuf_printf(why, "cannot put the policy into the kernel: %s\n", strerror(-r));
	return r;
}

/* What was sealed stays in force beside what comes: its names are still needed. */
static void keep_current(struct kfg_daemon *d, uint64_t next)
{
	bool known = d->current.generation == next || d->n_kept == KFG_TABLES_MAX;

	for (size_t i = 0; i < d->n_kept; i++)
		known = known || d->kept[i].generation == d->current.generation;
	if (known)
		kfg_in_force_done(&d->current);
	else
		d->kept[d->n_kept++] = d->current;
}

/*
 * The ring is emptied first, so that the policy before the previous one is not needed for its
 * events any more. What an older agent left in it waits for the first policy's names.
 */
int kfg_daemon_swap(struct kfg_daemon *d, struct kfg_candidate *candidate, struct kfg_strbuf *why)
{
	bool sealed = kfg_gate_sealed(d->gate);
	struct kfg_record *record = NULL;
	int32_t today;
	size_t n_files = 0;
	int r = d->current.names ? kfg_daemon_drain(d) : 0;

	if (r < 0)
		kfg_strbuf_printf(why, "cannot read events: %s\n", strerror(-r));
	else
		r = publish(d, candidate, why);
	if (r < 0)
		return r;
	if (sealed && d->current.names) {
		keep_current(d, candidate->policy.generation);
	} else {
		kfg_in_force_done(&d->previous);
		d->previous = d->current;
	}
	d->current = candidate->policy;
	candidate->policy = (struct kfg_in_force){ 0 };
	d->current.since_usec = kfg_clock_now_usec(CLOCK_REALTIME);
	today = d->current.since_usec / 1000000 / 86400;
	kfg_daemon_files_refresh(d);
	if (d->current.files)
		(void)kfg_policy_files_paths(d->current.files, &n_files);
	(void)kfg_daemon_queue_record(
		d, kfg_notice_policy_loaded(d->current.names, d->current.generation, n_files, &record), &record);
	if (kfg_lifecycle_is_old(&d->current.names->lifecycle, today))
		(void)kfg_daemon_queue_record(d, kfg_notice_lifecycle_old(d->current.names, today, &record), &record);
	return 0;
}

static int serial_ok(const struct kfg_daemon *d, const struct kfg_candidate *c, bool force, struct kfg_strbuf *why)
{
	int64_t old = d->current.names->serial;
	int64_t new = c->policy.names->serial;

	if (new >= old || (force && !kfg_gate_sealed(d->gate)))
		return 0;
	kfg_strbuf_printf(why, "serial %" PRId64 " is lower than %" PRId64 " of the policy in force%s\n", new, old,
			  kfg_gate_sealed(d->gate) ? ", which is sealed" : "; --force takes it all the same");
	return -EPERM;
}

/* The kernel would not take it either (bpf/: kfg_turn.sealed); this says why. */
static int sealed_ok(const struct kfg_daemon *d, const struct kfg_candidate *c, struct kfg_strbuf *why)
{
	if (!kfg_gate_sealed(d->gate) || c->policy.names->mode == KFG_MODE_SEALED)
		return 0;
	kfg_strbuf_adds(why, "the gate is sealed until the next boot: a policy that does not say "
			     "\"mode: sealed\" is not taken\n");
	return -EPERM;
}

/* A policy that may come into force, from the files as they are now. */
static int find_candidate(struct kfg_daemon *d, bool force, struct kfg_candidate *ret_candidate, struct kfg_strbuf *why)
{
	int r = kfg_candidate_build(d, ret_candidate, why);

	if (r == 0)
		r = serial_ok(d, ret_candidate, force, why);
	return r == 0 ? sealed_ok(d, ret_candidate, why) : r;
}

static int try_reload(struct kfg_daemon *d, bool force, struct kfg_strbuf *why)
{
	_cleanup_(kfg_candidate_done) struct kfg_candidate candidate = { 0 };
	int r = find_candidate(d, force, &candidate, why);

	if (r < 0)
		return r;
	kfg_daemon_say_weaker(&d->current, &candidate.policy, why);
	return kfg_daemon_swap(d, &candidate, why);
}

int kfg_daemon_reload_check(struct kfg_daemon *d, bool force, struct kfg_strbuf *reply)
{
	_cleanup_(kfg_candidate_done) struct kfg_candidate candidate = { 0 };
	const struct kfg_policy_names *old = d->current.names;
	uint64_t generation = d->generation;
	int r = find_candidate(d, force, &candidate, reply);

	d->generation = generation; /* no table was published under the one that was taken */
	kfg_gate_btf_release();
	if (r < 0) {
		kfg_strbuf_printf(reply, "a reload would not take the policy, %s %" PRId64 " would stay in force\n",
				  old->name, old->serial);
		return r;
	}
	if (!strcmp(old->digest, candidate.policy.names->digest))
		kfg_strbuf_adds(reply, "it is the policy in force, unchanged\n");
	kfg_daemon_say_weaker(&d->current, &candidate.policy, reply);
	kfg_daemon_say_stricter(&d->current, &candidate.policy, reply);
	kfg_strbuf_printf(reply, "a reload would put policy %s %" PRId64 " into force in place of %s %" PRId64 "\n",
			  candidate.policy.names->name, candidate.policy.names->serial, old->name, old->serial);
	return 0;
}

static void rejected(struct kfg_daemon *d, const struct kfg_strbuf *why)
{
	struct kfg_record *record = NULL;

	free(d->rejected);
	d->rejected = strdup(kfg_strbuf_text(why));
	kfg_daemon_log_beside(d, LOG_ERR, kfg_strbuf_text(why));
	(void)kfg_daemon_queue_record(d, kfg_notice_policy_rejected(kfg_strbuf_text(why), d->current.names, &record),
				      &record);
}

static void accepted(struct kfg_daemon *d, const struct kfg_strbuf *warnings)
{
	free(d->rejected);
	d->rejected = NULL;
	kfg_log_lines(LOG_WARNING, kfg_strbuf_text(warnings));
	if (kfg_gate_sync_clock(d->gate) < 0)
		kfg_log_warning("cannot tell the gate the time");
	if (kfg_daemon_prove(d) < 0 && !kfg_daemon_records_suffice(d))
		kfg_log_error("the gate is not proven any more: %s", d->proof.why);
	kfg_daemon_guarding_apply(d);
	kfg_daemon_note(d);
	kfg_daemon_sweep(d);
}

int kfg_daemon_reload(struct kfg_daemon *d, bool force, struct kfg_strbuf *reply)
{
	int r;

	kfg_notifier_tell(d->notifier, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64 "\nSTATUS=Reloading",
			  kfg_clock_now_usec(CLOCK_MONOTONIC));
	r = try_reload(d, force, reply);
	if (r < 0) {
		rejected(d, reply);
		kfg_strbuf_printf(reply, "policy not taken, %s %" PRId64 " stays in force\n", d->current.names->name,
				  d->current.names->serial);
	} else {
		accepted(d, reply);
		kfg_strbuf_printf(reply, "policy %s %" PRId64 " is in force%s%s\n", d->current.names->name,
				  d->current.names->serial,
				  d->proven_usec ? "" : ", but NOT PROVEN: ", d->proven_usec ? "" : d->proof.why);
	}
	kfg_gate_btf_release();
	kfg_daemon_guarding_settle(d);
	announce(d, "READY=1");
	return r < 0 ? r : d->proven_usec ? 0 : -ENOTRECOVERABLE;
}
