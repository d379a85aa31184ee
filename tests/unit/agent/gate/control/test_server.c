/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/exit_code.h"
#include "gate/control/client.h"
#include "gate/control/protocol.h"
#include "gate/control/server.h"
#include "scratch_dir.h"

#include <errno.h>
#include <grp.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

static sd_event *event;
static struct kfg_control_server *server;
static unsigned answered;

static int answer(void *userdata, const char *request, struct kfg_strbuf *reply)
{
	(void)userdata;
	answered++;
	if (strcmp(request, "large") == 0)
		for (int i = 0; i < 60000; i++)
			kfg_strbuf_adds(reply, "x");
	else
		kfg_strbuf_printf(reply, "you said %s\n", request);
	return strcmp(request, "fail") == 0 ? 7 : 0;
}

static int setup(void **state)
{
	answered = 0;
	if (scratch_setup(state) < 0 || sd_event_new(&event) < 0)
		return -1;
	return kfg_control_server_new(event, scratch, answer, NULL, &server);
}

static int teardown(void **state)
{
	kfg_control_server_free(server);
	sd_event_unref(event);
	return scratch_teardown(state);
}

struct ask {
	const char *request;
	int result, code;
	char *text;
	pid_t peer;
};

static void *ask_thread(void *arg)
{
	struct ask *a = arg;

	a->result = kfg_control_ask(scratch, a->request, &a->code, &a->text, &a->peer);
	return NULL;
}

/* The client waits in a thread while the server's loop runs here. */
static struct ask ask(const char *request)
{
	struct ask a = { .request = request, .code = -1 };
	unsigned before = answered;
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, ask_thread, &a), 0);
	while (answered == before)
		assert_true(sd_event_run(event, UINT64_MAX) >= 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	if (a.result == 0)
		assert_int_equal(a.peer, getpid());
	return a;
}

static int connect_raw(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/control", scratch);
	assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void run_idle(void)
{
	int r;

	do {
		r = sd_event_run(event, 0);
	} while (r > 0);
	assert_int_equal(r, 0);
}

static void test_answers(void **state)
{
	struct ask a = ask("hello");

	(void)state;
	assert_int_equal(a.result, 0);
	assert_int_equal(a.code, 0);
	assert_string_equal(a.text, "you said hello\n");
	free(a.text);
	a = ask("fail");
	assert_int_equal(a.code, 7);
	free(a.text);
	a = ask("large");
	assert_int_equal(strlen(a.text), 60000);
	free(a.text);
}

static void test_mode(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(stat(scratch_path("control"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

/* In a process of root's with another group, asked by a user of that group. */
static int ask_as(uid_t uid, gid_t gid, const char *request)
{
	int code = -1, status;
	char *text = NULL;
	pid_t pid = fork();

	if (pid == 0) {
		if (setgroups(0, NULL) < 0 || setgid(gid) < 0 || setuid(uid) < 0)
			_exit(99);
		if (kfg_control_ask(scratch, request, &code, &text, NULL) < 0)
			_exit(98);
		_exit(code);
	}
	while (waitpid(pid, &status, WNOHANG) == 0)
		assert_true(sd_event_run(event, 10000) >= 0);
	return WEXITSTATUS(status);
}

static void test_group(void **state)
{
	struct stat st;

	(void)state;
	if (geteuid() != 0 || setegid(12345) < 0) {
		print_message("left out: only root can have another group\n");
		return;
	}
	kfg_control_server_free(server);
	server = NULL;
	assert_int_equal(chmod(scratch, 0755), 0);
	assert_int_equal(kfg_control_server_new(event, scratch, answer, NULL, &server), 0);
	assert_int_equal(stat(scratch_path("control"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	assert_int_equal(st.st_gid, 12345);
	assert_int_equal(ask_as(1000, 12345, "status"), 0);
	assert_int_equal(ask_as(1000, 12345, "status json"), 0);
	assert_int_equal(ask_as(1000, 12345, "parts 7"), 0);
	assert_int_equal(answered, 3);
	assert_int_equal(ask_as(1000, 12345, "reload"), KFG_EXIT_FAILURE);
	assert_int_equal(ask_as(1000, 12345, "statusx"), KFG_EXIT_FAILURE);
	assert_int_equal(answered, 3);
	assert_int_equal(ask_as(1000, 1000, "status"), 98);
	assert_int_equal(ask_as(0, 0, "reload"), 0);
	assert_int_equal(answered, 4);
	assert_int_equal(setegid(0), 0);
}

static void test_silent_peers_do_no_harm(void **state)
{
	struct ask a;
	int fds[20];
	char c;

	(void)state;
	for (size_t i = 0; i < 20; i++) {
		fds[i] = connect_raw();
		run_idle();
	}
	a = ask("hello");
	assert_string_equal(a.text, "you said hello\n");
	free(a.text);
	/* the oldest were let go, the last ones still wait */
	assert_int_equal(recv(fds[0], &c, 1, MSG_DONTWAIT), 0);
	assert_int_equal(recv(fds[19], &c, 1, MSG_DONTWAIT), -1);
	assert_int_equal(errno, EAGAIN);
	for (size_t i = 0; i < 20; i++)
		close(fds[i]);
	run_idle();
}

static void test_overlong_request(void **state)
{
	char request[KFG_CONTROL_REQUEST_MAX + 10];
	int fd = connect_raw();
	char c;

	(void)state;
	memset(request, 'a', sizeof(request));
	assert_true(send(fd, request, sizeof(request), 0) > 0);
	run_idle();
	assert_int_equal(recv(fd, &c, 1, MSG_DONTWAIT), 0);
	assert_int_equal(answered, 0);
	close(fd);
}

static void test_peer_gone_before_answer(void **state)
{
	int fd = connect_raw();

	(void)state;
	assert_true(send(fd, "hello", 5, 0) > 0);
	close(fd);
	run_idle();
	assert_int_equal(answered, 1);
}

static void test_nobody_there(void **state)
{
	char *text = NULL;
	int code;

	kfg_control_server_free(server);
	server = NULL;
	assert_int_equal(kfg_control_ask(scratch, "hello", &code, &text, NULL), -ENOENT);
	assert_null(text);
	(void)state;
}

static void test_socket_left_behind(void **state)
{
	struct kfg_control_server *second;

	(void)state;
	/* as after a crash: the name is there, and is taken over */
	assert_int_equal(kfg_control_server_new(event, scratch, answer, NULL, &second), 0);
	kfg_control_server_free(second);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_answers),
		CASE(test_mode),
		CASE(test_group),
		CASE(test_silent_peers_do_no_harm),
		CASE(test_overlong_request),
		CASE(test_peer_gone_before_answer),
		CASE(test_nobody_there),
		CASE(test_socket_left_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
