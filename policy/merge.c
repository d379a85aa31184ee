/* SPDX-License-Identifier: GPL-2.0-or-later */
/* merge.c - see merge.h. */
#include "merge.h"

#include "cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What a policy that does not say otherwise does: enforce, on live calls, and only what is past its
 * deadline. */
static const struct kfg_settings builtin = {
	.mode = KFG_MODE_ENFORCE,
	.scope = KFG_SCOPE_LIVE,
	.present = KFG_PRESENT_REPORT,
	.guarding = KFG_GUARDING_AUTO,
	.on_stop = KFG_STOP_DETACH,
	.on_failure = KFG_FAILURE_OPEN,
	.without_lsm = KFG_WITHOUT_AUDIT,
	.refuse_errno = EACCES,
	.lifecycle_days = 180, /* older data has missed two kernel releases: one comes every 9 to 10 weeks */
	.defaults =
		{
			[KFG_DEFAULT_UNLISTED] = KFG_ALLOW,
			[KFG_DEFAULT_DEPRECATED] = KFG_WARN,
			[KFG_DEFAULT_EXPIRED] = KFG_REFUSE,
			[KFG_DEFAULT_UNSCANNABLE] = KFG_REFUSE,
		},
};

static void override(uint8_t *to, uint8_t from)
{
	if (from != KFG_UNSET)
		*to = from;
}

/* The value of a setting as a number or a text, to be compared; both are 0 where it is not given. */
static uint64_t setting_value(const struct kfg_settings *s, enum kfg_setting which, const char **ret_text)
{
	*ret_text = "";
	switch (which) {
	case KFG_SETTING_NAME:
		*ret_text = s->name ? s->name : "";
		return 0;
	case KFG_SETTING_SERIAL:
		return (uint64_t)s->serial;
	case KFG_SETTING_MODE:
		return s->mode;
	case KFG_SETTING_SCOPE:
		return s->scope;
	case KFG_SETTING_PRESENT:
		return s->present;
	case KFG_SETTING_GUARD:
		return s->guarding;
	case KFG_SETTING_ON_STOP:
		return s->on_stop;
	case KFG_SETTING_ON_FAILURE:
		return s->on_failure;
	case KFG_SETTING_WITHOUT_LSM:
		return s->without_lsm;
	case KFG_SETTING_ERRNO:
		return (uint64_t)s->refuse_errno;
	case KFG_SETTING_LIFECYCLE_MAX_AGE:
		return (uint64_t)s->lifecycle_days;
	case KFG_SETTING_UNLISTED:
		return s->defaults[KFG_DEFAULT_UNLISTED];
	case KFG_SETTING_DEPRECATED:
		return s->defaults[KFG_DEFAULT_DEPRECATED];
	case KFG_SETTING_EXPIRED:
		return s->defaults[KFG_DEFAULT_EXPIRED];
	case KFG_SETTING_UNSCANNABLE:
		return s->defaults[KFG_DEFAULT_UNSCANNABLE];
	case KFG_SETTING_NONE:
	case KFG_SETTING_MAX:
		break;
	}
	return 0;
}

/*
 * A file that changes what an earlier one set must say so: two whole profiles side by side, or a file that was made by
 * a tool, would otherwise turn a gate that refuses into one that does not.
 */
static void check_override(const struct kfg_policy *p, const struct kfg_settings *to, const struct kfg_settings *from,
			   struct kfg_diags *diags)
{
	for (unsigned i = KFG_SETTING_NONE + 1; i < KFG_SETTING_MAX; i++) {
		const char *was, *is, *word = kfg_setting_words.items[i];
		struct kfg_spot spot;

		if (!to->at[i].line || !from->at[i].line || (from->overrides & UINT32_C(1) << i))
			continue;
		if (setting_value(to, i, &was) == setting_value(from, i, &is) && !strcmp(was, is))
			continue;
		spot = kfg_place_spot(p, from->at[i]);
		kfg_diags_add(
			diags, KFG_DIAG_SETTING_CONFLICT, &spot,
			"\"%s\" is set in %s:%u already, to another value: remove it here, or write \"override: "
			"[%s]\" if this file is to change it (it is read after that one, so it would win: files of "
			"a directory go by their names)",
			word, kfg_origin(p, to->at[i])->path, to->at[i].line, word);
	}
}

static void merge_settings(struct kfg_settings *to, const struct kfg_settings *from)
{
	for (unsigned i = 0; i < KFG_SETTING_MAX; i++)
		if (from->at[i].line)
			to->at[i] = from->at[i];
	if (from->has_name) {
		to->has_name = true;
		to->name = from->name;
	}
	if (from->has_serial) {
		to->has_serial = true;
		to->serial = from->serial;
	}
	override(&to->mode, from->mode);
	override(&to->scope, from->scope);
	override(&to->present, from->present);
	override(&to->guarding, from->guarding);
	override(&to->on_stop, from->on_stop);
	override(&to->on_failure, from->on_failure);
	override(&to->without_lsm, from->without_lsm);
	for (unsigned i = 0; i < KFG_DEFAULT_MAX; i++)
		override(&to->defaults[i], from->defaults[i]);
	if (from->refuse_errno)
		to->refuse_errno = from->refuse_errno;
	if (from->lifecycle_days != KFG_DAYS_UNSET)
		to->lifecycle_days = from->lifecycle_days;
}

