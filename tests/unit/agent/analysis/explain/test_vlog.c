/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmocka_all.h"
#include "analysis/explain/lines.h"
#include "analysis/explain/vlog.h"
#include <stdio.h>
#include <string.h>

#define BEGIN(prog) "libbpf: prog '" prog "': -- BEGIN PROG LOAD LOG --\n"
#define FAILED(prog, why) "libbpf: prog '" prog "': BPF program load failed: " why "\n"
#define END "processed 9 insns (limit 1000000)\n-- END PROG LOAD LOG --\n"
#define CALL "; x = bpf_key_put(k); @ a.bpf.c:7\n3: (85) call bpf_key_put#75863\n"

static struct kfg_vlog *vlog;
static const struct kfg_vlog_finding *found;
static size_t n;

static void feed(const char *text, size_t size)
{
	kfg_vlog_free(vlog);
	assert_int_equal(kfg_vlog_new(&vlog), 0);
	kfg_vlog_feed(vlog, text, size);
	kfg_vlog_end(vlog);
	found = kfg_vlog_findings(vlog, &n);
}

static void read_log(const char *text)
{
	feed(text, strlen(text));
}

static void test_context(void **state)
{
	(void)state;
	read_log(BEGIN("p") CALL "R1 must be referenced or trusted\n" END);
	assert_int_equal(n, 1);
	assert_int_equal(found[0].kind, KFG_VLOG_ARGUMENT);
	assert_string_equal(found[0].kfunc, "bpf_key_put");
	assert_string_equal(found[0].prog, "p");
	assert_string_equal(found[0].place, "a.bpf.c:7");
	assert_string_equal(found[0].arg, "R1");
	assert_int_equal(found[0].insn, 3);
	assert_int_equal(found[0].line, 4);
}

static void test_helpers_are_no_kfuncs(void **state)
{
	(void)state;
	read_log(BEGIN("p") "3: (85) call bpf_ringbuf_submit#132\nR1 must be referenced when passed to "
			    "release function\n" END);
	assert_int_equal(n, 0);
	read_log(CALL "4: (b7) r0 = 0\nR1 must be referenced or trusted\n");
	assert_int_equal(n, 0);
	read_log("3: (85) call bpf_sk_lookup_tcp#84\n4: (95) exit\nUnreleased reference id=1 "
		 "alloc_insn=3\n");
	assert_int_equal(n, 0);
}

#define LOADS(state)                                                                                                   \
	BEGIN("p")                                                                                                     \
	"0: (79) r1 = *(u64 *)(r1 +0)\nfunc 'f' arg0 has btf_id 211 type STRUCT 'task_struct'\n1: R1_w=" state "\n"
#define ASKS "9: (85) call bpf_task_acquire#75863\nR1 must be a rcu pointer\n" END

static bool is_of_program(const char *text)
{
	read_log(text);
	assert_int_equal(n, 1);
	assert_string_equal(found[0].kfunc, "bpf_task_acquire");
	return found[0].of_program;
}

/* Where the log shows that the program loaded the argument from its context, and that it is not trusted. */
static void test_argument_of_program(void **state)
{
	(void)state;
	assert_true(is_of_program(LOADS("ptr_task_struct()") ASKS));
	assert_true(
		is_of_program(LOADS("ptr_task_struct()") "1: (bf) r6 = r1\n2: (85) call bpf_get_smp_processor_id#8\n"
							 "3: (bf) r1 = r6\n" ASKS));
	assert_false(is_of_program(LOADS("trusted_ptr_task_struct()") ASKS));
	assert_false(is_of_program(LOADS("ptr_or_null_task_struct(id=1)") ASKS));
	/* another pointer was put into the register */
	assert_false(is_of_program(LOADS("ptr_task_struct()") "1: (79) r1 = *(u64 *)(r1 +8)    ; R1_w=ptr_x()\n" ASKS));
	assert_false(is_of_program(
		LOADS("ptr_task_struct()") "1: (85) call bpf_get_smp_processor_id#8\n2: (bf) r2 = r0\n" ASKS));
	assert_false(is_of_program(LOADS("ptr_task_struct()") "from 5 to 7: R1=scalar()\n" ASKS));
	assert_false(is_of_program(LOADS("ptr_task_struct()") "1: (85) call pc+3\n" ASKS));
	assert_false(is_of_program("0: (79) r1 = *(u64 *)(r6 +8)    ; R1_w=ptr_task_struct()\n" ASKS));
}

