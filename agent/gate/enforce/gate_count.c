/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gate_count.c - how often rules decided goes on to be counted from what an older gate and an older table counted. */
#include "gate/enforce/gate_internal.h"

#include "base/cleanup.h"
#include "base/log.h"
#include "gate/enforce/hits.h"
#include "gate/enforce/takeover.h"

#include <errno.h>
#include <string.h>

/* What is in the way of counting is in the way of no policy. */
static void warn_lost(int r)
{
	if (r < 0)
		kfg_log_warning("how often rules decided before is not counted any more: %s", strerror(-r));
}

/*
 * Goes on from what was counted before. No program counts beside the table before this one any more: an update of a map
 * of maps waits for those that run (maybe_wait_bpf_programs(), kernel/bpf/syscall.c, 6.1..6.12). An older gate does,
 * until it is gone: kfg_gate_count_on().
 */
void kfg_gate_count_from(struct kfg_gate *gate, uint64_t generation)
{
	_cleanup_close_ int older = kfg_takeover_hits(gate);
	int r = kfg_hits_settle(kfg_gate_hits_fd(gate), older, kfg_gate_tables_fd(gate), generation);

	warn_lost(r);
	gate->count_on = r == 1 ? generation : 0;
}

void kfg_gate_count_on(struct kfg_gate *gate)
{
	if (gate->count_on)
		kfg_gate_count_from(gate, gate->count_on);
}

void kfg_gate_counted_on(struct kfg_gate *gate)
{
	if (gate->count_on)
		warn_lost(kfg_hits_settle(kfg_gate_hits_fd(gate), -ENOENT, kfg_gate_tables_fd(gate), gate->count_on));
	gate->count_on = 0;
}
