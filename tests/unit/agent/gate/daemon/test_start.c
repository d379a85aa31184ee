/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the agent starts, takes over, fails and leaves. */
#include "gate/control/left.h"
#include "run_agent.h"

#include "base/log.h"

#include <pty.h>

static void test_starts_and_stops(void **state)
{
	(void)state;
	assert_int_equal(run_with(do_nothing, false), KFG_EXIT_OK);
	assert_string_equal(fake_gate.calls, "OPARTRSDC");
	assert_string_equal(kinds(), "policy-loaded swept started stopped ");
	assert_int_equal(access(scratch_path("control"), F_OK), -1);
	assert_true(fake_gate.clock_syncs >= 1);
}

static void ask_for_programs(void)
{
	ask("programs");
}

static void ask_for_status(void)
{
	ask("status");
}

/* What the policy says where BPF LSM is not active; the guard runs there if it is asked for. */
static void test_without_lsm(void **state)
{
	(void)state;
	fake_gate.hooking = KFG_HOOKING_MODIFY_RETURN;
	fake_guard.missed = 3;
	scratch_write("policy.yaml", POLICY_14 "guard: on\n");
	assert_int_equal(run_with(ask_for_status, false), KFG_EXIT_OK);
	assert_non_null(strstr(seen, "BPF LSM: NOT ACTIVE: the gate refuses nothing; 0 loads were missed"));
	assert_non_null(strstr(captured,
			       "BPF LSM is not active: the gate modifies what functions of the kernel return. It "
			       "refuses nothing; boot with bpf"));
	assert_string_equal(kinds(), "policy-loaded swept started stopped ");
	assert_int_equal(fake_guard.calls[0], 'O');
	assert_non_null(strstr(seen, "the kernel left the guard out of 3 calls"));
	assert_non_null(strstr(captured, "the kernel left the guard out of 3 calls more"));
	fake_guard.calls[0] = '\0';
	scratch_write("policy.yaml", POLICY_14 "without-bpf-lsm: enforce\n");
	seen[0] = '\0';
	assert_int_equal(run_with(ask_for_status, false), KFG_EXIT_OK);
	assert_non_null(strstr(seen, "the gate refuses what it sees"));
	assert_string_equal(fake_guard.calls, "");
}

static void test_without_lsm_not_started(void **state)
{
	static const char *const unfit[][2] = {
		{ "without-bpf-lsm: refuse-to-start\n", "the policy says without-bpf-lsm: refuse-to-start" },
		{ "without-bpf-lsm: enforce\nmode: sealed\n", "mode sealed needs BPF LSM" },
		{ "without-bpf-lsm: enforce\nguard: strict\n", "guard strict needs BPF LSM" },
	};
	char text[256];

	(void)state;
	fake_gate.hooking = KFG_HOOKING_MODIFY_RETURN;
	on_failure = KFG_FAILURE_CLOSED;
	for (size_t i = 0; i < sizeof(unfit) / sizeof(unfit[0]); i++) {
		snprintf(text, sizeof(text), POLICY_14 "%s", unfit[i][0]);
		scratch_write("policy.yaml", text);
		assert_int_equal(run_daemon(false), KFG_EXIT_NO_GATE);
		assert_non_null(strstr(captured, unfit[i][1]));
		assert_non_null(strstr(captured, "boot with bpf"));
	}
	assert_string_equal(fake_gate.calls, "");
}

