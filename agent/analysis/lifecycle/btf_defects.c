/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * btf_defects.c - kernels that were shipped with BTF in which a kfunc's hidden argument `aux` (KF_IMPLICIT_ARGS, 7.1)
 * is still in the prototype that libbpf compares: no program can be bound to it. Found on 2026-11-20 by reading .BTF
 * and .BTF_ids of Debian's amd64 kernels (generic; -cloud: cloud flavour); other builds differ, as the loss depends on
 * the build (resolve_btfids and pahole).
 */
#include "analysis/lifecycle/kfunc_data.h"

const struct kfg_btf_defect kfg_btf_defects[] = {
	{ "__scx_bpf_dsq_insert_vtime", "7.1.3" },
	{ "__scx_bpf_select_cpu_and", "7.1.3" },
	{ "bpf_iter_scx_dsq_new", "7.1.3, 7.1.13, 7.2.12-cloud" },
	{ "scx_bpf_cid_curr", "7.2.12-cloud" },
	{ "scx_bpf_cpu_curr", "7.1.3" },
	{ "scx_bpf_cpu_node", "7.1.3" },
	{ "scx_bpf_cpu_rq", "7.1.3, 7.2.12-cloud" },
	{ "scx_bpf_cpu_to_cid", "7.2.12-cloud" },
	{ "scx_bpf_cpuperf_cap", "7.1.3, 7.2.12-cloud" },
	{ "scx_bpf_cpuperf_cur", "7.1.3, 7.2.12-cloud" },
	{ "scx_bpf_cpuperf_set", "7.1.3, 7.2.12-cloud" },
	{ "scx_bpf_create_dsq", "7.1.3, 7.2.12-cloud" },
	{ "scx_bpf_destroy_dsq", "7.1.3, 7.2.12-cloud" },
	{ "scx_bpf_dispatch_cancel", "7.1.3" },
	{ "scx_bpf_dispatch_nr_slots", "7.1.3" },
	{ "scx_bpf_dsq_insert___v2", "7.1.3, 7.2.6, 7.2.12, 7.2.12-cloud" },
	{ "scx_bpf_dsq_move_to_local___v2", "7.1.13" },
	{ "scx_bpf_dsq_nr_queued", "7.1.3, 7.2.6" },
	{ "scx_bpf_dsq_peek", "7.1.3, 7.2.6" },
	{ "scx_bpf_dsq_reenq", "7.1.3, 7.2.6" },
	{ "scx_bpf_dump_bstr", "7.1.3, 7.2.6" },
	{ "scx_bpf_error_bstr", "7.1.3, 7.2.12-cloud" },
	{ "scx_bpf_exit_bstr", "7.1.13, 7.2.6, 7.2.12" },
	{ "scx_bpf_get_idle_cpumask", "7.1.13, 7.2.6, 7.2.12" },
	{ "scx_bpf_get_idle_cpumask_node", "7.1.13, 7.2.6, 7.2.12, 7.2.12-cloud" },
	{ "scx_bpf_get_idle_smtmask", "7.1.13, 7.2.6, 7.2.12, 7.2.12-cloud" },
	{ "scx_bpf_get_idle_smtmask_node", "7.1.13, 7.2.6, 7.2.12, 7.2.12-cloud" },
	{ "scx_bpf_kick_cid", "7.2.6, 7.2.12, 7.2.12-cloud" },
	{ "scx_bpf_kick_cpu", "7.1.13, 7.2.6, 7.2.12, 7.2.12-cloud" },
	{ "scx_bpf_locked_rq", "7.1.13, 7.2.6, 7.2.12, 7.2.12-cloud" },
	{ "scx_bpf_pick_any_cpu", "7.1.3, 7.2.12-cloud" },
	{ "scx_bpf_pick_any_cpu_node", "7.1.3, 7.2.12-cloud" },
	{ "scx_bpf_pick_idle_cpu", "7.1.3, 7.2.12-cloud" },
	{ "scx_bpf_pick_idle_cpu_node", "7.1.3, 7.2.6, 7.2.12-cloud" },
	{ "scx_bpf_reenqueue_local", "7.1.3, 7.2.6" },
	{ "scx_bpf_select_cpu_dfl", "7.1.3, 7.2.6" },
	{ "scx_bpf_sub_dispatch", "7.1.3, 7.2.6" },
	{ "scx_bpf_task_cgroup", "7.1.3, 7.2.6" },
	{ "scx_bpf_task_set_dsq_vtime", "7.2.12, 7.2.12-cloud" },
	{ "scx_bpf_task_set_slice", "7.2.12" },
};
const size_t kfg_btf_defects_n = sizeof(kfg_btf_defects) / sizeof(kfg_btf_defects[0]);

/*
 * Prototypes that upstream changed so that libbpf refuses the old one. From the BTF of the kernels named; of 6.3 and
 * before from the commits that added and renamed them, bd1279ae8a69 (6.3), 8cab76ec6349 (6.2), d2dcc67df910 (6.4).
 */
const struct kfg_proto_change kfg_proto_changes[] = {
	{ "bbr_main", "6.1", "6.12", "void bbr_main(struct sock *sk, const struct rate_sample *rs)",
	  "void bbr_main(struct sock *sk, u32 ack, int flag, const struct rate_sample *rs)" },
	{ "bpf_list_push_back", "6.3", "7.1",
	  "void bpf_list_push_back(struct bpf_list_head *head, struct bpf_list_node *node)",
	  "int bpf_list_push_back(struct bpf_list_head *head, struct bpf_list_node *node)" },
	{ "bpf_list_push_front", "6.3", "7.1",
	  "void bpf_list_push_front(struct bpf_list_head *head, struct bpf_list_node *node)",
	  "int bpf_list_push_front(struct bpf_list_head *head, struct bpf_list_node *node)" },
	{ "bpf_rbtree_add", "6.3", "7.1",
	  "void bpf_rbtree_add(struct bpf_rb_root *root, struct bpf_rb_node *node, "
	  "bool (*less)(struct bpf_rb_node *, const struct bpf_rb_node *))",
	  "int bpf_rbtree_add(struct bpf_rb_root *root, struct bpf_rb_node *node, "
	  "bool (*less)(struct bpf_rb_node *, const struct bpf_rb_node *))" },
	{ "bpf_session_cookie", "6.19", "7.0", "__u64 *bpf_session_cookie(void)",
	  "__u64 *bpf_session_cookie(void *ctx)" },
	{ "bpf_session_is_return", "6.19", "7.0", "bool bpf_session_is_return(void)",
	  "bool bpf_session_is_return(void *ctx)" },
	{ "scx_bpf_cid_override", "7.2", "7.3", "void scx_bpf_cid_override(const s32 *cpu_to_cid, u32 cpu_to_cid__sz)",
	  "void scx_bpf_cid_override(const s32 *cpu_to_cid__arena, u32 cpu_to_cid_cnt, "
	  "const s32 *shard_start__arena, u32 shard_start_cnt)" },
	{ "scx_bpf_cidperf_set", "7.2", "7.3", "void scx_bpf_cidperf_set(s32 cid, u32 perf)",
	  "s32 scx_bpf_cidperf_set(s32 cid, u32 perf)" },
};
const size_t kfg_proto_changes_n = sizeof(kfg_proto_changes) / sizeof(kfg_proto_changes[0]);
