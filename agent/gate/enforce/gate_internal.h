/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gate_internal.h - what the files of this room share about the gate. */
#pragma once

#include "gate/enforce/gate.h"
#include "gate/enforce/ring.h"
#include <stdint.h>

struct bpf_map;
struct kfgate; /* the skeleton: gate.c and gate_parts.c are its only users */

#define KFG_PROGS_MAX 2048 /* our own, those of the guard and of KFG_OLDER_MAX older instances included */
#define KFG_OLDER_MAX 32
#define KFG_COUNTERS_MAX 8

struct kfg_gate {
	struct kfgate *skel;
	struct kfg_ring ring;
	struct kfg_delivery *delivery; /* mapped, and never unmapped */
	enum kfg_hooking hooking;
	bool stage1;
	bool sealed;
	bool current; /* it is this one that decides */
	int pins; /* the directory, locked */
	uint64_t instance;
	uint64_t from; /* the instance that decided before, 0: none */
	uint64_t older[KFG_OLDER_MAX]; /* instances that are still there; not this one */
	size_t n_older;
	unsigned detached[KFG_PROGS_MAX]; /* programs of older sets, on their way off */
	size_t n_detached;
	uint64_t detached_until; /* CLOCK_BOOTTIME; they are waited for no longer */
	bool adopted; /* what the older ones do not hold is this one's */
	struct kfg_turn *turn; /* mapped */
	int counters[KFG_COUNTERS_MAX]; /* maps of other versions, whose counts go on here */
	size_t n_counters;
	int refuse_errno; /* of the table in force */
	uint64_t count_on; /* generation whose counts go on from the older gate's, which is still there; 0: none */
	uint64_t sweep_ns; /* when the last sweep began */
	uint64_t unseen; /* loads of which the gate knows nothing, by a look at the programs that are there */
	uint64_t unseen_counted; /* so many are in delivery->missed_gone: those that the kernel did not count */
	unsigned prog_ids[KFG_PROGS_MAX]; /* our own programs */
	size_t n_progs;
	size_t n_older_progs; /* the first so many are of older sets */
};

/* gate_parts.c: of a gate that was loaded */

/* The agent's knobs in the BPF programs' memory. */
struct kfg_knobs *kfg_gate_knobs(const struct kfg_gate *gate);
/* Map of the files that exes mean, and the program that tells which file an fd is. */
int kfg_gate_files_map(const struct kfg_gate *gate);
int kfg_gate_file_prog(const struct kfg_gate *gate);
/* A program of this set by its name: its descriptor, which stays its own, or -ENOENT. */
int kfg_gate_prog(const struct kfg_gate *gate, const char *name);
/* Descriptors of maps, which stay the gate's. */
int kfg_gate_keyrings_fd(const struct kfg_gate *gate);
int kfg_gate_loads_fd(const struct kfg_gate *gate);
int kfg_gate_tables_fd(const struct kfg_gate *gate);
int kfg_gate_hits_fd(const struct kfg_gate *gate);
/*
 * A descriptor that struct kfg_overrides are read from, and one to read the ids of unseen programs from: the caller's,
 * or a negative errno.
 */
int kfg_gate_iterate(struct kfg_gate *gate);
int kfg_gate_iterate_unseen(const struct kfg_gate *gate);
/* Notes the id of one of our own programs. 0 or -E2BIG. */
int kfg_gate_note_prog(struct kfg_gate *gate, unsigned id);
uint64_t kfg_gate_boottime_ns(void);

/* sweep.c: whether a program is one of our own. */
bool kfg_gate_owns_prog(const struct kfg_gate *gate, unsigned id);

/* gate_begin.c: what is new since now is this set's. 0 or a negative errno. */
int kfg_gate_begin(struct kfg_gate *gate);

/* gate_count.c */

/* The table of that generation came into force: goes on from what was counted before. */
void kfg_gate_count_from(struct kfg_gate *gate, uint64_t generation);
/* Goes on from what the older gate counted, as it decides nothing any more; and says that it is gone. */
void kfg_gate_count_on(struct kfg_gate *gate);
void kfg_gate_counted_on(struct kfg_gate *gate);
