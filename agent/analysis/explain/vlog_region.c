/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vlog_region.c - which regions of RCU, preemption and interrupts kfuncs have opened where the log stands. The verifier
 * goes along one path to its end, and comes back to a branch ("from 12 to 20: ..."): what was open behind that branch
 * is open there. For want of a line about it, a region counts as closed.
 */
#include "analysis/explain/vlog_internal.h"

static const struct {
	const char *opens, *closes;
} regions[KFG_VLOG_REGIONS] = {
	{ "bpf_rcu_read_lock", "bpf_rcu_read_unlock" },
	{ "bpf_preempt_disable", "bpf_preempt_enable" },
	{ "bpf_local_irq_save", "bpf_local_irq_restore" },
};

static struct kfg_vlog_branch *slot(struct kfg_vlog *v, long long insn)
{
	return &v->branches[(unsigned long long)insn % KFG_VLOG_CALLS];
}

void kfg_vlog_region_note_insn(struct kfg_vlog *v)
{
	struct kfg_vlog_branch *b = slot(v, v->insn);

	b->log = v->log;
	b->insn = v->insn;
	memcpy(b->depth, v->depth, sizeof(b->depth));
}

void kfg_vlog_region_note_call(struct kfg_vlog *v)
{
	for (size_t i = 0; i < KFG_VLOG_REGIONS; i++) {
		if (strcmp(v->name, regions[i].opens) == 0 && v->depth[i] < UINT8_MAX)
			v->depth[i]++;
		else if (strcmp(v->name, regions[i].closes) == 0 && v->depth[i])
			v->depth[i]--;
	}
	kfg_vlog_region_note_insn(v);
}

void kfg_vlog_region_note_state(struct kfg_vlog *v, struct kfg_span line)
{
	struct kfg_vlog_message_match m;
	bool branches = kfg_span_starts(line, "from ");
	const struct kfg_vlog_branch *b;

	/* a global function is verified by itself */
	if (!branches && !kfg_span_starts(line, "Validating "))
		return;
	memset(v->depth, 0, sizeof(v->depth));
	if (!branches || !kfg_vlog_message_match("from {n} to ", line.at, line.n, &m) || m.begin != line.at ||
	    m.number < 0)
		return;
	b = slot(v, m.number);
	if (b->log == v->log && b->insn == m.number)
		memcpy(v->depth, b->depth, sizeof(v->depth));
}

const char *kfg_vlog_region_open(const struct kfg_vlog *v)
{
	for (size_t i = 0; i < KFG_VLOG_REGIONS; i++)
		if (v->depth[i])
			return regions[i].opens;
	return NULL;
}
