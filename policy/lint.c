/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lint.c - what is legal but unwise. Each check looks at the whole policy and warns at the place to
 * change. Where a check cannot be sure (two globs) it keeps silent.
 */
#include "glob.h"
#include "lint_internal.h"
#include "verdict.h"

#include <errno.h>
#include <inttypes.h>
#include <kfgate/decide.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool waives(const struct kfg_kfunc_pattern *k, const struct kfg_deprecation *d)
{
	if (k->name_glob ? !kfg_glob_match(k->name, d->kfunc, strlen(d->kfunc)) : strcmp(k->name, d->kfunc) != 0)
		return false;
	if (!k->module || !d->module)
		return true;
	return k->module_glob ? kfg_glob_match(k->module, d->module, strlen(d->module)) : !strcmp(k->module, d->module);
}

static void lint_waived_kfunc(const struct kfg_lint *l, const struct kfg_waiver *w, const struct kfg_kfunc_pattern *k)
{
	for (size_t i = 0; i < l->policy->deprecations.n; i++)
		if (waives(k, &kfg_deprecations(l->policy)[i]))
			return;
	KFG_LINT_WARN(l, k->place, KFG_DIAG_WAIVER_UNUSED,
		      "waiver \"%s\" waives nothing here: no deprecation is of %s%s%s%s", w->id, k->name,
		      k->module ? " [" : "", k->module ? k->module : "", k->module ? "]" : "");
}

static void lint_waivers(const struct kfg_lint *l)
{
	char day[KFG_DAY_TEXT];

	for (size_t i = 0; i < l->policy->waivers.n; i++) {
		const struct kfg_waiver *w = &kfg_waivers(l->policy)[i];

		if (w->until < l->today)
			KFG_LINT_WARN(l, w->place, KFG_DIAG_WAIVER_ENDED,
				      "waiver \"%s\" ended on %s and waives nothing any more: remove it", w->id,
				      kfg_day_format(w->until, day));
		for (size_t k = 0; k < w->when.n_kfuncs; k++)
			lint_waived_kfunc(l, w, &w->when.kfuncs[k]);
	}
}

static void lint_deadlines(const struct kfg_lint *l)
{
	char day[KFG_DAY_TEXT];

	if (l->policy->settings.defaults[KFG_DEFAULT_EXPIRED] != KFG_ALLOW)
		return;
	for (size_t i = 0; i < l->policy->deprecations.n; i++) {
		const struct kfg_deprecation *d = &kfg_deprecations(l->policy)[i];

		if (d->deadline < l->today)
			KFG_LINT_WARN(l, d->place, KFG_DIAG_DEADLINE_IGNORED,
				      "the deadline of \"%s\", %s, has passed without effect: "
				      "defaults.expired is allow",
				      d->kfunc, kfg_day_format(d->deadline, day));
	}
}

/* A policy without an allowlist that refuses what is in none. */
static void lint_unlisted(const struct kfg_lint *l)
{
	const struct kfg_settings *s = &l->policy->settings;

	if (s->defaults[KFG_DEFAULT_UNLISTED] != KFG_REFUSE || !s->at[KFG_SETTING_UNLISTED].line)
		return;
	for (size_t i = 0; i < l->policy->rules.n; i++)
		if (kfg_rules(l->policy)[i].action != KFG_REFUSE)
			return;
	KFG_LINT_WARN(
		l, s->at[KFG_SETTING_UNLISTED], KFG_DIAG_REFUSES_ALL,
		"no rule lets anything in, so that every program that calls a kfunc is refused: systemd's own, too");
}

/* Does the rule match each load of each kfunc? */
static bool matches_all(const struct kfg_condition *when)
{
	if (when->prog_types || when->names.n || when->units.n || when->exes.n || when->cgroups.n || when->n_uids ||
	    when->userns != KFG_USERNS_ANY || when->token != KFG_TOKEN_ANY || kfg_condition_asks_signature(when))
		return false;
	for (size_t i = 0; i < when->n_kfuncs; i++)
		if (!strcmp(when->kfuncs[i].name, "*") && !when->kfuncs[i].module)
			return true;
	return false;
}

static bool dates_refuse(const struct kfg_policy *p)
{
	return p->deprecations.n && (p->settings.defaults[KFG_DEFAULT_EXPIRED] == KFG_REFUSE ||
				     p->settings.defaults[KFG_DEFAULT_DEPRECATED] == KFG_REFUSE);
}

