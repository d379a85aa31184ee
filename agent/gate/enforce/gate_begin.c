/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gate_begin.c - the moment from which on loads are this set's to decide. */
#include "gate/enforce/gate_internal.h"

#include "base/caps.h"
#include "gate/enforce/create.h"
#include "gate/enforce/missed.h"
#include <kfgate/shared_words.h>

#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <unistd.h>

/* Ids are given in turn (idr_alloc_cyclic(), kernel/bpf/syscall.c): what is loaded from now on has a higher one. */
static int newest_id(struct kfg_gate *gate)
{
	uint64_t asked = kfg_missed_asked(gate);
	const struct bpf_insn insns[] = { { .code = BPF_ALU64 | BPF_MOV | BPF_K }, { .code = BPF_JMP | BPF_EXIT } };
	int fd = kfg_create_prog(BPF_PROG_TYPE_SOCKET_FILTER, "kfgate_mark", insns, 2, NULL), r;
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);

	if (fd < 0)
		return fd;
	kfg_missed_was_asked(gate, asked);
	r = bpf_obj_get_info_by_fd(fd, &info, &len);
	close(fd);
	return r < 0 ? r : (int)info.id;
}

/* What has its id by now is decided, and a load that begins later passes every hook. */
int kfg_gate_begin(struct kfg_gate *gate)
{
	KFG_CAPS_RAISED;
	int r = newest_id(gate);

	if (r < 0)
		return r;
	kfg_knobs_begin(kfg_gate_knobs(gate), (__u32)r, kfg_gate_boottime_ns());
	return 0;
}
