/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parse.h - inside of the parser: key tables and the handlers of values. A handler returns 0 also
 * when it had something to say (findings go to diags and parsing goes on), negative errno only when
 * we broke.
 *
 * Prefixes: kfg_handler, kfg_key, kfg_schema, kfg_node_place.
 */
#pragma once

#include "model.h"
#include "words.h"
#include "yaml_doc.h"

#include "diag.h"
#include <stddef.h>

struct kfg_parse {
	struct kfg_policy *policy; /* owns what is allocated; otherwise not touched */
	struct kfg_diags *diags;
	uint16_t source;
	bool included; /* lifecycle data, not a policy */
	struct kfg_settings *settings; /* of the source: where the places of its settings go */
};

/* What one source says, before it is merged. Arrays live in the policy's arena. */
struct kfg_parse_file {
	struct kfg_settings settings;
	int32_t date; /* KFG_DAY_MAX: not given */
	struct kfg_place date_place;
	struct kfg_rule *rules;
	struct kfg_waiver *waivers;
	struct kfg_deprecation *deprecations;
	struct kfg_upgrade *upgrades;
	struct kfg_include *includes;
	struct kfg_kfunc_pattern *known;
	size_t n_rules, n_waivers, n_deprecations, n_upgrades, n_includes, n_known;
};

/* A source that says nothing. */
void kfg_parse_file_init(struct kfg_parse_file *file);

/* Parses one source that is registered as an origin of the policy. 0, -EBADMSG: not to be read at
 * all, -ENOMEM. */
int kfg_parse_source(struct kfg_parse *p, const struct kfg_source *source, struct kfg_parse_file *ret_file);

struct kfg_key;
typedef int kfg_handler(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out);

#define KFG_KEY_REQUIRED 1u
#define KFG_KEY_INCLUDED 2u /* may stand in an included file, too */
#define KFG_KEY_WORD 4u /* a list, or one value */

struct kfg_key {
	const char *name;
	enum kfg_node_kind kind;
	unsigned flags;
	kfg_handler *handle;
	size_t offset; /* of what the handler writes, in the object that is parsed */
	size_t limit; /* of characters or of the number, as the handler likes */
	const struct kfg_words *words; /* of a value that is one of some words */
	enum kfg_setting setting; /* that the key gives, or KFG_SETTING_NONE */
};

struct kfg_schema {
	const char *what; /* "a rule" */
	const struct kfg_key *keys;
	size_t n;
	bool file; /* of a whole source: KFG_KEY_INCLUDED counts */
};
#define KFG_SCHEMA(what, keys, file)                                                                                   \
	{                                                                                                              \
		what, keys, sizeof(keys) / sizeof((keys)[0]), file                                                     \
	}

/* Hands each value of a mapping to the handler of its key; says what is unknown, of the wrong kind
 * or missing. */
int kfg_parse_mapping(struct kfg_parse *p, const struct kfg_schema *schema, const struct kfg_node *node, void *out);

struct kfg_place kfg_node_place(const struct kfg_parse *p, const struct kfg_node *node);
void kfg_parse_finding(struct kfg_parse *p, const struct kfg_node *node, enum kfg_diag_code code, const char *format,
		       ...) __attribute__((format(printf, 4, 5)));

/* parse_value.c: scalars. What `out` is stands behind each. */
kfg_handler kfg_parse_word; /* uint8_t: index of key->words */
kfg_handler kfg_parse_id; /* const char *: at most limit characters */
kfg_handler kfg_parse_text; /* const char *: at most limit bytes, one line */
kfg_handler kfg_parse_day; /* int32_t */
kfg_handler kfg_parse_serial; /* struct kfg_settings: serial, has_serial */
kfg_handler kfg_parse_release; /* struct kfg_release */
kfg_handler kfg_parse_errno; /* int */
kfg_handler kfg_parse_age; /* int32_t: days, at most limit */
kfg_handler kfg_parse_override; /* uint32_t: bit per enum kfg_setting, of a list of their names */
/* A plain decimal number up to max. False with a finding if it is not one. */
bool kfg_parse_number(struct kfg_parse *p, const struct kfg_node *node, const char *what, uint64_t max,
		      uint64_t *ret_number);

/* parse_pattern.c: lists of what loads and programs are compared with. An empty list is a finding.
 */
kfg_handler kfg_parse_kfuncs; /* struct kfg_condition: kfuncs */
kfg_handler kfg_parse_types; /* struct kfg_condition: prog_types */
kfg_handler kfg_parse_uids; /* struct kfg_condition: uids */
kfg_handler kfg_parse_units; /* struct kfg_patterns */
kfg_handler kfg_parse_exes; /* struct kfg_patterns */
kfg_handler kfg_parse_cgroups; /* struct kfg_patterns */
kfg_handler kfg_parse_progs; /* struct kfg_patterns */
kfg_handler kfg_parse_signed; /* struct kfg_condition: signatures, keyrings; a list, or "no" */
/* One "name" or "name [module]". False with a finding if it is not one (*ret_pattern is untouched);
 * -ENOMEM goes to *ret_error. */
bool kfg_parse_kfunc(struct kfg_parse *p, const struct kfg_node *node, bool may_glob,
		     struct kfg_kfunc_pattern *ret_pattern, int *ret_error);
