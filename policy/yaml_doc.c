/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * yaml_doc.c - see yaml_doc.h. libyaml's events become nodes; its own document loader is not used,
 * because it resolves aliases. Limits hold while reading, so that hostile input costs no more than
 * its own size.
 */
#include "yaml_doc.h"

#include "utf8.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

struct build {
	yaml_parser_t parser;
	const struct kfg_source *source;
	struct kfg_diags *diags;
	struct kfg_doc *doc;
	struct kfg_node *open[KFG_DOC_DEPTH_MAX];
	unsigned depth;
	unsigned nodes;
	unsigned documents;
	bool done;
};

const char *kfg_node_kind_str(enum kfg_node_kind kind)
{
	return kind == KFG_NODE_SCALAR ? "value" : kind == KFG_NODE_SEQUENCE ? "list" : "mapping";
}

static struct kfg_spot spot_at(const struct kfg_source *source, unsigned line, unsigned col)
{
	return (struct kfg_spot){ source->path, source->data, source->size, line, col };
}

#define FINDING(source, diags, line, col, code, ...)                                                                   \
	do {                                                                                                           \
		struct kfg_spot spot_ = spot_at(source, line, col);                                                    \
		kfg_diags_add(diags, code, &spot_, __VA_ARGS__);                                                       \
	} while (0)

/* A finding at a mark of libyaml, whose lines and columns count from 0. */
#define FINDING_MARK(b, mark, ...)                                                                                     \
	FINDING((b)->source, (b)->diags, (unsigned)(mark).line + 1, (unsigned)(mark).column + 1, __VA_ARGS__)

static bool is_break(uint32_t c)
{
	return c == 0x85 || c == 0x2028 || c == 0x2029;
}

static bool is_control(uint32_t c)
{
	return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || (c >= 0x7f && c < 0xa0) || c == 0xfffe ||
	       c == 0xffff;
}

/*
 * libyaml tells the place of a bad byte as an offset only, and counts U+0085, U+2028 and U+2029 as
 * ends of lines, which no editor does: both are found here first.
 */
static int check_bytes(const struct kfg_source *source, struct kfg_diags *diags)
{
	unsigned line = 1, col = 1, n;
	uint32_t c = 0;

	for (size_t i = 0; i < source->size; i += n, col++) {
		n = 1;
		if (source->data[i] >= 0x20 && source->data[i] < 0x7f)
			continue;
		n = kfg_utf8_decode(source->data + i, source->size - i, &c);
		if (!n) {
			FINDING(source, diags, line, col, KFG_DIAG_ENCODING,
				"byte 0x%02x is not UTF-8: save the file as UTF-8", (unsigned char)source->data[i]);
			return -EBADMSG;
		}
		if (is_control(c) || is_break(c)) {
			FINDING(source, diags, line, col, KFG_DIAG_ENCODING,
				"character U+%04X may not stand in a policy: remove it", (unsigned)c);
			return -EBADMSG;
		}
		if (c == '\n' || (c == '\r' && !(i + 1 < source->size && source->data[i + 1] == '\n'))) {
			line++;
			col = 0;
		}
	}
	return 0;
}

