/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.h - what `kfgate scan` found, as one struct: objects x kernels, the uses of kfuncs behind each, what could not
 * be checked. Made once (kfg_report_add_*), then rendered by any of the functions at the end. All that hangs off a
 * report is owned by it; strings are copies, of untrusted origin unless said otherwise.
 */
#pragma once

#include "base/strbuf.h"
#include "analysis/find/light_skeleton.h"
#include "analysis/kernel/signatures.h"
#include "analysis/scan/scan.h"
#include "policy/policy.h"
#include "policy/table.h"
#include "policy/verdict.h"

/* Of a use, or an object, on one kernel. Ordered: the later, the worse, and the sooner it decides the exit code. */
enum kfg_report_state {
	KFG_REPORT_OK,
	KFG_REPORT_IGNORED, /* a finding that a baseline knows */
	KFG_REPORT_FOREIGN, /* for machines of the other byte order: nothing to be said of this kernel */
	KFG_REPORT_WARNED, /* loads, but the policy warns, or it needs a capability, a module, its loader's doing */
	KFG_REPORT_UNCHECKED, /* could not be decided */
	KFG_REPORT_REFUSED, /* by the policy */
	KFG_REPORT_FAILS, /* would not load there */
	KFG_REPORT_STATE_MAX,
};

struct kfg_report_verdict {
	uint8_t action; /* enum kfg_action; of an enforcing policy, see kfg_report.mode */
	uint8_t reason; /* enum kfg_reason */
	const char *rule, *waiver; /* ids; NULL: none */
	const char *program; /* for which it is the worst */
	int32_t deadline; /* last good day; KFG_DAY_MAX: none */
	bool loader_decides; /* it depends on what is not known; action is the strictest that it may come to then */
	uint8_t actions; /* bit per enum kfg_action that it may come to */
	uint32_t depends; /* bits of enum kfg_why: on what, if loader_decides */
};

/* One use on one kernel. */
struct kfg_report_cell {
	enum kfg_report_state state;
	enum kfg_compat compat;
	enum kfg_reach reach;
	bool fails;
	const char *module; /* of the kernel's kfunc; NULL: the kernel itself, or there is none */
	const char *detail; /* a sentence; "" */
	struct kfg_report_verdict verdict; /* of a struct_ops map: allow */
};

struct kfg_report_call_site {
	const char *program, *function, *section, *file; /* file NULL: unknown */
	uint32_t type; /* enum bpf_prog_type of the program; 0: unknown */
	uint32_t insn; /* UINT32_MAX: unknown */
	unsigned line; /* 0: unknown */
	const enum kfg_reach *reach; /* per kernel */
};

/* A kfunc, or the type of a struct_ops map, that an object asks for. */
struct kfg_report_use {
	bool struct_ops;
	const char *name, *symbol; /* symbol: as declared; of struct_ops: the map */
	bool weak, address_taken;
	struct kfg_report_call_site *sites;
	size_t n_sites;
	struct kfg_report_cell *cells; /* per kernel */
	enum kfg_report_state state; /* the worst of cells */
	/* from the policy's lifecycle data; NULL: it says nothing */
	const char *replacement, *replacement_in, *deprecated_in, *removed_in;
	const char *known_from; /* "FILE:LINE" that says so */
};

struct kfg_report_program {
	const char *name, *section;
	uint32_t type;
	bool autoload;
};

/* An object on one kernel. */
struct kfg_report_compat {
	enum kfg_report_state state;
	bool loads;
	const char *reason; /* one sentence: why not ok, of a use if one accounts for the state; "" */
	/* Why not ok as far as no use accounts for it: license, variable, type, limits; "" */
	const char *object_reason;
	enum kfg_report_state object_state; /* by object_reason alone: ok, unchecked or fails */
};

struct kfg_report_object {
	const char *label, *path;
	bool light_skeleton; /* a light skeleton: compared by name */
	const char *license, *limits;
	struct kfg_report_program *programs;
	size_t n_programs;
	struct kfg_report_use *uses; /* of kfuncs, then struct_ops maps */
	size_t n_uses;
	struct kfg_report_compat *kernels;
	enum kfg_report_state state;
};

