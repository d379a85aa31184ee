/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/daemon.h"

#include "base/caps.h"
#include "base/exit_code.h"
#include "base/log.h"
#include "daemon/clock.h"
#include "daemon/instance.h"
#include "daemon/state.h"
#include "journal/json_line.h"
#include "journal/notice.h"
#include "journal/send.h"
#include <errno.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <systemd/sd-daemon.h>

#define WHY_MAX (32u * 1024)
#define STOP_TIMEOUT_MS 5000u
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
	r = kfg_drain(d);
	if (r < 0)
		return kfg_log_errno(r, "cannot read events: %m");
	return 0;
}

static int on_retire(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct kfg_daemon *d = userdata;
	int r = kfg_gate_retire(d->gate);

	(void)usec;
	if (r < 0)
		kfg_log_errno(r, "cannot take an older gate off, goes on trying: %m");
	if (r == 0)
		return 0;
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
		kfg_info("the clock was set");
}

static int on_stop(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	(void)info;
	(void)userdata;
	(void)sd_notify(0, "STOPPING=1\nSTATUS=Taking the gate off");
	return sd_event_exit(sd_event_source_get_event(source), 0);
}

static int on_reload(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	_cleanup_strbuf_ struct kfg_strbuf reply = KFG_STRBUF(WHY_MAX);
	struct kfg_daemon *d = userdata;

	(void)source;
	(void)info;
	/* it tells the journal; nobody waits for an answer */
	(void)kfg_reload(d, d->config->force, &reply);
	return 0;
}

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

/* KFG_EXIT_OK, or why not. */
static int take_lock(struct kfg_daemon *d)
{
	pid_t holder = 0;

	d->lock_fd = kfg_instance_lock(d->config->runtime_dir, &holder);
	if (d->lock_fd == -EBUSY) {
		kfg_error("another kfgate is running, pid %d holds %s/" KFG_INSTANCE_LOCK,
			  (int)holder, d->config->runtime_dir);
		return KFG_EXIT_BUSY;
	}
	if (d->lock_fd < 0) {
		kfg_log_errno(d->lock_fd, "cannot take the lock in %s: %m", d->config->runtime_dir);
		return KFG_EXIT_FAILURE;
	}
	return KFG_EXIT_OK;
}

static int probe(struct kfg_probe *ret_probe)
{
	char buf[512];
	const char *obstacle;
	int r = kfg_probe_kernel(ret_probe);

	if (r < 0) {
		kfg_log_errno(r, "cannot find out what this kernel offers: %m");
		return KFG_EXIT_NO_GATE;
	}
	obstacle = kfg_probe_obstacle(ret_probe, buf, sizeof(buf));
	if (!obstacle)
		return KFG_EXIT_OK;
	kfg_error("no enforcement is possible here: %s", obstacle);
	return KFG_EXIT_NO_GATE;
}

static int start_outbox(struct kfg_daemon *d)
{
	bool journal = d->config->log == KFG_LOG_JOURNAL ||
		       (d->config->log == KFG_LOG_AUTO && kfg_send_possible());
	int r;

	d->json_fd = STDOUT_FILENO;
	r = kfg_outbox_start(journal ? kfg_send_record : kfg_json_line_write, &d->json_fd,
			     &d->outbox);
	return r < 0 ? kfg_log_errno(r, "cannot start the thread that writes records: %m") : 0;
}

static int first_policy(struct kfg_daemon *d, struct kfg_candidate *ret_candidate)
{
	_cleanup_strbuf_ struct kfg_strbuf why = KFG_STRBUF(WHY_MAX);
	struct kfg_record *record = NULL;
	int r = kfg_candidate_build(d, ret_candidate, &why);

	for (const char *line = kfg_strbuf_text(&why); *line;) {
		int len = strcspn(line, "\n");

		kfg_log(r < 0 ? LOG_ERR : LOG_WARNING, "%.*s", len, line);
		line += len + (line[len] == '\n');
	}
	if (r < 0)
		(void)kfg_tell(d, kfg_notice_policy_rejected(kfg_strbuf_text(&why), NULL, &record),
			 &record);
	return r;
}

static int prove(struct kfg_daemon *d)
{
	int r = kfg_prove(d);

	if (r < 0)
		kfg_log_errno(r,
			      "the gate is attached, but a canary load shows that it does "
			      "not decide (%s); is bpf in the lsm= list of the kernel command "
			      "line?",
			      d->proof.why);
	return r;
}

