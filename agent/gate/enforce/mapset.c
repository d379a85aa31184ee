/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mapset.c - see mapset.h */
#include "gate/enforce/mapset.h"

#include "base/cleanup.h"
#include "gate/enforce/create.h"

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

/* The map in a slot. From here a map of maps tells ids (Documentation/bpf/map_of_maps.rst). */
int kfg_mapset_open(int maps, uint32_t slot)
{
	__u32 id;
	int map;

	if (bpf_map_lookup_elem(maps, &slot, &id))
		return -errno;
	map = bpf_map_get_fd_by_id(id);
	return map < 0 ? -errno : map;
}

int kfg_mapset_each(int maps, kfg_mapset_fn *fn, void *userdata)
{
	int r = 0;

	/* -ENOENT is an empty slot, or one behind the last */
	for (__u32 slot = 0, id; !r && slot < KFG_HIT_SLOTS; slot++)
		if (!bpf_map_lookup_elem(maps, &slot, &id))
			r = fn(userdata, id);
		else if (errno != ENOENT)
			r = -errno;
	return r;
}

static int read_header(int tables, __u32 slot, struct kfg_table_header *ret_header)
{
	_cleanup_close_ int map = kfg_mapset_open(tables, slot);
	char cell[KFG_CELL_SIZE];
	__u32 zero = 0;

	if (map < 0)
		return map;
	if (bpf_map_lookup_elem(map, &zero, cell))
		return -errno;
	memcpy(ret_header, cell, sizeof(*ret_header));
	return ret_header->magic == KFG_TABLE_MAGIC ? 0 : -EBADMSG;
}

int kfg_mapset_headers(int tables, struct kfg_table_header *ret_headers, size_t max)
{
	size_t n = 0;
	int r = 0;

	while (n < max && !(r = read_header(tables, (__u32)n, &ret_headers[n])))
		n++;
	/* an empty slot, or one behind the last */
	return r && r != -ENOENT ? r : (int)n;
}

static int put(int tables, __u32 slot, int map)
{
	if (bpf_map_update_elem(tables, &slot, &map, BPF_ANY))
		return -errno;
	/* nobody can put anything there any more, whatever descriptor they get */
	return slot == KFG_TABLES_MAX - 1 ? kfg_create_freeze(tables) : 0;
}

/* The slot for one more table; *ret_generation is set, and -EALREADY returned, if the policy is in force and stays. */
static int choose_slot(int tables, const struct kfg_table_header *h, uint64_t *ret_generation)
{
	struct kfg_table_header in_force[KFG_TABLES_MAX];
	int n = kfg_mapset_headers(tables, in_force, KFG_TABLES_MAX);

	if (n <= 0 || in_force[0].mode != KFG_MODE_SEALED)
		return n < 0 ? n : 0;
	if (h->mode != KFG_MODE_SEALED)
		return -EPERM;
	for (int i = 0; i < n; i++)
		if (in_force[i].digest == h->digest) {
			*ret_generation = in_force[i].generation;
			return -EALREADY;
		}
	return n < (int)KFG_TABLES_MAX ? n : -ENOSPC;
}

int kfg_mapset_publish(int tables, const struct kfg_table *table, uint64_t *ret_generation)
{
	_cleanup_close_ int map = KFG_NO_FD;
	const struct kfg_table_header *h;
	__u32 n_cells;
	int slot, r;

	h = kfg_table_cells(table, &n_cells);
	slot = choose_slot(tables, h, ret_generation);
	if (slot < 0)
		return slot == -EALREADY ? 0 : slot;
	map = kfg_create_array("kfg_table", KFG_CELL_SIZE, n_cells, KFG_TABLE_FLAGS);
	if (map < 0)
		return map;
	r = write_cells(map, h, n_cells);
	/* nobody writes to it any more, by whatever descriptor: the next policy is another map */
	if (!r)
		r = kfg_create_freeze(map);
	if (!r)
		r = put(tables, (__u32)slot, map);
	if (!r)
		*ret_generation = h->generation;
	return r;
}

int kfg_mapset_carry(int from, int to)
{
	struct kfg_table_header h[KFG_TABLES_MAX];
	int n = kfg_mapset_headers(from, h, KFG_TABLES_MAX), r = 0;

	if (n <= 0 || h[0].mode != KFG_MODE_SEALED)
		return n < 0 ? n : 0;
	for (int i = 0; i < n && !r; i++) {
		_cleanup_close_ int map = kfg_mapset_open(from, (__u32)i);

		r = map < 0 ? map : put(to, (__u32)i, map);
	}
	return r;
}
