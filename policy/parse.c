/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parse.c - the policy language as tables: which keys there are, of which kind, and who reads their
 * values. What a source may say is here; what it may not say together with others is in validate.c.
 */
#include "parse.h"

#include <errno.h>
#include <string.h>

#define ID_MAX 64
#define TEXT_MAX 1024
#define AGE_MAX 36500 /* days */
#define ERRNO_MAX 4095 /* MAX_ERRNO (include/linux/err.h, 6.1..7.3) */

#define SCALAR KFG_NODE_SCALAR
#define LIST KFG_NODE_SEQUENCE
#define MAP KFG_NODE_MAPPING
#define REQUIRED KFG_KEY_REQUIRED
#define INCLUDED KFG_KEY_INCLUDED
#define WORD KFG_KEY_WORD

/* Items of a list of mappings, each read by the same schema, go to an array in the arena. */
struct item_list {
	const struct kfg_schema *schema;
	size_t size;
	const void *blank; /* what an item is before it is read */
};

static int parse_items(struct kfg_parse *p, const struct item_list *list, const struct kfg_node *value, void *ret_items,
		       size_t *ret_n)
{
	char *items = kfg_arena_alloc(&p->policy->arena, value->n * list->size);
	size_t n = 0, errors;
	int r;

	if (!items)
		return -ENOMEM;
	for (const struct kfg_node *i = value->first; i; i = i->next) {
		if (i->kind != MAP) {
			kfg_parse_finding(p, i, KFG_DIAG_WRONG_KIND, "%s is a mapping: lines of \"key: value\"",
					  list->schema->what);
			continue;
		}
		memcpy(items + n * list->size, list->blank, list->size);
		*(struct kfg_place *)(void *)(items + n * list->size) = kfg_node_place(p, i);
		errors = p->diags->n_errors;
		r = kfg_parse_mapping(p, list->schema, i, items + n * list->size);
		if (r)
			return r;
		*(bool *)(void *)(items + n * list->size + sizeof(struct kfg_place)) = p->diags->n_errors > errors;
		n++;
	}
	*(void **)ret_items = items;
	*ret_n = n;
	return 0;
}

#define PLACE_FIRST(type)                                                                                              \
	_Static_assert(offsetof(type, place) == 0 && offsetof(type, faulty) == sizeof(struct kfg_place),               \
		       "parse_items() sets the two")
PLACE_FIRST(struct kfg_rule);
PLACE_FIRST(struct kfg_waiver);
PLACE_FIRST(struct kfg_deprecation);
PLACE_FIRST(struct kfg_upgrade);

#define FIELD(type, member) .offset = offsetof(type, member)
#define WHOLE .offset = 0 /* the handler picks the fields itself */

static const struct kfg_key program_keys[] = {
	{ "types", LIST, 0, kfg_parse_types, WHOLE },
	{ "names", LIST, 0, kfg_parse_progs, FIELD(struct kfg_condition, names) },
};
static const struct kfg_schema program_schema = KFG_SCHEMA("\"programs\"", program_keys, false);

static const struct kfg_key loader_keys[] = {
	{ "units", LIST, 0, kfg_parse_units, FIELD(struct kfg_condition, units) },
	{ "exes", LIST, 0, kfg_parse_exes, FIELD(struct kfg_condition, exes) },
	{ "cgroups", LIST, 0, kfg_parse_cgroups, FIELD(struct kfg_condition, cgroups) },
	{ "uids", LIST, 0, kfg_parse_uids, WHOLE },
	{ "userns", SCALAR, 0, kfg_parse_word, FIELD(struct kfg_condition, userns), .words = &kfg_userns_words },
	{ "token", SCALAR, 0, kfg_parse_word, FIELD(struct kfg_condition, token), .words = &kfg_token_words },
};
static const struct kfg_schema loader_schema = KFG_SCHEMA("\"loaders\"", loader_keys, false);