/* Told at the start what older agents did not tell, once, and examined. */
static void test_missed(void **state)
{
	(void)state;
	fake_gate.hooking = KFG_HOOKING_MODIFY_RETURN;
	fake_gate.missed = (struct kfg_missed){ 7, 0, 0 };
	fake_gate.missed_told = (struct kfg_missed){ 5, 0, 0 };
	assert_int_equal(run_with(ask_for_status, false), KFG_EXIT_OK);
	assert_string_equal(kinds(), "policy-loaded swept missed swept started stopped ");
	assert_non_null(strstr(captured, "\"KFGATE_COUNT\":\"2\",\"KFGATE_TOTAL\":\"7\""));
	assert_non_null(strstr(seen, "7 loads were missed"));
	assert_int_equal(fake_gate.missed_told.loads, 7);
	/* what is under way may count later, and never less */
	fake_gate.missed.loads = 6;
	assert_int_equal(run_with(do_nothing, false), KFG_EXIT_OK);
	assert_string_equal(kinds(), "policy-loaded swept started stopped ");
	fake_gate.hooking = KFG_HOOKING_LSM;
	fake_gate.missed.loads = 9;
	assert_int_equal(run_with(do_nothing, false), KFG_EXIT_OK);
	assert_string_equal(kinds(), "policy-loaded swept started stopped ");
}

static void test_guard(void **state)
{
	(void)state;
	assert_int_equal(run_with(ask_for_programs, false), KFG_EXIT_OK);
	assert_string_equal(seen, ":0:");
	assert_string_equal(fake_guard.calls, ""); /* nobody manages this process */
	scratch_write("policy.yaml", POLICY_14 "guard: on\n");
	fake_guard.n_attempts = 1;
	assert_int_equal(run_with(ask_for_programs, false), KFG_EXIT_OK);
	assert_non_null(strstr(seen, ":0:11\n12\n"));
	assert_string_equal(fake_guard.calls, "OxcccccARTC");
	assert_non_null(strstr(captured, "\"KFGATE_KIND\":\"tampering\""));
	memset(&fake_guard.calls, 0, sizeof(fake_guard.calls));
	scratch_write("policy.yaml", POLICY_14 "guard: strict\n");
	seen[0] = '\0';
	assert_int_equal(run_with(ask_for_status, false), KFG_EXIT_OK);
	assert_string_equal(fake_guard.calls, "OSxcccccARC");
	assert_non_null(strstr(seen, "Guard: on until the next boot (strict), 2 attempts"));
}

/* A program that can answer in the gate's place: told, and no reason not to start. */
static void test_override(void **state)
{
	(void)state;
	seen[0] = '\0';
	fake_gate.overrides = 1;
	assert_int_equal(run_with(ask_for_status, false), KFG_EXIT_OK);
	assert_non_null(strstr(seen, "1 OF OTHERS CAN ANSWER IN THE GATE'S PLACE"));
	assert_string_equal(kinds(), "policy-loaded override swept started stopped ");
	assert_non_null(strstr(captured, "\"KFGATE_TARGET\":\"security_bpf_prog\""));
	fake_gate.overrides = -EPERM;
	assert_int_equal(run_with(do_nothing, false), KFG_EXIT_OK);
	assert_non_null(strstr(captured, "cannot look for BPF programs that answer in the gate's place"));
}

/* The gate is in force with a guard or without. */
static void test_guard_fails(void **state)
{
	(void)state;
	scratch_write("policy.yaml", POLICY_14 "guard: on\n");
	fake_guard.prove_error = -ENOTRECOVERABLE;
	assert_int_equal(run_with(do_nothing, false), KFG_EXIT_OK);
	assert_non_null(strstr(captured, "the gate is up, but not guarded against removal: because"));
	assert_string_equal(fake_guard.calls, "OxcccccARC");
	assert_string_equal(kinds(), "policy-loaded swept started stopped ");
}

