/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * generate.h - policies and loads made from a seed, for asking several implementations of the
 * decision rule the same questions. The same seed and pool give the same bytes on every machine.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kfg_gen_kfunc {
	const char *name;
	const char *module; /* NULL: the kernel itself */
};

/* What policies and loads are made of. Lists must not be empty. */
struct kfg_gen_pool {
	const struct kfg_gen_kfunc *kfuncs;
	size_t n_kfuncs;
	const char *const *units, *const *exes, *const *progs, *const *cgroups;
	size_t n_units, n_exes, n_progs, n_cgroups;
	const uint32_t *uids, *prog_types;
	size_t n_uids, n_prog_types;
	const char *first_day; /* YYYY-MM-DD; loads happen on the 40 days from there, deadlines fall
				  among them */
};
/* Names that share beginnings and ends, modules, a name that looks like another's prefix, unknown
 * and empty texts. */
extern const struct kfg_gen_pool kfg_gen_pool_builtin;

struct kfg_gen_query {
	const char *unit, *exe, *prog, *cgroup; /* of the pool, or NULL: unknown */
	const char *signature; /* as kfg_signature_parse() takes it, or NULL: unknown */
	uint32_t uid, prog_type;
	int32_t today; /* days since 1970-01-01, UTC */
	bool is_agent, initial, token;
	struct kfg_gen_kfunc kfunc;
};

/* The signature of the load as a number. */
uint32_t kfg_gen_signature(const struct kfg_gen_query *query);

struct kfg_gen_case {
	char *yaml; /* owned; a policy without errors */
	size_t yaml_size;
	struct kfg_gen_query *queries; /* owned; the strings are the pool's */
	size_t n_queries;
};

/*
 * Makes the policy and n_queries questions of a seed. Most policies have up to a dozen rules, each
 * 64th up to 1800. 0 or -ENOMEM; the case is to be given to kfg_gen_case_done().
 */
int kfg_generate(uint64_t seed, const struct kfg_gen_pool *pool, size_t n_queries, struct kfg_gen_case *ret_case);
void kfg_gen_case_done(struct kfg_gen_case *c);
