/* SPDX-License-Identifier: GPL-2.0-or-later */
/* notice.c - facts about the gate as records: started, loaded, lost, swept ... */
#include "record/notice.h"

#include <inttypes.h>
#include "policy/verdict.h"
#include <string.h>
#include <time.h>

static void add_policy(struct kfg_record *record, const struct kfg_policy_names *policy)
{
	if (!policy)
		return;
	kfg_record_add(record, "KFGATE_POLICY", policy->name);
	kfg_record_addf(record, "KFGATE_POLICY_SERIAL", "%" PRId64, policy->serial);
	kfg_record_add(record, "KFGATE_POLICY_DIGEST", policy->digest);
	kfg_record_add(record, "KFGATE_MODE", kfg_mode_str(policy->mode));
	kfg_record_add(record, "KFGATE_WITHOUT_LSM", kfg_policy_names_without_lsm(policy));
}

/* Hands the record out, or frees it when a field could not be added. */
static int finish(struct kfg_record *record, struct kfg_record **ret_record)
{
	int r = kfg_record_error(record);

	if (r < 0) {
		kfg_record_free(record);
		return r;
	}
	*ret_record = record;
	return 0;
}

int kfg_notice_dropped(uint64_t n, struct kfg_record **ret_record)
{
	struct kfg_record *record;
	int r = kfg_record_new(KFG_MESSAGE_RECORDS_DROPPED, -1, &record);

	if (r < 0)
		return r;
	kfg_record_addf(record, "MESSAGE", "%" PRIu64 " record%s dropped, as the journal did not take them fast enough",
			n, n == 1 ? "" : "s");
	kfg_record_addf(record, "KFGATE_COUNT", "%" PRIu64, n);
	return finish(record, ret_record);
}

int kfg_notice_lost(uint64_t n, uint64_t total, struct kfg_record **ret_record)
{
	struct kfg_record *record;
	int r = kfg_record_new(KFG_MESSAGE_EVENTS_LOST, -1, &record);

	if (r < 0)
		return r;
	kfg_record_addf(record, "MESSAGE",
			"%" PRIu64 " event%s lost, as the buffer from the kernel was full; "
			"the loads were decided all the same",
			n, n == 1 ? "" : "s");
	kfg_record_addf(record, "KFGATE_COUNT", "%" PRIu64, n);
	kfg_record_addf(record, "KFGATE_TOTAL", "%" PRIu64, total);
	return finish(record, ret_record);
}

int kfg_notice_started(const struct kfg_policy_names *policy, bool stage1, const char *kernel_release,
		       struct kfg_record **ret_record)
{
	struct kfg_record *record;
	int r = kfg_record_new(KFG_MESSAGE_STARTED, -1, &record);

	if (r < 0)
		return r;
	kfg_record_addf(record, "MESSAGE", "Gate for BPF kfuncs is up: policy %s %" PRId64 ", mode %s, %s%s",
			policy->name, policy->serial, kfg_mode_str(policy->mode),
			stage1 ? "proven before and after verification" :
				 "after verification only, as this kernel has no earlier hook",
			policy->hooking == KFG_HOOKING_LSM ?
				"" :
			kfg_mode_enforces(policy->mode) ?
				"; BPF LSM is not active: it refuses what it sees, and loads can be missed" :
				"; BPF LSM is not active: it refuses nothing, and loads can be missed");
	kfg_record_add(record, "KFGATE_STAGES", stage1 ? "1 2" : "2");
	kfg_record_add(record, "KFGATE_KERNEL_RELEASE", kernel_release);
	add_policy(record, policy);
	return finish(record, ret_record);
}

static void add_time(struct kfg_record *record, const char *name, uint64_t usec)
{
	time_t sec = (time_t)(usec / 1000000);
	char text[40];
	struct tm tm;

	if (usec && gmtime_r(&sec, &tm) && strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm))
		kfg_record_addf(record, name, "%s.%06uZ", text, (unsigned)(usec % 1000000));
}

