/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kfunc_data.h - what was seen of kfuncs in real kernels, beyond the lifecycle files of the policy:
 * releases, modules, damaged BTF, changed prototypes. All constant, all strings static.
 */
#pragma once

#include <stddef.h>

/* Between the oldest and the newest kernel that was looked at. */
#define KFG_HISTORY_OLDEST "6.1"
#define KFG_HISTORY_NEWEST "7.3"

/* The releases looked at are 6.1, 6.12, 6.16 to 6.19, 7.0 to 7.3 (tests/data/kfuncs-by-kernel.tsv,
 * kfunc_history.awk). */
struct kfg_kfunc_history {
	const char *name;
	const char *first, *last; /* releases */
	const char *module; /* "": the kernel itself */
};

struct kfg_btf_defect {
	const char *name;
	const char *kernels; /* releases, with commas */
};

struct kfg_proto_change {
	const char *name;
	const char *from,
		*to; /* releases: the last seen with the old prototype, the first with the new one */
	const char *before, *after;
};

extern const struct kfg_kfunc_history kfg_kfunc_history[];
extern const size_t kfg_n_kfunc_history;
extern const struct kfg_btf_defect kfg_btf_defects[];
extern const size_t kfg_n_btf_defects;
extern const struct kfg_proto_change kfg_proto_changes[];
extern const size_t kfg_n_proto_changes;

/* NULL: nothing known of it. */
const struct kfg_kfunc_history *kfg_kfunc_history_find(const char *name);
const struct kfg_btf_defect *kfg_btf_defect_find(const char *name);
const struct kfg_proto_change *kfg_proto_change_find(const char *name);
/* The known kfunc that name was probably meant to be, or NULL. */
const char *kfg_kfunc_nearest(const char *name);
