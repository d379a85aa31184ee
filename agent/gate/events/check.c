/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check.c - whether bytes of the ring are an event that can be believed. */
#include "gate/events/check.h"

#include <errno.h>
#include <string.h>

#define TERMINATED(array) (memchr((array), '\0', sizeof(array)) != NULL)

static bool verdict_ok(const struct kfg_verdict *v)
{
	return v->rule_action < KFG_ACTION_MAX && v->dep_action < KFG_ACTION_MAX && v->rule_scope < KFG_SCOPE_MAX &&
	       v->dep_scope < KFG_SCOPE_MAX && v->dep_state < KFG_DEP_STATE_MAX && v->failed <= 1;
}

static bool kfunc_ok(const struct kfg_event_kfunc *k)
{
	return TERMINATED(k->name) && TERMINATED(k->module) && TERMINATED(k->file) && k->action < KFG_ACTION_MAX &&
	       k->reason < KFG_REASON_MAX && k->live <= 1 && verdict_ok(&k->verdict);
}

/* Who signed, by which keyring: both or neither. */
static bool signature_ok(const struct kfg_event *e)
{
	bool is_signed = e->signature != KFG_SIGNATURE_UNKNOWN && e->signature != KFG_SIGNATURE_NO;

	return e->signature <= KFG_SIGNATURE_PLATFORM && e->signed_by < KFG_SIGNED_BY_MAX &&
	       is_signed == (e->signed_by != KFG_SIGNED_BY_NOBODY);
}

static bool numbers_ok(const struct kfg_event *e)
{
	return e->kind < KFG_EVENT_MAX && (e->stage == 1 || e->stage == 2) && e->action < KFG_ACTION_MAX &&
	       e->reason < KFG_REASON_MAX && e->enforced <= 1 && e->mode < KFG_MODE_MAX && e->token <= KFG_UNKNOWN &&
	       e->kernel <= KFG_UNKNOWN && e->loader_known <= 1 && e->exe_is < KFG_EXE_MAX && e->error <= 0 &&
	       e->error >= -4095 && signature_ok(e);
}

static bool strings_ok(const struct kfg_event *e)
{
	return TERMINATED(e->comm) && TERMINATED(e->prog) && TERMINATED(e->unit) && TERMINATED(e->exe) &&
	       TERMINATED(e->cgroup);
}

int kfg_event_check(const void *data, size_t size, struct kfg_event *ret_event)
{
	const size_t head = offsetof(struct kfg_event, kfuncs);
	struct kfg_event e;

	memset(&e, 0, sizeof(e));
	if (size < head)
		return -EBADMSG;
	memcpy(&e, data, head);
	if (e.magic != KFG_EVENT_MAGIC || e.n_kfuncs > KFG_EVENT_KFUNCS)
		return -EBADMSG;
	if (size < head + e.n_kfuncs * sizeof(e.kfuncs[0]))
		return -EBADMSG;
	memcpy(e.kfuncs, (const char *)data + head, e.n_kfuncs * sizeof(e.kfuncs[0]));
	if (!numbers_ok(&e) || !strings_ok(&e))
		return -EBADMSG;
	for (size_t i = 0; i < e.n_kfuncs; i++)
		if (!kfunc_ok(&e.kfuncs[i]))
			return -EBADMSG;
	*ret_event = e;
	return 0;
}

bool kfg_event_is_canary(const struct kfg_event *event)
{
	for (size_t i = 0; i < event->n_kfuncs; i++)
		if (event->kfuncs[i].verdict.rule == KFG_RULE_CANARY)
			return true;
	return false;
}
