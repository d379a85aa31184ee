/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lint.c - what is legal but unwise. Each check looks at the whole policy and warns at the place to
 * change. Where a check cannot be sure (two globs) it keeps silent.
 */
#include "glob.h"
#include "lint_cost.h"
#include "model.h"
#include "words.h"

#include <errno.h>
#include <inttypes.h>
#include <kfgate/decide.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct lint {
	const struct kfg_policy *policy;
	struct kfg_diags *diags;
	int32_t today;
};

#define WARN(l, place, code, ...)                                                                                      \
	do {                                                                                                           \
		struct kfg_spot spot_ = kfg_place_spot((l)->policy, place);                                            \
		kfg_diags_add((l)->diags, code, &spot_, __VA_ARGS__);                                                  \
	} while (0)

static bool module_covers(const struct kfg_kfunc_pattern *a, const struct kfg_kfunc_pattern *b)
{
	if (!a->module)
		return true;
	return b->module && kfg_glob_covers(a->module, a->module_glob, b->module, b->module_glob);
}

static bool kfunc_covers(const struct kfg_kfunc_pattern *a, const struct kfg_kfunc_pattern *b)
{
	return kfg_glob_covers(a->name, a->name_glob, b->name, b->name_glob) && module_covers(a, b);
}

/* Everything that b's list lets through is let through by a's. */
static bool patterns_cover(const struct kfg_patterns *a, const struct kfg_patterns *b)
{
	if (!a->n)
		return true;
	if (!b->n)
		return false;
	for (size_t i = 0; i < b->n; i++) {
		size_t k = 0;

		while (k < a->n &&
		       !kfg_glob_covers(a->items[k].match, a->items[k].glob, b->items[i].match, b->items[i].glob))
			k++;
		if (k == a->n)
			return false;
	}
	return true;
}

static bool uids_cover(const struct kfg_condition *a, const struct kfg_condition *b)
{
	if (!a->n_uids)
		return true;
	for (size_t i = 0; i < b->n_uids; i++) {
		size_t k = 0;

		while (k < a->n_uids && a->uids[k] != b->uids[i])
			k++;
		if (k == a->n_uids)
			return false;
	}
	return b->n_uids;
}

static bool names_keyring(const struct kfg_condition *when, const char *name)
{
	for (size_t i = 0; i < when->keyrings.n; i++)
		if (!strcmp(when->keyrings.items[i].text, name))
			return true;
	return false;
}

static bool signatures_cover(const struct kfg_condition *a, const struct kfg_condition *b)
{
	if (!kfg_condition_asks_signature(a))
		return true;
	if (!kfg_condition_asks_signature(b) || (b->signatures & ~a->signatures))
		return false;
	for (size_t i = 0; i < b->keyrings.n; i++)
		if (!names_keyring(a, b->keyrings.items[i].text))
			return false;
	return true;
}

static bool kfuncs_cover(const struct kfg_condition *a, const struct kfg_condition *b)
{
	for (size_t i = 0; i < b->n_kfuncs; i++) {
		size_t k = 0;

		while (k < a->n_kfuncs && !kfunc_covers(&a->kfuncs[k], &b->kfuncs[i]))
			k++;
		if (k == a->n_kfuncs)
			return false;
	}
	return true;
}

/* A load from the initial user namespace has no token: that is what the word asks for, too. */
static bool origin_covers(const struct kfg_condition *a, const struct kfg_condition *b)
{
	bool initial = b->userns == KFG_USERNS_INIT;

	if (a->userns == KFG_USERNS_INIT && !initial)
		return false;
	return a->token == KFG_TOKEN_ANY || a->token == b->token || (a->token == KFG_TOKEN_NO && initial);
}

static bool types_cover(uint64_t a, uint64_t b)
{
	return !a || (b && !(b & ~a));
}

