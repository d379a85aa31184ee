/* SPDX-License-Identifier: GPL-2.0-or-later */
/* status_json.c - kfgate-status(8) documents each member; they are added to, never changed. */
#include "base/json.h"
#include "gate/status/status.h"

#include "policy/policy.h"
#include "policy/verdict.h"

static void json_policy(const struct kfg_status *s, struct kfg_json *j)
{
	char day[KFG_DAY_TEXT];

	kfg_json_object(j, "policy");
	kfg_json_string(j, "name", s->policy);
	kfg_json_int(j, "serial", s->serial);
	kfg_json_string(j, "digest", s->digest);
	kfg_json_uint(j, "generation", s->generation);
	kfg_json_uint(j, "loaded_usec", s->loaded_usec);
	kfg_json_string(j, "present", kfg_present_str(s->present));
	kfg_json_uint(j, "rules", s->n_rules);
	kfg_json_uint(j, "deprecations", s->n_deprecations);
	kfg_json_uint(j, "expired", s->n_expired);
	kfg_json_uint(j, "waivers", s->n_waivers);
	kfg_json_array(j, "files");
	for (size_t i = 0; i < s->n_files; i++)
		kfg_json_string(j, NULL, s->files[i]);
	kfg_json_array_end(j);
	kfg_json_string(j, "rejected", s->rejected);
	kfg_json_string(j, "lifecycle_file", s->lifecycle.file);
	kfg_json_string(j, "lifecycle_date", s->lifecycle.file ? kfg_day_format(s->lifecycle.date, day) : NULL);
	kfg_json_bool(j, "lifecycle_old", kfg_lifecycle_is_old(&s->lifecycle, s->today));
	kfg_json_object_end(j);
}

static void json_without_lsm(const struct kfg_status *s, struct kfg_json *j)
{
	kfg_json_bool(j, "bpf_lsm", !s->without_lsm);
	kfg_json_string(j, "without_bpf_lsm", s->without_lsm);
	kfg_json_bool(j, "may_preempt", s->may_preempt);
	kfg_json_object(j, "missed");
	kfg_json_uint(j, "loads_missed", s->missed.loads);
	kfg_json_uint(j, "before_verification", s->missed.early);
	kfg_json_uint(j, "others", s->missed.others);
	kfg_json_uint(j, "guard", s->guard_missed);
	kfg_json_object_end(j);
}

static void json_hooks(const struct kfg_status *s, struct kfg_json *j)
{
	static const char *const names[] = { "bpf_prog_load", "bpf_prog" };

	kfg_json_array(j, "hooks");
	for (size_t i = 0; i < 2; i++) {
		kfg_json_object(j, NULL);
		kfg_json_uint(j, "stage", i + 1);
		kfg_json_string(j, "hook", names[i]);
		kfg_json_bool(j, "supported", s->hooks[i].supported);
		kfg_json_bool(j, "proven", s->hooks[i].proven);
		kfg_json_string(j, "why", s->hooks[i].why && s->hooks[i].why[0] ? s->hooks[i].why : NULL);
		kfg_json_object_end(j);
	}
	kfg_json_array_end(j);
	kfg_json_bool(j, "proven", kfg_status_proven(s));
	kfg_json_uint(j, "proven_usec", s->proven_usec);
}

