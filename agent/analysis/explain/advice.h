/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * advice.h - what a finding in a log means, since when that is so, and what to do: from the finding, from the
 * deprecations of a policy, from the kernel that the log is from, and from the histories of kfuncs
 * (analysis/lifecycle).
 *
 * Prefix: kfg_blame.
 */
#pragma once

#include "analysis/explain/vlog.h"
#include "base/strbuf.h"
#include "policy/policy.h"

/* Whose fault it is, or who can help. */
enum kfg_blame {
	KFG_BLAME_PROGRAM,
	KFG_BLAME_KERNEL, /* too new, too old, or built without it: nobody's mistake */
	KFG_BLAME_KERNEL_BUILD, /* the kernel or a module was built wrong */
	KFG_BLAME_LOADER, /* the program that loads, or its privileges */
	KFG_BLAME_POLICY, /* somebody decided so */
	KFG_BLAME_UNKNOWN,
	KFG_BLAME_MAX,
};

/* What is known beside the finding. */
struct kfg_advice_input {
	const struct kfg_policy *policy; /* whose deprecations are looked at, or NULL */
	const char *kernel; /* the release of the kernel: "6.12.57"; "" or NULL: nothing is concluded from versions */
	const char *doubted; /* a release that the log names, and may be another one; "" or NULL: none */
	size_t doubted_line;
};

struct kfg_advice {
	enum kfg_blame blame;
	struct kfg_deprecation_info lifecycle; /* kfunc NULL: no row; strings of the policy */
	const char *introduced; /* upstream's release; "": not known */
	struct kfg_strbuf what; /* one or two sentences */
	struct kfg_strbuf since; /* one or two sentences, or empty */
	struct kfg_strbuf todo; /* sentences */
	struct kfg_strbuf code; /* lines of C that compile, each with its newline, or empty */
};

/* Names are cleaned for the terminal. 0, -ENOMEM or -E2BIG; free with kfg_advice_done() in any case. */
int kfg_advice_make(const struct kfg_vlog_finding *finding, const struct kfg_advice_input *input,
		    struct kfg_advice *ret_advice);
void kfg_advice_done(struct kfg_advice *advice);

const char *kfg_vlog_kind_str(enum kfg_vlog_kind kind); /* "missing", "prototype", ...; "?" out of range */
const char *kfg_vlog_kind_title(enum kfg_vlog_kind kind); /* a few words for people */
const char *kfg_blame_str(enum kfg_blame blame); /* "program", "kernel", ... */
