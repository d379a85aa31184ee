/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guard_objects.bpf.h - maps, programs and links: which are ours, and the places on the hooks that the next agent
 * needs.
 *
 * Ours is what the agent has told by its id (kfg_guard_ids: what was there before the guard), and each map and program
 * that the agent, or the next one, has made since. The second is seen here, before such a thing has an id or a
 * descriptor, so there is none that nobody has told about.
 */
#pragma once

#include "guard_identity.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024); /* of two sets */
	__type(key, struct kfg_guard_id);
	__type(value, __u32);
} kfg_guard_ids SEC(".maps");

/* Maps, and programs by their bpf_prog.aux, which stays the same (bpf_prog_realloc() moves the program). By address. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, __u32);
} kfg_guard_made SEC(".maps");

static __always_inline int kfg_is_ours(__u32 kind, __u32 id)
{
	struct kfg_guard_id key = { .kind = kind, .id = id };

	return bpf_map_lookup_elem(&kfg_guard_ids, &key) != 0;
}

static __always_inline int kfg_is_made(__u64 address)
{
	return bpf_map_lookup_elem(&kfg_guard_made, &address) != 0;
}

/* Nothing is made that cannot be noted. */
static __always_inline int kfg_note_made(__u64 address, __u32 kind)
{
	if (!kfg_by_agent())
		return 0;
	return bpf_map_update_elem(&kfg_guard_made, &address, &kind, BPF_ANY) ? -ENOMEM : 0;
}

/* 6.9 and later; before, the allocation hooks (include/linux/lsm_hook_defs.h) */
SEC("lsm/bpf_map_create")
int BPF_PROG(kfgate_guard_make_map, struct bpf_map *map)
{
	return kfg_note_made((__u64)map, KFG_GUARD_MAP);
}

SEC("lsm/bpf_map_alloc_security")
int BPF_PROG(kfgate_guard_make_map_old, struct bpf_map *map)
{
	return kfg_note_made((__u64)map, KFG_GUARD_MAP);
}

SEC("lsm/bpf_map_free")
int BPF_PROG(kfgate_guard_free_map, struct bpf_map *map)
{
	__u64 key = (__u64)map;

	bpf_map_delete_elem(&kfg_guard_made, &key);
	return 0;
}

SEC("lsm/bpf_map_free_security")
int BPF_PROG(kfgate_guard_free_map_old, struct bpf_map *map)
{
	__u64 key = (__u64)map;

	bpf_map_delete_elem(&kfg_guard_made, &key);
	return 0;
}

/*
 * Task work that a BPF program schedules runs in the process that it names, as that process (6.18 and later). What a
 * program of type SYSCALL does there may be system calls: with the agent's descriptors, on the gate's maps, which the
 * hooks take for the agent's own (bpf_sys_bpf(), bpf_sys_close(), kernel/bpf/syscall.c). So none may schedule any. BTF
 * ids of the kfuncs that do it; 0: not in this kernel.
 */
const volatile __u32 kfg_guard_schedulers[KFG_GUARD_SCHEDULERS];

/*
 * A timer's callback runs in whatever process an interrupt finds. So does what a program of type SYSCALL calls there,
 * and up to 6.12 the verifier lets it do system calls. bpf_sys_bpf() and bpf_sys_close(), as calls of them look when
 * the program is asked about: by their numbers before verification, as kfgate_guard_calls() has them behind it (6.1).
 */
__s32 kfg_guard_syscalls[KFG_GUARD_SYSCALLS];

/* Never run, only read by kfgate_guard_learn: the calls as the verifier leaves them. */
SEC("syscall")
int kfgate_guard_calls(void *ctx)
{
	__u64 nothing = 0;

	bpf_sys_bpf(BPF_MAP_CREATE, &nothing, sizeof(nothing));
	bpf_sys_close(0);
	return 0;
}

struct kfg_guard_scan {
	__u64 base; /* address of the first instruction */
	__u32 found; /* it schedules task work */
	__u32 calls; /* it does system calls, */
	__u32 callbacks; /* and has functions that are called back */
};

