/* SPDX-License-Identifier: GPL-2.0-or-later */
/* filter.c - filters of kfunc sets, which the kernel asks beside a program's type. */
#include "analysis/scan/filter.h"

#include "base/text.h"
#include <string.h>

/* Groups of sched_ext kfuncs that only some operations may call (kernel/sched/ext/ext.c 7.3.4). */
enum scx_group {
	SCX_UNLOCKED = 1 << 0,
	SCX_INIT_CIDS = 1 << 1,
	SCX_CPU_RELEASE = 1 << 2,
	SCX_DISPATCH = 1 << 3,
	SCX_ENQUEUE = 1 << 4,
	SCX_SELECT_CPU = 1 << 5,
};

struct row {
	const char *name;
	unsigned bits;
};

/* Those not here may be called by all operations. */
static const struct row scx_kfuncs[] = {
	{ "__scx_bpf_dsq_insert_vtime", SCX_ENQUEUE },
	{ "__scx_bpf_select_cpu_and", SCX_UNLOCKED | SCX_SELECT_CPU },
	{ "scx_bpf_cid_override", SCX_INIT_CIDS },
	{ "scx_bpf_create_dsq", SCX_UNLOCKED },
	{ "scx_bpf_dispatch_cancel", SCX_DISPATCH },
	{ "scx_bpf_dispatch_nr_slots", SCX_DISPATCH },
	{ "scx_bpf_dsq_insert", SCX_ENQUEUE },
	{ "scx_bpf_dsq_insert___v2", SCX_ENQUEUE },
	{ "scx_bpf_dsq_insert_vtime", SCX_ENQUEUE },
	{ "scx_bpf_dsq_move", SCX_DISPATCH | SCX_UNLOCKED },
	{ "scx_bpf_dsq_move_set_slice", SCX_DISPATCH | SCX_UNLOCKED },
	{ "scx_bpf_dsq_move_set_vtime", SCX_DISPATCH | SCX_UNLOCKED },
	{ "scx_bpf_dsq_move_to_local", SCX_DISPATCH },
	{ "scx_bpf_dsq_move_to_local___v2", SCX_DISPATCH },
	{ "scx_bpf_dsq_move_vtime", SCX_DISPATCH | SCX_UNLOCKED },
	{ "scx_bpf_reenqueue_local", SCX_CPU_RELEASE },
	{ "scx_bpf_select_cpu_and", SCX_UNLOCKED | SCX_SELECT_CPU },
	{ "scx_bpf_select_cpu_dfl", SCX_UNLOCKED | SCX_SELECT_CPU },
	{ "scx_bpf_sub_dispatch", SCX_DISPATCH },
};

/* sched_ext_ops_cid may not call these (scx_kfunc_ids_cpu_only). */
static const char *const scx_cpu_only[] = {
	"__scx_bpf_select_cpu_and",
	"scx_bpf_cpu_curr",
	"scx_bpf_cpu_node",
	"scx_bpf_cpuperf_cap",
	"scx_bpf_cpuperf_cur",
	"scx_bpf_cpuperf_set",
	"scx_bpf_get_idle_cpumask",
	"scx_bpf_get_idle_cpumask_node",
	"scx_bpf_get_idle_smtmask",
	"scx_bpf_get_idle_smtmask_node",
	"scx_bpf_get_online_cpumask",
	"scx_bpf_get_possible_cpumask",
	"scx_bpf_kick_cpu",
	"scx_bpf_pick_any_cpu",
	"scx_bpf_pick_any_cpu_node",
	"scx_bpf_pick_idle_cpu",
	"scx_bpf_pick_idle_cpu_node",
	"scx_bpf_put_cpumask",
	"scx_bpf_put_idle_cpumask",
	"scx_bpf_select_cpu_and",
	"scx_bpf_select_cpu_dfl",
	"scx_bpf_task_cpu",
	"scx_bpf_test_and_clear_cpu_idle",
	NULL,
};

static const struct row scx_members[] = {
	{ "cgroup_cancel_move", SCX_UNLOCKED },
	{ "cgroup_exit", SCX_UNLOCKED },
	{ "cgroup_init", SCX_UNLOCKED },
	{ "cgroup_prep_move", SCX_UNLOCKED },
	{ "cgroup_set_bandwidth", SCX_UNLOCKED },
	{ "cgroup_set_idle", SCX_UNLOCKED },
	{ "cgroup_set_weight", SCX_UNLOCKED },
	{ "cpu_offline", SCX_UNLOCKED },
	{ "cpu_online", SCX_UNLOCKED },
	{ "cpu_release", SCX_CPU_RELEASE },
	{ "dispatch", SCX_ENQUEUE | SCX_DISPATCH },
	{ "dump", SCX_UNLOCKED },
	{ "enqueue", SCX_SELECT_CPU | SCX_ENQUEUE },
	{ "exit", SCX_UNLOCKED },
	{ "init", SCX_UNLOCKED },
	{ "init_cids", SCX_UNLOCKED | SCX_INIT_CIDS },
	{ "init_task", SCX_UNLOCKED },
	{ "select_cpu", SCX_SELECT_CPU | SCX_ENQUEUE },
	{ "sub_attach", SCX_UNLOCKED },
	{ "sub_detach", SCX_UNLOCKED },
	{ "sub_ecaps_updated", SCX_ENQUEUE | SCX_DISPATCH },
};

#define N_ROWS(rows) (sizeof(rows) / sizeof((rows)[0]))

static unsigned bits_of(const struct row *rows, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i].name, name) == 0)
			return rows[i].bits;
	return 0;
}

