/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * messages_kernel.c - what the kernel prints when it takes in a module's BTF and registers its kfuncs, what builds
 * it prints, and kfgate's own records. Read from Linux 6.12.107 and 7.3.4.
 */
#include "analysis/explain/messages.h"

const struct kfg_vlog_message kfg_vlog_messages_kernel[] = {
	{ "Kernel module BTF mismatch detected", KFG_VLOG_MODULE_OTHER, KFG_VLOG_MSG_KERNEL | KFG_VLOG_MSG_CIRCUMSTANCE,
	  NULL, "btf.c 6.12:8037 7.3:8592" },
	{ "failed to validate module [{w}] BTF: ", KFG_VLOG_MODULE_OTHER,
	  KFG_VLOG_MSG_KERNEL | KFG_VLOG_MSG_CIRCUMSTANCE, NULL, "btf.c 6.12:8033 7.3:8588" },
	{ "missing module BTF, cannot register kfuncs", KFG_VLOG_REGISTER, KFG_VLOG_MSG_KERNEL, NULL,
	  "btf.c 6.12:8202 7.3:8757" },
	{ "missing vmlinux BTF, cannot register kfuncs", KFG_VLOG_NO_BTF, KFG_VLOG_MSG_KERNEL, NULL,
	  "btf.c 6.12:8198 7.3:8753" },
	{ "{w}: Unknown symbol register_btf_kfunc_id_set", KFG_VLOG_REGISTER_SYMBOL, KFG_VLOG_MSG_KERNEL, NULL,
	  "kernel/module/main.c simplify_symbols()" },
	{ "{w}: failed to register kfunc", KFG_VLOG_REGISTER, KFG_VLOG_MSG_KERNEL, NULL,
	  "modules that are not the kernel's" },
	{ "{w}: Failed to register kfunc", KFG_VLOG_REGISTER, KFG_VLOG_MSG_KERNEL, NULL,
	  "nf_flow_table_core.c, ext.c 6.12:7480 7.3:11269, other modules" },
	{ "ailed to register kfunc", KFG_VLOG_REGISTER, KFG_VLOG_MSG_KERNEL, NULL,
	  "modules that are not the kernel's" },
	{ "ailed to register BTF kfunc", KFG_VLOG_REGISTER, KFG_VLOG_MSG_KERNEL, NULL,
	  "modules that are not the kernel's" },
	{ "{w}: Failed to register cid kfuncs (", KFG_VLOG_REGISTER, KFG_VLOG_MSG_KERNEL, NULL, "ext.c 7.3:11281" },
	{ "kfunc {k} (id: {n}) is already present in ", KFG_VLOG_REGISTER_TWICE, KFG_VLOG_MSG_KERNEL, NULL,
	  "btf.c 7.3:8910" },
	/* the first words of a warning were turned round in 6.19: "FILE:LINE FUNCTION+", "FILE:LINE at FUNCTION+" */
	{ "kernel/bpf/btf.c:{n} register_btf_kfunc_id_set+", KFG_VLOG_REGISTER_SET, KFG_VLOG_MSG_KERNEL, NULL,
	  "btf.c 6.9 register_btf_kfunc_id_set()" },
	{ "kernel/bpf/btf.c:{n} at register_btf_kfunc_id_set+", KFG_VLOG_REGISTER_SET, KFG_VLOG_MSG_KERNEL, NULL,
	  "btf.c 6.9 register_btf_kfunc_id_set(), lib/bug.c 6.19" },
	{ "kernel/bpf/btf.c:{n}` at `register_btf_kfunc_id_set+", KFG_VLOG_REGISTER_SET, KFG_VLOG_MSG_KERNEL, NULL,
	  "btf.c 6.9 register_btf_kfunc_id_set(), as documents have it" },
	{ "kernel/bpf/btf.c:{n} btf_populate_kfunc_set+", KFG_VLOG_REGISTER_AGAIN, KFG_VLOG_MSG_KERNEL, NULL,
	  "btf.c 6.1 to 7.3 btf_populate_kfunc_set()" },
	{ "kernel/bpf/btf.c:{n} at btf_populate_kfunc_set+", KFG_VLOG_REGISTER_AGAIN, KFG_VLOG_MSG_KERNEL, NULL,
	  "btf.c 6.1 to 7.3 btf_populate_kfunc_set(), lib/bug.c 6.19" },
	{ "resolve_btfids: unresolved symbol {k}", KFG_VLOG_BUILD, KFG_VLOG_MSG_KERNEL | KFG_VLOG_MSG_KNOWN, NULL,
	  "tools/bpf/resolve_btfids/main.c" },
	{ "FAILED unresolved symbol {k}", KFG_VLOG_BUILD, KFG_VLOG_MSG_KERNEL | KFG_VLOG_MSG_KNOWN, NULL,
	  "tools/bpf/resolve_btfids/main.c 5.10, an error until 5.11" },
	{ "resolve_btfids: inconsistent flags for kfunc {k}: ", KFG_VLOG_BUILD, KFG_VLOG_MSG_KERNEL, NULL,
	  "tools/bpf/resolve_btfids/main.c 7.0" },
	{ "failed to tag kfunc '{k}'", KFG_VLOG_BUILD, KFG_VLOG_MSG_KERNEL, NULL, "pahole btf_encoder.c" },
	{ "failed to find kfunc '{k}' in BTF", KFG_VLOG_BUILD, KFG_VLOG_MSG_KERNEL, NULL, "pahole btf_encoder.c" },
	{ "Refused BPF program \"", KFG_VLOG_REFUSED, KFG_VLOG_MSG_RECORD, NULL, "agent/record/phrase.c" },
	{ "Refused access to BPF program \"", KFG_VLOG_REFUSED, KFG_VLOG_MSG_RECORD, NULL, "agent/record/phrase.c" },
	{ 0 },
};

const struct kfg_vlog_message *const kfg_vlog_messages[] = {
	kfg_vlog_messages_loaders, kfg_vlog_messages_calls,  kfg_vlog_messages_arguments,
	kfg_vlog_messages_results, kfg_vlog_messages_kernel, NULL,
};