static __always_inline int kfg_is_call(const struct bpf_insn *insn, __u8 kind)
{
	return insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == kind;
}

static long kfg_step_schedules(__u32 i, void *ctx)
{
	struct kfg_guard_scan *c = ctx;
	struct bpf_insn insn = {};

	/* what cannot be read is not known to be harmless */
	if (bpf_probe_read_kernel(&insn, sizeof(insn), (void *)(c->base + (__u64)i * sizeof(insn)))) {
		c->found = 1;
		return 1;
	}
	if (insn.code == (BPF_LD | BPF_IMM | BPF_DW) && insn.src_reg == BPF_PSEUDO_FUNC)
		c->callbacks = 1;
	if (kfg_is_call(&insn, 0))
		c->calls |= insn.imm == kfg_guard_syscalls[0] || insn.imm == kfg_guard_syscalls[1];
	if (!kfg_is_call(&insn, BPF_PSEUDO_KFUNC_CALL) || insn.off)
		return 0;
	for (__u32 k = 0; k < KFG_GUARD_SCHEDULERS; k++)
		c->found |= insn.imm && (__u32)insn.imm == kfg_guard_schedulers[k];
	return 0;
}

/* Could the program do system calls in another's name? One that replaces a function of such a program is one, too. */
static __attribute__((noinline)) int kfg_borrows_process(struct bpf_prog *prog)
{
	struct kfg_guard_scan c = { .base = (__u64)prog + bpf_core_field_offset(struct bpf_prog, insnsi) };
	__u32 type = BPF_CORE_READ(prog, type), replaces = type == BPF_PROG_TYPE_EXT;

	if (replaces)
		type = BPF_CORE_READ(prog, aux, dst_prog, type);
	if (type != BPF_PROG_TYPE_SYSCALL)
		return 0;
	bpf_loop(BPF_CORE_READ(prog, len), kfg_step_schedules, &c, 0);
	/* the function that is replaced may be one that a callback calls */
	return c.found || (c.calls && (c.callbacks || replaces));
}

static long kfg_step_learn(__u32 i, void *ctx)
{
	struct kfg_guard_scan *c = ctx;
	struct bpf_insn insn = {};

	if (bpf_probe_read_kernel(&insn, sizeof(insn), (void *)(c->base + (__u64)i * sizeof(insn))))
		return 1;
	if (!kfg_is_call(&insn, 0))
		return 0;
	kfg_guard_syscalls[c->calls % KFG_GUARD_SYSCALLS] = insn.imm;
	c->calls++;
	return 0;
}

/* Run by the agent, on a descriptor of kfgate_guard_calls. */
SEC("syscall")
int kfgate_guard_learn(struct kfg_guard_note *note)
{
	struct file *file = kfg_descriptor_file(note->fd);
	struct kfg_guard_scan c = {};
	struct bpf_prog *prog;

	note->result = -EBADF;
	if (!file)
		return 0;
	prog = BPF_CORE_READ(file, private_data); /* bpf_prog_new_fd(), kernel/bpf/syscall.c, 6.1 */
	c.base = (__u64)prog + bpf_core_field_offset(struct bpf_prog, insnsi);
	bpf_loop(BPF_CORE_READ(prog, len), kfg_step_learn, &c, 0);
	note->result = c.calls == KFG_GUARD_SYSCALLS ? 0 : -ESRCH;
	return 0;
}

SEC("lsm/bpf_prog_load")
int BPF_PROG(kfgate_guard_make_prog, struct bpf_prog *prog)
{
	__u64 self = 0;

	bpf_get_func_arg(ctx, 0, &self);
	if (!kfg_by_agent() && kfg_borrows_process((void *)self))
		return KFG_DENY(KFG_ATTEMPT_HELPER, 0);
	return kfg_note_made((__u64)prog->aux, KFG_GUARD_PROG);
}

