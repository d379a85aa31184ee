/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parse_pattern.c - what loads and programs are compared with: kfuncs, units, executables, program
 * names and types, uids. Patterns are exact texts or globs of '*' and '?'; what could never match
 * is a finding.
 */
#include "parse.h"

#include "glob.h"
#include "verdict.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

/* Entries of one list: a row of the compiled table asks them one by one */
#define LIST_MAX 4096u

/* Counts the entries; an empty or overlong list is a finding and counts 0. */
static size_t list_length(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value)
{
	if (!value->n)
		kfg_parse_finding(p, value, KFG_DIAG_MISSING_VALUE,
				  "\"%s\" is empty and would match nothing: fill it%s", key->name,
				  key->flags & KFG_KEY_REQUIRED ? "" : " or leave the key out");
	else if (value->n > LIST_MAX)
		kfg_parse_finding(p, value, KFG_DIAG_TOO_LARGE,
				  "\"%s\" has %zu entries, and may have %u: use patterns, or several rules", key->name,
				  value->n, LIST_MAX);
	else
		return value->n;
	return 0;
}

static bool is_text(struct kfg_parse *p, const char *what, const struct kfg_node *node)
{
	if (node->kind == KFG_NODE_SCALAR && (node->text[0] || !node->plain))
		return true;
	if (node->kind == KFG_NODE_SCALAR)
		kfg_parse_finding(p, node, KFG_DIAG_MISSING_VALUE, "an entry of \"%s\" has no value", what);
	else
		kfg_parse_finding(p, node, KFG_DIAG_WRONG_KIND,
				  "an entry of \"%s\" is a %s here, and wants one value: put text "
				  "with [ ] { } in quotes",
				  what, kfg_node_kind_str(node->kind));
	return false;
}

static bool has_glob(const char *text)
{
	return strpbrk(text, "*?");
}

/* A copy in which runs of '*' are `most` of them. */
static char *copy_runs(struct kfg_parse *p, const char *text, size_t len, size_t most)
{
	char *copy = kfg_arena_strndup(&p->policy->arena, text, len);
	size_t o = 0, run = 0;

	if (!copy)
		return NULL;
	for (size_t i = 0; i < len; i++) {
		run = text[i] == '*' ? run + 1 : 0;
		if (run <= most)
			copy[o++] = text[i];
	}
	copy[o] = 0;
	return copy;
}

static char *copy_pattern(struct kfg_parse *p, const char *text, size_t len)
{
	return copy_runs(p, text, len, 1);
}

/* Length of the part of text that is letters, digits, '_', glob characters and those of `more`. */
static size_t name_span(const char *text, const char *more)
{
	size_t n = 0;

	while (text[n] && (isalnum((unsigned char)text[n]) || strchr("_*?", text[n]) || strchr(more, text[n])))
		n++;
	return n;
}

/* The parts of "name [module]", within the text. */
struct kfunc_text {
	const char *name, *module; /* module NULL: not given */
	size_t name_len, module_len;
};

/* False: not written like that. */
static bool split_kfunc(const char *text, struct kfunc_text *ret_parts)
{
	struct kfunc_text parts = { .name = text, .name_len = name_span(text, ".") };
	const char *at = text + parts.name_len;

	if (!parts.name_len)
		return false;
	if (*at) {
		if (*at != ' ')
			return false;
		at += strspn(at, " ");
		if (*at++ != '[')
			return false;
		parts.module = at;
		parts.module_len = name_span(at, "-");
		if (!parts.module_len || at[parts.module_len] != ']' || at[parts.module_len + 1])
			return false;
	}
	*ret_parts = parts;
	return true;
}

static bool check_kfunc(struct kfg_parse *p, const struct kfg_node *node, bool may_glob, const struct kfunc_text *k)
{
	if (k->name_len >= KFG_KFUNC_LEN) {
		kfg_parse_finding(p, node, KFG_DIAG_BAD_NAME, "a kfunc name of %zu characters: at most %u", k->name_len,
				  KFG_KFUNC_LEN - 1);
		return false;
	}
	if (k->module_len >= KFG_MODULE_LEN) {
		kfg_parse_finding(p, node, KFG_DIAG_BAD_NAME, "a module name of %zu characters: at most %u",
				  k->module_len, KFG_MODULE_LEN - 1);
		return false;
	}
	if (k->module && memchr(k->module, '-', k->module_len)) {
		kfg_parse_finding(p, node, KFG_DIAG_NEVER_MATCHES,
				  "the kernel writes '-' in names of modules as '_': [%.*s] would "
				  "never match",
				  (int)k->module_len, k->module);
		return false;
	}
	if (!may_glob && has_glob(node->text)) {
		kfg_parse_finding(p, node, KFG_DIAG_BAD_NAME, "\"%.64s\" is a pattern: one kfunc's name is wanted here",
				  node->text);
		return false;
	}
	return true;
}

