/* SPDX-License-Identifier: GPL-2.0-or-later */
/* drain.c - events out of the ring to records, and what was lost. */
#include "base/log.h"
#include "gate/daemon/state.h"
#include "gate/events/check.h"
#include "record/event_record.h"
#include "record/notice.h"

#include <errno.h>
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

static void settle(void *userdata, const struct kfg_outbox_receipt *receipt, bool delivered)
{
	struct kfg_daemon *d = userdata;

	if (kfg_missed_any(&receipt->missed)) {
		if (delivered)
			kfg_gate_receipts_set_missed_told(&d->receipts, &receipt->missed);
		d->missed_queued = false;
		return;
	}
	if (!receipt->lost) {
		kfg_gate_receipts_settle(&d->receipts, receipt->end, delivered);
		return;
	}
	if (delivered)
		kfg_gate_receipts_set_lost_reported(&d->receipts, receipt->lost);
	d->lost_queued = false;
}

void kfg_daemon_drain_begin(struct kfg_daemon *d)
{
	kfg_gate_receipts_get(d->gate, &d->receipts);
	kfg_outbox_follow(d->outbox, settle, d);
}

/* An event that becomes no record by fault: a loss that the next agent knows of, too. Counted before it is settled. */
static void unrecorded(struct kfg_daemon *d, uint64_t end)
{
	d->unrecorded++;
	kfg_gate_receipts_settle(&d->receipts, 0, false);
	kfg_outbox_pass(d->outbox, end);
}

static int on_event(void *userdata, const void *data, size_t size, uint64_t end)
{
	struct kfg_daemon *d = userdata;
	struct kfg_event_record_context context = { .kernel_release = d->uts.release };
	struct kfg_record *record = NULL;
	struct kfg_event event;
	int r;

	if (!kfg_outbox_has_room(d->outbox))
		return -ENOBUFS; /* the ring keeps it, and all after it */
	if (kfg_event_check(data, size, &event) < 0) {
		d->malformed++;
		kfg_outbox_pass(d->outbox, end);
		return 0;
	}
	if (kfg_event_is_canary(&event)) {
		d->canaries++;
		kfg_outbox_pass(d->outbox, end);
		return 0;
	}
	if (event.exe_is == KFG_EXE_OTHER)
		kfg_daemon_files_look_again(d);
	if (kfg_dedup_repeats(d->dedup, &event)) {
		d->duplicates++;
		kfg_outbox_pass(d->outbox, end);
		return 0;
	}
	kfg_tally_add(&d->tally, &event);
	context.policy = policy_of(d, event.generation);
	r = kfg_event_record(&event, &context, &record);
	if (r < 0)
		kfg_log_errno(r, "cannot build a record: %m");
	else
		r = kfg_outbox_push_receipt(d->outbox, record, &(struct kfg_outbox_receipt){ .end = end });
	if (r < 0)
		unrecorded(d, end);
	else
		d->recorded++;
	return 0;
}

static int tell_lost(struct kfg_daemon *d)
{
	struct kfg_record *record = NULL;
	struct kfg_stats stats;
	uint64_t lost, told;
	int r;

	/* one at a time, so that each loss is in the count of one record; its outcome is the occasion for the next */
	if (d->lost_queued)
		return 0;
	told = kfg_gate_lost_reported(d->gate);
	r = kfg_gate_stats(d->gate, &stats);
	if (r < 0)
		return r;
	lost = stats.n[KFG_STAT_LOST] + kfg_gate_undelivered(d->gate);
	if (lost <= told)
		return 0;
	r = kfg_notice_lost(lost - told, lost, &record);
	if (r < 0) {
		kfg_log_errno(r, "cannot build a record: %m");
		return 0;
	}
	/* told when it was written: not by a record that ends with this agent */
	d->lost_queued = true;
	if (kfg_outbox_push_receipt(d->outbox, record, &(struct kfg_outbox_receipt){ .lost = lost }) < 0) {
		d->lost_queued = false;
		(void)kfg_outbox_has_room(d->outbox); /* to be woken when there is */
	}
	return 0;
}

int kfg_daemon_drain(struct kfg_daemon *d)
{
	int r = kfg_gate_read_events(d->gate, on_event, d), more;

	if (r < 0 && r != -ENOBUFS)
		return r;
	more = r == -ENOBUFS || r == KFG_GATE_READ_MAX;
	if (r == KFG_GATE_READ_MAX && d->more_source)
		(void)sd_event_source_set_enabled(d->more_source, SD_EVENT_ONESHOT);
	r = tell_lost(d);
	return r < 0 ? r : more;
}
