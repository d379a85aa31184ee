/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mapset.h - the only writer of the gate's maps: whole tables, swapped in one step. */
#pragma once

#include <kfgate/table.h>

/*
 * Makes an array map of the table's cells and puts it into slot 0 of `tables` (an array of maps). On failure, a
 * negative errno, what was in force stays in force. The map lives as long as the slot, or a program run, holds it.
 */
int kfg_mapset_publish(int tables, const struct kfg_table *table);

/* The header of the table in a slot of `tables`, read from the kernel; -ENOENT: there is none. */
int kfg_mapset_header(int tables, uint32_t slot, struct kfg_table_header *ret_header);
