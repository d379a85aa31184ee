/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "history/lanes.h"

#include "base/cleanup.h"
#include "history/file_reader.h"
#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define LANES 2u
#define BATCH 32u /* records that are handed over together */
#define BATCHES 2u /* of a lane: one is filled while the other is given out */

struct batch {
	struct kfg_past records[BATCH];
	size_t n;
};

struct lane {
	pthread_t thread;
	struct kfg_file_reader reader;
	const struct kfg_lanes *all;
	size_t file; /* that is read */
	size_t problem_at; /* file of reader.stats.problem */
	int error;

	pthread_mutex_t lock; /* all below, and batches between `given` and `filled` are the consumer's */
	pthread_cond_t changed;
	size_t filled, given; /* batches, ever */
	bool ended, stop;
	struct batch batches[BATCHES];
};

static struct batch *filling(struct lane *lane)
{
	return &lane->batches[lane->filled % BATCHES];
}

/* Hands the batch over and waits for another one. -ECANCELED: nobody wants any more. */
static int hand_over(struct lane *lane)
{
	bool stop;

	pthread_mutex_lock(&lane->lock);
	lane->filled++;
	pthread_cond_signal(&lane->changed);
	while (lane->filled - lane->given == BATCHES && !lane->stop)
		pthread_cond_wait(&lane->changed, &lane->lock);
	stop = lane->stop;
	pthread_mutex_unlock(&lane->lock);
	filling(lane)->n = 0;
	return stop ? -ECANCELED : 0;
}

static int give(struct kfg_file_reader *reader)
{
	struct lane *lane = (struct lane *)((char *)reader - offsetof(struct lane, reader));
	int r = 0;

	if (++filling(lane)->n == BATCH)
		r = hand_over(lane);
	reader->past = &filling(lane)->records[filling(lane)->n];
	return r;
}

static void *work(void *userdata)
{
	struct lane *lane = userdata;
	struct kfg_file_reader *reader = &lane->reader;

	reader->past = filling(lane)->records;
	for (; lane->file < lane->all->n_files && lane->error == 0; lane->file += LANES) {
		bool clean = !reader->stats.problem[0];

		reader->path = lane->all->files[lane->file].path;
		lane->error = kfg_file_read(reader);
		if (clean)
			lane->problem_at = lane->file;
	}
	pthread_mutex_lock(&lane->lock);
	lane->filled += filling(lane)->n != 0;
	lane->ended = true;
	pthread_cond_signal(&lane->changed);
	pthread_mutex_unlock(&lane->lock);
	return NULL;
}

/* The lane's next batch, in its order; NULL: that was all. */
static const struct batch *take(struct lane *lane)
{
	const struct batch *batch = NULL;

	pthread_mutex_lock(&lane->lock);
	while (lane->filled == lane->given && !lane->ended)
		pthread_cond_wait(&lane->changed, &lane->lock);
	if (lane->filled != lane->given)
		batch = &lane->batches[lane->given % BATCHES];
	pthread_mutex_unlock(&lane->lock);
	return batch;
}

static void give_back(struct lane *lane)
{
	pthread_mutex_lock(&lane->lock);
	lane->given++;
	pthread_cond_signal(&lane->changed);
	pthread_mutex_unlock(&lane->lock);
}

/* Until all lanes are at their end, or nobody wants more. */
static int give_out(const struct kfg_lanes *all, struct lane *lanes, size_t n)
{
	bool more = true;

	while (more) {
		more = false;
		for (size_t i = 0; i < n; i++) {
			const struct batch *batch = take(&lanes[i]);

			for (size_t k = 0; batch && k < batch->n; k++)
				if (all->fn(all->userdata, &batch->records[k]) < 0)
					return -ECANCELED;
			if (batch)
				give_back(&lanes[i]);
			more |= batch != NULL;
		}
	}
	return 0;
}

static void end(struct lane *lane)
{
	pthread_mutex_lock(&lane->lock);
	lane->stop = true;
	pthread_cond_signal(&lane->changed);
	pthread_mutex_unlock(&lane->lock);
	pthread_join(lane->thread, NULL);
	pthread_cond_destroy(&lane->changed);
	pthread_mutex_destroy(&lane->lock);
}

static int begin(struct lane *lane)
{
	int r;

	pthread_mutex_init(&lane->lock, NULL);
	pthread_cond_init(&lane->changed, NULL);
	r = pthread_create(&lane->thread, NULL, work, lane);
	if (r) {
		pthread_cond_destroy(&lane->changed);
		pthread_mutex_destroy(&lane->lock);
	}
	return -r;
}

static void add_stats(const struct kfg_history_stats *from, struct kfg_history_stats *to)
{
	to->records += from->records;
	to->foreign += from->foreign;
	to->malformed += from->malformed;
	to->n_files += from->n_files;
	to->n_damaged += from->n_damaged;
	to->n_unreadable += from->n_unreadable;
}

/* What the lanes found, with the problem of the first file that had one; 0 or the first error. */
static int sum_up(const struct lane *lanes, size_t n, struct kfg_history_stats *stats)
{
	const struct lane *first = NULL;
	int r = 0;

	for (size_t i = 0; i < n; i++) {
		add_stats(&lanes[i].reader.stats, stats);
		if (lanes[i].reader.stats.problem[0] && (!first || lanes[i].problem_at < first->problem_at))
			first = &lanes[i];
		if (r == 0)
			r = lanes[i].error;
	}
	if (first && !stats->problem[0])
		memcpy(stats->problem, first->reader.stats.problem, sizeof(stats->problem));
	return r;
}

int kfg_lanes_read(const struct kfg_lanes *all, struct kfg_history_stats *stats)
{
	size_t n = all->n_files < LANES ? all->n_files : LANES, begun = 0;
	_cleanup_free_ struct lane *lanes = calloc(n + 1, sizeof(*lanes));
	int r = lanes ? 0 : -ENOMEM, found;

	while (begun < n && r == 0) {
		struct lane *lane = &lanes[begun];

		lane->reader.source = all->source;
		lane->reader.give = give;
		lane->all = all;
		lane->file = begun;
		r = begin(lane);
		begun += r == 0;
	}
	if (r == 0)
		r = give_out(all, lanes, begun);
	for (size_t i = 0; i < begun; i++)
		end(&lanes[i]);
	found = lanes ? sum_up(lanes, begun, stats) : 0;
	return r < 0 ? r : found;
}
