/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_messages.c - each message of tests/data/verifier-messages.tsv after a call: known, and never only "rejected". */
#include "analysis/explain/advice.h"
#include "cmocka_all.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS 4
/* Messages of which explain knows only that an argument, or a region, is wrong. It may go down. */
#define GENERIC_MAX 2

static size_t n_generic;

/* What is said where no row of advice_argument.c or advice_region.c fits. */
static void count_generic(const struct kfg_vlog_finding *f)
{
	const struct kfg_advice_input input = { 0 };
	struct kfg_advice advice;
	const char *todo;

	assert_int_equal(kfg_advice_make(f, &input, &advice), 0);
	todo = kfg_strbuf_text(&advice.todo);
	if (strncmp(todo, "Compare the declaration and the call", 36) == 0 ||
	    strncmp(todo, "Balance the region on every path, and put", 41) == 0) {
		print_message("generic: %s\n", f->message);
		n_generic++;
	}
	kfg_advice_done(&advice);
}

static void check(const char *kind, const char *kfunc, const char *message)
{
	const struct kfg_vlog_finding *f;
	struct kfg_vlog *vlog = NULL;
	char log[1024];
	size_t n;

	snprintf(log, sizeof(log), "7: (85) call bpf_task_acquire#70000\n%s\nprocessed 8 insns (limit 1000000)\n",
		 message);
	assert_int_equal(kfg_vlog_new(&vlog), 0);
	kfg_vlog_feed(vlog, log, strlen(log));
	kfg_vlog_end(vlog);
	f = kfg_vlog_findings(vlog, &n);
	if (n != 1)
		fail_msg("%zu findings in \"%s\"", n, message);
	if (strcmp(kfg_vlog_kind_str(f[0].kind), kind) != 0)
		fail_msg("\"%s\" is taken for %s, not for %s", message, kfg_vlog_kind_str(f[0].kind), kind);
	if (strcmp(f[0].kfunc, kfunc) != 0)
		fail_msg("\"%s\" is about %s, not about %s", message, f[0].kfunc, kfunc);
	assert_true(f[0].kind != KFG_VLOG_REJECTED && f[0].kind != KFG_VLOG_UNCLEAR);
	count_generic(&f[0]);
	kfg_vlog_free(vlog);
}

/* Parts a line at its tabs, in place. */
static size_t split(char *line, char *columns[COLUMNS])
{
	size_t n = 0;

	line[strcspn(line, "\n")] = '\0';
	while (n < COLUMNS) {
		char *tab = n < COLUMNS - 1 ? strchr(line, '\t') : NULL;

		columns[n++] = line;
		if (!tab)
			break;
		*tab = '\0';
		line = tab + 1;
	}
	return n;
}

static void test_every_message(void **state)
{
	FILE *file = fopen(KFG_SOURCE_DIR "/tests/data/verifier-messages.tsv", "re");
	char *line = NULL, *columns[COLUMNS];
	size_t size = 0, n = 0;

	(void)state;
	assert_non_null(file);
	while (getline(&line, &size, file) > 0) {
		if (line[0] == '#' || strncmp(line, "kernels\t", 8) == 0)
			continue;
		assert_int_equal(split(line, columns), COLUMNS);
		check(columns[1], columns[2], columns[3]);
		n++;
	}
	assert_true(n > 200);
	if (n_generic > GENERIC_MAX)
		fail_msg("%zu messages get a sentence for anything else, and %d did", n_generic, GENERIC_MAX);
	free(line);
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_every_message) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