SEC("lsm/bpf_prog_alloc_security")
int BPF_PROG(kfgate_guard_make_prog_old, struct bpf_prog_aux *aux)
{
	return kfg_note_made((__u64)aux, KFG_GUARD_PROG);
}

/*
 * Places. A function takes BPF_MAX_TRAMP_LINKS programs (include/linux/bpf.h: 38 on amd64, 6.1..7.3), and a program is
 * on a function once at most (bpf_trampoline_link_prog(), kernel/bpf/trampoline.c: EBUSY). Whoever fills one of our
 * hooks would keep the next agent's programs from it. So of others' programs that could be attached there only so many
 * get a descriptor, without which none is attached: the rest of the places is ours.
 */
#define KFG_PLACES 16u /* for programs that are made for the one hook */
#define KFG_PLACES_ANY 12u /* for those that may be attached to any function (tracing_multi links, 7.3 and later) */

/* Programs of others by the BTF id of the hook's function; 0: those for any. The agent enters the keys. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 128);
	__type(key, __u32);
	__type(value, __u32);
} kfg_guard_hooks SEC(".maps");

/* Who has a place: bpf_prog.aux, and the key above */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, struct kfg_guard_place);
} kfg_guard_places SEC(".maps");

/* Programs that count calls and returns take two. */
static __always_inline __u32 kfg_places_of(struct bpf_prog *prog)
{
	__u32 attach = BPF_CORE_READ(prog, expected_attach_type);

	return attach == BPF_TRACE_FENTRY || attach == BPF_TRACE_FEXIT || attach == BPF_MODIFY_RETURN ||
			       attach == BPF_LSM_MAC || attach == BPF_LSM_CGROUP ?
		       1 :
		       2;
}

/* Gives a place back: who deletes the entry counts it, so that nobody counts it twice. */
static __attribute__((noinline)) int kfg_place_return(__u64 aux, const struct kfg_guard_place *place)
{
	__u32 hook = place->hook, n = place->n, *taken;

	if (bpf_map_delete_elem(&kfg_guard_places, &aux))
		return 0;
	taken = bpf_map_lookup_elem(&kfg_guard_hooks, &hook);
	if (taken)
		__sync_fetch_and_add(taken, -n);
	return 0;
}

/*
 * A program that nobody holds any more, as one whose load was refused, is freed later (call_rcu() in
 * __bpf_prog_put_noref(), kernel/bpf/syscall.c), and cannot come back (bpf_prog_inc_not_zero()): it needs no place.
 */
static long kfg_place_unheld(struct bpf_map *map, __u64 *aux, struct kfg_guard_place *place, __u32 *hook)
{
	if (place->hook == *hook && !BPF_CORE_READ((struct bpf_prog_aux *)*aux, refcnt.counter))
		kfg_place_return(*aux, place);
	return 0;
}

static __always_inline int kfg_place_add(__u32 *taken, const struct kfg_guard_place *place)
{
	if (__sync_fetch_and_add(taken, place->n) + place->n <= (place->hook ? KFG_PLACES : KFG_PLACES_ANY))
		return 1;
	__sync_fetch_and_add(taken, -place->n);
	return 0;
}

/* Gives the program its place, if it needs one. Returns 0, or non-zero: there is none. force: count it all the same. */
static __attribute__((noinline)) int kfg_place_take(struct bpf_prog *prog, int force)
{
	__u64 aux = (__u64)BPF_CORE_READ(prog, aux);
	struct kfg_guard_place place = { .n = kfg_places_of(prog) };
	__u32 *taken, hook;

	place.hook = BPF_CORE_READ(prog, aux, attach_btf_id);
	/* a function of another program, not of the kernel */
	if (BPF_CORE_READ(prog, aux, dst_prog))
		return 0;
	taken = bpf_map_lookup_elem(&kfg_guard_hooks, &place.hook);
	if (!taken || bpf_map_lookup_elem(&kfg_guard_places, &aux))
		return 0;
	if (!kfg_place_add(taken, &place)) {
		hook = place.hook;
		bpf_for_each_map_elem(&kfg_guard_places, kfg_place_unheld, &hook, 0);
		if (!kfg_place_add(taken, &place)) {
			if (!force)
				goto none;
			__sync_fetch_and_add(taken, place.n);
		}
	}
	if (!bpf_map_update_elem(&kfg_guard_places, &aux, &place, BPF_NOEXIST))
		return 0;
	__sync_fetch_and_add(taken, -place.n);
none:
	/* somebody else entered it just now, or there is no room */
	return bpf_map_lookup_elem(&kfg_guard_places, &aux) ? 0 : -EPERM;
}