/* From here on it is this gate that decides, unless it is seen that it does not. */
static int take_over(struct kfg_daemon *d)
{
	uint64_t instance, from;
	int r = kfg_gate_take_over(d->gate);

	if (r < 0)
		kfg_log_errno(r, "the gate is attached, but cannot be put in charge: %m");
	else
		r = prove(d);
	if (r < 0) {
		kfg_gate_give_back(d->gate);
		return r;
	}
	instance = kfg_gate_instance(d->gate, &from);
	if (from)
		kfg_info("gate %" PRIu64 " took over from gate %" PRIu64, instance, from);
	return 0;
}

/* The gate, not attached; generations count on from those of an older one, so that its events can be told apart. */
static int open_gate(struct kfg_daemon *d, const struct kfg_probe *kernel)
{
	struct kfg_table_header older[KFG_TABLES_MAX];
	const char *why = NULL;
	int r = kfg_gate_open(kernel, &d->gate, &why);

	if (r == -EBUSY) {
		kfg_error("another kfgate is running: %s", why);
		return KFG_EXIT_BUSY;
	}
	if (r >= 0)
		r = kfg_gate_inherited(d->gate, older, KFG_TABLES_MAX);
	if (r < 0) {
		kfg_log_errno(r, "cannot load the gate: %m%s%s", why ? ": " : "", why ? why : "");
		return KFG_EXIT_NO_GATE;
	}
	for (int i = 0; i < r; i++)
		if (older[i].generation > d->generation)
			d->generation = older[i].generation;
	d->inherited = r ? older[r - 1] : (struct kfg_table_header){ 0 };
	return KFG_EXIT_OK;
}

/* Everything up to a gate that decides and is seen to. */
static int bring_up(struct kfg_daemon *d, struct kfg_candidate *candidate)
{
	_cleanup_strbuf_ struct kfg_strbuf text = KFG_STRBUF(WHY_MAX);
	int r = kfg_gate_sync_clock(d->gate);

	if (r < 0)
		return kfg_log_errno(r, "cannot tell the gate the time: %m");
	if (strtoull(candidate->policy.names->digest, NULL, 16) == d->inherited.digest)
		candidate->policy.inherited = d->inherited.generation;
	r = kfg_swap(d, candidate, &text);
	if (r < 0)
		return kfg_log_errno(r, "%.*s", (int)strcspn(kfg_strbuf_text(&text), "\n"),
				     kfg_strbuf_text(&text));
	r = kfg_gate_attach(d->gate);
	if (r < 0)
		return kfg_log_errno(r, "cannot attach the gate: %m");
	r = prove(d);
	if (r == 0)
		r = take_over(d);
	if (r < 0)
		return r;
	d->in_force = true;
	if (!kfg_gate_has_stage1(d->gate))
		kfg_warning("this kernel has no bpf_prog_load hook: programs are judged after "
			    "verification only (stage 2), by their live calls");
	return 0;
}

static int add_sources(struct kfg_daemon *d)
{
	int r = sd_event_add_signal(d->event, NULL, SIGTERM, on_stop, d);

	if (r >= 0)
		r = sd_event_add_signal(d->event, NULL, SIGINT, on_stop, d);
	if (r >= 0)
		r = sd_event_add_signal(d->event, NULL, SIGHUP, on_reload, d);
	if (r >= 0)
		r = sd_event_add_io(d->event, &d->ring_source, kfg_gate_event_fd(d->gate), EPOLLIN,
				    on_ring, d);
	if (r >= 0)
		r = kfg_clock_watch(d->event, on_clock, d, &d->clock_source);
	if (r >= 0)
		r = sd_event_add_time_relative(d->event, &d->retire_source, CLOCK_MONOTONIC, 0, 0, on_retire, d);
	if (r >= 0)
		r = kfg_control_server_new(d->event, d->config->runtime_dir, kfg_answer, d,
					   &d->control);
	if (r >= 0)
		r = sd_event_set_watchdog(d->event, 1);
	return r < 0 ? kfg_log_errno(r, "cannot set up the event loop: %m") : 0;
}

