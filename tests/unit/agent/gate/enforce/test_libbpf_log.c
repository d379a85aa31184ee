/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What libbpf says with --verbose: all of it, line by line. */
#include "gate/enforce/libbpf_log.h"

#include "base/log.h"
#include "capture.h"

static void __attribute__((format(printf, 2, 3))) say(enum libbpf_print_level level, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	assert_int_equal(kfg_libbpf_log(level, format, ap), 0);
	va_end(ap);
}

static void said(int max_level, enum libbpf_print_level level, const char *text)
{
	kfg_log_open(max_level);
	capture_begin();
	say(level, "%s", text);
	capture_end();
}

static void test_each_line(void **state)
{
	(void)state;
	said(LOG_DEBUG, LIBBPF_WARN, "libbpf: prog 'p': -- BEGIN PROG LOAD LOG --\n0: R1=ctx()\nR2 !read_ok\n");
	assert_string_equal(captured, "kfgate: libbpf: prog 'p': -- BEGIN PROG LOAD LOG --\n"
				      "kfgate: 0: R1=ctx()\n"
				      "kfgate: R2 !read_ok\n");
	said(LOG_DEBUG, LIBBPF_INFO, "no newline");
	assert_string_equal(captured, "kfgate: no newline\n");
}

/* The verifier's words stand at the end of a long log. */
static void test_long(void **state)
{
	char text[16 * 1024];

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = i % 64 == 63 ? '\n' : 'x';
	memcpy(text + sizeof(text) - 6, "end\n", 5);
	said(LOG_DEBUG, LIBBPF_WARN, text);
	assert_non_null(strstr(captured, "xend\n"));
}

static void test_only_with_verbose(void **state)
{
	(void)state;
	said(LOG_INFO, LIBBPF_WARN, "one\ntwo\n");
	assert_string_equal(captured, "");
	said(LOG_DEBUG, LIBBPF_DEBUG, "one\ntwo\n");
	assert_string_equal(captured, "");
}

/* libbpf itself, as the gate asks it to */
static void test_libbpf(void **state)
{
	libbpf_print_fn_t before = libbpf_set_print(kfg_libbpf_log);
	struct bpf_object *object;

	(void)state;
	kfg_log_open(LOG_DEBUG);
	capture_begin();
	object = bpf_object__open_mem("no object", 9, NULL);
	capture_end();
	libbpf_set_print(before);
	assert_null(object);
	assert_non_null(strstr(captured, "kfgate: libbpf: "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_line),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_only_with_verbose),
		cmocka_unit_test(test_libbpf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
