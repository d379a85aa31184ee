/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_shared_words.c - the protocols of include/kfgate/shared_words.h, on a machine that keeps no order of its own.
 *
 * The functions themselves are run once to record what they load and store, and where their barriers are. Then every
 * order is tried in which a machine may carry that out: of one thread, two accesses keep their order only if they are
 * to the same word or a barrier is between them; a store is seen by all at one moment (as on arm64 and RISC-V; the
 * kernel's own model, tools/memory-model, has full barriers restore as much). With what a reader loaded in an order,
 * the very function is run once more, for its answer. Each protocol is tried without each of its barriers, too: an
 * answer must be wrong then, or the model sees nothing, or the barrier is not needed.
 */
#include "cmocka_all.h"

#include <stdbool.h>
#include <string.h>
#include <linux/types.h>

static __u64 machine_read(const void *word, size_t size);
static void machine_write(void *word, size_t size, __u64 value);
static void kfg_shared_barrier(void);
#define KFG_SHARED_READ(word) machine_read(&(word), sizeof(word))
#define KFG_SHARED_WRITE(word, value) machine_write(&(word), sizeof(word), (value))
#include <kfgate/shared_words.h>

enum kind { READ, WRITE, BARRIER };

struct access {
	enum kind kind;
	void *word;
	size_t size;
	__u64 value; /* stored, or in the end loaded */
};

#define ACCESSES_MAX 16
struct thread {
	struct access access[ACCESSES_MAX];
	size_t n;
	unsigned done; /* bit for each */
};

static struct thread *recording, *replaying;
static size_t replayed;
static int left_out = -1; /* barrier that is not there, in the order of recording */
static int barriers; /* recorded so far */

static struct access *record(enum kind kind, void *word, size_t size, __u64 value)
{
	struct access *a = &recording->access[recording->n++];

	assert_true(recording->n <= ACCESSES_MAX);
	*a = (struct access){ kind, word, size, value };
	return a;
}

static __u64 load(const void *word, size_t size)
{
	__u64 value = 0;

	memcpy(&value, word, size);
	return value;
}

static __u64 machine_read(const void *word, size_t size)
{
	if (replaying) {
		while (replayed < replaying->n && replaying->access[replayed].kind != READ)
			replayed++;
		assert_true(replayed < replaying->n);
		assert_ptr_equal(replaying->access[replayed].word, word);
		return replaying->access[replayed++].value;
	}
	record(READ, (void *)(uintptr_t)word, size, 0);
	return load(word, size);
}

static void machine_write(void *word, size_t size, __u64 value)
{
	record(WRITE, word, size, value);
	memcpy(word, &value, size);
}

static void kfg_shared_barrier(void)
{
	if (recording && barriers++ != left_out)
		record(BARRIER, NULL, 0, 0);
}

/* A protocol: what it is about, its writer, its reader, and whether the reader's answer is a right one. */
struct protocol {
	void (*before)(void); /* memory as the writer finds it */
	void (*write)(void);
	__u64 (*read)(void); /* takes its longest way when memory is as before, or else as it is when all is written */
	bool (*is_right)(__u64 answer);
	size_t n_barriers;
};

static const struct protocol *tried;
static struct thread writer, reader;
static unsigned long orders, wrong;

static bool may_go(const struct thread *t, size_t i)
{
	for (size_t j = 0; j < i; j++) {
		if (t->done & 1u << j)
			continue;
		if (t->access[i].kind == BARRIER || t->access[j].kind == BARRIER ||
		    t->access[i].word == t->access[j].word)
			return false;
	}
	return !(t->done & 1u << i);
}

static void answer(void)
{
	__u64 found;

	replaying = &reader;
	replayed = 0;
	found = tried->read();
	replaying = NULL;
	orders++;
	wrong += !tried->is_right(found);
}

static void explore(void);

static void explore_thread(struct thread *t)
{
	for (size_t i = 0; i < t->n; i++) {
		struct access *a = &t->access[i];
		__u64 old = 0;

		if (!may_go(t, i))
			continue;
		t->done |= 1u << i;
		if (a->kind == WRITE) {
			old = load(a->word, a->size);
			memcpy(a->word, &a->value, a->size);
		} else if (a->kind == READ) {
			a->value = load(a->word, a->size);
		}
		explore();
		if (a->kind == WRITE)
			memcpy(a->word, &old, a->size);
		t->done &= ~(1u << i);
	}
}

static void explore(void)
{
	if (reader.done == (1u << reader.n) - 1) {
		answer();
		return;
	}
	explore_thread(&writer);
	explore_thread(&reader);
}

static void record_reader(void)
{
	int first = barriers;
	struct thread longest = { .n = 0 };

	for (int written = 0; written < 2; written++) {
		memset(&reader, 0, sizeof(reader));
		barriers = first;
		tried->before();
		if (written) {
			struct thread none = { .n = 0 };

			recording = &none;
			tried->write();
			barriers = first;
		}
		recording = &reader;
		(void)tried->read();
		recording = NULL;
		if (reader.n >= longest.n)
			longest = reader;
	}
	reader = longest;
}

static void try_all(const struct protocol *protocol, int without)
{
	tried = protocol;
	left_out = without;
	barriers = 0;
	orders = wrong = 0;
	memset(&writer, 0, sizeof(writer));
	tried->before();
	recording = &writer;
	tried->write();
	record_reader();
	tried->before();
	explore();
	left_out = -1;
}

static void prove(const struct protocol *protocol)
{
	try_all(protocol, -1);
	assert_true(orders > 1);
	assert_int_equal(wrong, 0);
	for (size_t i = 0; i < protocol->n_barriers; i++) {
		try_all(protocol, (int)i);
		assert_true(wrong > 0);
	}
}

/* Instance 2 decides, from time 100 on; it took over from 1. */
static struct kfg_turn turn;
static __u64 load_time;

static void turn_before(void)
{
	turn = (struct kfg_turn){ .before = 1, .at_ns = 100, .after = 2 };
}

static void turn_write(void)
{
	kfg_turn_write(&turn, 2, 200, 3);
}

static __u64 turn_read(void)
{
	return kfg_turn_decider(&turn, load_time);
}

static bool turn_is_right(__u64 decider)
{
	return decider == 2;
}

static void test_turn(void **state)
{
	const struct protocol protocol = { turn_before, turn_write, turn_read, turn_is_right, 4 };

	(void)state;
	/* what begins before the time that is still to come: in all stages of all sets the answer is one */
	for (load_time = 100; load_time < 200; load_time += 33)
		prove(&protocol);
}

static void test_turn_after(void **state)
{
	(void)state;
	/* what begins later sees all that was written before */
	turn_before();
	writer.n = 0;
	recording = &writer;
	turn_write();
	recording = &reader;
	reader.n = 0;
	assert_int_equal(kfg_turn_decider(&turn, 199), 2);
	assert_int_equal(kfg_turn_decider(&turn, 200), 3);
	recording = NULL;
}

static void first_before(void)
{
	turn = (struct kfg_turn){ 0 };
}

static void first_write(void)
{
	kfg_turn_write(&turn, 0, 0, 1);
}

static bool first_is_right(__u64 decider)
{
	return decider <= 1;
}

static void test_first_turn(void **state)
{
	const struct protocol protocol = { first_before, first_write, turn_read, first_is_right, 0 };

	(void)state;
	load_time = 50;
	prove(&protocol);
}

/* The agent in charge: process 10, started at 500, then 20, started at 900. Who asks is one that never was. */
static struct kfg_process process;
static __u32 tgid;

static void process_before(void)
{
	process = (struct kfg_process){ .tgid = 10, .start = 500 };
}

static void process_write(void)
{
	kfg_process_write(&process, 20, 900);
}

static __u64 process_read(void)
{
	return kfg_process_start(&process, tgid);
}

static bool process_is_right(__u64 start)
{
	return start == 0 || start == (tgid == 10 ? 500 : 900);
}

static void test_process(void **state)
{
	const struct protocol protocol = { process_before, process_write, process_read, process_is_right, 0 };
	unsigned long seen[4] = { 0 };

	(void)state;
	for (tgid = 10; tgid <= 20; tgid += 10)
		prove(&protocol);
	/* each barrier keeps one of the two from being taken for somebody else */
	for (tgid = 10; tgid <= 20; tgid += 10)
		for (int i = 0; i < 4; i++) {
			try_all(&protocol, i);
			seen[i] += wrong;
		}
	for (int i = 0; i < 4; i++)
		assert_true(seen[i] > 0);
}

static struct kfg_identity identity;
static __u64 start;

static void identity_before(void)
{
	identity = (struct kfg_identity){ .tgid = 10, .start = 500 };
}

static void identity_write(void)
{
	kfg_identity_write(&identity, 20, 900);
}

static __u64 identity_read(void)
{
	return (__u64)kfg_identity_is(&identity, tgid, start);
}

/* The two that never were: the first one's number with the second one's start, and the other way round. */
static bool identity_is_right(__u64 is)
{
	return !is;
}

static void test_identity(void **state)
{
	const struct protocol protocol = { identity_before, identity_write, identity_read, identity_is_right, 0 };
	unsigned long seen[4] = { 0 };

	(void)state;
	for (int i = -1; i < 4; i++) {
		tgid = 10, start = 900;
		try_all(&protocol, i);
		assert_true(i >= 0 || !wrong);
		if (i >= 0)
			seen[i] += wrong;
		tgid = 20, start = 500;
		try_all(&protocol, i);
		assert_true(i >= 0 || !wrong);
		if (i >= 0)
			seen[i] += wrong;
	}
	for (int i = 0; i < 4; i++)
		assert_true(seen[i] > 0);
}

static void test_identity_holds(void **state)
{
	(void)state;
	identity_before();
	reader.n = 0;
	recording = &reader;
	assert_int_equal(kfg_identity_is(&identity, 10, 500), 1);
	assert_int_equal(kfg_identity_is(&identity, 10, 0), 0);
	identity.start = 0;
	assert_int_equal(kfg_identity_is(&identity, 10, 0), 0);
	recording = NULL;
}

/* Ids up to 5 were there at 100; ids up to 9 at 200. */
static struct kfg_knobs knobs;

static void knobs_before(void)
{
	knobs = (struct kfg_knobs){ .first_id = 5, .start_ns = 100 };
}

static void knobs_write(void)
{
	kfg_knobs_begin(&knobs, 9, 200);
}

static __u64 knobs_read(void)
{
	__u64 start_ns;
	__u32 first_id = kfg_knobs_first_id(&knobs, &start_ns);

	return start_ns << 8 | first_id;
}

static bool knobs_are_right(__u64 both)
{
	return both != (200u << 8 | 5);
}

static void test_knobs(void **state)
{
	const struct protocol protocol = { knobs_before, knobs_write, knobs_read, knobs_are_right, 2 };

	(void)state;
	prove(&protocol);
}

/* kfg_leave() and kfg_request_classify(): what the load is in the two tables, as one word each */
static __u64 in_loads, in_loaders;

static void leave_before(void)
{
	in_loads = 1;
	in_loaders = 0;
}

static void leave_write(void)
{
	KFG_SHARED_WRITE(in_loaders, 1);
	kfg_shared_barrier();
	KFG_SHARED_WRITE(in_loads, 0);
}

static __u64 leave_read(void)
{
	__u64 found = KFG_SHARED_READ(in_loads) << 1;

	kfg_shared_barrier();
	return found | KFG_SHARED_READ(in_loaders);
}

static bool leave_is_right(__u64 found)
{
	return found != 0;
}

static void test_leave(void **state)
{
	const struct protocol protocol = { leave_before, leave_write, leave_read, leave_is_right, 2 };

	(void)state;
	prove(&protocol);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_turn),	   cmocka_unit_test(test_turn_after),
		cmocka_unit_test(test_first_turn), cmocka_unit_test(test_process),
		cmocka_unit_test(test_identity),   cmocka_unit_test(test_identity_holds),
		cmocka_unit_test(test_knobs),	   cmocka_unit_test(test_leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
