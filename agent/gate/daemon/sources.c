/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sources.c - what the event loop waits for: events, the clock, older gates that go, requests. */
#include "base/log.h"
#include "gate/daemon/clock.h"
#include "gate/daemon/state.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>

#define RETIRE_USEC 1000000u

static int on_ring(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct kfg_daemon *d = userdata;
	int r;

	(void)source;
	(void)fd;
	(void)revents;
	/*
	 * whoever sets the clock's distance from TAI alone tells nobody: cheap enough to look now
	 * and then
	 */
	(void)kfg_gate_sync_clock(d->gate);
	r = kfg_daemon_drain(d);
	if (r < 0)
		return kfg_log_errno(r, "cannot read events: %m");
	return 0;
}

static int on_room(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	eventfd_t n;

	(void)eventfd_read(fd, &n);
	return on_ring(source, fd, revents, userdata);
}

static int on_more(sd_event_source *source, void *userdata)
{
	return on_ring(source, -1, 0, userdata);
}

static int add_ring(struct kfg_daemon *d)
{
	/* by its edges: it is readable for as long as a record is on its way */
	int r = sd_event_add_io(d->event, &d->ring_source, kfg_gate_event_fd(d->gate), EPOLLIN | EPOLLET, on_ring, d);

	if (r >= 0)
		r = sd_event_add_defer(d->event, &d->more_source, on_more, d);
	if (r >= 0)
		r = sd_event_source_set_enabled(d->more_source, SD_EVENT_OFF);
	if (r >= 0)
		r = sd_event_add_io(d->event, &d->room_source, kfg_outbox_room_fd(d->outbox), EPOLLIN, on_room, d);
	return r;
}

static int on_retire(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct kfg_daemon *d = userdata;
	int r = kfg_gate_retire(d->gate);

	(void)usec;
	if (r < 0)
		kfg_log_errno(r, "cannot take an older gate off, goes on trying: %m");
	if (r == 0)
		return on_ring(NULL, -1, 0, d); /* what those left may be lost */
	r = sd_event_source_set_time_relative(source, RETIRE_USEC);
	return r < 0 ? r : sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static void on_clock(void *userdata)
{
	struct kfg_daemon *d = userdata;
	int r = kfg_gate_sync_clock(d->gate);

	if (r < 0)
		kfg_log_errno(r, "the clock was set, but the gate cannot be told: %m");
	else
		kfg_log_info("the clock was set");
}

int kfg_daemon_add_sources(struct kfg_daemon *d)
{
	int r = kfg_orders_add(d);

	if (r >= 0)
		r = add_ring(d);
	if (r >= 0)
		r = kfg_clock_watch(d->event, on_clock, d, &d->clock_source);
	if (r >= 0)
		r = sd_event_add_time_relative(d->event, &d->retire_source, CLOCK_MONOTONIC, 0, 0, on_retire, d);
	if (r >= 0)
		r = kfg_daemon_missed_watch(d);
	if (r >= 0)
		r = kfg_control_server_new(d->event, d->config->runtime_dir, kfg_daemon_answer, d, &d->control);
	return r < 0 ? kfg_log_errno(r, "cannot set up the event loop: %m") : 0;
}

void kfg_daemon_drop_sources(struct kfg_daemon *d)
{
	kfg_control_server_free(d->control);
	d->ring_source = sd_event_source_disable_unref(d->ring_source);
	d->more_source = sd_event_source_disable_unref(d->more_source);
	d->room_source = sd_event_source_disable_unref(d->room_source);
	sd_event_source_disable_unref(d->clock_source);
	sd_event_source_disable_unref(d->retire_source);
	sd_event_source_disable_unref(d->missed_source);
}
