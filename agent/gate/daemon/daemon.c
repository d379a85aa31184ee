/* SPDX-License-Identifier: GPL-2.0-or-later */
/* daemon.c - the event loop, and the order of start and stop. */
#include "gate/control/left.h"
#include "gate/daemon/daemon.h"

#include "base/exit_code.h"
#include "base/log.h"
#include "gate/daemon/clock.h"
#include "gate/daemon/manager.h"
#include "gate/daemon/state.h"
#include "record/notice.h"
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>

#define STOP_TIMEOUT_MS 5000u

static int block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGPIPE);
	return sigprocmask(SIG_BLOCK, &set, NULL) < 0 ? -errno : 0;
}

/* NULL: it is to be taken off. */
static const char *why_kept_by(const struct kfg_daemon *d, enum kfg_manager_job job)
{
	if (kfg_gate_sealed(d->gate))
		return "it is sealed until the next boot";
	if (d->guard && kfg_guard_strict(d->guard))
		return "it is guarded until the next boot (guard: strict)";
	if (d->current.names->on_stop == KFG_STOP_KEEP)
		return "the policy says on-stop: keep";
	/* a restart that cannot be told from a stop must not open the gate */
	if (d->guard && kfg_guard_managed(d->guard) && job != KFG_MANAGER_STOP)
		return "it is guarded, and systemd does not say that it stops the service";
	return NULL;
}

/* Takes the gate off, if that is what being told to stop means for it; returns if it is off. */
static bool leave_gate(struct kfg_daemon *d)
{
	enum kfg_manager_job job = kfg_manager_job(d->gate);
	const char *why_kept = why_kept_by(d, job);
	struct kfg_record *record = NULL;
	int r;

	if (job == KFG_MANAGER_RESTART)
		return false; /* the next agent is about to take over */
	if (why_kept) {
		(void)kfg_daemon_queue_record(d, kfg_notice_kept(d->current.names, why_kept, &record), &record);
		return false;
	}
	r = kfg_gate_detach(d->gate);
	if (r < 0) {
		kfg_log_errno(r, "the gate cannot be taken off, it stays in force: %m");
		return false;
	}
	kfg_guard_retire(d->guard);
	kfg_left_remove(d->config->runtime_dir);
	return true;
}

/* The ring goes with the gate: what it still holds is told as far as the outbox gets room for it in that time. */
static void tell_rest(struct kfg_daemon *d)
{
	uint64_t now, until = kfg_clock_now_usec(CLOCK_MONOTONIC) + STOP_TIMEOUT_MS * 1000;
	struct pollfd room = { .fd = kfg_outbox_room_fd(d->outbox), .events = POLLIN };
	struct kfg_record *record = NULL;
	eventfd_t n;
	int r;

	while ((r = kfg_daemon_drain(d)) > 0 && (now = kfg_clock_now_usec(CLOCK_MONOTONIC)) < until) {
		if (kfg_outbox_has_room(d->outbox))
			continue;
		(void)poll(&room, 1, (int)((until - now) / 1000 + 1));
		(void)eventfd_read(room.fd, &n);
	}
	if (r)
		kfg_log_warning("the last events could not be read");
	(void)kfg_daemon_queue_record(d, kfg_notice_stopped(d->current.names, &record), &record);
}

/*
 * The gate goes first: what is still to be told does not hold it up. An agent that ends for any other reason than being
 * told to leaves it in force. Nobody else can take the ring over until the records are written or given up.
 */
static void stop(struct kfg_daemon *d, bool told)
{
	kfg_daemon_drop_sources(d);
	if (d->in_force)
		kfg_daemon_missed_look(d);
	if (d->in_force && kfg_daemon_drain(d) < 0)
		kfg_log_warning("cannot read the last events");
	if (d->in_force && told && leave_gate(d))
		tell_rest(d);
	kfg_daemon_guarding_done(d);
	if (kfg_outbox_stop(d->outbox, STOP_TIMEOUT_MS) < 0)
		kfg_log_warning("the last records could not be written");
	kfg_gate_close(d->gate);
	kfg_daemon_files_done(d);
	kfg_in_force_done(&d->current);
	kfg_in_force_done(&d->previous);
	for (size_t i = 0; i < d->n_kept; i++)
		kfg_in_force_done(&d->kept[i]);
	kfg_gate_kernel_done(&d->kernel);
	kfg_dedup_free(d->dedup);
	free(d->rejected);
	kfg_notifier_free(d->notifier);
	sd_event_unref(d->event);
}

int kfg_daemon_run(const struct kfg_daemon_config *config)
{
	struct kfg_daemon d = {
		.config = config,
		.started_usec = kfg_clock_now_usec(CLOCK_BOOTTIME),
	};
	int r, code = KFG_EXIT_FAILURE;

	(void)uname(&d.uts); /* cannot fail with a valid pointer */
	r = block_signals();
	if (r == 0)
		r = kfg_dedup_new(&d.dedup);
	if (r == 0)
		r = sd_event_default(&d.event);
	if (r >= 0)
		r = kfg_notifier_new(d.event, &d.notifier);
	if (r < 0) {
		kfg_log_errno(r, "cannot start: %m");
	} else {
		code = kfg_daemon_start(&d);
		if (code == KFG_EXIT_OK) {
			r = sd_event_loop(d.event);
			if (r < 0)
				kfg_log_errno(r, "event loop failed: %m");
			code = r < 0 ? KFG_EXIT_FAILURE : KFG_EXIT_OK;
		}
	}
	stop(&d, code == KFG_EXIT_OK);
	return code;
}
