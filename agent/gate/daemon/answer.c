/* SPDX-License-Identifier: GPL-2.0-or-later */
/* answer.c - requests of the control socket answered: status, programs, reload. */
#include "base/exit_code.h"
#include "base/text.h"
#include "gate/control/protocol.h"
#include "gate/daemon/clock.h"
#include "gate/daemon/state.h"
#include "gate/status/status.h"
#include "record/attempt_record.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Those that somebody uses first, then the nearest. */
static bool goes_before(const struct kfg_policy_names_deprecation *dep, uint64_t hits,
			const struct kfg_status_deadline *other)
{
	if (!hits != !other->hits)
		return hits;
	return dep->deadline < other->day;
}

static void add_deadline(struct kfg_status *s, const struct kfg_policy_names_deprecation *dep, uint64_t hits)
{
	size_t at = s->n_deadlines;

	while (at > 0 && goes_before(dep, hits, &s->deadlines[at - 1]))
		at--;
	if (at >= KFG_STATUS_DEADLINES)
		return;
	if (s->n_deadlines < KFG_STATUS_DEADLINES)
		s->n_deadlines++;
	memmove(&s->deadlines[at + 1], &s->deadlines[at], (s->n_deadlines - 1 - at) * sizeof(s->deadlines[0]));
	s->deadlines[at] = (struct kfg_status_deadline){
		.kfunc = dep->kfunc,
		.module = dep->module,
		.replacement = dep->replacement,
		.day = dep->deadline,
		.hits = hits,
	};
}

static uint64_t deprecation_hits(const struct kfg_policy_names *p, const struct kfg_status *s, size_t i)
{
	size_t at = 1 + p->n_rules + p->n_waivers + i;

	return at < s->n_parts ? s->parts[at].loads + s->parts[at].present : 0;
}

static void fill_deadlines(const struct kfg_policy_names *policy, struct kfg_status *s)
{
	s->today = kfg_clock_now_usec(CLOCK_REALTIME) / 1000000 / 86400;
	for (size_t i = 0; i < policy->n_deprecations; i++) {
		const struct kfg_policy_names_deprecation *dep = &policy->deprecations[i];
		uint64_t hits = deprecation_hits(policy, s, i);

		if (dep->deadline == KFG_DAY_MAX)
			continue;
		if (dep->deadline < s->today)
			s->n_expired++;
		else if (hits || !dep->absent)
			add_deadline(s, dep, hits);
	}
}

static void fill_policy(const struct kfg_daemon *d, struct kfg_status *s)
{
	const struct kfg_policy_names *p = d->current.names;

	s->mode = p->mode;
	s->present = p->present;
	s->policy = p->name;
	s->serial = p->serial;
	s->digest = p->digest;
	s->generation = d->current.generation;
	s->loaded_usec = d->current.since_usec;
	s->n_rules = p->n_rules;
	s->n_deprecations = p->n_deprecations;
	s->n_waivers = p->n_waivers;
	s->files = kfg_policy_files_paths(d->current.files, &s->n_files);
	s->rejected = d->rejected;
	s->lifecycle = p->lifecycle;
	fill_deadlines(p, s);
}

static void name_part(const struct kfg_policy_names *p, size_t i, struct kfg_status_part *part)
{
	part->kind = "unlisted";
	if (i-- == 0)
		return;
	part->kind = "rule";
	part->name = i < p->n_rules ? p->rules[i] : NULL;
	if (i < p->n_rules)
		return;
	i -= p->n_rules;
	part->kind = "waiver";
	part->name = i < p->n_waivers ? p->waivers[i].id : NULL;
	if (i < p->n_waivers)
		return;
	i -= p->n_waivers;
	part->kind = "deprecation";
	part->name = p->deprecations[i].kfunc;
	part->module = p->deprecations[i].module;
}

/* How often each part of the policy in force decided; to be freed. None where it is not known. */
static struct kfg_status_part *count_parts(const struct kfg_daemon *d, size_t *ret_n)
{
	uint64_t boot_usec = kfg_clock_now_usec(CLOCK_REALTIME) - kfg_clock_now_usec(CLOCK_BOOTTIME);
	const struct kfg_policy_names *p = d->current.names;
	size_t n = 1 + p->n_rules + p->n_waivers + p->n_deprecations;
	_cleanup_free_ struct kfg_hit *hits = NULL;
	struct kfg_status_part *parts = NULL;

	*ret_n = 0;
	/* the first is the table's */
	if (kfg_gate_hits(d->gate, d->current.generation, &hits) != (int)(n + KFG_HIT_UNLISTED))
		return NULL;
	parts = calloc(n, sizeof(*parts));
	for (size_t i = 0; parts && i < n; i++) {
		const struct kfg_hit *hit = &hits[KFG_HIT_UNLISTED + i];

		name_part(p, i, &parts[i]);
		parts[i].loads = hit->loads;
		parts[i].present = hit->present;
		parts[i].last_usec = hit->last_ns ? boot_usec + hit->last_ns / 1000 : 0;
		parts[i].since_usec = boot_usec + hit->since_ns / 1000;
	}
	*ret_n = parts ? n : 0;
	return parts;
}

