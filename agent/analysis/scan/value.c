/* SPDX-License-Identifier: GPL-2.0-or-later */
/* value.c - ranges of numbers and pointers through arithmetic, jumps and joins. */
#include "analysis/scan/value.h"

#include <linux/bpf_common.h>

static bool is_stack(struct kfg_value v)
{
	return v.kind == KFG_VALUE_STACK || v.kind == KFG_VALUE_STACK_SOMEWHERE;
}

static struct kfg_value range(uint64_t low, uint64_t high)
{
	return (struct kfg_value){ KFG_VALUE_RANGE, low, high };
}

/* A pointer other than the stack's, as a number: what counts is that it is not NULL. */
static struct kfg_value as_range(struct kfg_value v)
{
	return v.kind == KFG_VALUE_RANGE ? v : KFG_VALUE_NOT_NULL;
}

struct kfg_value kfg_value_join(struct kfg_value a, struct kfg_value b, bool widen)
{
	if (kfg_value_same(a, b))
		return a;
	if (is_stack(a) || is_stack(b))
		return (struct kfg_value){ KFG_VALUE_STACK_SOMEWHERE, 0, 0 };
	a = as_range(a);
	b = as_range(b);
	a.low = a.low < b.low ? a.low : b.low;
	a.high = a.high > b.high ? a.high : b.high;
	return widen ? range(a.low != 0, UINT64_MAX) : a;
}

struct kfg_value kfg_value_truncate(struct kfg_value v, unsigned bytes)
{
	uint64_t mask = bytes >= 8 ? UINT64_MAX : (1ull << (8 * bytes)) - 1;

	if (bytes >= 8)
		return v;
	if (v.kind != KFG_VALUE_RANGE || (v.low & ~mask) != (v.high & ~mask))
		return range(0, mask);
	return range(v.low & mask, v.high & mask);
}

static uint64_t sign_extend(uint64_t n, unsigned bits)
{
	return bits >= 64 ? n : (uint64_t)((int64_t)(n << (64 - bits)) >> (64 - bits));
}

/* Numbers only. off: 1 for signed division, 8, 16, 32 for a sign-extending move. */
static uint64_t compute(const struct bpf_insn *insn, uint64_t a, uint64_t b, unsigned bits)
{
	bool is_signed = insn->off == 1;
	int64_t sa = (int64_t)sign_extend(a, bits), sb = (int64_t)sign_extend(b, bits);

	switch (BPF_OP(insn->code)) {
	case BPF_ADD:
		return a + b;
	case BPF_SUB:
		return a - b;
	case BPF_MUL:
		return a * b;
	case BPF_DIV:
		if (is_signed)
			return !sb ? 0 : sb == -1 ? -(uint64_t)sa : (uint64_t)(sa / sb);
		return b ? a / b : 0;
	case BPF_MOD:
		if (is_signed)
			return !sb ? a : sb == -1 ? 0 : (uint64_t)(sa % sb);
		return b ? a % b : a;
	case BPF_OR:
		return a | b;
	case BPF_AND:
		return a & b;
	case BPF_XOR:
		return a ^ b;
	case BPF_LSH:
		return a << (b & (bits - 1));
	case BPF_RSH:
		return a >> (b & (bits - 1));
	case BPF_ARSH:
		return (uint64_t)(sa >> (b & (bits - 1)));
	case BPF_NEG:
		return -a;
	default:
		return insn->off ? sign_extend(b, (unsigned)insn->off) : b;
	}
}

/* A range and a number; what is not handled is any number. */
static struct kfg_value compute_range(const struct bpf_insn *insn, struct kfg_value a, uint64_t n, unsigned bits)
{
	uint64_t max = bits == 64 ? UINT64_MAX : UINT32_MAX;
	unsigned shift = (unsigned)n & (bits - 1);

