/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * signature.bpf.h - who signed a program, where the kernel says so (7.2 and later): prog->aux->sig, which stands before
 * any hook is asked and never changes (bpf_prog_verify_signature(), kernel/bpf/verifier.c, 7.3; kernel/bpf/syscall.c,
 * 7.2). A load with a bad signature ends before the hooks.
 *
 * The programs of a signed light skeleton bear no signature themselves: what is signed is their loader, a program of
 * type SYSCALL, which loads them out of the value of its map. Such a load is attributed to the loader's signature if
 *
 *   - the loader runs: the kernel stack of this task holds a return address in its code. Programs that call
 *     bpf_sys_bpf() cannot call one another (bpf_sys_bpf(), kernel/bpf/syscall.c, 7.2..7.3, takes no BPF_PROG_RUN), so
 *     there is one of them on a stack at most; and none but the verified program itself has that code: it has no BTF,
 *     without which no EXT program takes a function's place (bpf_check_attach_target(), kernel/bpf/verifier.c)
 *   - the instructions come from the map that the signature covers: the loader's first, an array, frozen, which no
 *     program of other instructions can have (excl_prog_sha; check_map_prog_compatibility(), kernel/bpf/verifier.c)
 *
 * Whose pointer it is proves nothing: any program of that type may hand over an address in that map.
 */
#pragma once

#include "handover.bpf.h"
#include "placement.bpf.h"

#define KFG_SIG_VERIFIED 1 /* BPF_SIG_VERIFIED */
#define KFG_SIG_USER 4 /* BPF_SIG_KEYRING_USER; 1, 2 and 3: builtin, secondary, platform */

/* Signed loaders that are there, keyed by prog->aux, until they are freed. */
#define KFG_SIGNERS_MAX 256
struct kfg_signer {
	struct kfg_account account;
	__u64 load_time; /* of the program */
	__u64 code, code_end; /* both 0: it is gone */
	__u64 data, data_end; /* the value of its map */
	__u32 signature;
	__u32 pad;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, KFG_SIGNERS_MAX);
	__type(key, __u64);
	__type(value, struct kfg_signer);
} kfg_signers SEC(".maps");

/* They are few, and seldom: they are always counted. See KFG_MAY_ENTER. */
enum { kfg_signers_max = KFG_SIGNERS_MAX, kfg_signers_taken = KFG_SIGNERS_MAX };
KFG_STEP_CROWD(kfg_signers, struct kfg_signer)

static __attribute__((always_inline)) inline int kfg_signature_told(void)
{
	return bpf_core_field_exists(((struct bpf_prog_aux *)0)->sig);
}

/* The program's own signature. */
static __attribute__((noinline)) __u32 kfg_signature_of(struct bpf_prog_aux *aux)
{
	__u8 type;

	if (!kfg_signature_told())
		return KFG_SIGNATURE_UNKNOWN;
	if (BPF_CORE_READ(aux, sig.verdict) != KFG_SIG_VERIFIED)
		return KFG_SIGNATURE_NO;
	type = BPF_CORE_READ(aux, sig.keyring_type);
	if (type == KFG_SIG_USER)
		return BPF_CORE_READ(aux, sig.keyring_serial) & ~KFG_SIGNATURE_KINDS;
	return type && type < KFG_SIG_USER ? KFG_SIGNATURE_KINDS + type : KFG_SIGNATURE_UNKNOWN;
}

/* The memory that a loader's signature covers besides its instructions. Returns non-zero: there is none. */
static __attribute__((noinline)) int kfg_signature_data(struct kfg_signer *signer, struct bpf_prog_aux *aux)
{
	struct bpf_map *map = 0;

	if (!BPF_CORE_READ(aux, used_map_cnt))
		return 1;
	bpf_probe_read_kernel(&map, sizeof(map), BPF_CORE_READ(aux, used_maps));
	if (!map || BPF_CORE_READ(map, map_type) != BPF_MAP_TYPE_ARRAY || !BPF_CORE_READ(map, frozen) ||
	    !BPF_CORE_READ(map, excl_prog_sha))
		return 1;
	signer->data = (__u64)map + bpf_core_field_offset(struct bpf_array, value);
	signer->data_end = signer->data + BPF_CORE_READ(map, value_size);
	return 0;
}

/* A program got its first fd, or one more. */
static __attribute__((noinline)) int kfg_signature_note(struct bpf_prog *prog, __u64 *key)
{
	struct bpf_prog_aux *aux = (void *)*key;
	struct kfg_signer signer = {};

	if (!kfg_signature_told())
		return 0;
	signer.signature = kfg_signature_of(aux);
	if (signer.signature == KFG_SIGNATURE_NO || signer.signature == KFG_SIGNATURE_UNKNOWN ||
	    BPF_CORE_READ(aux, btf) || kfg_signature_data(&signer, aux))
		return 0;
	signer.load_time = BPF_CORE_READ(aux, load_time);
	signer.code = (__u64)BPF_CORE_READ(prog, bpf_func);
	signer.code_end = signer.code + BPF_CORE_READ(prog, jited_len);
	kfg_unit_current(&signer.account);
	if (bpf_map_lookup_elem(&kfg_signers, key) || KFG_MAY_ENTER(kfg_signers, signer.account))
		bpf_map_update_elem(&kfg_signers, key, &signer, BPF_ANY);
	return 0;
}

