/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * value.h - what is known of a register: a range of numbers, or a pointer. Only what guards are made of is modelled;
 * all else is "any number". The rules are the machine's (Documentation/bpf/standardization/instruction-set.rst).
 *
 * Prefix: kfg_truth.
 */
#pragma once

#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>

enum kfg_value_kind {
	KFG_VALUE_RANGE, /* a number from low to high, both included; a pointer that cannot be NULL is 1 and up */
	KFG_VALUE_STACK, /* the frame pointer of the low'th function of a chain of calls, plus high (signed) */
	KFG_VALUE_STACK_SOMEWHERE, /* into the stack, or maybe not a pointer at all */
	KFG_VALUE_RODATA, /* section low, offset high (signed) */
	KFG_VALUE_KCONFIG, /* extern low, offset high (signed) */
};

struct kfg_value {
	enum kfg_value_kind kind;
	uint64_t low, high;
};

enum kfg_truth {
	KFG_TRUTH_FALSE,
	KFG_TRUTH_TRUE,
	KFG_TRUTH_UNKNOWN,
};

#define KFG_VALUE_ANY ((struct kfg_value){ KFG_VALUE_RANGE, 0, UINT64_MAX })
#define KFG_VALUE_NOT_NULL ((struct kfg_value){ KFG_VALUE_RANGE, 1, UINT64_MAX })

static inline struct kfg_value kfg_value_number(uint64_t n)
{
	return (struct kfg_value){ KFG_VALUE_RANGE, n, n };
}

static inline bool kfg_value_is_number(struct kfg_value v)
{
	return v.kind == KFG_VALUE_RANGE && v.low == v.high;
}

static inline bool kfg_value_is_any(struct kfg_value v)
{
	return v.kind == KFG_VALUE_RANGE && v.low == 0 && v.high == UINT64_MAX;
}

static inline bool kfg_value_same(struct kfg_value a, struct kfg_value b)
{
	return a.kind == b.kind && a.low == b.low && a.high == b.high;
}

/* What holds for both. widen: give up ranges, so that loops come to an end. */
struct kfg_value kfg_value_join(struct kfg_value a, struct kfg_value b, bool widen);
/* The result of an ALU or ALU64 instruction on dst and src (the register's value, or the immediate's). */
struct kfg_value kfg_value_alu(const struct bpf_insn *insn, struct kfg_value dst, struct kfg_value src);
/* Whether a conditional jump (JMP or JMP32) is taken. */
enum kfg_truth kfg_value_jump(const struct bpf_insn *insn, struct kfg_value dst, struct kfg_value src);
/* What is known of dst once the jump was taken, or was not. */
struct kfg_value kfg_value_refine(const struct bpf_insn *insn, struct kfg_value dst, struct kfg_value src, bool taken);
/* The low bytes of a value, zero-extended. */
struct kfg_value kfg_value_truncate(struct kfg_value v, unsigned bytes);
