/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verb table, what follows from it, and that manual pages follow it, too. */
#include "cli/tool.h"
#include "base/exit_code.h"
#include "base/read_file.h"
#include "capture.h"
#include "record/message_ids.h"

#include <fcntl.h>

#define PACKAGING KFG_SOURCE_DIR "/packaging/"

static int run(char *a, char *b, char *c)
{
	char *argv[] = { "kfgate", a, b, c, NULL };
	int argc = 1, code;

	while (argv[argc])
		argc++;
	capture_begin();
	code = kfg_verbs_main(&kfg_tool, argc, argv);
	capture_end();
	return code;
}

static void test_wrong_use(void **state)
{
	(void)state;
	assert_int_equal(run(NULL, NULL, NULL), KFG_EXIT_FAILURE);
	assert_string_equal(captured, "kfgate: needs a verb; \"kfgate help\" lists them\n");
	assert_int_equal(run("chekc", NULL, NULL), KFG_EXIT_FAILURE);
	assert_string_equal(captured, "kfgate: unknown verb \"chekc\", did you mean \"check\"?\n");
	assert_int_equal(run("xyzzy", NULL, NULL), KFG_EXIT_FAILURE);
	assert_string_equal(captured, "kfgate: unknown verb \"xyzzy\"; \"kfgate help\" lists them\n");
	assert_int_equal(run("status", "now", NULL), KFG_EXIT_FAILURE);
	assert_string_equal(captured, "kfgate: status: unexpected argument \"now\"\n");
	assert_int_equal(run("run", "--forc", NULL), KFG_EXIT_FAILURE);
	assert_string_equal(captured, "kfgate: run: unknown option --forc, did you mean --force?\n");
	assert_int_equal(run("help", "chek", NULL), KFG_EXIT_FAILURE);
}

static void test_help(void **state)
{
	(void)state;
	assert_int_equal(run("--version", NULL, NULL), KFG_EXIT_OK);
	assert_string_equal(captured, "kfgate " KFG_VERSION "\n");
	assert_int_equal(run("--help", NULL, NULL), KFG_EXIT_OK);
	for (const struct kfg_verb *v = kfg_tool.verbs; v->name; v++)
		assert_non_null(strstr(captured, v->synopsis));
	assert_int_equal(run("help", "check", NULL), KFG_EXIT_OK);
	assert_non_null(strstr(captured, "Usage: kfgate check [OPTION...] [FILE|DIR|-...]\n"));
	assert_non_null(strstr(captured, "  --at=DATE "));
	assert_int_equal(run("check", "--help", "nonsense"), KFG_EXIT_OK);
	assert_non_null(strstr(captured, "  --at=DATE "));
}

static void test_letters_everywhere(void **state)
{
	static struct kfg_args args;

	(void)state;
	for (const struct kfg_verb *v = kfg_tool.verbs; v->name; v++) {
		char *quiet[] = { "-q" }, *both[] = { "-v", "--no-pager" };
		char usage[64];

		snprintf(usage, sizeof(usage), "Usage: kfgate %s ", v->name);
		assert_int_equal(run((char *)v->name, "-h", NULL), KFG_EXIT_OK);
		assert_int_equal(strncmp(captured, usage, strlen(usage)), 0);
		/* each option once, in the verb's own sense if it has one */
		assert_ptr_equal(strstr(strstr(captured, "  --quiet") + 1, "  --quiet"), NULL);
		assert_int_equal(run((char *)v->name, "-V", NULL), KFG_EXIT_OK);
		assert_string_equal(captured, "kfgate " KFG_VERSION "\n");
		assert_int_equal(kfg_args_parse(1, quiet, v->options, &args), 0);
		assert_true(kfg_args_has(&args, "quiet"));
		assert_int_equal(kfg_args_parse(2, both, v->options, &args), 0);
		assert_true(kfg_args_has(&args, "verbose"));
		assert_int_equal(run((char *)v->name, "--no-such-option", NULL), KFG_EXIT_FAILURE);
		assert_non_null(strstr(captured, ": unknown option --no-such-option"));
		assert_int_equal(run((char *)v->name, "--color=red", "x"), KFG_EXIT_FAILURE);
		assert_non_null(strstr(captured, ": --color=red: must be auto, always or never\n"));
	}
	assert_int_equal(run("status", "-q", "--runtime-dir=/nonexistent"), KFG_EXIT_NOT_RUNNING);
	assert_int_equal(run("-h", NULL, NULL), KFG_EXIT_OK);
	assert_int_equal(run("-V", NULL, NULL), KFG_EXIT_OK);
}

static void test_help_lines_fit(void **state)
{
	(void)state;
	for (const struct kfg_verb *v = kfg_tool.verbs; v->name; v++) {
		_cleanup_strbuf_ struct kfg_strbuf text = KFG_STRBUF(16384);

		kfg_verbs_help(&kfg_tool, v, &text);
		for (const char *line = text.data; *line; line += strcspn(line, "\n") + 1)
			assert_true(strcspn(line, "\n") <= 80);
	}
}