static void add_missed_message(struct kfg_record *record, const struct kfg_missed *m)
{
	if (m->loads)
		kfg_record_addf(record, "MESSAGE",
				"The kernel left the gate out of %" PRIu64
				" load%s, which %s not judged: what is still "
				"there is examined now; boot with bpf in lsm= to miss none",
				(uint64_t)m->loads, m->loads == 1 ? "" : "s", m->loads == 1 ? "was" : "were");
	else if (m->early)
		kfg_record_addf(record, "MESSAGE",
				"The kernel left the gate out of %" PRIu64
				" load%s before verification: judged after it, by "
				"live calls alone",
				(uint64_t)m->early, m->early == 1 ? "" : "s");
	else
		kfg_record_addf(record, "MESSAGE",
				"The kernel left out what notes the units of processes %" PRIu64 " time%s",
				(uint64_t)m->others, m->others == 1 ? "" : "s");
}

int kfg_notice_missed(const struct kfg_notice_missed *m, const struct kfg_policy_names *policy,
		      struct kfg_record **ret_record)
{
	struct kfg_record *record;
	int r = kfg_record_new(KFG_MESSAGE_MISSED, m->fresh.loads ? -1 : LOG_WARNING, &record);

	if (r < 0)
		return r;
	add_missed_message(record, &m->fresh);
	kfg_record_addf(record, "KFGATE_COUNT", "%" PRIu64, (uint64_t)m->fresh.loads);
	kfg_record_addf(record, "KFGATE_TOTAL", "%" PRIu64, (uint64_t)m->total.loads);
	kfg_record_addf(record, "KFGATE_MISSED_EARLY", "%" PRIu64, (uint64_t)m->fresh.early);
	kfg_record_addf(record, "KFGATE_MISSED_OTHERS", "%" PRIu64, (uint64_t)m->fresh.others);
	add_time(record, "KFGATE_SINCE", m->since_usec);
	add_time(record, "KFGATE_UNTIL", m->until_usec);
	add_policy(record, policy);
	return finish(record, ret_record);
}

int kfg_notice_stopped(const struct kfg_policy_names *policy, struct kfg_record **ret_record)
{
	struct kfg_record *record;
	int r = kfg_record_new(KFG_MESSAGE_STOPPED, -1, &record);

	if (r < 0)
		return r;
	kfg_record_add(record, "MESSAGE", "Gate for BPF kfuncs was taken off: loads are not judged any more");
	add_policy(record, policy);
	return finish(record, ret_record);
}

int kfg_notice_kept(const struct kfg_policy_names *policy, const char *why, struct kfg_record **ret_record)
{
	struct kfg_record *record;
	int r = kfg_record_new(KFG_MESSAGE_KEPT, -1, &record);

	if (r < 0)
		return r;
	kfg_record_addf(record, "MESSAGE",
			"The agent leaves, the gate for BPF kfuncs stays in force: %s; what it decides is told "
			"when an agent is there again",
			why);
	add_policy(record, policy);
	return finish(record, ret_record);
}

int kfg_notice_closed(bool older, struct kfg_record **ret_record)
{
	struct kfg_record *record;
	int r = kfg_record_new(KFG_MESSAGE_CLOSED, -1, &record);

	if (r < 0)
		return r;
	kfg_record_addf(record, "MESSAGE", "No agent could put a policy into force, and on-failure is closed: %s",
			older ? "the gate that was there goes on by its own policy" :
				"every BPF program that calls a kfunc is refused until one can");
	return finish(record, ret_record);
}

int kfg_notice_policy_loaded(const struct kfg_policy_names *policy, uint64_t generation, size_t n_files,
			     struct kfg_record **ret_record)
{
	struct kfg_record *record;
	int r = kfg_record_new(KFG_MESSAGE_POLICY_LOADED, -1, &record);

	if (r < 0)
		return r;
	kfg_record_addf(record, "MESSAGE",
			"Policy %s %" PRId64 " is in force: mode %s; rules: %u, deprecations: %u, "
			"waivers: %u, files: %zu",
			policy->name, policy->serial, kfg_mode_str(policy->mode), policy->n_rules,
			policy->n_deprecations, policy->n_waivers, n_files);
	kfg_record_addf(record, "KFGATE_POLICY_GENERATION", "%" PRIu64, generation);
	add_policy(record, policy);
	return finish(record, ret_record);
}