	switch (BPF_OP(insn->code)) {
	case BPF_AND:
		return range(0, n < a.high ? n : a.high);
	case BPF_ADD:
		return a.high <= max - n ? range(a.low + n, a.high + n) : range(0, max);
	case BPF_SUB:
		return a.low >= n ? range(a.low - n, a.high - n) : range(0, max);
	case BPF_RSH:
		return range(a.low >> shift, a.high >> shift);
	case BPF_LSH:
		return a.high <= max >> shift ? range(a.low << shift, a.high << shift) : range(0, max);
	case BPF_OR:
		return range(a.low > n ? a.low : n, max);
	case BPF_DIV:
		return n && insn->off != 1 ? range(a.low / n, a.high / n) : range(0, max);
	case BPF_MOD:
		return n && insn->off != 1 ? range(0, n - 1) : range(0, max);
	default:
		return range(0, max);
	}
}

/* Pointers move by numbers; anything else done to one leaves what may be anything. */
static struct kfg_value move_pointer(const struct bpf_insn *insn, struct kfg_value p, struct kfg_value by)
{
	bool add = BPF_OP(insn->code) == BPF_ADD;

	if ((add || BPF_OP(insn->code) == BPF_SUB) && kfg_value_is_number(by) && p.kind != KFG_VALUE_STACK_SOMEWHERE) {
		p.high = add ? p.high + by.low : p.high - by.low;
		return p;
	}
	return is_stack(p) ? (struct kfg_value){ KFG_VALUE_STACK_SOMEWHERE, 0, 0 } : KFG_VALUE_ANY;
}

struct kfg_value kfg_value_alu(const struct bpf_insn *insn, struct kfg_value dst, struct kfg_value src)
{
	bool is64 = BPF_CLASS(insn->code) == BPF_ALU64;
	unsigned op = BPF_OP(insn->code), bits = is64 ? 64 : 32;
	bool commutes = op == BPF_ADD || op == BPF_AND || op == BPF_OR;

	/* byte swaps, and casts between address spaces (a move with offset 1) */
	if (op == BPF_END || (op == BPF_MOV && insn->off == 1))
		return KFG_VALUE_ANY;
	if (op == BPF_MOV && is64 && !insn->off)
		return src;
	if (op == BPF_MOV)
		dst = kfg_value_number(0);
	if (op == BPF_NEG)
		src = kfg_value_number(0);
	if (is64 && (dst.kind != KFG_VALUE_RANGE || src.kind != KFG_VALUE_RANGE)) {
		if (dst.kind != KFG_VALUE_RANGE)
			return move_pointer(insn, dst, src);
		return op == BPF_ADD ? move_pointer(insn, src, dst) : KFG_VALUE_ANY;
	}
	dst = kfg_value_truncate(dst, bits / 8);
	src = kfg_value_truncate(src, bits / 8);
	if (op == BPF_MOV && !insn->off)
		return src;
	if (kfg_value_is_number(dst) && kfg_value_is_number(src))
		return kfg_value_truncate(kfg_value_number(compute(insn, dst.low, src.low, bits)), bits / 8);
	if (kfg_value_is_number(src))
		return compute_range(insn, dst, src.low, bits);
	if (commutes && kfg_value_is_number(dst))
		return compute_range(insn, src, dst.low, bits);
	return is64 ? KFG_VALUE_ANY : range(0, UINT32_MAX);
}

/* As signed numbers of that many bits: false if the range is no range then. */
static bool signed_range(struct kfg_value v, unsigned bits, int64_t *ret_low, int64_t *ret_high)
{
	*ret_low = (int64_t)sign_extend(v.low, bits);
	*ret_high = (int64_t)sign_extend(v.high, bits);
	return *ret_low <= *ret_high;
}

static enum kfg_truth opposite(enum kfg_truth t)
{
	return t == KFG_TRUTH_UNKNOWN ? t : t == KFG_TRUTH_TRUE ? KFG_TRUTH_FALSE : KFG_TRUTH_TRUE;
}

static enum kfg_truth greater(struct kfg_value a, struct kfg_value b)
{
	return a.low > b.high ? KFG_TRUTH_TRUE : a.high <= b.low ? KFG_TRUTH_FALSE : KFG_TRUTH_UNKNOWN;
}

static enum kfg_truth signed_greater(struct kfg_value a, struct kfg_value b, unsigned bits)
{
	int64_t al, ah, bl, bh;

	if (!signed_range(a, bits, &al, &ah) || !signed_range(b, bits, &bl, &bh))
		return KFG_TRUTH_UNKNOWN;
	return al > bh ? KFG_TRUTH_TRUE : ah <= bl ? KFG_TRUTH_FALSE : KFG_TRUTH_UNKNOWN;
}

