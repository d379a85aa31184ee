/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The layout that abi.h promises; what tables answer is in test_verdict.c and in tests/parity. */
#include "../../../policy/compile.h"
#include "load_text.h"

#include <kfgate/decide.h>

struct view {
	struct kfg_table *table;
	const char *cells;
	uint32_t n;
	const struct kfg_table_header *h;
};

static struct view view(const char *text, const char *const *known, size_t n_known)
{
	struct view v = { .table = compile_text(text, known, n_known) };

	v.cells = kfg_table_cells(v.table, &v.n);
	v.h = (const struct kfg_table_header *)(const void *)v.cells;
	return v;
}

static const void *cell(const struct view *v, uint32_t i)
{
	assert_true(i < v->n);
	return v->cells + (size_t)i * KFG_CELL_SIZE;
}

static uint32_t entry(const struct view *v, uint32_t first, uint32_t i)
{
	return ((const uint32_t *)cell(v, first + i / KFG_LIST_PER_CELL))[i % KFG_LIST_PER_CELL];
}

static const struct kfg_row *row(const struct view *v, uint32_t i)
{
	return cell(v, v->h->row_first + i);
}

static const struct kfg_name *find(const struct view *v, const char *name)
{
	uint32_t at = entry(v, v->h->bucket_first, kfg_intern_hash(name, strlen(name)) & v->h->bucket_mask);

	while (at != KFG_NONE) {
		const struct kfg_name *n = cell(v, at);

		if (!strcmp(n->name, name))
			return n;
		at = n->next;
	}
	return NULL;
}

static void check_matcher(const struct view *v, const struct kfg_row *r, unsigned dim, uint32_t i, const char *text)
{
	const struct kfg_matcher *m = cell(v, entry(v, v->h->list_first, r->dims[dim].first + i));

	assert_string_equal((const char *)m + KFG_MATCHER_TEXT, text);
	assert_int_equal(m->len, strlen(text));
	assert_int_equal(m->hash, kfg_intern_hash(text, strlen(text)));
	assert_int_equal(m->flags & KFG_MATCH_GLOB, strpbrk(text, "*?") != NULL);
}

static void test_header(void **state)
{
	struct view v = view("version: 1\nname: n\nserial: 77\nmode: audit\nscope: any\nerrno: "
			     "1\npresent: refuse\n"
			     "defaults: {unlisted: warn, deprecated: audit, expired: allow, "
			     "unscannable: refuse}\n",
			     NULL, 0);

	(void)state;
	assert_int_equal(v.h->magic, KFG_TABLE_MAGIC);
	assert_int_equal(v.h->abi, KFG_ABI_VERSION);
	assert_int_equal(v.h->generation, 1);
	assert_int_equal(v.h->serial, 77);
	assert_int_equal(v.h->n_cells, v.n);
	assert_int_equal(v.h->mode, KFG_MODE_AUDIT);
	assert_int_equal(v.h->scope, KFG_SCOPE_ANY);
	assert_int_equal(v.h->unlisted, KFG_WARN);
	assert_int_equal(v.h->deprecated, KFG_AUDIT);
	assert_int_equal(v.h->expired, KFG_ALLOW);
	assert_int_equal(v.h->unscannable, KFG_REFUSE);
	assert_int_equal(v.h->present, KFG_PRESENT_REFUSE);
	assert_int_equal(v.h->any_scope, 1);
	assert_int_equal(v.h->refuse_errno, 1);
	kfg_table_free(v.table);
	kfg_table_free(NULL);
}

static void test_canaries(void **state)
{
	struct view v = view(HEAD, NULL, 0);

	(void)state;
	assert_int_equal(v.h->n_rules, 2);
	assert_int_equal(v.h->n_rows, 2);
	for (uint32_t i = 0; i < 2; i++) {
		assert_int_equal(row(&v, i)->rule, KFG_RULE_CANARY);
		assert_int_equal(row(&v, i)->flags, KFG_ROW_AGENT | KFG_ROW_ALWAYS);
		assert_int_equal(row(&v, i)->action, KFG_REFUSE);
		assert_int_equal(row(&v, i)->scope, i ? KFG_SCOPE_ANY : KFG_SCOPE_LIVE);
		assert_int_equal(row(&v, i)->until, KFG_DAY_MAX);
		assert_int_equal(row(&v, i)->dims[KFG_DIM_KFUNC].count, 0);
		check_matcher(&v, row(&v, i), KFG_DIM_PROG, 0, i ? "kfgate_canary1" : "kfgate_canary2");
	}
	/* they do not make presence matter */
	assert_int_equal(v.h->any_scope, 0);
	kfg_table_free(v.table);
}

