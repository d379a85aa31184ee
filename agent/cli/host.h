/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host.h - what on a host is in the way of the gate, of its records, or of looking at programs. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum kfg_host_obstacle {
	KFG_HOST_NO_BPF_LSM, /* bpf is not among the active security modules */
	KFG_HOST_CONFIG, /* the kernel was built without something the gate is made of */
	KFG_HOST_LOCKDOWN, /* the kernel lets no BPF program read its memory */
	KFG_HOST_NO_JIT, /* programs that call kfuncs need the JIT */
	KFG_HOST_NO_FTRACE, /* function tracing, by which LSM programs are called, is switched off */
	KFG_HOST_NO_BPFFS, /* nothing can be pinned */
	KFG_HOST_KPTR_RESTRICT, /* kfgate programs cannot name calls */
	KFG_HOST_JOURNAL, /* records do not last */
	KFG_HOST_UNKNOWN, /* one of these could not be looked at; the subject says why */
	KFG_HOST_MAX,
};

/* subject: what was looked at, during the call only. A negative errno ends it. */
typedef int kfg_host_obstacle_fn(void *userdata, enum kfg_host_obstacle obstacle, const char *subject);

/* Is BPF LSM known not to be active there? */
bool kfg_host_lacks_bpf_lsm(const char *root);

/*
 * Looks at the host whose files are below root ("" for this one), whose kernel is `release`, and calls fn for each
 * obstacle. Reads files alone; what only root may read is unknown to others. 0, or what fn returned.
 */
int kfg_host_examine(const char *root, const char *release, kfg_host_obstacle_fn *fn, void *userdata);
