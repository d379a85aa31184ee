/* SPDX-License-Identifier: GPL-2.0-or-later */
/* load.c - from sources to one policy: parse each, expand includes, merge, check. */
#include "cleanup.h"
#include "merge.h"
#include "parse.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct load {
	struct kfg_policy *policy;
	struct kfg_diags *diags;
	struct kfg_vector files; /* struct kfg_parse_file, one per origin */
	uint64_t digest;
	bool unread; /* some policy could not be read: what is missing may stand there */
	bool incomplete; /* or something that is included */
};

/* FNV-1a, 64 bit, http://www.isthe.com/chongo/tech/comp/fnv/ */
#define FNV64_INIT UINT64_C(0xcbf29ce484222325)
static uint64_t fnv64(uint64_t h, const void *data, size_t size)
{
	const unsigned char *s = data;

	for (size_t i = 0; i < size; i++)
		h = (h ^ s[i]) * UINT64_C(0x100000001b3);
	return h;
}

/* Registers a source as an origin, with its own copies of path and text. counts: for the digest */
static int add_origin(struct load *l, const struct kfg_source *source, bool included, bool counts)
{
	_cleanup_free_ char *path = strdup(source->path);
	_cleanup_free_ char *text = malloc(source->size + 1);
	struct kfg_origin o = { path, text, source->size, included, KFG_DAY_MAX, { 0 } };
	uint64_t size = source->size;
	int r;

	if (l->policy->origins.n >= KFG_SOURCES_MAX)
		return -E2BIG;
	if (!path || !text)
		return -ENOMEM;
	if (source->size)
		memcpy(text, source->data, source->size);
	r = kfg_vector_append(&l->policy->origins, sizeof(o), &o, 1);
	if (r)
		return r;
	(void)KFG_TAKE_PTR(path);
	(void)KFG_TAKE_PTR(text);
	if (counts)
		l->digest = fnv64(fnv64(l->digest, &size, sizeof(size)), source->data, source->size);
	return 0;
}

/* Parses one source. One that cannot be read says nothing but its finding. */
static int load_counted(struct load *l, const struct kfg_source *source, bool included, bool counts)
{
	struct kfg_parse p = { .policy = l->policy, .diags = l->diags, .included = included };
	struct kfg_origin *o;
	struct kfg_parse_file file;
	int r = add_origin(l, source, included, counts);

	if (r)
		return r;
	kfg_parse_file_init(&file);
	p.source = (uint16_t)(l->policy->origins.n - 1);
	r = kfg_parse_source(&p, source, &file);
	if (r && r != -EBADMSG)
		return r;
	l->unread |= r && !included;
	l->incomplete |= r != 0;
	o = &KFG_ITEMS(l->policy->origins, struct kfg_origin)[p.source];
	o->date = file.date;
	o->date_place = file.date_place;
	return kfg_vector_append(&l->files, sizeof(file), &file, 1);
}

static int load_source(struct load *l, const struct kfg_source *source, bool included)
{
	return load_counted(l, source, included, true);
}

static bool already_included(const struct load *l, const char *path)
{
	const struct kfg_origin *o = l->policy->origins.items;

	for (size_t i = 0; i < l->policy->origins.n; i++)
		if (o[i].included && !strcmp(o[i].path, path))
			return true;
	return false;
}

/* Nothing to be had from an include: a finding, or for a glob that matches nothing a note for lint.
 */
static int report_include(struct load *l, const struct kfg_include *include, int error, const char *failed)
{
	struct kfg_spot spot = kfg_place_spot(l->policy, include->place);

	l->incomplete |= error || !strpbrk(include->pattern, "*?[");

	if (error == -ENOMEM)
		return error;
	if (error)
		kfg_diags_add(l->diags, KFG_DIAG_INCLUDE_FAILED, &spot, "cannot include \"%s\": %s",
			      failed ? failed : include->pattern, strerror(-error));
	else if (strpbrk(include->pattern, "*?["))
		return kfg_vector_append(&l->policy->unmatched, sizeof(*include), include, 1);
	else
		kfg_diags_add(l->diags, KFG_DIAG_INCLUDE_FAILED, &spot, "cannot include \"%s\": there is no such file",
			      include->pattern);
	return 0;
}

static int load_include(struct load *l, const struct kfg_include *include, const struct kfg_includer *includer)
{
	const struct kfg_source *sources = NULL;
	const char *failed = NULL;
	size_t n = 0;
	int r = -ENOTSUP;

	if (includer)
		r = includer->expand(includer->userdata, include->pattern, &sources, &n, &failed);
	if (r || !n)
		return report_include(l, include, r, failed);
	for (size_t i = 0; i < n && !r; i++)
		if (!already_included(l, sources[i].path))
			r = load_source(l, &sources[i], true);
	return r;
}

static int load_includes(struct load *l, const struct kfg_includer *includer)
{
	size_t n = l->files.n;
	int r = 0;

	for (size_t i = 0; i < n && !r; i++)
		/* included files have no includes of their own, and make the list move */
		for (size_t k = 0; !r && k < KFG_ITEMS(l->files, struct kfg_parse_file)[i].n_includes; k++)
			r = load_include(l, &KFG_ITEMS(l->files, struct kfg_parse_file)[i].includes[k], includer);
	return r;
}

