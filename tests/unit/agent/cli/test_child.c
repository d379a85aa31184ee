/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What another program says, how it ends, and what it gets to know. */
#include "cli/child.h"

#include "cmocka_all.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct kfg_strbuf out, errors;
static int code;

static int run(unsigned seconds, const char *script)
{
	const char *const argv[] = { "sh", "-c", script, NULL };

	kfg_strbuf_done(&out);
	kfg_strbuf_done(&errors);
	out = (struct kfg_strbuf)KFG_STRBUF(1u << 20);
	errors = (struct kfg_strbuf)KFG_STRBUF(1u << 20);
	code = -1;
	return kfg_child_run(argv, seconds, &out, &errors, &code);
}

static void test_says(void **state)
{
	(void)state;
	assert_int_equal(run(60, "echo one; echo two >&2; exit 3"), 0);
	assert_int_equal(code, 3);
	assert_string_equal(kfg_strbuf_text(&out), "one\n");
	assert_string_equal(kfg_strbuf_text(&errors), "two\n");
	assert_int_equal(run(60, "read x && echo heard"), 0);
	assert_int_equal(code, 1);
	assert_int_equal(run(60, "head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2"), 0);
	assert_int_equal(out.size, 300000);
	assert_int_equal(errors.size, 300000);
}

static void test_environment(void **state)
{
	(void)state;
	setenv("KFGATE_TEST_TOKEN", "s3cret", 1);
	setenv("CREDENTIALS_DIRECTORY", "/run/credentials/x", 1);
	setenv("KFGATE_KERNELS", "/kernels", 1);
	assert_int_equal(run(60, "env | sed s/=.*//"), 0);
	assert_null(strstr(out.data, "TOKEN"));
	assert_null(strstr(out.data, "CREDENTIALS"));
	assert_non_null(strstr(out.data, "PATH\n"));
	assert_non_null(strstr(out.data, "KFGATE_KERNELS\n"));
	unsetenv("KFGATE_KERNELS");
}

static void test_fails(void **state)
{
	const char *const argv[] = { "/no/such/program", NULL };

	(void)state;
	assert_int_equal(kfg_child_run(argv, 60, &out, &errors, &code), -ENOENT);
	assert_int_equal(run(60, "kill -9 $$"), -ECANCELED);
	assert_int_equal(run(1, "echo begun; exec sleep 600"), -ETIMEDOUT);
	assert_string_equal(kfg_strbuf_text(&out), "begun\n");
	assert_int_equal(run(60, "head -c 2000000 /dev/zero"), -E2BIG);
}

static int teardown(void **state)
{
	(void)state;
	kfg_strbuf_done(&out);
	kfg_strbuf_done(&errors);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_says),
		cmocka_unit_test(test_environment),
		cmocka_unit_test(test_fails),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
