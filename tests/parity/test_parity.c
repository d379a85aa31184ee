/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_parity.c - kfg_verdict_eval() over the compiled table against the oracle over the policy, on
 * generated policies, with a table that knows no kernel's names and with one that knows them all.
 */
#include "generate.h"
#include "oracle.h"

#include <kfgate/decide.h>
#include "policy/table.h"
#include "policy/why.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SEEDS 2000u
#define QUERIES 60u

/* One policy and its table. */
struct subject {
	const struct kfg_policy *policy;
	const struct kfg_table *table;
	uint64_t seed;
};

/* How often each answer was given: a generator that never reaches one proves nothing about it. */
struct seen {
	size_t rules, unlisted, deps, expired, waivers, canaries, patterns, not_live;
};

static struct kfg_policy *load_policy(const struct kfg_gen_case *c, uint64_t seed)
{
	struct kfg_source source = { "generated", c->yaml, c->yaml_size };
	struct kfg_diags diags = { 0 };
	struct kfg_policy *policy = NULL;
	int r = kfg_policy_load(&source, 1, NULL, &diags, &policy);

	for (size_t i = 0; i < diags.n; i++) {
		char *text = kfg_diag_format(&diags.items[i]);

		print_error("seed %llu: %s", (unsigned long long)seed, text);
		free(text);
	}
	kfg_diags_done(&diags);
	assert_int_equal(r, 0);
	return policy;
}

static void count(struct seen *seen, const struct kfg_verdict *v)
{
	seen->canaries += v->rule == KFG_RULE_CANARY;
	seen->rules += v->rule != KFG_NONE;
	seen->unlisted += v->rule == KFG_NONE;
	seen->deps += v->dep != KFG_NONE;
	seen->expired += v->dep_state == KFG_DEP_EXPIRED;
	seen->waivers += v->waiver != KFG_NONE;
	seen->patterns += (v->name_flags & KFG_NAME_PATTERNS) != 0;
}

static void compare(const struct subject *s, const struct kfg_gen_query *q, struct seen *seen)
{
	struct kfg_load load = { q->unit,     q->exe,	  q->prog,  q->cgroup,		 q->uid, q->prog_type, q->today,
				 q->is_agent, q->initial, q->token, kfg_gen_signature(q) };
	struct kfg_verdict got, want;
	enum kfg_reason reason;
	uint8_t got_reason;

	memset(&got, 0xa5, sizeof(got));
	kfg_verdict_eval(s->table, &load, q->kfunc.name, q->kfunc.module, &got);
	kfg_oracle_verdict(s->policy, &load, q->kfunc.name, q->kfunc.module, &want);
	count(seen, &got);
	got.name_flags &= KFG_NAME_INLINED;
	if (memcmp(&got, &want, sizeof(got)) != 0)
		print_error("seed %llu, %s: rule %d for %d, dep %d for %d, waiver %d for %d\n",
			    (unsigned long long)s->seed, q->kfunc.name, (int)got.rule, (int)want.rule, (int)got.dep,
			    (int)want.dep, (int)got.waiver, (int)want.waiver);
	assert_memory_equal(&got, &want, sizeof(got));
	for (unsigned live = 0; live < 2; live++) {
		assert_int_equal(kfg_effective(&got, (uint8_t)live, KFG_REFUSE, &got_reason),
				 kfg_oracle_action(&want, live, KFG_REFUSE, &reason));
		assert_int_equal(got_reason, reason);
		seen->not_live += !live && reason == KFG_REASON_NONE;
	}
}

static uint32_t first_met(const uint32_t *unmet, size_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (!unmet[i])
			return i;
	return KFG_NONE;
}

