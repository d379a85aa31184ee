/* SPDX-License-Identifier: GPL-2.0-or-later */
/* table.c - lays out the cells of a compiled policy, and owns them. */
#include "compile.h"

#include "glob.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct kfg_table {
	void *cells; /* owned */
	uint32_t n;
	uint64_t *hits; /* owned; keys */
	uint32_t n_hits;
};

/* Where the regions begin, in cells. */
struct layout {
	uint32_t buckets, n_buckets, names, rows, lists, n_numbers, matchers, deps, n_cells;
	uint32_t ranges_at, numbers_at, refs_at; /* entries of the lists at which the three kinds begin */
	uint32_t *matcher_cells; /* owned; per matcher, from the start of the region */
};

static uint32_t cells_of(uint64_t numbers)
{
	return (uint32_t)((numbers + KFG_LIST_PER_CELL - 1) / KFG_LIST_PER_CELL);
}

static void *cell(const struct kfg_table *t, uint32_t i)
{
	return (char *)t->cells + (size_t)i * KFG_CELL_SIZE;
}

static int lay_out(const struct kfg_compile *c, struct layout *l)
{
	uint64_t names = c->names.slots.n, at, matchers = 0;

	l->matcher_cells = calloc(c->matchers.slots.n, sizeof(*l->matcher_cells));
	if (!l->matcher_cells)
		return -ENOMEM;
	for (uint32_t i = 0; i < c->matchers.slots.n; i++) {
		l->matcher_cells[i] = (uint32_t)matchers;
		matchers += (KFG_MATCHER_TEXT + c->matchers.items[i].len + KFG_CELL_SIZE) / KFG_CELL_SIZE;
	}
	for (l->n_buckets = KFG_LIST_PER_CELL; l->n_buckets < names; l->n_buckets *= 2)
		;
	l->ranges_at = 0;
	l->numbers_at = c->ranges.n;
	l->refs_at = l->numbers_at + c->numbers.n;
	l->buckets = 1;
	at = 1 + cells_of(l->n_buckets);
	l->names = (uint32_t)at;
	at += names;
	l->rows = (uint32_t)at;
	at += c->n_rows;
	l->lists = (uint32_t)at;
	at += cells_of((uint64_t)l->refs_at + c->refs.n);
	l->matchers = (uint32_t)at;
	at += matchers;
	l->deps = (uint32_t)at;
	at += c->policy->deprecations.n;
	if (at > KFG_TABLE_CELLS_MAX)
		return -E2BIG;
	l->n_cells = (uint32_t)at;
	return 0;
}

static bool any_scope(const struct kfg_policy *p)
{
	bool any = p->settings.scope == KFG_SCOPE_ANY;

	for (size_t i = 0; i < p->rules.n && !any; i++)
		any = kfg_rules(p)[i].scope == KFG_SCOPE_ANY;
	for (size_t i = 0; i < p->deprecations.n && !any; i++)
		any = kfg_deprecations(p)[i].scope == KFG_SCOPE_ANY;
	return any;
}

static void write_header(const struct kfg_compile *c, const struct layout *l, uint64_t generation, struct kfg_table *t)
{
	const struct kfg_settings *s = &c->policy->settings;

	*(struct kfg_table_header *)cell(t, 0) = (struct kfg_table_header){
		.magic = KFG_TABLE_MAGIC,
		.abi = KFG_ABI_VERSION,
		.generation = generation,
		.serial = s->serial,
		.digest = strtoull(kfg_policy_digest(c->policy), NULL, 16),
		.n_cells = l->n_cells,
		.mode = s->mode,
		.scope = s->scope,
		.unlisted = s->defaults[KFG_DEFAULT_UNLISTED],
		.deprecated = s->defaults[KFG_DEFAULT_DEPRECATED],
		.expired = s->defaults[KFG_DEFAULT_EXPIRED],
		.unscannable = s->defaults[KFG_DEFAULT_UNSCANNABLE],
		.present = s->present,
		.any_scope = any_scope(c->policy),
		.refuse_errno = (uint32_t)s->refuse_errno,
		.bucket_first = l->buckets,
		.bucket_mask = l->n_buckets - 1,
		.row_first = l->rows,
		.n_rules = c->n_rules,
		.n_rows = c->n_rows,
		.list_first = l->lists,
		.dep_first = l->deps,
		.n_deps = (uint32_t)c->policy->deprecations.n,
		.hit_waivers = KFG_HIT_RULES + (uint32_t)c->policy->rules.n,
		.hit_deps = KFG_HIT_RULES + (uint32_t)(c->policy->rules.n + c->policy->waivers.n),
		.n_hits = t->n_hits,
	};
}

static void write_names(const struct kfg_compile *c, const struct layout *l, struct kfg_table *t)
{
	uint32_t *buckets = cell(t, l->buckets);

	memset(buckets, 0xff, (size_t)l->n_buckets * sizeof(*buckets));
	for (uint32_t i = 0; i < c->names.slots.n; i++) {
		const struct kfg_intern_text *text = &c->names.items[c->sorted[i]];
		const struct kfg_compile_name *e = &c->entries[c->sorted[i]];
		struct kfg_name *name = cell(t, l->names + i);
		uint32_t *bucket = &buckets[text->hash & (l->n_buckets - 1)];

		name->hash = text->hash;
		name->next = *bucket;
		name->flags = e->flags;
		name->dep = e->dep;
		name->rules = (struct kfg_range){ l->ranges_at + e->rule_list.first, e->rule_list.count / 2 };
		name->waivers = (struct kfg_range){ l->ranges_at + e->waiver_list.first, e->waiver_list.count / 2 };
		memcpy(name->name, text->text, text->len);
		*bucket = l->names + i;
	}
}

