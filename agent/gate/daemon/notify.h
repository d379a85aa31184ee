/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * notify.h - what the service manager is told, as by sd_notify(3). That one waits where the manager's socket is
 * full, or another one in its place. Here nobody waits. The socket is looked up once, when the agent starts.
 *
 * Prefix: kfg_notifier.
 */
#pragma once

#include <systemd/sd-event.h>

struct kfg_notifier;

/*
 * Connects to $NOTIFY_SOCKET, and keeps the watchdog of the service content (sd_watchdog_enabled(3)). Where there is no
 * such socket, nobody is told; one that cannot be reached is a warning. Returns 0 or a negative errno.
 */
int kfg_notifier_new(sd_event *event, struct kfg_notifier **ret_notifier);
void kfg_notifier_free(struct kfg_notifier *notifier); /* accepts NULL */

/*
 * Lines of assignments, as sd_notify(3) has them. What the manager does not take now it gets within seconds, unless
 * something newer is to be told by then: Type=notify knows no state that READY=1 does not end.
 */
void kfg_notifier_tell(struct kfg_notifier *notifier, const char *format, ...) __attribute__((format(printf, 2, 3)));
