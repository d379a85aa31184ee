/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json_line.h - a record as one line of JSON, as `journalctl -o json` prints it: each field a
 * string, or an array of strings where the record has several of that name.
 */
#pragma once

#include "base/strbuf.h"
#include "record/record.h"
#include <stdint.h>

/*
 * Adds the line with its newline; realtime_usec becomes __REALTIME_TIMESTAMP. Failures stick in
 * out.
 */
void kfg_json_line(const struct kfg_record *record, uint64_t realtime_usec, struct kfg_strbuf *out);

/*
 * A kfg_outbox_write_fn; userdata points to a file descriptor. Blocks as long as the reader does.
 */
int kfg_json_line_write(void *userdata, const struct kfg_record *record);
