/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mapset.c - see mapset.h */
#include "enforce/mapset.h"

#include "base/cleanup.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <kfgate/abi.h>
#include <stdlib.h>
#include <string.h>
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

int kfg_mapset_header(int tables, uint32_t slot, struct kfg_table_header *ret_header)
{
	_cleanup_close_ int map = KFG_NO_FD;
	char cell[KFG_CELL_SIZE];
	__u32 id, zero = 0;

	/* from here a map of maps tells ids (Documentation/bpf/map_of_maps.rst) */
	if (bpf_map_lookup_elem(tables, &slot, &id))
		return -errno;
	map = bpf_map_get_fd_by_id(id);
	if (map < 0 || bpf_map_lookup_elem(map, &zero, cell))
		return -errno;
	memcpy(ret_header, cell, sizeof(*ret_header));
	return ret_header->magic == KFG_TABLE_MAGIC ? 0 : -EBADMSG;
}
