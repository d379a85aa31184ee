/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lint_kfuncs.c - kfuncs that no known kernel has: is it a misspelt name, and of which? */
#include "glob.h"
#include "lint_internal.h"
#include "words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Known kfuncs by name, for the search of exact ones. */
static int compare_known(const void *a, const void *b)
{
	const struct kfg_kfunc_pattern *x = *(const struct kfg_kfunc_pattern *const *)a;
	const struct kfg_kfunc_pattern *y = *(const struct kfg_kfunc_pattern *const *)b;

	return strcmp(x->name, y->name);
}

struct known {
	const struct kfg_kfunc_pattern **items; /* sorted by name */
	size_t n;
};

static bool known_matches(const struct kfg_kfunc_pattern *known, const struct kfg_kfunc_pattern *k)
{
	const char *module = known->module ? known->module : "vmlinux";

	if (k->name_glob ? !kfg_glob_match(k->name, known->name, strlen(known->name)) :
			   strcmp(k->name, known->name) != 0)
		return false;
	return !k->module ||
	       (k->module_glob ? kfg_glob_match(k->module, module, strlen(module)) : !strcmp(k->module, module));
}

static bool is_known(const struct known *known, const struct kfg_kfunc_pattern *k)
{
	const struct kfg_kfunc_pattern **at;
	size_t i = 0;

	if (!k->name_glob) {
		at = bsearch(&k, known->items, known->n, sizeof(*known->items), compare_known);
		i = at ? (size_t)(at - known->items) : known->n;
		while (i && i < known->n && !strcmp(known->items[i - 1]->name, k->name))
			i--;
	}
	for (; i < known->n; i++) {
		if (known_matches(known->items[i], k))
			return true;
		if (!k->name_glob && strcmp(known->items[i]->name, k->name) != 0)
			return false;
	}
	return false;
}

/* The kfunc that was probably meant: the same name elsewhere, or one that is a few letters off. NULL: none. */
static const struct kfg_kfunc_pattern *nearest_known(const struct known *known, const struct kfg_kfunc_pattern *k)
{
	const char *best = NULL;
	struct kfg_words one = { .n = 1 };

	for (size_t i = 0; i < known->n; i++)
		if (!strcmp(known->items[i]->name, k->name))
			return known->items[i];
	for (size_t i = 0; i < known->n; i++) {
		const char *pair[2] = { best, known->items[i]->name };

		one.items = best ? pair : pair + 1;
		one.n = best ? 2 : 1;
		best = kfg_words_nearest(&one, k->name);
	}
	for (size_t i = 0; best && i < known->n; i++)
		if (!strcmp(known->items[i]->name, best))
			return known->items[i];
	return NULL;
}

static void lint_kfunc(const struct kfg_lint *l, const struct known *known, const struct kfg_kfunc_pattern *k)
{
	const struct kfg_kfunc_pattern *near;
	char hint[256] = ": check the spelling";

	if (is_known(known, k))
		return;
	near = k->name_glob ? NULL : nearest_known(known, k);
	if (near)
		(void)snprintf(hint, sizeof(hint), ": did you mean \"%s%s%s%s\"?", near->name, near->module ? " [" : "",
			       near->module ? near->module : "", near->module ? "]" : "");
	KFG_LINT_WARN(l, k->place, KFG_DIAG_UNKNOWN_KFUNC, "no known kernel has a kfunc %s%s%s%s%s", k->name,
		      k->module ? " [" : "", k->module ? k->module : "", k->module ? "]" : "", hint);
}

/* -ENOMEM; to be freed. */
static int take_known(const struct kfg_policy *p, struct known *ret_known)
{
	struct known known = { calloc(p->known.n + 1, sizeof(*known.items)), p->known.n };

	if (!known.items)
		return -ENOMEM;
	for (size_t i = 0; i < known.n; i++)
		known.items[i] = &KFG_ITEMS(p->known, const struct kfg_kfunc_pattern)[i];
	qsort(known.items, known.n, sizeof(*known.items), compare_known);
	*ret_known = known;
	return 0;
}

int kfg_lint_kfuncs_of(const struct kfg_lint *l, const struct kfg_policy *known_by,
		       const struct kfg_kfunc_pattern *kfuncs, size_t n)
{
	struct known known;
	int r = take_known(known_by, &known);

	if (r)
		return r;
	for (size_t i = 0; known.n && i < n; i++)
		lint_kfunc(l, &known, &kfuncs[i]);
	free(known.items);
	return 0;
}

int kfg_lint_kfuncs(const struct kfg_lint *l)
{
	const struct kfg_policy *p = l->policy;
	struct known known;
	int r = take_known(p, &known);

	if (r)
		return r;
	for (size_t i = 0; known.n && i < p->rules.n; i++)
		for (size_t k = 0; k < kfg_rules(p)[i].when.n_kfuncs; k++)
			lint_kfunc(l, &known, &kfg_rules(p)[i].when.kfuncs[k]);
	for (size_t i = 0; known.n && i < p->waivers.n; i++)
		for (size_t k = 0; k < kfg_waivers(p)[i].when.n_kfuncs; k++)
			lint_kfunc(l, &known, &kfg_waivers(p)[i].when.kfuncs[k]);
	for (size_t i = 0; known.n && i < p->deprecations.n; i++) {
		const struct kfg_deprecation *d = &kfg_deprecations(p)[i];
		struct kfg_kfunc_pattern k = { .name = d->kfunc, .module = d->module, .place = d->place };

		lint_kfunc(l, &known, &k);
	}
	free(known.items);
	return 0;
}
