/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gate/control/closer.h"

#include "cmocka_all.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS 83
#endif
#define LINGER_SEC 20

static int ours, theirs; /* the two ends of a connection */

static int setup(void **state)
{
	const int on = 1;
	int pair[2];

	(void)state;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
		return -1;
	ours = pair[0];
	theirs = pair[1];
	kfg_closer_prepare(ours);
	/* as on a kernel that cannot refuse them */
	(void)setsockopt(ours, SOL_SOCKET, SO_PASSRIGHTS, &on, sizeof(on));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	close(theirs);
	return 0;
}

static void send_plain(const char *text)
{
	assert_int_equal(send(theirs, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* Sends the descriptor away: its last holder is the connection. */
static void send_descriptor(int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { (void *)"status", 6 };
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &fd, sizeof(fd));
	assert_int_equal(sendmsg(theirs, &message, MSG_NOSIGNAL), 6);
	close(fd);
}

/* A TCP socket whose close waits until the other side reads, which never happens, or for LINGER_SEC. */
static int make_lingering(int *ret_listener)
{
	const struct linger linger = { 1, LINGER_SEC };
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
	    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	static char data[65536];

	assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, size), 0);
	while (send(fd, data, sizeof(data), MSG_DONTWAIT) > 0)
		;
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)), 0);
	*ret_listener = listener;
	return fd;
}

static void test_tells_descriptors(void **state)
{
	char text[16];
	int pipes[2];

	(void)state;
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	assert_false(kfg_closer_may_receive(ours)); /* nothing is there that was looked at */
	send_plain("status");
	assert_true(kfg_closer_may_receive(ours));
	send_descriptor(pipes[1]);
	assert_true(kfg_closer_may_receive(ours)); /* the second message has them, the first one has not */
	assert_int_equal(recv(ours, text, sizeof(text), MSG_DONTWAIT), 6);
	assert_false(kfg_closer_may_receive(ours));
	assert_true(kfg_closer_close(ours));
	/* a thread closed what was sent */
	assert_int_equal(poll(&(struct pollfd){ .fd = pipes[0] }, 1, 10000), 1);
	close(pipes[0]);
}

/* Behind empty messages, too, which look like the end; and nobody waits for it. */
static void test_does_not_wait(void **state)
{
	struct timespec before, after;
	int listener;

	(void)state;
	for (int i = 0; i < 20; i++)
		send_plain("");
	send_descriptor(make_lingering(&listener));
	clock_gettime(CLOCK_MONOTONIC, &before);
	assert_true(kfg_closer_close(ours));
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_true(after.tv_sec - before.tv_sec < LINGER_SEC / 2);
	close(listener); /* which ends the waiting */
}

static void test_peer_gone(void **state)
{
	(void)state;
	send_plain("status");
	close(theirs);
	theirs = -1;
	assert_true(kfg_closer_may_receive(ours));
	assert_true(kfg_closer_close(ours));
	assert_int_equal(fcntl(ours, F_GETFD), -1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_tells_descriptors),
		CASE(test_does_not_wait),
		CASE(test_peer_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
