/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A ring as the kernel lays it out, in memory of our own. */
#include "gate/enforce/ring.h"
#include "cmocka_all.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

#define SIZE 64u

static _Alignas(8) char data[2 * SIZE];
static uint64_t consumer, producer;
static struct kfg_ring ring;

static int setup(void **state)
{
	(void)state;
	memset(data, 0, sizeof(data));
	consumer = producer = 0;
	ring = (struct kfg_ring){ .consumer = &consumer, .producer = &producer, .data = data, .mask = SIZE - 1 };
	return 0;
}

static void put(uint32_t bits, char c)
{
	uint32_t head = 5 | bits;

	/* the data is there twice in a row */
	for (unsigned at = producer % SIZE; at < sizeof(data); at += SIZE) {
		memcpy(data + at, &head, sizeof(head));
		memset(data + at + 8, c, 5);
	}
	producer += 16;
}

static struct {
	char text[16];
	uint64_t end;
	unsigned n, refuse_at;
} seen;

static int note(void *userdata, const void *entry, size_t size, uint64_t end)
{
	(void)userdata;
	assert_int_equal(size, 5);
	if (seen.refuse_at && seen.n + 1 == seen.refuse_at)
		return -ENOBUFS;
	seen.text[seen.n++] = *(const char *)entry;
	seen.end = end;
	return 0;
}

static void test_keeps_until_released(void **state)
{
	(void)state;
	memset(&seen, 0, sizeof(seen));
	put(0, 'a');
	put(BPF_RINGBUF_DISCARD_BIT, 'x');
	put(0, 'b');
	assert_int_equal(kfg_ring_read(&ring, 10, note, NULL), 2);
	assert_string_equal(seen.text, "ab");
	assert_int_equal(seen.end, 48);
	assert_int_equal(consumer, 0);
	assert_int_equal(kfg_ring_read(&ring, 10, note, NULL), 0);
	kfg_ring_release(&ring, 48);
	assert_int_equal(consumer, 48);
	kfg_ring_release(&ring, 16);
	assert_int_equal(consumer, 48);
	put(0, 'c');
	put(0, 'd');
	assert_int_equal(kfg_ring_read(&ring, 1, note, NULL), 1);
	assert_int_equal(kfg_ring_read(&ring, 1, note, NULL), 1);
	assert_string_equal(seen.text, "abcd");
}

static void test_refused_comes_again(void **state)
{
	(void)state;
	memset(&seen, 0, sizeof(seen));
	seen.refuse_at = 2;
	put(0, 'a');
	put(0, 'b');
	assert_int_equal(kfg_ring_read(&ring, 10, note, NULL), -ENOBUFS);
	seen.refuse_at = 0;
	assert_int_equal(kfg_ring_read(&ring, 10, note, NULL), 1);
	assert_string_equal(seen.text, "ab");
}

static void test_stops_at_what_is_being_written(void **state)
{
	(void)state;
	memset(&seen, 0, sizeof(seen));
	put(BPF_RINGBUF_BUSY_BIT, 'a');
	put(0, 'b');
	assert_int_equal(kfg_ring_read(&ring, 10, note, NULL), 0);
	producer = 0;
	put(0, 'a');
	producer = 32;
	assert_int_equal(kfg_ring_read(&ring, 10, note, NULL), 2);
	assert_string_equal(seen.text, "ab");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_keeps_until_released, setup),
		cmocka_unit_test_setup(test_refused_comes_again, setup),
		cmocka_unit_test_setup(test_stops_at_what_is_being_written, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
