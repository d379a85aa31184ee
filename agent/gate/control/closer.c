/* SPDX-License-Identifier: GPL-2.0-or-later */
/* closer.c - see closer.h */
#include "gate/control/closer.h"

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS 83 /* include/uapi/asm-generic/socket.h, 6.16 */
#endif
#define THREADS_MAX 64

static atomic_int threads;

void kfg_closer_prepare(int fd)
{
	const int on = 1, off = 0;

	/* a message has its time beside it, so that an empty one can be told from the end of all */
	(void)setsockopt(fd, SOL_SOCKET, SO_TIMESTAMP, &on, sizeof(on));
	(void)setsockopt(fd, SOL_SOCKET, SO_PASSRIGHTS, &off, sizeof(off));
}

enum next { NEXT_NONE, NEXT_PLAIN, NEXT_DESCRIPTORS };

/* There is room for the time alone, so that descriptors are cut off (scm_detach_fds(), net/core/scm.c, 6.1..7.3). */
static enum next look(int fd)
{
	char byte, control[CMSG_SPACE(sizeof(struct timeval))];
	struct iovec iov = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(fd, &message, MSG_PEEK | MSG_DONTWAIT);

	if (n >= 0 && message.msg_flags & MSG_CTRUNC)
		return NEXT_DESCRIPTORS;
	return n > 0 || (n == 0 && message.msg_controllen) ? NEXT_PLAIN : NEXT_NONE;
}

bool kfg_closer_may_receive(int fd)
{
	return look(fd) == NEXT_PLAIN;
}

static void *close_there(void *arg)
{
	close((int)(intptr_t)arg);
	threads--;
	return NULL;
}

static bool close_in_thread(int fd)
{
	pthread_attr_t attr;
	pthread_t thread;
	bool started;

	if (atomic_fetch_add(&threads, 1) >= THREADS_MAX || pthread_attr_init(&attr)) {
		threads--;
		return false;
	}
	(void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	(void)pthread_attr_setstacksize(&attr, PTHREAD_STACK_MIN);
	started = !pthread_create(&thread, &attr, close_there, (void *)(intptr_t)fd);
	(void)pthread_attr_destroy(&attr);
	if (!started)
		threads--;
	return started;
}

bool kfg_closer_close(int fd)
{
	enum next next;
	char byte;

	/* nothing more comes in */
	(void)shutdown(fd, SHUT_RD);
	while ((next = look(fd)) == NEXT_PLAIN)
		if (recv(fd, &byte, 1, MSG_DONTWAIT) < 0)
			break;
	if (next == NEXT_DESCRIPTORS)
		return close_in_thread(fd);
	close(fd);
	return true;
}