/* A policy that is to refuse, and refuses nothing. What cannot be scanned is another matter: it is no call. */
static void lint_toothless(const struct kfg_lint *l)
{
	const struct kfg_settings *s = &l->policy->settings;

	if (!kfg_mode_enforces(s->mode) || dates_refuse(l->policy))
		return;
	for (size_t i = 0; i < l->policy->rules.n; i++) {
		const struct kfg_rule *r = &kfg_rules(l->policy)[i];

		if (r->action == KFG_REFUSE)
			return;
		if (!matches_all(&r->when))
			continue;
		if (s->defaults[KFG_DEFAULT_UNLISTED] == KFG_REFUSE)
			KFG_LINT_WARN(l, r->place, KFG_DIAG_REFUSES_NOTHING,
				      "rule \"%s\" lets everything in, so that nothing is refused: no rule before it "
				      "refuses, and defaults.unlisted is never asked",
				      r->id);
		return;
	}
	if (s->at[KFG_SETTING_MODE].line && s->defaults[KFG_DEFAULT_UNLISTED] != KFG_REFUSE &&
	    s->defaults[KFG_DEFAULT_EXPIRED] != KFG_REFUSE && s->defaults[KFG_DEFAULT_UNSCANNABLE] != KFG_REFUSE)
		KFG_LINT_WARN(l, s->at[KFG_SETTING_MODE], KFG_DIAG_REFUSES_NOTHING,
			      "the mode is %s, and nothing is refused: no rule refuses, nor does any of the defaults",
			      kfg_mode_str(s->mode));
}

/* Who signed a program is not for the loader to choose; that nobody did is. */
static bool asks_signer(const struct kfg_condition *when)
{
	return kfg_condition_asks_signature(when) && !(when->signatures & 1);
}

/* A signature can be left out, so that a rule which refuses what somebody signed refuses to nobody. */
static void lint_signed(const struct kfg_lint *l)
{
	for (size_t i = 0; i < l->policy->rules.n; i++) {
		const struct kfg_rule *r = &kfg_rules(l->policy)[i];

		if (r->action == KFG_REFUSE && asks_signer(&r->when))
			KFG_LINT_WARN(l, r->place, KFG_DIAG_SIGNATURE_LEFT_OUT,
				      "rule \"%s\" refuses what is signed, and a loader can leave the signature out: "
				      "refuse to all, behind a rule for the signatures that are trusted",
				      r->id);
	}
}

/* Nothing but the loader's own word: it may call its program as it likes. */
static void lint_names(const struct kfg_lint *l)
{
	bool closed = l->policy->settings.defaults[KFG_DEFAULT_UNLISTED] == KFG_REFUSE;

	for (size_t i = 0; i < l->policy->rules.n; i++) {
		const struct kfg_rule *r = &kfg_rules(l->policy)[i];
		bool lets_in = r->action == KFG_ALLOW || (closed && r->action != KFG_REFUSE);

		if (lets_in && r->when.names.n && !r->when.units.n && !r->when.exes.n && !r->when.cgroups.n &&
		    !r->when.n_uids && !asks_signer(&r->when))
			KFG_LINT_WARN(l, r->place, KFG_DIAG_LOADER_NAMED_ONLY,
				      "rule \"%s\" lets programs in by their names, which are the loader's "
				      "own words: add \"units\", \"exes\", \"cgroups\" or \"uids\" to its \"loaders\"",
				      r->id);
	}
}

/* Conditions by which a loader can choose: see "Loaders" in kfgate-policy(5). */
static void lint_chosen(const struct kfg_lint *l)
{
	for (size_t i = 0; i < l->policy->rules.n; i++) {
		const struct kfg_rule *r = &kfg_rules(l->policy)[i];

		if (r->action == KFG_ALLOW && r->when.n_uids && !r->when.units.n && !r->when.exes.n &&
		    !r->when.cgroups.n && !asks_signer(&r->when))
			KFG_LINT_WARN(l, r->place, KFG_DIAG_LOADER_CHOOSES_UID,
				      "rule \"%s\" lets in by uid alone, and whoever has CAP_SETUID chooses "
				      "his: add \"units\" or \"exes\" to its \"loaders\"",
				      r->id);
		if (r->action == KFG_REFUSE && r->when.units.n)
			KFG_LINT_WARN(l, r->place, KFG_DIAG_UNIT_CAN_BE_LEFT,
				      "rule \"%s\" refuses to units, and a process that moves itself to another "
				      "cgroup is in no unit: refuse to all, behind a rule for the units that may",
				      r->id);
	}
}

static void lint_origin(const struct kfg_lint *l, const char *what, const char *id, struct kfg_place place,
			const struct kfg_condition *when)
{
	if (when->userns == KFG_USERNS_INIT && when->token == KFG_TOKEN_YES)
		KFG_LINT_WARN(l, place, KFG_DIAG_NEVER_HOLDS,
			      "%s \"%s\" can never match: a load with a token does not count as one from "
			      "the initial user namespace",
			      what, id);
}