static void test_any_scope(void **state)
{
	struct view v = view(HEAD "rules: [{id: a, kfuncs: [x], action: warn, scope: any}]\n", NULL, 0);

	(void)state;
	assert_int_equal(v.h->any_scope, 1);
	kfg_table_free(v.table);
	v = view(HEAD "deprecations: [{kfunc: x, scope: any}]\n", NULL, 0);
	assert_int_equal(v.h->any_scope, 1);
	kfg_table_free(v.table);
}

/* One row per module, consecutive, of one rule; what a kernel's text is compared with is all there.
 */
static void test_rows(void **state)
{
	struct view v = view(HEAD "rules:\n"
				  "  - {id: a, kfuncs: ['x [m]', y, 'z* [m]', 'w [n?]'], programs: "
				  "{types: [xdp], names: [p]},\n"
				  "     loaders: {units: [u.service, 'v*'], exes: [/e], uids: [5, "
				  "6]}, action: warn}\n"
				  "  - {id: b, kfuncs: [x], action: refuse}\n",
			     NULL, 0);
	static const char *const modules[] = { NULL, "m", "n?" };

	(void)state;
	assert_int_equal(v.h->n_rules, 2 + 3 + 1);
	for (uint32_t i = 0; i < 3; i++) {
		const struct kfg_row *r = row(&v, 2 + i);

		assert_int_equal(r->rule, 0);
		assert_int_equal(r->action, KFG_WARN);
		assert_int_equal(r->prog_types, 1 << 6);
		assert_int_equal(r->dims[KFG_DIM_MODULE].count, i ? 1 : 0);
		if (i)
			check_matcher(&v, r, KFG_DIM_MODULE, 0, modules[i]);
		assert_int_equal(r->dims[KFG_DIM_KFUNC].count, i == 1 ? 2 : 1);
		assert_int_equal(r->dims[KFG_DIM_UID].count, 2);
		assert_int_equal(entry(&v, v.h->list_first, r->dims[KFG_DIM_UID].first + 1), 6);
		check_matcher(&v, r, KFG_DIM_UNIT, 1, "v*");
		check_matcher(&v, r, KFG_DIM_EXE, 0, "/e");
		check_matcher(&v, r, KFG_DIM_PROG, 0, "p");
	}
	assert_int_equal(row(&v, 5)->rule, 1);
	kfg_table_free(v.table);
}

