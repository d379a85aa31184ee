/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cases.c - tests of a policy: their keys, and the answers they are held against. */
#include "cases.h"

#include "lint_internal.h"
#include "parse.h"

#include <errno.h>
#include <kfgate/decide.h>
#include <stdlib.h>
#include <string.h>

#define SCALAR KFG_NODE_SCALAR
#define LIST KFG_NODE_SEQUENCE
#define MAP KFG_NODE_MAPPING
#define REQUIRED KFG_KEY_REQUIRED
#define TEXT_MAX 1024
#define KFUNCS_MAX KFG_KFUNCS_MAX

struct kfg_cases {
	struct kfg_policy holder; /* memory and text of the file, as the parser wants them: no policy */
	struct kfg_case *items;
	size_t n;
	const char *policy;
};

/* A case as it is parsed. */
struct draft {
	struct kfg_case c;
	struct kfg_release kernel;
	struct kfg_case_kfunc kfuncs[KFUNCS_MAX];
	uint8_t userns, token;
};

static const char *const reason_items[] = { "any", "rule", "unlisted", "deprecated", "expired", "waived" };
static const struct kfg_words reason_words = { reason_items, 6 };
static const char *const userns_items[] = { "initial", "other" };
static const struct kfg_words userns_words = { userns_items, 2 };
static const char *const token_items[] = { "false", "true" };
static const struct kfg_words token_words = { token_items, 2 };

static int parse_type(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	const char *near = kfg_words_nearest(&kfg_prog_type_words, value->text);

	(void)key;
	if (kfg_prog_type_parse(value->text, out))
		kfg_parse_finding(p, value, KFG_DIAG_UNKNOWN_PROGRAM_TYPE, "unknown program type \"%.64s\"%s%s%s",
				  value->text, near ? ": did you mean \"" : "", near ? near : "", near ? "\"?" : "");
	return 0;
}

static int parse_uid(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	uint64_t n;

	if (kfg_parse_number(p, value, key->name, UINT32_MAX - 1, &n))
		*(uint32_t *)out = (uint32_t)n;
	return 0;
}

static int parse_signed(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	if (kfg_signature_parse(value->text, out))
		kfg_parse_finding(p, value, KFG_DIAG_BAD_VALUE,
				  "\"%.64s\" is not what \"%s\" can be, which is no, builtin, secondary, platform or "
				  "\"keyring:NAME\"",
				  value->text, key->name);
	return 0;
}

static int parse_name(struct kfg_parse *p, const struct kfg_node *value, const char *fault, void *out)
{
	if (fault) {
		kfg_parse_finding(p, value, KFG_DIAG_BAD_NAME, "\"%.64s\" %s", value->text, fault);
		return 0;
	}
	return kfg_parse_text(p, &(const struct kfg_key){ .name = "loader", .limit = TEXT_MAX }, value, out);
}

static int parse_unit(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	(void)key;
	return parse_name(p, value, kfg_load_unit_fault(value->text), out);
}

static int parse_exe(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	(void)key;
	return parse_name(p, value, kfg_load_exe_fault(value->text), out);
}

static int parse_cgroup(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	(void)key;
	return parse_name(p, value, kfg_load_cgroup_fault(value->text), out);
}

static int parse_list(struct kfg_parse *p, const struct kfg_node *value, bool live, struct draft *d)
{
	struct kfg_kfunc_pattern k;
	int r = 0;

	for (const struct kfg_node *i = value->first; i && !r; i = i->next) {
		if (i->kind != SCALAR) {
			kfg_parse_finding(p, i, KFG_DIAG_BAD_NAME, "a kfunc is a name, or \"name [module]\"");
			continue;
		}
		if (!kfg_parse_kfunc(p, i, false, &k, &r))
			continue;
		if (d->c.n_kfuncs == KFUNCS_MAX) {
			kfg_parse_finding(p, i, KFG_DIAG_TOO_LARGE, "a program calls at most %u kfuncs", KFUNCS_MAX);
			break;
		}
		d->kfuncs[d->c.n_kfuncs++] = (struct kfg_case_kfunc){ k.name, k.module, live, i->line, i->col };
	}
	return r;
}

static int parse_kfuncs(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	(void)key;
	return parse_list(p, value, true, out);
}

static int parse_dead(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	(void)key;
	return parse_list(p, value, false, out);
}

#define FIELD(member) .offset = offsetof(struct draft, member)

static const struct kfg_key program_keys[] = {
	{ "type", SCALAR, REQUIRED, parse_type, FIELD(c.load.prog_type) },
	{ "name", SCALAR, 0, kfg_parse_text, FIELD(c.load.prog), .limit = TEXT_MAX },
	{ "signed", SCALAR, 0, parse_signed, FIELD(c.load.signature) },
};
static const struct kfg_schema program_schema = KFG_SCHEMA("\"program\"", program_keys, false);

