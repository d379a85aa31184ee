/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "record/outbox.h"
#include "cmocka_all.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

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

#define CASE(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_writes_all_in_order),	 CASE(test_full_queue_drops_and_tells),	 CASE(test_bytes_are_bounded),
		CASE(test_failures_are_counted), CASE(test_stuck_writer_is_left_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
