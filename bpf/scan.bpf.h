/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scan.bpf.h - every instruction of a program, up to the kernel's 1,000,000, looking for kfunc calls.
 *
 * A kfunc call is code 0x85 (BPF_JMP | BPF_CALL) with src_reg 2 (BPF_PSEUDO_KFUNC_CALL) and dst_reg 0: the first two
 * bytes 0x85 0x20 on little endian (include/uapi/linux/bpf.h). The verifier refuses a call with another dst_reg
 * ("BPF_CALL uses reserved fields", kernel/bpf/verifier.c, 6.1..7.3). The second half of a 16-byte load has code 0.
 *
 * First a pass that only asks whether there is any (two bytes per instruction, 64 to a round, nothing else in the
 * round); it ends most loads. Then, from the group of the first hit on, a pass that collects them.
 *
 * The instructions are read through a pointer cast to struct bpf_raw_tracepoint_args, whose only member is a flexible
 * array of integers: the verifier lets any constant offset of it through, and faults read as zero
 * (btf_struct_walk(), kernel/bpf/btf.c, 6.12..7.3). 6.1 has no such cast: there they are copied 16 at a time.
 * Loops are bpf_loop(): may_goto has a time limit on 7.x and could stop in the middle of a program.
 */
#pragma once

#include "maps.bpf.h"

#define KFG_CALL 0x2085
#define KFG_ROUND 64u /* instructions per round of the first pass */
#define KFG_TAIL 8u
#define KFG_GROUP 16u

/* Id of struct bpf_raw_tracepoint_args in the kernel's BTF, set by the agent: a constant for the verifier. */
const volatile __u32 kfg_args_type;

struct kfg_fast {
	__u64 base;
	__u32 hit; /* round of the first hit + 1 */
};

static __attribute__((always_inline)) inline const struct bpf_raw_tracepoint_args *kfg_at(__u64 a)
{
	return bpf_rdonly_cast((void *)a, kfg_args_type);
}
#define KFG_HALF(p, k) (*(const volatile __u16 *)&(p)->args[k])
#define KFG_WORD(p, k) (*(const volatile __u64 *)&(p)->args[k])

#define KFG_1(p, k)                                                                                                    \
	if (KFG_HALF(p, k) == KFG_CALL)                                                                                \
		goto hit;
/* clang-format off */
#define KFG_8(p, k)                                                                                                    \
	KFG_1(p, k) KFG_1(p, k + 1) KFG_1(p, k + 2) KFG_1(p, k + 3)                                                    \
	KFG_1(p, k + 4) KFG_1(p, k + 5) KFG_1(p, k + 6) KFG_1(p, k + 7)
#define KFG_64(p)                                                                                                      \
	KFG_8(p, 0) KFG_8(p, 8) KFG_8(p, 16) KFG_8(p, 24) KFG_8(p, 32) KFG_8(p, 40) KFG_8(p, 48) KFG_8(p, 56)
/* clang-format on */

static long kfg_fast_round(__u32 i, void *ctx)
{
	struct kfg_fast *c = ctx;
	const struct bpf_raw_tracepoint_args *p = kfg_at(c->base + (__u64)i * (KFG_ROUND * 8));

	KFG_64(p);
	return 0;
hit:
	c->hit = i + 1;
	return 1;
}

static long kfg_fast_tail(__u32 i, void *ctx)
{
	struct kfg_fast *c = ctx;
	const struct bpf_raw_tracepoint_args *p = kfg_at(c->base + (__u64)i * (KFG_TAIL * 8));

	KFG_8(p, 0)
	return 0;
hit:
	c->hit = i + 1;
	return 1;
}

/*
 * Where the first kfunc call may be: *ret_first is a lower bound of its index. Returns 1 when there may be one (the
 * last few instructions read may lie behind the program: then the second pass finds none), 0 when there is none, and
 * -1 when the scan did not finish. It is a function of its own, for what it leaves on the stack would have the verifier
 * go through all behind it once more.
 */
static __attribute__((noinline)) int kfg_scan_any(__u64 insns, __u32 len, __u32 *ret_first)
{
	struct kfg_fast c = { .base = insns };
	__u32 rounds = len / KFG_ROUND, tail = (len % KFG_ROUND + KFG_TAIL - 1) / KFG_TAIL;

	*ret_first = 0;
	if (!bpf_rdonly_cast)
		return 1;
	if (rounds) {
		long n = bpf_loop(rounds, kfg_fast_round, &c, 0);

		if (c.hit) {
			*ret_first = (c.hit - 1) * KFG_ROUND;
			return 1;
		}
		if (n != rounds)
			return -1;
	}
	if (tail) {
		long n;

		c.base = insns + (__u64)rounds * (KFG_ROUND * 8);
		n = bpf_loop(tail, kfg_fast_tail, &c, 0);
		if (c.hit) {
			*ret_first = rounds * KFG_ROUND;
			return 1;
		}
		if (n != tail)
			return -1;
	}
	return 0;
}

