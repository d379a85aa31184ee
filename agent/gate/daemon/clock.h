/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clock.h - learn that the clock was set, without ever looking at it; and what the clocks say. */
#pragma once

#include <stdint.h>
#include <systemd/sd-event.h>
#include <time.h>

typedef void kfg_clock_fn(void *userdata);

/* Calls changed whenever CLOCK_REALTIME is set (not slewed). Negative errno. */
int kfg_clock_watch(sd_event *event, kfg_clock_fn *changed, void *userdata, sd_event_source **ret_source);

/* What a clock says, in microseconds: one that every kernel has. */
uint64_t kfg_clock_now_usec(clockid_t clock);
