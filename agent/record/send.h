/* SPDX-License-Identifier: GPL-2.0-or-later */
/* send.h - records to the journal. */
#pragma once

#include "record/record.h"

/* A kfg_outbox_write_fn (no userdata), for one thread. May block as long as journald lets it. */
int kfg_send_record(void *userdata, const struct kfg_record *record);

/* True if journald's socket is there. */
bool kfg_send_possible(void);
