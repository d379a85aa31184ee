/* SPDX-License-Identifier: GPL-2.0-or-later */
/* receipts.c - what became of events that were read: settled with the ring, and counted. */
#include "gate/enforce/gate_internal.h"

void kfg_gate_receipts_get(const struct kfg_gate *gate, struct kfg_gate_receipts *ret_receipts)
{
	*ret_receipts = (struct kfg_gate_receipts){ .ring = gate->ring, .delivery = gate->delivery };
}

void kfg_gate_receipts_settle(const struct kfg_gate_receipts *r, uint64_t end, bool delivered)
{
	if (!delivered)
		__atomic_fetch_add(&r->delivery->undelivered, 1, __ATOMIC_SEQ_CST);
	kfg_ring_release(&r->ring, end);
}

void kfg_gate_receipts_set_lost_reported(const struct kfg_gate_receipts *r, uint64_t lost)
{
	__atomic_store_n(&r->delivery->lost_told, lost, __ATOMIC_SEQ_CST);
}

uint64_t kfg_gate_undelivered(const struct kfg_gate *gate)
{
	return __atomic_load_n(&gate->delivery->undelivered, __ATOMIC_SEQ_CST);
}
