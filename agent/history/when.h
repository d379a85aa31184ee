/* SPDX-License-Identifier: GPL-2.0-or-later */
/* when.h - points in time as users write them, a part of what systemd.time(7) knows. */
#pragma once

#include <stdint.h>

/*
 * "now", "today", "yesterday", "2026-11-01", "2026-11-01 12:30[:15]" (local time), "@1793000000", and "-7d" or "7d ago"
 * (s, min, h, d, w), before now_usec (CLOCK_REALTIME). -EINVAL: none of these.
 */
int kfg_when_parse(const char *text, uint64_t now_usec, uint64_t *ret_usec);

/* "2026-11-21T12:00:00.123456789Z", "2026-11-21 13:00:00+01:00": with its zone (RFC 3339). -EINVAL: not so. */
int kfg_when_parse_rfc3339(const char *text, uint64_t *ret_usec);

/* Microseconds since 1970-01-01 UTC, in digits alone, as journald writes them. -EINVAL: not so. */
int kfg_when_parse_usec(const char *text, uint64_t *ret_usec);
