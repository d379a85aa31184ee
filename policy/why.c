/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why.c - each condition of each row, asked for itself by the steps of decide.h. */
#include "why.h"

#include "model.h"
#include "subject.h"
#include "words.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	uint32_t dim;
	enum kfg_why condition;
} dims[] = {
	{ KFG_DIM_KFUNC, KFG_WHY_KFUNC },   { KFG_DIM_MODULE, KFG_WHY_MODULE },
	{ KFG_DIM_UID, KFG_WHY_UID },	    { KFG_DIM_UNIT, KFG_WHY_UNIT },
	{ KFG_DIM_EXE, KFG_WHY_EXE },	    { KFG_DIM_PROG, KFG_WHY_NAME },
	{ KFG_DIM_CGROUP, KFG_WHY_CGROUP }, { KFG_DIM_SIGNATURE, KFG_WHY_SIGNATURE },
};
_Static_assert(sizeof(dims) / sizeof(dims[0]) == KFG_DIM_MAX, "each dimension is a condition");

/* Whether one dimension of a row holds: the decision is put before it, and followed until it leaves it. */
static bool dim_holds(struct kfg_walk *w, uint32_t row, uint32_t dim)
{
	struct kfg_decision *d = w->d;

	d->row = row;
	d->rows = 1;
	d->dim = dim;
	d->entry = d->spent = 0;
	d->state = KFG_STATE_ENTRY;
	while (d->dim == dim && (d->state == KFG_STATE_ENTRY || d->state == KFG_STATE_CHAR))
		(void)kfg_decide_step(w);
	return d->dim == dim + 1;
}

/* A table of one row, which has no dimensions: for the conditions that a row holds itself. */
struct fixed {
	union {
		struct kfg_row row;
		char cell[KFG_CELL_SIZE];
	} table;
	struct kfg_decision d; /* with the subject */
};

static bool fixed_holds(struct fixed *f, struct kfg_row row)
{
	struct kfg_cells cells = { &f->table, 1 };
	struct kfg_walk walk = { &cells, &f->d };

	f->table.row = row;
	f->d.row = f->d.spent = 0;
	f->d.rows = 1;
	f->d.state = KFG_STATE_ROW;
	(void)kfg_decide_step(&walk);
	return f->d.state == KFG_STATE_ENTRY;
}

static uint32_t unmet_fixed(struct fixed *f, const struct kfg_row *row)
{
	const uint8_t token = KFG_ROW_TOKEN | KFG_ROW_NO_TOKEN;
	uint32_t unmet = 0;

	if (!fixed_holds(f, (struct kfg_row){ .prog_types = row->prog_types, .until = KFG_DAY_MAX }))
		unmet |= KFG_WHY_TYPE;
	if (!fixed_holds(f, (struct kfg_row){ .until = row->until }))
		unmet |= KFG_WHY_ENDED;
	if (!fixed_holds(f, (struct kfg_row){ .flags = row->flags & token, .until = KFG_DAY_MAX }))
		unmet |= KFG_WHY_TOKEN;
	if (!fixed_holds(f, (struct kfg_row){ .flags = row->flags & (uint8_t)~token, .until = KFG_DAY_MAX }))
		unmet |= KFG_WHY_USERNS;
	return unmet;
}

static uint32_t unmet_dims(struct kfg_walk *w, uint32_t index)
{
	uint32_t unmet = 0;

	for (size_t i = 0; i < KFG_DIM_MAX; i++)
		if (!dim_holds(w, index, dims[i].dim))
			unmet |= dims[i].condition;
	/* no rule can name what does not fit */
	return w->d->subject.name_long ? unmet | KFG_WHY_KFUNC : unmet;
}

void kfg_why_ask(const struct kfg_table *table, const struct kfg_load *load, const char *kfunc, const char *module,
		 const struct kfg_why_unmet *ret_unmet)
{
	struct kfg_evaluation e;
	struct kfg_walk walk = { &e.cells, &e.decision };
	const struct kfg_table_header *h;
	struct fixed fixed = { 0 };

	kfg_verdict_subject(table, load, kfunc, module, &e);
	memset(ret_unmet->rules, 0xff, ret_unmet->n_rules * sizeof(uint32_t));
	memset(ret_unmet->waivers, 0xff, ret_unmet->n_waivers * sizeof(uint32_t));
	fixed.d = e.decision;
	h = kfg_header(&walk);
	e.decision.row_first = h->row_first;
	e.decision.list_first = h->list_first;
	for (uint32_t i = 0; i < h->n_rows; i++) {
		const struct kfg_row *row = kfg_cell(&walk, h->row_first + i);
		uint32_t *list = i < h->n_rules ? ret_unmet->rules : ret_unmet->waivers;
		size_t n = i < h->n_rules ? ret_unmet->n_rules : ret_unmet->n_waivers;
		uint32_t unmet;

		if (row->rule >= n) /* a canary's */
			continue;
		unmet = unmet_fixed(&fixed, row) | unmet_dims(&walk, i);
		if (unmet < list[row->rule])
			list[row->rule] = unmet;
	}
}

