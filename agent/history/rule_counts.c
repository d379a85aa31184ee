/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rule_counts.c - counters of rules, from the status of hosts. */
#include "history/rule_counts.h"

#include "base/cleanup.h"
#include "base/read_file.h"
#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX (64u * 1024 * 1024)

static int compare_ids(const void *a, const void *b)
{
	return strcmp(((const struct kfg_rule_counts_rule *)a)->id, ((const struct kfg_rule_counts_rule *)b)->id);
}

/* False: it is not there, or no number from 0 on. */
static bool number(const cJSON *part, const char *name, uint64_t *ret_n)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(part, name);

	if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0) || item->valuedouble > 9e18)
		return false;
	*ret_n = (uint64_t)item->valuedouble;
	return true;
}

/* Sorts, and makes one of those with one id. */
static void merge(struct kfg_rule_counts *counts)
{
	size_t kept = 0;

	qsort(counts->rules, counts->n, sizeof(*counts->rules), compare_ids);
	for (size_t i = 0; i < counts->n; i++) {
		struct kfg_rule_counts_rule *rule = &counts->rules[i], *last = &counts->rules[kept ? kept - 1 : 0];

		if (!kept || strcmp(last->id, rule->id) != 0) {
			counts->rules[kept++] = *rule;
			continue;
		}
		last->loads += rule->loads;
		last->present += rule->present;
		if (last->since_usec < rule->since_usec)
			last->since_usec = rule->since_usec;
		free(rule->id);
	}
	counts->n = kept;
}

/* Appends the rules among the parts; what was appended before an error stays, to be taken back by the caller. */
static int append(struct kfg_rule_counts *counts, const cJSON *parts)
{
	const cJSON *part;

	cJSON_ArrayForEach(part, parts)
	{
		const char *kind = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(part, "part"));
		const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(part, "name"));
		struct kfg_rule_counts_rule *rule = &counts->rules[counts->n];

		if (!kind || !number(part, "loads", &rule->loads) || !number(part, "present", &rule->present) ||
		    !number(part, "since_usec", &rule->since_usec))
			return -EBADMSG;
		if (strcmp(kind, "rule") != 0)
			continue;
		if (!name)
			return -EBADMSG;
		rule->id = strdup(name);
		if (!rule->id)
			return -ENOMEM;
		counts->n++;
	}
	return 0;
}

static int add_parts(struct kfg_rule_counts *counts, const cJSON *parts)
{
	struct kfg_rule_counts_rule *grown;
	size_t n = counts->n;
	int r;

	if (!cJSON_IsArray(parts))
		return -EBADMSG;
	grown = reallocarray(counts->rules, n + (size_t)cJSON_GetArraySize(parts) + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	counts->rules = grown;
	r = append(counts, parts);
	while (r < 0 && counts->n > n)
		free(counts->rules[--counts->n].id);
	if (r < 0)
		return r;
	merge(counts);
	counts->n_hosts++;
	return 0;
}

int kfg_rule_counts_add(struct kfg_rule_counts *counts, const char *json, size_t size)
{
	cJSON *root;
	int r;

	cJSON_InitHooks(NULL); /* json_record.c has memory of its own */
	root = cJSON_ParseWithLength(json, size);
	r = add_parts(counts, cJSON_GetObjectItemCaseSensitive(root, "parts"));
	cJSON_Delete(root);
	return r;
}

int kfg_rule_counts_read(struct kfg_rule_counts *counts, const char *path)
{
	_cleanup_free_ char *json = NULL;
	size_t size;
	int r = kfg_read_file(AT_FDCWD, path, FILE_MAX, &json, &size);

	return r < 0 ? r : kfg_rule_counts_add(counts, json, size);
}

const struct kfg_rule_counts_rule *kfg_rule_counts_find(const struct kfg_rule_counts *counts, const char *id)
{
	const struct kfg_rule_counts_rule key = { .id = (char *)id };

	return counts->n ? bsearch(&key, counts->rules, counts->n, sizeof(key), compare_ids) : NULL;
}

void kfg_rule_counts_done(struct kfg_rule_counts *counts)
{
	for (size_t i = 0; i < counts->n; i++)
		free(counts->rules[i].id);
	free(counts->rules);
	*counts = (struct kfg_rule_counts){ 0 };
}
