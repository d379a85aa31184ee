/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The whole agent but for the kernel: a fake gate, a service manager's socket, a client in a
 * thread, records as JSON.
 */
#include "base/exit_code.h"
#include "capture.h"
#include "control/client.h"
#include "daemon/daemon.h"
#include "fake_gate.h"
#include "fake_guard.h"
#include "sample_event.h"
#include "scratch_dir.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define POLICY_14 "version: 1\nname: t\nserial: 14\n"

static int notify_fd = -1;

/* What the client thread saw; it must not assert. */
static char seen[16384];

static void saw(const char *text)
{
	strncat(seen, text, sizeof(seen) - strlen(seen) - 1);
}

static int setup(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (scratch_setup(state) < 0)
		return -1;
	fake_gate_reset();
	fake_guard = (struct fake_guard){ 0 };
	seen[0] = '\0';
	notify_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", scratch_path("notify"));
	if (bind(notify_fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -1;
	setenv("NOTIFY_SOCKET", address.sun_path, 1);
	scratch_write("policy.yaml", POLICY_14);
	return 0;
}

static int teardown(void **state)
{
	close(notify_fd);
	unsetenv("NOTIFY_SOCKET");
	return scratch_teardown(state);
}

static int run_daemon(bool force)
{
	const char *policy = scratch_path("policy.yaml");
	const struct kfg_daemon_config config = {
		.policy_paths = &policy,
		.n_policy_paths = 1,
		.runtime_dir = scratch,
		.log = KFG_LOG_JSON,
		.force = force,
	};
	int code;

	capture_begin();
	code = kfg_daemon_run(&config);
	capture_end();
	return code;
}

/* Waits for the next word to the service manager whose first line is this. */
static void wait_for(const char *state)
{
	char message[512];
	ssize_t n;

	do {
		n = recv(notify_fd, message, sizeof(message) - 1, 0);
		if (n < 0)
			return;
		message[n] = '\0';
		message[strcspn(message, "\n")] = '\0';
	} while (strcmp(message, state) != 0);
}

static void ask(const char *request)
{
	char *text = NULL, code_text[32], message[512];
	int code = -1, r;

	/* the agent waits for a service manager that does not listen */
	while (recv(notify_fd, message, sizeof(message), MSG_DONTWAIT) > 0)
		;
	r = kfg_control_ask(scratch, request, &code, &text);
	snprintf(code_text, sizeof(code_text), "%s:%d:", r < 0 ? "failed" : "", code);
	saw(code_text);
	saw(text ? text : "\n");
	free(text);
}

/* Each request is a turn of the agent's loop: enough of them and it has read the events. */
static void send_events(size_t n)
{
	unsigned before = fake_gate.reads;
	char *text;
	int code;

	fake_gate.n_events = n;
	fake_gate_send();
	while (fake_gate.reads == before)
		if (kfg_control_ask(scratch, "nothing", &code, &text) == 0)
			free(text);
}

typedef void script_fn(void);

static void *client(void *script)
{
	wait_for("READY=1");
	((script_fn *)script)();
	kill(getpid(), SIGTERM);
	return NULL;
}

/* Runs the agent with a client that is told when it is ready and stops it in the end. */
static int run_with(script_fn *script, bool force)
{
	pthread_t thread;
	int code;

	assert_int_equal(pthread_create(&thread, NULL, client, script), 0);
	code = run_daemon(force);
	assert_int_equal(pthread_join(thread, NULL), 0);
	return code;
}

static void do_nothing(void)
{
}

/* The kinds of all records, in order, with a space after each. */
static const char *kinds(void)
{
	static char text[1024];
	const char *key = "\"KFGATE_KIND\":\"";

	text[0] = '\0';
	for (const char *at = captured; (at = strstr(at, key));) {
		at += strlen(key);
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%.*s ",
			 (int)strcspn(at, "\""), at);
	}
	return text;
}

static void test_starts_and_stops(void **state)
{
	(void)state;
	assert_int_equal(run_with(do_nothing, false), KFG_EXIT_OK);
	assert_string_equal(fake_gate.calls, "OPARTRSDC");
	assert_string_equal(kinds(), "policy-loaded swept started stopped ");
	assert_int_equal(access(scratch_path("control"), F_OK), -1);
	assert_true(fake_gate.clock_syncs >= 1);
}

static void test_guard(void **state)
{
	(void)state;
	assert_int_equal(run_with(do_nothing, false), KFG_EXIT_OK);
	assert_string_equal(fake_guard.calls, ""); /* nobody manages this process */
	scratch_write("policy.yaml", POLICY_14 "guard: on\n");
	fake_guard.n_attempts = 1;
	assert_int_equal(run_with(do_nothing, false), KFG_EXIT_OK);
	assert_string_equal(fake_guard.calls, "OcccARC");
	assert_non_null(strstr(captured, "\"KFGATE_KIND\":\"tampering\""));
	memset(&fake_guard.calls, 0, sizeof(fake_guard.calls));
	scratch_write("policy.yaml", POLICY_14 "guard: strict\n");
	assert_int_equal(run_with(do_nothing, false), KFG_EXIT_OK);
	assert_string_equal(fake_guard.calls, "OScccARC");
}

/* The gate is in force with a guard or without. */
static void test_guard_fails(void **state)
{
	(void)state;
	scratch_write("policy.yaml", POLICY_14 "guard: on\n");
	fake_guard.prove_error = -ENOTRECOVERABLE;
	assert_int_equal(run_with(do_nothing, false), KFG_EXIT_OK);
	assert_non_null(strstr(captured, "the gate is up, but not guarded against removal: because"));
	assert_string_equal(fake_guard.calls, "OcccARC");
	assert_string_equal(kinds(), "policy-loaded swept started stopped ");
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
	assert_non_null(
		strstr(captured,
		       "a canary load shows that it does not decide (a canary was loaded)"));
	assert_non_null(strstr(kinds(), "unproven "));
	assert_null(strstr(kinds(), "started "));
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
	assert_non_null(
		strstr(captured, "kfgate: cannot load the gate: Operation not permitted: hint\n"));
	fake_gate.open_error = 0;
	fake_gate.attach_error = -EBUSY;
	assert_int_equal(run_daemon(false), KFG_EXIT_NO_GATE);
	assert_non_null(
		strstr(captured, "kfgate: cannot attach the gate: Device or resource busy\n"));
	fake_gate.publish_error = -ENOMEM;
	assert_int_equal(run_daemon(false), KFG_EXIT_NO_GATE);
	assert_non_null(
		strstr(captured, "cannot put the policy into the kernel: Cannot allocate memory"));
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
	(void)state;
	scratch_write("policy.yaml", POLICY_14 "mode: no\n");
	assert_int_equal(run_daemon(false), KFG_EXIT_FAILURE);
	assert_non_null(strstr(captured, "policy.yaml:4:7: error: "));
	assert_non_null(strstr(captured, "kfgate:     4 | mode: no\n"));
	assert_string_equal(kinds(), "policy-rejected ");
	assert_string_equal(fake_gate.calls, "OC");
}

static void test_another_is_running(void **state)
{
	char expected[256];
	int fd;

	(void)state;
	scratch_write("lock", "4711\n");
	fd = open(scratch_path("lock"), O_RDWR | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(run_daemon(false), KFG_EXIT_BUSY);
	snprintf(expected, sizeof(expected),
		 "kfgate: another kfgate is running, pid 4711 holds %s/lock\n", scratch);
	assert_string_equal(captured, expected);
	close(fd);
}

static void test_stage2_alone(void **state)
{
	(void)state;
	fake_gate.without_stage1 = true;
	assert_int_equal(run_with(do_nothing, false), KFG_EXIT_OK);
	assert_non_null(strstr(captured, "judged after verification only (stage 2)"));
	assert_non_null(strstr(captured, "\"KFGATE_STAGES\":\"2\""));
}

static void reloads(void)
{
	scratch_write("policy.yaml", "version: 1\nname: t\nserial: 15\n");
	ask("reload");
	scratch_write("policy.yaml", POLICY_14);
	ask("reload");
	ask("reload force");
	scratch_write("policy.yaml", POLICY_14 "mode: no\n");
	ask("reload");
	scratch_write("policy.yaml", POLICY_14);
	fake_gate.publish_error = -E2BIG;
	ask("reload");
	fake_gate.publish_error = 0;
	fake_gate.canary_passes = true;
	ask("reload");
	ask("no such thing");
}

static void test_reload(void **state)
{
	char expected[2048];

	(void)state;
	assert_int_equal(run_with(reloads, false), KFG_EXIT_OK);
	snprintf(expected, sizeof(expected),
		 ":0:policy t 15 is in force\n"
		 ":1:serial 14 is lower than 15 of the policy in force; --force takes it all the "
		 "same\n"
		 "policy not taken, t 15 stays in force\n"
		 ":0:policy t 14 is in force\n"
		 ":1:%s/policy.yaml:4:7: error: \"no\" is not what \"mode\" can be, which is "
		 "enforce or audit\n"
		 "    4 | mode: no\n"
		 "      |       ^\n"
		 "policy not taken, t 14 stays in force\n"
		 ":1:cannot put the policy into the kernel: Argument list too long\n"
		 "policy not taken, t 14 stays in force\n"
		 ":1:policy t 14 is in force, but NOT PROVEN: a canary was loaded\n"
		 ":1:unknown request; is the running agent older than this kfgate?\n",
		 scratch);
	assert_string_equal(seen, expected);
	assert_string_equal(fake_gate.calls, "OPARTRS" "PRS" "PRS" "P" "PRS" "DC");
	assert_string_equal(
		kinds(), "policy-loaded swept started "
			 "policy-loaded swept policy-rejected policy-loaded swept policy-rejected "
			 "policy-rejected policy-loaded unproven swept stopped ");
}

static void hangups(void)
{
	scratch_write("policy.yaml", "version: 1\nname: t\nserial: 13\n");
	kill(getpid(), SIGHUP);
	wait_for("READY=1");
	ask("status json");
}

static void test_hangup(void **state)
{
	(void)state;
	assert_int_equal(run_with(hangups, false), KFG_EXIT_OK);
	assert_non_null(strstr(seen, "\"serial\": 14,"));
	assert_non_null(strstr(seen, "\"rejected\": \"serial 13 is lower than 14"));
}

static void test_forced_hangup(void **state)
{
	(void)state;
	assert_int_equal(run_with(hangups, true), KFG_EXIT_OK);
	assert_non_null(strstr(seen, "\"serial\": 13,"));
	assert_non_null(strstr(seen, "\"rejected\": null"));
}

static void events(void)
{
	struct kfg_event *e = fake_gate.events;

	for (size_t i = 0; i < 4; i++) {
		e[i] = sample_event();
		e[i].generation = fake_gate.generation;
	}
	/* 1 repeats 0, 2 is a canary, 3 makes no sense */
	e[2].kfuncs[0].verdict.rule = KFG_RULE_CANARY;
	e[3].mode = KFG_MODE_MAX;
	fake_gate.stats.n[KFG_STAT_LOST] = 3;
	send_events(4);
	/*
	 * a load that straddles a reload is told with the policy that judged it; one before that is
	 * not known any more
	 */
	scratch_write("policy.yaml", "version: 1\nname: second\nserial: 15\n");
	ask("reload");
	for (size_t i = 0; i < 3; i++) {
		e[i] = sample_event();
		e[i].pid = 1000 + i;
		e[i].generation = fake_gate.generation - i;
	}
	send_events(3);
	ask("status json");
}

static void test_events(void **state)
{
	(void)state;
	assert_int_equal(run_with(events, false), KFG_EXIT_OK);
	assert_string_equal(kinds(),
			    "policy-loaded swept started refused events-lost policy-loaded swept "
			    "refused refused refused stopped ");
	assert_non_null(strstr(captured, "\"KFGATE_COUNT\":\"3\",\"KFGATE_TOTAL\":\"3\""));
	assert_non_null(strstr(
		captured,
		"of cilium-agent[1000] (cilium.service): kfunc bpf_ct_insert_entry is listed "
		"by no rule [default for unlisted, policy second 14]"));
	assert_non_null(strstr(
		captured,
		"of cilium-agent[1001] (cilium.service): kfunc bpf_ct_insert_entry is listed "
		"by no rule [default for unlisted, policy t 14]"));
	assert_non_null(strstr(
		captured,
		"of cilium-agent[1002] (cilium.service): kfunc bpf_ct_insert_entry is listed "
		"by no rule [default for unlisted, policy serial 14]"));
	/* what was read: 1 + 3 that became records, and one of each other kind */
	assert_non_null(strstr(seen, "\"events_malformed\": 1,\n    \"events_recorded\": 4,\n"
				     "    \"events_unrecorded\": 0,\n    \"events_canary\": 1,\n"
				     "    \"duplicates\": 1,"));
	assert_non_null(strstr(seen, "\"events_lost\": 3,"));
}

static bool told_again(unsigned before)
{
	for (int tries = 0; fake_gate.file_calls == before && tries < 200; tries++)
		usleep(20000);
	return fake_gate.file_calls != before;
}

static void files(void)
{
	struct kfg_event *e = &fake_gate.events[0];
	char text[512];
	unsigned before;

	snprintf(text, sizeof(text),
		 POLICY_14 "rules:\n  - {id: a, kfuncs: [x], action: allow, "
			   "loaders: {exes: [%s/bin/agent, /z*]}}\n",
		 scratch);
	scratch_write("policy.yaml", text);
	before = fake_gate.file_calls; /* told before the policy is in force and after */
	ask("reload");
	saw(fake_gate.file_calls == before + 2 && fake_gate.n_files == 1 ? "told " : "not told ");
	before = fake_gate.file_calls;
	(void)mkdir(scratch_path("bin"), 0755);
	saw(told_again(before) ? "directory " : "no directory ");
	before = fake_gate.file_calls;
	scratch_write("bin/agent", "x");
	saw(told_again(before) ? "file " : "no file ");
	before = fake_gate.file_calls;
	*e = sample_event();
	e->exe_is = KFG_EXE_OTHER;
	send_events(1);
	saw(told_again(before) ? "loader\n" : "no loader\n");
}

static void test_files(void **state)
{
	(void)state;
	assert_int_equal(run_with(files, false), KFG_EXIT_OK);
	assert_non_null(strstr(seen, "told directory file loader\n"));
	assert_string_equal(fake_gate.first_file, scratch_path("bin/agent"));
	assert_non_null(strstr(captured, "; its /usr/bin/cilium-agent is not the host's"));
}

static void status(void)
{
	char text[512] = POLICY_14 "deprecations:\n";

	/* far ahead, so that the test does not depend on the day */
	for (int i = 7; i > 0; i--)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "  - {kfunc: bpf_%d, deadline: 2999-01-0%d}\n", i, i);
	strcat(text, "  - {kfunc: bpf_past, deadline: 2001-01-01}\n  - {kfunc: bpf_never}\n");
	scratch_write("policy.yaml", text);
	ask("reload");
	seen[0] = '\0';
	ask("status");
}

static void test_status(void **state)
{
	(void)state;
	assert_int_equal(run_with(status, false), KFG_EXIT_OK);
	assert_non_null(strstr(seen, "deprecations: 9 (past their deadline: 1)"));
	for (int i = 1; i <= 7; i++) {
		char name[16];

		snprintf(name, sizeof(name), "  bpf_%d\n", i);
		assert_true(!strstr(seen, name) == (i > 5));
	}
	assert_true(strstr(seen, "bpf_1") < strstr(seen, "bpf_5"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_starts_and_stops),
		CASE(test_guard),
		CASE(test_guard_fails),
		CASE(test_obstacle),
		CASE(test_canary_passes),
		CASE(test_canary_cannot_be_loaded),
		CASE(test_gate_fails),
		CASE(test_gate_is_held),
		CASE(test_cannot_take_over),
		CASE(test_gives_back),
		CASE(test_cannot_detach),
		CASE(test_takes_over),
		CASE(test_policy_with_errors),
		CASE(test_another_is_running),
		CASE(test_stage2_alone),
		CASE(test_reload),
		CASE(test_hangup),
		CASE(test_forced_hangup),
		CASE(test_events),
		CASE(test_files),
		CASE(test_status),
	};
	sigset_t signals;

	/* as in the agent, and before any thread is there that would take them */
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
