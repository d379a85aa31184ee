/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guard.h - what keeps the gate in place: BPF programs that refuse to others what would take it off. One object:
 * open, tell it what to guard, attach, prove; it refuses on its own then, as long as its links are there.
 */
#pragma once

#include <kfgate/abi.h>
#include <kfgate/guard.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kfg_guard;
struct bpf_object_skeleton;

/*
 * Loads the programs whose hooks this kernel has, to be called as `hooking` says, and records who the agent is: the
 * calling process. Negative errno.
 */
int kfg_guard_open(enum kfg_hooking hooking, struct kfg_guard **ret_guard);
/* Keeps the agent's memory from being swapped out, once; see kfg_pages_lock() for when, and what it returns. */
int kfg_guard_lock_memory(struct kfg_guard *guard);
/* From here on it refuses nothing, whoever holds one of its links; for when the gate was taken off. Accepts NULL. */
void kfg_guard_retire(const struct kfg_guard *guard);
void kfg_guard_retire_map(int fd); /* of its map */
/* The same of the guard of an older set, by the id of one of its programs. */
void kfg_guard_retire_older(unsigned prog_id);
/* Frees; what is not pinned is detached. Accepts NULL. */
void kfg_guard_close(struct kfg_guard *guard);

/* Calls fn with the name of each LSM hook that a program of the guard is for, on whatever kernel. Negative errno. */
typedef void kfg_guard_hook_fn(void *userdata, const char *hook);
int kfg_guard_each_hook(kfg_guard_hook_fn *fn, void *userdata);

/* Maps, programs and links of a skeleton, loaded and attached. Negative errno. */
int kfg_guard_objects(struct kfg_guard *guard, const struct bpf_object_skeleton *skeleton);

/* A map that is in no skeleton, made before the guard. Later ones need not be told: they are seen being made. */
int kfg_guard_map(struct kfg_guard *guard, unsigned id);
/* A program of a set before this one, with its maps; one that cannot be had is none. Negative errno. */
int kfg_guard_older(struct kfg_guard *guard, unsigned prog_id);

/*
 * What stands at the path. flags: KFG_GUARD_*; levels: of KFG_GUARD_COVER, so many directories up from there, across
 * mounts; those above do not count. Negative errno.
 */
int kfg_guard_path(struct kfg_guard *guard, const char *path, uint32_t flags, uint32_t levels);

/*
 * The inode of an open descriptor (O_PATH will do), or a name in the directory of one, whether it is there or not.
 * flags: KFG_GUARD_FILE or KFG_GUARD_CODE. Negative errno; -ETXTBSY: guarded from now on, but open for writing already.
 */
int kfg_guard_add_inode(struct kfg_guard *guard, int fd, uint32_t flags);
int kfg_guard_add_name(struct kfg_guard *guard, int dir, const char *name);

/*
 * Every name by which an absolute path is reached from the root, through symbolic links, up to the first that is not
 * there: none of them may be made, removed, renamed or replaced from now on. Where a name has wildcards, as in an
 * include, its directory stays as it is, and each match is followed. Negative errno.
 */
int kfg_guard_way(struct kfg_guard *guard, const char *path);

/*
 * Each file that the calling process has mapped: nobody may write to it, truncate it or change its attributes while the
 * process lives. It may be renamed, replaced or removed, as updates of packages do. failed is called with the path of
 * each that could not be guarded, or that somebody had open for writing before (-ETXTBSY). Negative errno.
 */
typedef void kfg_guard_code_fn(void *userdata, const char *path, int error);
int kfg_guard_code(struct kfg_guard *guard, kfg_guard_code_fn *failed, void *userdata);

/* strict: the service manager is like anybody else. To be told before attaching. */
void kfg_guard_set_strict(struct kfg_guard *guard, bool strict);
bool kfg_guard_strict(const struct kfg_guard *guard);

/* Did PID 1 start the agent? Where it did not, there is nobody who could stop or replace a guarded agent. */
bool kfg_guard_managed(const struct kfg_guard *guard);

/* Has PID 1 sent the agent SIGTERM or SIGINT since the guard is attached? Nobody else can make that true. */
bool kfg_guard_ordered(const struct kfg_guard *guard);

/* Attaches; from here on it refuses. keep (may be NULL) is given each link, to be pinned. Negative errno. */
typedef int kfg_guard_keep_fn(void *userdata, const char *name, int link_fd);
int kfg_guard_attach(struct kfg_guard *guard, kfg_guard_keep_fn *keep, void *userdata);

/*
 * Shows that it refuses, by a process of its own that tries: a descriptor of a guarded map, and a signal. Negative
 * errno; -ENOTRECOVERABLE with *ret_why (static): it did not refuse.
 */
int kfg_guard_prove(struct kfg_guard *guard, const char **ret_why);

/* Names of hooks that this kernel lacks, comma separated, "" for none; lives as long as the guard. */
const char *kfg_guard_missing(const struct kfg_guard *guard);

/* Refusals: an epoll descriptor (owned by the guard) and a reader; those of kfg_guard_prove() are left out. */
int kfg_guard_event_fd(const struct kfg_guard *guard);
typedef void kfg_guard_attempt_fn(void *userdata, const struct kfg_attempt *attempt);
int kfg_guard_read(struct kfg_guard *guard, kfg_guard_attempt_fn *fn, void *userdata);

/* Writes the ids of the programs that it guards, at most `max`; returns how many. */
size_t kfg_guard_programs(const struct kfg_guard *guard, uint32_t *ret_ids, size_t max);

/* Refusals since it was attached, told or not, but for those of kfg_guard_prove() and of listings. */
uint64_t kfg_guard_attempts(const struct kfg_guard *guard);

/* The same of one kind of attempt, of any: enum kfg_attempt_kind. */
uint64_t kfg_guard_attempts_of(const struct kfg_guard *guard, unsigned kind);

/*
 * How often the kernel left out one of its programs, which refused nothing then; 0 where BPF LSM calls them, which
 * leaves none out.
 */
uint64_t kfg_guard_missed(const struct kfg_guard *guard);

/* How often somebody went through the ids of all maps, programs or links, and was told that ours are not there. */
uint64_t kfg_guard_listings(const struct kfg_guard *guard);
