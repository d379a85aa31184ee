/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parity.bpf.c - the decision rule as the gate has it, on questions from user space: nothing but decide.h. */
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>
#include <kfgate/decide.h>

#include "parity.h"

char LICENSE[] SEC("license") = "GPL";

struct kfg_cell_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, KFG_TABLE_FLAGS);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, KFG_CELL_SIZE);
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct kfg_cell_map);
} tables SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, KFG_PARITY_QUERIES);
	__type(key, __u32);
	__type(value, struct kfg_parity);
} queries SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct kfg_decision);
} decisions SEC(".maps");

static long ask(__u32 i, void *ctx)
{
	struct kfg_walk *w = ctx;
	struct kfg_parity *q = bpf_map_lookup_elem(&queries, &i);

	if (!q)
		return 1;
	bpf_probe_read_kernel(&w->d->subject, sizeof(w->d->subject), &q->subject);
	w->d->spent = 0;
	kfg_subject_hash(w, KFG_DIM_KFUNC);
	kfg_subject_hash(w, KFG_DIM_MODULE);
	kfg_subject_hash(w, KFG_DIM_UNIT);
	kfg_subject_hash(w, KFG_DIM_EXE);
	kfg_subject_hash(w, KFG_DIM_PROG);
	kfg_decide(w);
	q->verdict = w->d->verdict;
	return 0;
}

SEC("syscall")
int parity(void *ctx)
{
	__u32 zero = 0;
	struct kfg_walk w = {
		.table = bpf_map_lookup_elem(&tables, &zero),
		.d = bpf_map_lookup_elem(&decisions, &zero),
	};

	if (!w.table || !w.d)
		return 1;
	return bpf_loop(KFG_PARITY_QUERIES, ask, &w, 0) != KFG_PARITY_QUERIES;
}
