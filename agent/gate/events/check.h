/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check.h - bytes of the ring buffer to an event that the rest of the agent may take at its word.
 *
 * Prefixes: kfg_event_check, kfg_event_is_canary.
 */
#pragma once

#include <kfgate/abi.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Checks size bytes, which hold an event up to its last kfunc or longer: magic, counts, enums in
 * range, every string terminated. Returns 0 and a copy whose entries beyond n_kfuncs are zero, or
 * -EBADMSG. Strings may still hold any bytes.
 */
int kfg_event_check(const void *data, size_t size, struct kfg_event *ret_event);

/* True for the agent's own proof loads, which are no findings. */
bool kfg_event_is_canary(const struct kfg_event *event);
