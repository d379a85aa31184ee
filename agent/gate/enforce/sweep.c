/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sweep.c - looks at every program there is, by asking for an fd of each: the gate takes an fd asked for by the agent
 * during a sweep for an examination and reports what the table in force says, whatever it says.
 */
#include "gate/enforce/gate_internal.h"

#include "base/caps.h"
#include "gate/enforce/missed.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <unistd.h>

bool kfg_gate_owns_prog(const struct kfg_gate *gate, unsigned id)
{
	for (size_t i = 0; i < gate->n_progs; i++)
		if (gate->prog_ids[i] == id)
			return true;
	return false;
}

/* A descriptor of the program, if it was examined: without BPF LSM, that may take several times. */
static int ask(struct kfg_gate *gate, unsigned id)
{
	int fd = -EBUSY;

	for (int i = 0; i < KFG_MISSED_TRIES; i++) {
		uint64_t asked = kfg_missed_asked(gate);

		fd = bpf_prog_get_fd_by_id(id);
		if (fd < 0 || kfg_missed_was_asked(gate, asked))
			return fd;
		close(fd);
	}
	return -EBUSY;
}

int kfg_gate_sweep(struct kfg_gate *gate, size_t *ret_seen, size_t *ret_failed)
{
	KFG_CAPS_RAISED;
	size_t seen = 0, failed = 0;
	unsigned id = 0;

	gate->sweep_ns = kfg_gate_boottime_ns();
	kfg_gate_knobs(gate)->sweep_ns = gate->sweep_ns;
	while (!bpf_prog_get_next_id(id, &id)) {
		int fd;

		if (kfg_gate_owns_prog(gate, id))
			continue;
		fd = ask(gate, id);
		if (fd == -ENOENT || fd == -EACCES)
			continue; /* gone, or a load in progress, which is judged as such */
		seen++;
		if (fd < 0)
			failed++;
		else
			close(fd);
	}
	kfg_gate_knobs(gate)->sweep_ns = 0;
	*ret_seen = seen;
	*ret_failed = failed;
	return 0;
}
