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

char LICENSE[] SEC("license") = "GPL";

static __always_inline int kfg_is_ours(__u32 kind, __u32 id)
{
	struct kfg_guard_id key = { .kind = kind, .id = id };

	return bpf_map_lookup_elem(&kfg_guard_ids, &key) != 0;
}

/* The current task asks for the id after `at`: a listing begins at 0, and goes on from what it had. */
static __attribute__((noinline)) int kfg_listing_step(__u32 kind, __u32 at)
{
	struct kfg_listing begun = { .kind = kind }, *listing;
	__u64 key = bpf_get_current_pid_tgid();

	if (!at)
		return bpf_map_update_elem(&kfg_listings, &key, &begun, BPF_ANY);
	listing = bpf_map_lookup_elem(&kfg_listings, &key);
	if (listing && listing->kind == kind && listing->at < at)
		listing->at = at;
	return 0;
}

/*
 * Does it ask for that object of ours because it goes through all? Each id once, in their order, as bpftool does. One
 * that is named alone, or again, is meant. Returns 0: it is meant; 1: a listing met us; 2: it did before.
 */
static __attribute__((noinline)) int kfg_listing_meets(__u32 kind, __u32 id)
{
	__u64 key = bpf_get_current_pid_tgid();
	struct kfg_listing *listing = bpf_map_lookup_elem(&kfg_listings, &key);

	if (!listing || listing->kind != kind || listing->at >= id)
		return 0;
	listing->at = id;
	return 1 + __sync_lock_test_and_set(&listing->told, 1);
}

/*
 * By id: what is ours is not there, which every lister of programs takes for an object that has just gone. attr is the
 * kernel's copy (__sys_bpf(), kernel/bpf/syscall.c).
 */
SEC("lsm/bpf")
int BPF_PROG(kfgate_guard_bpf, int cmd, union bpf_attr *attr, unsigned int size)
{
	__u32 id = 0, kind, denied = KFG_ATTEMPT_MAX;
	int met;

	if (cmd == BPF_MAP_GET_NEXT_ID) {
		kind = KFG_GUARD_MAP;
	} else if (cmd == BPF_PROG_GET_NEXT_ID) {
		kind = KFG_GUARD_PROG;
	} else if (cmd == BPF_LINK_GET_NEXT_ID) {
		kind = KFG_GUARD_LINK;
	} else if (cmd == BPF_MAP_GET_FD_BY_ID) {
		kind = KFG_GUARD_MAP;
		denied = KFG_ATTEMPT_MAP_FD;
	} else if (cmd == BPF_PROG_GET_FD_BY_ID) {
		kind = KFG_GUARD_PROG;
		denied = KFG_ATTEMPT_PROG_FD;
	} else if (cmd == BPF_LINK_GET_FD_BY_ID) {
		kind = KFG_GUARD_LINK;
		denied = KFG_ATTEMPT_LINK_FD;
	} else {
		return 0;
	}
	bpf_probe_read_kernel(&id, sizeof(id), attr); /* the first field of each */
	if (denied == KFG_ATTEMPT_MAX) {
		kfg_listing_step(kind, id);
		return 0;
	}
	if (!kfg_is_ours(kind, id) || kfg_by_agent())
		return 0;
	met = kfg_listing_meets(kind, id);
	if (!met)
		kfg_attempt_report(denied, id);
	else if (met == 1)
		kfg_attempt_report(KFG_ATTEMPT_LISTING, kind);
	return -ENOENT;
}

/* Other ways to a descriptor. A read-only one, too: a program may write through it (__bpf_map_get() asks no mode). */
SEC("lsm/bpf_map")
int BPF_PROG(kfgate_guard_map, struct bpf_map *map, unsigned int mode)
{
	if (!kfg_is_ours(KFG_GUARD_MAP, map->id) || kfg_by_agent())
		return 0;
	return KFG_DENY(KFG_ATTEMPT_MAP_FD, map->id);
}

/*
 * Programs that change what other programs are given back, or the registers of what they trace, would be a way into the
 * agent: results of its system calls (bpf_override_return()), its instruction pointer (uprobes, 6.18 and later).
 */
SEC("lsm/bpf_prog")
int BPF_PROG(kfgate_guard_prog, struct bpf_prog *prog)
{
	__u32 id = prog->aux->id;
	int meddles = BPF_CORE_READ_BITFIELD_PROBED(prog, kprobe_override);

	if (bpf_core_field_exists(prog->aux->kprobe_write_ctx))
		meddles |= BPF_CORE_READ(prog, aux, kprobe_write_ctx);
	if (meddles) {
		if (kfg_by_agent())
			return 0;
		return KFG_DENY(KFG_ATTEMPT_HELPER, id);
	}
	if (!kfg_is_ours(KFG_GUARD_PROG, id) || kfg_by_agent())
		return 0;
	return KFG_DENY(KFG_ATTEMPT_PROG_FD, id);
}

/* bpf_probe_write_user() writes to the memory of who is traced: asked for at load time (kernel/trace/bpf_trace.c) */
SEC("lsm/locked_down")
int BPF_PROG(kfgate_guard_lockdown, int what)
{
	if (what != bpf_core_enum_value(enum lockdown_reason, LOCKDOWN_BPF_WRITE_USER) || kfg_by_agent())
		return 0;
	return KFG_DENY(KFG_ATTEMPT_HELPER, 0);
}