static void test_arguments_are_named(void **state)
{
	(void)state;
	read_log(CALL "Expected an initialized dynptr as arg #1\n" END);
	assert_string_equal(found[0].arg, "arg #1");
	read_log(CALL "expected an initialized irq flag as arg#0\n" END);
	assert_string_equal(found[0].arg, "arg#0");
	read_log(CALL "expected an initialized iter_num as R2\n" END);
	assert_string_equal(found[0].arg, "R2");
}

static void test_reference(void **state)
{
	(void)state;
	read_log(BEGIN("p") CALL "9: (95) exit\nUnreleased reference id=2 alloc_insn=3\n" END);
	assert_int_equal(n, 1);
	assert_int_equal(found[0].kind, KFG_VLOG_REFERENCE);
	assert_string_equal(found[0].kfunc, "bpf_key_put");
	assert_int_equal(found[0].insn, 3);
	/* the calls of another program do not count */
	read_log(BEGIN("p") CALL END BEGIN("q") "9: (95) exit\nUnreleased reference id=2 alloc_insn=3\n" END);
	assert_int_equal(n, 0);
}

static void test_suffix(void **state)
{
	(void)state;
	read_log("libbpf: extern (func ksym) 'scx_bpf_dsq_insert___v2___compat': not found in kernel or "
		 "module BTFs\n"
		 "calling kernel function scx_bpf_dsq_insert___v2 is not allowed\n");
	assert_int_equal(n, 2);
	assert_string_equal(found[0].kfunc, "scx_bpf_dsq_insert___v2");
	assert_string_equal(found[0].symbol, "scx_bpf_dsq_insert___v2___compat");
	assert_string_equal(found[1].kfunc, "scx_bpf_dsq_insert___v2");
}

#define GLOBAL                                                                                                         \
	"global functions that may sleep are not allowed in non-sleepable context,\n"                                  \
	"i.e., in a RCU/IRQ/preempt-disabled section, or in\na non-sleepable BPF program context\n"

/* A global function that may sleep concerns a kfunc only where that opened the region. */
static void test_region(void **state)
{
	(void)state;
	read_log(BEGIN("p") "1: (85) call bpf_preempt_disable#70000\n5: (85) call pc+4\n" GLOBAL END);
	assert_int_equal(n, 1);
	assert_int_equal(found[0].kind, KFG_VLOG_CONTEXT);
	assert_string_equal(found[0].kfunc, "bpf_preempt_disable");
	assert_int_equal(found[0].insn, 5);
	read_log(BEGIN("p") "5: (85) call pc+4\n" GLOBAL END);
	assert_int_equal(n, 0);
	/* closed, and open twice and closed once */
	read_log(BEGIN("p") "1: (85) call bpf_rcu_read_lock#70000\n2: (85) call bpf_rcu_read_unlock#70001\n"
			    "5: (85) call pc+4\n" GLOBAL END);
	assert_int_equal(n, 0);
	read_log(BEGIN("p") "1: (85) call bpf_rcu_read_lock#70000\n2: (85) call bpf_rcu_read_lock#70000\n"
			    "3: (85) call bpf_rcu_read_unlock#70001\n5: (85) call pc+4\n" GLOBAL END);
	assert_int_equal(n, 1);
	/* what was so behind the branch that the verifier comes back to */
	read_log(BEGIN("p") "1: (55) if r1 != 0x0 goto pc+3\n2: (85) call bpf_rcu_read_lock#70000\n3: (95) exit\n"
			    "from 1 to 5: R1=1\n5: (85) call pc+4\n" GLOBAL END);
	assert_int_equal(n, 0);
	read_log(BEGIN("p") "from 700 to 5: R1=1\n5: (85) call pc+4\n" GLOBAL END);
	assert_int_equal(n, 0);
	/* another function, another program */
	read_log(BEGIN(
		"p") "2: (85) call bpf_rcu_read_lock#70000\nValidating f() func#1...\n5: (85) call pc+4\n" GLOBAL END);
	assert_int_equal(n, 0);
	read_log(BEGIN("p") "2: (85) call bpf_rcu_read_lock#70000\n" END BEGIN("q") "5: (85) call pc+4\n" GLOBAL END);
	assert_int_equal(n, 0);
}