const char *kfg_why_str(enum kfg_why condition)
{
	switch (condition) {
	case KFG_WHY_KFUNC:
		return "kfunc";
	case KFG_WHY_MODULE:
		return "module";
	case KFG_WHY_TYPE:
		return "program type";
	case KFG_WHY_NAME:
		return "program name";
	case KFG_WHY_UID:
		return "uid";
	case KFG_WHY_UNIT:
		return "unit";
	case KFG_WHY_EXE:
		return "exe";
	case KFG_WHY_CGROUP:
		return "cgroup";
	case KFG_WHY_ENDED:
		return "end";
	case KFG_WHY_USERNS:
		return "user namespace";
	case KFG_WHY_TOKEN:
		return "token";
	case KFG_WHY_SIGNATURE:
		return "signature";
	default:
		return "?";
	}
}

/* A list that is cut where its buffer ends. */
struct list {
	char *buf;
	size_t size, used;
	bool cut;
};

__attribute__((format(printf, 2, 3))) static void list_add(struct list *l, const char *format, ...)
{
	size_t comma = l->used ? 2 : 0, room = l->size - l->used;
	va_list args;
	int n;

	if (l->cut)
		return;
	va_start(args, format);
	n = comma < room ? vsnprintf(l->buf + l->used + comma, room - comma, format, args) : -1;
	va_end(args);
	/* always leaves room for ", ..." */
	if (n < 0 || comma + (size_t)n + sizeof(", ...") > room) {
		snprintf(l->buf + l->used, room, "%s...", comma ? ", " : "");
		l->cut = true;
		return;
	}
	memcpy(l->buf + l->used, ", ", comma);
	l->used += comma + (size_t)n;
}

static void list_kfuncs(struct list *l, const struct kfg_condition *when)
{
	for (size_t i = 0; i < when->n_kfuncs; i++) {
		const struct kfg_kfunc_pattern *k = &when->kfuncs[i];

		list_add(l, "%s%s%s%s", k->name, k->module ? " [" : "", k->module ? k->module : "",
			 k->module ? "]" : "");
	}
}

static void list_patterns(struct list *l, const struct kfg_patterns *patterns)
{
	for (size_t i = 0; i < patterns->n; i++)
		list_add(l, "%s", patterns->items[i].text);
}

static void list_signatures(struct list *l, const struct kfg_condition *when)
{
	for (size_t i = 0; i < kfg_signature_words.n; i++)
		if (when->signatures >> i & 1)
			list_add(l, "%s", kfg_signature_words.items[i]);
	for (size_t i = 0; i < when->keyrings.n; i++)
		list_add(l, "keyring:%s", when->keyrings.items[i].text);
}

static void list_condition(struct list *l, const struct kfg_condition *when, enum kfg_why condition)
{
	if (condition == KFG_WHY_KFUNC || condition == KFG_WHY_MODULE)
		list_kfuncs(l, when);
	else if (condition == KFG_WHY_NAME)
		list_patterns(l, &when->names);
	else if (condition == KFG_WHY_UNIT)
		list_patterns(l, &when->units);
	else if (condition == KFG_WHY_EXE)
		list_patterns(l, &when->exes);
	else if (condition == KFG_WHY_CGROUP)
		list_patterns(l, &when->cgroups);
	else if (condition == KFG_WHY_SIGNATURE)
		list_signatures(l, when);
	for (uint32_t type = 0; condition == KFG_WHY_TYPE && type < 64; type++)
		if (when->prog_types >> type & 1)
			list_add(l, "%s", kfg_prog_type_str(type));
	for (size_t i = 0; condition == KFG_WHY_UID && i < when->n_uids; i++)
		list_add(l, "%u", when->uids[i]);
	if (condition == KFG_WHY_USERNS)
		list_add(l, "%s", kfg_userns_words.items[when->userns]);
	if (condition == KFG_WHY_TOKEN)
		list_add(l, "%s", kfg_token_words.items[when->token]);
}

const char *kfg_why_wanted(const struct kfg_policy *policy, bool waiver, uint32_t index, enum kfg_why condition,
			   char buf[static KFG_WHY_WANTED])
{
	struct list l = { .buf = buf, .size = KFG_WHY_WANTED };
	char day[KFG_DAY_TEXT];

	buf[0] = 0;
	if (index >= (waiver ? policy->waivers.n : policy->rules.n))
		return buf;
	if (condition == KFG_WHY_ENDED && waiver)
		list_add(&l, "%s", kfg_day_format(kfg_waivers(policy)[index].until, day));
	else
		list_condition(&l, waiver ? &kfg_waivers(policy)[index].when : &kfg_rules(policy)[index].when,
			       condition);
	return buf;
}
