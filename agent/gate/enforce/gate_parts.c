/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gate_parts.c - parts of a gate that was loaded, for all files of this room: its knobs, maps, programs; its clock. */
#include "gate/enforce/gate_internal.h"

#include "gate/enforce/create.h"
#include "kfgate.skel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <time.h>

struct kfg_knobs *kfg_gate_knobs(const struct kfg_gate *gate)
{
	return &gate->skel->data->kfg_knobs;
}

int kfg_gate_files_map(const struct kfg_gate *gate)
{
	return bpf_map__fd(gate->skel->maps.kfg_files);
}

int kfg_gate_file_prog(const struct kfg_gate *gate)
{
	return bpf_program__fd(gate->skel->progs.kfgate_file);
}

int kfg_gate_prog(const struct kfg_gate *gate, const char *name)
{
	const struct bpf_program *prog = bpf_object__find_program_by_name(gate->skel->obj, name);

	return prog && bpf_program__fd(prog) >= 0 ? bpf_program__fd(prog) : -ENOENT;
}

int kfg_gate_keyrings_fd(const struct kfg_gate *gate)
{
	return bpf_map__fd(gate->skel->maps.kfg_keyrings);
}

int kfg_gate_loads_fd(const struct kfg_gate *gate)
{
	return bpf_map__fd(gate->skel->maps.kfg_loads);
}

int kfg_gate_tables_fd(const struct kfg_gate *gate)
{
	return bpf_map__fd(gate->skel->maps.kfg_tables);
}

int kfg_gate_hits_fd(const struct kfg_gate *gate)
{
	return bpf_map__fd(gate->skel->maps.kfg_hits);
}

/* One link for all readings: the guard is told of it with the others, so that nobody puts another program into it. */
int kfg_gate_iterate(struct kfg_gate *gate)
{
	return kfg_create_iterator(gate->skel->links.kfgate_answers);
}

int kfg_gate_iterate_unseen(const struct kfg_gate *gate)
{
	return kfg_create_iterator(gate->skel->links.kfgate_unseen);
}

int kfg_gate_note_prog(struct kfg_gate *gate, unsigned id)
{
	if (gate->n_progs == KFG_PROGS_MAX)
		return -E2BIG;
	gate->prog_ids[gate->n_progs++] = id;
	return 0;
}

uint64_t kfg_gate_boottime_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_BOOTTIME, &t); /* cannot fail for a clock every kernel has */
	return (uint64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}
