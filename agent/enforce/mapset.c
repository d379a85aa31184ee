/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mapset.c - see mapset.h */
#include "enforce/mapset.h"

#include "base/cleanup.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <kfgate/abi.h>
#include <stdlib.h>
#include <unistd.h>

static int write_cells(int map, const void *cells, __u32 n_cells)
{
	LIBBPF_OPTS(bpf_map_batch_opts, opts);
	__u32 n = n_cells, *keys;
	int r;

	keys = calloc(n_cells, sizeof(*keys));
	if (!keys)
		return -ENOMEM;
	for (__u32 i = 0; i < n_cells; i++)
		keys[i] = i;
	r = bpf_map_update_batch(map, keys, cells, &n, &opts);
	free(keys);
	if (r)
		return r < 0 ? r : -errno;
	return n == n_cells ? 0 : -EIO;
}

int kfg_mapset_publish(int tables, const struct kfg_table *table)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_INNER_MAP);
	__u32 n_cells, slot = 0;
	const void *cells = kfg_table_cells(table, &n_cells);
	int map, r;

	map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "kfg_table", sizeof(__u32), KFG_CELL_SIZE, n_cells, &opts);
	if (map < 0)
		return map;
	r = write_cells(map, cells, n_cells);
	if (!r)
		r = bpf_map_update_elem(tables, &slot, &map, BPF_ANY);
	close(map);
	return r;
}
