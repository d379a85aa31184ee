/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmocka_all.h"

#include "analysis/scan/value.h"
#include <stdio.h>

#define ANY KFG_VALUE_ANY
#define N(n)                                                                                                           \
	{                                                                                                              \
		KFG_VALUE_RANGE, (uint64_t)(n), (uint64_t)(n)                                                          \
	}
#define R(low, high)                                                                                                   \
	{                                                                                                              \
		KFG_VALUE_RANGE, low, high                                                                             \
	}
#define STACK(offset)                                                                                                  \
	{                                                                                                              \
		KFG_VALUE_STACK, 0, (uint64_t)(offset)                                                                 \
	}
#define SOMEWHERE                                                                                                      \
	{                                                                                                              \
		KFG_VALUE_STACK_SOMEWHERE, 0, 0                                                                        \
	}
#define RODATA(offset)                                                                                                 \
	{                                                                                                              \
		KFG_VALUE_RODATA, 5, (uint64_t)(offset)                                                                \
	}

static void check_same(size_t row, struct kfg_value got, struct kfg_value want)
{
	if (!kfg_value_same(got, want))
		fail_msg("row %zu: got %d %#lx..%#lx, want %d %#lx..%#lx", row, got.kind, got.low, got.high, want.kind,
			 want.low, want.high);
}

static void test_alu(void **state)
{
	static const struct {
		uint8_t code;
		int16_t off;
		struct kfg_value dst, src, want;
	} rows[] = {
		{ BPF_ALU64 | BPF_MOV, 0, N(1), N(7), N(7) },
		{ BPF_ALU64 | BPF_MOV, 0, N(1), STACK(-8), STACK(-8) },
		{ BPF_ALU | BPF_MOV, 0, N(1), N(-1), N(UINT32_MAX) },
		{ BPF_ALU | BPF_MOV, 0, N(1), STACK(-8), R(0, UINT32_MAX) },
		{ BPF_ALU64 | BPF_MOV, 8, N(1), N(0x80), N(-128) },
		{ BPF_ALU | BPF_MOV, 16, N(1), N(0x8000), N(0xffff8000) },
		{ BPF_ALU64 | BPF_MOV, 1, N(1), N(2), R(0, UINT64_MAX) }, /* between address spaces */
		{ BPF_ALU64 | BPF_ADD, 0, N(5), N(-3), N(2) },
		{ BPF_ALU | BPF_ADD, 0, N(UINT32_MAX), N(2), N(1) },
		{ BPF_ALU64 | BPF_ADD, 0, R(1, 4), N(2), R(3, 6) },
		{ BPF_ALU64 | BPF_ADD, 0, N(2), R(1, 4), R(3, 6) },
		{ BPF_ALU64 | BPF_ADD, 0, R(1, UINT64_MAX), N(2), R(0, UINT64_MAX) },
		{ BPF_ALU64 | BPF_ADD, 0, STACK(0), N(-16), STACK(-16) },
		{ BPF_ALU64 | BPF_ADD, 0, N(8), RODATA(8), RODATA(16) },
		{ BPF_ALU64 | BPF_SUB, 0, RODATA(8), N(8), RODATA(0) },
		{ BPF_ALU64 | BPF_ADD, 0, STACK(0), R(0, 9), SOMEWHERE },
		{ BPF_ALU64 | BPF_ADD, 0, RODATA(0), R(0, 9), R(0, UINT64_MAX) },
		{ BPF_ALU64 | BPF_SUB, 0, R(4, 9), N(4), R(0, 5) },
		{ BPF_ALU64 | BPF_SUB, 0, R(3, 9), N(4), R(0, UINT64_MAX) },
		{ BPF_ALU64 | BPF_MUL, 0, N(6), N(7), N(42) },
		{ BPF_ALU64 | BPF_DIV, 0, N(7), N(0), N(0) },
		{ BPF_ALU64 | BPF_DIV, 0, R(8, 20), N(4), R(2, 5) },
		{ BPF_ALU64 | BPF_DIV, 1, N(-8), N(2), N(-4) },
		{ BPF_ALU | BPF_DIV, 1, N(-8), N(2), N(0xfffffffc) },
		{ BPF_ALU64 | BPF_DIV, 1, N(INT64_MIN), N(-1), N(INT64_MIN) },
		{ BPF_ALU64 | BPF_MOD, 0, N(7), N(0), N(7) },
		{ BPF_ALU64 | BPF_MOD, 0, R(0, UINT64_MAX), N(4), R(0, 3) },
		{ BPF_ALU64 | BPF_MOD, 1, N(INT64_MIN), N(-1), N(0) },
		{ BPF_ALU64 | BPF_AND, 0, R(0, UINT64_MAX), N(1), R(0, 1) },
		{ BPF_ALU64 | BPF_OR, 0, R(0, 9), N(4), R(4, UINT64_MAX) },
		{ BPF_ALU64 | BPF_XOR, 0, N(6), N(3), N(5) },
		{ BPF_ALU64 | BPF_LSH, 0, N(1), N(65), N(2) },
		{ BPF_ALU | BPF_LSH, 0, N(1), N(31), N(0x80000000) },
		{ BPF_ALU64 | BPF_LSH, 0, R(1, 3), N(4), R(16, 48) },
		{ BPF_ALU64 | BPF_RSH, 0, R(16, 48), N(4), R(1, 3) },
		{ BPF_ALU64 | BPF_ARSH, 0, N(-8), N(1), N(-4) },
		{ BPF_ALU | BPF_ARSH, 0, N(0x80000000), N(31), N(0xffffffff) },
		{ BPF_ALU64 | BPF_NEG, 0, N(5), N(0), N(-5) },
		{ BPF_ALU64 | BPF_NEG, 0, STACK(0), N(0), SOMEWHERE },
		{ BPF_ALU | BPF_END, 0, N(5), N(16), R(0, UINT64_MAX) },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bpf_insn insn = { .code = rows[i].code, .off = rows[i].off };

		check_same(i, kfg_value_alu(&insn, rows[i].dst, rows[i].src), rows[i].want);
	}
}