/* Whatever b matches, a matches. Cheap questions first: this is asked of every pair of rules. */
static bool condition_covers(const struct kfg_condition *a, const struct kfg_condition *b)
{
	return types_cover(a->prog_types, b->prog_types) && origin_covers(a, b) && signatures_cover(a, b) &&
	       kfuncs_cover(a, b) && uids_cover(a, b) && patterns_cover(&a->units, &b->units) &&
	       patterns_cover(&a->exes, &b->exes) && patterns_cover(&a->cgroups, &b->cgroups) &&
	       patterns_cover(&a->names, &b->names);
}

/*
 * What can be said about a rule in a few words, since every pair of rules is looked at: sets of
 * texts are bits, one per hash. All bits: the rule has globs, or does not ask.
 */
struct sketch {
	uint64_t types, kfuncs, units; /* of what it takes */
	uint64_t first_kfunc, first_unit; /* of one thing that whatever covers it must take, too */
};

static uint64_t text_bit(const char *text, bool glob)
{
	unsigned h = 0;

	while (*text)
		h = h * 31 + (unsigned char)*text++;
	return glob ? UINT64_MAX : UINT64_C(1) << (h * 0x9e3779b1u >> 26);
}

static struct sketch sketch(const struct kfg_condition *when)
{
	struct sketch s = { .types = when->prog_types };

	for (size_t i = 0; i < when->n_kfuncs; i++)
		s.kfuncs |= text_bit(when->kfuncs[i].name, when->kfuncs[i].name_glob);
	for (size_t i = 0; i < when->units.n; i++)
		s.units |= text_bit(when->units.items[i].text, when->units.items[i].glob);
	s.first_kfunc = text_bit(when->kfuncs[0].name, when->kfuncs[0].name_glob);
	s.first_unit = when->units.n ? text_bit(when->units.items[0].text, when->units.items[0].glob) : UINT64_MAX;
	if (!when->units.n)
		s.units = UINT64_MAX;
	return s;
}

/* False: a certainly does not cover b. */
static bool may_cover(const struct sketch *a, const struct sketch *b)
{
	return !(b->first_kfunc & ~a->kfuncs) && !(b->first_unit & ~a->units) && types_cover(a->types, b->types);
}

static int lint_shadowed(const struct lint *l)
{
	const struct kfg_rule *rules = kfg_rules(l->policy);
	struct sketch *sketches = calloc(l->policy->rules.n + 1, sizeof(*sketches));

	if (!sketches)
		return -ENOMEM;
	for (size_t i = 0; i < l->policy->rules.n; i++) {
		sketches[i] = sketch(&rules[i].when);
		for (size_t k = 0; k < i; k++) {
			if (!may_cover(&sketches[k], &sketches[i]) || !condition_covers(&rules[k].when, &rules[i].when))
				continue;
			WARN(l, rules[i].place, KFG_DIAG_RULE_SHADOWED,
			     "rule \"%s\" can never match: rule \"%s\" (%s:%u), which is asked "
			     "first, matches all that it does",
			     rules[i].id, rules[k].id, kfg_origin(l->policy, rules[k].place)->path,
			     rules[k].place.line);
			break;
		}
	}
	free(sketches);
	return 0;
}

static bool waives(const struct kfg_kfunc_pattern *k, const struct kfg_deprecation *d)
{
	if (k->name_glob ? !kfg_glob_match(k->name, d->kfunc, strlen(d->kfunc)) : strcmp(k->name, d->kfunc) != 0)
		return false;
	if (!k->module || !d->module)
		return true;
	return k->module_glob ? kfg_glob_match(k->module, d->module, strlen(d->module)) : !strcmp(k->module, d->module);
}

static void lint_waived_kfunc(const struct lint *l, const struct kfg_waiver *w, const struct kfg_kfunc_pattern *k)
{
	for (size_t i = 0; i < l->policy->deprecations.n; i++)
		if (waives(k, &kfg_deprecations(l->policy)[i]))
			return;
	WARN(l, k->place, KFG_DIAG_WAIVER_UNUSED, "waiver \"%s\" waives nothing here: no deprecation is of %s%s%s%s",
	     w->id, k->name, k->module ? " [" : "", k->module ? k->module : "", k->module ? "]" : "");
}