static enum kfg_truth equal(struct kfg_value a, struct kfg_value b)
{
	if (a.low > b.high || a.high < b.low)
		return KFG_TRUTH_FALSE;
	return kfg_value_is_number(a) && kfg_value_is_number(b) ? KFG_TRUTH_TRUE : KFG_TRUTH_UNKNOWN;
}

static enum kfg_truth compare(unsigned op, struct kfg_value a, struct kfg_value b, unsigned bits)
{
	switch (op) {
	case BPF_JEQ:
		return equal(a, b);
	case BPF_JNE:
		return opposite(equal(a, b));
	case BPF_JGT:
		return greater(a, b);
	case BPF_JLE:
		return opposite(greater(a, b));
	case BPF_JLT:
		return greater(b, a);
	case BPF_JGE:
		return opposite(greater(b, a));
	case BPF_JSGT:
		return signed_greater(a, b, bits);
	case BPF_JSLE:
		return opposite(signed_greater(a, b, bits));
	case BPF_JSLT:
		return signed_greater(b, a, bits);
	case BPF_JSGE:
		return opposite(signed_greater(b, a, bits));
	case BPF_JSET:
		if (!kfg_value_is_number(b))
			return KFG_TRUTH_UNKNOWN;
		if (kfg_value_is_number(a))
			return (a.low & b.low) != 0 ? KFG_TRUTH_TRUE : KFG_TRUTH_FALSE;
		/* all bits of a are below the lowest one that is asked for */
		return !b.low || a.high < (b.low & -b.low) ? KFG_TRUTH_FALSE : KFG_TRUTH_UNKNOWN;
	default:
		return KFG_TRUTH_UNKNOWN;
	}
}

enum kfg_truth kfg_value_jump(const struct bpf_insn *insn, struct kfg_value dst, struct kfg_value src)
{
	unsigned bits = BPF_CLASS(insn->code) == BPF_JMP32 ? 32 : 64;

	/* of pointers into the stack, verifiers do not say that they are not NULL (reg_not_null(), 6.12, 7.3) */
	if (bits == 64 && (is_stack(dst) || is_stack(src)))
		return KFG_TRUTH_UNKNOWN;
	if (bits == 64) {
		dst = as_range(dst);
		src = as_range(src);
	}
	dst = kfg_value_truncate(dst, bits / 8);
	src = kfg_value_truncate(src, bits / 8);
	return compare(BPF_OP(insn->code), dst, src, bits);
}

static unsigned negated(unsigned op)
{
	switch (op) {
	case BPF_JEQ:
		return BPF_JNE;
	case BPF_JNE:
		return BPF_JEQ;
	case BPF_JGT:
		return BPF_JLE;
	case BPF_JLE:
		return BPF_JGT;
	case BPF_JGE:
		return BPF_JLT;
	case BPF_JLT:
		return BPF_JGE;
	default:
		return 0;
	}
}

struct kfg_value kfg_value_refine(const struct bpf_insn *insn, struct kfg_value dst, struct kfg_value src, bool taken)
{
	unsigned op = taken ? BPF_OP(insn->code) : negated(BPF_OP(insn->code));
	uint64_t n = src.low;

	if (dst.kind != KFG_VALUE_RANGE || !kfg_value_is_number(src) ||
	    (BPF_CLASS(insn->code) == BPF_JMP32 && dst.high > UINT32_MAX))
		return dst;
	if (BPF_CLASS(insn->code) == BPF_JMP32)
		n = (uint32_t)n;
	switch (op) {
	case BPF_JEQ:
		return kfg_value_number(n);
	case BPF_JNE:
		dst.low += dst.low == n;
		dst.high -= dst.high == n;
		return dst;
	case BPF_JGT:
		dst.low = dst.low > n ? dst.low : n + 1;
		return dst;
	case BPF_JGE:
		dst.low = dst.low > n ? dst.low : n;
		return dst;
	case BPF_JLT:
		dst.high = dst.high < n ? dst.high : n - 1;
		return dst;
	case BPF_JLE:
		dst.high = dst.high < n ? dst.high : n;
		return dst;
	default:
		return dst;
	}
}
