/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * orders.c - whose signals a guarded agent obeys. The guard refuses signals of other processes; what comes all the same
 * was sent by the service manager, by the agent itself, or by the kernel on somebody's behalf.
 */
#include "gate/daemon/orders.h"

#include "base/log.h"
#include "gate/daemon/state.h"

#include <signal.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#define WHY_MAX (32u * 1024)
#define ASK_EVERY_USEC 1000000u /* a flood of signals must not make one of questions */

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
		return info->ssi_signo == SIGHUP ? KFG_ORDER_REFUSE : KFG_ORDER_ASK;
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
		.terminal = is_in_foreground(),
	};

	return kfg_order_judge(&agent, info);
}

static void refuse(struct kfg_daemon *d, const struct signalfd_siginfo *info)
{
	struct kfg_attempt attempt = {
		.kind = KFG_ATTEMPT_SIGNAL,
		.time_ns = kfg_daemon_now_usec(CLOCK_BOOTTIME) * 1000,
		.detail = info->ssi_signo,
		.pid = info->ssi_code <= 0 ? info->ssi_pid : 0,
		.uid = info->ssi_uid,
	};

	(void)snprintf(attempt.comm, sizeof(attempt.comm), "%s", info->ssi_code <= 0 ? "process" : "kernel");
	kfg_daemon_guarding_report(d, &attempt);
}

static int stop(struct kfg_daemon *d)
{
	(void)sd_notify(0, "STOPPING=1\nSTATUS=Stopping");
	return sd_event_exit(d->event, 0);
}

static int on_ask(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct kfg_daemon *d = userdata;
	enum kfg_manager_job job = kfg_manager_job(d->gate);

	(void)source;
	(void)usec;
	d->asked_usec = kfg_daemon_now_usec(CLOCK_MONOTONIC);
	if (job == KFG_MANAGER_STOP || job == KFG_MANAGER_RESTART)
		return stop(d);
	refuse(d, &d->unasked);
	return 0;
}

/* As soon as the last question is long enough ago: the service manager's signal may be among those of the kernel. */
static int ask(struct kfg_daemon *d, const struct signalfd_siginfo *info)
{
	uint64_t now = kfg_daemon_now_usec(CLOCK_MONOTONIC), at = d->asked_usec ? d->asked_usec + ASK_EVERY_USEC : now;
	int enabled = 0, r;

	d->unasked = *info;
	if (d->ask_source && sd_event_source_get_enabled(d->ask_source, &enabled) >= 0 && enabled)
		return 0;
	d->ask_source = sd_event_source_disable_unref(d->ask_source);
	r = sd_event_add_time(d->event, &d->ask_source, CLOCK_MONOTONIC, at, 1, on_ask, d);
	if (r < 0)
		kfg_log_errno(r, "cannot find out who sent a signal, and ignores it: %m");
	return 0;
}

static int on_stop(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	struct kfg_daemon *d = userdata;

	(void)source;
	switch (judge(d, info)) {
	case KFG_ORDER_TAKE:
		return stop(d);
	case KFG_ORDER_ASK:
		return ask(d, info);
	default:
		refuse(d, info);
		return 0;
	}
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

void kfg_orders_done(struct kfg_daemon *d)
{
	d->ask_source = sd_event_source_disable_unref(d->ask_source);
}