static void test_jump(void **state)
{
	static const struct {
		uint8_t code;
		struct kfg_value dst, src;
		enum kfg_truth want;
	} rows[] = {
		{ BPF_JMP | BPF_JEQ, N(0), N(0), KFG_TRUTH_TRUE },
		{ BPF_JMP | BPF_JEQ, R(1, UINT64_MAX), N(0), KFG_TRUTH_FALSE },
		{ BPF_JMP | BPF_JNE, R(1, UINT64_MAX), N(0), KFG_TRUTH_TRUE },
		{ BPF_JMP | BPF_JEQ, R(0, 1), N(0), KFG_TRUTH_UNKNOWN },
		{ BPF_JMP | BPF_JEQ, STACK(0), N(0), KFG_TRUTH_UNKNOWN },
		{ BPF_JMP | BPF_JEQ, RODATA(0), N(0), KFG_TRUTH_FALSE },
		{ BPF_JMP | BPF_JEQ, SOMEWHERE, N(0), KFG_TRUTH_UNKNOWN },
		/* the low half of a pointer may be 0 */
		{ BPF_JMP32 | BPF_JEQ, R(1, UINT64_MAX), N(0), KFG_TRUTH_UNKNOWN },
		{ BPF_JMP32 | BPF_JEQ, RODATA(0), N(0), KFG_TRUTH_UNKNOWN },
		{ BPF_JMP32 | BPF_JEQ, N(0x100000000), N(0), KFG_TRUTH_TRUE },
		{ BPF_JMP | BPF_JGT, R(3, 4), N(2), KFG_TRUTH_TRUE },
		{ BPF_JMP | BPF_JGT, R(3, 4), N(4), KFG_TRUTH_FALSE },
		{ BPF_JMP | BPF_JGT, R(3, 4), N(3), KFG_TRUTH_UNKNOWN },
		{ BPF_JMP | BPF_JGE, R(3, 4), N(3), KFG_TRUTH_TRUE },
		{ BPF_JMP | BPF_JLT, R(3, 4), N(5), KFG_TRUTH_TRUE },
		{ BPF_JMP | BPF_JLE, R(3, 4), N(2), KFG_TRUTH_FALSE },
		{ BPF_JMP | BPF_JSGT, N(-1), N(0), KFG_TRUTH_FALSE },
		{ BPF_JMP | BPF_JSGT, R(0, UINT64_MAX), N(0), KFG_TRUTH_UNKNOWN },
		{ BPF_JMP | BPF_JSGE, R(5, 9), N(-1), KFG_TRUTH_TRUE },
		{ BPF_JMP32 | BPF_JSLT, N(UINT32_MAX), N(0), KFG_TRUTH_TRUE },
		{ BPF_JMP | BPF_JSLE, N(7), N(7), KFG_TRUTH_TRUE },
		{ BPF_JMP | BPF_JSET, N(6), N(2), KFG_TRUTH_TRUE },
		{ BPF_JMP | BPF_JSET, N(6), N(1), KFG_TRUTH_FALSE },
		{ BPF_JMP | BPF_JSET, R(0, 7), N(8), KFG_TRUTH_FALSE },
		{ BPF_JMP | BPF_JSET, R(0, 8), N(8), KFG_TRUTH_UNKNOWN },
		{ BPF_JMP | BPF_JSET, R(0, 8), N(0), KFG_TRUTH_FALSE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bpf_insn insn = { .code = rows[i].code };
		enum kfg_truth got = kfg_value_jump(&insn, rows[i].dst, rows[i].src);

		if (got != rows[i].want)
			fail_msg("row %zu: got %d, want %d", i, got, rows[i].want);
	}
}

static void test_refine(void **state)
{
	static const struct {
		uint8_t code;
		bool taken;
		struct kfg_value dst, src, want;
	} rows[] = {
		{ BPF_JMP | BPF_JEQ, true, R(0, 9), N(4), N(4) },
		{ BPF_JMP | BPF_JEQ, false, R(0, 9), N(0), R(1, 9) },
		{ BPF_JMP | BPF_JEQ, false, R(0, 9), N(4), R(0, 9) },
		{ BPF_JMP | BPF_JNE, true, R(0, UINT64_MAX), N(0), R(1, UINT64_MAX) },
		{ BPF_JMP | BPF_JNE, false, R(0, 9), N(3), N(3) },
		{ BPF_JMP | BPF_JGT, true, R(0, 9), N(3), R(4, 9) },
		{ BPF_JMP | BPF_JGT, false, R(0, 9), N(3), R(0, 3) },
		{ BPF_JMP | BPF_JGE, true, R(0, 9), N(3), R(3, 9) },
		{ BPF_JMP | BPF_JGE, false, R(0, 9), N(3), R(0, 2) },
		{ BPF_JMP | BPF_JLT, true, R(0, 9), N(3), R(0, 2) },
		{ BPF_JMP | BPF_JLE, false, R(0, 9), N(3), R(4, 9) },
		{ BPF_JMP | BPF_JSGT, true, R(0, 9), N(3), R(0, 9) },
		{ BPF_JMP32 | BPF_JEQ, true, R(0, UINT64_MAX), N(3), R(0, UINT64_MAX) },
		{ BPF_JMP32 | BPF_JEQ, true, R(0, UINT32_MAX), N(-1), N(UINT32_MAX) },
		{ BPF_JMP | BPF_JEQ, true, R(0, 9), R(1, 2), R(0, 9) },
		{ BPF_JMP | BPF_JNE, true, STACK(-8), N(0), STACK(-8) },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bpf_insn insn = { .code = rows[i].code };

		check_same(i, kfg_value_refine(&insn, rows[i].dst, rows[i].src, rows[i].taken), rows[i].want);
	}
}

static void test_join(void **state)
{
	static const struct {
		struct kfg_value a, b, want, widened;
	} rows[] = {
		{ N(4), N(4), N(4), N(4) },
		{ N(4), N(6), R(4, 6), R(1, UINT64_MAX) },
		{ N(0), N(6), R(0, 6), R(0, UINT64_MAX) },
		{ STACK(-8), STACK(-8), STACK(-8), STACK(-8) },
		{ STACK(-8), STACK(-16), SOMEWHERE, SOMEWHERE },
		{ STACK(-8), N(0), SOMEWHERE, SOMEWHERE },
		{ RODATA(8), RODATA(16), R(1, UINT64_MAX), R(1, UINT64_MAX) },
		{ RODATA(8), N(0), R(0, UINT64_MAX), R(0, UINT64_MAX) },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		check_same(i, kfg_value_join(rows[i].a, rows[i].b, false), rows[i].want);
		check_same(i, kfg_value_join(rows[i].b, rows[i].a, false), rows[i].want);
		check_same(i, kfg_value_join(rows[i].a, rows[i].b, true), rows[i].widened);
	}
}

static void test_truncate(void **state)
{
	(void)state;
	check_same(0, kfg_value_truncate((struct kfg_value)N(0x1234), 1), (struct kfg_value)N(0x34));
	check_same(1, kfg_value_truncate((struct kfg_value)R(0x1201, 0x1203), 1), (struct kfg_value)R(1, 3));
	check_same(2, kfg_value_truncate((struct kfg_value)R(0xff, 0x100), 1), (struct kfg_value)R(0, 0xff));
	check_same(3, kfg_value_truncate((struct kfg_value)STACK(0), 4), (struct kfg_value)R(0, UINT32_MAX));
	check_same(4, kfg_value_truncate((struct kfg_value)STACK(0), 8), (struct kfg_value)STACK(0));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alu),  cmocka_unit_test(test_jump),     cmocka_unit_test(test_refine),
		cmocka_unit_test(test_join), cmocka_unit_test(test_truncate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
