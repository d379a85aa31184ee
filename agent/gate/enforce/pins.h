/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pins.h - what keeps the gate in the kernel while no agent is there: names in the BPF file system.
 *
 *	/sys/fs/bpf/kfgate/          mode 0700, locked (flock(2)) by the agent
 *	    shared/NAME_vN           a map that outlives the programs; N: the version of what is in it
 *	    INSTANCE/link_PROGRAM    one hook of a set of programs
 *	    INSTANCE/kfg_tables_vN   its policy, in kfg_files_vN the files that this names, in kfg_hits_vN its counters
 *
 * A link is held by its name as well as by the agent's descriptor: the hook goes when both are gone.
 */
#pragma once

#include <kfgate/guard.h>
#include <stddef.h>
#include <stdint.h>

#define KFG_PIN_LINK "link_"
#define KFG_PIN_GUARD "kfgate_guard_" /* a link of the guard's that refuses */
#define KFG_PIN_IDENTITY "kfgate_identity_" /* one by which it knows the next agent, and refuses nothing */
#define KFG_PIN_TABLES "kfg_tables"
#define KFG_PIN_FILES "kfg_files"
#define KFG_PIN_HITS "kfg_hits"
#define KFG_PIN_ANSWERED "kfg_answered" /* without BPF LSM */
#define KFG_PIN_SHARED 0u /* in the place of an instance */

/*
 * Makes the directory if need be and locks it. Returns a descriptor of it that holds the lock until it is closed, or a
 * negative errno; -EBUSY: somebody else holds it; -ENOTTY: /sys/fs/bpf is no BPF file system.
 */
int kfg_pins_lock(void);

/* Numbers of the instances there are, ascending; returns how many (at most max), or a negative errno. */
int kfg_pins_list(int dir, uint64_t *ret_instances, size_t max);

/* A new descriptor of what is pinned, or a negative errno. version 0: a name without one. */
int kfg_pins_get(uint64_t instance, const char *name, unsigned version);

/* Pins; a pin of that name is replaced, and nothing is changed on failure. Negative errno. */
int kfg_pins_add(uint64_t instance, const char *name, unsigned version, int fd);

/* Removes one pin, if it is there. */
void kfg_pins_drop(uint64_t instance, const char *name, unsigned version);

/*
 * Removes all pins of an instance (or the shared ones) that begin with that; with "" its directory, too. There may be
 * none. Negative errno. The kernel detaches links later, one after the other, in no order.
 */
int kfg_pins_remove(int dir, uint64_t instance, const char *prefix);

/* How many pins of the instance begin with that; negative errno. */
int kfg_pins_count(int dir, uint64_t instance, const char *prefix);

/* Calls fn with a descriptor, open during the call only, of each link of the instance that begins with that. */
typedef void kfg_pins_fn(void *userdata, int fd);
int kfg_pins_each_link(int dir, uint64_t instance, const char *prefix, kfg_pins_fn *fn, void *userdata);
