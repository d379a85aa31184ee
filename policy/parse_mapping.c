/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parse_mapping.c - mappings by key table, and findings with their place. */
#include "parse.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct kfg_place kfg_node_place(const struct kfg_parse *p, const struct kfg_node *node)
{
	return (struct kfg_place){
		.source = p->source,
		.line = node->line,
		.col = (uint16_t)(node->col < UINT16_MAX ? node->col : UINT16_MAX),
	};
}

void kfg_parse_finding(struct kfg_parse *p, const struct kfg_node *node, enum kfg_diag_code code, const char *format,
		       ...)
{
	struct kfg_spot spot = kfg_place_spot(p->policy, kfg_node_place(p, node));
	char text[1024];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args); /* longer ones are cut */
	va_end(args);
	kfg_diags_add(p->diags, code, &spot, "%s", text);
}

/* The keys of a schema as words; those a policy may use here. */
static struct kfg_words key_words(const struct kfg_schema *schema, bool included, const char *items[static 32])
{
	struct kfg_words words = { items, 0 };

	for (size_t i = 0; i < schema->n && words.n < 32; i++)
		if (!included || (schema->keys[i].flags & KFG_KEY_INCLUDED))
			items[words.n++] = schema->keys[i].name;
	return words;
}

static void list_words(const struct kfg_words *words, char *buf, size_t size)
{
	size_t at = 0;

	buf[0] = 0;
	for (size_t i = 0; i < words->n && at < size; i++) {
		const char *sep = !i ? "" : i + 1 < words->n ? ", " : " and ";
		int n = snprintf(buf + at, size - at, "%s%s", sep, words->items[i]);

		at += n > 0 ? (size_t)n : 0;
	}
}

static void unknown_key(struct kfg_parse *p, const struct kfg_schema *schema, const struct kfg_node *node,
			bool lifecycle)
{
	const char *items[32];
	struct kfg_words words = key_words(schema, lifecycle, items);
	const char *near = kfg_words_nearest(&words, node->text);
	char list[512];

	list_words(&words, list, sizeof(list));
	if (near)
		kfg_parse_finding(p, node, KFG_DIAG_UNKNOWN_KEY, "unknown key \"%.64s\" in %s: did you mean \"%s\"?",
				  node->text, schema->what, near);
	else
		kfg_parse_finding(p, node, KFG_DIAG_UNKNOWN_KEY, "unknown key \"%.64s\": %s has %s", node->text,
				  schema->what, list);
}

static bool is_null(const struct kfg_node *node)
{
	return node->kind == KFG_NODE_SCALAR && node->plain &&
	       (!node->text[0] || !strcmp(node->text, "~") || !strcasecmp(node->text, "null"));
}

static bool right_kind(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *name,
		       const struct kfg_node *value)
{
	static const char *const wanted[] = { "one value", "a list: [a, b], or lines that begin with \"- \"",
					      "a mapping: lines of \"key: value\"" };

	if (is_null(value)) {
		kfg_parse_finding(p, name, KFG_DIAG_MISSING_VALUE, "\"%s\" has no value: give one or leave the key out",
				  key->name);
		return false;
	}
	if (value->kind == key->kind || ((key->flags & KFG_KEY_WORD) && value->kind == KFG_NODE_SCALAR))
		return true;
	kfg_parse_finding(p, value, KFG_DIAG_WRONG_KIND, "\"%s\" is a %s here, and wants %s", key->name,
			  kfg_node_kind_str(value->kind), wanted[key->kind]);
	return false;
}

static const struct kfg_key *find_key(const struct kfg_schema *schema, const char *name)
{
	for (size_t i = 0; i < schema->n; i++)
		if (!strcmp(schema->keys[i].name, name))
			return &schema->keys[i];
	return NULL;
}

/* Is it the key, or a misspelt one? unknown_key() reports that, and it is one fault. */
static bool is_meant(const struct kfg_schema *schema, const char *text, const char *key, bool lifecycle)
{
	const char *items[32];
	struct kfg_words words = key_words(schema, lifecycle, items);
	const char *near = find_key(schema, text) ? text : kfg_words_nearest(&words, text);

	return near && strcmp(near, key) == 0;
}

static void check_required(struct kfg_parse *p, const struct kfg_schema *schema, const struct kfg_node *node,
			   bool lifecycle)
{
	for (size_t i = 0; i < schema->n; i++) {
		const struct kfg_node *k = node->first;

		if (!(schema->keys[i].flags & KFG_KEY_REQUIRED))
			continue;
		while (k && !is_meant(schema, k->text, schema->keys[i].name, lifecycle))
			k = k->next->next;
		if (!k)
			kfg_parse_finding(p, node, KFG_DIAG_MISSING_KEY, "%s needs \"%s\"", schema->what,
					  schema->keys[i].name);
	}
}

int kfg_parse_mapping(struct kfg_parse *p, const struct kfg_schema *schema, const struct kfg_node *node, void *out)
{
	bool lifecycle = schema->file && p->included;
	int r;

	for (const struct kfg_node *name = node->first; name; name = name->next->next) {
		const struct kfg_key *key = find_key(schema, name->text);

		if (name->again)
			continue;
		if (!key) {
			unknown_key(p, schema, name, lifecycle);
			continue;
		}
		if (lifecycle && !(key->flags & KFG_KEY_INCLUDED)) {
			kfg_parse_finding(p, name, KFG_DIAG_MISPLACED_KEY,
					  "\"%s\" may not stand in an included file, which only "
					  "has lifecycle data: move it to a policy file",
					  key->name);
			continue;
		}
		if (!right_kind(p, key, name, name->next))
			continue;
		r = key->handle(p, key, name->next, (char *)out + key->offset);
		if (r)
			return r;
		if (key->setting)
			p->settings->at[key->setting] = kfg_node_place(p, name);
	}
	check_required(p, schema, node, lifecycle);
	return 0;
}
