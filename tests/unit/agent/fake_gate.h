/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fake_gate.h - a gate without a kernel: does what it is told and remembers what it was asked. */
#pragma once

#include "gate/enforce/gate.h"
#include <stdatomic.h>

#define FAKE_EVENTS_MAX 16

struct fake_gate {
	/* what it does */
	const char *obstacle;
	const char *const *kfuncs; /* of the kernel; n_kfuncs of them, 0: they cannot be listed */
	size_t n_kfuncs;
	const char *deprecations; /* rows of what the kernel says itself, or NULL */
	struct kfg_hit hits[8]; /* n_hits of them; 0: not counted */
	size_t n_hits;
	int open_error, publish_error, attach_error, prove_error, take_over_error, detach_error;
	unsigned passes_from; /* canaries are loaded from this proof on; 0: none is */
	uint64_t from; /* an older gate that is in force */
	struct kfg_table_header inherited[KFG_TABLES_MAX];
	int n_inherited;
	bool sealed;
	int left; /* gates that no agent holds, or why they cannot be taken off */
	unsigned older; /* gates to be retired */
	bool older_guarded;
	bool without_stage1, canary_passes;
	enum kfg_hooking hooking; /* of the kernel */
	struct kfg_missed missed, missed_told;
	int overrides; /* programs of others that answer in the gate's place */
	/* what it was asked */
	/* Open, Publish, Attach, pRove, Take over, Give back, Sweep, rEtire, Detach, Close, remove Left */
	char calls[256];
	uint64_t generation; /* of the table in force */
	uint64_t lost_told;
	uint64_t end, settled; /* positions of events: given, settled */
	bool refused; /* the first event was refused, and is to be given again */
	uint64_t undelivered;
	unsigned proofs;
	unsigned clock_syncs;
	atomic_uint file_calls; /* times that it was told of files, and what the last time */
	size_t n_files;
	char first_file[256];
	/* what it tells */
	struct kfg_event events[FAKE_EVENTS_MAX];
	size_t n_events;
	struct kfg_stats stats;
	atomic_uint reads; /* times that events were read */
	int event_fd;
};

extern struct fake_gate fake_gate;

void fake_gate_reset(void);
/* Wakes whoever waits for events; fill them in before. */
void fake_gate_send(void);