/* Looks for s->key in the slots, or the free slot where it belongs. */
static long kfg_probe_slot(__u32 i, void *ctx)
{
	struct kfg_walk *w = ctx;
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;
	__u32 slot = s->slot % KFG_SLOTS, use;

	use = s->slots[slot];
	if (!use) {
		if (s->n_uses >= KFG_KFUNCS_MAX) {
			s->overflow = 1;
			return 1;
		}
		use = s->n_uses++;
		s->slots[slot] = use + 1;
		s->use = use;
		return 1;
	}
	use--;
	if (use >= KFG_KFUNCS_MAX)
		return 1;
	if (s->uses[use].key == s->key) {
		s->use = use;
		return 1;
	}
	s->slot = slot + 1;
	return 0;
}

/* Enters the kfunc call `raw` at index s->done. */
static __attribute__((noinline)) int kfg_note_call(struct kfg_walk *w, __u64 raw)
{
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;
	__u64 key = raw >> 32 | (raw >> 16 & 0xffff) << 32;
	__u32 use;

	/*
	 * An extern that libbpf before 1.3 could not resolve and that must not be called: imm and off are 0. The
	 * verifier refuses it where it is live (kernel/bpf/verifier.c, fixup_kfunc_call, 6.1..7.3).
	 */
	if (s->stage == 1 && !key)
		return 0;
	if (s->overflow)
		return 0; /* unscannable whatever follows */
	s->key = key;
	s->slot = (__u32)(key * kfg_seed >> 40);
	/* not the loader's to choose: keys that all begin at one slot cost a second and more per load */
	s->use = KFG_NONE;
	bpf_loop(KFG_SLOTS, kfg_probe_slot, w, 0);
	use = s->use;
	if (use >= KFG_KFUNCS_MAX)
		return 0;
	if (!s->uses[use].calls) {
		s->uses[use].key = key;
		s->uses[use].insn = s->done;
	}
	s->uses[use].calls++;
	return 0;
}

static long kfg_scan_one(__u32 i, void *ctx)
{
	struct kfg_walk *w = ctx;
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;
	__u64 raw = 0;

	if (s->done >= s->len)
		return 1;
	if (bpf_probe_read_kernel(&raw, sizeof(raw), (void *)(s->base + (__u64)s->done * 8)))
		return 1;
	if ((raw & 0xffff) == KFG_CALL)
		kfg_note_call(w, raw);
	s->done++;
	return 0;
}

static long kfg_scan_group(__u32 i, void *ctx)
{
	struct kfg_walk *w = ctx;
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;
	const struct bpf_raw_tracepoint_args *p = kfg_at(s->base + (__u64)s->done * 8);

	KFG_8(p, 0) KFG_8(p, 8) s->done += KFG_GROUP;
	return 0;
hit:
	bpf_loop(KFG_GROUP, kfg_scan_one, w, 0);
	return 0;
}

/* The same without bpf_rdonly_cast. */
static long kfg_copy_group(__u32 i, void *ctx)
{
	struct kfg_walk *w = ctx;
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;
	struct {
		__u64 args[KFG_GROUP];
	} copy, *p = &copy;

	if (bpf_probe_read_kernel(&copy, sizeof(copy), (void *)(s->base + (__u64)s->done * 8)))
		return 1;
	KFG_8(p, 0) KFG_8(p, 8) s->done += KFG_GROUP;
	return 0;
hit:
	bpf_loop(KFG_GROUP, kfg_scan_one, w, 0);
	return 0;
}

/*
 * Collects the distinct kfunc calls of instructions first .. s->len - 1 into s->uses. Afterwards s->done == s->len,
 * or the scan did not finish.
 */
static __attribute__((always_inline)) inline void kfg_scan_all(struct kfg_walk *w, struct kfg_scratch *s, __u32 first)
{
	s->done = first;
	if (s->len > first) {
		if (bpf_rdonly_cast)
			bpf_loop((s->len - first) / KFG_GROUP, kfg_scan_group, w, 0);
		else
			bpf_loop((s->len - first) / KFG_GROUP, kfg_copy_group, w, 0);
	}
	bpf_loop(KFG_GROUP, kfg_scan_one, w, 0);
}