/* What libyaml says, turned into what the writer can do about it. */
static const char *advice(const char *problem, const char *context)
{
	static const struct {
		const char *problem, *context, *text;
	} known[] = {
		{ "found character that cannot start any token", NULL,
		  "a value cannot begin with this character: indent with spaces, not tabs, and put "
		  "text that begins with one of @ ` % in quotes" },
		{ "mapping values are not allowed in this context", NULL,
		  "a ': ' makes no sense here: check the indentation, or put text that holds ': ' "
		  "in quotes" },
		{ "did not find expected alphabetic or numeric character", "while scanning an alias",
		  "a pattern that begins with '*' must stand in quotes" },
		{ "did not find expected ',' or ']'", NULL,
		  "a list in brackets goes on with ',' or ends with ']': put \"name [module]\" in "
		  "quotes there" },
		{ "did not find expected ',' or '}'", NULL,
		  "a mapping in braces goes on with ',' or ends with '}': put text that holds , [ ] "
		  "{ or } in quotes there" },
		{ "could not find expected ':'", NULL, "a key must be followed by ': ' and its value" },
		{ "did not find expected key", NULL,
		  "expected a key here: check the indentation, and that quotes and brackets are "
		  "closed" },
		{ "did not find expected node content", NULL,
		  "expected a value here: check that lists and mappings are closed" },
		{ "found unexpected end of stream", NULL, "quotes that are opened here are not closed" },
		{ "did not find expected '-' indicator", NULL,
		  "this line belongs to no entry of the list above it: indent it like the entry's other "
		  "keys, or begin it with '- '" },
		{ "block sequence entries are not allowed in this context", NULL,
		  "a '- ' makes no sense here: put a list on lines of its own, below its key" },
		{ "found a tab character where an indentation space is expected", NULL,
		  "indent with spaces, not tabs" },
		{ "found a tab character that violates indentation", NULL, "indent with spaces, not tabs" },
		{ "control characters are not allowed", NULL, "this character cannot be seen: remove it" },
		{ "found unknown escape character", NULL,
		  "in double quotes a \\ begins an escape: write \\\\ for it, or use single quotes" },
		{ "found undefined alias", NULL, "a pattern that begins with '*' must stand in quotes" },
		{ "found duplicate anchor; first occurrence", NULL, "text that begins with '&' must stand in quotes" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(problem, known[i].problem) &&
		    (!known[i].context || (context && !strcmp(context, known[i].context))))
			return known[i].text;
	return "this cannot be read on: check indentation, quotes and brackets, here and above";
}

static int syntax_error(struct build *b)
{
	const yaml_parser_t *p = &b->parser;
	const char *problem = p->problem ? p->problem : "cannot be read";
	const char *text = advice(problem, p->context);
	yaml_mark_t mark = p->problem_mark;
	char begun[64] = "";

	if (p->error == YAML_MEMORY_ERROR)
		return -ENOMEM;
	/* of what is never closed, the end of the file says nothing */
	if (!strcmp(problem, "found unexpected end of stream"))
		mark = p->context_mark;
	else if (p->context && p->context_mark.line && p->context_mark.line < mark.line)
		(void)snprintf(begun, sizeof(begun), " (what is being read began on line %zu)",
			       p->context_mark.line + 1);
	FINDING_MARK(b, mark, KFG_DIAG_YAML_SYNTAX, "not valid YAML: %s%s", text, begun);
	return -EBADMSG;
}

static const struct kfg_node *find_key(const struct kfg_node *mapping, const char *text)
{
	for (const struct kfg_node *k = mapping->first; k; k = k->next->next) {
		if (!k->next)
			return NULL;
		if (!strcmp(k->text, text))
			return k;
	}
	return NULL;
}

/* `node` is about to become a key of `mapping`. */
static int check_key(struct build *b, const struct kfg_node *mapping, struct kfg_node *node)
{
	const struct kfg_node *before;

	if (node->kind != KFG_NODE_SCALAR) {
		FINDING(b->source, b->diags, node->line, node->col, KFG_DIAG_YAML_SYNTAX,
			"a %s cannot be a key: put text that begins with [ or { in quotes",
			kfg_node_kind_str(node->kind));
		return -EBADMSG;
	}
	if (mapping->n >= KFG_DOC_KEYS_MAX) {
		FINDING(b->source, b->diags, node->line, node->col, KFG_DIAG_TOO_LARGE,
			"more than %u keys in one mapping", KFG_DOC_KEYS_MAX);
		return -EBADMSG;
	}
	before = find_key(mapping, node->text);
	node->again = before;
	if (before)
		FINDING(b->source, b->diags, node->line, node->col, KFG_DIAG_DUPLICATE_KEY,
			"\"%.64s\" is given twice, the first time on line %u: remove one of them", node->text,
			before->line);
	return 0;
}

static int add_node(struct build *b, struct kfg_node *node)
{
	struct kfg_node *parent = b->depth ? b->open[b->depth - 1] : NULL;
	int r;

	if (!parent) {
		b->doc->root = node;
		return 0;
	}
	if (parent->kind == KFG_NODE_MAPPING && !parent->half) {
		r = check_key(b, parent, node);
		if (r)
			return r;
	}
	if (parent->last)
		parent->last->next = node;
	else
		parent->first = node;
	parent->last = node;
	if (!parent->half)
		parent->n++;
	if (parent->kind == KFG_NODE_MAPPING)
		parent->half = !parent->half;
	return 0;
}

static int check_scalar(struct build *b, const yaml_event_t *e)
{
	if (e->data.scalar.length == strlen((const char *)e->data.scalar.value))
		return 0;
	FINDING_MARK(b, e->start_mark, KFG_DIAG_ENCODING, "the text holds a NUL character: remove the \\0");
	return -EBADMSG;
}

/* A node of the event; -EBADMSG when the event says something a policy may not say. */
static int new_node(struct build *b, const yaml_event_t *e, enum kfg_node_kind kind, struct kfg_node **ret_node)
{
	struct kfg_node *node;

	if (++b->nodes > KFG_DOC_NODES_MAX) {
		FINDING_MARK(b, e->start_mark, KFG_DIAG_TOO_LARGE, "more than %u values in one file",
			     KFG_DOC_NODES_MAX);
		return -EBADMSG;
	}
	if (kind != KFG_NODE_SCALAR && b->depth == KFG_DOC_DEPTH_MAX) {
		FINDING_MARK(b, e->start_mark, KFG_DIAG_TOO_LARGE,
			     "nested more than %u levels deep: a policy needs six", KFG_DOC_DEPTH_MAX);
		return -EBADMSG;
	}
	node = kfg_arena_alloc(&b->doc->arena, sizeof(*node));
	if (!node)
		return -ENOMEM;
	node->kind = kind;
	node->line = (unsigned)e->start_mark.line + 1;
	node->col = (unsigned)e->start_mark.column + 1;
	*ret_node = node;
	return 0;
}

static int refuse_extras(struct build *b, const yaml_event_t *e, const yaml_char_t *anchor, const yaml_char_t *tag)
{
	if (anchor) {
		FINDING_MARK(b, e->start_mark, KFG_DIAG_YAML_FEATURE,
			     "anchors (&%.64s) are not allowed: write the value where it is used", anchor);
		return -EBADMSG;
	}
	if (tag) {
		FINDING_MARK(b, e->start_mark, KFG_DIAG_YAML_FEATURE,
			     "tags (%.64s) are not allowed: put text that begins with ! in quotes", tag);
		return -EBADMSG;
	}
	return 0;
}

static int on_scalar(struct build *b, const yaml_event_t *e)
{
	struct kfg_node *node;
	int r = refuse_extras(b, e, e->data.scalar.anchor, e->data.scalar.tag);

	if (!r)
		r = check_scalar(b, e);
	if (!r)
		r = new_node(b, e, KFG_NODE_SCALAR, &node);
	if (r)
		return r;
	node->plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	node->text = kfg_arena_strndup(&b->doc->arena, (const char *)e->data.scalar.value, e->data.scalar.length);
	return node->text ? add_node(b, node) : -ENOMEM;
}

static int on_open(struct build *b, const yaml_event_t *e)
{
	bool mapping = e->type == YAML_MAPPING_START_EVENT;
	struct kfg_node *node;
	int r = mapping ? refuse_extras(b, e, e->data.mapping_start.anchor, e->data.mapping_start.tag) :
			  refuse_extras(b, e, e->data.sequence_start.anchor, e->data.sequence_start.tag);

	if (!r)
		r = new_node(b, e, mapping ? KFG_NODE_MAPPING : KFG_NODE_SEQUENCE, &node);
	if (!r)
		r = add_node(b, node);
	if (!r)
		b->open[b->depth++] = node;
	return r;
}

static int on_event(struct build *b, const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_ALIAS_EVENT:
		FINDING_MARK(b, e->start_mark, KFG_DIAG_YAML_FEATURE,
			     "aliases (*%.64s) are not allowed: put a pattern that begins with '*' "
			     "in quotes",
			     e->data.alias.anchor);
		return -EBADMSG;
	case YAML_SCALAR_EVENT:
		return on_scalar(b, e);
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		return on_open(b, e);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		b->depth--;
		return 0;
	case YAML_DOCUMENT_START_EVENT:
		if (b->documents++) {
			FINDING_MARK(b, e->start_mark, KFG_DIAG_YAML_FEATURE,
				     "a second document begins here: one policy per file");
			return -EBADMSG;
		}
		return 0;
	case YAML_STREAM_END_EVENT:
		b->done = true;
		return 0;
	default:
		return 0;
	}
}

