/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * answer.bpf.h - programs that could give a kernel function's answer in its place. The callers of security_bpf_prog()
 * and of some other functions that a verdict depends on test for an error by `< 0` (kernel/bpf/syscall.c, 6.1..7.3). An
 * answer of +1 there means "go on", and no LSM program is asked. So nobody may load a program that can give it:
 *
 *   fmod_ret    its answer is bounded by nothing. The kernel lets it attach to security_*, to functions for error
 *               injection, system calls among them, and to functions made for BPF (check_attach_modify_return(),
 *               kernel/bpf/verifier.c, 6.1..7.3). Only the last are left to others.
 *   LSM, LSM_CGROUP    on the hooks in kfg_answer_hooks, where the verifier does not bound the answer. The agent asks
 *               the kernel about that before it loads this object (agent, enforce/answers.c).
 *
 *   EXT         replaces a function of another program, its main one too. Of an LSM program: its answer is
 *               bounded by nothing on 6.1 (6.12 and 7.3 refuse the load), and it may be attached to another LSM
 *               program later.
 *
 * fentry and fexit programs cannot change an answer.
 */
#pragma once

#include "judge.bpf.h"

/* BTF ids, in vmlinux, of the bpf_lsm_* functions of our own hooks whose caller takes +1 for no error; the agent's. */
#define KFG_ANSWER_HOOKS_MAX 64
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, KFG_ANSWER_HOOKS_MAX);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__type(key, __u32);
	__type(value, __u32);
} kfg_answer_hooks SEC(".maps");

/* Bits: the verifier admits an LSM, an LSM_CGROUP program that answers +1. */
const volatile __u32 kfg_answer_unbounded;

struct kfg_answer_scan {
	__u64 base;
	__u32 len;
	__u32 unbounded;
};

static __attribute__((always_inline)) inline __u64 kfg_answer_insn(const struct kfg_answer_scan *c, __u32 i)
{
	__u64 insn = 0;

	if (i < c->len)
		bpf_probe_read_kernel(&insn, sizeof(insn), (void *)(c->base + (__u64)i * sizeof(insn)));
	return insn;
}

#define KFG_TAIL_CALL (BPF_JMP | 0xf0) /* include/linux/filter.h */
#define KFG_CODE(insn) ((__u8)(insn))
#define KFG_IS_EXIT(insn) (KFG_CODE(insn) == (BPF_JMP | BPF_EXIT))

/* Is the instruction `r0 = CONSTANT`, and the constant 0 or a negative errno? */
static __attribute__((always_inline)) inline int kfg_sets_errno(__u64 insn)
{
	__u8 code = KFG_CODE(insn);
	__s32 imm = insn >> 32;

	return (code == (BPF_ALU64 | BPF_MOV | BPF_K) || code == (BPF_ALU | BPF_MOV | BPF_K)) && !(insn >> 8 & 0xf) &&
	       imm <= 0 && imm >= -4095;
}

/* A jump by `off`: not `gotol`, not a jump to where a register says, not a tail call as the verifier leaves it. */
static __attribute__((always_inline)) inline int kfg_jumps_near(__u8 code)
{
	return code != (BPF_JMP32 | BPF_JA) && code != (BPF_JMP | BPF_JA | BPF_X) && code != KFG_TAIL_CALL &&
	       code != (BPF_JMP | BPF_CALL | BPF_X);
}

/*
 * A constant right before each exit, no jump to an exit, none to where a register says, and no tail call, whose target
 * answers: the answer is one of these constants. Before the verifier rewrites a program it is the same.
 */
static long kfg_step_answer(__u32 i, void *ctx)
{
	struct kfg_answer_scan *c = ctx;
	__u64 insn = kfg_answer_insn(c, i);
	__u8 code = KFG_CODE(insn), class = code & 7;

	if (i >= c->len)
		return 1;
	if (class != BPF_JMP && class != BPF_JMP32)
		return 0;
	if (KFG_IS_EXIT(insn)) {
		if (i && kfg_sets_errno(kfg_answer_insn(c, i - 1)))
			return 0;
	} else if (code == (BPF_JMP | BPF_CALL)) {
		if (insn >> 12 & 0xf || insn >> 32 != BPF_FUNC_tail_call)
			return 0;
	} else if (kfg_jumps_near(code) && !KFG_IS_EXIT(kfg_answer_insn(c, i + 1 + (__s16)(insn >> 16)))) {
		return 0;
	}
	c->unbounded = 1;
	return 1;
}

/* Can the program answer anything but 0 or a negative errno? */
static __attribute__((noinline)) __u32 kfg_answers_anything(struct bpf_prog *prog)
{
	struct kfg_answer_scan c = {
		.base = (__u64)prog + bpf_core_field_offset(struct bpf_prog, insnsi),
		.len = BPF_CORE_READ(prog, len),
	};

	if (c.len > 1 << 20)
		return 1;
	bpf_loop(c.len, kfg_step_answer, &c, 0);
	return c.unbounded;
}

/*
 * Functions whose answer BPF programs are meant to give (register_btf_fmodret_id_set(), 6.1..7.3): hid_bpf_*, in
 * drivers/hid/bpf before 6.11, and bpf_modify_return_test*, of the kernel's own tests. Eight bytes at a time.
 */