static void test_not_running(void **state)
{
	(void)state;
	assert_int_equal(run("status", "--runtime-dir=/nonexistent", NULL), KFG_EXIT_NOT_RUNNING);
	assert_non_null(strstr(captured, "kfgate is not running"));
	assert_int_equal(run("reload", "--runtime-dir=/nonexistent", NULL), KFG_EXIT_NOT_RUNNING);
}

static char *read_packaging(const char *name)
{
	char path[256], *text;
	size_t size;

	snprintf(path, sizeof(path), PACKAGING "%s", name);
	if (kfg_read_file(AT_FDCWD, path, 1 << 20, &text, &size) < 0)
		fail_msg("cannot read %s", path);
	return text;
}

/* ".Fl -NAME" as a word of its own */
static void assert_option_in(const char *page, const char *verb, const char *option)
{
	char macro[64];

	for (int form = 0; form < 3; form++) {
		snprintf(macro, sizeof(macro), ".It Fl -%s%s", option, form == 0 ? "\n" : form == 1 ? " " : " Ns");
		if (strstr(page, macro))
			return;
	}
	fail_msg("kfgate-%s.8 does not explain --%s", verb, option);
}

static bool has_option(const struct kfg_args_option *options, const char *name)
{
	for (const struct kfg_args_option *o = options; o && o->name; o++)
		if (strcmp(o->name, name) == 0)
			return true;
	return false;
}

static void test_manual_pages(void **state)
{
	_cleanup_free_ char *program = read_packaging("man/kfgate.8");
	const struct kfg_args_option *o;
	char text[64];

	(void)state;
	for (o = kfg_args_common_options; o->name; o++)
		assert_option_in(program, "", o->name);
	for (const struct kfg_verb *v = kfg_tool.verbs; v->name; v++) {
		_cleanup_free_ char *page = NULL;
		size_t n = 0;

		snprintf(text, sizeof(text), ".It Cm %s", v->name);
		assert_non_null(strstr(program, text));
		if (strcmp(v->name, "help") == 0)
			continue;
		snprintf(text, sizeof(text), "man/kfgate-%s.8", v->name);
		page = read_packaging(text);
		for (o = v->options; o && o->name; o++, n++)
			assert_option_in(page, v->name, o->name);
		for (o = kfg_args_common_options; o->name; o++) {
			snprintf(text, sizeof(text), ".It Fl -%s\n", o->name);
			n += !has_option(v->options, o->name) && strstr(page, text) != NULL;
		}
		for (const char *at = page; (at = strstr(at, ".It Fl -")); at++)
			n--;
		assert_int_equal(n, 0); /* and no other option */
	}
}

static void test_message_ids_are_explained(void **state)
{
	_cleanup_free_ char *catalog = read_packaging("catalog/kfgate.catalog");
	_cleanup_free_ char *page = read_packaging("man/kfgate-events.7");
	static const char *const words[] = {
#define WORD(name, word, priority, id) word,
		KFG_MESSAGES(WORD)
	};
	static const char *const ids[] = {
#define ID(name, word, priority, id) id,
		KFG_MESSAGES(ID)
	};
	static const int priorities[] = {
#define PRIORITY(name, word, priority, id) priority,
		KFG_MESSAGES(PRIORITY)
	};
	static const char *const names[] = { "emerg", "alert", "crit", "err", "warning", "notice", "info", "debug" };
	char text[96];
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < KFG_MESSAGE_MAX; i++) {
		snprintf(text, sizeof(text), "\n-- %s\n", ids[i]);
		assert_non_null(strstr(catalog, text));
		snprintf(text, sizeof(text), ".It Li %s\n.Li %s ,\n%s.\n", words[i], ids[i], names[priorities[i]]);
		assert_non_null(strstr(page, text));
	}
	for (const char *at = catalog; (at = strstr(at, "\n-- ")); at++)
		n++;
	assert_int_equal(n, KFG_MESSAGE_MAX);
}

/* A field that is not there would be shown as "@FIELD@". */
static void test_catalog_uses_sure_fields(void **state)
{
	static const char *const sure[] = {
		"KFGATE_ACTION",    "KFGATE_ATTEMPT", "KFGATE_COUNT",  "KFGATE_FAILED",
		"KFGATE_LISTED",    "KFGATE_MODE",    "KFGATE_POLICY", "KFGATE_POLICY_SERIAL",
		"KFGATE_PROG_TYPE", "KFGATE_REASON",  "KFGATE_RULE",
	};
	_cleanup_free_ char *catalog = read_packaging("catalog/kfgate.catalog");
	char *at = catalog;

	(void)state;
	while ((at = strchr(at, '@'))) {
		size_t len = strcspn(++at, "@");
		bool found = false;

		for (size_t i = 0; i < sizeof(sure) / sizeof(sure[0]); i++)
			found = found || (strlen(sure[i]) == len && strncmp(sure[i], at, len) == 0);
		if (!found)
			fail_msg("the catalog uses %.*s", (int)len, at);
		at += len + 1;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong_use),
		cmocka_unit_test(test_help),
		cmocka_unit_test(test_letters_everywhere),
		cmocka_unit_test(test_help_lines_fit),
		cmocka_unit_test(test_not_running),
		cmocka_unit_test(test_manual_pages),
		cmocka_unit_test(test_message_ids_are_explained),
		cmocka_unit_test(test_catalog_uses_sure_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
