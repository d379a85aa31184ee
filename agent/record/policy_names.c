/* SPDX-License-Identifier: GPL-2.0-or-later */
/* policy_names.c - names of rules, deprecations and waivers, kept beside a policy in force. */
#include "record/policy_names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * The texts, walked twice by one function: first to learn how much room they take (at NULL), then
 * to put them there.
 */
struct texts {
	char *at; /* NULL: only count */
	size_t size;
};

static const char *put(struct texts *t, const char *text)
{
	size_t size;
	char *copy = t->at;

	if (!text)
		return NULL;
	size = strlen(text) + 1;
	t->size += size;
	if (!copy)
		return NULL;
	memcpy(copy, text, size);
	t->at += size;
	return copy;
}

static void put_deprecation(const struct kfg_policy *p, uint32_t i, struct texts *t,
			    struct kfg_policy_names_deprecation *out)
{
	struct kfg_deprecation_info info;

	if (!kfg_policy_deprecation(p, i, &info))
		return;
	out->kfunc = put(t, info.kfunc);
	out->module = put(t, info.module);
	out->deprecated_in = put(t, info.deprecated_in);
	out->removed_in = put(t, info.removed_in);
	out->replacement = put(t, info.replacement);
	out->deadline = info.deadline;
}

static void put_waiver(const struct kfg_policy *p, uint32_t i, struct texts *t, struct kfg_policy_names_waiver *out)
{
	struct kfg_waiver_info info;

	if (!kfg_policy_waiver(p, i, &info))
		return;
	out->id = put(t, info.id);
	out->until = info.until;
}

/* The keyrings of the policy, each once. */
struct keyrings {
	const char **names;
	size_t n;
};

static void put_keyrings(const struct keyrings *keyrings, struct texts *t, struct kfg_policy_names *names)
{
	for (size_t i = 0; i < keyrings->n; i++) {
		const char *text = put(t, keyrings->names[i]);

		if (names)
			names->keyrings[i].name = text;
	}
}

/* names: where the arrays are, or NULL to count */
static void put_all(const struct kfg_policy *p, struct texts *t, struct kfg_policy_names *names)
{
	struct kfg_policy_names_deprecation dep = { 0 };
	struct kfg_policy_names_waiver waiver = { 0 };
	struct kfg_lifecycle_info lifecycle;
	const char *text;

	text = put(t, kfg_policy_name(p));
	if (names)
		names->name = text;
	text = put(t, kfg_policy_digest(p));
	if (names)
		names->digest = text;
	if (kfg_policy_lifecycle(p, &lifecycle)) {
		lifecycle.file = put(t, lifecycle.file);
		if (names)
			names->lifecycle = lifecycle;
	}
	for (uint32_t i = 0; i < kfg_policy_n_rules(p); i++) {
		text = put(t, kfg_policy_rule_id(p, i));
		if (names)
			names->rules[i] = text;
	}
	for (uint32_t i = 0; i < kfg_policy_n_deprecations(p); i++)
		put_deprecation(p, i, t, names ? &names->deprecations[i] : &dep);
	for (uint32_t i = 0; i < kfg_policy_n_waivers(p); i++)
		put_waiver(p, i, t, names ? &names->waivers[i] : &waiver);
}

static int make(const struct kfg_policy *p, const struct keyrings *keyrings, struct kfg_policy_names **ret_names)
{
	size_t n_rules = kfg_policy_n_rules(p), n_deps = kfg_policy_n_deprecations(p);
	size_t n_waivers = kfg_policy_n_waivers(p);
	struct kfg_policy_names *names;
	struct texts t = { 0 };
	char *at;

	put_all(p, &t, NULL);
	put_keyrings(keyrings, &t, NULL);
	names = calloc(1, sizeof(*names) + n_rules * sizeof(names->rules[0]) + n_deps * sizeof(names->deprecations[0]) +
				  n_waivers * sizeof(names->waivers[0]) + keyrings->n * sizeof(names->keyrings[0]) +
				  t.size);
	if (!names)
		return -ENOMEM;
	/* pointers first, structs of pointers next, texts last: each is aligned as it must be */
	at = (char *)(names + 1);
	names->rules = (const char **)(void *)at;
	at += n_rules * sizeof(names->rules[0]);
	names->deprecations = (struct kfg_policy_names_deprecation *)(void *)at;
	at += n_deps * sizeof(names->deprecations[0]);
	names->waivers = (struct kfg_policy_names_waiver *)(void *)at;
	at += n_waivers * sizeof(names->waivers[0]);
	names->keyrings = (struct kfg_keyring *)(void *)at;
	at += keyrings->n * sizeof(names->keyrings[0]);
	names->n_keyrings = (uint32_t)keyrings->n;
	names->n_rules = n_rules;
	names->n_deprecations = n_deps;
	names->n_waivers = n_waivers;
	names->serial = kfg_policy_serial(p);
	names->mode = kfg_policy_mode(p);
	names->present = kfg_policy_present(p);
	names->guarding = kfg_policy_guarding(p);
	names->on_stop = kfg_policy_on_stop(p);
	names->on_failure = kfg_policy_on_failure(p);
	names->without_lsm = kfg_policy_without_lsm(p);
	t = (struct texts){ .at = at };
	put_all(p, &t, names);
	put_keyrings(keyrings, &t, names);
	*ret_names = names;
	return 0;
}

int kfg_policy_names_new(const struct kfg_policy *policy, struct kfg_policy_names **ret_names)
{
	struct keyrings keyrings = { 0 };
	int r = kfg_policy_keyrings(policy, &keyrings.names, &keyrings.n);

	if (r < 0)
		return r;
	r = make(policy, &keyrings, ret_names);
	free(keyrings.names);
	return r;
}

void kfg_policy_names_free(struct kfg_policy_names *names)
{
	free(names);
}

const char *kfg_policy_names_without_lsm(const struct kfg_policy_names *names)
{
	return names && names->hooking != KFG_HOOKING_LSM ? kfg_without_str(names->without_lsm) : NULL;
}

const char *kfg_policy_names_find_rule(const struct kfg_policy_names *names, uint32_t rule)
{
	return names && rule < names->n_rules ? names->rules[rule] : NULL;
}

const struct kfg_policy_names_deprecation *kfg_policy_names_find_deprecation(const struct kfg_policy_names *names,
									     uint32_t dep)
{
	return names && dep < names->n_deprecations ? &names->deprecations[dep] : NULL;
}

const char *kfg_policy_names_find_keyring(const struct kfg_policy_names *names, uint32_t serial)
{
	for (uint32_t i = 0; names && i < names->n_keyrings; i++)
		if (names->keyrings[i].serial == serial)
			return names->keyrings[i].name;
	return NULL;
}

const struct kfg_policy_names_waiver *kfg_policy_names_find_waiver(const struct kfg_policy_names *names,
								   uint32_t waiver)
{
	return names && waiver < names->n_waivers ? &names->waivers[waiver] : NULL;
}
