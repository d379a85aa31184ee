/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gate.h - the gate in the kernel as one object: probe, open, publish a table, attach, prove, take over, read, close.
 * Order: kfg_gate_open, kfg_gate_publish, kfg_gate_attach, kfg_gate_prove (by now it decides this agent's canaries
 * alone), kfg_gate_take_over, kfg_gate_prove; then publish again at will, and kfg_gate_retire until nothing older is
 * left.
 *
 * The gate is there twice: as this object, and in the kernel, pinned in the BPF file system, where it goes on without
 * us from kfg_gate_take_over on. An older one that was there before goes on until then.
 *
 * Prefixes: kfg_probe, kfg_proof.
 */
#pragma once

#include <kfgate/abi.h>
#include "gate/enforce/ring.h"
#include "policy/table.h"
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct kfg_gate;

/* What this kernel offers, asked of the kernel itself (BTF, securityfs), never of its version. */
struct kfg_probe {
	char machine[65]; /* architecture, as uname(2) has it */
	bool btf; /* /sys/kernel/btf/vmlinux can be read */
	bool lsm_listed; /* "bpf" in /sys/kernel/security/lsm */
	bool lsm_readable;
	enum kfg_hooking hooking; /* how the hooks below can be had */
	bool hook_load; /* bpf_prog_load: stage 1 */
	bool hook_prog; /* bpf_prog: stage 2 */
	bool function_move; /* cgroup_attach_task(): a process is moved to another cgroup */
	char lsm[256]; /* the LSM list, as the kernel prints it; "" if unreadable */
};
int kfg_probe_kernel(struct kfg_probe *ret_probe);

/*
 * NULL if the gate can work here, else why not and what to do about it, in one or two sentences (static or in
 * buf): architecture, no BTF, no BPF LSM with the kernel command line to use ("lsm=<list>,bpf"), no hook.
 */
const char *kfg_probe_obstacle(const struct kfg_probe *probe, char *buf, size_t size);

/* What to put on the kernel command line so that BPF LSM is active: a clause, in buf. Returns buf. */
const char *kfg_probe_advice(const struct kfg_probe *probe, char *buf, size_t size);

/*
 * Loads the BPF programs (attaches nothing). Negative errno; *ret_why then points to a static hint or NULL. -EBUSY:
 * another agent holds the gate. What an older agent left goes on deciding; its counters and unread events are ours.
 */
int kfg_gate_open(const struct kfg_probe *probe, struct kfg_gate **ret_gate, const char **ret_why);
/* Frees; accepts NULL. What is in force in the kernel stays; what never got so far is taken off. */
void kfg_gate_close(struct kfg_gate *gate);
/* Takes the gate off the kernel: ours, and all that is older. Negative errno; -EPERM: it is sealed. */
int kfg_gate_detach(struct kfg_gate *gate);
/*
 * The same without an agent: takes off what one left. Returns how many gates there were, or a negative errno, with
 * *ret_why as in kfg_gate_open(). -EBUSY: there is an agent; -EPERM: the gate is sealed.
 */
int kfg_gate_remove_left(const char **ret_why);

/*
 * Puts a table into force in one step; the one before it stays in force on any failure. Where the gate is sealed, the
 * table is added: -EPERM if it is not sealed, -ENOSPC if there are as many as can be, and nothing new if its policy is
 * among them. *ret_generation: the one by which the policy is known in events.
 */
int kfg_gate_publish(struct kfg_gate *gate, const struct kfg_table *table, uint64_t *ret_generation);
/* A sealed table is in force: until the next boot nothing loosens. */
bool kfg_gate_sealed(const struct kfg_gate *gate);

/* Attaches all hooks. They decide this agent's own loads, and no others yet. */
int kfg_gate_attach(struct kfg_gate *gate);

/*
 * Pins, and makes it this gate's turn: each load that begins from then on is decided by it, each one that began before
 * by the older one, if there is any. Takes a tenth of a second then. On failure the older one goes on. Negative errno.
 */
int kfg_gate_take_over(struct kfg_gate *gate);
/* The number of the instance that decides, and of the one that was taken over from (0: none). */
uint64_t kfg_gate_instance(const struct kfg_gate *gate, uint64_t *ret_from);
/* Is the older gate that is in force guarded? Also where it cannot be told. */
bool kfg_gate_older_guarded(const struct kfg_gate *gate);
/* Gives the turn back to the older gate, if there is one: for when this one is seen not to decide. */
void kfg_gate_give_back(struct kfg_gate *gate);
/*
 * Takes off what is older and has no load in progress any more. Returns how many older gates are left (to be called
 * again in a second), or a negative errno.
 */
int kfg_gate_retire(struct kfg_gate *gate);

/* Headers of the tables of the older gate that is in force, as many as there are (at most max); negative errno. */
int kfg_gate_inherited(const struct kfg_gate *gate, struct kfg_table_header *ret_headers, size_t max);

/*
 * What the kernel left the gate out of, over all agents since there is a gate; zero where BPF LSM calls it. Each is
 * counted once, what is under way perhaps by the next call. Negative errno.
 */
int kfg_gate_missed(struct kfg_gate *gate, struct kfg_missed *ret_missed);
/* How much of that was told by any agent, in a record that was delivered; kept with the gate. */
void kfg_gate_missed_told(const struct kfg_gate *gate, struct kfg_missed *ret_told);

/* How many lost events were told by any agent, in a record that was delivered; kept with the gate. */
uint64_t kfg_gate_lost_reported(const struct kfg_gate *gate);

/* What was shown by canary loads, not assumed. */
struct kfg_proof {
	bool stage1, stage2; /* a canary was refused there by the table in force, with the table's errno */
	char why[160]; /* why not, where one is false and should be true; "" otherwise */
};
int kfg_gate_prove(struct kfg_gate *gate, struct kfg_proof *ret_proof);