static void test_names(void **state)
{
	static const char *const known[] = {
		"k1", "k2 [mod]", "k1", "x",
		"a_name_that_is_much_longer_than_any_kfunc_of_any_kernel_can_be_in_a_policy"
	};
	struct view v = view(HEAD "rules: [{id: a, kfuncs: [x, 'k*'], action: warn}, {id: b, kfuncs: ['*'], "
				  "action: warn}]\n"
				  "deprecations: [{kfunc: d}, {kfunc: 'e [m]', deadline: 2026-11-21}]\n"
				  "waivers: [{id: w, kfuncs: [e], until: 2027-01-01, owner: o, reason: r}]\n",
			     known, 5);
	const struct kfg_name *n;
	const struct kfg_dep *dep;

	(void)state;
	assert_non_null(find(&v, "k1"));
	assert_non_null(find(&v, "k2"));
	assert_non_null(find(&v, "x"));
	assert_null(find(&v, "k3"));
	assert_null(find(&v, known[4]));
	assert_int_equal(find(&v, "bpf_rdonly_cast")->flags, KFG_NAME_INLINED);
	assert_int_equal(find(&v, "bpf_iter_num_destroy")->flags, KFG_NAME_INLINED);
	/* candidates of k1: the canaries, a and b, which are neighbours */
	n = find(&v, "k1");
	assert_int_equal(n->rules.count, 1);
	assert_int_equal(entry(&v, v.h->list_first, n->rules.first), 0);
	assert_int_equal(entry(&v, v.h->list_first, n->rules.first + 1), 4);
	assert_int_equal(n->dep, KFG_NONE);
	/* of d: the canaries and b */
	n = find(&v, "d");
	assert_int_equal(n->rules.count, 2);
	assert_int_equal(entry(&v, v.h->list_first, n->rules.first + 1), 2);
	assert_int_equal(entry(&v, v.h->list_first, n->rules.first + 2), 3);
	assert_int_equal(n->waivers.count, 0);
	n = find(&v, "e");
	assert_int_equal(n->waivers.count, 1);
	assert_int_equal(entry(&v, v.h->list_first, n->waivers.first), v.h->n_rules);
	dep = cell(&v, v.h->dep_first + n->dep);
	assert_string_equal(dep->module, "m");
	assert_int_equal(dep->deadline, TODAY);
	assert_int_equal(dep->dep, n->dep);
	assert_int_equal(entry(&v, v.h->list_first, 1), v.h->n_rules);
	assert_int_equal(entry(&v, v.h->list_first, 2), v.h->n_rules);
	assert_int_equal(entry(&v, v.h->list_first, 3), 1);
	kfg_table_free(v.table);
}

/* The longest texts run on into the next cells. */
static void test_long_matchers(void **state)
{
	static const unsigned lengths[] = { 119, 120, 121, 247, 248, 255 };
	char text[512], exe[257];

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct view v;

		(void)snprintf(exe, sizeof(exe), "/%0*d", (int)lengths[i] - 1, 7);
		(void)snprintf(text, sizeof(text),
			       HEAD "rules: [{id: a, kfuncs: [x], loaders: {exes: [%s, /b]}, action: warn}]\n", exe);
		v = view(text, NULL, 0);
		check_matcher(&v, row(&v, 2), KFG_DIM_EXE, 0, exe);
		check_matcher(&v, row(&v, 2), KFG_DIM_EXE, 1, "/b");
		kfg_table_free(v.table);
	}
}

/* A policy of n rules that alternate between all kfuncs and one. */
static char *alternating(unsigned n, size_t *ret_size)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, ret_size);

	fprintf(out, HEAD "deprecations: [{kfunc: dep}]\nrules:\n");
	for (unsigned i = 0; i < n; i++)
		fprintf(out, "  - {id: r%u, kfuncs: ['%s%u'], programs: {names: [n%u]}, action: warn}\n", i,
			i % 2 ? "x" : "*", i, i % 97);
	fclose(out);
	return text;
}

/* Lists that are too long are not kept: the table stays about as large as the policy. */
static void test_many_ranges(void **state)
{
	size_t size;
	char *text = alternating(4000, &size);
	struct view v;

	(void)state;
	for (char *at = text; (at = strstr(at, "'*")); at++)
		memset(at + 2, '*', strcspn(at + 2, "'")); /* '*123' becomes '*' */
	v = view(text, NULL, 0);
	assert_int_equal(find(&v, "x1")->flags, KFG_NAME_PATTERNS);
	assert_int_equal(find(&v, "dep")->flags, KFG_NAME_PATTERNS);
	assert_int_equal(find(&v, "x1")->rules.first, 0);
	assert_int_equal(find(&v, "x1")->rules.count, 1);
	assert_int_equal(find(&v, "x1")->waivers.first, 2);
	assert_true(v.n < 2 * 4000 + 1000);
	kfg_table_free(v.table);
	free(text);
}

