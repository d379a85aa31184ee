/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hits.c - see hits.h */
#include "gate/enforce/hits.h"

#include "base/cleanup.h"
#include "gate/enforce/create.h"
#include "gate/enforce/mapset.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>

static int compare_keys(const void *a, const void *b)
{
	const struct kfg_hit *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

static void add(struct kfg_hit *to, const struct kfg_hit *more)
{
	to->loads += more->loads;
	if (to->last_ns < more->last_ns)
		to->last_ns = more->last_ns;
	if (more->since_ns && (!to->since_ns || to->since_ns > more->since_ns))
		to->since_ns = more->since_ns;
}

/* Sorts, and makes one of those with the same key; how many are left. */
static uint32_t merge(struct kfg_hit *hits, uint32_t n)
{
	uint32_t kept = 0;

	qsort(hits, n, sizeof(*hits), compare_keys);
	for (uint32_t i = 0; i < n; i++)
		if (kept && hits[kept - 1].key == hits[i].key)
			add(&hits[kept - 1], &hits[i]);
		else
			hits[kept++] = hits[i];
	return kept;
}

void kfg_hits_match(const struct kfg_hit *keys, struct kfg_hit *before, uint32_t n, struct kfg_hit *from,
		    uint32_t n_from)
{
	n_from = merge(from, n_from);
	for (uint32_t i = 0; i < n; i++) {
		struct kfg_hit *old = bsearch(&keys[i], from, n_from, sizeof(*from), compare_keys);

		before[i] = (struct kfg_hit){ .key = keys[i].key };
		if (!old)
			continue;
		add(&before[i], old);
		*old = (struct kfg_hit){ .key = old->key };
	}
}

void kfg_hits_add(struct kfg_hit *hits, const struct kfg_hit *before, uint32_t n, uint64_t sweep_ns)
{
	for (uint32_t i = 0; i < n; i++) {
		add(&hits[i], &before[i]);
		if (hits[i].sweep_ns != sweep_ns)
			hits[i].present = 0;
	}
}

static int write_part(int map, const struct kfg_hit *hits, __u32 first, __u32 n)
{
	LIBBPF_OPTS(bpf_map_batch_opts, opts);
	_cleanup_free_ __u32 *keys = calloc(n, sizeof(*keys));
	__u32 done = n;

	if (!keys)
		return -ENOMEM;
	for (__u32 i = 0; i < n; i++)
		keys[i] = first + i;
	if (bpf_map_update_batch(map, keys, hits, &done, &opts))
		return -errno;
	return done == n ? 0 : -EIO;
}

/* The whole map, both halves; how many parts each has, or a negative errno. */
static int read_map(int map, struct kfg_hit **ret_all)
{
	LIBBPF_OPTS(bpf_map_batch_opts, opts);
	_cleanup_free_ struct kfg_hit *all = NULL;
	_cleanup_free_ __u32 *keys = NULL;
	struct bpf_map_info info = {};
	__u32 size = sizeof(info), n, next;

	if (bpf_obj_get_info_by_fd(map, &info, &size))
		return -errno;
	if (info.value_size != sizeof(*all))
		return -EPROTO;
	n = info.max_entries;
	all = calloc(n, sizeof(*all));
	keys = calloc(n, sizeof(*keys));
	if (!all || !keys)
		return -ENOMEM;
	/* -ENOENT: that was the last */
	if (bpf_map_lookup_batch(map, NULL, &next, keys, all, &n, &opts) && errno != ENOENT)
		return -errno;
	if (n != info.max_entries || n % 2)
		return -EIO;
	*ret_all = KFG_TAKE_PTR(all);
	return (int)(n / 2);
}

/* Of which table they are, *ret_generation. Negative errno; -ENOENT: the slot is empty. */
static int read_generation(int hits, __u32 slot, uint64_t *ret_generation)
{
	_cleanup_close_ int map = kfg_mapset_open(hits, slot);
	const __u32 first = KFG_HIT_TABLE;
	struct kfg_hit table;

	if (map < 0)
		return map;
	if (bpf_map_lookup_elem(map, &first, &table))
		return -errno;
	*ret_generation = table.key;
	return 0;
}

/* The slot of the counters of that table, or a negative errno. */
static int find(int hits, uint64_t generation)
{
	for (__u32 slot = 0; slot < KFG_HIT_SLOTS; slot++) {
		uint64_t found;
		int r = read_generation(hits, slot, &found);

		if (r && r != -ENOENT)
			return r;
		if (!r && found == generation)
			return (int)slot;
	}
	return -ENOENT;
}

/* The slot of the newest counters but those of that table, or a negative errno. */
static int find_newest(int hits, uint64_t but)
{
	uint64_t newest = 0;
	int at = -ENOENT;

	for (__u32 slot = 0; slot < KFG_HIT_SLOTS; slot++) {
		uint64_t found;
		int r = read_generation(hits, slot, &found);

		if (r && r != -ENOENT)
			return r;
		if (!r && found != but && found > newest) {
			newest = found;
			at = (int)slot;
		}
	}
	return at;
}

/* What is counted in a slot, with what was before; n, or a negative errno. sweep_ns: see kfg_hits_read(). */
static int read_slot(int hits, int slot, uint64_t sweep_ns, struct kfg_hit **ret_hits)
{
	_cleanup_close_ int map = slot < 0 ? slot : kfg_mapset_open(hits, (__u32)slot);
	struct kfg_hit *all = NULL;
	int n = map < 0 ? map : read_map(map, &all);

	if (n < 0)
		return n;
	kfg_hits_add(all, all + n, (uint32_t)n, sweep_ns);
	*ret_hits = all;
	return n;
}

int kfg_hits_read(int hits, uint64_t generation, uint64_t sweep_ns, struct kfg_hit **ret_hits)
{
	return read_slot(hits, find(hits, generation), sweep_ns, ret_hits);
}

static int put(int hits, __u32 slot, int map)
{
	return bpf_map_update_elem(hits, &slot, &map, BPF_ANY) ? -errno : 0;
}

/* Of the two slots of a table's, the one that is empty, or not of the table in force. Negative errno. */
static int free_slot(int hits, __u32 table_slot, uint64_t in_force)
{
	__u32 first = 2 * table_slot;
	uint64_t found = 0;

	for (__u32 slot = first; slot < first + 2; slot++) {
		int r = read_generation(hits, slot, &found);

		if (r)
			return r == -ENOENT ? (int)slot : r;
	}
	/* the second is that of a table that did not come into force, or the first is */
	return (int)(found == in_force ? first : first + 1);
}

/* The slot that the table will have, with the generation of the one that is there; -EALREADY: it is there itself. */
static int next_table(int tables, const struct kfg_table *table, uint64_t *ret_in_force)
{
	struct kfg_table_header h[KFG_TABLES_MAX];
	int n = kfg_mapset_headers(tables, h, KFG_TABLES_MAX);
	const struct kfg_table_header *next;
	__u32 n_cells;

	*ret_in_force = n > 0 ? h[0].generation : 0;
	if (n <= 0 || h[0].mode != KFG_MODE_SEALED)
		return n < 0 ? n : 0;
	next = kfg_table_cells(table, &n_cells);
	for (int i = 0; i < n; i++)
		if (h[i].digest == next->digest)
			return -EALREADY;
	*ret_in_force = 0;
	return n < (int)KFG_TABLES_MAX ? n : -ENOSPC;
}

int kfg_hits_prepare(int hits, int tables, const struct kfg_table *table, uint64_t now_ns)
{
	_cleanup_free_ struct kfg_hit *counts = NULL;
	_cleanup_close_ int map = KFG_NO_FD;
	uint64_t in_force;
	int slot = next_table(tables, table, &in_force), r;
	const uint64_t *keys;
	__u32 n;

	if (slot >= 0)
		slot = free_slot(hits, (__u32)slot, in_force);
	if (slot < 0)
		return slot == -EALREADY || slot == -ENOSPC ? 0 : slot;
	keys = kfg_table_hits(table, &n);
	counts = calloc(n, sizeof(*counts));
	if (!counts)
		return -ENOMEM;
	for (__u32 i = 0; i < n; i++)
		counts[i] = (struct kfg_hit){ .key = keys[i], .since_ns = now_ns };
	map = kfg_create_array("kfg_hit", sizeof(*counts), 2 * n, KFG_HIT_FLAGS);
	if (map < 0)
		return map;
	r = write_part(map, counts, 0, n);
	return r ? r : put(hits, (__u32)slot, map);
}

/* What `from` counted before, for a map of n parts whose keys are in `keys`. Negative errno. */
static int write_before(int map, const struct kfg_hit *keys, int n, struct kfg_hit *from, int n_from)
{
	_cleanup_free_ struct kfg_hit *before = calloc((size_t)n, sizeof(*before));

	if (!before)
		return -ENOMEM;
	/* the first is the table's */
	kfg_hits_match(keys + KFG_HIT_UNLISTED, before + KFG_HIT_UNLISTED, (uint32_t)n - KFG_HIT_UNLISTED,
		       from + KFG_HIT_UNLISTED, (uint32_t)n_from - KFG_HIT_UNLISTED);
	return write_part(map, before, (__u32)n, (__u32)n);
}

/* Nobody writes there any more, but for programs. */
static int finish(int hits, int map, __u32 slot, int predecessor)
{
	__u32 gone = (__u32)predecessor;

	if (predecessor >= 0 && gone / 2 == slot / 2 && bpf_map_delete_elem(hits, &gone))
		return -errno;
	if (slot / 2 == KFG_TABLES_MAX - 1 && kfg_create_freeze(hits))
		return -errno;
	return kfg_create_freeze(map);
}

int kfg_hits_settle(int hits, int older, int tables, uint64_t generation)
{
	_cleanup_free_ struct kfg_hit *keys = NULL, *from = NULL;
	struct kfg_table_header h[KFG_TABLES_MAX];
	_cleanup_close_ int map = KFG_NO_FD;
	int n = kfg_mapset_headers(tables, h, KFG_TABLES_MAX), slot, before, n_from;
	bool is_older;

	if (n <= 0 || h[n - 1].generation != generation)
		return n < 0 ? n : 0;
	slot = find(hits, generation);
	map = slot < 0 ? slot : kfg_mapset_open(hits, (__u32)slot);
	n = map < 0 ? map : read_map(map, &keys);
	if (n < 0)
		return n;
	before = find_newest(hits, generation);
	is_older = before == -ENOENT && older >= 0;
	n_from = is_older ? read_slot(older, find_newest(older, 0), 0, &from) : read_slot(hits, before, 0, &from);
	if (n_from < 0 && n_from != -ENOENT)
		return n_from;
	if (n_from > 0) {
		int r = write_before(map, keys, n, from, n_from);

		if (r)
			return r;
	}
	return is_older ? 1 : finish(hits, map, (__u32)slot, before);
}

int kfg_hits_carry(int from, int to, int tables)
{
	struct kfg_table_header h[KFG_TABLES_MAX];
	int n = kfg_mapset_headers(tables, h, KFG_TABLES_MAX), r = 0;

	if (n <= 0 || h[0].mode != KFG_MODE_SEALED)
		return n < 0 ? n : 0;
	for (__u32 slot = 0; slot < KFG_HIT_SLOTS && !r; slot++) {
		_cleanup_close_ int map = kfg_mapset_open(from, slot);

		r = map == -ENOENT ? 0 : map < 0 ? map : put(to, slot, map);
	}
	return r || n < (int)KFG_TABLES_MAX ? r : kfg_create_freeze(to);
}
