/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * policy_files.h - the bytes of a policy: which files, in which order. Each is opened once, must be
 * a regular file and is bounded; so are their number and their sum.
 */
#pragma once

#include "base/cleanup.h"
#include "policy/policy.h"
#include <stddef.h>

#define KFG_POLICY_FILE_MAX (16u * 1024 * 1024)
#define KFG_POLICY_BYTES_MAX (64u * 1024 * 1024)
#define KFG_POLICY_FILES_MAX 1024u

struct kfg_policy_files;

struct kfg_policy_files_problem {
	char *path;
	int error; /* a negative errno */
};

/* Where the system's policy lives, most important directory first. */
extern const char *const kfg_policy_files_dirs[];
#define KFG_POLICY_N_DIRS 2u
#define KFG_POLICY_SYSTEM_ETC "/etc/kfgate/"
#define KFG_POLICY_SYSTEM_USR "/usr/lib/kfgate/"

int kfg_policy_files_new(struct kfg_policy_files **ret_files);
void kfg_policy_files_free(struct kfg_policy_files *files); /* accepts NULL */
KFG_DEFINE_CLEANUP(struct kfg_policy_files *, kfg_policy_files_free)

/*
 * Adds a file, or of a directory each "*.yaml" in byte order of names. In a directory, an empty
 * file or a link to /dev/null counts as absent, and one that cannot be read is a problem
 * (kfg_policy_files_problems()). On failure (negative errno) kfg_policy_files_failed() names the path.
 */
int kfg_policy_files_add(struct kfg_policy_files *files, const char *path);

/*
 * Adds the drop-ins of n directories, most important first: of several files of one name only that
 * of the first directory counts, and none if that one is empty or a link to /dev/null. A directory
 * that is not there is empty.
 */
int kfg_policy_files_add_dirs(struct kfg_policy_files *files, const char *const *dirs, size_t n);

/* What was added, in order; valid until the next addition. */
const struct kfg_source *kfg_policy_files_sources(const struct kfg_policy_files *files, size_t *ret_n);
/* Reads what policies include; the files count as files of this object. */
struct kfg_includer kfg_policy_files_includer(struct kfg_policy_files *files);

/* The path that the last failed call could not use; NULL before. */
const char *kfg_policy_files_failed(const struct kfg_policy_files *files);

/* Files of the directories whose names end in .yml, which are not read. */
const char *const *kfg_policy_files_misnamed(const struct kfg_policy_files *files, size_t *ret_n);

/* Files without a byte that hide no other one: of directories, and included ones. */
const char *const *kfg_policy_files_empty(const struct kfg_policy_files *files, size_t *ret_n);

/* Files of the directories that could not be read; the others were. */
const struct kfg_policy_files_problem *kfg_policy_files_problems(const struct kfg_policy_files *files, size_t *ret_n);

/* All paths read, includes too, in the order of reading. Frees nothing. */
const char *const *kfg_policy_files_paths(const struct kfg_policy_files *files, size_t *ret_n);
/* The glob(7) patterns of all includes in the order of reading, those that match nothing too. Frees nothing. */
const char *const *kfg_policy_files_patterns(const struct kfg_policy_files *files, size_t *ret_n);
/* Frees the bytes; the paths stay. */
void kfg_policy_files_forget(struct kfg_policy_files *files);
