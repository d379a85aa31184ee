/* SPDX-License-Identifier: GPL-2.0-or-later */
/* left_note.c - writes down what is in force, for `kfgate status` when no agent answers any more. */
#include "base/log.h"
#include "gate/control/left.h"
#include "gate/daemon/state.h"
#include "policy/verdict.h"

#include <stdio.h>

bool kfg_daemon_note_failure(const struct kfg_daemon *d, const char *why)
{
	struct kfg_left left;
	int in_force = kfg_left_read(KFG_PIN_DIR, d->config->runtime_dir, &left);

	if (in_force < 0)
		return false;
	(void)snprintf(left.not_started, sizeof(left.not_started), "%s", why);
	/* there may be no such directory: the reason is in the log */
	(void)kfg_left_write(d->config->runtime_dir, &left);
	return in_force;
}

void kfg_daemon_note(const struct kfg_daemon *d)
{
	const struct kfg_policy_names *p = d->current.names;
	struct kfg_left left = { .serial = p->serial, .since_usec = d->current.since_usec };
	uint64_t from;
	int r;

	(void)snprintf(left.policy, sizeof(left.policy), "%s", p->name);
	(void)snprintf(left.mode, sizeof(left.mode), "%s", kfg_mode_str(p->mode));
	(void)snprintf(left.digest, sizeof(left.digest), "%s", p->digest);
	(void)snprintf(left.guard, sizeof(left.guard), "%s",
		       !d->guard		  ? "off" :
		       kfg_guard_strict(d->guard) ? "strict" :
						    "active");
	left.instance = kfg_gate_instance(d->gate, &from);
	r = kfg_left_write(d->config->runtime_dir, &left);
	if (r < 0) {
		kfg_log_errno(r, "cannot write down what is in force in %s: %m", d->config->runtime_dir);
		/* nothing rather than what was in force before: removing takes no room */
		kfg_left_remove(d->config->runtime_dir);
	}
}