static __always_inline void kfg_forget_prog(__u64 aux)
{
	struct kfg_guard_place *place;

	bpf_map_delete_elem(&kfg_guard_made, &aux);
	place = bpf_map_lookup_elem(&kfg_guard_places, &aux);
	if (place)
		kfg_place_return(aux, place);
}

SEC("lsm/bpf_prog_free")
int BPF_PROG(kfgate_guard_free_prog, struct bpf_prog *prog)
{
	__u64 aux = 0;

	/* the argument is untrusted in 7.x: read it, do not follow it */
	bpf_core_read(&aux, sizeof(aux), &prog->aux);
	kfg_forget_prog(aux);
	return 0;
}

SEC("lsm/bpf_prog_free_security")
int BPF_PROG(kfgate_guard_free_prog_old, struct bpf_prog_aux *aux)
{
	kfg_forget_prog((__u64)aux);
	return 0;
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

/* Reports that one of ours was asked for by its id, and answers as of one that has just gone. */
static __attribute__((noinline)) int kfg_is_not_there(__u32 kind, __u32 id, __u32 denied)
{
	int met;

	if (kfg_is_retired())
		return 0;
	met = kfg_listing_meets(kind, id);
	if (!met)
		kfg_attempt_report(denied, id);
	else if (met == 1)
		kfg_attempt_report(KFG_ATTEMPT_LISTING, kind);
	return -ENOENT;
}

/* 1: the hook's fourth argument tells whether it is a program that asks (security_bpf(), in 7.0 and not in 6.12). */
const volatile __u32 kfg_guard_bpf_tells_kernel;

/*
 * bpf(2) by a BPF program (bpf_sys_bpf()), in whatever process it runs: the agent's programs do none, so that what asks
 * as the agent is another's, however it got there.
 */
static __attribute__((always_inline)) inline int kfg_asked_by_program(void *ctx)
{
	__u64 kernel = 0;

	return !bpf_get_func_arg(ctx, 3, &kernel) && kernel & 0xff;
}

/*
 * By id: what is ours is not there, which every lister of programs takes for an object that has just gone. attr is the
 * kernel's copy (__sys_bpf(), kernel/bpf/syscall.c).
 */
SEC("lsm/bpf")
int BPF_PROG(kfgate_guard_bpf, int cmd, union bpf_attr *attr, unsigned int size)
{
	__u32 id = 0, kind, denied = KFG_ATTEMPT_MAX;

	if (kfg_guard_bpf_tells_kernel && kfg_asked_by_program(ctx) && kfg_by_agent())
		return KFG_DENY(KFG_ATTEMPT_HELPER, 0);
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
	return kfg_is_not_there(kind, id, denied);
}

/*
 * Other ways to a descriptor. A read-only one, too: a program may write through it (__bpf_map_get() asks no mode). What
 * was made since has no name in the file system: it was asked for by its id.
 */
SEC("lsm/bpf_map")
int BPF_PROG(kfgate_guard_map, struct bpf_map *map, unsigned int mode)
{
	int made = kfg_is_made((__u64)map);

	if ((!made && !kfg_is_ours(KFG_GUARD_MAP, map->id)) || kfg_by_agent())
		return 0;
	if (made)
		return kfg_is_not_there(KFG_GUARD_MAP, map->id, KFG_ATTEMPT_MAP_FD);
	return KFG_DENY(KFG_ATTEMPT_MAP_FD, map->id);
}

/*
 * A map of sockets (SOCKMAP, SOCKHASH) has a program that changes, drops or makes up what its sockets receive, before
 * their owner reads it. Who has no descriptor of a socket enters it by a program of type iterator, which comes to every
 * socket there is, and asks no hook (may_update_sockmap(), kernel/bpf/verifier.c, 6.1..7.3): the agent's, to which the
 * service manager says why it is to end, and the service manager's own. So no iterator may have such a map.
 */
static __always_inline int kfg_is_of_sockets(struct bpf_map *map)
{
	__u32 type = BPF_CORE_READ(map, map_type);

	return type == BPF_MAP_TYPE_SOCKMAP || type == BPF_MAP_TYPE_SOCKHASH;
}

struct kfg_guard_maps {
	struct bpf_map **maps;
	__u32 n;
	__u32 found;
};

static long kfg_step_used_map(__u32 i, void *ctx)
{
	struct kfg_guard_maps *c = ctx;
	struct bpf_map *map = 0, *inner;

	if (i >= c->n)
		return 1;
	/* what cannot be read is not known to be harmless */
	c->found |= !!bpf_probe_read_kernel(&map, sizeof(map), c->maps + i) || !map || kfg_is_of_sockets(map);
	inner = BPF_CORE_READ(map, inner_map_meta);
	c->found |= inner && kfg_is_of_sockets(inner);
	return c->found != 0;
}

static __attribute__((noinline)) int kfg_takes_sockets(struct bpf_prog *prog)
{
	struct kfg_guard_maps c = {};

	if (BPF_CORE_READ(prog, type) != BPF_PROG_TYPE_TRACING ||
	    BPF_CORE_READ(prog, expected_attach_type) != BPF_TRACE_ITER)
		return 0;
	c.maps = BPF_CORE_READ(prog, aux, used_maps);
	c.n = BPF_CORE_READ(prog, aux, used_map_cnt);
	bpf_loop(c.n, kfg_step_used_map, &c, 0);
	return c.found;
}

/* 1: no hook is asked before verification (6.1) */
const volatile __u32 kfg_guard_asks_late;

/*
 * Programs that change what other programs are given back, or the registers of what they trace, would be a way into the
 * agent: results of its system calls (bpf_override_return()), its instruction pointer (uprobes, 6.18 and later).
 */
SEC("lsm/bpf_prog")
int BPF_PROG(kfgate_guard_prog, struct bpf_prog *prog)
{
	__u32 id = prog->aux->id, type = BPF_CORE_READ(prog, type);
	int meddles = BPF_CORE_READ_BITFIELD_PROBED(prog, kprobe_override);
	int made, agent;
	__u64 self = 0;

	bpf_get_func_arg(ctx, 0, &self);
	if (bpf_core_field_exists(prog->aux->kprobe_write_ctx))
		meddles |= BPF_CORE_READ(prog, aux, kprobe_write_ctx);
	meddles |= kfg_takes_sockets((void *)self);
	if (kfg_guard_asks_late)
		meddles |= kfg_borrows_process((void *)self);
	if (meddles) {
		if (kfg_by_agent())
			return 0;
		return KFG_DENY(KFG_ATTEMPT_HELPER, id);
	}
	made = kfg_is_made((__u64)prog->aux);
	if (made || kfg_is_ours(KFG_GUARD_PROG, id)) {
		if (kfg_by_agent())
			return 0;
		if (made)
			return kfg_is_not_there(KFG_GUARD_PROG, id, KFG_ATTEMPT_PROG_FD);
		return KFG_DENY(KFG_ATTEMPT_PROG_FD, id);
	}
	if (type != BPF_PROG_TYPE_TRACING && type != BPF_PROG_TYPE_LSM)
		return 0;
	/* the agent asks for what was there before */
	agent = kfg_by_agent();
	if (!kfg_place_take((void *)prog, agent) || agent)
		return 0;
	return KFG_DENY(KFG_ATTEMPT_PLACE, id);
}
