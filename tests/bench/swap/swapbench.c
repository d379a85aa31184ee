/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * swapbench.c - how long a reload takes on this machine: YAML to policy, policy to table, table into the kernel's
 * maps. Needs bpf(2) for maps (CAP_BPF), nothing is attached.
 * usage: swapbench [RULES [KNOWN-KFUNCS]]; minimum of ten, in milliseconds.
 */
#include "gate/enforce/mapset.h"

#include <bpf/bpf.h>
#include "policy/policy.h"
#include "policy/table.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 10

static double now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

/* Every rule names kfuncs of its own and of the kernel, by name and by glob, and a unit and an executable. */
static char *make_policy(unsigned rules, size_t *ret_size)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, ret_size);

	if (!f)
		exit(1);
	fprintf(f, "version: 1\nname: bench\nserial: 1\ndefaults: {unlisted: refuse}\nrules:\n");
	for (unsigned i = 0; i < rules; i++)
		fprintf(f,
			"  - id: rule-%u\n    kfuncs: [\"bpf_x%u_*\", bpf_known_%u, bpf_own_%u]\n"
			"    programs: {types: [sched_cls, xdp], names: [\"cil_%u*\"]}\n"
			"    loaders: {units: [unit-%u.service], exes: [/usr/bin/agent-%u], uids: [0]}\n"
			"    action: allow\n",
			i, i % 500, i % 400, i, i % 50, i, i);
	if (fclose(f))
		exit(1);
	return text;
}

static int make_tables(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, inner, .map_flags = BPF_F_INNER_MAP);
	LIBBPF_OPTS(bpf_map_create_opts, outer);
	int cell = bpf_map_create(BPF_MAP_TYPE_ARRAY, "cell", 4, KFG_CELL_SIZE, 1, &inner);

	outer.inner_map_fd = cell;
	return cell < 0 ? cell : bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "tables", 4, 4, 1, &outer);
}

static void keep_least(double *least, double value)
{
	if (!*least || value < *least)
		*least = value;
}

int main(int argc, char **argv)
{
	unsigned rules = argc > 1 ? strtoul(argv[1], NULL, 0) : 10000;
	unsigned n_known = argc > 2 ? strtoul(argv[2], NULL, 0) : 400;
	double parse = 0, compile = 0, publish = 0, all = 0;
	const char **known = calloc(n_known, sizeof(*known));
	struct kfg_source source = { .path = "bench.yaml" };
	int tables = make_tables();
	uint32_t cells = 0;

	source.data = make_policy(rules, &source.size);
	for (unsigned i = 0; known && i < n_known; i++)
		if (asprintf((char **)&known[i], "bpf_known_%u", i) < 0)
			return 1;
	for (int round = 0; known && round < ROUNDS; round++) {
		struct kfg_policy *policy = NULL;
		struct kfg_table *table = NULL;
		struct kfg_diags diags = {};
		uint64_t generation;
		double t[4];

		t[0] = now_ms();
		if (kfg_policy_load(&source, 1, NULL, &diags, &policy))
			return 1;
		t[1] = now_ms();
		if (kfg_table_compile(policy, known, n_known, round + 1, &table))
			return 1;
		t[2] = now_ms();
		if (tables >= 0 && kfg_mapset_publish(tables, table, &generation))
			return 1;
		t[3] = now_ms();
		(void)kfg_table_cells(table, &cells);
		keep_least(&parse, t[1] - t[0]);
		keep_least(&compile, t[2] - t[1]);
		keep_least(&publish, t[3] - t[2]);
		keep_least(&all, t[3] - t[0]);
		kfg_table_free(table);
		kfg_policy_free(policy);
		kfg_diags_done(&diags);
	}
	printf("%u rules, %zu bytes of YAML, %u cells: parse %.1f ms, compile %.1f ms, publish %s%.1f ms, "
	       "in all %.1f ms\n",
	       rules, source.size, cells, parse, compile, tables < 0 ? "(no bpf(2) here) " : "", publish, all);
	return 0;
}