/* The program is freed; its code and its map are still there. What cannot be deleted is marked. */
static __attribute__((always_inline)) inline void kfg_signature_forget(__u64 *aux)
{
	struct kfg_signer *signer;

	if (!kfg_signature_told())
		return;
	signer = bpf_map_lookup_elem(&kfg_signers, aux);
	if (!signer)
		return;
	signer->code = signer->code_end = 0;
	bpf_map_delete_elem(&kfg_signers, aux);
}

struct kfg_signature_search {
	__u64 from, to; /* the instructions */
	struct kfg_signer found; /* whose map holds them; code_end 0: nobody's */
};

static long kfg_signature_step_map(struct bpf_map *map, const void *key, void *value, void *ctx)
{
	struct kfg_signature_search *c = ctx;
	struct kfg_signer *signer = value;

	if (c->from < signer->data || c->to > signer->data_end)
		return 0;
	c->found = *signer;
	return 1;
}

struct kfg_signature_walk {
	struct kfg_scratch *s;
	__u64 code, code_end;
	__u32 n, found;
};

static long kfg_signature_step_stack(__u32 i, void *ctx)
{
	struct kfg_signature_walk *w = ctx;

	if (i >= w->n || i >= KFG_STACK_MAX)
		return 1;
	if (w->s->stack[i] <= w->code || w->s->stack[i] > w->code_end)
		return 0;
	w->found = 1;
	return 1;
}

/* Does the code run, below on this kernel stack? */
static __attribute__((noinline)) int kfg_signature_runs(void *hook, struct kfg_scratch *s,
							const struct kfg_signer *code)
{
	struct kfg_signature_walk w = { .s = s, .code = code->code, .code_end = code->code_end };
	long size = bpf_get_stack(hook, s->stack, sizeof(s->stack), 0);

	if (size <= 0)
		return 0;
	w.n = (__u64)size / sizeof(s->stack[0]);
	bpf_loop(KFG_STACK_MAX, kfg_signature_step_stack, &w, 0);
	return w.found;
}

/* Stage 1 of a load from kernel memory: whose signature covers the program, into s->inflight. */
static __attribute__((noinline)) int kfg_signature_attribute(void *hook, struct kfg_scratch *s)
{
	struct kfg_signature_search c = {};
	__u64 attr = 0;

	if (!kfg_signature_told())
		return 0;
	bpf_get_func_arg(hook, 1, &attr);
	bpf_probe_read_kernel(&c.from, sizeof(c.from), (void *)(attr + __builtin_offsetof(union bpf_attr, insns)));
	c.to = c.from + (__u64)s->len * sizeof(struct bpf_insn);
	bpf_for_each_map_elem(&kfg_signers, kfg_signature_step_map, &c, 0);
	if (!c.found.code_end || !kfg_signature_runs(hook, s, &c.found))
		return 0;
	s->inflight.signature = c.found.signature;
	s->inflight.signed_by = KFG_SIGNED_BY_LOADER;
	return 0;
}

/* Later than at its load: what was kept of it. */
static __attribute__((always_inline)) inline void kfg_signature_recall(struct kfg_scratch *s)
{
	struct kfg_loader *l = bpf_map_lookup_elem(&kfg_loaders, &s->aux);

	if (!l || l->load_time != s->load_time)
		return;
	s->inflight.signature = l->signature;
	s->inflight.signed_by = l->signed_by;
}

/* What the kernel verified about the program, into the event and the subject; s->inflight: about who loaded it. */
static __attribute__((noinline)) int kfg_signature_fill(struct kfg_scratch *s, struct bpf_prog_aux *aux)
{
	__u32 signature = kfg_signature_of(aux), by = KFG_SIGNED_BY_NOBODY;

	if (kfg_signature_told() && KFG_ONCE32(s->stage) == 2 && !KFG_ONCE32(s->inflight.signed_by))
		kfg_signature_recall(s);
	if (signature == KFG_SIGNATURE_NO && s->inflight.signed_by) {
		signature = s->inflight.signature;
		by = KFG_SIGNED_BY_LOADER;
	} else if (signature != KFG_SIGNATURE_NO && signature != KFG_SIGNATURE_UNKNOWN) {
		by = KFG_SIGNED_BY_PROGRAM;
	}
	s->event.signature = s->decision.subject.signature = signature;
	s->event.signed_by = by;
	return 0;
}
