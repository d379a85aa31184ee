/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmocka_all.h"

#include "analysis/report/baseline.h"
#include <errno.h>
#include <string.h>

#define TODAY 20778 /* 2026-11-21 */

static struct kfg_baseline_error error;

static struct kfg_baseline *parsed(const char *text)
{
	struct kfg_baseline *b = NULL;

	if (kfg_baseline_parse(text, strlen(text), TODAY, &b, &error) < 0)
		fail_msg("line %u: %s", error.line, error.text);
	return b;
}

static bool covers(const char *text, enum kfg_report_state state, const char *object, const char *kernel,
		   const char *name)
{
	struct kfg_baseline *b = parsed(text);
	bool known = kfg_baseline_covers(b, state, object, kernel, name);

	kfg_baseline_free(b);
	return known;
}

static void a_report_is_a_baseline(void **state)
{
	static const char report[] = "state,object,kernel,kind,name\r\nfails,a.o,7.3,kfunc,bpf_x\r\n"
				     "ok,b.o,7.3,kfunc,bpf_y\r\n"
				     "unchecked,\"c,\"\"d.o\",,,\r\nwarned,'=e,7.3,kfunc,bpf_z\r\n";

	(void)state;
	assert_true(covers(report, KFG_REPORT_FAILS, "a.o", "7.3", "bpf_x"));
	assert_true(covers(report, KFG_REPORT_UNCHECKED, "a.o", "7.3", "bpf_x"));
	assert_false(covers(report, KFG_REPORT_FAILS, "a.o", "7.4", "bpf_x"));
	assert_false(covers(report, KFG_REPORT_FAILS, "a.o", "7.3", ""));
	assert_false(covers(report, KFG_REPORT_WARNED, "b.o", "7.3", "bpf_y"));
	assert_true(covers(report, KFG_REPORT_UNCHECKED, "c,\"d.o", "", ""));
	/* worse than it was */
	assert_false(covers(report, KFG_REPORT_FAILS, "c,\"d.o", "", ""));
	assert_true(covers(report, KFG_REPORT_WARNED, "=e", "7.3", "bpf_z"));
}

static void entries_by_hand(void **state)
{
	(void)state;
	assert_true(covers("object\n*.o\n", KFG_REPORT_FAILS, "x/a.o", "7.3", "bpf_x"));
	assert_false(covers("object,name\n*.o,bpf_y\n", KFG_REPORT_FAILS, "x/a.o", "7.3", "bpf_x"));
	assert_true(covers("name,until,note\n\nbpf_x,2026-11-21,OPS-1\n", KFG_REPORT_FAILS, "a", "k", "bpf_x"));
	assert_false(covers("name,until,note\nbpf_x,2026-11-20,OPS-1\n", KFG_REPORT_FAILS, "a", "k", "bpf_x"));
	assert_true(covers("name\nbpf_x", KFG_REPORT_FAILS, "a", "k", "bpf_x"));
}

static void count_ended(void *arg, unsigned line, int32_t day)
{
	assert_int_equal(line, 3);
	assert_int_equal(day, TODAY - 1);
	++*(unsigned *)arg;
}

static void ended_ones_are_named(void **state)
{
	struct kfg_baseline *b = parsed("name,until,note\nbpf_x,2026-11-21,a\nbpf_x,2026-11-20,b\n");
	unsigned n = 0;

	(void)state;
	kfg_baseline_ended(b, count_ended, &n);
	assert_int_equal(n, 1);
	kfg_baseline_free(b);
}

static void note_line(void *arg, unsigned line)
{
	*(unsigned *)arg = *(unsigned *)arg * 10 + line;
}

static void unused_ones_are_named(void **state)
{
	struct kfg_baseline *b =
		parsed("name,until,note\nbpf_x,,\nbpf_y,,\nbpf_*,,\nbpf_z,2026-11-20,ended\nbpf_w,,\n");
	unsigned lines = 0;

	(void)state;
	assert_true(kfg_baseline_covers(b, KFG_REPORT_FAILS, "a", "k", "bpf_x"));
	kfg_baseline_unused(b, note_line, &lines);
	assert_int_equal(lines, 36);
	kfg_baseline_free(b);
}

static void mistakes_have_their_line(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *says;
	} rows[] = {
		{ "", 1, "names no column" },
		{ "fit,detail\n", 1, "names no column" },
		{ "objct,kernel\n", 1,
		  "column 1: neither a baseline nor a report has \"objct\": did you mean \"object\"?" },
		{ "object,ticket\n", 1, "column 2: neither a baseline nor a report has \"ticket\"" },
		{ "name,state\nbpf_x,broken\n", 2, "no such state: \"broken\"" },
		{ "name,until,note\nbpf_x,soon,a\n", 2, "until must be a day like 2027-01-31, not \"soon\"" },
		{ "name,until\nbpf_x,2027-01-01\n", 2, "needs a note" },
		{ "name\nbpf_x\nbpf_y,more\n", 3, "more cells" },
		{ "name\n\"bpf_x\n", 2, "a quote has no end" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct kfg_baseline *b = NULL;

		assert_int_equal(kfg_baseline_parse(rows[i].text, strlen(rows[i].text), TODAY, &b, &error), -EBADMSG);
		assert_int_equal(error.line, rows[i].line);
		if (!strstr(error.text, rows[i].says))
			fail_msg("\"%s\" does not say \"%s\"", error.text, rows[i].says);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_is_a_baseline),   cmocka_unit_test(entries_by_hand),
		cmocka_unit_test(ended_ones_are_named),	    cmocka_unit_test(unused_ones_are_named),
		cmocka_unit_test(mistakes_have_their_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