/* A mapping whose keys belong to the object around it; one without keys would say nothing. */
static int parse_part(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_schema *schema,
		      const struct kfg_node *value, void *out)
{
	if (!value->n)
		kfg_parse_finding(p, value, KFG_DIAG_MISSING_VALUE,
				  "\"%s\" is empty: leave it out where it does not matter", key->name);
	return kfg_parse_mapping(p, schema, value, out);
}

static int parse_programs(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	return parse_part(p, key, &program_schema, value, out);
}

static int parse_loaders(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	return parse_part(p, key, &loader_schema, value, out);
}

static const struct kfg_key rule_keys[] = {
	{ "id", SCALAR, REQUIRED, kfg_parse_id, FIELD(struct kfg_rule, id), .limit = ID_MAX },
	{ "kfuncs", LIST, REQUIRED, kfg_parse_kfuncs, FIELD(struct kfg_rule, when) },
	{ "programs", MAP, 0, parse_programs, FIELD(struct kfg_rule, when) },
	{ "loaders", MAP, 0, parse_loaders, FIELD(struct kfg_rule, when) },
	{ "signed", LIST, WORD, kfg_parse_signed, FIELD(struct kfg_rule, when) },
	{ "action", SCALAR, REQUIRED, kfg_parse_word, FIELD(struct kfg_rule, action), .words = &kfg_action_words },
	{ "scope", SCALAR, 0, kfg_parse_word, FIELD(struct kfg_rule, scope), .words = &kfg_scope_words },
	{ "reason", SCALAR, 0, kfg_parse_text, FIELD(struct kfg_rule, reason), .limit = TEXT_MAX },
};
static const struct kfg_schema rule_schema = KFG_SCHEMA("a rule", rule_keys, false);

static int parse_rules(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	static const struct kfg_rule blank = { .scope = KFG_UNSET };
	static const struct item_list list = { &rule_schema, sizeof(blank), &blank };
	struct kfg_parse_file *file = out;

	(void)key;
	return parse_items(p, &list, value, &file->rules, &file->n_rules);
}

static const struct kfg_key waiver_keys[] = {
	{ "id", SCALAR, REQUIRED, kfg_parse_id, FIELD(struct kfg_waiver, id), .limit = ID_MAX },
	{ "kfuncs", LIST, REQUIRED, kfg_parse_kfuncs, FIELD(struct kfg_waiver, when) },
	{ "programs", MAP, 0, parse_programs, FIELD(struct kfg_waiver, when) },
	{ "loaders", MAP, 0, parse_loaders, FIELD(struct kfg_waiver, when) },
	{ "signed", LIST, WORD, kfg_parse_signed, FIELD(struct kfg_waiver, when) },
	{ "until", SCALAR, REQUIRED, kfg_parse_day, FIELD(struct kfg_waiver, until) },
	{ "owner", SCALAR, REQUIRED, kfg_parse_text, FIELD(struct kfg_waiver, owner), .limit = 128 },
	{ "reason", SCALAR, REQUIRED, kfg_parse_text, FIELD(struct kfg_waiver, reason), .limit = TEXT_MAX },
};
static const struct kfg_schema waiver_schema = KFG_SCHEMA("a waiver", waiver_keys, false);

static int parse_waivers(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	static const struct kfg_waiver blank = { .until = KFG_DAY_MAX };
	static const struct item_list list = { &waiver_schema, sizeof(blank), &blank };
	struct kfg_parse_file *file = out;

	(void)key;
	return parse_items(p, &list, value, &file->waivers, &file->n_waivers);
}

static int parse_deprecated_kfunc(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value,
				  void *out)
{
	struct kfg_deprecation *d = out;
	struct kfg_kfunc_pattern k;
	int r = 0;

	(void)key;
	if (kfg_parse_kfunc(p, value, false, &k, &r)) {
		d->kfunc = k.name;
		d->module = k.module;
	}
	return r;
}

