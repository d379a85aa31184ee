/* SPDX-License-Identifier: GPL-2.0-or-later */
/* difference.c - what a policy refuses, short enough to be kept, and what another one refuses less or more. */
#include "gate/daemon/clock.h"
#include "gate/daemon/state.h"
#include "policy/verdict.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define NAMED 5u /* of a list; the others are counted */

/* Is a live call of it refused to a loader that no rule asks about? */
static bool is_refused(const struct kfg_table *table, const char *kfunc)
{
	const struct kfg_load stranger = {
		.uid = UINT32_MAX,
		.prog_type = UINT32_MAX,
		.today = kfg_clock_now_usec(CLOCK_REALTIME) / 1000000 / 86400,
		.initial = true,
	};
	struct kfg_verdict verdict;
	uint8_t reason;

	return !kfg_verdict_eval_text(table, &stranger, kfunc, &verdict) &&
	       kfg_verdict_action(table, &verdict, true, &reason) == KFG_REFUSE;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int kfg_refusals_make(const struct kfg_table *table, const struct kfg_gate_kernel *kernel,
		      struct kfg_refusals *ret_refusals)
{
	struct kfg_refusals refusals = { .kfuncs = calloc(kernel->n_kfuncs + 1, sizeof(char *)) };
	int r = refusals.kfuncs ? 0 : -ENOMEM;

	for (size_t i = 0; !r && i < kernel->n_kfuncs; i++) {
		if (!is_refused(table, kernel->kfuncs[i]))
			continue;
		refusals.kfuncs[refusals.n] = strdup(kernel->kfuncs[i]);
		if (refusals.kfuncs[refusals.n])
			refusals.n++;
		else
			r = -ENOMEM;
	}
	if (r < 0) {
		kfg_refusals_done(&refusals);
		return r;
	}
	qsort(refusals.kfuncs, refusals.n, sizeof(char *), compare);
	*ret_refusals = refusals;
	return 0;
}

void kfg_refusals_done(struct kfg_refusals *refusals)
{
	for (size_t i = 0; i < refusals->n; i++)
		free(refusals->kfuncs[i]);
	free(refusals->kfuncs);
	*refusals = (struct kfg_refusals){ 0 };
}

/* What the first refuses and the second does not. */
static void say_only(const struct kfg_refusals *first, const struct kfg_refusals *second, const char *what,
		     struct kfg_strbuf *out)
{
	size_t n = 0;

	for (size_t i = 0; i < first->n; i++) {
		char *kfunc = first->kfuncs[i];

		if (second->n && bsearch(&kfunc, second->kfuncs, second->n, sizeof(kfunc), compare))
			continue;
		if (n < NAMED)
			kfg_strbuf_printf(out, "%s%s", n ? ", " : what, kfunc);
		n++;
	}
	if (n > NAMED)
		kfg_strbuf_printf(out, " and %zu more", n - NAMED);
	if (n)
		kfg_strbuf_adds(out, "\n");
}

/* enum kfg_guarding is in the order of strength but for auto, which an agent of the service manager's takes for on. */
static void say_guard(const struct kfg_policy_names *old, const struct kfg_policy_names *new, struct kfg_strbuf *out)
{
	if (old->guarding == new->guarding || new->guarding == KFG_GUARDING_STRICT ||
	    (old->guarding != KFG_GUARDING_STRICT && new->guarding != KFG_GUARDING_OFF))
		return;
	kfg_strbuf_printf(out, "guard: %s takes effect when the agent is started again, until then it stays %s\n",
			  kfg_guarding_str(new->guarding), kfg_guarding_str(old->guarding));
}

void kfg_daemon_say_weaker(const struct kfg_in_force *old, const struct kfg_in_force *new, struct kfg_strbuf *out)
{
	const struct kfg_policy_names *a = old->names, *b = new->names;

	if (!strcmp(a->digest, b->digest))
		return;
	if (a->serial == b->serial)
		kfg_strbuf_adds(out, "it has the serial of the policy before, and other content\n");
	if (kfg_mode_enforces(a->mode) && !kfg_mode_enforces(b->mode))
		kfg_strbuf_printf(out, "the policy before refuses loads; this one, in mode %s, refuses none\n",
				  kfg_mode_str(b->mode));
	if (a->n_deprecations && !b->n_deprecations)
		kfg_strbuf_printf(out, "the policy before knows of %u deprecations, this one of none\n",
				  a->n_deprecations);
	say_only(&old->refusals, &new->refusals, "not refused any more, to who is in no rule: ", out);
	say_guard(a, b, out);
}

void kfg_daemon_say_stricter(const struct kfg_in_force *old, const struct kfg_in_force *new, struct kfg_strbuf *out)
{
	if (!kfg_mode_enforces(old->names->mode) && kfg_mode_enforces(new->names->mode))
		kfg_strbuf_printf(out, "the policy before, in mode %s, refuses no load; this one refuses loads\n",
				  kfg_mode_str(old->names->mode));
	say_only(&new->refusals, &old->refusals, "refused from now on, to who is in no rule: ", out);
}
