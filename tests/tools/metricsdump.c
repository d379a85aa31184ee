/* SPDX-License-Identifier: GPL-2.0-or-later */
/* metricsdump.c - prints each metric that `kfgate metrics` exports, with all labels, of a gate that is made up. */
#include "base/cleanup.h"
#include "gate/status/status.h"

int main(void)
{
	_cleanup_strbuf_ struct kfg_strbuf out = KFG_STRBUF(65536);
	const struct kfg_status_part part = { .kind = "unlisted", .loads = 1 };
	struct kfg_tally tally = { .n_kfuncs = 1 };
	struct kfg_status s = { .version = "0", .policy = "x", .digest = "0", .n_deadlines = 1 };

	s.parts = &part;
	s.n_parts = 1;
	tally.reasons[0][0] = tally.kfuncs[0].n[0] = 1;
	s.attempts_by_kind[0] = (struct kfg_status_attempts){ "map", 1 };
	s.tally = &tally;
	s.deadlines[0].kfunc = "f";
	s.deadlines[0].module = "m";
	kfg_status_metrics(&s, &out);
	return out.error || fputs(out.data, stdout) == EOF || fflush(stdout);
}