#define DRAINED "7: (85) call bpf_iter_num_next#70000 ; R0_w=0 fp-8=iter_num(ref_id=1,state=drained,depth=0)\n"

/* Of an iterator at its end the result is the number 0, which the verifier prints as any other. */
static void test_drained(void **state)
{
	(void)state;
	read_log(BEGIN("p") DRAINED "8: (61) r1 = *(u32 *)(r0 +0)\nR0 invalid mem access 'scalar'\n" END);
	assert_int_equal(n, 1);
	assert_int_equal(found[0].kind, KFG_VLOG_RESULT);
	assert_string_equal(found[0].kfunc, "bpf_iter_num_next");
	read_log(BEGIN("p") DRAINED "8: (bf) r6 = r0 ; R0_w=0 R6_w=0\n9: (b7) r0 = 1 ; R0_w=1\n"
				    "10: (61) r1 = *(u32 *)(r6 +0)\nR6 invalid mem access 'scalar'\n" END);
	assert_int_equal(n, 1);
	/* another number, an element, another path */
	read_log(BEGIN("p") DRAINED "8: (b7) r0 = 8 ; R0_w=8\n9: (61) r1 = *(u32 *)(r0 +0)\n"
				    "R0 invalid mem access 'scalar'\n" END);
	assert_int_equal(n, 0);
	read_log(BEGIN(
		"p") "7: (85) call bpf_iter_num_next#70000 ; R0_w=rdonly_mem(id=2,sz=4) "
		     "fp-8=iter_num(ref_id=1,state=active,depth=1)\n8: (61) r1 = *(u32 *)(r0 +0) ; R1_w=scalar()\n"
		     "9: (61) r1 = *(u32 *)(r1 +0)\nR1 invalid mem access 'scalar'\n" END);
	assert_int_equal(n, 0);
	read_log(BEGIN("p") DRAINED "from 3 to 9: R0=scalar()\n9: (61) r1 = *(u32 *)(r0 +0)\n"
				    "R0 invalid mem access 'scalar'\n" END);
	assert_int_equal(n, 0);
	/* a zero of the program's own in its place */
	read_log(BEGIN("p") DRAINED "8: (bf) r6 = r0 ; R0_w=0 R6_w=0\n9: (b7) r6 = 0 ; R6_w=0\n"
				    "10: (61) r1 = *(u32 *)(r6 +0)\nR6 invalid mem access 'scalar'\n" END);
	assert_int_equal(n, 0);
	read_log(BEGIN("p") DRAINED "8: (79) r0 = *(u64 *)(r10 -32) ; R0_w=0\n9: (61) r1 = *(u32 *)(r0 +0)\n"
				    "R0 invalid mem access 'scalar'\n" END);
	assert_int_equal(n, 0);
}

/* A message that may go on in the next line is not joined with what is a line of its own. */
static void test_half(void **state)
{
	(void)state;
	read_log("7: (85) call bpf_wq_set_callback#70000\nR2 expected pointer to func\nprocessed 8 insns\n");
	assert_int_equal(n, 1);
	assert_string_equal(found[0].message, "R2 expected pointer to func");
	read_log("7: (85) call bpf_x#70000\nkernel function bpf_x args#0 expected pointer to STRUCT a\n"
		 "processed 8 insns\n");
	assert_string_equal(found[0].message, "kernel function bpf_x args#0 expected pointer to STRUCT a");
	read_log("7: (85) call bpf_x#70000\nkernel function bpf_x args#0 expected pointer to\n"
		 "STRUCT a but R1 has a pointer to STRUCT b\n");
	assert_string_equal(
		found[0].message,
		"kernel function bpf_x args#0 expected pointer to STRUCT a but R1 has a pointer to STRUCT b");
}

