/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain_release.h - which kernel a log is from, by its own words. */
#pragma once

#include "analysis/explain/messages.h"

#define KFG_EXPLAIN_RELEASE_MAX 64u

struct kfg_explain_release {
	char release[KFG_EXPLAIN_RELEASE_MAX]; /* "6.8.0-45-generic"; "": not said */
	size_t line; /* that says so */
	char doubted[KFG_EXPLAIN_RELEASE_MAX]; /* a release that is named, and may be another one; "": none is */
	size_t doubted_line;
	bool certain; /* the kernel's own banner, uname; not only "kernel 6.8" */
	bool asked; /* the line before was "uname -r" */
};

/* Looks at one line. The first certain one counts, else the first. */
void kfg_explain_release_read(struct kfg_explain_release *words, struct kfg_span line, size_t number);

/* Whether a release is of a kernel whose BPF is newer than its number says (RHEL and its kin). */
bool kfg_explain_release_is_backport(const char *release);
