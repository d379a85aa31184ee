/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lint_shadowed.c - rules that can never match. Where that is not sure (two globs), nothing is said. */
#include "glob.h"
#include "lint_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

int kfg_lint_shadowed(const struct kfg_lint *l)
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
			KFG_LINT_WARN(l, rules[i].place, KFG_DIAG_RULE_SHADOWED,
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