/* *ret_parts: to be freed after the status. */
static int fill(struct kfg_daemon *d, struct kfg_status *s, struct kfg_status_part **ret_parts)
{
	size_t n_parts;
	struct kfg_outbox_stats records;

	kfg_daemon_missed_look(d);
	*ret_parts = count_parts(d, &n_parts);
	*s = (struct kfg_status){
		.pid = getpid(),
		.uptime_sec = (kfg_clock_now_usec(CLOCK_BOOTTIME) - d->started_usec) / 1000000,
		.version = KFG_VERSION,
		.kernel_release = d->uts.release,
		.hooks = {
			{ kfg_gate_has_stage1(d->gate), d->proof.stage1, d->proof.why },
			{ true, d->proof.stage2, d->proof.why },
		},
		.proven_usec = d->proven_usec,
		.recorded = d->recorded,
		.unrecorded = d->unrecorded,
		.canaries = d->canaries,
		.duplicates = d->duplicates,
		.malformed = d->malformed,
		.undelivered = kfg_gate_undelivered(d->gate),
		.sweep_seen = d->sweep_seen,
		.sweep_failed = d->sweep_failed,
		.overrides = d->overrides,
		.without_lsm = kfg_policy_names_without_lsm(d->current.names),
		.may_preempt = d->may_preempt,
		.missed = d->missed,
		.tally = &d->tally,
		.parts = *ret_parts,
		.n_parts = n_parts,
	};
	fill_policy(d, s);
	kfg_outbox_stats(d->outbox, &records);
	s->records_written = records.written;
	s->records_dropped = records.dropped;
	s->records_failed = records.failed;
	s->guarded = d->guard;
	if (d->guard) {
		s->attempts = kfg_guard_attempts(d->guard);
		s->listings = kfg_guard_listings(d->guard);
		s->guard_missed = kfg_guard_missed(d->guard);
		for (unsigned kind = 0; kind < KFG_ATTEMPT_MAX; kind++)
			s->attempts_by_kind[kind] =
				(struct kfg_status_attempts){ kfg_attempt_record_word(kind),
							      kfg_guard_attempts_of(d->guard, kind) };
		s->strict = kfg_guard_strict(d->guard);
	}
	return kfg_gate_stats(d->gate, &s->kernel);
}

static int answer_status(struct kfg_daemon *d, void (*show)(const struct kfg_status *status, struct kfg_strbuf *out),
			 struct kfg_strbuf *reply)
{
	_cleanup_free_ struct kfg_status_part *parts = NULL;
	struct kfg_status status;
	int r = fill(d, &status, &parts);

	if (r < 0) {
		kfg_strbuf_printf(reply, "cannot read the gate's counters: %s\n", strerror(-r));
		return KFG_EXIT_FAILURE;
	}
	show(&status, reply);
	return KFG_EXIT_OK;
}

static int answer_parts(struct kfg_daemon *d, const char *from, struct kfg_strbuf *reply)
{
	_cleanup_free_ struct kfg_status_part *parts = NULL;
	struct kfg_status status;
	int r = fill(d, &status, &parts);

	if (r < 0 || !status.n_parts) {
		kfg_strbuf_adds(reply, "how often rules decide is not counted\n");
		return KFG_EXIT_FAILURE;
	}
	kfg_status_parts(&status, strtoul(from, NULL, 10), reply);
	return KFG_EXIT_OK;
}

/* Whoever lists programs passes over them: to ask for one is an attempt on the gate. */
static int answer_programs(const struct kfg_daemon *d, struct kfg_strbuf *reply)
{
	uint32_t ids[KFG_CONTROL_PROGRAMS_MAX];
	size_t n = d->guard ? kfg_guard_programs(d->guard, ids, KFG_CONTROL_PROGRAMS_MAX) : 0;

	for (size_t i = 0; i < n; i++)
		kfg_strbuf_printf(reply, "%" PRIu32 "\n", ids[i]);
	return KFG_EXIT_OK;
}

int kfg_daemon_answer(void *userdata, const char *request, struct kfg_strbuf *reply)
{
	struct kfg_daemon *d = userdata;

	if (strcmp(request, KFG_REQUEST_STATUS) == 0)
		return answer_status(d, kfg_status_text, reply);
	if (strcmp(request, KFG_REQUEST_STATUS_JSON) == 0)
		return answer_status(d, kfg_status_json, reply);
	if (strcmp(request, KFG_REQUEST_STATUS_METRICS) == 0)
		return answer_status(d, kfg_status_metrics, reply);
	if (kfg_text_begins(request, KFG_REQUEST_PARTS " "))
		return answer_parts(d, request + strlen(KFG_REQUEST_PARTS " "), reply);
	if (strcmp(request, KFG_REQUEST_PROGRAMS) == 0)
		return answer_programs(d, reply);
	if (strcmp(request, KFG_REQUEST_RELOAD) == 0 || strcmp(request, KFG_REQUEST_RELOAD_FORCE) == 0)
		return kfg_daemon_reload(d, strcmp(request, KFG_REQUEST_RELOAD_FORCE) == 0, reply) < 0 ?
			       KFG_EXIT_FAILURE :
			       KFG_EXIT_OK;
	if (strcmp(request, KFG_REQUEST_RELOAD_CHECK) == 0 || strcmp(request, KFG_REQUEST_RELOAD_CHECK_FORCE) == 0)
		return kfg_daemon_reload_check(d, strcmp(request, KFG_REQUEST_RELOAD_CHECK_FORCE) == 0, reply) < 0 ?
			       KFG_EXIT_FAILURE :
			       KFG_EXIT_OK;
	kfg_strbuf_adds(reply, "unknown request; is the running agent older than this kfgate?\n");
	return KFG_EXIT_FAILURE;
}