static int load_all(struct load *l, const struct kfg_source *sources, size_t n, const struct kfg_includer *includer)
{
	int r = 0;

	l->unread = l->incomplete = includer && includer->unread;
	for (size_t i = 0; i < n && !r; i++)
		r = load_source(l, &sources[i], false);
	/* of what is included the first has the lowest rank */
	if (!r && includer && includer->below)
		r = load_counted(l, includer->below, true, false);
	if (!r)
		r = load_includes(l, includer);
	if (!r)
		r = kfg_merge(l->policy, l->files.items, l->files.n, l->diags);
	if (!r)
		r = kfg_merge_validate(l->policy, !l->unread, l->diags);
	return r;
}

/* A finding's place in the order of sources, lines and columns. */
struct rank {
	size_t source, order;
	unsigned line, col;
};

static int compare_ranks(const void *a, const void *b)
{
	const struct rank *x = a, *y = b;

	if (x->source != y->source)
		return x->source < y->source ? -1 : 1;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->col != y->col)
		return x->col < y->col ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static struct rank rank_of(const struct kfg_policy *p, const struct kfg_diag *d, size_t order)
{
	const struct kfg_origin *o = p->origins.items;
	size_t i = 0;

	while (i < p->origins.n && strcmp(o[i].path, d->file))
		i++;
	return (struct rank){ i, order, d->line, d->col };
}

/* Puts the findings from `first` on into the order in which they stand in the sources. */
static int sort_findings(const struct kfg_policy *p, struct kfg_diags *diags, size_t first)
{
	size_t n = diags->n - first;
	_cleanup_free_ struct rank *ranks = calloc(n + 1, sizeof(*ranks));
	_cleanup_free_ struct kfg_diag *items = calloc(n + 1, sizeof(*items));

	if (!ranks || !items)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		ranks[i] = rank_of(p, &diags->items[first + i], i);
	qsort(ranks, n, sizeof(*ranks), compare_ranks);
	for (size_t i = 0; i < n; i++)
		items[i] = diags->items[first + ranks[i].order];
	if (n)
		memcpy(diags->items + first, items, n * sizeof(*items));
	return 0;
}

/* What has an error is not there, for lint. The policy is thrown away afterwards. */
static void drop_faulty(struct kfg_policy *p)
{
	struct kfg_rule *rules = p->rules.items;
	struct kfg_waiver *waivers = p->waivers.items;
	struct kfg_upgrade *upgrades = p->upgrades.items;
	size_t n = 0;

	for (size_t i = 0; i < p->rules.n; i++)
		if (!rules[i].faulty)
			rules[n++] = rules[i];
	p->rules.n = n;
	n = 0;
	for (size_t i = 0; i < p->waivers.n; i++)
		if (!waivers[i].faulty)
			waivers[n++] = waivers[i];
	p->waivers.n = n;
	n = 0;
	for (size_t i = 0; i < p->upgrades.n; i++)
		if (!upgrades[i].faulty)
			upgrades[n++] = upgrades[i];
	p->upgrades.n = n;
}

/* lint: with the findings of kfg_policy_lint() */
static int load_policy(struct load *l, const struct kfg_source *sources, size_t n, const struct kfg_linting *linting,
		       bool lint)
{
	struct kfg_diags *diags = l->diags;
	size_t first = diags->n, errors = diags->n_errors;
	int r = load_all(l, sources, n, linting->includer);

	if (!r && lint && !l->incomplete) {
		if (diags->n_errors > errors)
			drop_faulty(l->policy);
		r = kfg_policy_lint(l->policy, linting->today, diags);
	}
	if (!r)
		r = sort_findings(l->policy, diags, first);
	if (!r && diags->lost)
		r = -ENOMEM;
	return !r && diags->n_errors > errors ? -EBADMSG : r;
}

/* lint: with the findings of kfg_policy_lint() */
static int load_from(const struct kfg_source *sources, size_t n, const struct kfg_linting *linting, bool lint,
		     struct load *l)
{
	int r;

	l->policy = calloc(1, sizeof(*l->policy));
	if (!l->policy)
		return -ENOMEM;
	r = load_policy(l, sources, n, linting, lint);
	free(l->files.items);
	if (r) {
		kfg_policy_free(l->policy);
		return r;
	}
	(void)snprintf(l->policy->digest, sizeof(l->policy->digest), "%016" PRIx64, l->digest);
	return 0;
}

int kfg_policy_load(const struct kfg_source *sources, size_t n, const struct kfg_includer *includer,
		    struct kfg_diags *diags, struct kfg_policy **ret_policy)
{
	struct load l = { .diags = diags, .digest = FNV64_INIT };
	int r = load_from(sources, n, &(struct kfg_linting){ .includer = includer }, false, &l);

	if (!r)
		*ret_policy = l.policy;
	return r;
}

int kfg_policy_load_linted(const struct kfg_source *sources, size_t n, const struct kfg_linting *linting,
			   struct kfg_diags *diags, struct kfg_policy **ret_policy)
{
	struct load l = { .diags = diags, .digest = FNV64_INIT };
	int r = load_from(sources, n, linting, true, &l);

	if (!r)
		*ret_policy = l.policy;
	return r;
}