/* What is guarded is not taken over by what is not, unless the policy wants it so. */
static void test_weaker_guard(void **state)
{
	(void)state;
	fake_gate.from = 3;
	fake_gate.older_guarded = true;
	scratch_write("policy.yaml", POLICY_14 "guard: on\n");
	assert_int_equal(run_with(do_nothing, false), KFG_EXIT_OK);
	assert_string_equal(fake_guard.calls, "OxcccccARcccccTC");
	memset(&fake_guard.calls, 0, sizeof(fake_guard.calls));
	fake_guard.prove_error = -ENOTRECOVERABLE;
	fake_gate.calls[0] = '\0';
	assert_int_equal(run_daemon(false), KFG_EXIT_NO_GATE);
	assert_string_equal(fake_gate.calls, "OPARC");
	assert_string_equal(fake_guard.calls, "OxcccccARC");
	assert_non_null(strstr(captured, "the gate in force is guarded, and this one would not be: because"));
	assert_non_null(strstr(captured, "\"KFGATE_KIND\":\"kept\""));
	memset(&fake_guard.calls, 0, sizeof(fake_guard.calls));
	scratch_write("policy.yaml", POLICY_14 "guard: off\n");
	assert_int_equal(run_with(do_nothing, false), KFG_EXIT_OK);
	assert_non_null(strstr(captured, "the gate in force is guarded; this policy wants no guard"));
	fake_gate.sealed = true;
	scratch_write("policy.yaml", POLICY_14 "mode: sealed\nguard: off\n");
	assert_int_equal(run_daemon(false), KFG_EXIT_NO_GATE);
	assert_non_null(strstr(captured, "it is guarded and sealed, and this policy wants no guard"));
	assert_string_equal(fake_guard.calls, "");
}

static void test_obstacle(void **state)
{
	(void)state;
	fake_gate.obstacle = "add lsm=x,bpf";
	assert_int_equal(run_daemon(false), KFG_EXIT_NO_GATE);
	assert_string_equal(captured, "kfgate: no enforcement is possible here: add lsm=x,bpf\n");
	assert_string_equal(fake_gate.calls, "");
}

static void test_canary_passes(void **state)
{
	(void)state;
	fake_gate.canary_passes = true;
	assert_int_equal(run_daemon(false), KFG_EXIT_NO_GATE);
	assert_string_equal(fake_gate.calls, "OPARC");
	assert_non_null(strstr(captured, "a canary load shows that it does not decide (a canary was loaded)"));
	assert_non_null(strstr(kinds(), "unproven "));
	assert_null(strstr(kinds(), "started "));
}

/* Who types the command sees that it is up, and how to end it. */
static void test_says_so_on_terminal(void **state)
{
	const char *policy;
	const struct kfg_daemon_config config = agent_config(&policy, KFG_DAEMON_LOG_TARGET_JSON);
	char text[4096];
	pthread_t thread;
	int ours, theirs;
	ssize_t n;

	(void)state;
	assert_int_equal(run_with(do_nothing, false), KFG_EXIT_OK);
	assert_null(strstr(captured, "the gate is up"));
	assert_int_equal(openpty(&ours, &theirs, NULL, NULL, NULL), 0);
	capture_begin();
	dup2(theirs, STDERR_FILENO);
	assert_int_equal(pthread_create(&thread, NULL, client, do_nothing), 0);
	assert_int_equal(kfg_daemon_run(&config), KFG_EXIT_OK);
	assert_int_equal(pthread_join(thread, NULL), 0);
	capture_end();
	n = read(ours, text, sizeof(text) - 1);
	assert_true(n > 0);
	text[n] = '\0';
	assert_non_null(strstr(text, "kfgate: the gate is up: policy t 14, mode enforce; Ctrl-C takes it off"));
	close(ours);
	close(theirs);
}

/* As a service: standard error and the records are entries of one journal, whose records nobody reads here. */
static int run_in_journal(void)
{
	const char *policy;
	const struct kfg_daemon_config config = agent_config(&policy, KFG_DAEMON_LOG_TARGET_JOURNAL);
	char stream[64];
	struct stat st;
	int code;

	capture_begin();
	(void)fstat(STDERR_FILENO, &st);
	snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	kfg_log_open(LOG_INFO);
	code = kfg_daemon_run(&config);
	capture_end();
	unsetenv("JOURNAL_STREAM");
	kfg_log_open(LOG_INFO);
	return code;
}