static void lint_waivers(const struct lint *l)
{
	char day[KFG_DAY_TEXT];

	for (size_t i = 0; i < l->policy->waivers.n; i++) {
		const struct kfg_waiver *w = &kfg_waivers(l->policy)[i];

		if (w->until < l->today)
			WARN(l, w->place, KFG_DIAG_WAIVER_ENDED,
			     "waiver \"%s\" ended on %s and waives nothing any more: remove it", w->id,
			     kfg_day_format(w->until, day));
		for (size_t k = 0; k < w->when.n_kfuncs; k++)
			lint_waived_kfunc(l, w, &w->when.kfuncs[k]);
	}
}

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

static void lint_kfunc(const struct lint *l, const struct known *known, const struct kfg_kfunc_pattern *k)
{
	const struct kfg_kfunc_pattern *near;
	char hint[256] = ": check the spelling";

	if (is_known(known, k))
		return;
	near = k->name_glob ? NULL : nearest_known(known, k);
	if (near)
		(void)snprintf(hint, sizeof(hint), ": did you mean \"%s%s%s%s\"?", near->name, near->module ? " [" : "",
			       near->module ? near->module : "", near->module ? "]" : "");
	WARN(l, k->place, KFG_DIAG_UNKNOWN_KFUNC, "no known kernel has a kfunc %s%s%s%s%s", k->name,
	     k->module ? " [" : "", k->module ? k->module : "", k->module ? "]" : "", hint);
}

