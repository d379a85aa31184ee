/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * names.bpf.h - from a call to the name of its kfunc, from kernel memory alone: a program's fd_array is user memory
 * that may change between our look and the verifier's, so an offset is never followed there.
 */
#pragma once

#include "maps.bpf.h"

#define KFG_KIND_FUNC 12 /* BTF_KIND_FUNC, include/uapi/linux/btf.h */

static __attribute__((always_inline)) inline void kfg_clear_name(struct kfg_scratch *s)
{
	__u64 *t = (__u64 *)s->decision.subject.text;

	/* kfunc and module: the first 16 words */
	t[0] = t[1] = t[2] = t[3] = t[4] = t[5] = t[6] = t[7] = 0;
	t[8] = t[9] = t[10] = t[11] = t[12] = t[13] = t[14] = t[15] = 0;
	s->decision.subject.name_long = 0;
}

static __attribute__((always_inline)) inline void kfg_set_vmlinux(struct kfg_scratch *s)
{
	__builtin_memcpy(&s->decision.subject.text[KFG_TEXT_MODULE], "vmlinux", 8);
}

/*
 * Name of function `id` of `btf` (possibly split) into KFG_KFUNC_LEN bytes. Ids below start_id are the base's. Returns
 * its length with the NUL (cut where that is KFG_KFUNC_LEN), or -1 when it is no function.
 */
static __attribute__((noinline)) long kfg_func_name(char *name, struct btf *btf, __u32 id)
{
	struct btf *base = BPF_CORE_READ(btf, base_btf);
	__u32 start = BPF_CORE_READ(btf, start_id), off;
	struct btf_type **types, *type = 0;

	if (base && id < start) {
		btf = base;
		start = 0;
	}
	if (id < start || id - start >= BPF_CORE_READ(btf, nr_types))
		return -1;
	types = BPF_CORE_READ(btf, types);
	bpf_probe_read_kernel(&type, sizeof(type), types + (id - start));
	if (!type || (BPF_CORE_READ(type, info) >> 24 & 0x1f) != KFG_KIND_FUNC)
		return -1;
	off = BPF_CORE_READ(type, name_off);
	/* strings of a split BTF count on from its base's */
	if (off < BPF_CORE_READ(btf, start_str_off)) {
		if (!base)
			return -1;
		btf = base;
	}
	off -= BPF_CORE_READ(btf, start_str_off);
	return bpf_probe_read_kernel_str(name, KFG_KFUNC_LEN, BPF_CORE_READ(btf, strings) + off);
}

/*
 * The program's name into KFG_PROG_FULL_LEN bytes, aligned. The kernel keeps KFG_PROG_LEN - 1 characters of it; its BTF
 * has the whole, as the name of its first function, once it is verified. Both are the loader's words: they must agree.
 */
static __attribute__((noinline)) int kfg_prog_name(char *name, struct bpf_prog *prog)
{
	struct bpf_prog_aux *aux = BPF_CORE_READ(prog, aux);
	struct bpf_func_info *info = BPF_CORE_READ(aux, func_info);
	struct btf *btf = BPF_CORE_READ(aux, btf);
	__u64 *full = (__u64 *)name, kept[KFG_PROG_LEN / 8] = {};
	__u32 id = 0;

	bpf_probe_read_kernel_str(kept, sizeof(kept), &aux->name);
	/* the fifteenth character: it is cut, or just as long */
	if (kept[1] >> 48 && info && btf) {
		bpf_probe_read_kernel(&id, sizeof(id), &info->type_id);
		if (kfg_func_name(name, btf, id) > KFG_PROG_LEN && full[0] == kept[0] && full[1] << 8 == kept[1] << 8)
			return 0;
	}
	bpf_probe_read_kernel_str(name, KFG_PROG_LEN, &aux->name);
	return 0;
}

/* The name of function `id` of `btf` into the subject. Returns 0, or -1: the verifier refuses a call of it. */
static __attribute__((noinline)) int kfg_name_by_id(struct kfg_scratch *s, struct btf *btf, __u32 id)
{
	long n = kfg_func_name(&s->decision.subject.text[KFG_TEXT_KFUNC], btf, id);

	s->decision.subject.name_long = n >= KFG_KFUNC_LEN;
	return n > 1 ? 0 : -1;
}

/* s->found: index of the descriptor whose offset is s->probe. */
static long kfg_step_module(__u32 i, void *ctx)
{
	struct kfg_walk *w = ctx;
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;
	struct bpf_prog *prog = (struct bpf_prog *)s->prog;
	struct bpf_kfunc_btf_tab *tab = BPF_CORE_READ(prog, aux, kfunc_btf_tab);
	struct bpf_kfunc_btf *desc;
	__u16 offset = 0;

	if (!tab || i >= 256)
		return 1;
	desc = (void *)tab + bpf_core_field_offset(struct bpf_kfunc_btf_tab, descs) +
	       i * bpf_core_type_size(struct bpf_kfunc_btf);
	if (BPF_CORE_READ_INTO(&offset, desc, offset))
		return 1;
	if (offset != s->probe)
		return 0;
	s->found = i;
	return 1;
}