/* What a record says is not said once more beside it. */
static void test_once_in_journal(void **state)
{
	(void)state;
	scratch_write("policy.yaml", POLICY_14 "mode: enfroce\nfoo: 1\n");
	assert_int_equal(run_daemon(false), KFG_EXIT_POLICY);
	assert_non_null(strstr(captured, "enfroce"));
	assert_int_equal(run_in_journal(), KFG_EXIT_POLICY);
	assert_null(strstr(captured, "is not what")); /* that is the record's */
	assert_non_null(strstr(captured, "<3>"));
	assert_non_null(strstr(captured, "foo")); /* this is not */
	scratch_write("policy.yaml", POLICY_14);
	fake_gate.canary_passes = true;
	assert_int_equal(run_in_journal(), KFG_EXIT_NO_GATE);
	assert_null(strstr(captured, "canary"));
	fake_gate.canary_passes = false;
	fake_gate.attach_error = -E2BIG;
	assert_int_equal(run_in_journal(), KFG_EXIT_NO_GATE);
	assert_non_null(strstr(captured, "others hold every place on one of its hooks")); /* no record says it */
	fake_gate.from = 3;
	assert_int_equal(run_in_journal(), KFG_EXIT_NO_GATE);
	assert_null(strstr(captured, "others hold every place"));
}

static void test_canary_cannot_be_loaded(void **state)
{
	(void)state;
	fake_gate.prove_error = -EPERM;
	assert_int_equal(run_daemon(false), KFG_EXIT_NO_GATE);
	assert_non_null(strstr(captured, "cannot load a canary: Operation not permitted"));
}

static void test_gate_fails(void **state)
{
	(void)state;
	fake_gate.open_error = -EPERM;
	assert_int_equal(run_daemon(false), KFG_EXIT_NO_GATE);
	assert_non_null(strstr(captured, "kfgate: cannot load the gate: Operation not permitted: hint\n"));
	fake_gate.open_error = 0;
	fake_gate.attach_error = -EBUSY;
	assert_int_equal(run_daemon(false), KFG_EXIT_NO_GATE);
	assert_non_null(strstr(captured, "kfgate: cannot attach the gate: Device or resource busy\n"));
	fake_gate.attach_error = -E2BIG;
	assert_int_equal(run_daemon(false), KFG_EXIT_NO_GATE);
	assert_non_null(strstr(captured, "others hold every place on one of its hooks"));
	assert_non_null(strstr(captured, "nothing is enforced until"));
	fake_gate.from = 3;
	assert_int_equal(run_daemon(false), KFG_EXIT_NO_GATE);
	assert_non_null(strstr(captured, "the gate that was in force before goes on with its policy until"));
	fake_gate.from = 0;
	fake_gate.publish_error = -ENOMEM;
	assert_int_equal(run_daemon(false), KFG_EXIT_NO_GATE);
	assert_non_null(strstr(captured, "cannot put the policy into the kernel: Cannot allocate memory"));
}

static void test_gate_is_held(void **state)
{
	(void)state;
	fake_gate.open_error = -EBUSY;
	assert_int_equal(run_daemon(false), KFG_EXIT_BUSY);
	assert_string_equal(captured, "kfgate: another kfgate is running: hint\n");
	assert_string_equal(fake_gate.calls, "O");
}

static void test_cannot_take_over(void **state)
{
	(void)state;
	fake_gate.take_over_error = -EIO;
	assert_int_equal(run_daemon(false), KFG_EXIT_NO_GATE);
	assert_non_null(strstr(captured, "cannot be put in charge: Input/output error\n"));
	assert_string_equal(fake_gate.calls, "OPARTGC");
}

/* What took over and is seen not to decide gives back; what is in force is not taken off. */
static void test_gives_back(void **state)
{
	(void)state;
	fake_gate.from = 6;
	fake_gate.passes_from = 2;
	assert_int_equal(run_daemon(false), KFG_EXIT_NO_GATE);
	assert_string_equal(fake_gate.calls, "OPARTRGC");
	assert_null(strstr(kinds(), "stopped "));
}

static void test_cannot_detach(void **state)
{
	(void)state;
	fake_gate.detach_error = -EPERM;
	assert_int_equal(run_with(do_nothing, false), KFG_EXIT_OK);
	assert_string_equal(kinds(), "policy-loaded swept started ");
	assert_non_null(strstr(captured, "cannot be taken off, it stays in force: Operation not permitted"));
}