static __attribute__((always_inline)) inline int kfg_is_made_for_bpf(const __u64 *name)
{
	return name[0] == *(const __u64 *)"hid_bpf_" ||
	       (name[0] == *(const __u64 *)"bpf_modi" && name[1] == *(const __u64 *)"fy_retur");
}

/* Does the program, of type EXT, replace a function of an LSM program? Its answer is bounded by nothing then. */
static __attribute__((always_inline)) inline __u32 kfg_extends_lsm(struct bpf_prog *prog)
{
	struct bpf_prog *target = BPF_CORE_READ(prog, aux, dst_prog);

	return (target ? BPF_CORE_READ(target, type) : BPF_CORE_READ(prog, aux, saved_dst_prog_type)) ==
	       BPF_PROG_TYPE_LSM;
}

/* Most programs are of another type, and cost no more than this. */
static __attribute__((always_inline)) inline __u32 kfg_answers_by_type(__u32 type)
{
	return type == BPF_PROG_TYPE_TRACING || type == BPF_PROG_TYPE_LSM || type == BPF_PROG_TYPE_EXT;
}

/* May the program answer in the place of a function that a verdict depends on? */
static __attribute__((noinline)) __u32 kfg_may_answer(struct bpf_prog *prog)
{
	__u32 type = BPF_CORE_READ(prog, type), attach, id;
	__u64 name[KFG_KFUNC_LEN / 8] = {};
	struct btf *btf;

	if (!kfg_answers_by_type(type))
		return 0;
	if (type == BPF_PROG_TYPE_EXT)
		return kfg_extends_lsm(prog);
	attach = BPF_CORE_READ(prog, expected_attach_type);
	id = BPF_CORE_READ(prog, aux, attach_btf_id);
	if (type == BPF_PROG_TYPE_TRACING) {
		btf = BPF_CORE_READ(prog, aux, attach_btf);
		if (attach != BPF_MODIFY_RETURN || !id || !btf)
			return 0;
		return kfg_func_name((char *)name, btf, id) <= 0 || !kfg_is_made_for_bpf(name);
	}
	if (!bpf_map_lookup_elem(&kfg_answer_hooks, &id))
		return 0;
	if (attach == BPF_LSM_CGROUP)
		return kfg_answer_unbounded & KFG_UNBOUNDED_CGROUP;
	return kfg_answer_unbounded & KFG_UNBOUNDED_LSM && kfg_answers_anything(prog);
}

/* The function that the program may answer for, by name; of an EXT program, until it is attached: its target's. */
static __attribute__((noinline)) long kfg_answer_target(char *name, struct bpf_prog *prog)
{
	struct bpf_prog *target = BPF_CORE_READ(prog, aux, dst_prog);
	struct btf *btf;

	if (target)
		prog = target;
	btf = BPF_CORE_READ(prog, aux, attach_btf);
	return btf ? kfg_func_name(name, btf, BPF_CORE_READ(prog, aux, attach_btf_id)) : -1;
}

/* Makes the load of such a program a refusal, whatever was found about its kfuncs. */
static __attribute__((noinline)) int kfg_answer_describe(struct kfg_walk *w)
{
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;
	struct kfg_event_kfunc *k = &s->event.kfuncs[0];

	s->event.action = k->action = KFG_REFUSE;
	s->event.reason = k->reason = KFG_REASON_OVERRIDE;
	s->event.n_kfuncs = 1;
	s->event.n_more = 0;
	__builtin_memset(&k->verdict, 0, sizeof(k->verdict));
	k->verdict.rule = k->verdict.dep = k->verdict.waiver = KFG_NONE;
	k->verdict.deadline = KFG_DAY_MAX;
	k->live = k->line = k->insn = k->calls = 0;
	k->file[0] = k->name[0] = 0;
	kfg_answer_target(k->name, (struct bpf_prog *)s->prog);
	__builtin_memcpy(k->module, "vmlinux", 8);
	return 0;
}

/* The same without a scratch: the counters alone show it. Returns a positive errno or 0. */
static __attribute__((noinline)) __u32 kfg_answer_without_scratch(void)
{
	struct kfg_walk w = {};
	const struct kfg_table_header *h = kfg_table(&w, 0);

	kfg_count(KFG_STAT_OVERRIDES);
	kfg_count(KFG_STAT_LOST);
	if (!h)
		return EACCES;
	return kfg_mode_enforces(h->mode) ? h->refuse_errno : 0;
}

/*
 * All programs there are, those that were there before us among them: an iterator needs no descriptor of any, and asks
 * no LSM hook that somebody may answer for. One struct kfg_override each, to whoever reads.
 */
struct bpf_iter__bpf_prog {
	struct bpf_iter_meta *meta;
	struct bpf_prog *prog;
} KFG_KERNEL;

SEC("iter/bpf_prog")
int kfgate_answers(struct bpf_iter__bpf_prog *ctx)
{
	struct bpf_prog *prog = ctx->prog;
	struct kfg_override o = {};

	if (!prog || !kfg_may_answer(prog))
		return 0;
	o.prog_id = BPF_CORE_READ(prog, aux, id);
	o.attach_type = BPF_CORE_READ(prog, expected_attach_type);
	o.load_time = BPF_CORE_READ(prog, aux, load_time);
	kfg_prog_name(o.prog, prog);
	kfg_answer_target(o.target, prog);
	bpf_seq_write(ctx->meta->seq, &o, sizeof(o));
	return 0;
}
