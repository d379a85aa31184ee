/* SPDX-License-Identifier: GPL-2.0-or-later */
/* notify.c - a datagram for each thing to tell, by a socket that never waits. */
#include "gate/daemon/notify.h"

#include "base/cleanup.h"
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>

#define AGAIN_USEC 1000000u

struct kfg_notifier {
	int fd; /* KFG_NO_FD: nobody wants to be told */
	struct sockaddr_un address;
	socklen_t size;
	char untold[512]; /* what the manager has not taken yet; "": nothing */
	sd_event_source *again, *watchdog;
	uint64_t watchdog_usec;
};

/* Returns 0, or a negative errno; -EAGAIN: not now. */
static int send_now(const struct kfg_notifier *n, const char *text)
{
	ssize_t sent = send(n->fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL);

	/* the manager has another socket by now */
	if (sent < 0 && (errno == ECONNREFUSED || errno == ENOTCONN) &&
	    connect(n->fd, (const struct sockaddr *)&n->address, n->size) == 0)
		sent = send(n->fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL);
	return sent < 0 ? -errno : 0;
}

static int arm(sd_event_source *timer, uint64_t usec)
{
	int r = sd_event_source_set_time_relative(timer, usec);

	return r < 0 ? r : sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT);
}

static int on_again(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct kfg_notifier *n = userdata;

	(void)usec;
	if (*n->untold && send_now(n, n->untold) < 0)
		return arm(source, AGAIN_USEC);
	*n->untold = '\0';
	return 0;
}

/* Three times within its period, for one that the manager does not take is lost. */
static int on_watchdog(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct kfg_notifier *n = userdata;

	(void)usec;
	(void)send_now(n, "WATCHDOG=1");
	return arm(source, n->watchdog_usec / 3);
}

static int open_socket(struct kfg_notifier *n, const char *path)
{
	size_t length = strlen(path);

	if (length >= sizeof(n->address.sun_path) || (*path != '/' && *path != '@'))
		return -EINVAL;
	n->address.sun_family = AF_UNIX;
	memcpy(n->address.sun_path, path, length + 1);
	n->size = offsetof(struct sockaddr_un, sun_path) + length + (*path == '/');
	if (*path == '@')
		n->address.sun_path[0] = '\0';
	n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (n->fd < 0)
		return -errno;
	return connect(n->fd, (const struct sockaddr *)&n->address, n->size) < 0 ? -errno : 0;
}

static int add_sources(struct kfg_notifier *n, sd_event *event)
{
	int watched = sd_watchdog_enabled(0, &n->watchdog_usec);
	int r = sd_event_add_time_relative(event, &n->again, CLOCK_MONOTONIC, 0, 0, on_again, n);

	if (r >= 0 && watched > 0)
		r = sd_event_add_time_relative(event, &n->watchdog, CLOCK_MONOTONIC, 0, 0, on_watchdog, n);
	return r;
}

KFG_DEFINE_CLEANUP(struct kfg_notifier *, kfg_notifier_free)

int kfg_notifier_new(sd_event *event, struct kfg_notifier **ret_notifier)
{
	_cleanup_(kfg_notifier_free_cleanup) struct kfg_notifier *n = calloc(1, sizeof(*n));
	const char *path = getenv("NOTIFY_SOCKET");
	int r;

	if (!n)
		return -ENOMEM;
	n->fd = KFG_NO_FD;
	r = path ? open_socket(n, path) : -ENOENT;
	if (r < 0)
		kfg_close_cleanup(&n->fd);
	if (r < 0)
		n->fd = KFG_NO_FD;
	if (r < 0 && path)
		kfg_log_warning("cannot tell the service manager anything: %s: %s", path, strerror(-r));
	r = r < 0 ? 0 : add_sources(n, event);
	if (r < 0)
		return r;
	*ret_notifier = KFG_TAKE_PTR(n);
	return 0;
}

void kfg_notifier_free(struct kfg_notifier *notifier)
{
	if (!notifier)
		return;
	sd_event_source_disable_unref(notifier->again);
	sd_event_source_disable_unref(notifier->watchdog);
	kfg_close_cleanup(&notifier->fd);
	free(notifier);
}

void kfg_notifier_tell(struct kfg_notifier *notifier, const char *format, ...)
{
	va_list ap;

	if (notifier->fd == KFG_NO_FD)
		return;
	va_start(ap, format);
	(void)vsnprintf(notifier->untold, sizeof(notifier->untold), format, ap);
	va_end(ap);
	if (send_now(notifier, notifier->untold) == 0)
		*notifier->untold = '\0';
	else if (arm(notifier->again, AGAIN_USEC) < 0)
		kfg_log_warning("cannot tell the service manager: %s", notifier->untold);
}
