/* SPDX-License-Identifier: GPL-2.0-or-later */
/* start.c - from nothing, or from what an older agent left, to a gate that decides and is seen to. */
#include "base/caps.h"
#include "base/exit_code.h"
#include "base/log.h"
#include "base/preempt.h"
#include "gate/control/client.h"
#include "gate/control/protocol.h"
#include "gate/daemon/state.h"
#include "gate/enforce/gate_btf.h"
#include "policy/verdict.h"
#include "record/json_line.h"
#include "record/notice.h"
#include "record/send.h"
#include <errno.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define WHY_MAX (32u * 1024)

static int probe(struct kfg_daemon *d, struct kfg_probe *ret_probe)
{
	char buf[1024];
	const char *obstacle;
	int r = kfg_probe_kernel(ret_probe);

	if (r < 0) {
		kfg_log_errno(r, "cannot find out what this kernel offers: %m");
		return KFG_EXIT_NO_GATE;
	}
	d->hooking = ret_probe->hooking;
	d->may_preempt = kfg_preempt_may(NULL);
	obstacle = kfg_probe_obstacle(ret_probe, buf, sizeof(buf));
	if (!obstacle)
		return KFG_EXIT_OK;
	kfg_log_error("no enforcement is possible here: %s", obstacle);
	return KFG_EXIT_NO_GATE;
}

static int start_outbox(struct kfg_daemon *d)
{
	int r;

	d->journal = d->config->log == KFG_DAEMON_LOG_TARGET_JOURNAL ||
		     (d->config->log == KFG_DAEMON_LOG_TARGET_AUTO && kfg_send_possible());
	d->json_fd = STDOUT_FILENO;
	r = kfg_outbox_start(d->journal ? kfg_send_record : kfg_json_line_write, &d->json_fd, &d->outbox);
	return r < 0 ? kfg_log_errno(r, "cannot start the thread that writes records: %m") : 0;
}

/* The first line of a text, where no record has room for more. */
static void set_failure(struct kfg_daemon *d, const char *text)
{
	(void)snprintf(d->failure, sizeof(d->failure), "%.*s", (int)strcspn(text, "\n"), text);
}

/* Reports why the first policy is not taken, or what it is warned about. */
static void report_policy(struct kfg_daemon *d, int result, const struct kfg_strbuf *why)
{
	struct kfg_record *record = NULL;

	if (result == 0) {
		kfg_log_lines(LOG_WARNING, kfg_strbuf_text(why));
		return;
	}
	set_failure(d, kfg_strbuf_text(why));
	kfg_daemon_log_beside(d, LOG_ERR, kfg_strbuf_text(why));
	(void)kfg_daemon_queue_record(d, kfg_notice_policy_rejected(kfg_strbuf_text(why), NULL, &record), &record);
}

/*
 * Before anything that takes long: who mistyped the policy learns it at once. KFG_EXIT_OK, KFG_EXIT_POLICY, or
 * KFG_EXIT_NO_GATE: it does not go with this host.
 */
static int read_policy(struct kfg_daemon *d, struct kfg_loaded *ret_loaded)
{
	_cleanup_strbuf_ struct kfg_strbuf why = KFG_STRBUF(WHY_MAX);
	int r = kfg_candidate_read(d, ret_loaded, &why);

	report_policy(d, r, &why);
	return r == -EOPNOTSUPP ? KFG_EXIT_NO_GATE : r < 0 ? KFG_EXIT_POLICY : KFG_EXIT_OK;
}

/* What this host keeps the gate from, and what would help; nothing where BPF LSM calls it. */
static void warn_without_lsm(const struct kfg_daemon *d, const struct kfg_probe *kernel)
{
	const struct kfg_policy_names *p = d->current.names;
	char advice[640];

	if (d->hooking == KFG_HOOKING_LSM)
		return;
	kfg_log_warning("BPF LSM is not active: the gate modifies what functions of the kernel return. %s; %s",
			kfg_mode_enforces(p->mode) ? "It refuses what it sees" : "It refuses nothing",
			kfg_probe_advice(kernel, advice, sizeof(advice)));
	if (kfg_mode_enforces(p->mode) && d->may_preempt)
		kfg_log_warning(
			"this kernel may preempt a task that runs the gate, and then leaves the gate out of the "
			"loads of others: they are counted, recorded, and judged afterwards, not refused");
}

/* A restart is held to what a reload is held to. What is not refused, and weakens, is warned about. */
static int compare_inherited(const struct kfg_daemon *d, const struct kfg_policy_names *p, struct kfg_strbuf *why)
{
	const struct kfg_table_header *older = &d->inherited;
	bool same = strtoull(p->digest, NULL, 16) == older->digest;

	if (!older->generation || same)
		return 0;
	if (p->serial < older->serial && (kfg_gate_sealed(d->gate) || !d->config->force)) {
		kfg_strbuf_printf(why, "serial %" PRId64 " is lower than %" PRId64 " of the policy in force%s\n",
				  p->serial, (int64_t)older->serial,
				  kfg_gate_sealed(d->gate) ? ", which is sealed" : "; --force takes it all the same");
		return -EPERM;
	}
	if (p->serial == older->serial)
		kfg_log_warning("the policy in force had serial %" PRId64 ", too, and other content", p->serial);
	if (kfg_mode_enforces(older->mode) && !kfg_mode_enforces(p->mode))
		kfg_log_warning("the policy in force refused loads; this one, in mode %s, refuses none",
				kfg_mode_str(p->mode));
	return 0;
}

