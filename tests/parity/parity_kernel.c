/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parity_kernel.c - the decision rule in the running kernel against the one in user space, byte by byte, on generated
 * policies and loads. usage: parity_kernel parity.o SEEDS. Exit status 0: all the same; 1: not; 77: no BPF here.
 */
#include "generate.h"
#include "parity.h"

#include "gate/enforce/mapset.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <kfgate/decide.h>
#include "policy/policy.h"
#include "policy/table.h"
#include "policy/verdict.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct kernel {
	struct bpf_object *obj;
	int prog, tables, queries;
};

static int open_kernel(const char *path, struct kernel *ret)
{
	struct bpf_object *obj = bpf_object__open(path);
	int r = obj ? bpf_object__load(obj) : -errno;

	if (r) {
		bpf_object__close(obj);
		if (r != -EPERM)
			return r;
		printf("no BPF here: %s\n", strerror(-r));
		exit(77);
	}
	ret->obj = obj;
	ret->prog = bpf_program__fd(bpf_object__find_program_by_name(obj, "parity"));
	ret->tables = bpf_object__find_map_fd_by_name(obj, "tables");
	ret->queries = bpf_object__find_map_fd_by_name(obj, "queries");
	return 0;
}

static void put(char *text, size_t size, const char *string)
{
	(void)snprintf(text, size, "%s", string ? string : "");
}

static void fill(const struct kfg_gen_query *q, struct kfg_parity *ret)
{
	struct kfg_subject *s = &ret->subject;

	memset(ret, 0, sizeof(*ret));
	s->uid = q->uid;
	s->prog_type = q->prog_type;
	s->today = q->today;
	s->is_agent = q->is_agent;
	s->initial = q->initial;
	s->token = q->token;
	s->signature = kfg_gen_signature(q);
	s->name_long = strlen(q->kfunc.name) >= KFG_KFUNC_LEN;
	put(s->text + KFG_TEXT_KFUNC, KFG_KFUNC_LEN, q->kfunc.name);
	put(s->text + KFG_TEXT_MODULE, KFG_MODULE_LEN, q->kfunc.module ? q->kfunc.module : "vmlinux");
	put(s->text + KFG_TEXT_PROG, KFG_PROG_LEN, q->prog);
	put(s->text + KFG_TEXT_UNIT, KFG_UNIT_LEN, q->unit);
	put(s->text + KFG_TEXT_EXE, KFG_EXE_LEN, q->exe);
	put(s->text + KFG_TEXT_CGROUP, KFG_CGROUP_LEN, q->cgroup);
}

/* Asks the kernel all questions of a case. */
static int ask_kernel(const struct kernel *k, const struct kfg_gen_case *c, const struct kfg_table *table,
		      struct kfg_parity *parity)
{
	LIBBPF_OPTS(bpf_test_run_opts, run);
	uint64_t generation;
	int r = kfg_mapset_publish(k->tables, table, &generation);

	for (__u32 i = 0; !r && i < c->n_queries; i++) {
		fill(&c->queries[i], &parity[i]);
		r = bpf_map_update_elem(k->queries, &i, &parity[i], BPF_ANY);
	}
	if (!r)
		r = bpf_prog_test_run_opts(k->prog, &run);
	if (!r && run.retval)
		r = -EIO;
	for (__u32 i = 0; !r && i < c->n_queries; i++)
		r = bpf_map_lookup_elem(k->queries, &i, &parity[i]);
	return r;
}

/* Returns the number of answers that differ, or a negative errno. */
static int compare(const struct kfg_gen_case *c, const struct kfg_table *table, const struct kfg_parity *parity,
		   unsigned long seed)
{
	int differ = 0;

	for (size_t i = 0; i < c->n_queries; i++) {
		const struct kfg_gen_query *q = &c->queries[i];
		struct kfg_load load = {
			q->unit,     q->exe,	 q->prog,  q->cgroup,		q->uid, q->prog_type, q->today,
			q->is_agent, q->initial, q->token, kfg_gen_signature(q)
		};
		struct kfg_verdict want;

		memset(&want, 0, sizeof(want));
		kfg_verdict_eval(table, &load, q->kfunc.name, q->kfunc.module, &want);
		if (!memcmp(&want, &parity[i].verdict, sizeof(want)))
			continue;
		printf("seed %lu, query %zu (%s): rule %d for %d, dep %d for %d, waiver %d for %d, failed %d\n", seed,
		       i, q->kfunc.name, parity[i].verdict.rule, want.rule, parity[i].verdict.dep, want.dep,
		       parity[i].verdict.waiver, want.waiver, parity[i].verdict.failed);
		differ++;
	}
	return differ;
}

static int check_seed(const struct kernel *k, unsigned long seed)
{
	const char *known[] = { "bpf_key_put", "bpf_ct_release", "bpf_xdp_ct_lookup" };
	struct kfg_parity parity[KFG_PARITY_QUERIES];
	struct kfg_policy *policy = NULL;
	struct kfg_table *table = NULL;
	struct kfg_diags diags = {};
	struct kfg_source source;
	struct kfg_gen_case c;
	int r = kfg_generate(seed, &kfg_gen_pool_builtin, KFG_PARITY_QUERIES, &c);

	if (r)
		return r;
	source = (struct kfg_source){ "generated", c.yaml, c.yaml_size };
	r = kfg_policy_load(&source, 1, NULL, &diags, &policy);
	if (!r)
		r = kfg_table_compile(policy, known, seed & 1 ? 3 : 0, 1, &table);
	if (!r)
		r = ask_kernel(k, &c, table, parity);
	if (!r)
		r = compare(&c, table, parity, seed);
	kfg_table_free(table);
	kfg_policy_free(policy);
	kfg_diags_done(&diags);
	kfg_gen_case_done(&c);
	return r;
}

int main(int argc, char **argv)
{
	unsigned long seeds = argc > 2 ? strtoul(argv[2], NULL, 0) : 0, differ = 0;
	struct kernel k;

	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	if (!seeds || open_kernel(argv[1], &k))
		return 1;
	for (unsigned long seed = 0; seed < seeds; seed++) {
		int r = check_seed(&k, seed);

		if (r < 0) {
			printf("seed %lu: %s\n", seed, strerror(-r));
			return 1;
		}
		differ += r;
	}
	bpf_object__close(k.obj);
	printf("%lu policies, %lu questions, %lu answers differ\n", seeds, seeds * KFG_PARITY_QUERIES, differ);
	return differ ? 1 : 0;
}
