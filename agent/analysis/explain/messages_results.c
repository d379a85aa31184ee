/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * messages_results.c - the wordings of the verifier about what a call returns or leaves behind, and its own mistakes.
 * Sources as in messages_calls.c. The first pattern that fits a line counts.
 */
#include "analysis/explain/messages.h"

const struct kfg_vlog_message kfg_vlog_messages_results[] = {
	/* the kernel, about what a call returns or leaves behind */
	{ "Unreleased reference id={n} alloc_insn={n}", KFG_VLOG_REFERENCE, KFG_VLOG_MSG_ALLOC, NULL,
	  "verifier.c 6.1:7374 6.12:10537 7.2:10101 7.3:10613" },
	{ "kfunc {k}#{n} reference has not been acquired before", KFG_VLOG_ARGUMENT, 0, NULL,
	  "verifier.c 6.1:7956 6.12:12806" },
	{ "kfunc {k}#{n} conversion of owning ref to non-owning failed", KFG_VLOG_ARGUMENT, 0, NULL,
	  "verifier.c 6.12:12820" },
	{ "acquire kernel function does not return PTR_TO_BTF_ID", KFG_VLOG_RETURN, 0, NULL,
	  "verifier.c 6.1:7969 6.12:12863 7.2:13310 7.3:14052" },
	{ "kernel function {k} returns pointer type ", KFG_VLOG_RETURN, 0, NULL,
	  "verifier.c 6.1:7984 6.12:13048 7.2:13343 7.3:14088" },
	{ "kernel function {k} unhandled dynamic return type", KFG_VLOG_RETURN, 0, NULL, "verifier.c 6.12:13028" },
	{ "kernel function descriptor not found for func_id {n}", KFG_VLOG_VERIFIER_BUG, 0, NULL,
	  "verifier.c 6.1:14222 6.12:20766 7.2:19914 7.3:20896" },
	{ "kfunc descriptor not found for func_id {n}", KFG_VLOG_VERIFIER_BUG, 0, NULL, "verifier.c 7.3:13820" },
	{ "kfunc {k}#{n} not marked as callback-calling", KFG_VLOG_VERIFIER_BUG, 0, NULL,
	  "verifier.c 6.1:6920 6.12:9937 7.2:9381 7.3:9874" },
	{ "unexpected btf mismatch in kfunc call", KFG_VLOG_VERIFIER_BUG, 0, NULL,
	  "verifier.c 6.12:12000 7.2:11933 7.3:12527" },
	{ " arg for unknown kfunc", KFG_VLOG_VERIFIER_BUG, 0, NULL, "verifier.c 6.12:11955 7.2:11884 7.3:12478" },
	{ "unknown kfunc arg type {n}", KFG_VLOG_VERIFIER_BUG, 0, NULL, "verifier.c 7.2:12328 7.3:12825" },
	{ "prog->aux argument supported per-kfunc", KFG_VLOG_VERIFIER_BUG, 0, NULL, "verifier.c 7.2:12139 7.3:12722" },
	{ "unknown irq flags kfunc", KFG_VLOG_VERIFIER_BUG, 0, NULL, "verifier.c 7.2:11614 7.3:12215" },
	/* the kernel, for a program that replaces another one's function (freplace) and has no target: no call of it */
	{ "Cannot replace kernel functions", KFG_VLOG_NONE, KFG_VLOG_MSG_OTHER, NULL,
	  "verifier.c 6.1:15258 6.12:22439 7.2:19315 7.3:20266" },
	/* what should be impossible, at a call */
	{ "verifier internal error: ", KFG_VLOG_VERIFIER_BUG, KFG_VLOG_MSG_CALL, NULL, "verifier.c 6.1, 6.12" },
	{ "verifier bug: ", KFG_VLOG_VERIFIER_BUG, KFG_VLOG_MSG_CALL, NULL, "verifier.c 6.16, 7.3 verifier_bug()" },
	{ "Couldn't find btf_record", KFG_VLOG_VERIFIER_BUG, KFG_VLOG_MSG_CALL, NULL,
	  "verifier.c 7.2, 7.3 check_kfunc_args()" },
	{ "no dynptr type for parent of clone", KFG_VLOG_VERIFIER_BUG, KFG_VLOG_MSG_CALL, NULL,
	  "verifier.c 7.2, 7.3 check_kfunc_args()" },
	{ "unknown reg type for lock check", KFG_VLOG_VERIFIER_BUG, KFG_VLOG_MSG_CALL, NULL,
	  "verifier.c 7.2, 7.3 check_reg_allocation_locked()" },
	{ "repeating {w} arg", KFG_VLOG_VERIFIER_BUG, KFG_VLOG_MSG_CALL, NULL, "verifier.c 7.2, 7.3" },
	{ "only one constant argument permitted", KFG_VLOG_VERIFIER_BUG, KFG_VLOG_MSG_CALL, NULL,
	  "verifier.c 7.2, 7.3 process_const_arg()" },
	{ "only one allocation size argument permitted", KFG_VLOG_VERIFIER_BUG, KFG_VLOG_MSG_CALL, NULL,
	  "verifier.c 7.3" },
	{ "bpf_dynptr_slice(_rdwr) no constant size", KFG_VLOG_VERIFIER_BUG, KFG_VLOG_MSG_CALL, NULL,
	  "verifier.c 7.2, 7.3" },
	{ "no dynptr id", KFG_VLOG_VERIFIER_BUG, KFG_VLOG_MSG_CALL, NULL, "verifier.c 7.2, 7.3" },
	{ "kptr_struct_meta expected at insn_idx ", KFG_VLOG_VERIFIER_BUG, KFG_VLOG_MSG_CALL, NULL,
	  "verifier.c 7.2, 7.3 fixup_kfunc_call()" },
	{ "Failed to acquire lock state", KFG_VLOG_VERIFIER_BUG, KFG_VLOG_MSG_CALL, NULL,
	  "verifier.c 7.2, 7.3 process_spin_lock()" },
	{ "failed to push state for failed lock acquisition", KFG_VLOG_VERIFIER_BUG, KFG_VLOG_MSG_CALL, NULL,
	  "verifier.c 7.2, 7.3 check_kfunc_call()" },
	{ "failed to mark s32 range for retval in forked state for lock", KFG_VLOG_VERIFIER_BUG, KFG_VLOG_MSG_CALL,
	  NULL, "verifier.c 7.2, 7.3 check_kfunc_call()" },
	{ 0 },
};