static int first_policy(struct kfg_daemon *d, struct kfg_loaded *loaded, struct kfg_candidate *ret_candidate)
{
	_cleanup_strbuf_ struct kfg_strbuf why = KFG_STRBUF(WHY_MAX);
	int r = kfg_candidate_make(d, loaded, ret_candidate, &why);

	if (r == 0)
		r = compare_inherited(d, ret_candidate->policy.names, &why);
	report_policy(d, r, &why);
	return r;
}

static int prove(struct kfg_daemon *d)
{
	int r = kfg_daemon_prove(d);

	if (r < 0 && !kfg_daemon_records_suffice(d))
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
		kfg_log_info("gate %" PRIu64 " took over from gate %" PRIu64, instance, from);
	return 0;
}

/* A guard refuses even a look at who holds its pins; that may be an agent that runs, or nobody. */
static bool agent_answers(const struct kfg_daemon *d)
{
	_cleanup_free_ char *text = NULL;
	int code;

	return !kfg_control_ask(d->config->runtime_dir, KFG_REQUEST_STATUS, &code, &text, NULL);
}

/* The gate, not attached; generations count on from those of an older one, so that its events can be told apart. */
static int open_gate(struct kfg_daemon *d, const struct kfg_probe *kernel)
{
	struct kfg_table_header older[KFG_TABLES_MAX];
	const char *why = NULL;
	int r = kfg_gate_open(kernel, &d->gate, &why);

	if (r == -EBUSY || (r == -EPERM && agent_answers(d))) {
		kfg_log_error("another kfgate is running: %s", why);
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
	kfg_daemon_drain_begin(d);
	return KFG_EXIT_OK;
}

#define ENOTSUPP 524 /* include/linux/errno.h; not for user space, which gets it all the same */

/*
 * -E2BIG: BPF_MAX_TRAMP_LINKS programs are on a hook already (include/linux/bpf.h: 38 on amd64, 6.1..7.3).
 * -ENOTSUPP: there is no BPF trampoline (kernel/bpf/trampoline.c, 6.1..7.3); Debian's 6.1 for arm64 has none.
 */
static int attach_gate(struct kfg_daemon *d)
{
	int r = kfg_gate_attach(d->gate);
	uint64_t from;

	if (r >= 0)
		return r;
	if (r == -ENOTSUPP) {
		kfg_log_error(
			"cannot attach the gate: this kernel can attach no BPF program to its functions (it has no "
			"BPF trampoline; on arm64 that takes CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS, which came "
			"after Linux 6.1): nothing is enforced");
		return r;
	}
	if (r != -E2BIG)
		return kfg_log_errno(r, "cannot attach the gate: %m");
	(void)kfg_gate_instance(d->gate, &from);
	set_failure(d, "programs of others hold every place on one of its hooks ('bpftool link' lists them)");
	if (!from || !kfg_daemon_records_suffice(d))
		kfg_log_error(
			"cannot attach the gate: programs of others hold every place on one of its hooks ('bpftool "
			"link' lists them); %s until some are taken off and kfgate is started again",
			from ? "the gate that was in force before goes on with its policy" : "nothing is enforced");
	return r;
}

/* What is guarded is not given up for what is not. */
static int succeed(struct kfg_daemon *d)
{
	const char *why = NULL;
	int r = kfg_daemon_guarding_succeed(d, &why);

	if (r == 0)
		return 0;
	if (!kfg_daemon_records_suffice(d))
		kfg_log_error(
			"the gate in force is guarded, and this one would not be: %s; the older one goes on with its "
			"policy",
			why);
	set_failure(d, why);
	return r;
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
	r = kfg_daemon_swap(d, candidate, &text);
	if (r < 0)
		return kfg_log_errno(r, "%.*s", (int)strcspn(kfg_strbuf_text(&text), "\n"), kfg_strbuf_text(&text));
	r = attach_gate(d);
	if (r < 0)
		return r;
	r = prove(d);
	if (r == 0)
		r = succeed(d);
	if (r == 0)
		r = take_over(d);
	if (r < 0)
		return r;
	d->in_force = true;
	if (!kfg_gate_has_stage1(d->gate))
		kfg_log_warning("this kernel has no bpf_prog_load hook: programs are judged after "
				"verification only (stage 2), by their live calls");
	return 0;
}

static void ready(struct kfg_daemon *d)
{
	const struct kfg_policy_names *p = d->current.names;
	struct kfg_record *record = NULL;

	(void)kfg_daemon_queue_record(d, kfg_notice_started(p, kfg_gate_has_stage1(d->gate), d->uts.release, &record),
				      &record);
	kfg_notifier_tell(d->notifier, "READY=1\nSTATUS=Policy %s %" PRId64 " in force", p->name, p->serial);
	/* who typed the command sees no journal */
	if (isatty(STDERR_FILENO))
		kfg_log_info("the gate is up: policy %s %" PRId64 ", mode %s; Ctrl-C takes it off", p->name, p->serial,
			     kfg_mode_str(p->mode));
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

static int put_up(struct kfg_daemon *d, const struct kfg_probe *kernel, struct kfg_loaded *loaded,
		  enum kfg_on_failure *on_failure)
{
	_cleanup_(kfg_candidate_done) struct kfg_candidate candidate = { 0 };
	int r = first_policy(d, loaded, &candidate);

	if (r < 0)
		return r == -EPERM ? KFG_EXIT_POLICY : KFG_EXIT_FAILURE;
	if (*on_failure == KFG_FAILURE_MAX)
		*on_failure = candidate.policy.names->on_failure;
	if (kfg_daemon_add_sources(d) < 0)
		return KFG_EXIT_FAILURE;
	if (bring_up(d, &candidate) < 0)
		return KFG_EXIT_NO_GATE;
	kfg_daemon_guarding_apply(d);
	kfg_daemon_note(d);
	kfg_daemon_sweep(d);
	kfg_daemon_missed_look(d);
	kfg_gate_btf_release();
	warn_without_lsm(d, kernel);
	ready(d);
	return KFG_EXIT_OK;
}

/*
 * on-failure: closed. An older gate goes on by the last policy that was good; where there is none, one is left behind
 * that refuses every program with a kfunc call, until an agent takes it over.
 */
static void close_gate(struct kfg_daemon *d, const struct kfg_probe *kernel)
{
	_cleanup_(kfg_candidate_done) struct kfg_candidate candidate = { 0 };
	struct kfg_record *record = NULL;
	uint64_t from;

	(void)kfg_gate_instance(d->gate, &from);
	if (!from) {
		kfg_gate_close(d->gate);
		d->gate = NULL;
		if (open_gate(d, kernel) != KFG_EXIT_OK || kfg_candidate_closed(d, &candidate) < 0 ||
		    bring_up(d, &candidate) < 0) {
			kfg_log(LOG_CRIT, "the gate cannot be closed either: nothing is enforced");
			return;
		}
		kfg_daemon_note(d);
	}
	(void)kfg_daemon_queue_record(d, kfg_notice_closed(from != 0, &record), &record);
}

/* What is left to do about a policy that cannot be read: a gate that refuses, where that is wanted. */
static int start_without_policy(struct kfg_daemon *d, const struct kfg_probe *kernel)
{
	if (d->config->on_failure != KFG_FAILURE_CLOSED)
		return KFG_EXIT_POLICY;
	if (open_gate(d, kernel) == KFG_EXIT_OK && drop_capabilities() == 0)
		close_gate(d, kernel);
	return KFG_EXIT_POLICY;
}

static int start(struct kfg_daemon *d)
{
	_cleanup_(kfg_loaded_done) struct kfg_loaded loaded = { 0 };
	enum kfg_on_failure on_failure = d->config->on_failure;
	struct kfg_probe kernel;
	char advice[640];
	int r = probe(d, &kernel);

	if (r != KFG_EXIT_OK)
		return r;
	if (start_outbox(d) < 0)
		return KFG_EXIT_FAILURE;
	r = read_policy(d, &loaded);
	if (r == KFG_EXIT_NO_GATE)
		kfg_log_error("%s", kfg_probe_advice(&kernel, advice, sizeof(advice)));
	if (r == KFG_EXIT_NO_GATE)
		return r;
	if (r != KFG_EXIT_OK)
		return start_without_policy(d, &kernel);
	r = open_gate(d, &kernel);
	if (r == KFG_EXIT_OK && drop_capabilities() < 0)
		r = KFG_EXIT_FAILURE;
	if (r == KFG_EXIT_OK)
		r = put_up(d, &kernel, &loaded, &on_failure);
	kfg_loaded_done(&loaded); /* not kept for the agent's life */
	if (r != KFG_EXIT_OK && d->gate && on_failure == KFG_FAILURE_CLOSED)
		close_gate(d, &kernel);
	kfg_gate_btf_release();
	kfg_daemon_guarding_settle(d);
	return r;
}

/* For who looks later: kfgate status, and where an older gate goes on, a record. */
static void tell_failure(struct kfg_daemon *d)
{
	const char *why = *d->failure ? d->failure : kfg_log_last_error();
	struct kfg_record *record = NULL;
	uint64_t from = 0;
	char text[256];
	bool older = kfg_daemon_note_failure(d, why);

	if (d->gate)
		(void)kfg_gate_instance(d->gate, &from);
	(void)snprintf(text, sizeof(text), "the next one is not taken: %s", why);
	if ((older || from) && d->outbox && !d->in_force)
		(void)kfg_daemon_queue_record(d, kfg_notice_kept(NULL, text, &record), &record);
}

int kfg_daemon_start(struct kfg_daemon *d)
{
	int r = start(d);

	/* where another one runs, that is the one to ask */
	if (r != KFG_EXIT_OK && r != KFG_EXIT_BUSY)
		tell_failure(d);
	return r;
}
