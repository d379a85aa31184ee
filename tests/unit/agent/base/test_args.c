/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/args.h"
#include "cmocka_all.h"

#include <errno.h>

static const struct kfg_args_option options[] = {
	{ "policy", "PATH", "", true },
	{ "at", "DATE", "", false },
	{ "force", NULL, "", false },
	{ 0 },
};
static struct kfg_args args;

#define PARSE(...)                                                                                                     \
	kfg_args_parse(sizeof((char *[]){ __VA_ARGS__ }) / sizeof(char *), (char *[]){ __VA_ARGS__ }, options, &args)

static void test_forms(void **state)
{
	const char *values[4];

	(void)state;
	assert_int_equal(PARSE("a", "--policy=x", "--force", "b", "--policy", "y", "--", "--at", "-"), 0);
	assert_int_equal(args.n_words, 4);
	assert_string_equal(args.words[0], "a");
	assert_string_equal(args.words[2], "--at");
	assert_string_equal(args.words[3], "-");
	assert_int_equal(kfg_args_values(&args, "policy", values, 4), 2);
	assert_string_equal(values[0], "x");
	assert_string_equal(values[1], "y");
	assert_true(kfg_args_has(&args, "force"));
	assert_false(kfg_args_has(&args, "at"));
	assert_string_equal(kfg_args_value(&args, "at", "today"), "today");
	assert_int_equal(kfg_args_values(&args, "policy", values, 1), 1);
}

static void test_common_options(void **state)
{
	(void)state;
	assert_int_equal(PARSE("--help"), 0);
	assert_true(kfg_args_has(&args, "help"));
	assert_int_equal(PARSE("-h", "-v"), 0);
	assert_true(kfg_args_has(&args, "help"));
	assert_true(kfg_args_has(&args, "verbose"));
}

#define WRONG(text, ...)                                                                                               \
	do {                                                                                                           \
		assert_int_equal(PARSE(__VA_ARGS__), -EINVAL);                                                         \
		assert_string_equal(args.error, text);                                                                 \
	} while (0)

static void test_wrong_use(void **state)
{
	(void)state;
	WRONG("unknown option --forec, did you mean --force?", "--forec");
	WRONG("unknown option --polcy=x, did you mean --policy?", "--polcy=x");
	WRONG("unknown option --nothing-like-it", "--nothing-like-it");
	WRONG("unknown option -f", "-f");
	WRONG("unknown option -x", "-x");
	WRONG("unknown option --forc, did you mean --force?", "--forc");
	WRONG("--policy needs a value: --policy=PATH", "--policy");
	WRONG("--policy needs a value: --policy=PATH", "--policy=");
	WRONG("--force takes no value", "--force=yes");
	WRONG("--at was given twice", "--at=1", "--at=2");
}

static void test_too_many(void **state)
{
	char *argv[KFG_ARGS_MAX + 1];

	(void)state;
	for (size_t i = 0; i <= KFG_ARGS_MAX; i++)
		argv[i] = "x";
	assert_int_equal(kfg_args_parse(KFG_ARGS_MAX + 1, argv, options, &args), 0);
	assert_int_equal(args.n_words, KFG_ARGS_MAX + 1);
	for (size_t i = 0; i <= KFG_ARGS_MAX; i++)
		argv[i] = "--force";
	assert_int_equal(kfg_args_parse(KFG_ARGS_MAX + 1, argv, options, &args), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_common_options),
		cmocka_unit_test(test_wrong_use),
		cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
