/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * model.h - a policy as this room sees it: what the sources say, merged. Everything in it is owned
 * by the policy (its arena, or its growing lists) and does not change once kfg_policy_load() has
 * returned.
 *
 * Prefixes: kfg_place, kfg_pattern, kfg_kfunc_pattern, kfg_userns, kfg_token, kfg_condition, kfg_rule, kfg_waiver,
 * kfg_release, kfg_deprecation, kfg_upgrade, kfg_include, kfg_default, kfg_setting, kfg_origin, kfg_vector.
 */
#pragma once

#include "arena.h"

#include <kfgate/abi.h>
#include "policy.h"
#include <stdbool.h>
#include <stdint.h>

/* Where something was said. */
struct kfg_place {
	uint16_t source; /* index into kfg_policy.origins */
	uint16_t col;
	uint32_t line;
};
#define KFG_SOURCES_MAX 4096u

/* A text to compare with: exact, or with '*' and '?'. */
struct kfg_pattern {
	const char *text; /* as it is written */
	const char *match; /* as glob.h and tables have it: the text itself, but for paths of cgroups */
	struct kfg_place place;
	bool glob;
};

struct kfg_kfunc_pattern {
	const char *name;
	const char *module; /* NULL: any, the kernel itself included; "vmlinux": the kernel itself */
	struct kfg_place place;
	bool name_glob, module_glob;
};

struct kfg_patterns {
	struct kfg_pattern *items;
	size_t n;
};

enum kfg_userns { KFG_USERNS_ANY, KFG_USERNS_INIT, KFG_USERNS_MAX };
enum kfg_token { KFG_TOKEN_ANY, KFG_TOKEN_NO, KFG_TOKEN_YES, KFG_TOKEN_MAX };

/* What a rule or waiver asks of a load. An empty list asks nothing; its entries are alternatives.
 */
struct kfg_condition {
	struct kfg_kfunc_pattern *kfuncs; /* never empty */
	size_t n_kfuncs;
	uint64_t prog_types; /* bit per type; 0: any */
	struct kfg_patterns names, units, exes, cgroups;
	uint32_t *uids;
	size_t n_uids;
	uint8_t userns; /* enum kfg_userns */
	uint8_t token; /* enum kfg_token */
	/* alternatives of one another */
	uint8_t signatures; /* bit per KFG_SIGNATURE_NO and its kin, counted from KFG_SIGNATURE_KINDS */
	struct kfg_patterns keyrings; /* names of keyrings, no globs */
};

/* Does it ask who signed a program? */
static inline bool kfg_condition_asks_signature(const struct kfg_condition *when)
{
	return when->signatures || when->keyrings.n;
}

#define KFG_UNSET 0xff /* of an enum that may be left out */

struct kfg_rule {
	struct kfg_place place; /* first, see parse_items() */
	bool faulty; /* second, likewise: there is an error in it */
	const char *id;
	const char *reason; /* or NULL */
	struct kfg_condition when;
	uint8_t action;
	uint8_t scope; /* settled: never KFG_UNSET */
};

struct kfg_waiver {
	struct kfg_place place; /* first, see parse_items() */
	bool faulty; /* second, likewise: there is an error in it */
	const char *id, *owner, *reason;
	struct kfg_condition when;
	int32_t until; /* last good day */
};

struct kfg_release {
	const char *text; /* NULL: not given */
	uint32_t version;
	struct kfg_place place;
};

struct kfg_deprecation {
	struct kfg_place place; /* first, see parse_items() */
	bool faulty; /* second, likewise: there is an error in it */
	const char *kfunc, *module; /* module NULL: any */
	struct kfg_release deprecated_in, removed_in, replacement_in;
	const char *replacement, *source, *note; /* or NULL */
	int32_t own_deadline; /* KFG_DAY_MAX: not given */
	int32_t deadline; /* settled */
	uint8_t confidence; /* index of kfg_confidence_words, or KFG_UNSET */
	uint8_t scope; /* settled */
};

struct kfg_upgrade {
	struct kfg_place place; /* first, see parse_items() */
	bool faulty; /* second, likewise: there is an error in it */
	struct kfg_release kernel;
	int32_t on;
};

struct kfg_include {
	const char *pattern;
	struct kfg_place place;
};

