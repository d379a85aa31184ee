/* SPDX-License-Identifier: GPL-2.0-or-later */
/* objects.h - the BPF objects of a path, held against kernels, into a report: for `scan` and `why`. */
#pragma once

#include "cli/kernels.h"
#include "analysis/find/find.h"
#include "analysis/report/report.h"

/* Where objects go, and how they are looked at. Nothing but `steps` is owned. */
struct kfg_objects {
	struct kfg_report *report; /* of these kernels */
	const struct kfg_kernels *kernels;
	const struct kfg_deployment *deployment; /* NULL: nothing is known of it */
	unsigned libbpf; /* see KFG_LIBBPF() */
	uint64_t *steps; /* owned: per kernel, what is left of KFG_SCAN_LIMIT_FILE_FLOW for the file at hand */
	double begin, shown; /* seconds; of progress on the terminal */
};

/* Takes report, kernels and the rest of *objects as they are set. -ENOMEM. Free with kfg_objects_done(). */
int kfg_objects_begin(struct kfg_objects *objects);
void kfg_objects_done(struct kfg_objects *objects); /* accepts a zeroed struct */

/* What to find files with; `objects` must outlive it. */
struct kfg_find_ops kfg_objects_ops(struct kfg_objects *objects);
