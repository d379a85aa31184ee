/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vlog_kept.c - the findings of a log, as a list: begun with where the log is, kept once where two say one thing, taken
 * back.
 */
#include "analysis/explain/vlog_internal.h"

#include "analysis/lifecycle/kfunc_data.h"

struct kfg_vlog_finding kfg_vlog_finding_start(const struct kfg_vlog *v, enum kfg_vlog_kind kind)
{
	struct kfg_vlog_finding f = { .kind = kind,
				      .insn = v->insn,
				      .number = -1,
				      .line = v->line_no,
				      .frame = v->frame,
				      .type = v->type,
				      .part = v->part };

	memcpy(f.prog, v->prog, sizeof(f.prog));
	memcpy(f.place, v->place, sizeof(f.place));
	return f;
}

void kfg_vlog_finding_drop_program(struct kfg_vlog_finding *f)
{
	memset(f->prog, 0, sizeof(f->prog));
	memset(f->place, 0, sizeof(f->place));
	f->insn = -1;
}

static bool compatible(const char *a, const char *b)
{
	return !a[0] || !b[0] || strcmp(a, b) == 0;
}

/* One problem may be said in several ways: in the old wording, in a report, and by the loader. */
static bool same(const struct kfg_vlog_finding *a, const struct kfg_vlog_finding *b)
{
	if (a->kind != b->kind || !compatible(a->prog, b->prog) || strcmp(a->module, b->module) != 0)
		return false;
	if ((a->kind == KFG_VLOG_UNCLEAR || a->kind == KFG_VLOG_REFUSED) && strcmp(a->message, b->message) != 0)
		return false;
	/* people quote one failure behind the other */
	if (a->kind == KFG_VLOG_ARGUMENT && a->part != b->part && a->wording && b->wording && a->wording != b->wording)
		return false;
	if (strcmp(a->kfunc, b->kfunc) == 0)
		return a->kfunc[0] || a->insn == b->insn || a->insn < 0 || b->insn < 0;
	return compatible(a->kfunc, b->kfunc) && (a->insn == b->insn || a->insn < 0 || b->insn < 0);
}

static void fill(char *old, const char *new, size_t size)
{
	if (!old[0])
		memcpy(old, new, size);
}

void kfg_vlog_finding_add(struct kfg_vlog *v, const struct kfg_vlog_finding *f)
{
	v->explained = true;
	v->denied = false;
	for (size_t i = 0; i < v->n_findings; i++) {
		struct kfg_vlog_finding *old = &v->findings[i];

		if (!same(old, f))
			continue;
		fill(old->kfunc, f->kfunc, sizeof(old->kfunc));
		fill(old->symbol, f->symbol, sizeof(old->symbol));
		fill(old->arg, f->arg, sizeof(old->arg));
		fill(old->prog, f->prog, sizeof(old->prog));
		if (old->insn < 0)
			old->insn = f->insn;
		return;
	}
	if (v->n_findings == KFG_VLOG_FINDINGS_MAX)
		v->n_more++;
	else
		v->findings[v->n_findings++] = *f;
}

void kfg_vlog_finding_add_to_last(struct kfg_vlog *v, const struct kfg_vlog_finding *f)
{
	struct kfg_vlog_finding *last = &v->findings[v->n_findings - 1];

	fill(last->arg, f->arg, sizeof(last->arg));
	fill(last->kfunc, f->kfunc, sizeof(last->kfunc));
	fill(last->symbol, f->symbol, sizeof(last->symbol));
}

void kfg_vlog_finding_take_back(struct kfg_vlog *v)
{
	if (v->alone && v->alone == v->n_findings)
		memset(&v->findings[--v->n_findings], 0, sizeof(v->findings[0]));
	v->alone = 0;
}

void kfg_vlog_finding_remove(struct kfg_vlog *v, size_t i)
{
	v->n_findings--;
	memmove(&v->findings[i], &v->findings[i + 1], (v->n_findings - i) * sizeof(v->findings[0]));
	memset(&v->findings[v->n_findings], 0, sizeof(v->findings[0]));
}

/* A kfunc of the module that is being built. */
static bool is_own(const struct kfg_vlog_finding *f)
{
	const struct kfg_kfunc_history *h = kfg_kfunc_history_find(f->kfunc);

	return h && strcmp(h->module, f->module) == 0;
}

/* A build that lost many functions lost them for one reason. */
static bool is_of_one_cause(const struct kfg_vlog_finding *a, const struct kfg_vlog_finding *b)
{
	return a->kind == KFG_VLOG_BUILD && b->kind == KFG_VLOG_BUILD && a->beside == b->beside &&
	       strcmp(a->module, b->module) == 0 && is_own(a) == is_own(b) && a->kfunc[0] && b->kfunc[0] &&
	       !strstr(a->message, "inconsistent flags") == !strstr(b->message, "inconsistent flags");
}

void kfg_vlog_finding_group(struct kfg_vlog *v)
{
	size_t groups = 0;

	for (size_t i = 0; i < v->n_findings; i++) {
		struct kfg_vlog_finding *first = &v->findings[i];

		for (size_t k = i + 1; !first->group && k < v->n_findings; k++)
			first->n_group += is_of_one_cause(first, &v->findings[k]);
		if (first->group || !first->n_group)
			continue;
		first->n_group++;
		first->group = ++groups;
		for (size_t k = i + 1; k < v->n_findings; k++)
			if (is_of_one_cause(first, &v->findings[k]))
				v->findings[k].group = groups;
	}
}
