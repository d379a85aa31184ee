/* SPDX-License-Identifier: GPL-2.0-or-later */
/* group.c - uses put together by kfunc or loader, with their hosts. */
#include "history/group.h"

#include "base/cleanup.h"
#include <errno.h>
#include <string.h>

struct group_key {
	uint32_t kfunc, prog_type, unit, exe, rule;
};

struct group_row {
	struct group_key key;
	struct kfg_group group;
};

struct host_row {
	uint32_t group, host; /* the key */
	uint64_t n;
};

struct building {
	const struct kfg_usage *usage;
	struct kfg_groups *groups;
	struct kfg_rows rows; /* struct group_row */
	struct kfg_rows hosts; /* struct host_row */
	uint32_t *group_of; /* per use; UINT32_MAX: none */
};

static void building_done(struct building *b)
{
	kfg_rows_done(&b->rows);
	kfg_rows_done(&b->hosts);
	free(b->group_of);
}

static struct group_key key_of(enum kfg_group_by by, const struct kfg_usage_use *use)
{
	struct group_key key = { .kfunc = use->key.kfunc };

	if (by == KFG_GROUP_BY_KFUNC)
		return key;
	key.prog_type = use->key.prog_type;
	key.unit = kfg_usage_owner(use);
	key.exe = use->key.exe;
	if (by == KFG_GROUP_BY_LOADER_AND_RULE)
		key.rule = use->rule;
	return key;
}

static void join(const struct kfg_usage *usage, struct kfg_group *g, const struct kfg_usage_use *use)
{
	if (!g->latest || use->first < g->first)
		g->first = use->first;
	if (!g->latest || use->last > g->last ||
	    (use->last == g->last && kfg_usage_compare_uses(usage, use, g->latest) > 0)) {
		g->last = use->last;
		g->latest = use;
	}
	g->loads += kfg_usage_total(use->n);
	for (size_t i = 0; i < KFG_ENTRY_DECISIONS; i++)
		g->decided[i] += use->decided[i];
	if (use->removed_in)
		g->removed_in = use->removed_in;
}

static int group_uses(struct building *b)
{
	for (size_t i = 0; i < b->usage->uses.n; i++) {
		const struct kfg_usage_use *use = kfg_usage_use_at(b->usage, i);
		struct group_key key = key_of(b->groups->by, use);
		void *row;
		int r;

		b->group_of[i] = UINT32_MAX;
		if (!b->groups->wants(use))
			continue;
		r = kfg_rows_get(&b->rows, &key, &row);
		if (r < 0)
			return r;
		b->group_of[i] = (struct group_row *)row - (struct group_row *)b->rows.items;
		join(b->usage, &((struct group_row *)row)->group, use);
	}
	return 0;
}

static int group_hosts(struct building *b)
{
	const struct kfg_usage_use_host *items = b->usage->use_hosts.items;

	for (size_t i = 0; i < b->usage->use_hosts.n; i++) {
		uint32_t key[2] = { b->group_of[items[i].use], items[i].host };
		void *row;
		int r;

		if (key[0] == UINT32_MAX)
			continue;
		r = kfg_rows_get(&b->hosts, key, &row);
		if (r < 0)
			return r;
		((struct host_row *)row)->n += items[i].n;
	}
	return 0;
}

static int compare_hosts(const void *x, const void *y, void *usage)
{
	const struct host_row *a = x, *b = y;

	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	if (a->n != b->n)
		return a->n > b->n ? -1 : 1;
	return kfg_usage_compare_hosts(usage, a->host, b->host);
}

static int compare_groups(const void *x, const void *y, void *building)
{
	const struct building *b = building;
	int c = b->groups->order(x, y);

	return c ? c :
		   kfg_usage_compare_uses(b->usage, ((const struct kfg_group *)x)->latest,
					  ((const struct kfg_group *)y)->latest);
}

/* Gives the groups out, each with its part of the hosts. */
static int hand_out(struct building *b)
{
	struct host_row *hosts = b->hosts.items;
	struct kfg_groups *g = b->groups;
	size_t at = 0;

	g->items = calloc(b->rows.n + 1, sizeof(*g->items));
	g->hosts = calloc(b->hosts.n + 1, sizeof(*g->hosts));
	if (!g->items || !g->hosts)
		return -ENOMEM;
	if (b->hosts.n)
		qsort_r(hosts, b->hosts.n, sizeof(*hosts), compare_hosts, (void *)b->usage);
	for (size_t i = 0; i < b->rows.n; i++) {
		struct kfg_group *group = &g->items[g->n++];

		*group = ((struct group_row *)b->rows.items)[i].group;
		group->hosts = g->hosts + at;
		for (; at < b->hosts.n && hosts[at].group == i; at++) {
			g->hosts[at] = hosts[at].host;
			group->n_hosts++;
		}
	}
	qsort_r(g->items, g->n, sizeof(*g->items), compare_groups, b);
	return 0;
}

int kfg_groups_build(const struct kfg_usage *usage, struct kfg_groups *groups)
{
	_cleanup_(building_done) struct building b = {
		.usage = usage,
		.groups = groups,
		.rows = KFG_ROWS(struct group_row, sizeof(struct group_key), UINT32_MAX - 1),
		.hosts = KFG_ROWS(struct host_row, 2 * sizeof(uint32_t), UINT32_MAX - 1),
		.group_of = calloc(usage->uses.n + 1, sizeof(uint32_t)),
	};
	int r = b.group_of ? group_uses(&b) : -ENOMEM;

	if (r == 0)
		r = group_hosts(&b);
	return r < 0 ? r : hand_out(&b);
}

void kfg_groups_done(struct kfg_groups *groups)
{
	free(groups->items);
	free(groups->hosts);
	groups->items = NULL;
	groups->hosts = NULL;
	groups->n = 0;
}
