/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "record/outbox.h"
#include "cmocka_all.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>

/* A place to write to that can be held up. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool held;
	bool entered; /* a write is waiting */
	int result;
	unsigned n;
	char last[512], told[512];
} sink = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };

static int write_record(void *userdata, const struct kfg_record *record)
{
	const char *message = kfg_record_get(record, "MESSAGE");
	int r;

	(void)userdata;
	pthread_mutex_lock(&sink.lock);
	sink.entered = true;
	pthread_cond_broadcast(&sink.changed);
	while (sink.held)
		pthread_cond_wait(&sink.changed, &sink.lock);
	r = sink.result;
	if (strcmp(kfg_record_get(record, "KFGATE_KIND"), "records-dropped") == 0)
		snprintf(sink.told, sizeof(sink.told), "%s", kfg_record_get(record, "KFGATE_COUNT"));
	else
		sink.n++;
	snprintf(sink.last, sizeof(sink.last), "%s", message ? message : "");
	pthread_mutex_unlock(&sink.lock);
	return r;
}

static void hold(bool held)
{
	pthread_mutex_lock(&sink.lock);
	sink.held = held;
	pthread_cond_broadcast(&sink.changed);
	pthread_mutex_unlock(&sink.lock);
}

static void wait_until_entered(void)
{
	pthread_mutex_lock(&sink.lock);
	while (!sink.entered)
		pthread_cond_wait(&sink.changed, &sink.lock);
	pthread_mutex_unlock(&sink.lock);
}

static int setup(void **state)
{
	(void)state;
	sink.held = sink.entered = false;
	sink.result = 0;
	sink.n = 0;
	sink.last[0] = sink.told[0] = '\0';
	return 0;
}

static int push(struct kfg_outbox *o, unsigned number, size_t padding)
{
	struct kfg_record *record;

	assert_int_equal(kfg_record_new(KFG_MESSAGE_AUDITED, -1, &record), 0);
	kfg_record_addf(record, "MESSAGE", "%u%*s", number, (int)padding, "");
	assert_int_equal(kfg_record_error(record), 0);
	return kfg_outbox_push(o, record);
}

static void test_writes_all_in_order(void **state)
{
	struct kfg_outbox *o;

	(void)state;
	assert_int_equal(kfg_outbox_start(write_record, NULL, &o), 0);
	for (unsigned i = 0; i < 500; i++)
		assert_int_equal(push(o, i, 0), 0);
	assert_int_equal(kfg_outbox_stop(o, 60000), 0);
	assert_int_equal(sink.n, 500);
	assert_string_equal(sink.last, "499");
}

static void test_full_queue_drops_and_tells(void **state)
{
	struct kfg_outbox_stats stats;
	struct kfg_outbox *o;
	unsigned pushed = 0, dropped = 0;

	(void)state;
	sink.held = true;
	assert_int_equal(kfg_outbox_start(write_record, NULL, &o), 0);
	assert_int_equal(push(o, 0, 0), 0);
	wait_until_entered();
	for (unsigned i = 0; i < KFG_OUTBOX_RECORDS + 10; i++) {
		int r = push(o, i, 0);

		assert_true(r == 0 || r == -ENOBUFS);
		pushed += r == 0;
		dropped += r < 0;
	}
	assert_int_equal(pushed, KFG_OUTBOX_RECORDS);
	assert_int_equal(dropped, 10);
	kfg_outbox_stats(o, &stats);
	assert_int_equal(stats.dropped, 10);
	hold(false);
	assert_int_equal(kfg_outbox_stop(o, 60000), 0);
	assert_int_equal(sink.n, KFG_OUTBOX_RECORDS + 1);
	assert_string_equal(sink.told, "10");
}

