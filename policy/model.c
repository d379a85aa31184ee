/* SPDX-License-Identifier: GPL-2.0-or-later */
/* model.c - owns struct kfg_policy, and answers what other rooms ask about it. */
#include "model.h"

#include "array.h"
#include "glob.h"
#include "words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int kfg_vector_append(struct kfg_vector *v, size_t size, const void *items, size_t n)
{
	int r = n ? kfg_array_grow(&v->items, &v->capacity, v->n + n - 1, size) : 0;

	if (r < 0 || !n)
		return r;
	memcpy((char *)v->items + v->n * size, items, n * size);
	v->n += n;
	return 0;
}

void kfg_policy_free(struct kfg_policy *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->origins.n; i++) {
		struct kfg_origin *o = &KFG_ITEMS(p->origins, struct kfg_origin)[i];

		free(o->path);
		free(o->text);
	}
	free(p->origins.items);
	free(p->rules.items);
	free(p->waivers.items);
	free(p->deprecations.items);
	free(p->upgrades.items);
	free(p->includes.items);
	free(p->known.items);
	free(p->unmatched.items);
	kfg_arena_done(&p->arena);
	free(p);
}

void kfg_policy_forget_text(struct kfg_policy *p)
{
	for (size_t i = 0; i < p->origins.n; i++) {
		struct kfg_origin *o = &KFG_ITEMS(p->origins, struct kfg_origin)[i];

		free(o->text);
		o->text = NULL;
		o->size = 0;
	}
}

struct kfg_spot kfg_place_spot(const struct kfg_policy *p, struct kfg_place place)
{
	const struct kfg_origin *o = kfg_origin(p, place);

	return (struct kfg_spot){ o->path, o->text, o->size, place.line, place.col };
}

const char *kfg_policy_name(const struct kfg_policy *p)
{
	return p->settings.name;
}

int64_t kfg_policy_serial(const struct kfg_policy *p)
{
	return p->settings.serial;
}

enum kfg_mode kfg_policy_mode(const struct kfg_policy *p)
{
	return p->settings.mode;
}

enum kfg_present kfg_policy_present(const struct kfg_policy *p)
{
	return p->settings.present;
}

enum kfg_guarding kfg_policy_guarding(const struct kfg_policy *p)
{
	return p->settings.guarding;
}

enum kfg_on_stop kfg_policy_on_stop(const struct kfg_policy *p)
{
	return p->settings.on_stop;
}

enum kfg_on_failure kfg_policy_on_failure(const struct kfg_policy *p)
{
	return p->settings.on_failure;
}

enum kfg_without kfg_policy_without_lsm(const struct kfg_policy *p)
{
	return p->settings.without_lsm;
}

const char *kfg_policy_adapt(struct kfg_policy *p, enum kfg_hooking hooking)
{
	if (hooking == KFG_HOOKING_LSM)
		return NULL;
	if (p->settings.mode == KFG_MODE_SEALED)
		return "mode sealed needs BPF LSM, which is not active on this host: without it loads can be missed";
	if (p->settings.guarding == KFG_GUARDING_STRICT)
		return "guard strict needs BPF LSM, which is not active on this host: without it the guard can be left "
		       "out of what it should refuse";
	if (p->settings.without_lsm == KFG_WITHOUT_REFUSE_TO_START)
		return "BPF LSM is not active on this host, and the policy says without-bpf-lsm: refuse-to-start";
	if (p->settings.without_lsm == KFG_WITHOUT_AUDIT)
		p->settings.mode = KFG_MODE_AUDIT;
	return NULL;
}

int kfg_policy_errno(const struct kfg_policy *p)
{
	return p->settings.refuse_errno;
}

static struct kfg_lifecycle_info lifecycle_info(const struct kfg_policy *p, const struct kfg_origin *o)
{
	bool is_data = o->included && o->date != KFG_DAY_MAX;

	return (struct kfg_lifecycle_info){ is_data ? o->path : NULL, is_data ? o->date : 0,
					    p->settings.lifecycle_days };
}

bool kfg_origin_is_old(const struct kfg_policy *p, const struct kfg_origin *o, int32_t today)
{
	struct kfg_lifecycle_info info = lifecycle_info(p, o);

	return kfg_lifecycle_is_old(&info, today);
}

