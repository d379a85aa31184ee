/* SPDX-License-Identifier: GPL-2.0-or-later */
/* missed.c - what the kernel left the gate out of: told, and then judged by a sweep. */
#include "base/log.h"
#include "gate/daemon/clock.h"
#include "gate/daemon/state.h"
#include "record/notice.h"

#include <inttypes.h>

#define LOOK_USEC 1000000u

static uint64_t more(uint64_t is, uint64_t told)
{
	return is > told ? is - told : 0;
}

/* What no record has told yet. Never less than was told: what is under way counts later. */
static struct kfg_notice_missed find_new(const struct kfg_daemon *d)
{
	struct kfg_missed told, fresh;

	kfg_gate_missed_told(d->gate, &told);
	fresh = (struct kfg_missed){ more(d->missed.loads, told.loads), more(d->missed.early, told.early),
				     more(d->missed.others, told.others) };
	return (struct kfg_notice_missed){
		.fresh = fresh,
		.total = { told.loads + fresh.loads, told.early + fresh.early, told.others + fresh.others },
		.since_usec = d->missed_looked_usec,
		.until_usec = kfg_clock_now_usec(CLOCK_REALTIME),
	};
}

static void tell(struct kfg_daemon *d, const struct kfg_notice_missed *missed)
{
	struct kfg_record *record = NULL;
	int r = kfg_notice_missed(missed, d->current.names, &record);

	if (r < 0) {
		kfg_log_errno(r, "cannot build a record: %m");
		return;
	}
	/* told when it was written; else the next look tells it again */
	d->missed_queued = true;
	if (kfg_outbox_push_receipt(d->outbox, record, &(struct kfg_outbox_receipt){ .missed = missed->total }) < 0)
		d->missed_queued = false;
}

/* A refusal that was not made left no trace elsewhere. */
static void look_at_guard(struct kfg_daemon *d)
{
	uint64_t n = d->guard ? kfg_guard_missed(d->guard) : 0;

	if (n > d->guard_missed)
		kfg_log_warning("the kernel left the guard out of %" PRIu64 " calls more", n - d->guard_missed);
	d->guard_missed = n;
}

void kfg_daemon_missed_look(struct kfg_daemon *d)
{
	struct kfg_notice_missed missed;
	int r;

	if (d->hooking == KFG_HOOKING_LSM)
		return;
	look_at_guard(d);
	r = kfg_gate_missed(d->gate, &d->missed);
	if (r < 0) {
		kfg_log_errno(r, "cannot find out what the gate was left out of: %m");
		return;
	}
	if (d->missed_queued)
		return;
	missed = find_new(d);
	if (kfg_missed_any(&missed.fresh))
		tell(d, &missed);
	if (missed.fresh.loads || missed.fresh.early)
		kfg_daemon_sweep(d);
	d->missed_looked_usec = missed.until_usec;
}

static int on_look(sd_event_source *source, uint64_t usec, void *userdata)
{
	int r;

	(void)usec;
	kfg_daemon_missed_look(userdata);
	r = sd_event_source_set_time_relative(source, LOOK_USEC);
	return r < 0 ? r : sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

int kfg_daemon_missed_watch(struct kfg_daemon *d)
{
	if (d->hooking == KFG_HOOKING_LSM)
		return 0;
	return sd_event_add_time_relative(d->event, &d->missed_source, CLOCK_MONOTONIC, LOOK_USEC, 0, on_look, d);
}
