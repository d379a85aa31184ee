/* SPDX-License-Identifier: GPL-2.0-or-later */
/* outbox.c - a thread that writes records, so that a slow journal holds up nobody. */
#include "record/outbox.h"

#include "base/caps.h"
#include "record/notice.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

#define STACK_SIZE (128u * 1024)

struct kfg_outbox {
	kfg_outbox_write_fn *write;
	void *userdata;
	pthread_t thread;
	pthread_mutex_t lock; /* all below */
	pthread_cond_t filled;
	struct kfg_record *queue[KFG_OUTBOX_RECORDS]; /* owned */
	size_t first, n, bytes;
	uint64_t told; /* part of dropped that a record told */
	struct kfg_outbox_stats stats;
	bool stopping;
};

/* Waits for a record. NULL: the outbox is stopped and empty. The caller owns it. */
static struct kfg_record *take(struct kfg_outbox *o)
{
	struct kfg_record *record = NULL;

	pthread_mutex_lock(&o->lock);
	while (!o->n && !o->stopping)
		pthread_cond_wait(&o->filled, &o->lock);
	if (o->n) {
		record = o->queue[o->first];
		o->first = (o->first + 1) % KFG_OUTBOX_RECORDS;
		o->n--;
		o->bytes -= kfg_record_size(record);
	}
	pthread_mutex_unlock(&o->lock);
	return record;
}

/* Counts the outcome of a write; returns how many dropped records are still to be told. */
static uint64_t count(struct kfg_outbox *o, int result)
{
	uint64_t suppressed;

	pthread_mutex_lock(&o->lock);
	if (result < 0)
		o->stats.failed++;
	else
		o->stats.written++;
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
		_cleanup_(kfg_record_free_cleanup) struct kfg_record *record = take(o);
		uint64_t suppressed;

		if (!record)
			return NULL;
		suppressed = count(o, o->write(o->userdata, record));
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
	pthread_mutex_init(&o->lock, NULL);
	pthread_cond_init(&o->filled, NULL);
	r = start_thread(o);
	if (r < 0)
		return r;
	*ret_outbox = KFG_TAKE_PTR(o);
	return 0;
}

int kfg_outbox_push(struct kfg_outbox *o, struct kfg_record *record)
{
	size_t size = kfg_record_size(record);
	bool room;

	pthread_mutex_lock(&o->lock);
	room = o->n < KFG_OUTBOX_RECORDS && o->bytes + size <= KFG_OUTBOX_BYTES;
	if (room) {
		o->queue[(o->first + o->n++) % KFG_OUTBOX_RECORDS] = record;
		o->bytes += size;
		pthread_cond_signal(&o->filled);
	} else {
		o->stats.dropped++;
	}
	pthread_mutex_unlock(&o->lock);
	if (room)
		return 0;
	kfg_record_free(record);
	return -ENOBUFS;
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
	if (pthread_clockjoin_np(o->thread, NULL, CLOCK_MONOTONIC, &until) != 0)
		return -ETIMEDOUT;
	pthread_cond_destroy(&o->filled);
	pthread_mutex_destroy(&o->lock);
	free(o);
	return 0;
}