#define TEXT_KEY(name, member)                                                                                         \
	{                                                                                                              \
		name, SCALAR, 0, kfg_parse_text, FIELD(struct kfg_deprecation, member), .limit = TEXT_MAX              \
	}
#define RELEASE_KEY(name, member)                                                                                      \
	{                                                                                                              \
		name, SCALAR, 0, kfg_parse_release, FIELD(struct kfg_deprecation, member)                              \
	}

static const struct kfg_key deprecation_keys[] = {
	{ "kfunc", SCALAR, REQUIRED, parse_deprecated_kfunc, WHOLE },
	RELEASE_KEY("deprecated-in", deprecated_in),
	RELEASE_KEY("removed-in", removed_in),
	{ "deadline", SCALAR, 0, kfg_parse_day, FIELD(struct kfg_deprecation, own_deadline) },
	TEXT_KEY("replacement", replacement),
	RELEASE_KEY("replacement-in", replacement_in),
	TEXT_KEY("source", source),
	{ "confidence", SCALAR, 0, kfg_parse_word, FIELD(struct kfg_deprecation, confidence),
	  .words = &kfg_confidence_words },
	TEXT_KEY("note", note),
	{ "scope", SCALAR, 0, kfg_parse_word, FIELD(struct kfg_deprecation, scope), .words = &kfg_scope_words },
};
static const struct kfg_schema deprecation_schema = KFG_SCHEMA("a deprecation", deprecation_keys, false);

static int parse_deprecations(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	static const struct kfg_deprecation blank = {
		.own_deadline = KFG_DAY_MAX, .deadline = KFG_DAY_MAX, .confidence = KFG_UNSET, .scope = KFG_UNSET
	};
	static const struct item_list list = { &deprecation_schema, sizeof(blank), &blank };
	struct kfg_parse_file *file = out;

	(void)key;
	return parse_items(p, &list, value, &file->deprecations, &file->n_deprecations);
}

static const struct kfg_key upgrade_keys[] = {
	{ "kernel", SCALAR, REQUIRED, kfg_parse_release, FIELD(struct kfg_upgrade, kernel) },
	{ "on", SCALAR, REQUIRED, kfg_parse_day, FIELD(struct kfg_upgrade, on) },
};
static const struct kfg_schema upgrade_schema = KFG_SCHEMA("an upgrade", upgrade_keys, false);

static int parse_upgrades(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	static const struct kfg_upgrade blank = { .on = KFG_DAY_MAX };
	static const struct item_list list = { &upgrade_schema, sizeof(blank), &blank };
	struct kfg_parse_file *file = out;

	(void)key;
	return parse_items(p, &list, value, &file->upgrades, &file->n_upgrades);
}

static int parse_include(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	struct kfg_parse_file *file = out;

	file->n_includes = 0;
	file->includes = kfg_arena_alloc(&p->policy->arena, value->n * sizeof(*file->includes));
	if (!file->includes)
		return -ENOMEM;
	for (const struct kfg_node *i = value->first; i; i = i->next) {
		struct kfg_include *include = &file->includes[file->n_includes];

		if (i->kind != SCALAR || i->text[0] != '/') {
			kfg_parse_finding(p, i, KFG_DIAG_BAD_VALUE,
					  "an entry of \"%s\" is an absolute path, which may hold "
					  "* ? and [ ]",
					  key->name);
			continue;
		}
		include->pattern = kfg_arena_strndup(&p->policy->arena, i->text, strlen(i->text));
		include->place = kfg_node_place(p, i);
		if (!include->pattern)
			return -ENOMEM;
		file->n_includes++;
	}
	return 0;
}