static void test_on_stop_keep(void **state)
{
	(void)state;
	scratch_write("policy.yaml", POLICY_14 "on-stop: keep\n");
	assert_int_equal(run_with(do_nothing, false), KFG_EXIT_OK);
	assert_string_equal(fake_gate.calls, "OPARTRSC");
	assert_string_equal(kinds(), "policy-loaded swept started kept ");
}

static void test_sealed_serial(void **state)
{
	(void)state;
	fake_gate.sealed = true;
	fake_gate.from = 1;
	fake_gate.n_inherited = 1;
	fake_gate.inherited[0] = (struct kfg_table_header){ .generation = 3, .serial = 15 };
	assert_int_equal(run_daemon(false), KFG_EXIT_POLICY);
	assert_non_null(strstr(captured, "serial 14 is lower than 15 of the policy in force, which is sealed"));
	assert_string_equal(fake_gate.calls, "OC");
}

/* A restart is held to what a reload is held to: it may not weaken in silence. */
static void test_restart_weakens(void **state)
{
	(void)state;
	fake_gate.from = 1;
	fake_gate.n_inherited = 1;
	fake_gate.inherited[0] = (struct kfg_table_header){ .generation = 3, .serial = 15, .mode = KFG_MODE_ENFORCE };
	assert_int_equal(run_daemon(false), KFG_EXIT_POLICY);
	assert_non_null(strstr(captured, "serial 14 is lower than 15 of the policy in force; --force takes it"));
	assert_string_equal(fake_gate.calls, "OC");
	assert_string_equal(kinds(), "policy-rejected kept ");
	assert_int_equal(run_with(do_nothing, true), KFG_EXIT_OK);
	fake_gate.inherited[0].serial = 14;
	scratch_write("policy.yaml", POLICY_14 "mode: audit\n");
	assert_int_equal(run_with(do_nothing, false), KFG_EXIT_OK);
	assert_non_null(strstr(captured, "had serial 14, too, and other content"));
	assert_non_null(strstr(captured, "refused loads; this one, in mode audit, refuses none"));
	scratch_write("policy.yaml", "version: 1\nname: t\nserial: 15\n");
	assert_int_equal(run_with(do_nothing, false), KFG_EXIT_OK);
	assert_null(strstr(captured, "the policy in force"));
}

/* What "kfgate status" says when the agent is gone. */
static void test_leaves_word(void **state)
{
	struct kfg_left left;

	(void)state;
	mkdir(scratch_path("pins"), 0755);
	scratch_write("policy.yaml", POLICY_14 "on-stop: keep\nmode: audit\n");
	assert_int_equal(run_with(do_nothing, false), KFG_EXIT_OK);
	assert_int_equal(kfg_left_read(scratch_path("pins"), scratch, &left), 0);
	mkdir(scratch_path("pins/1"), 0755);
	assert_int_equal(kfg_left_read(scratch_path("pins"), scratch, &left), 0); /* nothing attached */
	scratch_write("pins/1/link_kfgate_prog", "");
	assert_int_equal(kfg_left_read(scratch_path("pins"), scratch, &left), 1);
	assert_string_equal(left.policy, "t");
	assert_string_equal(left.mode, "audit");
	assert_string_equal(left.guard, "off");
	assert_int_equal(left.serial, 14);
	assert_true(left.since_usec > 0);
	/* another gate than the one that was written about */
	scratch_write("in-force", "policy=t\nserial=14\ninstance=9\n");
	assert_int_equal(kfg_left_read(scratch_path("pins"), scratch, &left), 1);
	assert_string_equal(left.policy, "");
	assert_int_equal(left.instance, 1);
	assert_int_equal(kfg_left_read(scratch_path("none"), scratch, &left), 0);
	scratch_write("policy.yaml", POLICY_14);
	assert_int_equal(run_with(do_nothing, false), KFG_EXIT_OK);
	assert_int_equal(access(scratch_path("in-force"), F_OK), -1); /* the gate was taken off */
}

