/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kfunc_data.h - what is known of kfuncs beyond the deprecations of a policy: since which upstream release each is
 * there, in which kernels it was seen, how it is called and by whom, kernels with damaged BTF, changed prototypes.
 * All constant, all strings static. The data are in policy/lifecycle/history.tsv,
 * signatures.tsv, tests/data/kfuncs-by-kernel.tsv and kfunc-flags.tsv.
 *
 * Prefixes: kfg_kfunc_history, kfg_kfunc_signature, kfg_kfunc_release, kfg_kfunc_gives, kfg_btf_defect,
 * kfg_proto_change, kfg_presence.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The oldest and the newest kernel that was looked at; in between 6.12, 6.16 to 6.19, 7.0 to 7.2. */
#define KFG_HISTORY_OLDEST "6.1"
#define KFG_HISTORY_NEWEST "7.3"

/* A release of Linux as one number that grows with it. */
#define KFG_RELEASE(major, minor) ((major)*1000u + (minor))

/* Releases are as people write them ("6.12"); "" where nothing is known. */
struct kfg_kfunc_history {
	const char *name;
	const char *introduced; /* by upstream */
	const char *absent_from, *absent_to; /* not in these releases in between */
	const char *first_seen, *last_seen;
	const char *module; /* "": the kernel itself, or built in */
	const char *beside; /* releases, with commas, of distributions that have it although upstream has not */
};

struct kfg_kfunc_signature {
	const char *name, *module; /* "vmlinux": the kernel itself */
	const char *from; /* the first release looked at in which it is so */
	int n_args; /* that the program passes; -1: not known */
	bool restricted; /* a filter in the kernel may refuse some of the types, by attach point */
	const char *types; /* of programs, as kfg_prog_type_str() has them, with blanks; "all" */
	const char *prototype; /* as a program declares it, without what the kernel adds; "": not known */
};

struct kfg_btf_defect {
	const char *name;
	const char *kernels; /* releases, with commas */
};

struct kfg_proto_change {
	const char *name;
	const char *from, *to; /* releases: the last seen with the old prototype, the first with the new one */
	const char *before, *after;
};

extern const struct kfg_kfunc_history kfg_kfunc_history[];
extern const size_t kfg_kfunc_history_n;
extern const struct kfg_kfunc_signature kfg_kfunc_signatures[];
extern const size_t kfg_kfunc_signatures_n;
extern const struct kfg_btf_defect kfg_btf_defects[];
extern const size_t kfg_btf_defects_n;
extern const struct kfg_proto_change kfg_proto_changes[];
extern const size_t kfg_proto_changes_n;

/* "6.12" and what follows ("6.12.3-rc1") as KFG_RELEASE(6, 12); 0: no release. */
unsigned kfg_kfunc_release_parse(const char *text);

/* NULL: nothing known of it. */
const struct kfg_kfunc_history *kfg_kfunc_history_find(const char *name);
const struct kfg_btf_defect *kfg_btf_defect_find(const char *name);
const struct kfg_proto_change *kfg_proto_change_find(const char *name);
/* What holds in a release (0: in the newest one). NULL: nothing known. */
const struct kfg_kfunc_signature *kfg_kfunc_signature_find(const char *name, unsigned release);

/*
 * Whether it gives back a reference of the program: by its flags in the kernels that were looked at (KF_RELEASE); of a
 * kfunc that no such kernel has, by its name.
 */
bool kfg_kfunc_gives_back(const char *name);

enum kfg_presence { KFG_PRESENCE_UNKNOWN, KFG_PRESENCE_TOO_OLD, KFG_PRESENCE_ABSENT, KFG_PRESENCE_SINCE };

/* Whether upstream's release is from before the kfunc, in its gap, or from later; of removals it knows nothing. */
enum kfg_presence kfg_kfunc_history_presence(const struct kfg_kfunc_history *history, unsigned release);

/* The known kfunc that name was probably meant to be, or NULL. */
const char *kfg_kfunc_history_nearest(const char *name);
