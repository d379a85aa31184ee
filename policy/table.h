/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table.h - a policy compiled into the cells of abi.h: what the BPF programs and verdict.c evaluate.
 *
 * Prefix: kfg_keyring.
 */
#pragma once

#include "diag.h"
#include "policy.h"
#include <stddef.h>
#include <stdint.h>

struct kfg_table; /* immutable */

/*
 * Compiles. `known` (n_known names, "name" or "name [module]", any order, duplicates allowed) are kfuncs of the running
 * kernel: names in the table are looked up, others are matched pattern by pattern, with the same answer.
 * generation goes into the header. Returns 0 and a table (kfg_table_free()), -E2BIG when it would exceed
 * KFG_TABLE_CELLS_MAX, -ENOMEM. The policy is not referenced afterwards. A keyring has the number that
 * kfg_signature_of_name() makes of its name.
 */
#define KFG_TABLE_CELLS_MAX (512u * 1024) /* 64 MiB */
int kfg_table_compile(const struct kfg_policy *policy, const char *const *known, size_t n_known, uint64_t generation,
		      struct kfg_table **ret_table);

/* Keyrings of the running kernel. */
struct kfg_keyring {
	const char *name;
	uint32_t serial; /* 0: there is none that counts */
};
struct kfg_keyrings {
	const struct kfg_keyring *items;
	size_t n;
};
/* What a kernel has, for the two below. */
struct kfg_table_host {
	const char *const *known; /* kfuncs */
	size_t n_known;
	const struct kfg_keyrings *keyrings; /* NULL: those of nowhere */
};
/* The same for a host: what the policy says of a keyring that is not among its own matches no load. */
int kfg_table_compile_here(const struct kfg_policy *policy, const struct kfg_table_host *host, uint64_t generation,
			   struct kfg_table **ret_table);
void kfg_table_free(struct kfg_table *table);

/* The cells, KFG_CELL_SIZE bytes each, owned by the table. */
const void *kfg_table_cells(const struct kfg_table *table, uint32_t *ret_n);

/* The keys of its struct kfg_hits, in their order, owned by the table: what keeps its name has the key it had. */
const uint64_t *kfg_table_hits(const struct kfg_table *table, uint32_t *ret_n);
