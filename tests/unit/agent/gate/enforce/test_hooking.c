/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gate/enforce/hooking.h"

#include "cmocka_all.h"

#include <string.h>

/* The functions are those of include/linux/security.h, 6.1..7.3. */
static void test_functions(void **state)
{
	static const struct {
		const char *hook, *lsm, *function;
	} cases[] = {
		{ "bpf_prog", "bpf_lsm_bpf_prog", "security_bpf_prog" },
		{ "bpf_prog_load", "bpf_lsm_bpf_prog_load", "security_bpf_prog_load" },
		{ "bpf_prog_alloc_security", "bpf_lsm_bpf_prog_alloc_security", "security_bpf_prog_alloc" },
		{ "bprm_check_security", "bpf_lsm_bprm_check_security", "security_bprm_check" },
		{ "task_alloc", "bpf_lsm_task_alloc", "security_task_alloc" },
		{ "_security", "bpf_lsm__security", "security__security" },
	};
	char buf[KFG_HOOKING_FUNC];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_string_equal(kfg_hooking_func(KFG_HOOKING_LSM, cases[i].hook, buf), cases[i].lsm);
		assert_string_equal(kfg_hooking_func(KFG_HOOKING_MODIFY_RETURN, cases[i].hook, buf), cases[i].function);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_functions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
