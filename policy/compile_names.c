/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compile_names.c - the names of a table, and for each the rows that can match it. An exact pattern
 * goes straight to its name; only globs are compared with names, once each, and only with those
 * that share their beginning or three characters of theirs.
 */
#include "compile.h"

#include "array.h"
#include "glob.h"
#include "inlined.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ranges that a name may have, and numbers of all lists together: beyond them a name is
 * KFG_NAME_PATTERNS. */
#define RANGES_MAX 256u
#define NUMBERS_MAX (1024u * 1024)
/* Names kept for globs that are used again */
#define MATCHES_MAX (1024u * 1024)

static int add_name(struct kfg_compile *c, const char *text, size_t len)
{
	uint32_t index;

	/* a name that does not fit is never looked up (kfg_subject.name_long) */
	return len < KFG_KFUNC_LEN ? kfg_intern_texts_add(&c->names, text, len, 0, &index) : 0;
}

/* Names that rows give exactly. A module or a unit may look like one: then it has a cell that
 * nobody needs. */
static int add_row_names(struct kfg_compile *c)
{
	int r = 0;

	for (uint32_t i = 0; i < c->n_rows && !r; i++) {
		const struct kfg_range *dim = &c->rows[i].dims[KFG_DIM_KFUNC];

		for (uint32_t k = 0; k < dim->count && !r; k++) {
			const struct kfg_intern_text *m = &c->matchers.items[c->refs.data[dim->first + k]];

			if (!(m->tag & KFG_MATCH_GLOB))
				r = add_name(c, m->text, m->len);
		}
	}
	return r;
}

static int compare_names(const void *a, const void *b, void *names)
{
	const struct kfg_intern_text *x = &((const struct kfg_intern_texts *)names)->items[*(const uint32_t *)a];
	const struct kfg_intern_text *y = &((const struct kfg_intern_texts *)names)->items[*(const uint32_t *)b];
	int r = memcmp(x->text, y->text, x->len < y->len ? x->len : y->len);

	return r ? r : (x->len > y->len) - (x->len < y->len);
}

static int make_entries(struct kfg_compile *c)
{
	static const struct kfg_compile_range_list none = { KFG_NONE, KFG_NONE, 0 };
	uint32_t n = c->names.slots.n;

	c->entries = calloc(n, sizeof(*c->entries));
	c->sorted = calloc(n, sizeof(*c->sorted));
	if (!c->entries || !c->sorted)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++) {
		c->entries[i] = (struct kfg_compile_name){ .dep = KFG_NONE, .rules = none, .waivers = none };
		c->sorted[i] = i;
	}
	qsort_r(c->sorted, n, sizeof(*c->sorted), compare_names, &c->names);
	return 0;
}

static uint32_t find_text(const struct kfg_compile *c, const char *text)
{
	struct kfg_intern_text t = { text, (uint32_t)strlen(text), kfg_intern_hash(text, strlen(text)), 0 };

	return kfg_intern_texts_find(&c->names, &t);
}

int kfg_compile_names(struct kfg_compile *c, const char *const *known, size_t n_known)
{
	int r = 0;

	for (size_t i = 0; i < n_known && !r; i++)
		r = add_name(c, known[i], strcspn(known[i], " "));
	for (size_t i = 0; i < kfg_inlined_n && !r; i++)
		r = add_name(c, kfg_inlined[i], strlen(kfg_inlined[i]));
	for (size_t i = 0; i < c->policy->deprecations.n && !r; i++)
		r = add_name(c, kfg_deprecations(c->policy)[i].kfunc, strlen(kfg_deprecations(c->policy)[i].kfunc));
	if (!r)
		r = add_row_names(c);
	if (!r)
		r = make_entries(c);
	if (r)
		return r;
	for (size_t i = 0; i < kfg_inlined_n; i++)
		c->entries[find_text(c, kfg_inlined[i])].flags |= KFG_NAME_INLINED;
	for (size_t i = 0; i < c->policy->deprecations.n; i++)
		c->entries[find_text(c, kfg_deprecations(c->policy)[i].kfunc)].dep = (uint32_t)i;
	return 0;
}

