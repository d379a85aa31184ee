/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run_agent.h - the whole agent but for the kernel: a fake gate, a service manager's socket, a client in a thread,
 * records as JSON.
 */
#pragma once

#include "base/exit_code.h"
#include "capture.h"
#include "gate/control/client.h"
#include "gate/daemon/daemon.h"
#include "fake_gate.h"
#include "fake_guard.h"
#include "sample_event.h"
#include "scratch_dir.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>

#define POLICY_14 "version: 1\nname: t\nserial: 14\n"

static int notify_fd = -1;
static enum kfg_on_failure on_failure;

/* What the client thread saw; it must not assert. */
static char seen[16384];

static inline void saw(const char *text)
{
	strncat(seen, text, sizeof(seen) - strlen(seen) - 1);
}

static inline int setup(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (scratch_setup(state) < 0)
		return -1;
	fake_gate_reset();
	fake_guard = (struct fake_guard){ 0 };
	on_failure = KFG_FAILURE_MAX;
	seen[0] = '\0';
	notify_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", scratch_path("notify"));
	if (bind(notify_fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -1;
	setenv("NOTIFY_SOCKET", address.sun_path, 1);
	scratch_write("policy.yaml", POLICY_14);
	return 0;
}

static inline int teardown(void **state)
{
	close(notify_fd);
	unsetenv("NOTIFY_SOCKET");
	return scratch_teardown(state);
}

/* With the policy of the scratch directory; *policy holds its path as long as the result is used. */
static inline struct kfg_daemon_config agent_config(const char **policy, enum kfg_daemon_log_target log)
{
	*policy = scratch_path("policy.yaml");
	return (struct kfg_daemon_config){
		.policy_paths = policy,
		.n_policy_paths = 1,
		.runtime_dir = scratch,
		.log = log,
		.on_failure = KFG_FAILURE_MAX,
	};
}

static inline int run_daemon(bool force)
{
	const char *policy;
	struct kfg_daemon_config config = agent_config(&policy, KFG_DAEMON_LOG_TARGET_JSON);
	int code;

	config.on_failure = on_failure;
	config.force = force;
	capture_begin();
	code = kfg_daemon_run(&config);
	capture_end();
	return code;
}

/* Waits for the next word to the service manager whose first line is this. */
static inline void wait_for(const char *state)
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

static inline void ask(const char *request)
{
	char *text = NULL, code_text[32], message[512];
	int code = -1, r;

	/* the agent waits for a service manager that does not listen */
	while (recv(notify_fd, message, sizeof(message), MSG_DONTWAIT) > 0)
		;
	r = kfg_control_ask(scratch, request, &code, &text, NULL);
	snprintf(code_text, sizeof(code_text), "%s:%d:", r < 0 ? "failed" : "", code);
	saw(code_text);
	saw(text ? text : "\n");
	free(text);
}

/* Each request is a turn of the agent's loop: enough of them and it has read the events. */
static inline void send_events(size_t n)
{
	unsigned before = fake_gate.reads;
	char *text;
	int code;

	fake_gate.n_events = n;
	fake_gate_send();
	while (fake_gate.reads == before)
		if (kfg_control_ask(scratch, "nothing", &code, &text, NULL) == 0)
			free(text);
}

typedef void script_fn(void);

static inline void *client(void *script)
{
	wait_for("READY=1");
	((script_fn *)script)();
	kill(getpid(), SIGTERM);
	return NULL;
}

/* Runs the agent with a client that is told when it is ready and stops it in the end. */
static inline int run_with(script_fn *script, bool force)
{
	pthread_t thread;
	int code;

	assert_int_equal(pthread_create(&thread, NULL, client, script), 0);
	code = run_daemon(force);
	assert_int_equal(pthread_join(thread, NULL), 0);
	return code;
}

static inline void do_nothing(void)
{
}

/* The kinds of all records, in order, with a space after each. */
static inline const char *kinds(void)
{
	static char text[1024];
	const char *key = "\"KFGATE_KIND\":\"";

	text[0] = '\0';
	for (const char *at = captured; (at = strstr(at, key));) {
		at += strlen(key);
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%.*s ", (int)strcspn(at, "\""), at);
	}
	return text;
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* Signals as in the agent, blocked before any thread is there that would take them. */
static inline void block_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, NULL);
}
