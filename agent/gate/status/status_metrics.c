/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * status_metrics.c - OpenMetrics 1.0 text, which node_exporter's textfile collector reads, too. kfgate-metrics(8)
 * documents each metric; they are added to, never changed.
 */
#include "gate/status/status.h"

#include <inttypes.h>
#include "base/text.h"
#include "policy/policy.h"
#include "policy/verdict.h"

#define HITS_SHOWN 200u /* series */

static void gauge(struct kfg_strbuf *out, const char *name, const char *help, int64_t value)
{
	kfg_strbuf_printf(out, "# TYPE kfgate_%s gauge\n# HELP kfgate_%s %s\nkfgate_%s %" PRId64 "\n", name, name, help,
			  name, value);
}

static void counter(struct kfg_strbuf *out, const char *name, const char *help, uint64_t value)
{
	kfg_strbuf_printf(out, "# TYPE kfgate_%s counter\n# HELP kfgate_%s %s\nkfgate_%s_total %" PRIu64 "\n", name,
			  name, help, name, value);
}

static void label(struct kfg_strbuf *out, const char *name, const char *value)
{
	kfg_strbuf_printf(out, "%s=\"", name);
	for (; *value; value++) {
		if (*value == '\n')
			kfg_strbuf_adds(out, "\\n");
		else
			kfg_strbuf_printf(out, "%s%c", *value == '"' || *value == '\\' ? "\\" : "", *value);
	}
	kfg_strbuf_adds(out, "\"");
}

static void info(const struct kfg_status *s, struct kfg_strbuf *out)
{
	kfg_strbuf_adds(out, "# TYPE kfgate info\n# HELP kfgate What is in force.\nkfgate_info{");
	label(out, "version", s->version);
	kfg_strbuf_adds(out, ",");
	label(out, "policy", s->policy);
	kfg_strbuf_adds(out, ",");
	label(out, "digest", s->digest);
	kfg_strbuf_adds(out, ",");
	label(out, "mode", kfg_mode_str(s->mode));
	kfg_strbuf_adds(out, "} 1\n");
}

static void counters(const struct kfg_status *s, struct kfg_strbuf *out)
{
	static const struct {
		enum kfg_stat stat;
		const char *name, *help;
	} stats[] = {
		{ KFG_STAT_LOADS, "loads", "Programs offered to the kernel." },
		{ KFG_STAT_KFUNC_LOADS, "kfunc_loads", "Programs that call a kfunc." },
		{ KFG_STAT_AUDITED, "audited", "Loads that were noted." },
		{ KFG_STAT_WARNED, "warned", "Loads that were warned about." },
		{ KFG_STAT_REFUSED, "refused", "Loads that were refused." },
		{ KFG_STAT_WOULD_REFUSE, "would_refuse", "Loads that mode enforce would refuse." },
		{ KFG_STAT_UNSCANNABLE, "unscannable", "Loads that could not be judged." },
		{ KFG_STAT_OVERRIDES, "overrides_refused", "Programs refused that could answer in the gate's place." },
		{ KFG_STAT_LOST, "events_lost", "Decisions whose description was lost." },
	};

	for (size_t i = 0; i < sizeof(stats) / sizeof(stats[0]); i++)
		counter(out, stats[i].name, stats[i].help, s->kernel.n[stats[i].stat]);
	counter(out, "loads_missed", "Loads that the kernel left the gate out of, without BPF LSM.", s->missed.loads);
	counter(out, "loads_missed_early", "The same before verification alone.", s->missed.early);
	counter(out, "runs_missed", "Runs left out of what notes units.", s->missed.others);
	counter(out, "guard_missed", "Calls that the kernel left the guard out of, without BPF LSM.", s->guard_missed);
	counter(out, "tampering", "Attempts on the gate that the guard refused.", s->attempts);
	counter(out, "listings", "Lists of all BPF objects that the gate's own were left out of.", s->listings);
	counter(out, "records_dropped", "Records the journal did not take fast enough.", s->records_dropped);
	counter(out, "records_failed", "Records that could not be written.", s->records_failed);
}

static void deadlines(const struct kfg_status *s, struct kfg_strbuf *out)
{
	gauge(out, "deprecations_expired", "Deprecations of the policy whose deadline has passed.", s->n_expired);
	kfg_strbuf_adds(out, "# TYPE kfgate_deadline_days_left gauge\n"
			     "# HELP kfgate_deadline_days_left Days until the policy's nearest deadlines.\n");
	for (size_t i = 0; i < s->n_deadlines; i++) {
		const struct kfg_status_deadline *d = &s->deadlines[i];

		kfg_strbuf_adds(out, "kfgate_deadline_days_left{");
		label(out, "kfunc", d->kfunc);
		kfg_strbuf_adds(out, ",");
		label(out, "module", d->module ? d->module : "");
		kfg_strbuf_printf(out, "} %d\n", d->day - s->today);
	}
}

