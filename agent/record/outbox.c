/* SPDX-License-Identifier: GPL-2.0-or-later */
/* outbox.c - a thread that writes records, so that a slow journal holds up nobody. */
#include "record/outbox.h"

#include "base/caps.h"
#include "record/notice.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define STACK_SIZE (128u * 1024)

struct item {
	struct kfg_record *record; /* owned */
	struct kfg_outbox_receipt receipt;
};

struct kfg_outbox {
	kfg_outbox_write_fn *write;
	void *userdata;
	pthread_t thread;
	pthread_mutex_t lock; /* all below */
	pthread_cond_t filled;
	struct item queue[KFG_OUTBOX_RECORDS];
	size_t first, n, bytes;
	kfg_outbox_settle_fn *settle; /* NULL: nobody follows */
	void *follower;
	size_t unsettled; /* records with an end that were pushed */
	uint64_t passed; /* when they are settled, all up to here is */
	int room_fd;
	bool wanted; /* somebody waits for room */
	bool failing; /* the last write failed */
	uint64_t told; /* part of dropped that a record told */
	struct kfg_outbox_stats stats;
	bool stopping;
};

static bool has_room(const struct kfg_outbox *o)
{
	return o->n < KFG_OUTBOX_RECORDS / 4 * 3 && o->bytes < KFG_OUTBOX_BYTES / 4 * 3;
}

static void wake(struct kfg_outbox *o)
{
	o->wanted = false;
	(void)eventfd_write(o->room_fd, 1);
}

/* Waits for a record, which the caller owns then. NULL: the outbox is stopped and empty. */
static struct item take(struct kfg_outbox *o)
{
	struct item item = { 0 };

	pthread_mutex_lock(&o->lock);
	while (!o->n && !o->stopping)
		pthread_cond_wait(&o->filled, &o->lock);
	if (o->n) {
		item = o->queue[o->first];
		o->first = (o->first + 1) % KFG_OUTBOX_RECORDS;
		o->n--;
		o->bytes -= kfg_record_size(item.record);
	}
	/* not for each single one: whoever waits has more than one */
	if (o->wanted && o->n <= KFG_OUTBOX_RECORDS / 2 && o->bytes <= KFG_OUTBOX_BYTES / 2)
		wake(o);
	pthread_mutex_unlock(&o->lock);
	return item;
}

static bool is_receipt(const struct kfg_outbox_receipt *receipt)
{
	return receipt->end || receipt->lost || kfg_missed_any(&receipt->missed);
}

/* Under the lock. */
static void settle(struct kfg_outbox *o, struct kfg_outbox_receipt receipt, bool delivered)
{
	if (!o->settle || !is_receipt(&receipt))
		return;
	if (receipt.end && !--o->unsettled)
		receipt.end = o->passed;
	o->settle(o->follower, &receipt, delivered);
}

/* Counts the outcome of a write, and settles it; returns how many dropped records are still to be told. */
static uint64_t count(struct kfg_outbox *o, const struct kfg_outbox_receipt *receipt, int result)
{
	uint64_t suppressed;

	pthread_mutex_lock(&o->lock);
	if (result < 0)
		o->stats.failed++;
	else
		o->stats.written++;
	settle(o, *receipt, result >= 0);
	/* losses come to an end here: not while writing fails, or telling them would never end */
	if (result >= 0 && (o->failing || receipt->lost || kfg_missed_any(&receipt->missed)))
		wake(o);
	o->failing = result < 0;
	suppressed = result < 0 ? 0 : o->stats.dropped - o->told;
	pthread_mutex_unlock(&o->lock);
	return suppressed;
}

static void tell_dropped(struct kfg_outbox *o, uint64_t n)
{
	_cleanup_(kfg_record_free_cleanup) struct kfg_record *record = NULL;

	if (kfg_notice_dropped(n, &record) < 0 || o->write(o->userdata, record) < 0)
		return;
	pthread_mutex_lock(&o->lock);
	o->told += n;
	pthread_mutex_unlock(&o->lock);
}

static void *work(void *arg)
{
	struct kfg_outbox *o = arg;

	(void)kfg_caps_drop(0); /* cannot fail: everybody may have less */
	for (;;) {
		struct item item = take(o);
		_cleanup_(kfg_record_free_cleanup) struct kfg_record *record = item.record;
		uint64_t suppressed;

		if (!record)
			return NULL;
		suppressed = count(o, &item.receipt, o->write(o->userdata, record));
		if (suppressed)
			tell_dropped(o, suppressed);
	}
}

