/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guard_variants.c - see guard_variants.h. */
#include "gate/enforce/guard_variants.h"

#include "gate/enforce/gate_btf.h"
#include <kfgate/guard.h>

#include "guard.skel.h"

#include <bpf/libbpf.h>
#include <linux/bpf.h>

/* What schedules task work: the first two in 6.18, the others in 7.0 and later (kernel/bpf/helpers.c) */
static void name_schedulers(struct guard *skel)
{
	static const char *const kfuncs[KFG_GUARD_SCHEDULERS] = {
		"bpf_task_work_schedule_signal_impl",
		"bpf_task_work_schedule_resume_impl",
		"bpf_task_work_schedule_signal",
		"bpf_task_work_schedule_resume",
	};

	for (size_t i = 0; i < KFG_GUARD_SCHEDULERS; i++)
		skel->rodata->kfg_guard_schedulers[i] = (__u32)kfg_gate_btf_func(kfuncs[i]);
}

/* What comes in two variants, and is called by one function of the kernel where BPF LSM is not active. */
static void choose_programs(struct guard *skel, enum kfg_hooking hooking)
{
	bool old = !kfg_hooking_is_there(hooking, "bpf_prog_load"),
	     idmap = kfg_hooking_arguments(hooking, "inode_setattr") == 3;

	bpf_program__set_autoload(skel->progs.kfgate_guard_make_prog_old, old);
	bpf_program__set_autoload(skel->progs.kfgate_guard_make_map_old, old);
	bpf_program__set_autoload(skel->progs.kfgate_guard_free_prog_old, old);
	bpf_program__set_autoload(skel->progs.kfgate_guard_free_map_old, old);
	bpf_program__set_autoload(skel->progs.kfgate_guard_calls, old);
	bpf_program__set_autoload(skel->progs.kfgate_guard_learn, old);
	bpf_program__set_autoload(skel->progs.kfgate_guard_free_prog, !old);
	bpf_program__set_autoload(skel->progs.kfgate_guard_free_map, !old);
	bpf_program__set_autoload(skel->progs.kfgate_guard_setattr, idmap);
	bpf_program__set_autoload(skel->progs.kfgate_guard_setattr_old, !idmap);
	skel->rodata->kfg_guard_asks_late = old;
}

void kfg_guard_variants_choose(struct guard *skel, enum kfg_hooking hooking)
{
	name_schedulers(skel);
	skel->bss->kfg_guard_syscalls[0] = BPF_FUNC_sys_bpf;
	skel->bss->kfg_guard_syscalls[1] = BPF_FUNC_sys_close;
	skel->rodata->kfg_guard_bpf_tells_kernel = kfg_hooking_arguments(hooking, "bpf") > 3;
	choose_programs(skel, hooking);
}
