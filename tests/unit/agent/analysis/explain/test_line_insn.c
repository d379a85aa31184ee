/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/explain/line_insn.h"
#include "cmocka_all.h"
#include <string.h>

static void test_found(void **state)
{
	static const char line[] = "prog: 28: (85) call bpf_x#81234";
	struct kfg_span rest;
	long long insn;

	(void)state;
	assert_ptr_equal(kfg_line_insn_find((struct kfg_span){ line, strlen(line) }, &insn, &rest), line + 6);
	assert_int_equal(insn, 28);
	assert_int_equal(rest.n, strlen("85) call bpf_x#81234"));
	assert_memory_equal(rest.at, "85) call bpf_x#81234", rest.n);
}

/* What the verifier prints while it walks back was printed before. */
static void test_back(void **state)
{
	static const char back[] = "mark_precise: regs=r2 stack= before 12: (b7) r2 = 8";
	struct kfg_span rest;
	long long insn;

	(void)state;
	assert_null(kfg_line_insn_find((struct kfg_span){ back, strlen(back) }, &insn, &rest));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_found), cmocka_unit_test(test_back) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