static void test_bytes_are_bounded(void **state)
{
	struct kfg_outbox *o;
	unsigned n = 0;

	(void)state;
	sink.held = true;
	assert_int_equal(kfg_outbox_start(write_record, NULL, &o), 0);
	assert_int_equal(push(o, 0, 0), 0);
	wait_until_entered();
	while (push(o, n, 30000) == 0)
		n++;
	assert_true(n < KFG_OUTBOX_BYTES / 30000);
	assert_true(n > KFG_OUTBOX_BYTES / 80000);
	hold(false);
	assert_int_equal(kfg_outbox_stop(o, 60000), 0);
	assert_string_equal(sink.told, "1");
}

static void test_failures_are_counted(void **state)
{
	struct kfg_outbox_stats stats;
	struct kfg_outbox *o;

	(void)state;
	sink.result = -EIO;
	sink.held = true;
	assert_int_equal(kfg_outbox_start(write_record, NULL, &o), 0);
	assert_int_equal(push(o, 0, 0), 0);
	wait_until_entered();
	assert_int_equal(push(o, 1, 0), 0);
	hold(false);
	while (kfg_outbox_stats(o, &stats), stats.failed < 2)
		;
	assert_int_equal(stats.written, 0);
	assert_int_equal(kfg_outbox_stop(o, 60000), 0);
}

static void test_stuck_writer_is_left_behind(void **state)
{
	static struct kfg_outbox *o; /* its memory stays, and stays reachable */

	(void)state;
	sink.held = true;
	assert_int_equal(kfg_outbox_start(write_record, NULL, &o), 0);
	assert_int_equal(push(o, 0, 0), 0);
	wait_until_entered();
	assert_int_equal(kfg_outbox_stop(o, 1), -ETIMEDOUT);
	hold(false);
	assert_int_equal(kfg_outbox_stop(o, 60000), 0);
	assert_int_equal(kfg_outbox_stop(NULL, 1), 0);
}

static struct {
	uint64_t ends[8], lost;
	unsigned n, undelivered;
} settled;

static void note_settled(void *userdata, const struct kfg_outbox_receipt *receipt, bool delivered)
{
	(void)userdata;
	settled.undelivered += !delivered;
	if (receipt->lost)
		settled.lost = receipt->lost;
	else
		settled.ends[settled.n++ % 8] = receipt->end;
}

static int push_receipt(struct kfg_outbox *o, uint64_t end, uint64_t lost)
{
	struct kfg_record *record;

	assert_int_equal(kfg_record_new(KFG_MESSAGE_AUDITED, -1, &record), 0);
	kfg_record_add(record, "MESSAGE", "x");
	return kfg_outbox_push_receipt(o, record, &(struct kfg_outbox_receipt){ .end = end, .lost = lost });
}

/* Nothing is settled before it was written; what needs no record is settled after what was pushed before. */
static void test_settles_in_order(void **state)
{
	struct kfg_outbox *o;

	(void)state;
	memset(&settled, 0, sizeof(settled));
	sink.held = true;
	assert_int_equal(kfg_outbox_start(write_record, NULL, &o), 0);
	kfg_outbox_follow(o, note_settled, NULL);
	kfg_outbox_pass(o, 8);
	assert_int_equal(settled.n, 1);
	assert_int_equal(push_receipt(o, 16, 0), 0);
	wait_until_entered();
	kfg_outbox_pass(o, 24);
	assert_int_equal(push_receipt(o, 32, 0), 0);
	assert_int_equal(push_receipt(o, 0, 5), 0);
	kfg_outbox_pass(o, 40);
	assert_int_equal(settled.n, 1);
	assert_int_equal(settled.lost, 0);
	hold(false);
	assert_int_equal(kfg_outbox_stop(o, 60000), 0);
	assert_int_equal(settled.n, 3);
	assert_int_equal(settled.ends[0], 8);
	assert_int_equal(settled.ends[1], 16);
	assert_int_equal(settled.ends[2], 40);
	assert_int_equal(settled.lost, 5);
	assert_int_equal(settled.undelivered, 0);
}

