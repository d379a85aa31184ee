/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verdict.h - the decision rule in user space, over the same cells and the same source as in the kernel.
 *
 * Prefixes: kfg_signature, kfg_signed_by, kfg_load, kfg_action, kfg_reason, kfg_mode, kfg_scope, kfg_present,
 * kfg_guarding, kfg_prog_type.
 */
#pragma once

#include <kfgate/abi.h>
#include "table.h"
#include <stdbool.h>

/* Who loads what; strings NULL: unknown (matches nothing but "*"). */
struct kfg_load {
	const char *unit, *exe, *prog;
	const char *cgroup; /* from the root of the unified hierarchy */
	uint32_t uid, prog_type;
	int32_t today;
	bool is_agent;
	bool initial; /* known to come from the initial user namespace */
	bool token; /* with a BPF token */
	uint32_t signature; /* KFG_SIGNATURE_*, or kfg_signature_of_name() */
};

/* What keeps a text from being a loader's unit, executable or cgroup, "is too long for a unit"; NULL: nothing. */
const char *kfg_load_unit_fault(const char *unit);
const char *kfg_load_exe_fault(const char *exe);
const char *kfg_load_cgroup_fault(const char *cgroup);

/* Judges one kfunc ("name", module NULL or "vmlinux" for the kernel itself). Total: always an answer. */
void kfg_verdict_eval(const struct kfg_table *table, const struct kfg_load *load, const char *kfunc, const char *module,
		      struct kfg_verdict *ret_verdict);

/* The same of "name" or "name [module]". -EINVAL: it is too long for one. */
int kfg_verdict_eval_text(const struct kfg_table *table, const struct kfg_load *load, const char *text,
			  struct kfg_verdict *ret_verdict);

/*
 * What the verdict comes to (enum kfg_action), of a call that is live or of one that is merely present; *ret_reason:
 * enum kfg_reason.
 */
uint8_t kfg_verdict_action(const struct kfg_table *table, const struct kfg_verdict *verdict, bool live,
			   uint8_t *ret_reason);

/* Words used in policies, records and reports; "?" for a value out of range. */
const char *kfg_action_str(unsigned action); /* allow audit warn refuse */
const char *kfg_reason_str(unsigned reason); /* rule unlisted deprecated expired waived short-scan ... */
const char *kfg_mode_str(unsigned mode); /* enforce audit */
const char *kfg_scope_str(unsigned scope); /* live any */
const char *kfg_present_str(unsigned present); /* report refuse */
const char *kfg_guarding_str(unsigned guarding); /* auto on strict off */
const char *kfg_signed_by_str(unsigned signed_by); /* nobody program loader */
/* no builtin secondary platform; NULL: not known, or of a keyring with a serial number. */
const char *kfg_signature_str(uint32_t signature);
/*
 * A signature as policies write it: "no", "builtin", "secondary", "platform", "keyring:NAME". -EINVAL. The number is
 * what a table compiled without keyrings (table.h) has for it.
 */
int kfg_signature_parse(const char *text, uint32_t *ret_signature);
uint32_t kfg_signature_of_name(const char *keyring);
const char *kfg_prog_type_str(unsigned type); /* as bpftool names them: sched_cls xdp struct_ops ... */
int kfg_prog_type_parse(const char *text, uint32_t *ret_type); /* -EINVAL: no such type */