static int lint_kfuncs(const struct lint *l)
{
	const struct kfg_policy *p = l->policy;
	struct known known = { calloc(p->known.n + 1, sizeof(*known.items)), p->known.n };

	if (!known.items)
		return -ENOMEM;
	for (size_t i = 0; i < known.n; i++)
		known.items[i] = &KFG_ITEMS(p->known, const struct kfg_kfunc_pattern)[i];
	qsort(known.items, known.n, sizeof(*known.items), compare_known);
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

static void lint_deadlines(const struct lint *l)
{
	char day[KFG_DAY_TEXT];

	if (l->policy->settings.defaults[KFG_DEFAULT_EXPIRED] != KFG_ALLOW)
		return;
	for (size_t i = 0; i < l->policy->deprecations.n; i++) {
		const struct kfg_deprecation *d = &kfg_deprecations(l->policy)[i];

		if (d->deadline < l->today)
			WARN(l, d->place, KFG_DIAG_DEADLINE_IGNORED,
			     "the deadline of \"%s\", %s, has passed without effect: "
			     "defaults.expired is allow",
			     d->kfunc, kfg_day_format(d->deadline, day));
	}
}

/* A policy without an allowlist that refuses what is in none. */
static void lint_unlisted(const struct lint *l)
{
	const struct kfg_settings *s = &l->policy->settings;

	if (s->defaults[KFG_DEFAULT_UNLISTED] != KFG_REFUSE || !s->at[KFG_SETTING_UNLISTED].line)
		return;
	for (size_t i = 0; i < l->policy->rules.n; i++)
		if (kfg_rules(l->policy)[i].action != KFG_REFUSE)
			return;
	WARN(l, s->at[KFG_SETTING_UNLISTED], KFG_DIAG_REFUSES_ALL,
	     "no rule lets anything in, so that every program that calls a kfunc is refused: systemd's own, too");
}

/* Who signed a program is not for the loader to choose; that nobody did is. */
static bool asks_signer(const struct kfg_condition *when)
{
	return kfg_condition_asks_signature(when) && !(when->signatures & 1);
}

/* A signature can be left out, so that a rule which refuses what somebody signed refuses to nobody. */
static void lint_signed(const struct lint *l)
{
	for (size_t i = 0; i < l->policy->rules.n; i++) {
		const struct kfg_rule *r = &kfg_rules(l->policy)[i];

		if (r->action == KFG_REFUSE && asks_signer(&r->when))
			WARN(l, r->place, KFG_DIAG_SIGNATURE_LEFT_OUT,
			     "rule \"%s\" refuses what is signed, and a loader can leave the signature out: refuse to "
			     "all, behind a rule for the signatures that are trusted",
			     r->id);
	}
}

/* Nothing but the loader's own word: it may call its program as it likes. */
static void lint_names(const struct lint *l)
{
	bool closed = l->policy->settings.defaults[KFG_DEFAULT_UNLISTED] == KFG_REFUSE;

	for (size_t i = 0; i < l->policy->rules.n; i++) {
		const struct kfg_rule *r = &kfg_rules(l->policy)[i];
		bool lets_in = r->action == KFG_ALLOW || (closed && r->action != KFG_REFUSE);

		if (lets_in && r->when.names.n && !r->when.units.n && !r->when.exes.n && !r->when.cgroups.n &&
		    !r->when.n_uids && !asks_signer(&r->when))
			WARN(l, r->place, KFG_DIAG_LOADER_NAMED_ONLY,
			     "rule \"%s\" lets programs in by their names, which are the loader's "
			     "own words: add \"units\", \"exes\", \"cgroups\" or \"uids\" to its \"loaders\"",
			     r->id);
	}
}

/* Conditions by which a loader can choose: see "Loaders" in kfgate-policy(5). */
static void lint_chosen(const struct lint *l)
{
	for (size_t i = 0; i < l->policy->rules.n; i++) {
		const struct kfg_rule *r = &kfg_rules(l->policy)[i];

		if (r->action == KFG_ALLOW && r->when.n_uids && !r->when.units.n && !r->when.exes.n &&
		    !r->when.cgroups.n && !asks_signer(&r->when))
			WARN(l, r->place, KFG_DIAG_LOADER_CHOOSES_UID,
			     "rule \"%s\" lets in by uid alone, and whoever has CAP_SETUID chooses "
			     "his: add \"units\" or \"exes\" to its \"loaders\"",
			     r->id);
		if (r->action == KFG_REFUSE && r->when.units.n)
			WARN(l, r->place, KFG_DIAG_UNIT_CAN_BE_LEFT,
			     "rule \"%s\" refuses to units, and a process that moves itself to another "
			     "cgroup is in no unit: refuse to all, behind a rule for the units that may",
			     r->id);
	}
}

static void lint_origin(const struct lint *l, const char *what, const char *id, struct kfg_place place,
			const struct kfg_condition *when)
{
	if (when->userns == KFG_USERNS_INIT && when->token == KFG_TOKEN_YES)
		WARN(l, place, KFG_DIAG_NEVER_HOLDS,
		     "%s \"%s\" can never match: a load with a token does not count as one from "
		     "the initial user namespace",
		     what, id);
}

static void lint_origins(const struct lint *l)
{
	for (size_t i = 0; i < l->policy->rules.n; i++) {
		const struct kfg_rule *r = &kfg_rules(l->policy)[i];

		lint_origin(l, "rule", r->id, r->place, &r->when);
	}
	for (size_t i = 0; i < l->policy->waivers.n; i++) {
		const struct kfg_waiver *w = &kfg_waivers(l->policy)[i];

		lint_origin(l, "waiver", w->id, w->place, &w->when);
	}
}

/* A unit without a suffix is none (systemd.unit(5)). */
static void lint_units(const struct lint *l, const char *what, const char *id, const struct kfg_patterns *units)
{
	for (size_t i = 0; i < units->n; i++)
		if (!units->items[i].glob && !strchr(units->items[i].text, '.'))
			WARN(l, units->items[i].place, KFG_DIAG_UNIT_WITHOUT_SUFFIX,
			     "%s \"%s\" names no unit: \"%s\" has no suffix such as .service", what, id,
			     units->items[i].text);
}

static void lint_all_units(const struct lint *l)
{
	for (size_t i = 0; i < l->policy->rules.n; i++)
		lint_units(l, "rule", kfg_rules(l->policy)[i].id, &kfg_rules(l->policy)[i].when.units);
	for (size_t i = 0; i < l->policy->waivers.n; i++)
		lint_units(l, "waiver", kfg_waivers(l->policy)[i].id, &kfg_waivers(l->policy)[i].when.units);
}

static void lint_upgrades(const struct lint *l)
{
	const struct kfg_upgrade *u = l->policy->upgrades.items;

	for (size_t i = 0; i < l->policy->upgrades.n; i++) {
		size_t k = 0;

		while (k < l->policy->deprecations.n) {
			const struct kfg_deprecation *d = &kfg_deprecations(l->policy)[k];

			if (d->removed_in.text && d->removed_in.version <= u[i].kernel.version)
				break;
			k++;
		}
		if (k == l->policy->deprecations.n)
			WARN(l, u[i].place, KFG_DIAG_UPGRADE_UNUSED,
			     "the upgrade to %s sets no deadline: no deprecation here is removed "
			     "in it or before",
			     u[i].kernel.text);
	}
}

static void lint_files(const struct lint *l)
{
	const struct kfg_include *unmatched = l->policy->unmatched.items;
	const struct kfg_origin *o = l->policy->origins.items;
	char day[KFG_DAY_TEXT];

	for (size_t i = 0; i < l->policy->unmatched.n; i++)
		WARN(l, unmatched[i].place, KFG_DIAG_INCLUDE_EMPTY, "\"%s\" matches no file, so nothing is included",
		     unmatched[i].pattern);
	for (size_t i = 0; i < l->policy->origins.n; i++)
		if (kfg_origin_is_old(l->policy, &o[i], l->today))
			WARN(l, o[i].date_place, KFG_DIAG_LIFECYCLE_OLD,
			     "this lifecycle data is of %s, more than %d days old: install a newer "
			     "one",
			     kfg_day_format(o[i].date, day), l->policy->settings.lifecycle_days);
}

/* Beyond the limit a load is unscannable, and by a path of his choice a loader may bring that about. */
static int lint_cost(const struct lint *l)
{
	const struct kfg_rule *dearest;
	uint64_t steps;
	int r = kfg_lint_cost(l->policy, &steps, &dearest);

	if (r == 0 && dearest && steps > KFG_STEPS_LOAD)
		WARN(l, dearest->place, KFG_DIAG_COSTLY_GLOBS,
		     "one kfunc may take %" PRIu64 " steps to judge, where a loader chooses the path of his executable "
		     "so that globs fit it as long as possible: the gate stops at %u steps per load, and the load is "
		     "unscannable then; fewer wildcards in exes and units, or exact kfuncs, make it less",
		     steps, KFG_STEPS_LOAD);
	return r;
}

int kfg_policy_lint(const struct kfg_policy *policy, int32_t today, struct kfg_diags *diags)
{
	const struct lint l = { policy, diags, today };
	int r;

	lint_files(&l);
	lint_upgrades(&l);
	r = lint_shadowed(&l);
	if (r)
		return r;
	lint_unlisted(&l);
	lint_names(&l);
	lint_chosen(&l);
	lint_signed(&l);
	lint_origins(&l);
	lint_all_units(&l);
	lint_waivers(&l);
	lint_deadlines(&l);
	r = lint_kfuncs(&l);
	if (r == 0)
		r = lint_cost(&l);
	return r ? r : diags->lost ? -ENOMEM : 0;
}

static void lint_unsigned(const struct lint *l, const char *what, const char *id, struct kfg_place place,
			  const struct kfg_condition *when)
{
	if (kfg_condition_asks_signature(when))
		WARN(l, place, KFG_DIAG_SIGNATURE_UNKNOWN,
		     "%s \"%s\" matches nothing on this kernel, which does not say who signed a program (Linux 7.2 and "
		     "later do)",
		     what, id);
}

int kfg_policy_lint_unsigned(const struct kfg_policy *policy, struct kfg_diags *diags)
{
	const struct lint l = { .policy = policy, .diags = diags };

	for (size_t i = 0; i < policy->rules.n; i++)
		lint_unsigned(&l, "rule", kfg_rules(policy)[i].id, kfg_rules(policy)[i].place,
			      &kfg_rules(policy)[i].when);
	for (size_t i = 0; i < policy->waivers.n; i++)
		lint_unsigned(&l, "waiver", kfg_waivers(policy)[i].id, kfg_waivers(policy)[i].place,
			      &kfg_waivers(policy)[i].when);
	return diags->lost ? -ENOMEM : 0;
}
