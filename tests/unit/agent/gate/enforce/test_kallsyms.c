/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gate/enforce/kallsyms.h"

#include "cmocka_all.h"
#include <errno.h>
#include <string.h>

static int parse(const char *text, struct kfg_addresses *ret_symbols)
{
	FILE *in = fmemopen((void *)text, strlen(text), "r");
	int r = kfg_kallsyms_parse(in, ret_symbols);

	fclose(in);
	return r;
}

static void test_found(void **state)
{
	struct kfg_addresses s;

	(void)state;
	assert_int_equal(parse("0000000000000000 A fixed_percpu_data\n"
			       "ffffffff81000000 T init_pid_ns_not\n"
			       "ffffffffc0000001 d init_pid_ns\t[evil]\n"
			       "ffffffff81000001 T __bpf_call_base\n"
			       "ffffffff81000002 D init_pid_ns\n"
			       "ffffffffc0000002 t __bpf_call_base\t[evil]\n"
			       "ffffffff81000003 B btf_vmlinux\n"
			       "ffffffffc0000003 t init_pid_ns\n",
			       &s),
			 0);
	assert_int_equal(s.bpf_call_base, 0xffffffff81000001);
	assert_int_equal(s.init_pid_ns, 0xffffffff81000002);
	assert_int_equal(s.btf_vmlinux, 0xffffffff81000003);
}

static void test_hidden(void **state)
{
	struct kfg_addresses s = { .btf_vmlinux = 7 };

	(void)state;
	assert_int_equal(parse("0000000000000000 T __bpf_call_base\n0000000000000000 D init_pid_ns\n"
			       "0000000000000000 B btf_vmlinux\n",
			       &s),
			 -EACCES);
	assert_int_equal(s.btf_vmlinux, 7);
}

static void test_missing(void **state)
{
	struct kfg_addresses s;

	(void)state;
	assert_int_equal(parse("ffffffff81000001 T __bpf_call_base\nffffffff81000002 D init_pid_ns\n", &s), -ENOENT);
	assert_int_equal(parse("\n", &s), -ENOENT);
	assert_int_equal(parse("x\nffffffff81000003\nffffffff81000003 B\n btf_vmlinux\n"
			       "ffffffff81000003  btf_vmlinux",
			       &s),
			 -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_hidden),
		cmocka_unit_test(test_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