static int read_events(struct build *b)
{
	int r = 0;

	while (!r && !b->done) {
		yaml_event_t e;

		if (!yaml_parser_parse(&b->parser, &e))
			return syntax_error(b);
		r = on_event(b, &e);
		yaml_event_delete(&e);
	}
	return r;
}

static int build_tree(struct build *b, const char *data, size_t size)
{
	int r;

	if (!yaml_parser_initialize(&b->parser))
		return -ENOMEM;
	yaml_parser_set_encoding(&b->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&b->parser, (const unsigned char *)data, size);
	r = read_events(b);
	yaml_parser_delete(&b->parser);
	if (!r && !b->doc->root) {
		FINDING(b->source, b->diags, 0, 0, KFG_DIAG_NO_POLICY,
			"the file holds nothing: a policy begins with \"version: 1\"");
		r = -EBADMSG;
	}
	return r;
}

int kfg_doc_load(const struct kfg_source *source, struct kfg_diags *diags, struct kfg_doc *ret_doc)
{
	bool bom = source->size >= 3 && !memcmp(source->data, "\xef\xbb\xbf", 3);
	struct kfg_source text = { source->path, source->size ? source->data : "", source->size };
	struct kfg_doc doc = { 0 };
	struct build b = { .source = &text, .diags = diags, .doc = &doc };
	int r;

	if (source->size > KFG_DOC_SIZE_MAX) {
		FINDING(source, diags, 0, 0, KFG_DIAG_TOO_LARGE,
			"the file has %zu bytes, more than the %zu that are read: split it", source->size,
			KFG_DOC_SIZE_MAX);
		return -EBADMSG;
	}
	if (bom) {
		text.data += 3;
		text.size -= 3;
	}
	r = check_bytes(&text, diags);
	if (!r)
		r = build_tree(&b, text.data, text.size);
	if (r) {
		kfg_doc_done(&doc);
		return r;
	}
	*ret_doc = doc;
	return 0;
}

void kfg_doc_done(struct kfg_doc *doc)
{
	kfg_arena_done(&doc->arena);
	doc->root = NULL;
}