static int parse_known(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	struct kfg_parse_file *file = out;
	int r = 0;

	file->n_known = 0;
	file->known = kfg_arena_alloc(&p->policy->arena, value->n * sizeof(*file->known));
	if (!file->known)
		return -ENOMEM;
	for (const struct kfg_node *i = value->first; i && !r; i = i->next) {
		if (i->kind != SCALAR)
			kfg_parse_finding(p, i, KFG_DIAG_BAD_NAME, "an entry of \"%s\" is one kfunc's name", key->name);
		else
			file->n_known += kfg_parse_kfunc(p, i, false, &file->known[file->n_known], &r);
	}
	return r;
}

#define DEFAULT_KEY(name, which)                                                                                       \
	{                                                                                                              \
		name, SCALAR, 0, kfg_parse_word, FIELD(struct kfg_settings, defaults[KFG_DEFAULT_##which]),            \
			.words = &kfg_action_words, .setting = KFG_SETTING_##which                                     \
	}

static const struct kfg_key default_keys[] = {
	DEFAULT_KEY("unlisted", UNLISTED),
	DEFAULT_KEY("deprecated", DEPRECATED),
	DEFAULT_KEY("expired", EXPIRED),
	DEFAULT_KEY("unscannable", UNSCANNABLE),
};
static const struct kfg_schema default_schema = KFG_SCHEMA("\"defaults\"", default_keys, false);

static int parse_defaults(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	(void)key;
	return kfg_parse_mapping(p, &default_schema, value, out);
}

/* The version was looked at before anything else was. */
static int parse_version(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	(void)p, (void)key, (void)value, (void)out;
	return 0;
}

static int parse_name(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	struct kfg_settings *settings = out;

	settings->has_name = true; /* also when it is wrong: one finding is enough */
	return kfg_parse_id(p, key, value, &settings->name);
}

static int parse_date(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	struct kfg_parse_file *file = out;

	file->date_place = kfg_node_place(p, value);
	return kfg_parse_day(p, key, value, &file->date);
}

static const struct kfg_key file_keys[] = {
	{ "version", SCALAR, REQUIRED | INCLUDED, parse_version, WHOLE },
	{ "name", SCALAR, INCLUDED, parse_name, FIELD(struct kfg_parse_file, settings), .limit = ID_MAX,
	  .setting = KFG_SETTING_NAME },
	{ "serial", SCALAR, INCLUDED, kfg_parse_serial, FIELD(struct kfg_parse_file, settings),
	  .setting = KFG_SETTING_SERIAL },
	{ "override", LIST, 0, kfg_parse_override, FIELD(struct kfg_parse_file, settings.overrides),
	  .words = &kfg_setting_words },
	{ "date", SCALAR, INCLUDED, parse_date, WHOLE },
	{ "mode", SCALAR, 0, kfg_parse_word, FIELD(struct kfg_parse_file, settings.mode), .words = &kfg_mode_words,
	  .setting = KFG_SETTING_MODE },
	{ "scope", SCALAR, 0, kfg_parse_word, FIELD(struct kfg_parse_file, settings.scope), .words = &kfg_scope_words,
	  .setting = KFG_SETTING_SCOPE },
	{ "present", SCALAR, 0, kfg_parse_word, FIELD(struct kfg_parse_file, settings.present),
	  .words = &kfg_present_words, .setting = KFG_SETTING_PRESENT },
	{ "guard", SCALAR, 0, kfg_parse_word, FIELD(struct kfg_parse_file, settings.guarding),
	  .words = &kfg_guarding_words, .setting = KFG_SETTING_GUARD },
	{ "on-stop", SCALAR, 0, kfg_parse_word, FIELD(struct kfg_parse_file, settings.on_stop),
	  .words = &kfg_on_stop_words, .setting = KFG_SETTING_ON_STOP },
	{ "on-failure", SCALAR, 0, kfg_parse_word, FIELD(struct kfg_parse_file, settings.on_failure),
	  .words = &kfg_on_failure_words, .setting = KFG_SETTING_ON_FAILURE },
	{ "without-bpf-lsm", SCALAR, 0, kfg_parse_word, FIELD(struct kfg_parse_file, settings.without_lsm),
	  .words = &kfg_without_words, .setting = KFG_SETTING_WITHOUT_LSM },
	{ "errno", SCALAR, 0, kfg_parse_errno, FIELD(struct kfg_parse_file, settings.refuse_errno), .limit = ERRNO_MAX,
	  .setting = KFG_SETTING_ERRNO },
	{ "defaults", MAP, 0, parse_defaults, FIELD(struct kfg_parse_file, settings) },
	{ "upgrades", LIST, 0, parse_upgrades, WHOLE },
	{ "include", LIST, 0, parse_include, WHOLE },
	{ "lifecycle-max-age", SCALAR, 0, kfg_parse_age, FIELD(struct kfg_parse_file, settings.lifecycle_days),
	  .limit = AGE_MAX, .setting = KFG_SETTING_LIFECYCLE_MAX_AGE },
	{ "deprecations", LIST, INCLUDED, parse_deprecations, WHOLE },
	{ "known-kfuncs", LIST, INCLUDED, parse_known, WHOLE },
	{ "rules", LIST, 0, parse_rules, WHOLE },
	{ "waivers", LIST, 0, parse_waivers, WHOLE },
};
static const struct kfg_schema policy_schema = KFG_SCHEMA("a policy", file_keys, true);
static const struct kfg_schema lifecycle_schema = KFG_SCHEMA("lifecycle data", file_keys, true);

/* False: written for another kfgate, whose language this one does not know. */
static bool check_version(struct kfg_parse *p, const struct kfg_node *root)
{
	const struct kfg_node *k = root->first;

	while (k && strcmp(k->text, "version"))
		k = k->next->next;
	if (!k || (k->next->kind == SCALAR && k->next->plain && !strcmp(k->next->text, "1")))
		return true;
	if (k->next->kind == SCALAR)
		kfg_parse_finding(p, k->next, KFG_DIAG_BAD_VERSION,
				  "version \"%.16s\" of the policy language is not known here: write 1%s",
				  k->next->text, k->next->plain ? "" : ", without quotes");
	else
		kfg_parse_finding(p, k->next, KFG_DIAG_BAD_VERSION,
				  "\"version\" is the version of the policy language: write 1");
	return false;
}

void kfg_parse_file_init(struct kfg_parse_file *file)
{
	*file = (struct kfg_parse_file){ .date = KFG_DAY_MAX };
	file->settings.mode = file->settings.scope = file->settings.present = KFG_UNSET;
	file->settings.guarding = KFG_UNSET;
	file->settings.lifecycle_days = KFG_DAYS_UNSET;
	file->settings.on_stop = file->settings.on_failure = file->settings.without_lsm = KFG_UNSET;
	memset(file->settings.defaults, KFG_UNSET, sizeof(file->settings.defaults));
}

int kfg_parse_source(struct kfg_parse *p, const struct kfg_source *source, struct kfg_parse_file *ret_file)
{
	const struct kfg_schema *schema = p->included ? &lifecycle_schema : &policy_schema;
	struct kfg_doc doc = { 0 };
	struct kfg_parse_file file;
	int r = kfg_doc_load(source, p->diags, &doc);

	kfg_parse_file_init(&file);
	if (r)
		return r;
	if (doc.root->kind != MAP) {
		kfg_parse_finding(p, doc.root, KFG_DIAG_WRONG_KIND, "%s is a mapping: it begins with \"version: 1\"",
				  schema->what);
		r = -EBADMSG;
	} else if (!check_version(p, doc.root)) {
		r = -EBADMSG;
	} else {
		p->settings = &file.settings;
		r = kfg_parse_mapping(p, schema, doc.root, &file);
		p->settings = NULL;
	}
	kfg_doc_done(&doc);
	if (!r)
		*ret_file = file;
	return r;
}
