/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmocka_all.h"
#include "analysis/explain/messages.h"
#include <stdio.h>
#include <string.h>

static struct kfg_vlog_message_match m;

static bool match(const char *pattern, const char *line)
{
	return kfg_vlog_message_match(pattern, line, strlen(line), &m);
}

static void assert_span(struct kfg_span s, const char *text)
{
	assert_int_equal(s.n, strlen(text));
	assert_memory_equal(s.at, text, s.n);
}

static void test_tokens(void **state)
{
	(void)state;
	assert_true(match("calling kernel function {k} is not allowed",
			  "[W] calling kernel function bpf_x is not allowed!"));
	assert_span(m.kfunc, "bpf_x");
	assert_false(
		match("calling kernel function {k} is not allowed", "calling kernel function bpf-x is not allowed"));
	assert_false(match("calling kernel function {k} is not allowed", "calling kernel function  is not allowed"));
	assert_true(
		match("func_proto [{n}] incompatible with {w} [{n}]", "func_proto [-1] incompatible with nf_nat [77]"));
	assert_span(m.word, "nf_nat");
	assert_int_equal(m.number, 77);
	assert_false(match("kfunc offset {n} x", "kfunc offset 1234567890123456789 x"));
}

static void test_leading_token(void **state)
{
	(void)state;
	assert_true(match("{a} must be referenced", "x: R1 must be referenced"));
	assert_span(m.arg, "R1");
	assert_true(match("{a} must be referenced", "*(R11-8) must be referenced"));
	assert_span(m.arg, "*(R11-8)");
	assert_true(match("{a} is", "arg#0 is"));
	assert_false(match("{a} must be referenced", "object must be referenced"));
	assert_false(match("{a} must be referenced", " must be referenced"));
	assert_true(match("{k} failed", "it failed, bpf_y failed"));
	assert_span(m.kfunc, "it");
	assert_true(match("{k} failed", "- failed, bpf_y failed"));
	assert_span(m.kfunc, "bpf_y");
}

static void test_braces_that_are_no_token(void **state)
{
	(void)state;
	assert_true(match("bpf_rcu_read_{lock,unlock} in", "Calling bpf_rcu_read_{lock,unlock} in x"));
	assert_int_equal(m.kfunc.n, 0);
	assert_int_equal(m.number, -1);
}

static void test_long_names_do_not_match(void **state)
{
	char line[400];

	(void)state;
	memset(line, 'a', sizeof(line));
	memcpy(line, "kfunc ", 6);
	assert_false(kfg_vlog_message_match("kfunc {k}", line, sizeof(line), &m));
	assert_true(kfg_vlog_message_match("kfunc {k}", line, 6 + 128, &m));
	assert_false(kfg_vlog_message_match("kfunc {k}", line, 6, &m));
	assert_false(kfg_vlog_message_match("kfunc {k}", line, 0, &m));
}

/* A line that a wording is made for. */
static void make_line(const char *pattern, char *line, size_t size)
{
	size_t n = 0;

	line[0] = '\0';
	for (const char *s = pattern; *s;) {
		const char *text = strncmp(s, "{k}", 3) == 0 ? "bpf_x" :
				   strncmp(s, "{w}", 3) == 0 ? "word" :
				   strncmp(s, "{n}", 3) == 0 ? "2002000001" :
				   strncmp(s, "{a}", 3) == 0 ? "R1" :
							       NULL;

		n += (size_t)snprintf(line + n, size - n, "%.*s", text ? 99 : 1, text ? text : s);
		s += text ? 3 : 1;
	}
}

static bool is_known_before(const struct kfg_vlog_message *const *table, const struct kfg_vlog_message *msg,
			    const char *line)
{
	for (const struct kfg_vlog_message *const *t = kfg_vlog_messages; t <= table; t++)
		for (const struct kfg_vlog_message *other = *t; other->pattern && other != msg; other++)
			if (match(other->pattern, line) && other->kind != msg->kind)
				return true;
	return false;
}

/* Each wording is found by itself: none before it in the tables takes it away. */
static void test_every_wording(void **state)
{
	size_t n = 0;

	(void)state;
	for (const struct kfg_vlog_message *const *table = kfg_vlog_messages; *table; table++) {
		for (const struct kfg_vlog_message *msg = *table; msg->pattern; msg++, n++) {
			char line[512];

			make_line(msg->pattern, line, sizeof(line));
			if (is_known_before(table, msg, line))
				fail_msg("\"%s\" is taken for something else", line);
			assert_true(match(msg->pattern, line));
			assert_ptr_equal(m.begin, line);
			assert_ptr_equal(m.end, line + strlen(line));
			assert_true(msg->source[0]);
			assert_true(msg->kind < KFG_VLOG_KIND_MAX);
		}
	}
	assert_true(n > 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_leading_token),
		cmocka_unit_test(test_braces_that_are_no_token),
		cmocka_unit_test(test_long_names_do_not_match),
		cmocka_unit_test(test_every_wording),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
