/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/log.h"
#include "cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static int saved_stderr, pipe_read;

/* Standard error becomes a pipe. */
static int setup(void **state)
{
	int fds[2];

	(void)state;
	if (pipe(fds) < 0)
		return -1;
	saved_stderr = dup(STDERR_FILENO);
	dup2(fds[1], STDERR_FILENO);
	close(fds[1]);
	pipe_read = fds[0];
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	close(pipe_read);
	unsetenv("JOURNAL_STREAM");
	return 0;
}

static void assert_written(const char *expected)
{
	char text[256];
	ssize_t n;

	dup2(saved_stderr, STDERR_FILENO); /* the last writer's end: what follows is the end of the pipe */
	n = read(pipe_read, text, sizeof(text) - 1);
	assert_true(n >= 0);
	text[n] = '\0';
	assert_string_equal(text, expected);
}

static void test_terminal(void **state)
{
	(void)state;
	kfg_log_open(LOG_INFO);
	kfg_log_error("no %s", "luck");
	kfg_log_debug("not shown");
	assert_written("kfgate: no luck\n");
}

static void test_journal(void **state)
{
	char stream[64];
	struct stat st;

	(void)state;
	assert_int_equal(fstat(STDERR_FILENO, &st), 0);
	snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	kfg_log_open(LOG_DEBUG);
	kfg_log_warning("a");
	kfg_log_debug("b");
	assert_written("<4>a\n<7>b\n");
}

static void test_other_stream(void **state)
{
	(void)state;
	setenv("JOURNAL_STREAM", "1:2", 1);
	kfg_log_open(LOG_INFO);
	kfg_log_info("a");
	assert_written("kfgate: a\n");
}

static void test_control_characters(void **state)
{
	(void)state;
	kfg_log_open(LOG_INFO);
	kfg_log_error("evil\n<0>line\x1b[2J");
	assert_written("kfgate: evil\\x0a<0>line\\x1b[2J\n");
}

static void test_errno(void **state)
{
	(void)state;
	kfg_log_open(LOG_INFO);
	errno = EBUSY;
	assert_int_equal(kfg_log_errno(-ENOENT, "x: %m"), -ENOENT);
	assert_int_equal(errno, EBUSY);
	assert_written("kfgate: x: No such file or directory\n");
}

static void start_stream(int fds[2])
{
	char stream[64];
	struct stat st;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(fstat(fds[1], &st), 0);
	snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	assert_true(dup2(fds[1], STDERR_FILENO) >= 0);
	close(fds[1]);
	kfg_log_open(LOG_DEBUG);
}

/* A journal that takes nothing holds up nobody; how much it did not take is told. */
static void test_journal_that_waits(void **state)
{
	static char text[4u << 20];
	unsigned n = 0;
	int fds[2];

	(void)state;
	start_stream(fds);
	for (; n < 100000; n++)
		kfg_log_warning("line %u", n);
	assert_true(recv(fds[0], text, sizeof(text), MSG_DONTWAIT) > 0);
	while (recv(fds[0], text, sizeof(text), MSG_DONTWAIT) > 0)
		;
	kfg_log_warning("the last one");
	memset(text, 0, sizeof(text));
	assert_true(recv(fds[0], text, sizeof(text) - 1, MSG_DONTWAIT) > 0);
	dup2(saved_stderr, STDERR_FILENO);
	assert_int_equal(sscanf(text, "<4>lines that the journal did not take: %u\n<4>the last one", &n), 1);
	assert_true(n > 0 && n < 100000);
	assert_non_null(strstr(text, "\n<4>the last one\n"));
	close(fds[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_terminal, setup, teardown),
		cmocka_unit_test_setup_teardown(test_journal, setup, teardown),
		cmocka_unit_test_setup_teardown(test_journal_that_waits, setup, teardown),
		cmocka_unit_test_setup_teardown(test_other_stream, setup, teardown),
		cmocka_unit_test_setup_teardown(test_control_characters, setup, teardown),
		cmocka_unit_test_setup_teardown(test_errno, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
