/* SPDX-License-Identifier: GPL-2.0-or-later */
/* when.h - points in time as users write them, a part of what systemd.time(7) knows. */
#pragma once

#include <stdint.h>

/*
 * "now", "today", "yesterday", "2026-11-01", "2026-11-01 12:30[:15]" (local time), "@1793000000", and "-7d" or "7d ago"
 * (s, min, h, d, w), before now_usec (CLOCK_REALTIME). -EINVAL: none of these.
 */
int kfg_when_parse(const char *text, uint64_t now_usec, uint64_t *ret_usec);