/* All rules and waivers, or, where they are many, those that decided something; deprecations that did. */
static void hits(const struct kfg_status *s, struct kfg_strbuf *out)
{
	bool all = s->n_rules + s->n_waivers <= HITS_SHOWN;
	size_t shown = 0;

	if (!s->n_parts)
		return;
	kfg_strbuf_adds(out, "# TYPE kfgate_hits counter\n"
			     "# HELP kfgate_hits Kfuncs of loads that this part of the policy decided about.\n");
	for (size_t i = 0; i < s->n_parts && shown < HITS_SHOWN; i++) {
		const struct kfg_status_part *p = &s->parts[i];
		_cleanup_strbuf_ struct kfg_strbuf name = KFG_STRBUF(1024);

		if (!p->loads && (!all || i > s->n_rules + s->n_waivers))
			continue;
		kfg_status_part_name(p, &name);
		kfg_strbuf_adds(out, "kfgate_hits_total{");
		label(out, "part", p->kind);
		kfg_strbuf_adds(out, ",");
		label(out, "name", kfg_strbuf_text(&name));
		kfg_strbuf_printf(out, "} %" PRIu64 "\n", p->loads);
		shown++;
	}
}

/* Those that did not occur, too: what begins with its first event shows no increase by that. */
static void reasons(const struct kfg_tally *tally, struct kfg_strbuf *out)
{
	kfg_strbuf_adds(out, "# TYPE kfgate_decisions counter\n"
			     "# HELP kfgate_decisions Loads that were recorded, by what came of them and why.\n");
	for (unsigned reason = KFG_REASON_NONE + 1; reason < KFG_REASON_MAX; reason++)
		for (unsigned outcome = 0; outcome < KFG_TALLY_MAX; outcome++)
			kfg_strbuf_printf(out, "kfgate_decisions_total{outcome=\"%s\",reason=\"%s\"} %" PRIu64 "\n",
					  kfg_tally_outcome_str(outcome), kfg_reason_str(reason),
					  tally->reasons[reason][outcome]);
}

/* There are too many for that. */
static void kfunc(const struct kfg_tally_kfunc *k, struct kfg_strbuf *out)
{
	char name[KFG_KFUNC_LEN], module[KFG_MODULE_LEN];

	kfg_text_clean(k->name, sizeof(k->name), name, sizeof(name));
	kfg_text_clean(k->module, sizeof(k->module), module, sizeof(module));
	for (unsigned outcome = 0; outcome < KFG_TALLY_MAX; outcome++) {
		if (!k->n[outcome])
			continue;
		kfg_strbuf_adds(out, "kfgate_kfunc_decisions_total{");
		label(out, "kfunc", name);
		kfg_strbuf_adds(out, ",");
		label(out, "module", module);
		kfg_strbuf_printf(out, ",outcome=\"%s\"} %" PRIu64 "\n", kfg_tally_outcome_str(outcome), k->n[outcome]);
	}
}

static void kfuncs(const struct kfg_tally *tally, struct kfg_strbuf *out)
{
	kfg_strbuf_adds(out, "# TYPE kfgate_kfunc_decisions counter\n"
			     "# HELP kfgate_kfunc_decisions Kfuncs of loads that were recorded.\n");
	for (size_t i = 0; i < tally->n_kfuncs; i++)
		kfunc(&tally->kfuncs[i], out);
	kfunc(&tally->kfuncs[KFG_TALLY_KFUNCS], out);
}

static void attempts(const struct kfg_status *s, struct kfg_strbuf *out)
{
	kfg_strbuf_adds(out, "# TYPE kfgate_attempts counter\n"
			     "# HELP kfgate_attempts What the guard refused, by what it was.\n");
	for (unsigned kind = 0; kind < KFG_ATTEMPT_MAX; kind++)
		if (s->attempts_by_kind[kind].kind)
			kfg_strbuf_printf(out, "kfgate_attempts_total{attempt=\"%s\"} %" PRIu64 "\n",
					  s->attempts_by_kind[kind].kind, s->attempts_by_kind[kind].n);
}

void kfg_status_metrics(const struct kfg_status *s, struct kfg_strbuf *out)
{
	gauge(out, "up", "Whether the agent runs.", 1);
	gauge(out, "gate_in_force", "Whether a gate judges loads.", 1);
	info(s, out);
	gauge(out, "enforcing", "Whether refusals are carried out (mode enforce or sealed).",
	      kfg_mode_enforces(s->mode));
	gauge(out, "bpf_lsm", "Whether BPF LSM calls the gate, so that it misses no load.", !s->without_lsm);
	gauge(out, "proven", "Whether every hook of this kernel was seen to decide.", kfg_status_proven(s));
	gauge(out, "proven_timestamp_seconds", "When that was seen last.", s->proven_usec / 1000000);
	gauge(out, "uptime_seconds", "Since the agent's start.", s->uptime_sec);
	gauge(out, "policy_serial", "Of the policy in force.", s->serial);
	gauge(out, "policy_rejected", "Whether the last reload was not taken.", s->rejected != NULL);
	gauge(out, "overrides_present", "Programs there before the gate that can answer in its place.", s->overrides);
	counters(s, out);
	deadlines(s, out);
	hits(s, out);
	if (s->tally) {
		reasons(s->tally, out);
		kfuncs(s->tally, out);
	}
	attempts(s, out);
	kfg_strbuf_adds(out, "# EOF\n");
}
