/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lint_cost.c - the most that the evaluation of one kfunc can cost, by the choice of whoever loads the program: of the
 * path of an executable or a cgroup, and of names of units and programs. Counted in the steps of decide.h, from above.
 */
#include "lint_internal.h"

#include "words.h"

#include <errno.h>
#include <kfgate/decide.h>
#include <stdlib.h>
#include <string.h>

#define COMPONENT_MAX 255 /* characters of a cgroup's name: NAME_MAX */
#define ROW_STEPS (2 + KFG_DIM_MAX) /* taking a row, and a step for each dimension */

/* What one name costs that rules give without wildcards. */
struct named {
	const char *name;
	uint64_t steps;
};

/* A glob goes back to its last '*' at most once per character, and then compares up to the next one. */
static uint64_t glob_steps(const char *glob, size_t text_max)
{
	size_t literal = 0, longest = 1;
	const char *star = strchr(glob, '*');

	if (!star)
		return strlen(glob) + 1;
	for (const char *p = star; *p; p++) {
		literal = *p == '*' ? 0 : literal + 1;
		if (literal > longest)
			longest = literal;
	}
	return (uint64_t)text_max * (longest + 1) + strlen(glob);
}

/*
 * The same for paths: a run within a component is gone back to once per character, too, and begins anew with each place
 * that "**" comes to. Those are as many as there are components where what is between the two begins with '/', else as
 * many as there are characters.
 */
static uint64_t path_steps(const char *path)
{
	const char *star = strstr(path, "**"), *run;
	uint64_t steps = 2 * glob_steps(path, KFG_CGROUP_LEN);

	while (star) {
		run = strpbrk(star + 2, "*");
		if (run && run[1] != '*' && !memchr(star + 2, '/', (size_t)(run - star - 2)))
			steps *= COMPONENT_MAX / 2;
		star = strstr(star + 2, "**");
	}
	return steps;
}

static uint64_t paths_steps(const struct kfg_patterns *patterns)
{
	uint64_t steps = 0;

	for (size_t i = 0; i < patterns->n; i++)
		steps += 1 + (patterns->items[i].glob ? path_steps(patterns->items[i].text) :
							strlen(patterns->items[i].text) + 1);
	return steps;
}

static uint64_t patterns_steps(const struct kfg_patterns *patterns, size_t text_max)
{
	uint64_t steps = 0;

	for (size_t i = 0; i < patterns->n; i++)
		steps += 1 + (patterns->items[i].glob ? glob_steps(patterns->items[i].text, text_max) :
							strlen(patterns->items[i].text) + 1);
	return steps;
}

static uint64_t row_steps(const struct kfg_condition *when)
{
	return ROW_STEPS + when->n_uids + kfg_signature_words.n + when->keyrings.n +
	       patterns_steps(&when->units, KFG_UNIT_LEN) + patterns_steps(&when->exes, KFG_EXE_LEN) +
	       patterns_steps(&when->names, KFG_PROG_LEN) + paths_steps(&when->cgroups);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct named *)a)->name, ((const struct named *)b)->name);
}

/* The dearest of the names, each of which may stand there several times. */
static uint64_t dearest(struct named *names, size_t n)
{
	uint64_t most = 0, sum = 0;

	if (n)
		qsort(names, n, sizeof(*names), by_name);
	for (size_t i = 0; i < n; i++) {
		sum = i && strcmp(names[i].name, names[i - 1].name) == 0 ? sum + names[i].steps : names[i].steps;
		if (sum > most)
			most = sum;
	}
	return most;
}

int kfg_lint_cost(const struct kfg_policy *policy, uint64_t *ret_steps, const struct kfg_rule **ret_dearest)
{
	const struct kfg_rule *rules = kfg_rules(policy);
	uint64_t everywhere = 0, most = 0;
	size_t n = 0, n_names = 0;
	struct named *names;

	for (size_t i = 0; i < policy->rules.n; i++)
		n += rules[i].when.n_kfuncs;
	names = calloc(n + 1, sizeof(*names));
	if (!names)
		return -ENOMEM;
	*ret_dearest = NULL;
	for (size_t i = 0; i < policy->rules.n; i++) {
		const struct kfg_condition *when = &rules[i].when;
		uint64_t steps = row_steps(when);
		bool glob = false;

		if (steps > most) {
			most = steps;
			*ret_dearest = &rules[i];
		}
		for (size_t k = 0; k < when->n_kfuncs; k++)
			glob = glob || when->kfuncs[k].name_glob;
		if (glob)
			everywhere += steps;
		for (size_t k = 0; k < when->n_kfuncs && !glob; k++)
			names[n_names++] = (struct named){ when->kfuncs[k].name, steps };
	}
	*ret_steps = everywhere + dearest(names, n_names);
	free(names);
	return 0;
}
