/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gate_internal.h - what the files of this room share about the gate. */
#pragma once

#include "enforce/gate.h"

struct kfgate; /* the skeleton: gate.c is its only user */
struct ring_buffer;

#define KFG_PROGS_MAX 8
#define KFG_READ_MAX 1000 /* events taken in one go */

struct kfg_gate {
	struct kfgate *skel;
	struct ring_buffer *ring;
	kfg_event_fn *fn; /* of the reading under way */
	void *userdata;
	unsigned n_read;
	bool stage1;
	bool attached;
	int refuse_errno; /* of the table in force */
	unsigned prog_ids[KFG_PROGS_MAX]; /* our own programs */
	size_t n_progs;
};

/* The agent's knobs in the BPF programs' memory. */
struct kfg_knobs *kfg_gate_knobs(const struct kfg_gate *gate);
