/* SPDX-License-Identifier: GPL-2.0-or-later */
/* drain.c - events out of the ring to records, and what was lost. */
#include "base/log.h"
#include "gate/daemon/state.h"
#include "gate/events/check.h"
#include "record/event_record.h"
#include "record/notice.h"

#include <string.h>

static bool made(const struct kfg_in_force *policy, uint64_t generation)
{
	return generation == policy->generation || (policy->inherited && generation == policy->inherited);
}

/* The policy that an event's table was made of; NULL: freed by now. */
static const struct kfg_policy_names *policy_of(const struct kfg_daemon *d, uint64_t generation)
{
	if (made(&d->current, generation))
		return d->current.names;
	for (size_t i = 0; i < d->n_kept; i++)
		if (made(&d->kept[i], generation))
			return d->kept[i].names;
	return made(&d->previous, generation) ? d->previous.names : NULL;
}

bool kfg_daemon_records_suffice(const struct kfg_daemon *d)
{
	return d->journal && kfg_log_is_journal();
}

void kfg_daemon_log_beside(const struct kfg_daemon *d, int level, const char *text)
{
	size_t first = strcspn(text, "\n");

	kfg_log_lines(level, text + (kfg_daemon_records_suffice(d) ? first + (text[first] == '\n') : 0));
}

int kfg_daemon_queue_record(struct kfg_daemon *d, int built, struct kfg_record **record)
{
	if (built < 0)
		return kfg_log_errno(built, "cannot build a record: %m");
	/* it counts what it drops */
	return kfg_outbox_push(d->outbox, KFG_TAKE_PTR(*record));
}

static void on_event(void *userdata, const void *data, size_t size)
{
	struct kfg_daemon *d = userdata;
	struct kfg_event_record_context context = { .kernel_release = d->uts.release };
	struct kfg_record *record = NULL;
	struct kfg_event event;

	if (kfg_event_check(data, size, &event) < 0) {
		d->malformed++;
		return;
	}
	if (kfg_event_is_canary(&event)) {
		d->canaries++;
		return;
	}
	if (event.exe_is == KFG_EXE_OTHER)
		kfg_daemon_files_look_again(d);
	if (kfg_dedup_repeats(d->dedup, &event)) {
		d->duplicates++;
		return;
	}
	kfg_tally_add(&d->tally, &event);
	context.policy = policy_of(d, event.generation);
	if (kfg_daemon_queue_record(d, kfg_event_record(&event, &context, &record), &record) < 0)
		d->unrecorded++;
	else
		d->recorded++;
}

static int tell_lost(struct kfg_daemon *d)
{
	struct kfg_record *record = NULL;
	struct kfg_stats stats;
	uint64_t lost, told = kfg_gate_lost_reported(d->gate);
	int r = kfg_gate_stats(d->gate, &stats);

	if (r < 0)
		return r;
	lost = stats.n[KFG_STAT_LOST];
	if (lost == told)
		return 0;
	(void)kfg_daemon_queue_record(d, kfg_notice_lost(lost - told, lost, &record), &record);
	kfg_gate_set_lost_reported(d->gate, lost);
	return 0;
}

int kfg_daemon_drain(struct kfg_daemon *d)
{
	int r = kfg_gate_read_events(d->gate, on_event, d);

	if (r < 0)
		return r;
	return tell_lost(d);
}