/* What cannot be written anew does not stay as it was: it would be told of as if it were in force. */
static void test_leaves_no_old_word(void **state)
{
	char temporary[32];

	(void)state;
	snprintf(temporary, sizeof(temporary), "in-force.%d.tmp", getpid()); /* in the way of write_file.c */
	scratch_write(temporary, "");
	scratch_write("in-force", "policy=old\nserial=1\nmode=enforce\ninstance=1\n");
	scratch_write("policy.yaml", POLICY_14 "on-stop: keep\nmode: audit\n");
	assert_int_equal(run_with(do_nothing, false), KFG_EXIT_OK);
	assert_non_null(strstr(captured, "cannot write down what is in force"));
	assert_int_equal(access(scratch_path("in-force"), F_OK), -1);
	unlink(scratch_path(temporary));
}

static void test_closed(void **state)
{
	(void)state;
	on_failure = KFG_FAILURE_CLOSED;
	scratch_write("policy.yaml", POLICY_14 "mode: no\n");
	assert_int_equal(run_daemon(false), KFG_EXIT_POLICY);
	assert_string_equal(fake_gate.calls, "OCOPARTRC");
	assert_string_equal(kinds(), "policy-rejected policy-loaded closed ");
	assert_non_null(strstr(captured, "every BPF program that calls a kfunc is refused until one can"));
}

/* An older gate decides by a policy that was good. */
static void test_closed_with_older(void **state)
{
	(void)state;
	on_failure = KFG_FAILURE_CLOSED;
	fake_gate.from = 3;
	scratch_write("policy.yaml", POLICY_14 "mode: no\n");
	assert_int_equal(run_daemon(false), KFG_EXIT_POLICY);
	assert_string_equal(fake_gate.calls, "OC");
	assert_string_equal(kinds(), "policy-rejected closed kept ");
}

static void test_cannot_close(void **state)
{
	(void)state;
	fake_gate.attach_error = -E2BIG;
	scratch_write("policy.yaml", POLICY_14 "on-failure: closed\n");
	assert_int_equal(run_daemon(false), KFG_EXIT_NO_GATE);
	assert_string_equal(fake_gate.calls, "OPACOPAC");
	assert_non_null(strstr(captured, "the gate cannot be closed either: nothing is enforced"));
	on_failure = KFG_FAILURE_OPEN;
	fake_gate.calls[0] = '\0';
	assert_int_equal(run_daemon(false), KFG_EXIT_NO_GATE);
	assert_string_equal(fake_gate.calls, "OPAC");
}

static int run_detach(void)
{
	int code;

	capture_begin();
	code = kfg_daemon_detach();
	capture_end();
	return code;
}

static void test_detach(void **state)
{
	(void)state;
	fake_gate.left = 0;
	assert_int_equal(run_detach(), KFG_EXIT_OK);
	assert_string_equal(captured, "kfgate: there is no gate to take off\n");
	fake_gate.left = 2;
	assert_int_equal(run_detach(), KFG_EXIT_OK);
	assert_string_equal(captured, "kfgate: the gate was taken off: BPF programs are not judged any more\n");
	fake_gate.left = -EPERM;
	assert_int_equal(run_detach(), KFG_EXIT_FAILURE);
	assert_string_equal(captured, "kfgate: the gate cannot be taken off: Operation not permitted: hint\n");
	fake_gate.left = -EBUSY;
	assert_int_equal(run_detach(), KFG_EXIT_BUSY);
	assert_non_null(strstr(captured, "takes the gate off when it is told to stop: hint\n"));
}

static void older_events(void)
{
	struct kfg_event *e = fake_gate.events;

	for (size_t i = 0; i < 2; i++) {
		e[i] = sample_event();
		e[i].pid = 1000 + i;
		e[i].generation = 40 + i;
	}
	send_events(2);
	ask("status json");
}

