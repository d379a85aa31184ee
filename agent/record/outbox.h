/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * outbox.h - records on their way out. A bounded queue and a thread of its own behind it: whoever
 * adds a record never waits for the journal or for a pipe. What has no room is dropped and counted,
 * and the thread writes the count as a record of its own as soon as it gets something out again.
 */
#pragma once

#include "record/record.h"
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

void kfg_outbox_stats(struct kfg_outbox *outbox, struct kfg_outbox_stats *ret_stats);

/*
 * Writes out what is queued, for at most timeout_ms, and ends the thread. If it is stuck in a write
 * it is left behind with its memory, to end with the process: returns -ETIMEDOUT then, else 0.
 * Accepts NULL.
 */
int kfg_outbox_stop(struct kfg_outbox *outbox, unsigned timeout_ms);