static const struct kfg_key loader_keys[] = {
	{ "unit", SCALAR, 0, parse_unit, FIELD(c.load.unit) },
	{ "exe", SCALAR, 0, parse_exe, FIELD(c.load.exe) },
	{ "cgroup", SCALAR, 0, parse_cgroup, FIELD(c.load.cgroup) },
	{ "uid", SCALAR, 0, parse_uid, FIELD(c.load.uid) },
	{ "userns", SCALAR, 0, kfg_parse_word, FIELD(userns), .words = &userns_words },
	{ "token", SCALAR, 0, kfg_parse_word, FIELD(token), .words = &token_words },
};
static const struct kfg_schema loader_schema = KFG_SCHEMA("\"loader\"", loader_keys, false);

static const struct kfg_key expect_keys[] = {
	{ "verdict", SCALAR, REQUIRED, kfg_parse_word, FIELD(c.action), .words = &kfg_action_words },
	{ "reason", SCALAR, 0, kfg_parse_word, FIELD(c.reason), .words = &reason_words },
	{ "rule", SCALAR, 0, kfg_parse_text, FIELD(c.rule), .limit = TEXT_MAX },
};
static const struct kfg_schema expect_schema = KFG_SCHEMA("\"expect\"", expect_keys, false);

static int parse_program(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	(void)key;
	return kfg_parse_mapping(p, &program_schema, value, out);
}

static int parse_loader(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	(void)key;
	return kfg_parse_mapping(p, &loader_schema, value, out);
}

static int parse_expect(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	struct draft *d = out;

	(void)key;
	d->c.expect_line = value->line;
	d->c.expect_col = value->col;
	return kfg_parse_mapping(p, &expect_schema, value, out);
}

static const struct kfg_key case_keys[] = {
	{ "name", SCALAR, 0, kfg_parse_text, FIELD(c.name), .limit = TEXT_MAX },
	{ "program", MAP, REQUIRED, parse_program, .offset = 0 },
	{ "kfuncs", LIST, 0, parse_kfuncs, .offset = 0 },
	{ "dead", LIST, 0, parse_dead, .offset = 0 },
	{ "loader", MAP, 0, parse_loader, .offset = 0 },
	{ "date", SCALAR, 0, kfg_parse_day, FIELD(c.load.today) },
	{ "kernel", SCALAR, 0, kfg_parse_release, FIELD(kernel) },
	{ "expect", MAP, REQUIRED, parse_expect, .offset = 0 },
};
static const struct kfg_schema case_schema = KFG_SCHEMA("a case", case_keys, false);

/* What the file gives a draft goes to a case with its own memory. */
static int keep(struct kfg_parse *p, const struct draft *d, struct kfg_case *ret_case)
{
	size_t size = d->c.n_kfuncs * sizeof(d->kfuncs[0]);
	struct kfg_case_kfunc *kfuncs = kfg_arena_alloc(&p->policy->arena, size);

	if (!kfuncs)
		return -ENOMEM;
	memcpy(kfuncs, d->kfuncs, size);
	*ret_case = d->c;
	ret_case->kfuncs = kfuncs;
	ret_case->kernel = d->kernel.text ? d->kernel.version : 0;
	ret_case->load.initial = !d->userns && !d->token;
	ret_case->load.token = d->token;
	return 0;
}

static int parse_cases(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	struct kfg_cases *cases = out;
	struct draft *d = kfg_arena_alloc(&p->policy->arena, sizeof(*d));
	int r = 0;

	(void)key;
	if (!value->n)
		kfg_parse_finding(p, value, KFG_DIAG_MISSING_VALUE, "\"cases\" has no case: nothing would be tested");
	cases->items = kfg_arena_alloc(&p->policy->arena, value->n * sizeof(*cases->items));
	if (!d || !cases->items)
		return -ENOMEM;
	for (const struct kfg_node *i = value->first; i && !r; i = i->next) {
		if (i->kind != MAP) {
			kfg_parse_finding(p, i, KFG_DIAG_WRONG_KIND, "a case is a mapping: lines of \"key: value\"");
			continue;
		}
		*d = (struct draft){ .c = { .line = i->line, .col = i->col, .load = { .today = KFG_DAY_MAX } } };
		r = kfg_parse_mapping(p, &case_schema, i, d);
		if (!r)
			r = keep(p, d, &cases->items[cases->n++]);
	}
	return r;
}

static int parse_version(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	(void)key;
	(void)out;
	if (!value->plain || strcmp(value->text, "1"))
		kfg_parse_finding(p, value, KFG_DIAG_BAD_VERSION, "\"version\" is 1");
	return 0;
}

static const struct kfg_key file_keys[] = {
	{ "version", SCALAR, REQUIRED, parse_version, .offset = 0 },
	{ "policy", SCALAR, 0, kfg_parse_text, .offset = offsetof(struct kfg_cases, policy), .limit = TEXT_MAX },
	{ "cases", LIST, REQUIRED, parse_cases, .offset = 0 },
};
static const struct kfg_schema file_schema = KFG_SCHEMA("a file of cases", file_keys, false);