/*
 * The BTF of the module that an offset means, or NULL: not to be known (now). It is found through the program's own
 * kfunc_btf_tab, which the verifier filled and which holds references; it is there in stage 2 only.
 */
static __attribute__((noinline)) __u64 kfg_name_module_btf(struct kfg_walk *w, __u32 offset)
{
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;
	struct bpf_prog *prog = (struct bpf_prog *)s->prog;
	struct bpf_kfunc_btf_tab *tab;
	struct bpf_kfunc_btf *desc;

	if (s->stage == 1)
		return 0;
	tab = BPF_CORE_READ(prog, aux, kfunc_btf_tab);
	if (!tab)
		return 0;
	s->probe = offset & 0xffff;
	s->found = KFG_NONE;
	bpf_loop(BPF_CORE_READ(tab, nr_descs) & 0x1ff, kfg_step_module, w, 0);
	if (s->found >= 256)
		return 0;
	desc = (void *)tab + bpf_core_field_offset(struct bpf_kfunc_btf_tab, descs) +
	       s->found * bpf_core_type_size(struct bpf_kfunc_btf);
	return (__u64)BPF_CORE_READ(desc, btf);
}

/* Name and module of a kfunc as loaded (key: offset << 32 | BTF id). Returns 0, or -1: not to be named (now). */
static __attribute__((noinline)) int kfg_name_loaded(struct kfg_walk *w, __u64 key)
{
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;
	__u32 offset = key >> 32;
	struct btf *btf;

	kfg_clear_name(s);
	btf = (struct btf *)(offset ? kfg_name_module_btf(w, offset) : kfg_addresses.btf_vmlinux);
	if (!btf || kfg_name_by_id(s, btf, key))
		return -1;
	if (!offset)
		kfg_set_vmlinux(s);
	else
		bpf_probe_read_kernel_str(&s->decision.subject.text[KFG_TEXT_MODULE], KFG_MODULE_LEN, &btf->name);
	return 0;
}

/* Splits s->symbol, "name" or "name [module]", into the subject. */
static long kfg_step_split(__u32 i, void *ctx)
{
	struct kfg_walk *w = ctx;
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;
	__u32 at;
	char c;

	if (i >= sizeof(s->symbol))
		return 1;
	c = s->symbol[i];
	if (!c || c == ']')
		return 1;
	if (c == ' ') {
		s->in_module = 1;
		s->at = 0;
		return 0;
	}
	if (c == '[')
		return 0;
	if (s->at >= KFG_KFUNC_LEN - 1) {
		s->decision.subject.name_long = 1;
		return 1;
	}
	at = s->at++ + (s->in_module ? KFG_TEXT_MODULE : KFG_TEXT_KFUNC);
	/* 6.1 loses the bounds of what the compiler makes of this sum: they are asked of the result */
	asm volatile("" : "+r"(at));
	if (at < KFG_TEXT_PROG)
		s->decision.subject.text[at] = c;
	return 0;
}

/*
 * Name and module of a live call: its imm is the distance from __bpf_call_base (x86: kernel/bpf/verifier.c,
 * fixup_kfunc_call and BPF_CALL_IMM, 6.1..7.3), and kallsyms names the address, module included.
 */
static __attribute__((noinline)) int kfg_name_live(struct kfg_walk *w, __u64 key)
{
	static const char fmt[] = "%ps";
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;
	__u64 addr = kfg_addresses.call_base + (__s64)(__s32)key;

	kfg_clear_name(s);
	s->symbol[0] = 0;
	if (bpf_snprintf(s->symbol, sizeof(s->symbol), fmt, &addr, sizeof(addr)) > (long)sizeof(s->symbol))
		s->decision.subject.name_long = 1;
	s->in_module = s->at = 0;
	bpf_loop(sizeof(s->symbol), kfg_step_split, w, 0);
	if (!s->in_module)
		kfg_set_vmlinux(s);
	return 0;
}

/* Hashes of the subject's kfunc and module; one number for both, never 0. */
static __attribute__((noinline)) __u32 kfg_hash_name(struct kfg_walk *w)
{
	struct kfg_decision *d = w->d;
	__u32 h;

	kfg_subject_hash(w, KFG_DIM_KFUNC);
	kfg_subject_hash(w, KFG_DIM_MODULE);
	h = d->subject.hash[KFG_DIM_KFUNC] * 31 + d->subject.hash[KFG_DIM_MODULE];
	return h ? h : 1;
}
