/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clock.h - learn that the clock was set, without ever looking at it. */
#pragma once

#include <systemd/sd-event.h>

typedef void kfg_clock_fn(void *userdata);

/* Calls changed whenever CLOCK_REALTIME is set (not slewed). Negative errno. */
int kfg_clock_watch(sd_event *event, kfg_clock_fn *changed, void *userdata, sd_event_source **ret_source);