enum kfg_default {
	KFG_DEFAULT_UNLISTED,
	KFG_DEFAULT_DEPRECATED,
	KFG_DEFAULT_EXPIRED,
	KFG_DEFAULT_UNSCANNABLE,
	KFG_DEFAULT_MAX
};

/* The single values of a policy, which a second file may not change in passing. */
enum kfg_setting {
	KFG_SETTING_NONE, /* of a key that is no setting */
	KFG_SETTING_NAME,
	KFG_SETTING_SERIAL,
	KFG_SETTING_MODE,
	KFG_SETTING_SCOPE,
	KFG_SETTING_PRESENT,
	KFG_SETTING_GUARD,
	KFG_SETTING_ON_STOP,
	KFG_SETTING_ON_FAILURE,
	KFG_SETTING_WITHOUT_LSM,
	KFG_SETTING_ERRNO,
	KFG_SETTING_LIFECYCLE_MAX_AGE,
	KFG_SETTING_UNLISTED,
	KFG_SETTING_DEPRECATED,
	KFG_SETTING_EXPIRED,
	KFG_SETTING_UNSCANNABLE,
	KFG_SETTING_MAX
};

/* Single values, of one source or of the whole policy; KFG_UNSET, NULL, refuse_errno 0: not given.
 */
struct kfg_settings {
	struct kfg_place at[KFG_SETTING_MAX]; /* of the key; line 0: not given */
	uint32_t overrides; /* bit per setting: this source means to change an earlier one's */
	const char *name;
	int64_t serial;
	bool has_name, has_serial;
	uint8_t mode, scope, present, on_stop, on_failure, without_lsm;
	uint8_t guarding; /* enum kfg_guarding */
	uint8_t defaults[KFG_DEFAULT_MAX];
	int refuse_errno;
	int32_t lifecycle_days; /* how old lifecycle data may be; 0: any age, KFG_DAYS_UNSET: not given */
};
#define KFG_DAYS_UNSET (-1)

/* One source. Lint shows its lines long after the caller's bytes are gone. */
struct kfg_origin {
	char *path;
	char *text; /* a copy, or NULL when it was dropped */
	size_t size;
	bool included;
	int32_t date; /* KFG_DAY_MAX: not given */
	struct kfg_place date_place;
};

/* A list that grows; T * items are contiguous, each of `size` bytes. */
struct kfg_vector {
	void *items; /* owned */
	size_t n, capacity;
};
int kfg_vector_append(struct kfg_vector *vector, size_t size, const void *items, size_t n);

struct kfg_policy {
	struct kfg_arena arena;
	struct kfg_settings settings;
	struct kfg_vector origins; /* struct kfg_origin */
	struct kfg_vector rules; /* struct kfg_rule */
	struct kfg_vector waivers; /* struct kfg_waiver */
	struct kfg_vector deprecations; /* struct kfg_deprecation */
	struct kfg_vector upgrades; /* struct kfg_upgrade */
	struct kfg_vector includes; /* struct kfg_include */
	struct kfg_vector known; /* struct kfg_kfunc_pattern, exact: kfuncs that some kernel has */
	struct kfg_vector unmatched; /* struct kfg_include: globs that matched no file */
	char digest[17];
};

#define KFG_ITEMS(vector, type) ((type *)(vector).items)

static inline const struct kfg_rule *kfg_rules(const struct kfg_policy *p)
{
	return KFG_ITEMS(p->rules, const struct kfg_rule);
}

static inline const struct kfg_waiver *kfg_waivers(const struct kfg_policy *p)
{
	return KFG_ITEMS(p->waivers, const struct kfg_waiver);
}

static inline const struct kfg_deprecation *kfg_deprecations(const struct kfg_policy *p)
{
	return KFG_ITEMS(p->deprecations, const struct kfg_deprecation);
}

static inline const struct kfg_origin *kfg_origin(const struct kfg_policy *p, struct kfg_place place)
{
	return &KFG_ITEMS(p->origins, const struct kfg_origin)[place.source];
}

/* Whether that is lifecycle data which is older on that day than the policy wants. */
bool kfg_origin_is_old(const struct kfg_policy *policy, const struct kfg_origin *origin, int32_t today);

/* For findings: the place with its file's name and bytes. */
struct kfg_spot kfg_place_spot(const struct kfg_policy *policy, struct kfg_place place);