bool kfg_policy_lifecycle(const struct kfg_policy *p, struct kfg_lifecycle_info *ret_info)
{
	const struct kfg_origin *o = p->origins.items;
	struct kfg_lifecycle_info oldest = { 0 };

	for (size_t i = 0; i < p->origins.n; i++) {
		struct kfg_lifecycle_info info = lifecycle_info(p, &o[i]);

		if (info.file && (!oldest.file || info.date < oldest.date))
			oldest = info;
	}
	if (oldest.file)
		*ret_info = oldest;
	return oldest.file;
}

const char *kfg_policy_digest(const struct kfg_policy *p)
{
	return p->digest;
}

size_t kfg_policy_n_rules(const struct kfg_policy *p)
{
	return p->rules.n;
}

size_t kfg_policy_n_deprecations(const struct kfg_policy *p)
{
	return p->deprecations.n;
}

size_t kfg_policy_n_waivers(const struct kfg_policy *p)
{
	return p->waivers.n;
}

const char *kfg_policy_rule_id(const struct kfg_policy *p, uint32_t rule)
{
	return rule < p->rules.n ? kfg_rules(p)[rule].id : NULL;
}

bool kfg_policy_deprecation(const struct kfg_policy *p, uint32_t dep, struct kfg_deprecation_info *ret_info)
{
	const struct kfg_deprecation *d;

	if (dep >= p->deprecations.n)
		return false;
	d = &kfg_deprecations(p)[dep];
	*ret_info = (struct kfg_deprecation_info){
		.kfunc = d->kfunc,
		.module = d->module,
		.deprecated_in = d->deprecated_in.text,
		.removed_in = d->removed_in.text,
		.replacement = d->replacement,
		.replacement_in = d->replacement_in.text,
		.source = d->source,
		.confidence = d->confidence == KFG_UNSET ? NULL : kfg_confidence_words.items[d->confidence],
		.note = d->note,
		.file = kfg_origin(p, d->place)->path,
		.line = d->place.line,
		.deadline = d->deadline,
	};
	return true;
}

const char *kfg_deprecation_place(const struct kfg_deprecation_info *info, char buf[static KFG_PLACE_TEXT])
{
	snprintf(buf, KFG_PLACE_TEXT, "%s:%u", info->file, info->line);
	return buf;
}

bool kfg_policy_upgrade_day(const struct kfg_policy *p, uint32_t version, int32_t *ret_day)
{
	const struct kfg_upgrade *upgrades = KFG_ITEMS(p->upgrades, const struct kfg_upgrade);
	int32_t day = KFG_DAY_MAX;

	for (size_t i = 0; i < p->upgrades.n; i++)
		if (upgrades[i].kernel.version >= version && upgrades[i].on < day)
			day = upgrades[i].on;
	if (day != KFG_DAY_MAX)
		*ret_day = day;
	return day != KFG_DAY_MAX;
}

bool kfg_policy_rule(const struct kfg_policy *p, uint32_t rule, struct kfg_rule_info *ret_info)
{
	const struct kfg_rule *r;

	if (rule >= p->rules.n)
		return false;
	r = &kfg_rules(p)[rule];
	*ret_info = (struct kfg_rule_info){
		.id = r->id, .file = kfg_origin(p, r->place)->path, .line = r->place.line, .action = r->action
	};
	return true;
}

bool kfg_policy_waiver(const struct kfg_policy *p, uint32_t waiver, struct kfg_waiver_info *ret_info)
{
	const struct kfg_waiver *w;

	if (waiver >= p->waivers.n)
		return false;
	w = &kfg_waivers(p)[waiver];
	*ret_info = (struct kfg_waiver_info){ .id = w->id, .owner = w->owner, .reason = w->reason, .until = w->until };
	return true;
}

bool kfg_policy_asks_signature(const struct kfg_policy *p)
{
	for (size_t i = 0; i < p->rules.n; i++)
		if (kfg_condition_asks_signature(&kfg_rules(p)[i].when))
			return true;
	for (size_t i = 0; i < p->waivers.n; i++)
		if (kfg_condition_asks_signature(&kfg_waivers(p)[i].when))
			return true;
	return false;
}
