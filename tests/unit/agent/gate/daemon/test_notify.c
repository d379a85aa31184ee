/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Telling the service manager holds nobody up. */
#include "cmocka_all.h"
#include "gate/daemon/notify.h"
#include "scratch_dir.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int manager;
static sd_event *event;

static int bind_manager(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", scratch_path("notify"));
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	setenv("NOTIFY_SOCKET", address.sun_path, 1);
	return fd;
}

static int setup(void **state)
{
	if (scratch_setup(state) < 0)
		return -1;
	manager = bind_manager();
	return sd_event_new(&event) < 0 ? -1 : 0;
}

static int teardown(void **state)
{
	close(manager);
	sd_event_unref(event);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	return scratch_teardown(state);
}

static struct kfg_notifier *notifier(void)
{
	struct kfg_notifier *n = NULL;

	assert_int_equal(kfg_notifier_new(event, &n), 0);
	return n;
}

/* What the manager got; "": nothing. */
static const char *got(void)
{
	static char text[600];
	ssize_t n = recv(manager, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

/* Lets the agent go on until the manager got something, for some seconds. */
static const char *got_later(void)
{
	const char *text = "";

	for (int i = 0; i < 100 && !*text; i++) {
		assert_true(sd_event_run(event, 100000) >= 0);
		text = got();
	}
	return text;
}

static void test_tells(void **state)
{
	struct kfg_notifier *n = notifier();

	(void)state;
	kfg_notifier_tell(n, "READY=1\nSTATUS=%d", 7);
	assert_string_equal(got(), "READY=1\nSTATUS=7");
	kfg_notifier_free(n);
}

/* The newest is told as soon as there is room, and once. */
static void test_full(void **state)
{
	struct kfg_notifier *n = notifier();

	(void)state;
	for (int i = 0; i < 100000; i++)
		kfg_notifier_tell(n, "STATUS=%d", i);
	assert_string_equal(got(), "STATUS=0");
	while (*got())
		;
	assert_string_equal(got_later(), "STATUS=99999");
	assert_true(sd_event_run(event, 1200000) >= 0);
	assert_string_equal(got(), "");
	kfg_notifier_free(n);
}

/* What is put in the place of the manager's socket is not told. */
static void test_replaced(void **state)
{
	struct kfg_notifier *n = notifier();
	int first = manager, other;

	(void)state;
	assert_int_equal(unlink(getenv("NOTIFY_SOCKET")), 0);
	other = manager = bind_manager();
	kfg_notifier_tell(n, "READY=1");
	assert_string_equal(got(), "");
	manager = first;
	assert_string_equal(got(), "READY=1");
	close(other);
	kfg_notifier_free(n);
}

/* A manager that has made a new socket and closed the old one is found. */
static void test_began_anew(void **state)
{
	struct kfg_notifier *n = notifier();

	(void)state;
	assert_int_equal(unlink(getenv("NOTIFY_SOCKET")), 0);
	close(manager);
	manager = bind_manager();
	kfg_notifier_tell(n, "READY=1");
	assert_string_equal(got(), "READY=1");
	kfg_notifier_free(n);
}

static void test_watchdog(void **state)
{
	struct kfg_notifier *n;

	(void)state;
	setenv("WATCHDOG_USEC", "300000", 1);
	n = notifier();
	for (int i = 0; i < 3; i++)
		assert_string_equal(got_later(), "WATCHDOG=1");
	kfg_notifier_free(n);
}

static void test_nobody(void **state)
{
	struct kfg_notifier *n;

	(void)state;
	unsetenv("NOTIFY_SOCKET");
	n = notifier();
	kfg_notifier_tell(n, "READY=1");
	kfg_notifier_free(n);
	setenv("NOTIFY_SOCKET", scratch_path("not-there"), 1);
	n = notifier();
	kfg_notifier_tell(n, "READY=1");
	assert_string_equal(got(), "");
	kfg_notifier_free(n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_tells, setup, teardown),
		cmocka_unit_test_setup_teardown(test_full, setup, teardown),
		cmocka_unit_test_setup_teardown(test_replaced, setup, teardown),
		cmocka_unit_test_setup_teardown(test_began_anew, setup, teardown),
		cmocka_unit_test_setup_teardown(test_watchdog, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nobody, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
