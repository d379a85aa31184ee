/* SPDX-License-Identifier: GPL-2.0-or-later */
/* validate.c - what each part may say alone, but not together: see kfg_merge_validate() in merge.h. */
#include "cleanup.h"
#include "merge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* An id or a release, where it was given, for finding it given twice. */
struct claim {
	const char *id;
	uint32_t version;
	struct kfg_place place;
	size_t order;
};

static int compare_ids(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;
	int r = strcmp(x->id, y->id);

	return r ? r : (x->order > y->order) - (x->order < y->order);
}

static int compare_versions(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;

	if (x->version != y->version)
		return x->version < y->version ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static void given_twice(const struct kfg_policy *p, struct kfg_diags *diags, const char *what,
			const struct claim *second, const struct claim *first)
{
	struct kfg_spot spot = kfg_place_spot(p, second->place);
	const char *file = kfg_origin(p, first->place)->path;

	kfg_diags_add(diags, KFG_DIAG_DUPLICATE, &spot, "%s \"%s\" is given twice, the first time in %s:%u:%u", what,
		      second->id, file, first->place.line, first->place.col);
}

/* Rules and waivers share one id space, so that an id in a record names one thing. */
static int check_ids(const struct kfg_policy *p, struct kfg_diags *diags)
{
	size_t max = p->rules.n + p->waivers.n, n = 0;
	_cleanup_free_ struct claim *claims = calloc(max + 1, sizeof(*claims));

	if (!claims)
		return -ENOMEM;
	for (size_t i = 0; i < p->rules.n; i++)
		if (kfg_rules(p)[i].id)
			claims[n++] = (struct claim){ kfg_rules(p)[i].id, 0, kfg_rules(p)[i].place, i };
	for (size_t i = 0; i < p->waivers.n; i++)
		if (kfg_waivers(p)[i].id)
			claims[n++] =
				(struct claim){ kfg_waivers(p)[i].id, 0, kfg_waivers(p)[i].place, p->rules.n + i };
	qsort(claims, n, sizeof(*claims), compare_ids);
	for (size_t i = 1; i < n; i++)
		if (!strcmp(claims[i].id, claims[i - 1].id))
			given_twice(p, diags, "the id", &claims[i], &claims[i - 1]);
	return 0;
}

static int check_upgrades(const struct kfg_policy *p, struct kfg_diags *diags)
{
	const struct kfg_upgrade *u = p->upgrades.items;
	_cleanup_free_ struct claim *claims = calloc(p->upgrades.n + 1, sizeof(*claims));
	size_t n = 0;

	if (!claims)
		return -ENOMEM;
	for (size_t i = 0; i < p->upgrades.n; i++)
		if (u[i].kernel.text)
			claims[n++] = (struct claim){ u[i].kernel.text, u[i].kernel.version, u[i].place, i };
	qsort(claims, n, sizeof(*claims), compare_versions);
	for (size_t i = 1; i < n; i++)
		if (claims[i].version == claims[i - 1].version)
			given_twice(p, diags, "the upgrade to kernel", &claims[i], &claims[i - 1]);
	return 0;
}

/* No kernel deprecates what an earlier one removed. */
static void check_releases(const struct kfg_policy *p, struct kfg_diags *diags)
{
	for (size_t i = 0; i < p->deprecations.n; i++) {
		const struct kfg_deprecation *d = &kfg_deprecations(p)[i];
		struct kfg_spot spot;

		if (!d->deprecated_in.text || !d->removed_in.text || d->deprecated_in.version <= d->removed_in.version)
			continue;
		spot = kfg_place_spot(p, d->removed_in.place);
		kfg_diags_add(diags, KFG_DIAG_RELEASE_ORDER, &spot,
			      "\"%s\" is removed in %s, before it is deprecated in %s", d->kfunc, d->removed_in.text,
			      d->deprecated_in.text);
	}
}

/* The whole needs a name and a serial: every record carries them. */
static void check_complete(const struct kfg_policy *p, struct kfg_diags *diags)
{
	static const struct kfg_origin none = { .path = (char *)"policy" };
	const struct kfg_origin *o = p->origins.n ? p->origins.items : &none;
	struct kfg_spot spot = { .file = o->path };

	if (!p->origins.n)
		kfg_diags_add(diags, KFG_DIAG_NO_POLICY, &spot, "there is no policy file");
	else if (!p->settings.has_name)
		kfg_diags_add(diags, KFG_DIAG_MISSING_KEY, &spot,
			      "the policy has no \"name\": write for instance \"name: web-fleet\"");
	if (p->origins.n && !p->settings.has_serial)
		kfg_diags_add(diags, KFG_DIAG_MISSING_KEY, &spot,
			      "the policy has no \"serial\", a number that grows with each "
			      "version: write for instance \"serial: 1\"");
}

int kfg_merge_validate(const struct kfg_policy *p, bool complete, struct kfg_diags *diags)
{
	int r = check_ids(p, diags);

	if (!r)
		r = check_upgrades(p, diags);
	if (r)
		return r;
	check_releases(p, diags);
	if (complete)
		check_complete(p, diags);
	return 0;
}