static void test_same_bytes(void **state)
{
	static const char *const known[] = { "k1", "k2", "k3" };
	static const char *const other_order[] = { "k3", "k1", "k2", "k2 [m]" };
	static const char text[] = HEAD "rules: [{id: a, kfuncs: ['k*', x], action: warn}]\n";
	struct view a = view(text, known, 3), b = view(text, known, 3), c = view(text, other_order, 4);

	(void)state;
	assert_int_equal(a.n, b.n);
	assert_memory_equal(a.cells, b.cells, (size_t)a.n * KFG_CELL_SIZE);
	assert_int_equal(a.n, c.n);
	assert_memory_equal(a.cells, c.cells, (size_t)a.n * KFG_CELL_SIZE);
	kfg_table_free(a.table);
	kfg_table_free(b.table);
	kfg_table_free(c.table);
}

/* Rules of 4,096 rows each, one per module, until they are more than a table holds. */
static void test_too_big(void **state)
{
	struct kfg_source sources[3];
	struct kfg_diags diags = { 0 };
	struct kfg_policy *policy = NULL;
	struct kfg_table *table = NULL;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		char *text = NULL;
		FILE *out = open_memstream(&text, &sources[i].size);

		fprintf(out, HEAD "rules:\n");
		for (unsigned k = 0; k < 44; k++) {
			fprintf(out, "- {id: %u-%u, action: warn, kfuncs: [", i, k);
			for (unsigned m = 0; m < 4096; m++)
				fprintf(out, "'x [%u]',", m);
			fprintf(out, "]}\n");
		}
		fclose(out);
		sources[i].path = "big.yaml";
		sources[i].data = text;
	}
	assert_int_equal(kfg_policy_load(sources, 3, NULL, &diags, &policy), 0);
	assert_int_equal(kfg_table_compile(policy, NULL, 0, 1, &table), -E2BIG);
	assert_null(table);
	kfg_policy_free(policy);
	for (unsigned i = 0; i < 3; i++)
		free((char *)sources[i].data);
}

/* What counts a part of the policy is found again by its name, wherever it stands. */
static void test_hits(void **state)
{
	static const char head[] = "version: 1\nname: n\nserial: 1\n";
	static const char rules[] = "rules:\n"
				    "  - {id: b, kfuncs: [bpf_b], action: audit}\n"
				    "  - {id: a, kfuncs: [bpf_a], action: allow}\n"
				    "deprecations:\n"
				    "  - {kfunc: bpf_c, deadline: 2030-01-01}\n"
				    "waivers:\n"
				    "  - {id: w, kfuncs: [bpf_c], until: 2030-01-01, owner: o, reason: r}\n";
	static const char other[] = "rules: [{id: a, kfuncs: [bpf_x], action: refuse}]\n";
	char text[1024];
	const uint64_t *keys, *others;
	struct view v, w;
	uint32_t n, m;

	(void)state;
	snprintf(text, sizeof(text), "%s%s", head, rules);
	v = view(text, NULL, 0);
	snprintf(text, sizeof(text), "%s%s", head, other);
	w = view(text, NULL, 0);
	keys = kfg_table_hits(v.table, &n);
	others = kfg_table_hits(w.table, &m);
	assert_int_equal(n, KFG_HIT_RULES + 4);
	assert_int_equal(v.h->n_hits, n);
	assert_int_equal(v.h->hit_waivers, KFG_HIT_RULES + 2);
	assert_int_equal(v.h->hit_deps, KFG_HIT_RULES + 3);
	assert_int_equal(keys[KFG_HIT_TABLE], v.h->generation);
	assert_true(keys[KFG_HIT_UNLISTED] == others[KFG_HIT_UNLISTED]);
	assert_true(keys[KFG_HIT_RULES + 1] == others[KFG_HIT_RULES]);
	/* each another */
	for (uint32_t i = KFG_HIT_UNLISTED; i < n; i++)
		for (uint32_t k = i + 1; k < n; k++)
			assert_true(keys[i] != keys[k]);
	kfg_table_free(v.table);
	kfg_table_free(w.table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hits),	      cmocka_unit_test(test_header),
		cmocka_unit_test(test_canaries),      cmocka_unit_test(test_any_scope),
		cmocka_unit_test(test_rows),	      cmocka_unit_test(test_names),
		cmocka_unit_test(test_long_matchers), cmocka_unit_test(test_many_ranges),
		cmocka_unit_test(test_same_bytes),    cmocka_unit_test(test_too_big),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