struct kfg_report_kernel {
	const char *path, *release, *limits;
	enum kfg_signatures signatures;
};

struct kfg_report_problem {
	const char *label, *why;
};

struct kfg_baseline;

/* By what verdicts are given. Nothing is owned; all must outlive the report's making. */
struct kfg_report_judge {
	const struct kfg_policy *policy;
	const struct kfg_table *table;
	const char *source; /* where the policy comes from, for people */
	struct kfg_load loader; /* unit, exe, uid, today; programs are put in */
	bool loader_known;
	uint32_t unknown; /* bits of enum kfg_why: what of the loader was not said */
	const struct kfg_baseline *baseline; /* NULL: all findings are new */
};

struct kfg_report {
	struct kfg_report_judge judge; /* not for renderers */
	const char *policy, *policy_source, *digest;
	int64_t serial;
	enum kfg_mode mode; /* of the policy */
	bool loader_known;
	int32_t today;
	struct kfg_report_kernel *kernels;
	size_t n_kernels;
	struct kfg_report_object *objects;
	size_t n_objects, objects_allocated;
	struct kfg_report_problem *problems; /* what could not be checked */
	size_t n_problems, problems_allocated;
	size_t n_files; /* looked at */
	size_t n_ignored; /* findings that the baseline knows */
	struct kfg_report_block *blocks; /* memory */
};

/* kernels: n_kernels of them, in the order of columns. -ENOMEM. Free with kfg_report_free(). */
int kfg_report_new(const struct kfg_report_judge *judge, const struct kfg_kernel *const *kernels, size_t n_kernels,
		   struct kfg_report **ret_report);
void kfg_report_free(struct kfg_report *report); /* accepts NULL */

/* reports: per kernel. All -ENOMEM. */
int kfg_report_add_object(struct kfg_report *report, const char *path, const struct kfg_object *object,
			  const struct kfg_compat_report *const *reports);
int kfg_report_add_light_skeleton(struct kfg_report *report, const char *path, const char *label,
				  const struct kfg_light_skeleton *light_skeleton,
				  const struct kfg_kernel *const *kernels);
int kfg_report_add_problem(struct kfg_report *report, const char *label, const char *why);

/* The worst, problems included. */
enum kfg_report_state kfg_report_worst(const struct kfg_report *report);

/* report_words.c */

/* Objects in that state. */
size_t kfg_report_count(const struct kfg_report *report, enum kfg_report_state state);
/* "ok" "warned" "unchecked" "refused" "fails" */
const char *kfg_report_state_str(enum kfg_report_state state);
/* "refuse" or, of a policy in audit mode, "would refuse"; else the action. Of one that depends: the strictest. */
const char *kfg_report_action_str(const struct kfg_report *report, const struct kfg_report_verdict *verdict);
/* "allow or refuse: depends on unit, exe, not known (--unit, --exe)", of one that depends; returns buf. */
#define KFG_REPORT_DEPENDS_TEXT 512u
const char *kfg_report_depends(const struct kfg_report *report, const struct kfg_report_verdict *verdict,
			       char buf[static KFG_REPORT_DEPENDS_TEXT]);
/* The column's name: the release, else the path. */
const char *kfg_report_kernel_name(const struct kfg_report *report, size_t kernel);

/* Renderings; quiet: only what is not ok. Errors stick in out. */
void kfg_report_table(const struct kfg_report *report, bool quiet, struct kfg_strbuf *out);
void kfg_report_json(const struct kfg_report *report, bool quiet, struct kfg_strbuf *out);
void kfg_report_sarif(const struct kfg_report *report, bool quiet, struct kfg_strbuf *out);
void kfg_report_markdown(const struct kfg_report *report, bool quiet, struct kfg_strbuf *out);
void kfg_report_csv(const struct kfg_report *report, bool quiet, struct kfg_strbuf *out);
/* Its columns. */
#define KFG_REPORT_CSV_COLUMNS 21u
extern const char *const kfg_report_csv_columns[KFG_REPORT_CSV_COLUMNS];
