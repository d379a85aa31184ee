/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clock.c - a timer that the kernel cancels when the clock is set, and a look at the clocks. */
#include "gate/daemon/clock.h"

#include "base/cleanup.h"
#include <errno.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>

struct watch {
	kfg_clock_fn *changed;
	void *userdata;
};

/*
 * A timer at the end of time that is cancelled when the clock is set: timerfd_create(2),
 * TFD_TIMER_CANCEL_ON_SET. The end of time is the kernel's, KTIME_SEC_MAX (include/linux/ktime.h,
 * 6.1..7.3), as it does not take more.
 */
static int arm(int fd)
{
	const struct itimerspec never = { .it_value.tv_sec = INT64_MAX / 1000000000 };
	const int flags = TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET;

	/*
	 * ECANCELED: set again between a change and this call, and armed all the same
	 * (fs/timerfd.c, do_timerfd_settime())
	 */
	if (timerfd_settime(fd, flags, &never, NULL) < 0 && errno != ECANCELED)
		return -errno;
	return 0;
}

static int on_timer(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	const struct watch *watch = userdata;
	uint64_t expirations;

	(void)source;
	(void)revents;
	if (read(fd, &expirations, sizeof(expirations)) < 0 && errno == EAGAIN)
		return 0;
	watch->changed(watch->userdata);
	return arm(fd);
}

static void watch_free(void *watch)
{
	free(watch);
}

int kfg_clock_watch(sd_event *event, kfg_clock_fn *changed, void *userdata, sd_event_source **ret_source)
{
	_cleanup_close_ int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	struct watch *watch;
	sd_event_source *source = NULL;
	int r = fd < 0 ? -errno : arm(fd);

	if (r < 0)
		return r;
	watch = malloc(sizeof(*watch));
	if (!watch)
		return -ENOMEM;
	*watch = (struct watch){ changed, userdata };
	r = sd_event_add_io(event, &source, fd, EPOLLIN, on_timer, watch);
	if (r < 0) {
		free(watch);
		return r;
	}
	(void)sd_event_source_set_destroy_callback(source, watch_free);
	r = sd_event_source_set_io_fd_own(source, 1);
	if (r < 0) {
		sd_event_source_unref(source);
		return r;
	}
	(void)KFG_TAKE_FD(fd);
	*ret_source = source;
	return 0;
}

uint64_t kfg_clock_now_usec(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1000000ull + now.tv_nsec / 1000;
}
