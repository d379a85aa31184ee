/* SPDX-License-Identifier: GPL-2.0-or-later */
/* learn.c - the fewest rules that allow what was observed, and nothing else. */
#include "history/learn.h"

#include "base/cleanup.h"
#include "history/learn_internal.h"
#include <errno.h>
#include "policy/verdict.h"
#include <stdlib.h>
#include <string.h>

static void set_done(struct kfg_learned_set *set)
{
	free(set->items);
	free(set->rules);
	free(set->left_out);
}

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/*
 * Whether a policy can name exactly this text: no pattern, and nothing that base/text.h had to replace (a "\xNN" that
 * stands for a printable character is systemd's own escape in a unit's name). The second half alone:
 */
static bool can_be_written(const char *text)
{
	while ((text = strstr(text, "\\x"))) {
		int high = hex(text[2]), low = high < 0 ? -1 : hex(text[3]);

		if (low < 0 || high * 16 + low < ' ' || high * 16 + low > '~')
			return false;
		text += 4;
	}
	return true;
}

static bool can_be_named(const char *text)
{
	return !strpbrk(text, "*?") && can_be_written(text);
}

/* The characters of systemd.unit(5), as policies have them. */
static bool is_unit(const char *text)
{
	return text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\@")] == '\0';
}

static bool is_kfunc(const char *text)
{
	return strlen(text) < KFG_KFUNC_LEN &&
	       text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.")] == '\0';
}

/* Whether what an object may load was recorded: the same kfunc, of any module, in a program of that type. */
static bool was_recorded(const struct kfg_usage *u, const struct kfg_usage_use *scanned)
{
	const char *name = kfg_usage_text(u, scanned->key.kfunc);
	size_t len = strlen(name);

	for (size_t i = 0; i < u->uses.n; i++) {
		const struct kfg_usage_use *use = kfg_usage_use_at(u, i);
		const char *other = kfg_usage_text(u, use->key.kfunc);

		if (!use->key.scanned && use->key.prog_type == scanned->key.prog_type &&
		    strncmp(other, name, len) == 0 && (!other[len] || other[len] == ' '))
			return true;
	}
	return false;
}

static bool is_covered(const struct kfg_learn_input *in, const struct kfg_usage_use *use)
{
	struct kfg_verdict v;

	return in->table && kfg_usage_evaluate(in->usage, use, in->table, in->today, &v) == 0 && !v.failed &&
	       v.rule_action == KFG_ALLOW;
}

static bool is_wanted_scanned(const struct kfg_learn_input *in, const struct kfg_usage_use *use,
			      struct kfg_learned_set *set)
{
	uint64_t *why = use->key.prog_type >= 64			     ? &set->no_type :
			!is_kfunc(kfg_usage_text(in->usage, use->key.kfunc)) ? &set->unnamed :
			was_recorded(in->usage, use)			     ? &set->seen :
									       NULL;

	if (why)
		*why += use->calls;
	return !why;
}

/* Whether a load was refused for this kfunc, or an explicit rule would have refused it. */
static bool is_refused(const struct kfg_usage_use *use)
{
	return use->decided[KFG_MESSAGE_REFUSED] || (use->reason == KFG_REASON_RULE && use->action == KFG_REFUSE);
}

/* Whether a rule can name who loads: of a container its class, whose whole path has to be known. */
static bool can_name_loader(const struct kfg_learn_input *in, const struct kfg_usage_use *use)
{
	const char *unit = kfg_usage_text(in->usage, use->key.unit);
	const char *exe = kfg_usage_text(in->usage, use->key.exe);
	const char *cgroup = kfg_usage_text(in->usage, use->key.cgroup);

	if (use->key.container)
		return use->key.cgroup != KFG_TEXT_POOL_OTHER && cgroup[0] == '/' && can_be_written(cgroup);
	return use->key.unit != KFG_TEXT_POOL_OTHER && use->key.exe != KFG_TEXT_POOL_OTHER && can_be_named(unit) &&
	       is_unit(unit) && can_be_named(exe) && (!exe[0] || exe[0] == '/');
}

/* Whether a rule is to be made for it; else why not is counted. */
static bool is_wanted(const struct kfg_learn_input *in, const struct kfg_usage_use *use, struct kfg_learned_set *set)
{
	const char *unit = kfg_usage_text(in->usage, use->key.unit);
	const char *exe = kfg_usage_text(in->usage, use->key.exe);
	uint64_t loads = kfg_usage_total(use->n), *why = NULL;

	if (!use->key.kfunc || is_covered(in, use))
		return false;
	if (use->key.scanned)
		return is_wanted_scanned(in, use, set);
	if (is_refused(use))
		why = &set->refused;
	else if (!use->key.loader_known || (!unit[0] && !exe[0] && !use->key.container))
		why = &set->no_loader;
	else if (use->key.prog_type >= 64)
		why = &set->no_type;
	else if (use->key.kfunc == KFG_TEXT_POOL_OTHER || !can_name_loader(in, use))
		why = &set->unnamed;
	if (why)
		*why += loads;
	return !why;
}

static int compare_loaders(const struct kfg_learned *a, const struct kfg_learned *b, const struct kfg_usage *u)
{
	int c = strcmp(kfg_usage_text(u, a->unit), kfg_usage_text(u, b->unit));

	c = c ? c : strcmp(kfg_usage_text(u, a->cgroup), kfg_usage_text(u, b->cgroup));
	c = c ? c : (a->uid > b->uid) - (a->uid < b->uid);
	c = c ? c : a->initial - b->initial;
	c = c ? c : a->token - b->token;
	c = c ? c : strcmp(kfg_usage_text(u, a->signature), kfg_usage_text(u, b->signature));
	return c ? c : strcmp(kfg_usage_text(u, a->exe), kfg_usage_text(u, b->exe));
}