/* Does this kernel say who signed a program (7.2 and later)? False where it cannot be asked. */
bool kfg_gate_tells_signatures(void);

/* True where this kernel has the hook of stage 1 (6.12 and later), false: stage 2 alone. */
bool kfg_gate_has_stage1(const struct kfg_gate *gate);

/*
 * Tells the gate which files the paths of the policy's exes are, as this process sees them; with keep, and where it is
 * sealed, others that it was told before stay known. What is not there, or is beyond KFG_FILES_MAX, matches by its path
 * alone, in the host's mounts (enum kfg_exe). *ret_missing counts those.
 */
int kfg_gate_set_files(struct kfg_gate *gate, const char *const *paths, size_t n, bool keep, size_t *ret_missing);

/* Looks at every program there is; findings come as KFG_EVENT_PRESENT events. *ret_seen, *ret_failed count programs. */
int kfg_gate_sweep(struct kfg_gate *gate, size_t *ret_seen, size_t *ret_failed);

/*
 * Calls fn with each program of others that could answer for a function that a verdict depends on: those that were
 * there before the gate, which refuses later ones. Returns how many, or a negative errno.
 */
typedef void kfg_gate_override_fn(void *userdata, const struct kfg_override *override);
int kfg_gate_find_overrides(struct kfg_gate *gate, kfg_gate_override_fn *fn, void *userdata);

/*
 * Events: a descriptor to wait for, edge-triggered (owned by the gate; readable while anything is not settled),
 * and a reader of at most KFG_GATE_READ_MAX. data is valid during the call only, and nothing about it is checked: see
 * events/check.h. Each event that was read must be settled by its `end`, in order, when its record was delivered or
 * cannot be; until then it stays in the kernel, and is read by the next agent if this one ends. Returns how many were
 * read; or the non-zero value of fn, which refused an event for now.
 */
#define KFG_GATE_READ_MAX 1000
int kfg_gate_event_fd(const struct kfg_gate *gate);
typedef int kfg_gate_event_fn(void *userdata, const void *data, size_t size, uint64_t end);
int kfg_gate_read_events(struct kfg_gate *gate, kfg_gate_event_fn *fn, void *userdata);

/*
 * How often each part of the policy of that generation decided, in the order of struct kfg_hit, and what of programs
 * present it decides by the last sweep; how many, to be freed, or a negative errno. -ENOENT: it is not counted.
 */
int kfg_gate_hits(const struct kfg_gate *gate, uint64_t generation, struct kfg_hit **ret_hits);

/* What settling takes: valid to the end of the process, also when the gate was closed. One thread at a time settles. */
struct kfg_gate_receipts {
	struct kfg_ring ring;
	struct kfg_delivery *delivery;
};
void kfg_gate_receipts_get(const struct kfg_gate *gate, struct kfg_gate_receipts *ret_receipts);
/* Settles what was read up to `end`; not delivered: one event more is counted as undelivered. */
void kfg_gate_receipts_settle(const struct kfg_gate_receipts *receipts, uint64_t end, bool delivered);
/* That so many lost events were told. */
void kfg_gate_receipts_set_lost_reported(const struct kfg_gate_receipts *receipts, uint64_t lost);
/* That so much of what was missed was told. */
void kfg_gate_receipts_set_missed_told(const struct kfg_gate_receipts *receipts, const struct kfg_missed *missed);
/* Events that became no record, of all agents. */
uint64_t kfg_gate_undelivered(const struct kfg_gate *gate);

int kfg_gate_stats(const struct kfg_gate *gate, struct kfg_stats *ret_stats);

/* CLOCK_TAI - CLOCK_REALTIME in ns: the gate's clock is TAI (bpf_ktime_get_tai_ns), deadlines are UTC days. Reads the
 * clocks itself; to be called at start and whenever the clock was set. */
int kfg_gate_sync_clock(struct kfg_gate *gate);

/* Who is at the other end of a connected Unix socket. */
struct kfg_gate_peer {
	pid_t pid; /* who called listen(2) for it, in the initial pid namespace; 0: nobody. Another one may accept */
	char path[KFG_PEER_PATH]; /* what it was bound to then, wherever that file is now; "": no path */
};

/*
 * Asks the kernel, for programs of others change what getsockopt(2) and getpeername(2) tell. Returns 0 or a negative
 * errno.
 */
int kfg_gate_peer(const struct kfg_gate *gate, int fd, struct kfg_gate_peer *ret_peer);

/* Puts the gate's objects and pins under the guard and attaches it, with pins beside the gate's own. Negative errno. */
struct kfg_guard;
int kfg_gate_guard(struct kfg_gate *gate, struct kfg_guard *guard);

/* What the BTF of vmlinux and of loaded modules says of the running kernel's kfuncs. All owned. */
struct kfg_gate_kernel {
	char **kfuncs; /* names ("name", "name [module]"): what kfg_table_compile() wants */
	size_t n_kfuncs;
	char *deprecations; /* rows of a policy (kfg_kernel_word_row()), or NULL: it calls none deprecated */
};

/* Reads all of it. 0 or a negative errno, with nothing to free; else free with kfg_gate_kernel_done(). */
int kfg_gate_kernel_read(struct kfg_gate_kernel *ret_kernel);
void kfg_gate_kernel_done(struct kfg_gate_kernel *kernel); /* accepts a zeroed struct */
/* The rows of one BTF alone, from type `first` on; module NULL: vmlinux. 0 or a negative errno. */
struct btf;
struct kfg_strbuf;
int kfg_gate_btf_deprecations(const struct btf *btf, unsigned first, const char *module, struct kfg_strbuf *out);