static void write_rows(const struct kfg_compile *c, const struct layout *l, struct kfg_table *t)
{
	for (uint32_t i = 0; i < c->n_rows; i++) {
		struct kfg_row *row = cell(t, l->rows + i);

		*row = c->rows[i];
		for (unsigned dim = 0; dim < KFG_DIM_MAX; dim++)
			if (row->dims[dim].count)
				row->dims[dim].first += dim == KFG_DIM_UID || dim == KFG_DIM_SIGNATURE ? l->numbers_at :
													 l->refs_at;
	}
}

static void write_lists(const struct kfg_compile *c, const struct layout *l, struct kfg_table *t)
{
	uint32_t *numbers = cell(t, l->lists);

	for (uint32_t i = 0; i < c->ranges.n; i++)
		numbers[l->ranges_at + i] = c->ranges.data[i];
	for (uint32_t i = 0; i < c->numbers.n; i++)
		numbers[l->numbers_at + i] = c->numbers.data[i];
	for (uint32_t i = 0; i < c->refs.n; i++)
		numbers[l->refs_at + i] = l->matchers + l->matcher_cells[c->refs.data[i]];
}

/* See struct kfg_matcher. */
static uint8_t glob_prefix(const struct kfg_intern_text *text)
{
	size_t n = text->tag & KFG_MATCH_GLOB ? strcspn(text->text, KFG_GLOB_CHARS) : 0;

	if (n > text->len)
		n = text->len;
	return (uint8_t)(n < KFG_PREFIX_MAX ? n : KFG_PREFIX_MAX);
}

static void write_matchers(const struct kfg_compile *c, const struct layout *l, struct kfg_table *t)
{
	for (uint32_t i = 0; i < c->matchers.slots.n; i++) {
		const struct kfg_intern_text *text = &c->matchers.items[i];
		struct kfg_matcher *m = cell(t, l->matchers + l->matcher_cells[i]);

		m->hash = text->hash;
		m->len = (uint16_t)text->len;
		m->flags = (uint8_t)text->tag;
		m->prefix = glob_prefix(text);
		/* the text runs on into the next cells, which lay_out() left for it */
		memcpy((char *)m + KFG_MATCHER_TEXT, text->text, text->len);
	}
}

static void write_deps(const struct kfg_compile *c, const struct layout *l, struct kfg_table *t)
{
	for (size_t i = 0; i < c->policy->deprecations.n; i++) {
		const struct kfg_deprecation *d = &kfg_deprecations(c->policy)[i];
		struct kfg_dep *dep = cell(t, l->deps + (uint32_t)i);

		dep->dep = (uint32_t)i;
		dep->deadline = d->deadline;
		dep->scope = d->scope;
		if (d->module)
			memcpy(dep->module, d->module, strlen(d->module));
	}
}

/* FNV-1a, 64 bit; with the end of each text. Never 0. */
static uint64_t hit_key(const char *kind, const char *name, const char *module)
{
	const char *const texts[] = { kind, name, module };
	uint64_t h = 0xcbf29ce484222325ull;

	for (size_t i = 0; i < 3; i++) {
		for (const char *p = texts[i]; p && *p; p++)
			h = (h ^ (unsigned char)*p) * 0x100000001b3ull;
		h *= 0x100000001b3ull;
	}
	return h ? h : 1;
}

/* As struct kfg_hit has them. */
static int name_hits(const struct kfg_policy *p, uint64_t generation, struct kfg_table *t)
{
	size_t n = KFG_HIT_RULES + p->rules.n + p->waivers.n + p->deprecations.n;
	uint64_t *at = calloc(n, sizeof(*at));

	if (!at)
		return -ENOMEM;
	t->hits = at;
	t->n_hits = (uint32_t)n;
	*at++ = generation;
	*at++ = hit_key("unlisted", NULL, NULL);
	for (size_t i = 0; i < p->rules.n; i++)
		*at++ = hit_key("rule", kfg_rules(p)[i].id, NULL);
	for (size_t i = 0; i < p->waivers.n; i++)
		*at++ = hit_key("waiver", kfg_waivers(p)[i].id, NULL);
	for (size_t i = 0; i < p->deprecations.n; i++)
		*at++ = hit_key("deprecation", kfg_deprecations(p)[i].kfunc, kfg_deprecations(p)[i].module);
	return 0;
}

int kfg_compile_write(const struct kfg_compile *c, uint64_t generation, struct kfg_table **ret_table)
{
	struct layout l = { 0 };
	struct kfg_table *t = calloc(1, sizeof(*t));
	int r = t ? lay_out(c, &l) : -ENOMEM;

	if (!r) {
		t->n = l.n_cells;
		t->cells = calloc(l.n_cells, KFG_CELL_SIZE);
		r = t->cells ? name_hits(c->policy, generation, t) : -ENOMEM;
	}
	if (!r) {
		write_header(c, &l, generation, t);
		write_names(c, &l, t);
		write_rows(c, &l, t);
		write_lists(c, &l, t);
		write_matchers(c, &l, t);
		write_deps(c, &l, t);
		*ret_table = t;
		t = NULL;
	}
	kfg_table_free(t);
	free(l.matcher_cells);
	return r;
}

void kfg_table_free(struct kfg_table *t)
{
	if (!t)
		return;
	free(t->cells);
	free(t->hits);
	free(t);
}

const void *kfg_table_cells(const struct kfg_table *t, uint32_t *ret_n)
{
	*ret_n = t->n;
	return t->cells;
}

const uint64_t *kfg_table_hits(const struct kfg_table *t, uint32_t *ret_n)
{
	*ret_n = t->n_hits;
	return t->hits;
}
