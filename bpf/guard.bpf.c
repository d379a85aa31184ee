/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guard.bpf.c - keeps the gate in place: refuses what would take it off, blind or replace its agent, to everybody but
 * the agent, the next agent, and, where the policy leaves it that, the service manager. It refuses by itself, agent or
 * no agent, for as long as its links are there. kfgate-security(7) says what is promised and what is not.
 *
 * bpf_lsm_* functions are called by all of the kernel: each program turns back at its first comparison where nothing of
 * ours is concerned. Functions other than the hooks are static, as a global one could be replaced (EXT programs).
 */
#include "guard_identity.bpf.h"
#include "guard_agent.bpf.h"
#include "guard_files.bpf.h"
#include "guard_mounts.bpf.h"
#include "guard_objects.bpf.h"

char LICENSE[] SEC("license") = "GPL";

/* bpf_probe_write_user() writes to the memory of who is traced: asked for at load time (kernel/trace/bpf_trace.c) */
SEC("lsm/locked_down")
int BPF_PROG(kfgate_guard_lockdown, int what)
{
	if (what != bpf_core_enum_value(enum lockdown_reason, LOCKDOWN_BPF_WRITE_USER) || kfg_by_agent())
		return 0;
	return KFG_DENY(KFG_ATTEMPT_HELPER, 0);
}