static int by_kfunc(const void *x, const void *y, void *usage)
{
	const struct kfg_learned *a = x, *b = y;
	int c = compare_loaders(a, b, usage);

	return c ? c : strcmp(kfg_usage_text(usage, a->kfunc), kfg_usage_text(usage, b->kfunc));
}

static int by_types(const void *x, const void *y, void *usage)
{
	const struct kfg_learned *a = x, *b = y;
	int c = compare_loaders(a, b, usage);

	c = c ? c : (a->types > b->types) - (a->types < b->types);
	return c ? c : strcmp(kfg_usage_text(usage, a->kfunc), kfg_usage_text(usage, b->kfunc));
}

/* Who signed what was loaded, where a rule can ask for it; that nobody did is no condition, as anybody could. */
static uint32_t signature_of(const struct kfg_usage *u, const struct kfg_usage_use *use)
{
	uint32_t signature = KFG_SIGNATURE_NO;

	(void)kfg_signature_parse(kfg_usage_text(u, use->key.signature), &signature);
	return signature == KFG_SIGNATURE_NO ? KFG_TEXT_POOL_NONE : use->key.signature;
}

static void collect(const struct kfg_learn_input *in, struct kfg_learned_set *set)
{
	for (size_t i = 0; i < in->usage->uses.n; i++) {
		const struct kfg_usage_use *use = kfg_usage_use_at(in->usage, i);

		if (!is_wanted(in, use, set)) {
			if (use->key.kfunc && !use->key.scanned && is_refused(use))
				set->left_out[set->n_left_out++] = (uint32_t)i;
			continue;
		}
		set->items[set->n++] = (struct kfg_learned){
			/* no rule sees an executable of a container's own file system */
			.unit = use->key.container ? KFG_TEXT_POOL_NONE : use->key.unit,
			.exe = use->key.container ? KFG_TEXT_POOL_NONE : use->key.exe,
			.cgroup = use->key.container ? use->key.cgroup : KFG_TEXT_POOL_NONE,
			.uid = use->key.uid,
			.initial = use->key.initial,
			.token = use->key.token,
			.signature = signature_of(in->usage, use),
			.kfunc = use->key.kfunc,
			.types = UINT64_C(1) << use->key.prog_type,
			.loads = use->key.scanned ? use->calls : kfg_usage_total(use->n),
			.scanned = use->key.scanned,
			.found_in = use->found_in,
			.first = use->first,
			.last = use->last,
		};
	}
	qsort_r(set->items, set->n, sizeof(*set->items), by_kfunc, (void *)in->usage);
}

/* One item for each kfunc of a loader, with all types. */
static void join_types(struct kfg_learned_set *set)
{
	size_t n = 0;

	for (size_t i = 0; i < set->n; i++) {
		struct kfg_learned *to = n ? &set->items[n - 1] : NULL, *from = &set->items[i];

		if (!to || by_kfunc(to, from, (void *)set->usage) != 0) {
			set->items[n++] = *from;
			continue;
		}
		to->types |= from->types;
		to->loads += from->loads;
		to->first = from->first < to->first ? from->first : to->first;
		to->last = from->last > to->last ? from->last : to->last;
	}
	set->n = n;
	qsort_r(set->items, set->n, sizeof(*set->items), by_types, (void *)set->usage);
}

/* A rule for the items of one loader that have the same types: every kfunc with every type was seen. */
static void make_rules(struct kfg_learned_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		const struct kfg_learned *last = i ? &set->items[i - 1] : NULL;

		if (last && last->types == set->items[i].types &&
		    compare_loaders(last, &set->items[i], set->usage) == 0)
			set->rules[set->n_rules - 1].n++;
		else
			set->rules[set->n_rules++] = (struct kfg_learned_rule){ .first = i, .n = 1 };
	}
}

/* Whether two rules say the same about two executables of one unit. */
static bool same_but_exe(const struct kfg_learned_set *set, const struct kfg_learned_rule *a,
			 const struct kfg_learned_rule *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		struct kfg_learned x = set->items[a->first + i];
		const struct kfg_learned *y = &set->items[b->first + i];

		if (!x.exe || !y->exe) /* any executable is more than one */
			return false;
		x.exe = y->exe;
		if (by_types(&x, y, (void *)set->usage) != 0)
			return false;
	}
	return true;
}

static void merge_rules(struct kfg_learned_set *set)
{
	for (size_t i = 0; i < set->n_rules; i++) {
		size_t end = i;

		if (set->rules[i].merged)
			continue;
		for (size_t k = i + 1; k < set->n_rules; k++) {
			if (set->rules[k].merged || !same_but_exe(set, &set->rules[i], &set->rules[k]))
				continue;
			set->rules[k].merged = true;
			set->rules[end].next = k + 1;
			end = k;
		}
	}
}

int kfg_learn_rules(const struct kfg_learn_input *input, struct kfg_strbuf *out, size_t *ret_n)
{
	size_t most = input->usage->uses.n + 1;
	_cleanup_(set_done) struct kfg_learned_set set = {
		.usage = input->usage,
		.items = calloc(most, sizeof(*set.items)),
		.rules = calloc(most, sizeof(*set.rules)),
		.left_out = calloc(most, sizeof(*set.left_out)),
	};
	size_t n;

	if (!set.items || !set.rules || !set.left_out)
		return -ENOMEM;
	collect(input, &set);
	join_types(&set);
	make_rules(&set);
	merge_rules(&set);
	n = kfg_learn_yaml(input, &set, out);
	if (out->error)
		return out->error;
	*ret_n = n;
	return 0;
}
