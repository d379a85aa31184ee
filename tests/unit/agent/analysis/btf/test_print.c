/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/btf/print.h"

#include "btf_build.h"
#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>

static struct kfg_btf_build build;
static uint32_t id_int, id_char, id_task;

static int setup(void **state)
{
	(void)state;
	kfg_btf_build_start(&build, NULL);
	id_int = kfg_btf_build_int(&build, "int", 4, BTF_INT_SIGNED);
	id_char = kfg_btf_build_int(&build, "char", 1, BTF_INT_SIGNED);
	id_task = kfg_btf_build_type(&build, BTF_KIND_STRUCT, "task_struct", 0, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	kfg_btf_build_done(&build);
	return 0;
}

static uint32_t add(unsigned kind, uint32_t type)
{
	return kfg_btf_build_type(&build, kind, NULL, 0, type);
}

/* What is printed of an id, as a function or as the type of something called x. */
static void printed(uint32_t id, bool func, const char *expected)
{
	struct kfg_strbuf out = KFG_STRBUF(4096);
	struct kfg_btf_error error;
	struct kfg_btf *btf = NULL;
	size_t size;
	void *bytes = kfg_btf_build_bytes(&build, &size);

	assert_int_equal(kfg_btf_open(bytes, size, NULL, &btf, &error), 0);
	if (func)
		kfg_btf_print_func(btf, id, &out);
	else
		kfg_btf_print_decl(btf, id, "x", &out);
	assert_string_equal(kfg_strbuf_text(&out), expected);
	kfg_strbuf_done(&out);
	kfg_btf_free(btf);
	free(bytes);
}

static void test_declarations(void **state)
{
	uint32_t pointer = add(BTF_KIND_PTR, id_int), array, proto, of_const;

	(void)state;
	array = add(BTF_KIND_ARRAY, 0);
	kfg_btf_build_word(&build, id_int);
	kfg_btf_build_word(&build, id_int);
	kfg_btf_build_word(&build, 4);
	proto = kfg_btf_build_type(&build, BTF_KIND_FUNC_PROTO, NULL, 2, id_int);
	kfg_btf_build_word(&build, 0);
	kfg_btf_build_word(&build, pointer);
	kfg_btf_build_word(&build, 0);
	kfg_btf_build_word(&build, 0);
	of_const = add(BTF_KIND_CONST, id_char);
	printed(id_int, false, "int x");
	printed(0, false, "void x");
	printed(id_task, false, "struct task_struct x");
	printed(pointer, false, "int *x");
	printed(array, false, "int x[4]");
	printed(add(BTF_KIND_PTR, of_const), false, "const char *x");
	printed(add(BTF_KIND_CONST, pointer), false, "int *const x");
	printed(add(BTF_KIND_PTR, array), false, "int (*x)[4]");
	printed(add(BTF_KIND_PTR, proto), false, "int (*x)(int *, ...)");
	printed(add(BTF_KIND_VOLATILE, of_const), false, "const volatile char x");
	printed(kfg_btf_build_type(&build, BTF_KIND_TYPEDEF, "u32", 0, id_int), false, "u32 x");
	printed(kfg_btf_build_type(&build, BTF_KIND_FWD, "sock", 0, 0), false, "struct sock x");
}

static void test_functions(void **state)
{
	uint32_t task = add(BTF_KIND_PTR, id_task);

	(void)state;
	printed(kfg_btf_build_func(&build, "f", 0, 0, NULL, NULL), true, "void f(void)");
	printed(kfg_btf_build_func(&build, "g", task, 2, (const char *[]){ "pid", NULL }, (uint32_t[]){ id_int, task }),
		true, "struct task_struct *g(int pid, struct task_struct *)");
	printed(id_int, true, "...");
}

/* Circles, and nests without end. */
static void test_endless(void **state)
{
	uint32_t circle = build.next_id, nest;

	(void)state;
	add(BTF_KIND_CONST, circle);
	printed(circle, false, "...");
	nest = build.next_id;
	kfg_btf_build_type(&build, BTF_KIND_FUNC_PROTO, NULL, 2, id_int);
	for (int i = 0; i < 2; i++) {
		kfg_btf_build_word(&build, 0);
		kfg_btf_build_word(&build, nest + 1);
	}
	add(BTF_KIND_PTR, nest);
	printed(nest + 1, false, "int (*x)(int (*)(int (*)(...), int (*)(...)), int (*)(int (*)(...), int (*)(...)))");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_declarations, setup, teardown),
		cmocka_unit_test_setup_teardown(test_functions, setup, teardown),
		cmocka_unit_test_setup_teardown(test_endless, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
