/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filter.h - who may call a kfunc, as far as the kernel asks a function of its own beside the program's type (struct
 * btf_kfunc_id_set, filter). Such a function cannot be read from an image, so those of 7.3 are written down here.
 *
 * Prefix: kfg_context.
 */
#pragma once

#include "analysis/scan/value.h"

/* What sections say beyond the type of a program, as far as it matters here. */
enum kfg_context_kind {
	KFG_CONTEXT_PLAIN,
	KFG_CONTEXT_ITER,
	KFG_CONTEXT_SESSION,
	KFG_CONTEXT_LSM_SENDMSG,
};

/* All that these functions look at. */
struct kfg_context {
	uint32_t type; /* enum bpf_prog_type */
	enum kfg_context_kind kind;
	bool may_sleep;
	const char *section; /* of one such program, for people */
	const char *ops; /* of a struct_ops program: "sched_ext_ops"; "" if it is none, or not known */
	const char *member; /* "enqueue"; "" likewise */
};

enum kfg_context_kind kfg_context_kind(const char *section);
/* KFG_TRUTH_UNKNOWN: no such filter is written down, or it looks at what an object does not tell. */
enum kfg_truth kfg_filter_allows(const char *kfunc, const struct kfg_context *context);