/* One field per line, as a record's values have no line breaks. */
static void add_lines(struct kfg_record *record, const char *name, const char *text)
{
	while (*text && record->n < KFG_RECORD_FIELDS_MAX - 8) {
		int len = strcspn(text, "\n");

		kfg_record_addf(record, name, "%.*s", len, text);
		text += len + (text[len] == '\n');
	}
}

int kfg_notice_policy_rejected(const char *why, const struct kfg_policy_names *running, struct kfg_record **ret_record)
{
	int len = strcspn(why, "\n");
	struct kfg_record *record;
	int r = kfg_record_new(KFG_MESSAGE_POLICY_REJECTED, -1, &record);

	if (r < 0)
		return r;
	if (running)
		kfg_record_addf(record, "MESSAGE", "New policy not taken, %s %" PRId64 " stays in force: %.*s",
				running->name, running->serial, len, why);
	else
		kfg_record_addf(record, "MESSAGE", "Policy not taken: %.*s", len, why);
	add_lines(record, "KFGATE_FINDING", why);
	add_policy(record, running);
	return finish(record, ret_record);
}

int kfg_notice_lifecycle_old(const struct kfg_policy_names *policy, int32_t today, struct kfg_record **ret_record)
{
	const struct kfg_lifecycle_info *l = &policy->lifecycle;
	struct kfg_record *record;
	char day[KFG_DAY_TEXT];
	int r = kfg_record_new(KFG_MESSAGE_LIFECYCLE_OLD, -1, &record);

	if (r < 0)
		return r;
	kfg_day_format(l->date, day);
	kfg_record_addf(record, "MESSAGE", "Lifecycle data is of %s, %d days old: install a newer %s", day,
			today - l->date, l->file);
	kfg_record_add(record, "KFGATE_LIFECYCLE", l->file);
	kfg_record_add(record, "KFGATE_LIFECYCLE_DATE", day);
	add_policy(record, policy);
	return finish(record, ret_record);
}

int kfg_notice_unproven(const char *why, struct kfg_record **ret_record)
{
	struct kfg_record *record;
	int r = kfg_record_new(KFG_MESSAGE_UNPROVEN, -1, &record);

	if (r < 0)
		return r;
	kfg_record_addf(record, "MESSAGE", "The gate could not be proven to decide: %s", why);
	return finish(record, ret_record);
}

int kfg_notice_swept(uint64_t seen, uint64_t failed, struct kfg_record **ret_record)
{
	struct kfg_record *record;
	int r = kfg_record_new(KFG_MESSAGE_SWEPT, failed ? LOG_WARNING : -1, &record);

	if (r < 0)
		return r;
	kfg_record_addf(record, "MESSAGE",
			"Examined %" PRIu64 " BPF program%s that %s there before the policy, %" PRIu64
			" could not be examined",
			seen, seen == 1 ? "" : "s", seen == 1 ? "was" : "were", failed);
	kfg_record_addf(record, "KFGATE_COUNT", "%" PRIu64, seen);
	kfg_record_addf(record, "KFGATE_FAILED", "%" PRIu64, failed);
	return finish(record, ret_record);
}

int kfg_notice_override(const struct kfg_override *override, const struct kfg_policy_names *policy,
			struct kfg_record **ret_record)
{
	struct kfg_record *record;
	int r = kfg_record_new(KFG_MESSAGE_OVERRIDE, -1, &record);

	if (r < 0)
		return r;
	kfg_record_addf(record, "MESSAGE",
			"BPF program \"%s\" (id %u), which was there before the gate, can answer in the place of %s(): "
			"verdicts may not be carried out",
			override->prog, override->prog_id, override->target);
	kfg_record_add(record, "KFGATE_TARGET", override->target);
	kfg_record_add(record, "KFGATE_PROG_NAME", override->prog);
	kfg_record_addf(record, "KFGATE_PROG_ID", "%u", override->prog_id);
	kfg_record_addf(record, "KFGATE_BOOTTIME_NSEC", "%" PRIu64, (uint64_t) override->load_time);
	add_policy(record, policy);
	return finish(record, ret_record);
}
