/* SPDX-License-Identifier: GPL-2.0-or-later */
/* load_text.h - policies from texts in the test, and what is said about them. */
#pragma once

#include "policy/policy.h"
#include "policy/table.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What every policy begins with. */
#define HEAD "version: 1\nname: test\nserial: 1\n"
#define TODAY 20778 /* 2026-11-21 */

/* The policy of one text; the test fails when there is a finding. */
static inline struct kfg_policy *load_text(const char *text)
{
	struct kfg_source source = { "test.yaml", text, strlen(text) };
	struct kfg_diags diags = { 0 };
	struct kfg_policy *policy = NULL;
	int r = kfg_policy_load(&source, 1, NULL, &diags, &policy);

	for (size_t i = 0; i < diags.n; i++)
		print_error("%s:%u:%u: %s\n", diags.items[i].file, diags.items[i].line, diags.items[i].col,
			    diags.items[i].text);
	assert_int_equal(diags.n, 0);
	assert_int_equal(r, 0);
	kfg_diags_done(&diags);
	return policy;
}

static inline struct kfg_table *compile_text(const char *text, const char *const *known, size_t n_known)
{
	struct kfg_policy *policy = load_text(text);
	struct kfg_table *table = NULL;

	assert_int_equal(kfg_table_compile(policy, known, n_known, 1, &table), 0);
	kfg_policy_free(policy);
	return table;
}

/* The only finding about a text, which must be refused: "LINE:COL TEXT". To be freed. */
static inline char *refuse_text(const char *text, size_t size)
{
	struct kfg_source source = { "test.yaml", text, size };
	struct kfg_diags diags = { 0 };
	struct kfg_policy *policy = NULL;
	char *finding = NULL;

	assert_int_equal(kfg_policy_load(&source, 1, NULL, &diags, &policy), -EBADMSG);
	assert_null(policy);
	assert_int_equal(diags.n, 1);
	assert_true(asprintf(&finding, "%u:%u %s", diags.items[0].line, diags.items[0].col, diags.items[0].text) > 0);
	kfg_diags_done(&diags);
	return finding;
}
