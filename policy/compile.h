/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compile.h - inside of kfg_table_compile(): rows, then names with their candidates, then the
 * bytes. Everything is an index until table.c lays out the cells.
 */
#pragma once

#include "intern.h"
#include "model.h"
#include "trigram.h"

#include "table.h"

/* Rows that are candidates of a name, as ranges: a list in compile.links, ascending */
struct kfg_compile_range_list {
	uint32_t first, last; /* indexes of links; KFG_NONE: empty */
	uint32_t n;
};

struct kfg_compile_link {
	struct kfg_range range;
	uint32_t next;
};

struct kfg_compile_name {
	uint32_t flags, dep;
	struct kfg_compile_range_list rules, waivers;
	struct kfg_range rule_list, waiver_list; /* of ranges: numbers, in compile.ranges */
};

struct kfg_compile {
	const struct kfg_policy *policy;
	const struct kfg_keyrings *keyrings; /* or NULL */
	struct kfg_row *rows; /* owned; dims: slices of compile.numbers and compile.refs */
	uint32_t n_rules, n_rows;
	size_t rows_capacity;
	struct kfg_intern_texts matchers; /* tag: KFG_MATCH_GLOB or 0 */
	struct kfg_intern_slices refs; /* indexes of matchers */
	struct kfg_intern_slices numbers; /* uids, signatures */
	struct kfg_intern_slices ranges; /* pairs: first row, number of rows */
	struct kfg_intern_texts names;
	struct kfg_compile_name *entries; /* owned; one per name */
	uint32_t *sorted; /* owned; indexes of names, by text */
	struct kfg_trigrams trigrams; /* of names */
	struct kfg_compile_link *links; /* owned */
	uint32_t n_links;
	size_t links_capacity;
	uint32_t *matches; /* owned; names that globs match, one glob after the other */
	uint32_t n_matches;
	size_t matches_capacity;
	struct kfg_range *matched; /* owned; per matcher, of matches; first KFG_NONE: not looked for yet */
};

/* 0 or negative errno, all of them. */
int kfg_compile_rows(struct kfg_compile *c);
int kfg_compile_names(struct kfg_compile *c, const char *const *known, size_t n_known);
int kfg_compile_candidates(struct kfg_compile *c);
int kfg_compile_write(const struct kfg_compile *c, uint64_t generation, struct kfg_table **ret_table);