/* The thread must not take the signals that the event loop waits for. */
static int start_thread(struct kfg_outbox *o)
{
	sigset_t all, old;
	pthread_attr_t attr;
	int r;

	r = pthread_attr_init(&attr);
	if (r)
		return -r;
	sigfillset(&all);
	r = pthread_attr_setstacksize(&attr, STACK_SIZE);
	if (!r)
		r = pthread_sigmask(SIG_SETMASK, &all, &old);
	if (!r) {
		r = pthread_create(&o->thread, &attr, work, o);
		pthread_sigmask(SIG_SETMASK, &old, NULL);
	}
	pthread_attr_destroy(&attr);
	return -r;
}

int kfg_outbox_start(kfg_outbox_write_fn *write, void *userdata, struct kfg_outbox **ret_outbox)
{
	_cleanup_free_ struct kfg_outbox *o = calloc(1, sizeof(*o));
	int r;

	if (!o)
		return -ENOMEM;
	o->write = write;
	o->userdata = userdata;
	o->room_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (o->room_fd < 0)
		return -errno;
	pthread_mutex_init(&o->lock, NULL);
	pthread_cond_init(&o->filled, NULL);
	r = start_thread(o);
	if (r < 0) {
		close(o->room_fd);
		return r;
	}
	*ret_outbox = KFG_TAKE_PTR(o);
	return 0;
}

static int push(struct kfg_outbox *o, struct kfg_record *record, const struct kfg_outbox_receipt *receipt)
{
	size_t size = kfg_record_size(record);
	bool room;

	pthread_mutex_lock(&o->lock);
	room = o->n < KFG_OUTBOX_RECORDS && o->bytes + size <= KFG_OUTBOX_BYTES;
	if (room) {
		o->queue[(o->first + o->n++) % KFG_OUTBOX_RECORDS] = (struct item){ record, *receipt };
		if (receipt->end) {
			o->unsettled++;
			o->passed = receipt->end;
		}
		o->bytes += size;
		pthread_cond_signal(&o->filled);
	} else if (!is_receipt(receipt)) {
		o->stats.dropped++;
	}
	pthread_mutex_unlock(&o->lock);
	if (room)
		return 0;
	kfg_record_free(record);
	return -ENOBUFS;
}

int kfg_outbox_push(struct kfg_outbox *o, struct kfg_record *record)
{
	return push(o, record, &(struct kfg_outbox_receipt){ 0 });
}

int kfg_outbox_push_receipt(struct kfg_outbox *o, struct kfg_record *record, const struct kfg_outbox_receipt *receipt)
{
	return push(o, record, receipt);
}

void kfg_outbox_follow(struct kfg_outbox *o, kfg_outbox_settle_fn *settle_fn, void *userdata)
{
	pthread_mutex_lock(&o->lock);
	o->settle = settle_fn;
	o->follower = userdata;
	pthread_mutex_unlock(&o->lock);
}

void kfg_outbox_pass(struct kfg_outbox *o, uint64_t end)
{
	pthread_mutex_lock(&o->lock);
	o->passed = end;
	if (o->settle && !o->unsettled)
		o->settle(o->follower, &(struct kfg_outbox_receipt){ .end = end }, true);
	pthread_mutex_unlock(&o->lock);
}

bool kfg_outbox_has_room(struct kfg_outbox *o)
{
	bool room;

	pthread_mutex_lock(&o->lock);
	room = has_room(o);
	o->wanted = !room;
	pthread_mutex_unlock(&o->lock);
	return room;
}

int kfg_outbox_room_fd(const struct kfg_outbox *o)
{
	return o->room_fd;
}

void kfg_outbox_stats(struct kfg_outbox *o, struct kfg_outbox_stats *ret_stats)
{
	pthread_mutex_lock(&o->lock);
	*ret_stats = o->stats;
	pthread_mutex_unlock(&o->lock);
}

int kfg_outbox_stop(struct kfg_outbox *o, unsigned timeout_ms)
{
	struct timespec until;

	if (!o)
		return 0;
	pthread_mutex_lock(&o->lock);
	o->stopping = true;
	pthread_cond_signal(&o->filled);
	pthread_mutex_unlock(&o->lock);
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += timeout_ms / 1000;
	until.tv_nsec += timeout_ms % 1000 * 1000000l;
	if (until.tv_nsec >= 1000000000l) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000l;
	}
	if (pthread_clockjoin_np(o->thread, NULL, CLOCK_MONOTONIC, &until) != 0) {
		kfg_outbox_follow(o, NULL, NULL);
		return -ETIMEDOUT;
	}
	pthread_cond_destroy(&o->filled);
	pthread_mutex_destroy(&o->lock);
	close(o->room_fd);
	free(o);
	return 0;
}