bool kfg_parse_kfunc(struct kfg_parse *p, const struct kfg_node *node, bool may_glob,
		     struct kfg_kfunc_pattern *ret_pattern, int *ret_error)
{
	struct kfg_kfunc_pattern k = { .place = kfg_node_place(p, node) };
	struct kfunc_text parts;

	if (!split_kfunc(node->text, &parts)) {
		kfg_parse_finding(p, node, KFG_DIAG_BAD_NAME,
				  "\"%.64s\" is not the name of a kfunc: write name or \"name [module]\", of "
				  "letters, digits and _, where * and ? stand for others",
				  node->text);
		return false;
	}
	if (!check_kfunc(p, node, may_glob, &parts))
		return false;
	k.name = copy_pattern(p, parts.name, parts.name_len);
	k.module = parts.module ? copy_pattern(p, parts.module, parts.module_len) : NULL;
	if (!k.name || (parts.module && !k.module)) {
		*ret_error = -ENOMEM;
		return false;
	}
	if (k.module && !strcmp(k.module, "*"))
		k.module = NULL; /* says as much as no module at all */
	k.name_glob = has_glob(k.name);
	k.module_glob = k.module && has_glob(k.module);
	*ret_pattern = k;
	return true;
}

int kfg_parse_kfuncs(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	size_t max = list_length(p, key, value), n = 0;
	struct kfg_condition *when = out;
	struct kfg_kfunc_pattern *items;
	int r = 0;

	if (!max)
		return 0;
	items = kfg_arena_alloc(&p->policy->arena, max * sizeof(*items));
	if (!items)
		return -ENOMEM;
	for (const struct kfg_node *i = value->first; i && !r; i = i->next)
		n += is_text(p, key->name, i) && kfg_parse_kfunc(p, i, true, &items[n], &r);
	when->kfuncs = items;
	when->n_kfuncs = n;
	return r;
}

int kfg_parse_types(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	struct kfg_condition *when = out;
	const char *near;
	uint32_t type;

	if (!list_length(p, key, value))
		return 0;
	for (const struct kfg_node *i = value->first; i; i = i->next) {
		if (!is_text(p, key->name, i))
			continue;
		if (!kfg_prog_type_parse(i->text, &type)) {
			when->prog_types |= (uint64_t)1 << type;
			continue;
		}
		near = kfg_words_nearest(&kfg_prog_type_words, i->text);
		if (near)
			kfg_parse_finding(p, i, KFG_DIAG_UNKNOWN_PROGRAM_TYPE,
					  "unknown program type \"%.64s\": did you mean \"%s\"?", i->text, near);
		else
			kfg_parse_finding(p, i, KFG_DIAG_UNKNOWN_PROGRAM_TYPE,
					  "unknown program type \"%.64s\": types are named as bpftool names "
					  "them, such as xdp, sched_cls or struct_ops",
					  i->text);
	}
	return 0;
}

int kfg_parse_uids(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	size_t max = list_length(p, key, value);
	struct kfg_condition *when = out;
	uint64_t n;

	if (!max)
		return 0;
	when->n_uids = 0;
	when->uids = kfg_arena_alloc(&p->policy->arena, max * sizeof(*when->uids));
	if (!when->uids)
		return -ENOMEM;
	/* 2^32 - 1 is no uid: it means "leave it as it is" to chown() and setreuid() */
	for (const struct kfg_node *i = value->first; i; i = i->next)
		if (is_text(p, key->name, i) && kfg_parse_number(p, i, key->name, UINT32_MAX - 1, &n))
			when->uids[when->n_uids++] = (uint32_t)n;
	return 0;
}

/* A pattern for paths as tables have it. */
static const char *path_pattern(struct kfg_parse *p, const char *text)
{
	char *copy = kfg_arena_strndup(&p->policy->arena, text, strlen(text));

	if (copy)
		kfg_glob_of_path(copy);
	return copy;
}

