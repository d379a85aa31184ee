/* SPDX-License-Identifier: GPL-2.0-or-later */
/* takeover.h - what gate.c asks of takeover.c; the order is that of the functions. */
#pragma once

#include "gate/enforce/gate_internal.h"

/* Versions of maps that another kfgate may have left, older or newer ones, are below this. */
#define KFG_TAKEOVER_VERSIONS (KFG_ABI_VERSION + KFG_COUNTERS_MAX)

static inline void kfg_takeover_set(__u64 *field, uint64_t value)
{
	__atomic_store_n(field, value, __ATOMIC_SEQ_CST);
}

/*
 * Locks the pins, finds what an older agent left in force, numbers the new instance, and tells the set in force not to
 * mind this process's programs. *ret_why as in kfg_gate_open().
 */
int kfg_takeover_prepare(struct kfg_gate *gate, const char **ret_why);

/* Makes `map`, not created yet, the one that is pinned, where that has the same layout; else leaves it alone. */
int kfg_takeover_reuse(struct kfg_gate *gate, struct bpf_map *map);

/* Pins the map, now that it is there, if it is not the pinned one. */
int kfg_takeover_share(const struct bpf_map *map);

/* The turn of the kernel's programs: `map` is where it is. */
int kfg_takeover_map_turn(struct kfg_gate *gate, const struct bpf_map *map);

/*
 * Adds what a counters map holds, of this version or another: counters are only ever added at the end of struct
 * kfg_stats. Negative errno.
 */
int kfg_takeover_add_counters(int fd, struct kfg_stats *sum);

/* Puts the tables of the older gate into `tables`, where they are sealed. *ret_why as in kfg_gate_open(). */
int kfg_takeover_carry(struct kfg_gate *gate, int tables, int hits, const char **ret_why);

/* A descriptor of the older gate's counters, or a negative errno. */
int kfg_takeover_hits(const struct kfg_gate *gate);

/*
 * Before the new set is attached, as each holds a place on each hook: takes off sets that agents left who did not live
 * long enough to do it. The set in force stays. It may take some seconds where there are many. Negative errno.
 */
int kfg_takeover_make_room(struct kfg_gate *gate);

/* Frees what the above got, and takes off what never got to decide. */
void kfg_takeover_done(struct kfg_gate *gate);
