/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_policy.c - bytes to policy, findings, lint, table and verdicts. A NUL byte ends the policy;
 * what follows it is the file that its includes find.
 */
#include "policy/diag.h"
#include "policy/policy.h"
#include "policy/table.h"
#include "policy/verdict.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define TODAY 20778 /* 2026-11-21 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int expand(void *userdata, const char *pattern, const struct kfg_source **ret_sources, size_t *ret_n,
		  const char **ret_failed)
{
	const struct kfg_source *included = userdata;

	(void)pattern;
	(void)ret_failed;
	*ret_sources = included;
	*ret_n = included->data ? 1 : 0;
	return 0;
}

static void use_policy(const struct kfg_policy *policy, struct kfg_diags *diags)
{
	static const char *const known[] = { "bpf_rdonly_cast", "bpf_ct_lookup [nf_conntrack]", "x", "aaaaaaaa" };
	struct kfg_load load = { "cilium.service",
				 "/usr/bin/cilium-agent",
				 "cil_x",
				 "/system.slice/cilium.service",
				 0,
				 6,
				 TODAY,
				 false,
				 true,
				 false,
				 KFG_SIGNATURE_BUILTIN };
	struct kfg_table *table = NULL;
	struct kfg_verdict v;

	if (kfg_policy_lint(policy, TODAY, diags) || kfg_table_compile(policy, known, 4, 1, &table))
		return;
	for (size_t i = 0; i < 4; i++) {
		kfg_verdict_eval(table, &load, known[i], i & 1 ? "nf_conntrack" : NULL, &v);
		/* a table that was compiled here is whole */
		if (v.failed || (v.rule != KFG_NONE && !kfg_policy_rule_id(policy, v.rule)))
			abort();
	}
	kfg_table_free(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
	struct kfg_source source = { "policy.yaml", (const char *)data, nul ? (size_t)(nul - data) : size };
	struct kfg_source included = { "/include.yaml", nul ? (const char *)nul + 1 : NULL,
				       nul ? size - source.size - 1 : 0 };
	struct kfg_includer includer = { expand, &included, NULL, false };
	struct kfg_diags diags = { 0 };
	struct kfg_policy *policy = NULL;
	int r = kfg_policy_load(&source, 1, &includer, &diags, &policy);

	if (!r)
		use_policy(policy, &diags);
	else if (!diags.n_errors)
		abort(); /* refused without a word */
	for (size_t i = 0; i < diags.n; i++) {
		char *text = kfg_diag_format(&diags.items[i]);

		/* whatever was in the policy, the terminal sees text */
		if (!text || strcspn(text, "\x1b\x07\r\x7f") != strlen(text))
			abort();
		free(text);
	}
	kfg_diags_done(&diags);
	kfg_policy_free(policy);
	return 0;
}