static int merge_lists(struct kfg_policy *p, const struct kfg_parse_file *f)
{
	int r = kfg_vector_append(&p->rules, sizeof(*f->rules), f->rules, f->n_rules);

	if (!r)
		r = kfg_vector_append(&p->waivers, sizeof(*f->waivers), f->waivers, f->n_waivers);
	if (!r)
		r = kfg_vector_append(&p->upgrades, sizeof(*f->upgrades), f->upgrades, f->n_upgrades);
	if (!r)
		r = kfg_vector_append(&p->known, sizeof(*f->known), f->known, f->n_known);
	return r;
}

/* A deprecation and its rank: of those of one kfunc the highest wins. */
struct claim {
	const struct kfg_deprecation *dep;
	size_t rank;
};

static int compare_claims(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;
	int r = strcmp(x->dep->kfunc, y->dep->kfunc);

	return r ? r : (x->rank > y->rank) - (x->rank < y->rank);
}

static int compare_ranks(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;

	return (x->rank > y->rank) - (x->rank < y->rank);
}

static int collect_claims(const struct kfg_parse_file *files, const struct kfg_policy *p, size_t n, bool included,
			  struct kfg_vector *claims)
{
	for (size_t i = 0; i < n; i++) {
		if (KFG_ITEMS(p->origins, struct kfg_origin)[i].included != included)
			continue;
		for (size_t k = 0; k < files[i].n_deprecations; k++) {
			struct claim c = { &files[i].deprecations[k], claims->n };

			if (c.dep->kfunc && kfg_vector_append(claims, sizeof(c), &c, 1))
				return -ENOMEM;
		}
	}
	return 0;
}

/* Keeps the last claim on each kfunc; earlier ones of the same file are findings. */
static size_t settle_claims(const struct kfg_policy *p, struct claim *claims, size_t n, struct kfg_diags *diags)
{
	size_t kept = 0;

	qsort(claims, n, sizeof(*claims), compare_claims);
	for (size_t i = 0; i < n; i++) {
		const struct kfg_deprecation *d = claims[i].dep, *next = i + 1 < n ? claims[i + 1].dep : NULL;
		struct kfg_spot spot;

		if (!next || strcmp(next->kfunc, d->kfunc)) {
			claims[kept++] = claims[i];
			continue;
		}
		if (next->place.source != d->place.source)
			continue;
		spot = kfg_place_spot(p, next->place);
		kfg_diags_add(diags, KFG_DIAG_DUPLICATE, &spot,
			      "a second deprecation of \"%s\", whose first stands on line %u: keep one", d->kfunc,
			      d->place.line);
	}
	qsort(claims, kept, sizeof(*claims), compare_ranks);
	return kept;
}

static int merge_deprecations(struct kfg_policy *p, const struct kfg_parse_file *files, size_t n,
			      struct kfg_diags *diags)
{
	struct kfg_vector claims = { 0 };
	size_t kept;
	int r = collect_claims(files, p, n, true, &claims);

	if (!r)
		r = collect_claims(files, p, n, false, &claims);
	kept = !r && claims.n ? settle_claims(p, claims.items, claims.n, diags) : 0;
	for (size_t i = 0; i < kept && !r; i++)
		r = kfg_vector_append(&p->deprecations, sizeof(struct kfg_deprecation),
				      KFG_ITEMS(claims, struct claim)[i].dep, 1);
	free(claims.items);
	return r;
}

/* The last day on which the fleet has no kernel without it: the day before the first upgrade that
 * removes it. */
static int32_t deadline(const struct kfg_policy *p, const struct kfg_deprecation *d)
{
	const struct kfg_upgrade *u = p->upgrades.items;
	int32_t day = KFG_DAY_MAX;

	if (d->own_deadline != KFG_DAY_MAX)
		return d->own_deadline;
	for (size_t i = 0; d->removed_in.text && i < p->upgrades.n; i++)
		if (u[i].kernel.text && u[i].on != KFG_DAY_MAX && u[i].kernel.version >= d->removed_in.version &&
		    u[i].on - 1 < day)
			day = u[i].on - 1;
	return day;
}

static void settle(struct kfg_policy *p)
{
	struct kfg_rule *rules = p->rules.items;
	struct kfg_deprecation *deps = p->deprecations.items;

	for (size_t i = 0; i < p->rules.n; i++)
		if (rules[i].scope == KFG_UNSET)
			rules[i].scope = p->settings.scope;
	for (size_t i = 0; i < p->deprecations.n; i++) {
		if (deps[i].scope == KFG_UNSET)
			deps[i].scope = p->settings.scope;
		deps[i].deadline = deadline(p, &deps[i]);
	}
}

int kfg_merge(struct kfg_policy *p, const struct kfg_parse_file *files, size_t n, struct kfg_diags *diags)
{
	int r = 0;

	p->settings = builtin;
	for (size_t i = 0; i < n && !r; i++) {
		if (!KFG_ITEMS(p->origins, struct kfg_origin)[i].included) {
			check_override(p, &p->settings, &files[i].settings, diags);
			merge_settings(&p->settings, &files[i].settings);
		}
		r = merge_lists(p, &files[i]);
	}
	if (!r)
		r = merge_deprecations(p, files, n, diags);
	if (!r)
		settle(p);
	return r;
}