/* What `kfgate why` says of the conditions leads to the same rule and the same waiver as the verdict. */
static void compare_why(const struct subject *s, const struct kfg_gen_query *q)
{
	struct kfg_load load = { q->unit,     q->exe,	  q->prog,  q->cgroup,		 q->uid, q->prog_type, q->today,
				 q->is_agent, q->initial, q->token, kfg_gen_signature(q) };
	struct kfg_why_unmet unmet = { .n_rules = kfg_policy_n_rules(s->policy),
				       .n_waivers = kfg_policy_n_waivers(s->policy) };
	struct kfg_verdict v;

	unmet.rules = malloc((unmet.n_rules + 1) * sizeof(uint32_t));
	unmet.waivers = malloc((unmet.n_waivers + 1) * sizeof(uint32_t));
	assert_true(unmet.rules && unmet.waivers);
	kfg_why_ask(s->table, &load, q->kfunc.name, q->kfunc.module, &unmet);
	kfg_verdict_eval(s->table, &load, q->kfunc.name, q->kfunc.module, &v);
	if (v.rule != KFG_RULE_CANARY)
		assert_int_equal(first_met(unmet.rules, unmet.n_rules), v.rule);
	for (size_t i = 0; i < unmet.n_rules; i++)
		assert_true(unmet.rules[i] < KFG_WHY_END);
	if (v.waiver != KFG_NONE || (v.dep != KFG_NONE && v.dep_action > KFG_AUDIT))
		assert_int_equal(first_met(unmet.waivers, unmet.n_waivers), v.waiver);
	free(unmet.rules);
	free(unmet.waivers);
}

static void check_seed(uint64_t seed, struct seen *seen)
{
	const struct kfg_gen_pool *pool = &kfg_gen_pool_builtin;
	const char *known[64];
	struct kfg_gen_case c;
	struct kfg_policy *policy;
	size_t n = 0;

	assert_int_equal(kfg_generate(seed, pool, QUERIES, &c), 0);
	policy = load_policy(&c, seed);
	while (n < pool->n_kfuncs && n < 64) {
		known[n] = pool->kfuncs[n].name;
		n++;
	}
	for (unsigned full = 0; full < 2; full++) {
		struct kfg_table *table = NULL;
		struct subject s;

		assert_int_equal(kfg_table_compile(policy, known, full ? n : 0, 1, &table), 0);
		s = (struct subject){ policy, table, seed };
		for (size_t i = 0; i < c.n_queries; i++)
			compare(&s, &c.queries[i], seen);
		/* some of a large policy are enough */
		for (size_t i = 0; i<c.n_queries; i += kfg_policy_n_rules(policy)> 100 ? 8 : 1)
			compare_why(&s, &c.queries[i]);
		kfg_table_free(table);
	}
	kfg_policy_free(policy);
	kfg_gen_case_done(&c);
}

static void test_generated(void **state)
{
	struct seen seen = { 0 };

	(void)state;
	for (uint64_t seed = 0; seed < SEEDS; seed++)
		check_seed(seed, &seen);
	print_message("%u policies: rule %zu, unlisted %zu, deprecation %zu, expired %zu, waived "
		      "%zu, canary %zu, by pattern %zu, dead and of no account %zu\n",
		      SEEDS, seen.rules, seen.unlisted, seen.deps, seen.expired, seen.waivers, seen.canaries,
		      seen.patterns, seen.not_live);
	assert_true(seen.rules > 1000 && seen.unlisted > 1000 && seen.deps > 1000 && seen.expired > 1000);
	assert_true(seen.waivers > 1000 && seen.canaries > 100 && seen.patterns > 100 && seen.not_live > 1000);
}

/* The same seed gives the same policy, whoever asks. */
static void test_repeatable(void **state)
{
	struct kfg_gen_case a, b;

	(void)state;
	assert_int_equal(kfg_generate(7, &kfg_gen_pool_builtin, 5, &a), 0);
	assert_int_equal(kfg_generate(7, &kfg_gen_pool_builtin, 5, &b), 0);
	assert_string_equal(a.yaml, b.yaml);
	for (size_t i = 0; i < 5; i++)
		assert_ptr_equal(a.queries[i].kfunc.name, b.queries[i].kfunc.name);
	kfg_gen_case_done(&a);
	kfg_gen_case_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_generated),
		cmocka_unit_test(test_repeatable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