static bool is_one_of(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

enum kfg_context_kind kfg_context_kind(const char *section)
{
	section += *section == '?';
	if (kfg_text_begins(section, "iter"))
		return KFG_CONTEXT_ITER;
	if (kfg_text_begins(section, "kprobe.session") || kfg_text_begins(section, "uprobe.session") ||
	    kfg_text_begins(section, "fsession"))
		return KFG_CONTEXT_SESSION;
	if (strcmp(section, "lsm/socket_sendmsg") == 0 || strcmp(section, "lsm.s/socket_sendmsg") == 0)
		return KFG_CONTEXT_LSM_SENDMSG;
	return KFG_CONTEXT_PLAIN;
}

static enum kfg_truth truth(bool is_true)
{
	return is_true ? KFG_TRUTH_TRUE : KFG_TRUTH_FALSE;
}

/* scx_kfunc_context_filter(), kernel/sched/ext/ext.c 7.3.4 */
static enum kfg_truth scx_allows(const char *kfunc, const struct kfg_context *c)
{
	unsigned groups = bits_of(scx_kfuncs, N_ROWS(scx_kfuncs), kfunc);

	if (c->type == BPF_PROG_TYPE_SYSCALL)
		return truth(!groups || (groups & (SCX_UNLOCKED | SCX_SELECT_CPU)));
	if (c->type != BPF_PROG_TYPE_STRUCT_OPS)
		return truth(!groups);
	if (!*c->ops)
		return KFG_TRUTH_UNKNOWN;
	if (strcmp(c->ops, "sched_ext_ops_cid") == 0 ? is_one_of(kfunc, scx_cpu_only) :
						       strcmp(c->ops, "sched_ext_ops") != 0)
		return KFG_TRUTH_FALSE;
	if (!groups)
		return KFG_TRUTH_TRUE;
	return truth(groups & bits_of(scx_members, N_ROWS(scx_members), c->member));
}

/* bpf_qdisc_kfunc_filter(), net/sched/bpf_qdisc.c 7.3.4: registered for struct_ops alone */
static enum kfg_truth qdisc_allows(const char *kfunc, const struct kfg_context *c)
{
	bool enqueue = strcmp(c->member, "enqueue") == 0, dequeue = strcmp(c->member, "dequeue") == 0;

	if (c->type != BPF_PROG_TYPE_STRUCT_OPS)
		return KFG_TRUTH_TRUE;
	if (!*c->ops)
		return KFG_TRUTH_UNKNOWN;
	if (strcmp(c->ops, "Qdisc_ops") != 0)
		return KFG_TRUTH_FALSE;
	if (!kfg_text_begins(kfunc, "bpf_qdisc_"))
		return KFG_TRUTH_TRUE;
	if (strcmp(kfunc, "bpf_qdisc_skb_drop") == 0)
		return truth(enqueue);
	if (strcmp(kfunc, "bpf_qdisc_bstats_update") == 0)
		return truth(dequeue);
	if (strcmp(kfunc, "bpf_qdisc_watchdog_schedule") == 0)
		return truth(enqueue || dequeue);
	return KFG_TRUTH_UNKNOWN;
}

/* bpf_ksock_kfunc_filter(), net/core/bpf_ksock.c 7.3.4 */
static enum kfg_truth ksock_allows(const struct kfg_context *c)
{
	return truth(c->type == BPF_PROG_TYPE_SYSCALL ||
		     (c->type == BPF_PROG_TYPE_LSM && c->kind != KFG_CONTEXT_LSM_SENDMSG));
}

/* bpf_fs_kfuncs_filter(), fs/bpf_fs_kfuncs.c 6.12, 7.3.4; bpf_get_fsverity_digest_filter(), fs/verity/measure.c */
static enum kfg_truth fs_allows(const struct kfg_context *c)
{
	if (c->type == BPF_PROG_TYPE_LSM)
		return KFG_TRUTH_TRUE;
	return c->type == BPF_PROG_TYPE_STRUCT_OPS ? KFG_TRUTH_UNKNOWN : KFG_TRUTH_FALSE;
}

enum kfg_truth kfg_filter_allows(const char *kfunc, const struct kfg_context *context)
{
	static const char *const fs[] = { "bpf_get_dentry_xattr",
					  "bpf_get_file_xattr",
					  "bpf_get_fsverity_digest",
					  "bpf_get_task_exe_file",
					  "bpf_path_d_path",
					  "bpf_put_file",
					  "bpf_real_data_inode",
					  "bpf_remove_dentry_xattr",
					  "bpf_set_dentry_xattr",
					  "bpf_sock_read_xattr",
					  NULL };
	static const char *const qdisc[] = { "bpf_dynptr_from_skb",
					     "bpf_kfree_skb",
					     "bpf_qdisc_bstats_update",
					     "bpf_qdisc_skb_drop",
					     "bpf_qdisc_watchdog_schedule",
					     "bpf_skb_get_hash",
					     NULL };

	if (kfg_text_begins(kfunc, "scx_bpf_") || kfg_text_begins(kfunc, "__scx_bpf_") ||
	    kfg_text_begins(kfunc, "bpf_iter_scx_"))
		return scx_allows(kfunc, context);
	if (is_one_of(kfunc, fs))
		return fs_allows(context);
	if (is_one_of(kfunc, qdisc))
		return qdisc_allows(kfunc, context);
	/* bpf_session_filter(), kernel/trace/bpf_trace.c 7.3.4 */
	if (kfg_text_begins(kfunc, "bpf_session_"))
		return truth(context->kind == KFG_CONTEXT_SESSION);
	if (kfg_text_begins(kfunc, "bpf_ksock_"))
		return ksock_allows(context);
	/* tracing_iter_filter(), net/core/filter.c 6.12, 7.3.4 */
	if (strcmp(kfunc, "bpf_sock_destroy") == 0)
		return truth(context->kind == KFG_CONTEXT_ITER);
	return KFG_TRUTH_UNKNOWN;
}