static void lint_origins(const struct kfg_lint *l)
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
static void lint_units(const struct kfg_lint *l, const char *what, const char *id, const struct kfg_patterns *units)
{
	for (size_t i = 0; i < units->n; i++)
		if (!units->items[i].glob && !strchr(units->items[i].text, '.'))
			KFG_LINT_WARN(l, units->items[i].place, KFG_DIAG_UNIT_WITHOUT_SUFFIX,
				      "%s \"%s\" names no unit: \"%s\" has no suffix such as .service", what, id,
				      units->items[i].text);
}

static void lint_all_units(const struct kfg_lint *l)
{
	for (size_t i = 0; i < l->policy->rules.n; i++)
		lint_units(l, "rule", kfg_rules(l->policy)[i].id, &kfg_rules(l->policy)[i].when.units);
	for (size_t i = 0; i < l->policy->waivers.n; i++)
		lint_units(l, "waiver", kfg_waivers(l->policy)[i].id, &kfg_waivers(l->policy)[i].when.units);
}

static void lint_upgrades(const struct kfg_lint *l)
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
			KFG_LINT_WARN(l, u[i].place, KFG_DIAG_UPGRADE_UNUSED,
				      "the upgrade to %s sets no deadline: no deprecation here is removed "
				      "in it or before",
				      u[i].kernel.text);
	}
}

static void lint_files(const struct kfg_lint *l)
{
	const struct kfg_include *unmatched = l->policy->unmatched.items;
	const struct kfg_origin *o = l->policy->origins.items;
	char day[KFG_DAY_TEXT];

	for (size_t i = 0; i < l->policy->unmatched.n; i++)
		KFG_LINT_WARN(l, unmatched[i].place, KFG_DIAG_INCLUDE_EMPTY,
			      "\"%s\" matches no file, so nothing is included", unmatched[i].pattern);
	for (size_t i = 0; i < l->policy->origins.n; i++)
		if (kfg_origin_is_old(l->policy, &o[i], l->today))
			KFG_LINT_WARN(l, o[i].date_place, KFG_DIAG_LIFECYCLE_OLD,
				      "this lifecycle data is of %s, more than %d days old: install a newer "
				      "one",
				      kfg_day_format(o[i].date, day), l->policy->settings.lifecycle_days);
}

/* Beyond the limit a load is unscannable, and by a path of his choice a loader may bring that about. */
static int lint_cost(const struct kfg_lint *l)
{
	const struct kfg_rule *dearest;
	uint64_t steps;
	int r = kfg_lint_cost(l->policy, &steps, &dearest);

	if (r == 0 && dearest && steps > KFG_STEPS_LOAD)
		KFG_LINT_WARN(
			l, dearest->place, KFG_DIAG_COSTLY_GLOBS,
			"one kfunc may take %" PRIu64
			" steps to judge, where a loader chooses the path of his executable "
			"so that globs fit it as long as possible: the gate stops at %u steps per load, and the load "
			"is unscannable then; fewer wildcards in exes and units, or exact kfuncs, make it less",
			steps, KFG_STEPS_LOAD);
	return r;
}

int kfg_policy_lint(const struct kfg_policy *policy, int32_t today, struct kfg_diags *diags)
{
	const struct kfg_lint l = { policy, diags, today };
	int r;

	lint_files(&l);
	lint_upgrades(&l);
	r = kfg_lint_shadowed(&l);
	if (r)
		return r;
	lint_unlisted(&l);
	lint_toothless(&l);
	lint_names(&l);
	lint_chosen(&l);
	lint_signed(&l);
	lint_origins(&l);
	lint_all_units(&l);
	lint_waivers(&l);
	lint_deadlines(&l);
	r = kfg_lint_kfuncs(&l);
	if (r == 0)
		r = lint_cost(&l);
	return r ? r : diags->lost ? -ENOMEM : 0;
}

static void lint_unsigned(const struct kfg_lint *l, const char *what, const char *id, struct kfg_place place,
			  const struct kfg_condition *when)
{
	if (kfg_condition_asks_signature(when))
		KFG_LINT_WARN(
			l, place, KFG_DIAG_SIGNATURE_UNKNOWN,
			"%s \"%s\" matches nothing on this kernel, which does not say who signed a program (Linux 7.2 "
			"and later do)",
			what, id);
}

int kfg_policy_lint_unsigned(const struct kfg_policy *policy, struct kfg_diags *diags)
{
	const struct kfg_lint l = { .policy = policy, .diags = diags };

	for (size_t i = 0; i < policy->rules.n; i++)
		lint_unsigned(&l, "rule", kfg_rules(policy)[i].id, kfg_rules(policy)[i].place,
			      &kfg_rules(policy)[i].when);
	for (size_t i = 0; i < policy->waivers.n; i++)
		lint_unsigned(&l, "waiver", kfg_waivers(policy)[i].id, kfg_waivers(policy)[i].place,
			      &kfg_waivers(policy)[i].when);
	return diags->lost ? -ENOMEM : 0;
}