/* An older agent's events are told by the names of the policy, when it is the same. */
static void test_takes_over(void **state)
{
	const char *digest;

	(void)state;
	fake_gate.from = 6;
	fake_gate.older = 1;
	fake_gate.n_inherited = 1;
	fake_gate.lost_told = fake_gate.stats.n[KFG_STAT_LOST] = 7;
	assert_int_equal(run_with(older_events, false), KFG_EXIT_OK);
	digest = strstr(seen, "\"digest\": \"");
	assert_non_null(digest);
	fake_gate.inherited[0] = (struct kfg_table_header){
		.generation = 41,
		.digest = strtoull(digest + strlen("\"digest\": \""), NULL, 16),
	};
	assert_int_equal(fake_gate.generation, 1);
	assert_int_equal(run_with(older_events, false), KFG_EXIT_OK);
	assert_int_equal(fake_gate.generation, 42);
	assert_non_null(strstr(captured, "gate 7 took over from gate 6"));
	assert_non_null(strstr(captured, "of cilium-agent[1000] (cilium.service): kfunc bpf_ct_insert_entry is "
					 "listed by no rule [default for unlisted, policy serial 14]"));
	assert_non_null(strstr(captured, "of cilium-agent[1001] (cilium.service): kfunc bpf_ct_insert_entry is "
					 "listed by no rule [default for unlisted, policy t 14]"));
	assert_null(strstr(kinds(), "events-lost"));
	assert_non_null(strstr(fake_gate.calls, "E"));
}

static void test_policy_with_errors(void **state)
{
	struct kfg_left left;

	(void)state;
	scratch_write("policy.yaml", POLICY_14 "mode: no\n");
	assert_int_equal(run_daemon(false), KFG_EXIT_POLICY);
	assert_non_null(strstr(captured, "policy.yaml:4:7: error: "));
	assert_non_null(strstr(captured, "kfgate:     4 | mode: no\n"));
	assert_string_equal(kinds(), "policy-rejected ");
	assert_string_equal(fake_gate.calls, ""); /* it is read first */
	/* status can say why nothing is in force, until an agent starts */
	assert_int_equal(kfg_left_read(scratch_path("none"), scratch, &left), 0);
	assert_non_null(strstr(left.not_started, "policy.yaml:4:7: error: \"no\" is not what"));
	scratch_write("policy.yaml", POLICY_14);
	assert_int_equal(run_with(do_nothing, false), KFG_EXIT_OK);
	assert_int_equal(kfg_left_read(scratch_path("none"), scratch, &left), 0);
	assert_string_equal(left.not_started, "");
}

static void test_stage2_alone(void **state)
{
	(void)state;
	fake_gate.without_stage1 = true;
	assert_int_equal(run_with(do_nothing, false), KFG_EXIT_OK);
	assert_non_null(strstr(captured, "judged after verification only (stage 2)"));
	assert_non_null(strstr(captured, "\"KFGATE_STAGES\":\"2\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_starts_and_stops),
		CASE(test_override),
		CASE(test_guard),
		CASE(test_without_lsm),
		CASE(test_without_lsm_not_started),
		CASE(test_missed),
		CASE(test_guard_fails),
		CASE(test_weaker_guard),
		CASE(test_obstacle),
		CASE(test_canary_passes),
		CASE(test_canary_cannot_be_loaded),
		CASE(test_once_in_journal),
		CASE(test_says_so_on_terminal),
		CASE(test_gate_fails),
		CASE(test_gate_is_held),
		CASE(test_cannot_take_over),
		CASE(test_gives_back),
		CASE(test_cannot_detach),
		CASE(test_on_stop_keep),
		CASE(test_sealed_serial),
		CASE(test_restart_weakens),
		CASE(test_leaves_word),
		CASE(test_leaves_no_old_word),
		CASE(test_closed),
		CASE(test_closed_with_older),
		CASE(test_cannot_close),
		CASE(test_detach),
		CASE(test_takes_over),
		CASE(test_policy_with_errors),
		CASE(test_stage2_alone),
	};

	block_signals();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