/* Says what is wrong with an entry, if anything. */
typedef bool check_fn(struct kfg_parse *p, const struct kfg_node *node);
static check_fn check_cgroup;

static int parse_patterns(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, check_fn *check,
			  struct kfg_patterns *out)
{
	bool paths = check == check_cgroup; /* of components, which '*' and '?' do not leave */
	size_t max = list_length(p, key, value), n = 0;
	struct kfg_pattern *items;

	if (!max)
		return 0;
	items = kfg_arena_alloc(&p->policy->arena, max * sizeof(*items));
	if (!items)
		return -ENOMEM;
	for (const struct kfg_node *i = value->first; i; i = i->next) {
		if (!is_text(p, key->name, i) || !check(p, i))
			continue;
		items[n].text = copy_runs(p, i->text, strlen(i->text), paths ? 2 : 1);
		if (!items[n].text)
			return -ENOMEM;
		items[n].match = items[n].text;
		if (paths && !(items[n].match = path_pattern(p, items[n].text)))
			return -ENOMEM;
		items[n].place = kfg_node_place(p, i);
		items[n].glob = has_glob(items[n].text);
		n++;
	}
	*out = (struct kfg_patterns){ items, n };
	return 0;
}

static bool check_length(struct kfg_parse *p, const struct kfg_node *node, const char *what, size_t max)
{
	if (strlen(node->text) <= max)
		return true;
	kfg_parse_finding(p, node, KFG_DIAG_BAD_NAME, "%s of %zu bytes: at most %zu", what, strlen(node->text), max);
	return false;
}

/* systemd.unit(5): names are ASCII letters, digits and :-_.\@ ; what else a cgroup may be called is
 * escaped. */
static bool check_unit(struct kfg_parse *p, const struct kfg_node *node)
{
	if (name_span(node->text, ":-.\\@") == strlen(node->text) && node->text[0])
		return check_length(p, node, "a unit name", KFG_UNIT_LEN - 1);
	kfg_parse_finding(p, node, KFG_DIAG_BAD_NAME,
			  "\"%.64s\" is not the name of a systemd unit, such as cilium.service: "
			  "letters, digits and :-_.\\@",
			  node->text);
	return false;
}

static bool check_exe(struct kfg_parse *p, const struct kfg_node *node)
{
	const char *s = node->text;

	if (s[0] != '/') {
		kfg_parse_finding(p, node, KFG_DIAG_BAD_NAME,
				  "\"%.64s\" is not an absolute path: an executable is named by "
				  "its whole path",
				  s);
		return false;
	}
	if (strstr(s, "//") || strstr(s, "/./") || strstr(s, "/../") || s[strlen(s) - 1] == '/') {
		kfg_parse_finding(p, node, KFG_DIAG_NEVER_MATCHES,
				  "\"%.64s\" would never match: the kernel tells paths without //, "
				  "/./, /../ and a / at the end",
				  s);
		return false;
	}
	return check_length(p, node, "the path of an executable", KFG_EXE_LEN - 1);
}

/* From the root of the unified hierarchy, as /proc/PID/cgroup has it for who is in no cgroup namespace. */
static bool check_cgroup(struct kfg_parse *p, const struct kfg_node *node)
{
	const char *s = node->text;

	if (s[0] != '/') {
		kfg_parse_finding(p, node, KFG_DIAG_BAD_NAME,
				  "\"%.64s\" is not the whole path of a cgroup, such as /kubepods.slice/**: it begins "
				  "with / where the cgroups of the host begin",
				  s);
		return false;
	}
	if (strstr(s, "//") || strstr(s, "/./") || strstr(s, "/../") || (s[1] && s[strlen(s) - 1] == '/')) {
		kfg_parse_finding(p, node, KFG_DIAG_NEVER_MATCHES,
				  "\"%.64s\" would never match: the path of a cgroup has no //, /./, /../ and no / at "
				  "the end; what is below it is \"/**\"",
				  s);
		return false;
	}
	if (strstr(s, "***")) {
		kfg_parse_finding(p, node, KFG_DIAG_BAD_NAME,
				  "\"%.64s\": * stands for what is within a component of the path, ** for that and "
				  "for /, *** for nothing",
				  s);
		return false;
	}
	return check_length(p, node, "the path of a cgroup", KFG_CGROUP_LEN - 1);
}

