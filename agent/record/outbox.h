/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * outbox.h - records on their way out. A bounded queue and a thread of its own behind it: whoever
 * adds a record never waits for the journal or for a pipe. What has no room is dropped and counted,
 * and the thread writes the count as a record of its own as soon as it gets something out again.
 */
#pragma once

#include "record/record.h"
#include <kfgate/abi.h>
#include <stdbool.h>
#include <stdint.h>

#define KFG_OUTBOX_RECORDS 1024u
#define KFG_OUTBOX_BYTES (2u * 1024 * 1024)

/* Writes one record; runs in the outbox's thread and may block. 0 or negative errno. */
typedef int kfg_outbox_write_fn(void *userdata, const struct kfg_record *record);

struct kfg_outbox_stats {
	uint64_t written, dropped, failed;
};

struct kfg_outbox;

/*
 * Starts the thread (all signals blocked in it). userdata must outlive the outbox. Negative errno.
 */
int kfg_outbox_start(kfg_outbox_write_fn *write, void *userdata, struct kfg_outbox **ret_outbox);

/* Takes the record over. 0, or -ENOBUFS: dropped and counted. Never blocks. */
int kfg_outbox_push(struct kfg_outbox *outbox, struct kfg_record *record);

/*
 * What a record is a receipt of: settled when it was written or could not be, in the order in which they were pushed.
 * `end` is a position in what is read; a later one stands for all before it. 0: none.
 */
struct kfg_outbox_receipt {
	uint64_t end;
	uint64_t lost; /* that so many lost events are told; 0: it tells none */
	struct kfg_missed missed; /* that so much is told; all zero: it tells none */
};
/* Called by one thread at a time, that of the outbox or the caller's; must not call the outbox. */
typedef void kfg_outbox_settle_fn(void *userdata, const struct kfg_outbox_receipt *receipt, bool delivered);

/*
 * To be called before the first record with a receipt is pushed, and not while one is under way. Nothing is settled any
 * more once kfg_outbox_stop() returned.
 */
void kfg_outbox_follow(struct kfg_outbox *outbox, kfg_outbox_settle_fn *settle, void *userdata);

/* As kfg_outbox_push(); what has no room is not counted and not settled, but the record is freed. */
int kfg_outbox_push_receipt(struct kfg_outbox *outbox, struct kfg_record *record,
			    const struct kfg_outbox_receipt *receipt);

/* Up to `end` there is nothing to be written: settled as delivered, after all that was pushed before. */
void kfg_outbox_pass(struct kfg_outbox *outbox, uint64_t end);

/* Is there room for the record of one more event? A quarter is left to others. If not, the descriptor below tells. */
bool kfg_outbox_has_room(struct kfg_outbox *outbox);

/*
 * An eventfd(2), owned by the outbox: readable when half of it is empty again after kfg_outbox_has_room() said no; when
 * a record about losses was written; and when writing succeeds after it failed.
 */
int kfg_outbox_room_fd(const struct kfg_outbox *outbox);

void kfg_outbox_stats(struct kfg_outbox *outbox, struct kfg_outbox_stats *ret_stats);

/*
 * Writes out what is queued, for at most timeout_ms, and ends the thread. If it is stuck in a write
 * it is left behind with its memory, to end with the process: returns -ETIMEDOUT then, else 0.
 * Accepts NULL.
 */
int kfg_outbox_stop(struct kfg_outbox *outbox, unsigned timeout_ms);
