/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exes.c - the executables and keyrings that a policy names, for who finds out which they are. */
#include "model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Texts that are no patterns. In a first pass without `texts`: only their number and size. */
struct list {
	size_t member; /* of struct kfg_condition: a struct kfg_patterns */
	const char **texts;
	size_t n, bytes;
};

static void collect(struct list *list, const struct kfg_condition *when)
{
	const struct kfg_patterns *patterns = (const void *)((const char *)when + list->member);

	for (size_t i = 0; i < patterns->n; i++) {
		if (patterns->items[i].glob)
			continue;
		if (list->texts)
			list->texts[list->n] = patterns->items[i].text;
		list->n++;
		list->bytes += strlen(patterns->items[i].text) + 1;
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

static int make(const struct kfg_policy *p, size_t member, const char ***ret_texts, size_t *ret_n)
{
	struct list list = { .member = member };
	size_t n = 0, size;
	char *text;

	collect_all(&list, p);
	list.texts = malloc(list.n * sizeof(*list.texts) + list.bytes + 1);
	if (!list.texts)
		return -ENOMEM;
	text = (char *)(list.texts + list.n);
	list.n = 0;
	collect_all(&list, p);
	qsort(list.texts, list.n, sizeof(*list.texts), compare);
	for (size_t i = 0; i < list.n; i++) {
		if (n && !strcmp(list.texts[n - 1], list.texts[i]))
			continue;
		size = strlen(list.texts[i]) + 1;
		list.texts[n++] = memcpy(text, list.texts[i], size);
		text += size;
	}
	*ret_texts = list.texts;
	*ret_n = n;
	return 0;
}

int kfg_policy_exes(const struct kfg_policy *p, const char ***ret_paths, size_t *ret_n)
{
	return make(p, offsetof(struct kfg_condition, exes), ret_paths, ret_n);
}

int kfg_policy_keyrings(const struct kfg_policy *p, const char ***ret_names, size_t *ret_n)
{
	return make(p, offsetof(struct kfg_condition, keyrings), ret_names, ret_n);
}
