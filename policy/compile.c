/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compile.c - policy to rows: the only place where precedence is decided. Rows stand in the order
 * in which they are asked: the canaries of the agent, rules as the sources give them, waivers
 * likewise.
 */
#include "compile.h"

#include "array.h"
#include "verdict.h"
#include "words.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int add_row(struct kfg_compile *c, const struct kfg_row *row)
{
	int r = kfg_array_grow(&c->rows, &c->rows_capacity, c->n_rows, sizeof(*c->rows));

	if (r)
		return r;
	if (c->n_rows >= KFG_TABLE_CELLS_MAX)
		return -E2BIG;
	c->rows[c->n_rows++] = *row;
	return 0;
}

static int add_matcher(struct kfg_compile *c, const char *text, bool glob, uint32_t *ret_index)
{
	return kfg_intern_texts_add(&c->matchers, text, strlen(text), glob ? KFG_MATCH_GLOB : 0, ret_index);
}

static int patterns_dim(struct kfg_compile *c, const struct kfg_patterns *patterns, bool hashed,
			struct kfg_range *ret_dim)
{
	uint32_t *refs = calloc(patterns->n + 1, sizeof(*refs));
	int r = refs ? 0 : -ENOMEM;

	for (size_t i = 0; i < patterns->n && !r; i++)
		r = add_matcher(c, patterns->items[i].match, patterns->items[i].glob || !hashed, &refs[i]);
	if (!r)
		r = kfg_intern_slices_add(&c->refs, refs, (uint32_t)patterns->n, ret_dim);
	free(refs);
	return r;
}

/* The number of a keyring: its serial, where a host was asked. */
static uint32_t keyring_number(const struct kfg_compile *c, const char *name)
{
	if (!c->keyrings)
		return kfg_signature_of_name(name);
	for (size_t i = 0; i < c->keyrings->n; i++)
		if (!strcmp(c->keyrings->items[i].name, name) && c->keyrings->items[i].serial)
			return c->keyrings->items[i].serial;
	return KFG_SIGNATURE_NOBODYS;
}

static int signature_dim(struct kfg_compile *c, const struct kfg_condition *when, struct kfg_range *ret_dim)
{
	uint32_t *numbers = calloc(kfg_signature_words.n + when->keyrings.n, sizeof(*numbers));
	uint32_t n = 0;
	int r = numbers ? 0 : -ENOMEM;

	for (uint32_t kind = 0; kind < kfg_signature_words.n && !r; kind++)
		if (when->signatures >> kind & 1)
			numbers[n++] = KFG_SIGNATURE_KINDS + kind;
	for (size_t i = 0; i < when->keyrings.n && !r; i++)
		numbers[n++] = keyring_number(c, when->keyrings.items[i].text);
	if (!r)
		r = kfg_intern_slices_add(&c->numbers, numbers, n, ret_dim);
	free(numbers);
	return r;
}

/* Everything but the kfuncs and their modules. */
static int loader_dims(struct kfg_compile *c, const struct kfg_condition *when, struct kfg_row *row)
{
	int r = kfg_intern_slices_add(&c->numbers, when->uids, (uint32_t)when->n_uids, &row->dims[KFG_DIM_UID]);

	if (!r)
		r = signature_dim(c, when, &row->dims[KFG_DIM_SIGNATURE]);
	if (!r)
		r = patterns_dim(c, &when->units, true, &row->dims[KFG_DIM_UNIT]);
	if (!r)
		r = patterns_dim(c, &when->exes, true, &row->dims[KFG_DIM_EXE]);
	if (!r)
		r = patterns_dim(c, &when->names, true, &row->dims[KFG_DIM_PROG]);
	/* a gate does not hash a path for the few rules that name a whole one */
	if (!r)
		r = patterns_dim(c, &when->cgroups, false, &row->dims[KFG_DIM_CGROUP]);
	row->prog_types = when->prog_types;
	if (when->userns == KFG_USERNS_INIT)
		row->flags |= KFG_ROW_INITIAL;
	if (when->token != KFG_TOKEN_ANY)
		row->flags |= when->token == KFG_TOKEN_YES ? KFG_ROW_TOKEN : KFG_ROW_NO_TOKEN;
	return r;
}

static int compare_modules(const void *a, const void *b)
{
	const struct kfg_kfunc_pattern *x = *(const struct kfg_kfunc_pattern *const *)a;
	const struct kfg_kfunc_pattern *y = *(const struct kfg_kfunc_pattern *const *)b;
	int r = x->module && y->module ? strcmp(x->module, y->module) : (x->module != NULL) - (y->module != NULL);

	/* patterns of one condition are an array: by address is as written */
	return r ? r : (x > y) - (x < y);
}