/* EACCES: a security module where the verifier had no objection; else it is said, and no finding. */
static void test_denied(void **state)
{
	(void)state;
	read_log(FAILED("p", "-EACCES") BEGIN("p") "0: (95) exit\n" END);
	assert_int_equal(n, 1);
	assert_int_equal(found[0].kind, KFG_VLOG_REFUSED);
	assert_string_equal(found[0].prog, "p");
	/* the verifier had something to say */
	read_log(FAILED("p", "-EACCES") BEGIN("p") "0: (95) exit\nR0 !read_ok\n" END);
	assert_int_equal(n, 0);
	assert_int_equal(kfg_vlog_facts(vlog)->refused_line, 0);
	read_log(FAILED("p", "-EPERM"));
	assert_int_equal(n, 0);
	assert_int_equal(kfg_vlog_facts(vlog)->refused_line, 0);
	/* nothing between these lines: the verifier's words may stand elsewhere */
	read_log(FAILED("p", "Permission denied") "libbpf: prog 'p': failed to load: -13\n");
	assert_int_equal(n, 0);
	assert_int_equal(kfg_vlog_facts(vlog)->refused_line, 1);
	read_log("0: (95) exit\nR0 !read_ok\nprocessed 1 insns\n" FAILED("p", "Permission denied"));
	assert_int_equal(n, 0);
	assert_int_equal(kfg_vlog_facts(vlog)->refused_line, 0);
	/* statistics without an instruction, outside of libbpf's marks */
	read_log(FAILED("p", "Permission denied") "processed 0 insns (limit 1000000)\n");
	assert_int_equal(n, 0);
	read_log(FAILED("p", "Permission denied") "libbpf: failed to load object 'o'\n");
	assert_int_equal(n, 0);
	assert_int_equal(kfg_vlog_facts(vlog)->refused_line, 1);
	read_log("Failed to load BPF object: Permission denied\n");
	assert_int_equal(n, 0);
	assert_int_equal(kfg_vlog_facts(vlog)->refused_line, 1);
}

/* kfgate says itself what it refused. */
static void test_own_record(void **state)
{
	(void)state;
	read_log("kfgate[230]: Refused BPF program \"userns\" (lsm) of nsres[300] (nsres.service): rule no-casts "
		 "refuses "
		 "kfunc bpf_rdonly_cast [rule no-casts, policy demo 1]\n"
		 "nsres[300]: Failed to load BPF object: Permission denied\n");
	assert_int_equal(n, 1);
	assert_int_equal(found[0].kind, KFG_VLOG_REFUSED);
	assert_string_equal(found[0].kfunc, "bpf_rdonly_cast");
	assert_string_equal(found[0].prog, "userns");
	assert_int_equal(strncmp(found[0].message, "Refused BPF program", 19), 0);
	assert_int_equal(kfg_vlog_facts(vlog)->refused_line, 0);
	read_log("kfgate[230]: Would refuse BPF program \"userns\" (lsm): rule no-casts refuses kfunc "
		 "bpf_rdonly_cast\n");
	assert_int_equal(n, 0);
}

/* Linux 7.3 prints the old wording, and a report after it. */
static void test_report(void **state)
{
	const char *report = "\nVerification failed: Policy: Operation is not allowed\n\nReason:\n"
			     "  The kfunc bpf_key_put is not allowed: calling kernel function\n  x is not "
			     "allowed.\n\n"
			     "At:\n  p @ a.bpf.c:7:1\n  >>>    3 | (85) call bpf_other#99999\n\nSuggestion:\n  Do "
			     "not.\n\n";
	char text[2048];

	(void)state;
	snprintf(text, sizeof(text), BEGIN("p") CALL "calling kernel function bpf_key_put is not allowed\n%s" END,
		 report);
	read_log(text);
	assert_true(n >= 1);
	assert_string_equal(found[0].kfunc, "bpf_key_put");
	assert_int_equal(found[0].kind, KFG_VLOG_NOT_ALLOWED);
	/* an argument that only the report explains, over several lines */
	read_log(BEGIN("p") CALL "\nVerification failed: Call Type Safety: Invalid call argument\n\nReason:\n"
				 "  The first argument (key) to bpf_key_put does not satisfy the\n"
				 "  verifier contract: the kfunc wants more.\n\nAt:\n  x\n\n" END);
	assert_int_equal(n, 1);
	assert_int_equal(found[0].kind, KFG_VLOG_ARGUMENT);
	assert_non_null(strstr(found[0].message, "to bpf_key_put does not satisfy the verifier contract: the "
						 "kfunc"));
}

