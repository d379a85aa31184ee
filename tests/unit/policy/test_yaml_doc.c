/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said about bad YAML is in tests/golden/policy; here are the tree and the limits. */
#include "../../../policy/yaml_doc.h"
#include "load_text.h"

static int load(const char *text, size_t size, struct kfg_diags *diags, struct kfg_doc *doc)
{
	struct kfg_source source = { "test.yaml", text, size };

	return kfg_doc_load(&source, diags, doc);
}

static void test_tree(void **state)
{
	static const char text[] = "a: [x, 'y']\n\"b\":\n  c: \"1\\n2\"\nd:\n";
	struct kfg_diags diags = { 0 };
	struct kfg_doc doc = { 0 };
	const struct kfg_node *a, *b, *d;

	(void)state;
	assert_int_equal(load(text, strlen(text), &diags, &doc), 0);
	assert_int_equal(diags.n, 0);
	assert_int_equal(doc.root->kind, KFG_NODE_MAPPING);
	assert_int_equal(doc.root->n, 3);
	a = doc.root->first;
	assert_string_equal(a->text, "a");
	assert_true(a->plain && a->line == 1 && a->col == 1);
	assert_int_equal(a->next->kind, KFG_NODE_SEQUENCE);
	assert_int_equal(a->next->n, 2);
	assert_string_equal(a->next->first->text, "x");
	assert_false(a->next->last->plain);
	assert_int_equal(a->next->last->col, 8);
	b = a->next->next;
	assert_false(b->plain);
	assert_int_equal(b->next->kind, KFG_NODE_MAPPING);
	assert_string_equal(b->next->first->next->text, "1\n2");
	assert_int_equal(b->next->first->line, 3);
	d = b->next->next;
	assert_string_equal(d->next->text, "");
	assert_null(d->next->next);
	kfg_doc_done(&doc);
	kfg_doc_done(&doc);
}

/* The text repeated n times between head and tail. */
static char *repeat(const char *head, const char *text, size_t n, const char *tail)
{
	char *out = malloc(strlen(head) + n * strlen(text) + strlen(tail) + 1), *at = out;

	assert_non_null(out);
	at = stpcpy(at, head);
	while (n--)
		at = stpcpy(at, text);
	strcpy(at, tail);
	return out;
}

static void check_refused(char *text, const char *want)
{
	struct kfg_diags diags = { 0 };
	struct kfg_doc doc = { 0 };

	assert_int_equal(load(text, strlen(text), &diags, &doc), -EBADMSG);
	assert_int_equal(diags.n, 1);
	assert_non_null(strstr(diags.items[0].text, want));
	assert_null(doc.root);
	kfg_diags_done(&diags);
	free(text);
}

static void check_accepted(char *text)
{
	struct kfg_diags diags = { 0 };
	struct kfg_doc doc = { 0 };

	assert_int_equal(load(text, strlen(text), &diags, &doc), 0);
	assert_int_equal(diags.n, 0);
	kfg_doc_done(&doc);
	free(text);
}

static void test_limits(void **state)
{
	(void)state;
	check_refused(repeat("a: b", " ", KFG_DOC_SIZE_MAX, ""), "more than the");
	check_accepted(repeat("a: b", " ", KFG_DOC_SIZE_MAX - 4, ""));
	/* root, then one sequence per bracket */
	check_accepted(repeat("a: ", "[", KFG_DOC_DEPTH_MAX - 1, "]]]]]]]]]]]]]]]"));
	check_refused(repeat("a: ", "[", KFG_DOC_DEPTH_MAX, "]]]]]]]]]]]]]]]]"), "levels deep");
	check_refused(repeat("a: ", "[", 1000000, ""), "levels deep");
	check_refused(repeat("", "- ", 1000000, "a"), "levels deep");
	check_refused(repeat("a: [", "x,", KFG_DOC_NODES_MAX, "x]"), "values in one file");
	check_accepted(repeat("a: [", "x,", KFG_DOC_NODES_MAX - 3, "]"));
}

static void test_no_data(void **state)
{
	struct kfg_diags diags = { 0 };
	struct kfg_doc doc = { 0 };

	(void)state;
	assert_int_equal(load(NULL, 0, &diags, &doc), -EBADMSG);
	assert_int_equal(diags.n, 1);
	assert_int_equal(diags.items[0].line, 0);
	kfg_diags_done(&diags);
}

/* Bytes that are no text at all, cut at each length: an answer every time, and at most one finding
 * that ends it. */
static void test_cut(void **state)
{
	static const char text[] = "version: 1\nrules:\n  - {id: \"a\\u00e9\", kfuncs: ['b*', c "
				   "d], action: >-\n      x\n  }\n";

	(void)state;
	for (size_t n = 0; n < sizeof(text); n++) {
		struct kfg_diags diags = { 0 };
		struct kfg_doc doc = { 0 };
		char *copy = malloc(n ? n : 1);
		int r;

		memcpy(copy, text, n);
		r = load(copy, n, &diags, &doc);
		assert_true(r ? r == -EBADMSG && diags.n_errors == 1 : doc.root != NULL);
		kfg_doc_done(&doc);
		kfg_diags_done(&diags);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_no_data),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