/* Adds the row of patterns[0 .. n - 1], which all have the same module. */
static int add_group(struct kfg_compile *c, struct kfg_row row, const struct kfg_kfunc_pattern *const *patterns,
		     size_t n, uint32_t *scratch)
{
	uint32_t module;
	int r = 0;

	for (size_t i = 0; i < n && !r; i++)
		r = add_matcher(c, patterns[i]->name, patterns[i]->name_glob, &scratch[i]);
	if (!r)
		r = kfg_intern_slices_add(&c->refs, scratch, (uint32_t)n, &row.dims[KFG_DIM_KFUNC]);
	if (!r && patterns[0]->module) {
		r = add_matcher(c, patterns[0]->module, patterns[0]->module_glob, &module);
		if (!r)
			r = kfg_intern_slices_add(&c->refs, &module, 1, &row.dims[KFG_DIM_MODULE]);
	}
	return r ? r : add_row(c, &row);
}

/* The rows of one rule or waiver: one per module that its kfuncs are restricted to. */
static int add_condition(struct kfg_compile *c, const struct kfg_condition *when, struct kfg_row row)
{
	const struct kfg_kfunc_pattern **sorted = calloc(when->n_kfuncs + 1, sizeof(*sorted));
	uint32_t *scratch = calloc(when->n_kfuncs + 1, sizeof(*scratch));
	int r = sorted && scratch ? loader_dims(c, when, &row) : -ENOMEM;

	for (size_t i = 0; i < when->n_kfuncs && !r; i++)
		sorted[i] = &when->kfuncs[i];
	if (!r)
		qsort(sorted, when->n_kfuncs, sizeof(*sorted), compare_modules);
	for (size_t i = 0, n; i < when->n_kfuncs && !r; i += n) {
		const char *module = sorted[i]->module;

		n = 1;
		while (i + n < when->n_kfuncs &&
		       (module ? sorted[i + n]->module && !strcmp(module, sorted[i + n]->module) :
				 !sorted[i + n]->module))
			n++;
		r = add_group(c, row, sorted + i, n, scratch);
	}
	free(sorted);
	free(scratch);
	return r;
}

/* The agent's own loads by which it proves that decisions are made, see KFG_RULE_CANARY. */
static int add_canary(struct kfg_compile *c, const char *prog, uint8_t scope)
{
	struct kfg_row row = {
		.rule = KFG_RULE_CANARY,
		.action = KFG_REFUSE,
		.scope = scope,
		.flags = KFG_ROW_AGENT | KFG_ROW_ALWAYS,
		.until = KFG_DAY_MAX,
	};
	uint32_t matcher;
	int r = add_matcher(c, prog, false, &matcher);

	if (!r)
		r = kfg_intern_slices_add(&c->refs, &matcher, 1, &row.dims[KFG_DIM_PROG]);
	return r ? r : add_row(c, &row);
}

int kfg_compile_rows(struct kfg_compile *c)
{
	int r = add_canary(c, KFG_CANARY_LIVE, KFG_SCOPE_LIVE);

	if (!r)
		r = add_canary(c, KFG_CANARY_PRESENT, KFG_SCOPE_ANY);
	for (size_t i = 0; i < c->policy->rules.n && !r; i++) {
		const struct kfg_rule *rule = &kfg_rules(c->policy)[i];
		struct kfg_row row = {
			.rule = (uint32_t)i, .action = rule->action, .scope = rule->scope, .until = KFG_DAY_MAX
		};

		r = add_condition(c, &rule->when, row);
	}
	c->n_rules = c->n_rows;
	for (size_t i = 0; i < c->policy->waivers.n && !r; i++) {
		const struct kfg_waiver *waiver = &kfg_waivers(c->policy)[i];
		struct kfg_row row = { .rule = (uint32_t)i, .action = KFG_AUDIT, .until = waiver->until };

		r = add_condition(c, &waiver->when, row);
	}
	return r;
}

static void compile_done(struct kfg_compile *c)
{
	kfg_intern_texts_done(&c->matchers);
	kfg_intern_texts_done(&c->names);
	kfg_trigrams_done(&c->trigrams);
	kfg_intern_slices_done(&c->refs);
	kfg_intern_slices_done(&c->numbers);
	kfg_intern_slices_done(&c->ranges);
	free(c->rows);
	free(c->entries);
	free(c->sorted);
	free(c->links);
	free(c->matches);
	free(c->matched);
}

int kfg_table_compile_here(const struct kfg_policy *policy, const struct kfg_table_host *host, uint64_t generation,
			   struct kfg_table **ret_table)
{
	struct kfg_compile c = { .policy = policy, .keyrings = host->keyrings };
	int r = kfg_compile_rows(&c);

	if (!r)
		r = kfg_compile_names(&c, host->known, host->n_known);
	if (!r)
		r = kfg_compile_candidates(&c);
	if (!r)
		r = kfg_compile_write(&c, generation, ret_table);
	compile_done(&c);
	return r;
}

int kfg_table_compile(const struct kfg_policy *policy, const char *const *known, size_t n_known, uint64_t generation,
		      struct kfg_table **ret_table)
{
	const struct kfg_table_host nowhere = { known, n_known, NULL };

	return kfg_table_compile_here(policy, &nowhere, generation, ret_table);
}