/* Index in sorted of the first name that is not before the first len bytes of prefix. */
static uint32_t lower_bound(const struct kfg_compile *c, const char *prefix, size_t len)
{
	uint32_t from = 0, to = c->names.slots.n;

	while (from < to) {
		uint32_t mid = from + (to - from) / 2;
		const struct kfg_intern_text *t = &c->names.items[c->sorted[mid]];
		int r = memcmp(t->text, prefix, t->len < len ? t->len : len);

		if (r < 0 || (!r && t->len < len))
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

/* Names that a glob may match: indexes of names, some of them in vain. */
static uint32_t glob_suspects(const struct kfg_compile *c, const char *glob, const uint32_t **ret_names)
{
	size_t prefix = strcspn(glob, "*?");
	uint32_t first = lower_bound(c, glob, prefix), n = c->names.slots.n - first, n_rare = 0;
	const uint32_t *rare = NULL;

	if (prefix) {
		char after[KFG_KFUNC_LEN + 1];

		/* the first name that is behind all with this beginning */
		(void)snprintf(after, sizeof(after), "%.*s\377", (int)prefix, glob);
		n = lower_bound(c, after, prefix + 1) - first;
	}
	if (kfg_trigrams_find(&c->trigrams, glob, &rare, &n_rare) && n_rare < n) {
		*ret_names = rare;
		return n_rare;
	}
	*ret_names = c->sorted + first;
	return n;
}

/* Names that a glob matches, in matches[*ret_range]; kept as long as there is room. */
static int find_matches(struct kfg_compile *c, uint32_t matcher, struct kfg_range *ret_range)
{
	const struct kfg_intern_text *m = &c->matchers.items[matcher];
	struct kfg_range range = { c->n_matches, 0 };
	const uint32_t *suspects;
	uint32_t n;
	int r = 0;

	if (c->matched[matcher].first != KFG_NONE) {
		*ret_range = c->matched[matcher];
		return 0;
	}
	n = glob_suspects(c, m->text, &suspects);
	for (uint32_t i = 0; i < n && !r; i++) {
		const struct kfg_intern_text *t = &c->names.items[suspects[i]];

		if (!kfg_glob_match(m->text, t->text, t->len))
			continue;
		r = kfg_array_grow(&c->matches, &c->matches_capacity, c->n_matches + range.count, sizeof(*c->matches));
		if (!r)
			c->matches[c->n_matches + range.count++] = suspects[i];
	}
	if (!r && c->n_matches + range.count <= MATCHES_MAX) {
		c->n_matches += range.count;
		c->matched[matcher] = range;
	}
	*ret_range = range;
	return r;
}

/* Row becomes a candidate; rows come in ascending order. */
static int add_candidate(struct kfg_compile *c, struct kfg_compile_range_list *list, uint32_t row)
{
	struct kfg_compile_link *last = list->last == KFG_NONE ? NULL : &c->links[list->last];
	uint32_t at = c->n_links;
	int r;

	if (list->n > RANGES_MAX || (last && last->range.first + last->range.count > row))
		return 0; /* too many anyway, or added already by another pattern of the row */
	if (last && last->range.first + last->range.count == row) {
		last->range.count++;
		return 0;
	}
	r = kfg_array_grow(&c->links, &c->links_capacity, at, sizeof(*c->links));
	if (r)
		return r;
	c->links[at] = (struct kfg_compile_link){ { row, 1 }, KFG_NONE };
	if (list->last == KFG_NONE)
		list->first = at;
	else
		c->links[list->last].next = at;
	list->last = at;
	list->n++;
	c->n_links++;
	return 0;
}

/* What rows of one kind (rules or waivers) are candidates of a name. */
static struct kfg_compile_range_list *candidates_of(struct kfg_compile *c, uint32_t name, bool waivers)
{
	struct kfg_compile_name *e = &c->entries[name];

	if (waivers)
		return e->dep == KFG_NONE ? NULL : &e->waivers;
	return &e->rules;
}

static int add_matches(struct kfg_compile *c, uint32_t matcher, uint32_t row, bool waivers)
{
	const struct kfg_intern_text *m = &c->matchers.items[matcher];
	struct kfg_range range = { 0, 0 };
	struct kfg_compile_range_list *list;
	int r;

	if (!(m->tag & KFG_MATCH_GLOB)) {
		list = candidates_of(c, kfg_intern_texts_find(&c->names, m), waivers);
		return list ? add_candidate(c, list, row) : 0;
	}
	r = find_matches(c, matcher, &range);
	for (uint32_t i = 0; i < range.count && !r; i++) {
		list = candidates_of(c, c->matches[range.first + i], waivers);
		if (list)
			r = add_candidate(c, list, row);
	}
	return r;
}

/* True for a row that asks nothing of the name. */
static bool is_universal(const struct kfg_compile *c, const struct kfg_row *row)
{
	const struct kfg_range *dim = &row->dims[KFG_DIM_KFUNC];

	for (uint32_t i = 0; i < dim->count; i++) {
		const struct kfg_intern_text *m = &c->matchers.items[c->refs.data[dim->first + i]];

		if (m->len == 1 && m->text[0] == '*')
			return true;
	}
	return !dim->count;
}

/* Fills in the candidates of all names from rows first .. end - 1; those of every name go to `all`.
 */
static int find_candidates(struct kfg_compile *c, uint32_t first, uint32_t end, bool waivers,
			   struct kfg_compile_range_list *all)
{
	int r = 0;

	for (uint32_t row = first; row < end && !r; row++) {
		const struct kfg_range dim = c->rows[row].dims[KFG_DIM_KFUNC];

		if (is_universal(c, &c->rows[row])) {
			r = add_candidate(c, all, row);
			continue;
		}
		for (uint32_t i = 0; i < dim.count && !r; i++)
			r = add_matches(c, c->refs.data[dim.first + i], row, waivers);
	}
	return r;
}

/* Two ascending lists as one, neighbours joined. Returns the number of numbers; more than 2 *
 * RANGES_MAX: too many. */
static uint32_t join(const struct kfg_compile *c, const struct kfg_compile_range_list *a,
		     const struct kfg_compile_range_list *b, uint32_t numbers[static 2 * RANGES_MAX])
{
	uint32_t x = a->first, y = b->first, n = 0;

	if (a->n > RANGES_MAX || b->n > RANGES_MAX)
		return 2 * RANGES_MAX + 1;
	while (x != KFG_NONE || y != KFG_NONE) {
		bool take_x = y == KFG_NONE || (x != KFG_NONE && c->links[x].range.first < c->links[y].range.first);
		const struct kfg_compile_link *l = &c->links[take_x ? x : y];

		*(take_x ? &x : &y) = l->next;
		if (n && numbers[n - 2] + numbers[n - 1] == l->range.first) {
			numbers[n - 1] += l->range.count;
			continue;
		}
		if (n == 2 * RANGES_MAX)
			return n + 1;
		numbers[n++] = l->range.first;
		numbers[n++] = l->range.count;
	}
	return n;
}

/* Turns candidates into lists of the table. */
static int settle_name(struct kfg_compile *c, struct kfg_compile_name *e,
		       const struct kfg_compile_range_list *all_rules, const struct kfg_compile_range_list *all_waivers)
{
	static const struct kfg_compile_range_list none = { KFG_NONE, KFG_NONE, 0 };
	uint32_t rules[2 * RANGES_MAX], waivers[2 * RANGES_MAX];
	uint32_t n = join(c, &e->rules, all_rules, rules);
	uint32_t m = join(c, &e->waivers, e->dep == KFG_NONE ? &none : all_waivers, waivers);
	int r;

	if (n > 2 * RANGES_MAX || m > 2 * RANGES_MAX || c->ranges.n + n + m > NUMBERS_MAX) {
		e->flags |= KFG_NAME_PATTERNS;
		e->rule_list = (struct kfg_range){ 0, 2 };
		e->waiver_list = (struct kfg_range){ 2, 2 };
		return 0;
	}
	r = kfg_intern_slices_add(&c->ranges, rules, n, &e->rule_list);
	return r ? r : kfg_intern_slices_add(&c->ranges, waivers, m, &e->waiver_list);
}

int kfg_compile_candidates(struct kfg_compile *c)
{
	const uint32_t everything[] = { 0, c->n_rules, c->n_rules, c->n_rows - c->n_rules };
	struct kfg_compile_range_list rules = { KFG_NONE, KFG_NONE, 0 }, waivers = rules;
	struct kfg_range at;
	int r = kfg_intern_slices_add(&c->ranges, everything, 4, &at); /* first, so at 0: see abi.h */

	c->matched = calloc(c->matchers.slots.n, sizeof(*c->matched));
	if (!c->matched)
		return -ENOMEM;
	for (uint32_t i = 0; i < c->matchers.slots.n; i++)
		c->matched[i].first = KFG_NONE;
	if (!r)
		r = kfg_trigrams_build(&c->trigrams, &c->names);
	if (!r)
		r = find_candidates(c, 0, c->n_rules, false, &rules);
	if (!r)
		r = find_candidates(c, c->n_rules, c->n_rows, true, &waivers);
	for (uint32_t i = 0; i < c->names.slots.n && !r; i++)
		r = settle_name(c, &c->entries[c->sorted[i]], &rules, &waivers);
	return r;
}
