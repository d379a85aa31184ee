/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mapset.h - the only writer of the gate's tables: whole ones, each put into force in one step. `tables` is an array of
 * maps; a table's own map lives as long as a slot, or a program run, holds it.
 *
 * One table is in force, in slot 0, and the next replaces it. From the first sealed one on (its header's mode) none is
 * replaced any more, and the next is added. The strictest of them decides. Each is frozen before it is in force.
 */
#pragma once

#include "policy/table.h"
#include <stddef.h>
#include <stdint.h>

/*
 * Puts a table into force; *ret_generation is that by which it is known in the kernel: an older one's, where the very
 * policy is in force already and sealed. On failure, a negative errno, all is as it was. -EPERM: the tables are sealed
 * and this one is not; -ENOSPC: there is no room for one more.
 */
int kfg_mapset_publish(int tables, const struct kfg_table *table, uint64_t *ret_generation);

/* The headers of the tables in force, in the order of their slots; how many (at most max), or a negative errno. */
int kfg_mapset_headers(int tables, struct kfg_table_header *ret_headers, size_t max);

/*
 * Calls fn with the id of each map in a slot, of the tables in force or of their counters (hits.h). The first error of
 * it, or another negative errno.
 */
typedef int kfg_mapset_fn(void *userdata, unsigned map_id);
int kfg_mapset_each(int maps, kfg_mapset_fn *fn, void *userdata);

/* Puts the tables of `from` into `to` as they are, if they are sealed. Negative errno. */
int kfg_mapset_carry(int from, int to);

/* A descriptor of the map in a slot, or a negative errno. -ENOENT: there is none. */
int kfg_mapset_open(int maps, uint32_t slot);