static void json_counters(const struct kfg_status *s, struct kfg_json *j)
{
	static const char *const names[KFG_STAT_MAX] = {
		[KFG_STAT_LOADS] = "loads",
		[KFG_STAT_KFUNC_LOADS] = "kfunc_loads",
		[KFG_STAT_AUDITED] = "audited",
		[KFG_STAT_WARNED] = "warned",
		[KFG_STAT_REFUSED] = "refused",
		[KFG_STAT_WOULD_REFUSE] = "would_refuse",
		[KFG_STAT_UNSCANNABLE] = "unscannable",
		[KFG_STAT_LOST] = "events_lost",
		[KFG_STAT_EVENTS] = "events",
		[KFG_STAT_FOREIGN_FD] = "foreign_fds_refused",
		[KFG_STAT_TABLE_FULL] = "table_full",
		[KFG_STAT_PRESENT] = "present_examined",
		[KFG_STAT_CANARY1] = "canaries_stage1",
		[KFG_STAT_CANARY2] = "canaries_stage2",
		[KFG_STAT_PRESENT_FOUND] = "present_found",
		[KFG_STAT_REPEATED] = "foreign_fds_repeated",
		[KFG_STAT_UNKNOWN_LOADER] = "loaders_unknown",
		[KFG_STAT_OVERRIDES] = "overrides_refused",
		[KFG_STAT_UNITS_DOUBTED] = "units_doubted",
		[KFG_STAT_UNPLACED] = "children_unplaced",
	};

	kfg_json_object(j, "counters");
	for (size_t i = 0; i < KFG_STAT_MAX; i++)
		if (names[i])
			kfg_json_uint(j, names[i], s->kernel.n[i]);
	kfg_json_uint(j, "events_malformed", s->malformed);
	kfg_json_uint(j, "events_recorded", s->recorded);
	kfg_json_uint(j, "events_unrecorded", s->unrecorded);
	kfg_json_uint(j, "events_canary", s->canaries);
	kfg_json_uint(j, "duplicates", s->duplicates);
	kfg_json_uint(j, "events_undelivered", s->undelivered);
	kfg_json_uint(j, "records_written", s->records_written);
	kfg_json_uint(j, "records_dropped", s->records_dropped);
	kfg_json_uint(j, "records_failed", s->records_failed);
	kfg_json_object_end(j);
	kfg_json_object(j, "sweep");
	kfg_json_uint(j, "seen", s->sweep_seen);
	kfg_json_uint(j, "failed", s->sweep_failed);
	kfg_json_uint(j, "overrides_present", s->overrides);
	kfg_json_object_end(j);
	kfg_json_object(j, "guard");
	kfg_json_bool(j, "active", s->guarded);
	kfg_json_bool(j, "strict", s->strict);
	kfg_json_uint(j, "attempts", s->attempts);
	kfg_json_uint(j, "listings", s->listings);
	kfg_json_object_end(j);
}

static void json_deadlines(const struct kfg_status *s, struct kfg_json *j)
{
	char day[KFG_DAY_TEXT];

	kfg_json_array(j, "deadlines");
	for (size_t i = 0; i < s->n_deadlines; i++) {
		const struct kfg_status_deadline *d = &s->deadlines[i];

		kfg_json_object(j, NULL);
		kfg_json_string(j, "kfunc", d->kfunc);
		kfg_json_string(j, "module", d->module);
		kfg_json_string(j, "deadline", kfg_day_format(d->day, day));
		kfg_json_int(j, "days_left", d->day - s->today);
		kfg_json_string(j, "replacement", d->replacement);
		kfg_json_bool(j, "in_use", d->hits != 0);
		kfg_json_object_end(j);
	}
	kfg_json_array_end(j);
}

/* In sum; each by itself: kfgate status --rules --json. */
static void json_hits(const struct kfg_status *s, struct kfg_json *j)
{
	if (!s->n_parts)
		return;
	kfg_json_object(j, "hits");
	kfg_json_uint(j, "rules_used", kfg_status_rules_used(s));
	kfg_json_uint(j, "unlisted", s->parts[0].loads);
	kfg_json_uint(j, "unlisted_present", s->parts[0].present);
	kfg_json_object_end(j);
}

void kfg_status_json(const struct kfg_status *s, struct kfg_strbuf *out)
{
	struct kfg_json j = { .out = out, .indent = true };

	kfg_json_object(&j, NULL);
	kfg_json_bool(&j, "running", true);
	kfg_json_bool(&j, "in_force", true);
	kfg_json_string(&j, "version", s->version);
	kfg_json_uint(&j, "pid", s->pid);
	kfg_json_uint(&j, "uptime_sec", s->uptime_sec);
	kfg_json_string(&j, "mode", kfg_mode_str(s->mode));
	json_without_lsm(s, &j);
	kfg_json_string(&j, "kernel", s->kernel_release);
	json_hooks(s, &j);
	json_policy(s, &j);
	json_counters(s, &j);
	json_hits(s, &j);
	json_deadlines(s, &j);
	kfg_json_object_end(&j);
	kfg_strbuf_adds(out, "\n");
}
