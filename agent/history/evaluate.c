/* SPDX-License-Identifier: GPL-2.0-or-later */
/* evaluate.c - a use against a policy that need not be the one by which it was decided. */
#include "history/usage.h"

#include <errno.h>
#include "policy/verdict.h"
#include <stdio.h>
#include <string.h>

int kfg_usage_evaluate(const struct kfg_usage *u, const struct kfg_usage_use *use, const struct kfg_table *table,
		       int32_t today, struct kfg_verdict *ret_verdict)
{
	struct kfg_load load = {
		.unit = kfg_usage_text(u, use->key.unit),
		.exe = kfg_usage_text(u, use->key.exe),
		.cgroup = kfg_usage_text(u, use->key.cgroup),
		.prog = kfg_usage_text(u, use->key.prog),
		.uid = use->key.uid,
		.prog_type = use->key.prog_type,
		.today = today,
		.initial = use->key.initial,
		.token = use->key.token,
	};
	const char *signature = kfg_usage_text(u, use->key.signature);

	if (!use->key.kfunc)
		return -EINVAL;
	/* of a keyring that no policy named, nothing is known */
	if (kfg_signature_parse(signature, &load.signature) < 0)
		load.signature = KFG_SIGNATURE_UNKNOWN;
	return kfg_verdict_eval_text(table, &load, kfg_usage_text(u, use->key.kfunc), ret_verdict);
}
