/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exes.c - the executables that a policy names, for who finds out which files they are. */
#include "model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Paths that are no patterns. In a first pass without `paths`: only their number and size. */
struct list {
	const char **paths;
	size_t n, bytes;
};

static void collect(struct list *list, const struct kfg_condition *when)
{
	for (size_t i = 0; i < when->exes.n; i++) {
		if (when->exes.items[i].glob)
			continue;
		if (list->paths)
			list->paths[list->n] = when->exes.items[i].text;
		list->n++;
		list->bytes += strlen(when->exes.items[i].text) + 1;
	}
}

static void collect_all(struct list *list, const struct kfg_policy *p)
{
	for (size_t i = 0; i < p->rules.n; i++)
		collect(list, &kfg_rules(p)[i].when);
	for (size_t i = 0; i < p->waivers.n; i++)
		collect(list, &kfg_waivers(p)[i].when);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int kfg_policy_exes(const struct kfg_policy *p, const char ***ret_paths, size_t *ret_n)
{
	struct list list = { 0 };
	size_t n = 0, size;
	char *text;

	collect_all(&list, p);
	list.paths = malloc(list.n * sizeof(*list.paths) + list.bytes + 1);
	if (!list.paths)
		return -ENOMEM;
	text = (char *)(list.paths + list.n);
	list.n = 0;
	collect_all(&list, p);
	qsort(list.paths, list.n, sizeof(*list.paths), compare);
	for (size_t i = 0; i < list.n; i++) {
		if (n && !strcmp(list.paths[n - 1], list.paths[i]))
			continue;
		size = strlen(list.paths[i]) + 1;
		list.paths[n++] = memcpy(text, list.paths[i], size);
		text += size;
	}
	*ret_paths = list.paths;
	*ret_n = n;
	return 0;
}
