/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * usage.h - many records summed up: which kfunc is used by which kind of program of which loader, on which hosts,
 * since when, and what became of it. All tables are bounded; what did not fit is counted (struct kfg_rows.more).
 * Times are seconds since 1970-01-01 UTC.
 */
#pragma once

#include "history/entry.h"
#include "history/rows.h"
#include "policy/table.h"

/* Who uses what. Texts are numbers of kfg_usage.texts. */
struct kfg_usage_key {
	uint32_t kfunc; /* "name" or "name [module]"; KFG_TEXT_POOL_NONE: no kfunc decided (unscannable, ...) */
	uint32_t prog_type; /* enum bpf_prog_type; UINT32_MAX: not known */
	uint32_t prog, unit, exe;
	uint32_t cgroup; /* path; of a container its class (kfg_container_class()), as of the unit, or none */
	uint32_t uid; /* UINT32_MAX: not known */
	uint32_t signature; /* as struct kfg_entry has it */
	uint8_t loader_known, initial, token, live, container;
	uint8_t scanned; /* not recorded: found in an object; the kfunc's module is not known then */
};

struct kfg_usage_use {
	struct kfg_usage_key key;
	uint32_t first, last; /* seen */
	uint32_t n[KFG_ENTRY_DECISIONS]; /* loads, by what became of them */
	uint32_t decided[KFG_ENTRY_DECISIONS]; /* those of them that this kfunc decided */
	uint32_t n_hosts;
	uint32_t calls, found_in; /* scanned: places, and the text of the first */
	/* as the latest record has it */
	uint32_t rule, waiver, replacement, deprecated_in, removed_in;
	int32_t deadline; /* KFG_DAY_MAX: none */
	uint8_t action, reason;
};

/* A use on a host. */
struct kfg_usage_use_host {
	uint32_t use, host; /* indexes: the key */
	uint32_t n, first, last;
};

struct kfg_usage_host {
	uint32_t name, machine; /* the key */
	uint32_t first, last;
	uint32_t n[KFG_ENTRY_DECISIONS];
	uint32_t policy, release; /* as the latest record has it */
	uint64_t lost; /* events and records */
	uint32_t unproven, rejected;
};

struct kfg_usage_hour {
	uint32_t hour; /* since 1970-01-01 UTC: the key */
	uint32_t n[KFG_ENTRY_DECISIONS];
};

struct kfg_usage_waiver {
	uint32_t id; /* the key */
	uint32_t n, first, last;
	int32_t until; /* KFG_DAY_MAX: not told */
};

/* Who tried to take a gate off, where. */
struct kfg_usage_attempt {
	uint32_t what, comm, exe, uid, host; /* the key; host: name */
	uint32_t n, first, last;
	uint64_t suppressed; /* left out before these records; by whom is not known */
};

struct kfg_usage {
	struct kfg_text_pool texts;
	struct kfg_rows uses, use_hosts, hosts, hours, waivers, attempts;
	uint64_t n[KFG_MESSAGE_MAX]; /* records */
	uint64_t more_kfuncs; /* with findings, that had no room in their records */
	uint32_t first, last; /* time of records; first > last: none */
};

void kfg_usage_init(struct kfg_usage *usage);
void kfg_usage_done(struct kfg_usage *usage);

/* Adds a record; a kfg_history_fn. -ENOMEM. */
int kfg_usage_add(void *usage, const struct kfg_entry *entry);

/* Adds a call of a kfunc that an object holds, in a program of that type (0: not known). found_in: where. -ENOMEM. */
int kfg_usage_add_scanned(struct kfg_usage *usage, const char *kfunc, uint32_t prog_type, const char *found_in);

static inline const struct kfg_usage_use *kfg_usage_use_at(const struct kfg_usage *u, size_t i)
{
	return (const struct kfg_usage_use *)u->uses.items + i;
}

static inline const char *kfg_usage_text(const struct kfg_usage *u, uint32_t id)
{
	return kfg_text_pool_get(&u->texts, id);
}

/* What a loader is known by, as a text: its unit, or of a container the path of its class. */
static inline uint32_t kfg_usage_owner(const struct kfg_usage_use *use)
{
	return use->key.container && use->key.cgroup ? use->key.cgroup : use->key.unit;
}

/*
 * Orders hosts (indexes), uses and texts by what they are called, numbers in names as numbers: for rows that are alike
 * otherwise, so that reports do not depend on the order in which records are read. As strcmp(3).
 */
int kfg_usage_compare_hosts(const struct kfg_usage *u, uint32_t a, uint32_t b);
int kfg_usage_compare_uses(const struct kfg_usage *u, const struct kfg_usage_use *a, const struct kfg_usage_use *b);
int kfg_usage_compare_texts(const struct kfg_usage *u, uint32_t a, uint32_t b);

/* All loads of a use. */
uint64_t kfg_usage_total(const uint32_t n[static KFG_ENTRY_DECISIONS]);

/*
 * What a compiled policy says about a use on that day. -EINVAL: no kfunc decided there, so it says nothing. (The
 * answers to both questions; kfg_effective() makes one of them.)
 */
int kfg_usage_evaluate(const struct kfg_usage *usage, const struct kfg_usage_use *use, const struct kfg_table *table,
		       int32_t today, struct kfg_verdict *ret_verdict);