static int add_origin(struct kfg_policy *holder, const struct kfg_source *source)
{
	struct kfg_origin o = {
		strdup(source->path), malloc(source->size + 1), source->size, false, KFG_DAY_MAX, { 0 }
	};
	int r = o.path && o.text ? kfg_vector_append(&holder->origins, sizeof(o), &o, 1) : -ENOMEM;

	if (r) {
		free(o.path);
		free(o.text);
		return r;
	}
	if (source->size)
		memcpy(o.text, source->data, source->size);
	return 0;
}

static int read_cases(struct kfg_cases *cases, const struct kfg_source *source, struct kfg_diags *diags)
{
	struct kfg_parse p = { .policy = &cases->holder, .diags = diags };
	size_t errors = diags->n_errors;
	struct kfg_doc doc = { 0 };
	int r = add_origin(&cases->holder, source);

	if (!r)
		r = kfg_doc_load(source, diags, &doc);
	if (r)
		return r;
	if (doc.root->kind == MAP)
		r = kfg_parse_mapping(&p, &file_schema, doc.root, cases);
	else
		kfg_parse_finding(&p, doc.root, KFG_DIAG_WRONG_KIND,
				  "a file of cases is a mapping: it begins with \"version: 1\"");
	kfg_doc_done(&doc);
	return r ? r : diags->n_errors > errors ? -EBADMSG : 0;
}

int kfg_cases_load(const struct kfg_source *source, struct kfg_diags *diags, struct kfg_cases **ret_cases)
{
	struct kfg_cases *cases = calloc(1, sizeof(*cases));
	int r = cases ? read_cases(cases, source, diags) : -ENOMEM;

	if (r) {
		kfg_cases_free(cases);
		return r;
	}
	*ret_cases = cases;
	return 0;
}

void kfg_cases_free(struct kfg_cases *cases)
{
	struct kfg_origin *o;

	if (!cases)
		return;
	o = cases->holder.origins.items;
	for (size_t i = 0; i < cases->holder.origins.n; i++) {
		free(o[i].path);
		free(o[i].text);
	}
	free(cases->holder.origins.items);
	kfg_arena_done(&cases->holder.arena);
	free(cases);
}

const char *kfg_cases_policy(const struct kfg_cases *cases)
{
	return cases->policy;
}

const struct kfg_case *kfg_cases_get(const struct kfg_cases *cases, size_t i)
{
	return i < cases->n ? &cases->items[i] : NULL;
}

int kfg_cases_lint(const struct kfg_cases *cases, const struct kfg_policy *policy, struct kfg_diags *diags)
{
	const struct kfg_lint l = { .policy = &cases->holder, .diags = diags };
	struct kfg_kfunc_pattern *kfuncs;
	size_t n = 0, max = 0;
	int r;

	for (size_t i = 0; i < cases->n; i++)
		max += cases->items[i].n_kfuncs;
	kfuncs = calloc(max + 1, sizeof(*kfuncs));
	if (!kfuncs)
		return -ENOMEM;
	/* a call that is dead may be of a kfunc that is still to come */
	for (size_t i = 0; i < cases->n; i++)
		for (size_t k = 0; k < cases->items[i].n_kfuncs; k++) {
			const struct kfg_case_kfunc *c = &cases->items[i].kfuncs[k];

			if (c->live)
				kfuncs[n++] = (struct kfg_kfunc_pattern){
					.name = c->name,
					.module = c->module,
					.place = { .line = c->line, .col = (uint16_t)c->col },
				};
		}
	r = kfg_lint_kfuncs_of(&l, policy, kfuncs, n);
	free(kfuncs);
	return r ? r : diags->lost ? -ENOMEM : 0;
}

static const char *decided_by(const struct kfg_policy *policy, const struct kfg_verdict *v, uint8_t reason)
{
	struct kfg_waiver_info waiver;

	if (reason == KFG_REASON_RULE)
		return kfg_policy_rule_id(policy, v->rule);
	if (reason == KFG_REASON_WAIVED && kfg_policy_waiver(policy, v->waiver, &waiver))
		return waiver.id;
	return NULL;
}

void kfg_case_eval(const struct kfg_policy *policy, const struct kfg_table *table, const struct kfg_case *c,
		   struct kfg_case_answer *ret_answer)
{
	*ret_answer = (struct kfg_case_answer){ KFG_ALLOW, KFG_REASON_NONE, NULL, NULL };
	for (size_t i = 0; i < c->n_kfuncs; i++) {
		const struct kfg_case_kfunc *k = &c->kfuncs[i];
		struct kfg_verdict v;
		uint8_t action, reason;

		kfg_verdict_eval(table, &c->load, k->name, k->module, &v);
		action = kfg_effective(&v, k->live, KFG_REFUSE, &reason);
		if (i && action <= ret_answer->action)
			continue;
		*ret_answer = (struct kfg_case_answer){ action, reason, k->name, decided_by(policy, &v, reason) };
	}
}
