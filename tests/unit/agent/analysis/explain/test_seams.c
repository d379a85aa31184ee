/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/explain/seams.h"

#include "cmocka_all.h"

#include <stdio.h>
#include <string.h>

static struct kfg_span span(const char *text)
{
	return (struct kfg_span){ text, strlen(text) };
}

/* The lines of text, with bars between. */
static const char *parted(const char *text)
{
	static char out[512];
	struct kfg_line_seams seams;
	struct kfg_span s = span(text);
	size_t at = 0, next = 0;

	kfg_line_seam_start(&seams, s);
	do {
		size_t n = kfg_line_seam_find(&seams, s, &next);

		at += (size_t)snprintf(out + at, sizeof(out) - at, "%s%.*s", at ? "|" : "", (int)n, s.at);
		s = (struct kfg_span){ s.at + next, s.n - next };
	} while (s.n);
	return out;
}

static void test_lines(void **state)
{
	(void)state;
	assert_string_equal(parted("libbpf: extern (func ksym) 'a': not found libbpf: failed to load object"),
			    "libbpf: extern (func ksym) 'a': not found|libbpf: failed to load object");
	assert_string_equal(parted("x: libbpf: prog 'p': -- BEGIN PROG LOAD LOG -- no such processed 3 insns (limit 1) "
				   "-- END PROG LOAD LOG -- libbpf: failed"),
			    "x: libbpf: prog 'p': -- BEGIN PROG LOAD LOG --|no such|processed 3 insns (limit 1)|"
			    "-- END PROG LOAD LOG --|libbpf: failed");
	assert_string_equal(parted("12: <invalid kfunc call> kfunc 'k' is referenced"),
			    "12: <invalid kfunc call>|kfunc 'k' is referenced");
	assert_string_equal(parted("missing module BTF [  201.300200] cannot register"),
			    "missing module BTF|[  201.300200] cannot register");
	assert_string_equal(parted("kfgate[2]: Refused x of agent[12] (a.service) agent[12]: libbpf: failed"),
			    "kfgate[2]: Refused x of agent[12] (a.service)|agent[12]: libbpf: failed");
	/* what stands before an instruction stands between all lines */
	assert_string_equal(parted("x: 3: (79) r1 = *(u64 *)(r6 +8) ; 4: (85) call bpf_a#66; R1 must be trusted; done"),
			    "x: 3: (79) r1 = *(u64 *)(r6 +8) |4: (85) call bpf_a#66|R1 must be trusted|done");
	assert_string_equal(parted("a | b | 4: (85) call bpf_a#66 | R1(x,y) is not"),
			    "a |b |4: (85) call bpf_a#66 |R1(x,y) is not");
	assert_string_equal(parted("\"stderr_lines\": ['one', \"it's\", 'three']"),
			    "\"stderr_lines\": ['one|it's|three']");
}

static void test_one_line(void **state)
{
	static const char *const lines[] = {
		"",
		"libbpf: ",
		"Error: libbpf: failed to load object 'x'",
		"libbpf: prog 'p': -- BEGIN PROG LOAD LOG --",
		"-- END PROG LOAD LOG -- ",
		"it processed them, [x] and [12] and [1.2",
		"R1 type 'a', 'b' is not c",
		"8: (15) if r6 == 0x0 goto pc+14 ; R6_w=ptr_node_data(off=16,imm=0)",
		"a; b; c, d | e",
		"; x = f(p); 4: (bf) r1 = r7 ; R1=scalar()",
		"12: <invalid kfunc call>",
		"[",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct kfg_line_seams seams;
		size_t next, n = strlen(lines[i]);

		kfg_line_seam_start(&seams, span(lines[i]));
		assert_int_equal(kfg_line_seam_find(&seams, span(lines[i]), &next), n);
		assert_int_equal(next, n);
	}
}

static void assert_insn(const char *insn, const char *words)
{
	char text[256];

	snprintf(text, sizeof(text), "%s %s", insn, words);
	assert_int_equal(kfg_line_seam_insn(span(text)), strlen(insn));
	assert_int_equal(kfg_line_seam_insn(span(insn)), 0);
}

static void test_insn(void **state)
{
	static const char *const insns[] = {
		"0: (95) exit",
		"1: (b7) r2 = 5",
		"2: (bf) r6 = r1                       ; R1=ctx() R6_w=ctx()",
		"3: (79) r1 = *(u64 *)(r6 +0)          ; R1_w=inv(id=0,var_off=(0x0; 0xff)) refs=2 cb",
		"4: (7b) *(u64 *)(r10 -8) = r1",
		"5: (07) r2 += -64",
		"6: (15) if r2 == 0x0 goto pc+45",
		"7: (05) goto pc-3",
		"8: (85) call pc+31",
		"9: (dc) r1 = be16 r1",
		"10: (db) r0 = atomic64_fetch_add((u64 *)(r1 +0), r0)",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(insns) / sizeof(insns[0]); i++)
		assert_insn(insns[i], "R2 type=scalar expected=fp");
	assert_int_equal(kfg_line_seam_insn(span("11: (18) r1 = 0 ll")), 0);
	assert_int_equal(kfg_line_seam_insn(span("12: (b7) r2 = 5 <-- here")), 0);
	assert_int_equal(kfg_line_seam_insn(span("12: (b7")), 0);
	assert_int_equal(kfg_line_seam_insn(span("no insn (b7) r2 = 5 words")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_one_line),
		cmocka_unit_test(test_insn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
