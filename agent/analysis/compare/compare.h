/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compare.h - what became of the kfuncs of one kernel in another.
 *
 * Prefix: kfg_change.
 */
#pragma once

#include "analysis/kernel/kernel.h"
#include "policy/policy.h"

/* One kfunc may have several, of the last five. */
enum kfg_change_kind {
	KFG_CHANGE_ADDED,
	KFG_CHANGE_REMOVED,
	KFG_CHANGE_RENAMED, /* removed, and lifecycle data names what the new kernel has for it */
	KFG_CHANGE_MOVED, /* into, out of, or between modules */
	KFG_CHANGE_PROTOTYPE, /* the types of its parameters, or what it returns */
	KFG_CHANGE_NAMES, /* of parameters; their suffixes (__ign, __nullable) mean something to the verifier */
	KFG_CHANGE_FLAGS,
	KFG_CHANGE_TYPES, /* the program types that may call it */
	KFG_CHANGE_MAX,
};

struct kfg_change {
	enum kfg_change_kind kind;
	const struct kfg_kfunc *before, *after; /* NULL: there is none */
	bool breaks; /* a program that was right for the old kernel may not load on the new one */
	bool perfmon; /* who loads a program needs CAP_PERFMON now */
	bool defect; /* an implicit argument leaked into the prototype of one of them: how it was built, no change */
};

struct kfg_changes {
	struct kfg_change *items; /* owned; by name */
	size_t n;
	size_t n_unchecked; /* module kfuncs of one kernel, where the other one's modules are not there */
};

/* The kernels must outlive the result. lifecycle: may be NULL. Returns 0 or -ENOMEM. */
int kfg_compare_kernels(const struct kfg_kernel *before, const struct kfg_kernel *after,
			const struct kfg_policy *lifecycle, struct kfg_changes *ret_changes);
void kfg_changes_done(struct kfg_changes *changes);

const char *kfg_change_str(enum kfg_change_kind kind); /* "added" "removed" ...; "?" out of range */