static void test_a_failed_write_is_undelivered(void **state)
{
	struct kfg_outbox *o;

	(void)state;
	memset(&settled, 0, sizeof(settled));
	sink.result = -EIO;
	assert_int_equal(kfg_outbox_start(write_record, NULL, &o), 0);
	kfg_outbox_follow(o, note_settled, NULL);
	assert_int_equal(push_receipt(o, 16, 0), 0);
	assert_int_equal(kfg_outbox_stop(o, 60000), 0);
	assert_int_equal(settled.ends[0], 16);
	assert_int_equal(settled.undelivered, 1);
}

static void set_result(int result)
{
	pthread_mutex_lock(&sink.lock);
	sink.result = result;
	pthread_mutex_unlock(&sink.lock);
}

static void wait_until_failed(struct kfg_outbox *o, unsigned n)
{
	struct kfg_outbox_stats stats;

	while (kfg_outbox_stats(o, &stats), stats.failed < n)
		;
}

static void wait_for_room(struct kfg_outbox *o)
{
	struct pollfd p = { .fd = kfg_outbox_room_fd(o), .events = POLLIN };
	eventfd_t n;

	assert_int_equal(poll(&p, 1, 60000), 1);
	assert_int_equal(eventfd_read(p.fd, &n), 0);
}

/* Losses go on to be told: when a record about them was written, and when writing succeeds again; not in between. */
static void test_losses_wake(void **state)
{
	struct kfg_outbox *o;
	eventfd_t n;

	(void)state;
	memset(&settled, 0, sizeof(settled));
	assert_int_equal(kfg_outbox_start(write_record, NULL, &o), 0);
	kfg_outbox_follow(o, note_settled, NULL);
	assert_int_equal(push_receipt(o, 0, 5), 0);
	wait_for_room(o);
	assert_int_equal(settled.lost, 5);
	set_result(-EIO);
	assert_int_equal(push_receipt(o, 0, 6), 0);
	wait_until_failed(o, 1);
	assert_int_equal(settled.undelivered, 1);
	assert_int_equal(eventfd_read(kfg_outbox_room_fd(o), &n), -1);
	set_result(0);
	assert_int_equal(push_receipt(o, 8, 0), 0);
	wait_for_room(o);
	assert_int_equal(kfg_outbox_stop(o, 60000), 0);
}

/* Who left a stuck writer behind is not called any more. */
static void test_nothing_is_settled_after_the_end(void **state)
{
	static struct kfg_outbox *o;

	(void)state;
	memset(&settled, 0, sizeof(settled));
	sink.held = true;
	assert_int_equal(kfg_outbox_start(write_record, NULL, &o), 0);
	kfg_outbox_follow(o, note_settled, NULL);
	assert_int_equal(push_receipt(o, 16, 0), 0);
	wait_until_entered();
	assert_int_equal(kfg_outbox_stop(o, 1), -ETIMEDOUT);
	hold(false);
	assert_int_equal(kfg_outbox_stop(o, 60000), 0);
	assert_int_equal(settled.n, 0);
}

static void test_room_is_told(void **state)
{
	struct kfg_outbox *o;
	eventfd_t n = 0;
	unsigned i = 0;

	(void)state;
	sink.held = true;
	assert_int_equal(kfg_outbox_start(write_record, NULL, &o), 0);
	while (kfg_outbox_has_room(o))
		assert_int_equal(push_receipt(o, ++i, 0), 0);
	assert_true(i < KFG_OUTBOX_RECORDS);
	assert_int_equal(eventfd_read(kfg_outbox_room_fd(o), &n), -1);
	hold(false);
	while (eventfd_read(kfg_outbox_room_fd(o), &n) < 0)
		;
	assert_true(kfg_outbox_has_room(o));
	assert_int_equal(kfg_outbox_stop(o, 60000), 0);
}

#define CASE(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_writes_all_in_order),
		CASE(test_full_queue_drops_and_tells),
		CASE(test_bytes_are_bounded),
		CASE(test_failures_are_counted),
		CASE(test_stuck_writer_is_left_behind),
		CASE(test_settles_in_order),
		CASE(test_a_failed_write_is_undelivered),
		CASE(test_room_is_told),
		CASE(test_losses_wake),
		CASE(test_nothing_is_settled_after_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