/* kernel: bpf_obj_name_cpy() (kernel/bpf/syscall.c, 6.1..7.3) takes letters, digits, '_' and '.' */
static bool check_prog(struct kfg_parse *p, const struct kfg_node *node)
{
	size_t len = strlen(node->text);

	if (!len || name_span(node->text, ".") < len) {
		kfg_parse_finding(p, node, KFG_DIAG_BAD_NAME,
				  "\"%.64s\" is not the name of a BPF program: letters, digits, _ and .", node->text);
		return false;
	}
	if (len >= KFG_PROG_LEN) {
		kfg_parse_finding(p, node, KFG_DIAG_NEVER_MATCHES,
				  "the kernel knows the first %u characters of a program's name: "
				  "write \"%.*s\"",
				  KFG_PROG_LEN - 1, (int)KFG_PROG_LEN - 1, node->text);
		return false;
	}
	return true;
}

int kfg_parse_units(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	return parse_patterns(p, key, value, check_unit, out);
}

int kfg_parse_exes(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	return parse_patterns(p, key, value, check_exe, out);
}

int kfg_parse_cgroups(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	return parse_patterns(p, key, value, check_cgroup, out);
}

int kfg_parse_progs(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	return parse_patterns(p, key, value, check_prog, out);
}

/* The name of a keyring, or NULL with a finding. The kernel takes nearly any text for one; here it is one word. */
static const char *keyring_name(struct kfg_parse *p, const struct kfg_node *node)
{
	const char *name = kfg_signature_keyring(node->text);
	size_t len = strlen(name);

	if (!len || name_span(name, ".:-+@") < len || has_glob(name)) {
		kfg_parse_finding(p, node, KFG_DIAG_BAD_NAME,
				  "\"%.64s\" names no keyring: \"keyring:\", then letters, digits and .:-+@_",
				  node->text);
		return NULL;
	}
	return check_length(p, node, "the name of a keyring", KFG_KEYRING_LEN - 1) ? name : NULL;
}

/* What a signature may not be asked to be. */
static void bad_signature(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *node)
{
	const char *near = kfg_words_nearest(&kfg_signature_words, node->text);

	if (!strcmp(node->text, kfg_signature_words.items[0]))
		kfg_parse_finding(p, node, KFG_DIAG_BAD_VALUE, "\"no\" stands alone: write \"%s: no\"", key->name);
	else
		kfg_parse_finding(
			p, node, KFG_DIAG_BAD_VALUE,
			"\"%.64s\" is not what \"%s\" can be, which is no, or a list of builtin, secondary, "
			"platform and \"keyring:NAME\": anybody may sign with a key of his own, so the keyring "
			"counts%s%s%s",
			node->text, key->name, near ? ": did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

/* One entry of the list, into the condition, whose list of keyrings has room. -ENOMEM. */
static int parse_signature(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *node,
			   struct kfg_condition *when)
{
	struct kfg_pattern *item = &when->keyrings.items[when->keyrings.n];
	int word = kfg_words_find(&kfg_signature_words, node->text);
	const char *name;

	if (word > 0) {
		when->signatures |= (uint8_t)(1u << word);
		return 0;
	}
	if (!kfg_signature_keyring(node->text)) {
		bad_signature(p, key, node);
		return 0;
	}
	name = keyring_name(p, node);
	if (!name)
		return 0;
	item->text = item->match = kfg_arena_strndup(&p->policy->arena, name, strlen(name));
	item->place = kfg_node_place(p, node);
	item->glob = false;
	when->keyrings.n++;
	return item->text ? 0 : -ENOMEM;
}

int kfg_parse_signed(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	struct kfg_condition *when = out;
	size_t max;
	int r = 0;

	if (value->kind == KFG_NODE_SCALAR) {
		if (!strcmp(value->text, kfg_signature_words.items[0]))
			when->signatures = 1;
		else
			bad_signature(p, key, value);
		return 0;
	}
	max = list_length(p, key, value);
	if (!max)
		return 0;
	when->keyrings.items = kfg_arena_alloc(&p->policy->arena, max * sizeof(*when->keyrings.items));
	if (!when->keyrings.items)
		return -ENOMEM;
	for (const struct kfg_node *i = value->first; i && !r; i = i->next)
		r = is_text(p, key->name, i) ? parse_signature(p, key, i, when) : 0;
	return r;
}