/* What is said after a report is read again. */
static void test_after_a_report(void **state)
{
	(void)state;
	read_log(BEGIN("p") CALL "5: (85) call bpf_key_get#75864\n9: (95) exit\n"
				 "Unreleased reference id=2 alloc_insn=3\n"
				 "\nVerification failed: Resource Lifetime Safety: Leak\n\nReason:\n  x\n\n"
				 "Suggestion:\n  y\n\nUnreleased reference id=3 alloc_insn=5\n" END);
	assert_int_equal(n, 2);
	assert_string_equal(found[0].kfunc, "bpf_key_put");
	assert_string_equal(found[1].kfunc, "bpf_key_get");
}

static void test_unclear(void **state)
{
	(void)state;
	read_log(BEGIN("p") CALL "a wording of the future\nand more of it\n" END);
	assert_int_equal(n, 1);
	assert_int_equal(found[0].kind, KFG_VLOG_REJECTED);
	assert_string_equal(found[0].message, "a wording of the future");
	assert_int_equal(found[0].line, 4);
	read_log("libbpf: the kfunc 'x' is from the future\nlibbpf: prog 'my kfunc x': all is well\n");
	assert_int_equal(n, 1);
	assert_int_equal(found[0].line, 1);
	/* a program that goes on after its call */
	read_log(BEGIN("p") CALL "some remark\n4: (95) exit\n" END);
	assert_int_equal(n, 0);
}

static void test_said_twice_is_found_once(void **state)
{
	(void)state;
	read_log(BEGIN("p") "3: <invalid kfunc call>\nkfunc 'bpf_x' is referenced but wasn't resolved\n" END BEGIN(
		"p") "3: (85) call unknown#2002000003\ninvalid func "
		     "unknown#2002000003\n" END);
	assert_int_equal(n, 1);
	assert_string_equal(found[0].kfunc, "bpf_x");
	read_log("3: (85) call unknown#195896080\ninvalid func unknown#195896080\n");
	assert_int_equal(n, 0);
}

static void test_hostile(void **state)
{
	static char big[3 * KFG_LINES_MAX];
	static const char nul[] = "libbpf: extern (func ksym) 'bpf_\0x': not found in kernel\n";

	(void)state;
	feed(nul, sizeof(nul) - 1);
	assert_int_equal(n, 1);
	assert_int_equal(found[0].kind, KFG_VLOG_UNCLEAR);
	memset(big, 'x', sizeof(big));
	memcpy(big + sizeof(big) - 30, "calling kernel function x is n", 30);
	feed(big, sizeof(big));
	assert_int_equal(n, 0);
	feed("", 0);
	assert_int_equal(n, 0);
}

static void test_only_so_many_are_kept(void **state)
{
	(void)state;
	kfg_vlog_free(vlog);
	assert_int_equal(kfg_vlog_new(&vlog), 0);
	for (unsigned i = 0; i < KFG_VLOG_FINDINGS_MAX + 5; i++) {
		char line[80];

		snprintf(line, sizeof(line), "calling kernel function bpf_%u is not allowed\n", i);
		kfg_vlog_feed(vlog, line, strlen(line));
	}
	kfg_vlog_end(vlog);
	found = kfg_vlog_findings(vlog, &n);
	assert_int_equal(n, KFG_VLOG_FINDINGS_MAX);
	assert_int_equal(kfg_vlog_n_more(vlog), 5);
}

static int teardown(void **state)
{
	(void)state;
	kfg_vlog_free(vlog);
	vlog = NULL;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_context),
		cmocka_unit_test(test_helpers_are_no_kfuncs),
		cmocka_unit_test(test_argument_of_program),
		cmocka_unit_test(test_arguments_are_named),
		cmocka_unit_test(test_reference),
		cmocka_unit_test(test_suffix),
		cmocka_unit_test(test_region),
		cmocka_unit_test(test_drained),
		cmocka_unit_test(test_half),
		cmocka_unit_test(test_denied),
		cmocka_unit_test(test_own_record),
		cmocka_unit_test(test_report),
		cmocka_unit_test(test_after_a_report),
		cmocka_unit_test(test_unclear),
		cmocka_unit_test(test_said_twice_is_found_once),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_only_so_many_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
