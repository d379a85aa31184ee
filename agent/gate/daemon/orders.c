/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * orders.c - whose signals a guarded agent obeys. The guard refuses signals of other processes; what comes all the same
 * was sent by the service manager, by the agent itself, or by the kernel on somebody's behalf.
 */
#include "gate/daemon/orders.h"

#include "base/log.h"
#include "gate/daemon/clock.h"
#include "gate/daemon/state.h"

#include <signal.h>
#include <string.h>

#define WHY_MAX (32u * 1024)

enum kfg_order kfg_order_judge(const struct kfg_order_context *agent, const struct signalfd_siginfo *info)
{
	bool process = info->ssi_code <= 0; /* SI_USER, SI_TKILL, ...: signal(7), SI_KERNEL is above */

	if (!agent->guarded || (process && (pid_t)info->ssi_pid == getpid()))
		return KFG_ORDER_TAKE;
	if (agent->strict)
		return KFG_ORDER_REFUSE;
	if (process && info->ssi_pid == 1)
		return KFG_ORDER_TAKE;
	if (agent->managed)
		return info->ssi_signo != SIGHUP && agent->ordered ? KFG_ORDER_TAKE : KFG_ORDER_REFUSE;
	return info->ssi_signo == SIGINT && agent->terminal ? KFG_ORDER_TAKE : KFG_ORDER_REFUSE;
}

static bool is_in_foreground(void)
{
	return isatty(STDIN_FILENO) && tcgetpgrp(STDIN_FILENO) == getpgrp();
}

static enum kfg_order judge(const struct kfg_daemon *d, const struct signalfd_siginfo *info)
{
	const struct kfg_order_context agent = {
		.guarded = d->guard,
		.strict = d->guard && kfg_guard_strict(d->guard),
		.managed = d->guard && kfg_guard_managed(d->guard),
		.ordered = d->guard && kfg_guard_ordered(d->guard),
		.terminal = is_in_foreground(),
	};

	return kfg_order_judge(&agent, info);
}

static void refuse(struct kfg_daemon *d, const struct signalfd_siginfo *info)
{
	struct kfg_attempt attempt = {
		.kind = KFG_ATTEMPT_SIGNAL,
		.time_ns = kfg_clock_now_usec(CLOCK_BOOTTIME) * 1000,
		.detail = info->ssi_signo,
		.pid = info->ssi_code <= 0 ? info->ssi_pid : 0,
		.uid = info->ssi_uid,
	};

	(void)snprintf(attempt.comm, sizeof(attempt.comm), "%s", info->ssi_code <= 0 ? "process" : "kernel");
	kfg_daemon_guarding_report(d, &attempt);
}

static int stop(struct kfg_daemon *d)
{
	kfg_notifier_tell(d->notifier, "STOPPING=1\nSTATUS=Stopping");
	return sd_event_exit(d->event, 0);
}

static int on_stop(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	struct kfg_daemon *d = userdata;

	(void)source;
	if (judge(d, info) == KFG_ORDER_TAKE)
		return stop(d);
	refuse(d, info);
	return 0;
}

static int on_reload(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	_cleanup_strbuf_ struct kfg_strbuf reply = KFG_STRBUF(WHY_MAX);
	struct kfg_daemon *d = userdata;

	(void)source;
	/* it writes to the journal; nobody waits for an answer */
	if (judge(d, info) == KFG_ORDER_TAKE)
		(void)kfg_daemon_reload(d, d->config->force, &reply);
	else
		refuse(d, info);
	return 0;
}

int kfg_orders_add(struct kfg_daemon *d)
{
	int r = sd_event_add_signal(d->event, NULL, SIGTERM, on_stop, d);

	if (r >= 0)
		r = sd_event_add_signal(d->event, NULL, SIGINT, on_stop, d);
	if (r >= 0)
		r = sd_event_add_signal(d->event, NULL, SIGHUP, on_reload, d);
	return r;
}
