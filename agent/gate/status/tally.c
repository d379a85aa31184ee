/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tally.c - counters of what was recorded, by outcome, reason and kfunc. */
#include "gate/status/tally.h"

#include <string.h>

const char *kfg_tally_outcome_str(enum kfg_tally_outcome outcome)
{
	static const char *const words[KFG_TALLY_MAX] = {
		[KFG_TALLY_AUDITED] = "audited",
		[KFG_TALLY_WARNED] = "warned",
		[KFG_TALLY_WOULD_REFUSE] = "would-refuse",
		[KFG_TALLY_REFUSED] = "refused",
	};

	return outcome < KFG_TALLY_MAX ? words[outcome] : "?";
}

static enum kfg_tally_outcome outcome_of(const struct kfg_event *event, unsigned action)
{
	if (action == KFG_REFUSE)
		return event->enforced ? KFG_TALLY_REFUSED : KFG_TALLY_WOULD_REFUSE;
	return action == KFG_WARN ? KFG_TALLY_WARNED : KFG_TALLY_AUDITED;
}

/* Its counters; those of the rest if there is no place for one more. */
static struct kfg_tally_kfunc *find(struct kfg_tally *tally, const struct kfg_event_kfunc *kfunc)
{
	struct kfg_tally_kfunc *k = tally->kfuncs;

	for (size_t i = 0; i < tally->n_kfuncs; i++, k++)
		if (strcmp(k->name, kfunc->name) == 0 && strcmp(k->module, kfunc->module) == 0)
			return k;
	if (tally->n_kfuncs == KFG_TALLY_KFUNCS || !kfunc->name[0])
		return &tally->kfuncs[KFG_TALLY_KFUNCS];
	tally->n_kfuncs++;
	memcpy(k->name, kfunc->name, sizeof(k->name));
	memcpy(k->module, kfunc->module, sizeof(k->module));
	return k;
}

void kfg_tally_add(struct kfg_tally *tally, const struct kfg_event *event)
{
	if (event->kind != KFG_EVENT_LOAD || event->reason >= KFG_REASON_MAX)
		return;
	tally->reasons[event->reason][outcome_of(event, event->action)]++;
	/* what could answer in the place of a kernel function names that, and no kfunc */
	if (event->reason == KFG_REASON_OVERRIDE)
		return;
	for (size_t i = 0; i < event->n_kfuncs; i++) {
		const struct kfg_event_kfunc *k = &event->kfuncs[i];

		find(tally, k)->n[outcome_of(event, k->action)]++;
	}
}
