/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hits.h - the only writer of what counts how often each part of a table decided: struct kfg_hit. `hits` is an array
 * of KFG_HIT_SLOTS maps, `tables` that of mapset.h.
 *
 * The counters of a table are there before it is in force, and what its predecessor's say is added once nobody counts
 * there any more: between two policies no decision is lost, and none is counted twice.
 */
#pragma once

#include "policy/table.h"
#include <kfgate/abi.h>
#include <stdint.h>

/* Counters for a table that is about to be published. now_ns: CLOCK_BOOTTIME. Negative errno: it is not counted. */
int kfg_hits_prepare(int hits, int tables, const struct kfg_table *table, uint64_t now_ns);

/*
 * After it was published under that generation: what each part of it had counted before goes on from there, in `hits`,
 * or if nothing is, in `older` (< 0: there is none). Returns 1 if it was `older`: its set goes on counting until it is
 * gone. Then this is to be called once more, and without it in the end. Else 0, or a negative errno.
 */
int kfg_hits_settle(int hits, int older, int tables, uint64_t generation);

/*
 * The counters of the table of that generation, and what was counted before; n of them, to be freed, or a negative
 * errno. -ENOENT: none are kept. sweep_ns: of the last sweep, as programs present at another do not count.
 */
int kfg_hits_read(int hits, uint64_t generation, uint64_t sweep_ns, struct kfg_hit **ret_hits);

/* Puts the counters in `from` into `to` as they are, if the tables are sealed. Negative errno. */
int kfg_hits_carry(int from, int to, int tables);

/*
 * Of n parts, `before` becomes what was counted of them: what `from` has under the key that a part has in `keys`. Of
 * parts with one key, of which the first alone decides, that gets it. Sorts `from`.
 */
void kfg_hits_match(const struct kfg_hit *keys, struct kfg_hit *before, uint32_t n, struct kfg_hit *from,
		    uint32_t n_from);
/* Adds to each part what was counted before, and takes what another sweep than that one found for nothing. */
void kfg_hits_add(struct kfg_hit *hits, const struct kfg_hit *before, uint32_t n, uint64_t sweep_ns);