static void ready(struct kfg_daemon *d)
{
	const struct kfg_policy_names *p = d->current.names;
	struct kfg_record *record = NULL;

	(void)kfg_tell(d, kfg_notice_started(p, kfg_gate_has_stage1(d->gate), d->uts.release, &record),
		 &record);
	(void)sd_notifyf(0, "READY=1\nSTATUS=Policy %s %" PRId64 " in force", p->name,
			 p->serial);
}

/*
 * From here on the gate's calls put into effect what they need: BPF and PERFMON for tables and canaries, SYS_ADMIN for
 * a look at the programs of others. Events and requests are read with none.
 */
static int drop_capabilities(void)
{
	int r = kfg_caps_drop(KFG_CAP(CAP_BPF) | KFG_CAP(CAP_PERFMON) | KFG_CAP(CAP_SYS_ADMIN));

	return r < 0 ? kfg_log_errno(r, "cannot give up capabilities: %m") : 0;
}

static int start(struct kfg_daemon *d)
{
	_cleanup_(kfg_candidate_done) struct kfg_candidate candidate = { 0 };
	struct kfg_probe kernel;
	int r = take_lock(d);

	if (r == KFG_EXIT_OK)
		r = probe(&kernel);
	if (r != KFG_EXIT_OK)
		return r;
	if (start_outbox(d) < 0)
		return KFG_EXIT_FAILURE;
	r = open_gate(d, &kernel);
	if (r != KFG_EXIT_OK)
		return r;
	if (drop_capabilities() < 0)
		return KFG_EXIT_FAILURE;
	if (first_policy(d, &candidate) < 0 || add_sources(d) < 0)
		return KFG_EXIT_FAILURE;
	if (bring_up(d, &candidate) < 0)
		return KFG_EXIT_NO_GATE;
	kfg_guarding_apply(d);
	kfg_sweep(d);
	ready(d);
	return KFG_EXIT_OK;
}

/* Returns whether the gate was in force and is not any more. */
static bool take_off(struct kfg_daemon *d)
{
	int r;

	if (!d->in_force)
		return false; /* what was in force before stays */
	r = kfg_gate_detach(d->gate);
	if (r < 0)
		kfg_log_errno(r, "the gate cannot be taken off, it stays in force: %m");
	return r == 0;
}

/* The gate goes first: what is still to be told does not hold it up. */
static void stop(struct kfg_daemon *d)
{
	struct kfg_record *record = NULL;

	kfg_control_server_free(d->control);
	sd_event_source_disable_unref(d->ring_source);
	sd_event_source_disable_unref(d->clock_source);
	sd_event_source_disable_unref(d->retire_source);
	if (d->gate && kfg_drain(d) < 0)
		kfg_warning("cannot read the last events");
	if (d->gate && take_off(d))
		(void)kfg_tell(d, kfg_notice_stopped(d->current.names, &record), &record);
	kfg_guarding_done(d);
	kfg_gate_close(d->gate);
	if (kfg_outbox_stop(d->outbox, STOP_TIMEOUT_MS) < 0)
		kfg_warning("the last records could not be written");
	kfg_files_done(d);
	kfg_in_force_done(&d->current);
	kfg_in_force_done(&d->previous);
	kfg_dedup_free(d->dedup);
	free(d->rejected);
	sd_event_unref(d->event);
	kfg_close_cleanup(&d->lock_fd);
}

int kfg_daemon_run(const struct kfg_daemon_config *config)
{
	struct kfg_daemon d = {
		.config = config,
		.lock_fd = KFG_NO_FD,
		.started_usec = kfg_now_usec(CLOCK_BOOTTIME),
	};
	int r, code = KFG_EXIT_FAILURE;

	(void)uname(&d.uts); /* cannot fail with a valid pointer */
	r = block_signals();
	if (r == 0)
		r = kfg_dedup_new(&d.dedup);
	if (r == 0)
		r = sd_event_default(&d.event);
	if (r < 0) {
		kfg_log_errno(r, "cannot start: %m");
	} else {
		code = start(&d);
		if (code == KFG_EXIT_OK) {
			r = sd_event_loop(d.event);
			if (r < 0)
				kfg_log_errno(r, "event loop failed: %m");
			code = r < 0 ? KFG_EXIT_FAILURE : KFG_EXIT_OK;
		}
	}
	stop(&d);
	return code;
}
