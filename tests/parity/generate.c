/* SPDX-License-Identifier: GPL-2.0-or-later */
/* generate.c - see generate.h. */
#include "generate.h"

#include "policy/policy.h"
#include "policy/verdict.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define DAYS 40

static const struct kfg_gen_kfunc builtin_kfuncs[] = {
	{ "bpf_ct_lookup", "nf_conntrack" },
	{ "bpf_ct_lookup", NULL },
	{ "bpf_ct_insert", "nf_conntrack" },
	{ "bpf_ct", NULL },
	{ "bpf_skb_ct_lookup", "nf_conntrack" },
	{ "bpf_skb_ct_alloc", "nf_nat" },
	{ "bpf_rdonly_cast", NULL },
	{ "bpf_iter_num_new", NULL },
	{ "bpf_task_from_pid", NULL },
	{ "bpf_task_from_vpid", NULL },
	{ "bpf_task_release", NULL },
	{ "scx_bpf_cpu_rq", NULL },
	{ "scx_bpf_cpu_curr", NULL },
	{ "scx_bpf_dsq_insert", NULL },
	{ "hid_bpf_get_data", "hid" },
	{ "bbr_init", "tcp_bbr" },
	{ "a", NULL },
	{ "aa", "m" },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL }, /* 63 characters: the longest */
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL }, /* one more */
	{ "bpf_not_in_any_policy_exactly", NULL },
};
static const char *const builtin_units[] = {
	"cilium.service", "scx.service", "scx@1.service", "user@1000.service", "a.slice", "s.service",
};
static const char *const builtin_exes[] = {
	"/usr/bin/cilium-agent",
	"/usr/bin/bpftool",
	"/usr/sbin/bpftool",
	"/opt/x/y/z",
	"/a",
	"/srv/with a space/agent",
	"/long/"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaab",
};
static const char *const builtin_progs[] = { "cil_from_netdev", "cil_to_host",	 "x", "main", "main.1",
					     "kfgate_canary1",	"kfgate_canary2" };
static const char *const builtin_cgroups[] = {
	"/",
	"/docker/0a1b",
	"/docker/0a1b/init.scope",
	"/a/b/a/b",
	"/aab/aaab/ab",
	"/aaaaaaab",
	"/system.slice/cilium.service",
	"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod12.slice/cri-containerd-0a1b.scope",
	"/kubepods/besteffort/pod12/0a1b",
	"...pods/besteffort/pod12/0a1b", /* cut */
};
static const uint32_t builtin_uids[] = { 0, 1, 1000, 65534, 4294967294u };
static const uint32_t builtin_types[] = { 1, 3, 6, 26, 27, 31 };

const struct kfg_gen_pool kfg_gen_pool_builtin = {
	builtin_kfuncs,
	ARRAY_LEN(builtin_kfuncs),
	builtin_units,
	builtin_exes,
	builtin_progs,
	builtin_cgroups,
	ARRAY_LEN(builtin_units),
	ARRAY_LEN(builtin_exes),
	ARRAY_LEN(builtin_progs),
	ARRAY_LEN(builtin_cgroups),
	builtin_uids,
	builtin_types,
	ARRAY_LEN(builtin_uids),
	ARRAY_LEN(builtin_types),
	"2026-11-20",
};

struct gen {
	const struct kfg_gen_pool *pool;
	uint64_t state;
	FILE *out;
	int32_t first_day;
};

/* splitmix64, https://prng.di.unimi.it/splitmix64.c */
static uint64_t next(struct gen *g)
{
	uint64_t z = g->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static size_t below(struct gen *g, size_t n)
{
	return (size_t)(next(g) % n);
}

static bool chance(struct gen *g, unsigned percent)
{
	return below(g, 100) < percent;
}

static const char *pick(struct gen *g, const char *const *words, size_t n)
{
	return words[below(g, n)];
}

static const char *action(struct gen *g)
{
	return kfg_action_str((unsigned)below(g, KFG_ACTION_MAX));
}

static const char *scope(struct gen *g)
{
	return kfg_scope_str((unsigned)below(g, KFG_SCOPE_MAX));
}

static void put_day(struct gen *g)
{
	char day[KFG_DAY_TEXT];

	fputs(kfg_day_format(g->first_day + (int32_t)below(g, DAYS), day), g->out);
}

/* Writes a pattern for paths, of which "**" is a part, and "***" none. */
static void put_path(struct gen *g, const char *pattern)
{
	size_t run = 0;

	if (pattern[0] != '/') /* that of a path that was cut: no pattern is like that */
		fputc('/', g->out);
	for (; *pattern; pattern++) {
		run = *pattern == '*' ? run + 1 : 0;
		if (run > 2)
			continue;
		fputc(*pattern, g->out);
		if (run == 1 && chance(g, 30)) {
			fputc('*', g->out);
			run++;
		}
	}
}

/* The text itself, or with a part of it replaced by glob characters; at most max characters. */
static void put_pattern(struct gen *g, const char *text, size_t max, size_t keep)
{
	size_t len = strlen(text), from, to;

	if (len > max)
		len = max;
	if (chance(g, 45)) {
		fprintf(g->out, "%.*s", (int)len, text);
		return;
	}
	/* the first `keep` characters stay: a path begins with '/' */
	from = keep + below(g, len - keep + 1);
	to = from + below(g, len - from + 1);
	fprintf(g->out, "%.*s", (int)from, text);
	if (to == from && len < max)
		fputc('*', g->out);
	for (size_t i = from; i < to; i++) {
		if (chance(g, 30) && i == from) {
			fputc('*', g->out);
			i = to;
			break;
		}
		fputc(chance(g, 50) ? '?' : chance(g, 50) ? '*' : text[i], g->out);
	}
	fprintf(g->out, "%.*s", (int)(len - to), text + to);
}

static const struct kfg_gen_kfunc *pick_kfunc(struct gen *g)
{
	return &g->pool->kfuncs[below(g, g->pool->n_kfuncs)];
}

static void put_kfunc_pattern(struct gen *g)
{
	const struct kfg_gen_kfunc *k = pick_kfunc(g);

	fputc('"', g->out);
	if (chance(g, 12))
		fputc('*', g->out);
	else
		put_pattern(g, k->name, KFG_KFUNC_LEN - 1, 0);
	if (chance(g, 40)) {
		fputs(" [", g->out);
		put_pattern(g, k->module ? k->module : "vmlinux", KFG_MODULE_LEN - 1, 0);
		fputc(']', g->out);
	}
	fputc('"', g->out);
}

/* Texts of a dimension, with what the language asks of them. */
struct words {
	const char *key;
	const char *const *items;
	size_t n, max, keep;
	bool paths;
};

static void put_path_pattern(struct gen *g, const struct words *w)
{
	FILE *out = g->out;
	char *text = NULL;
	size_t size;

	g->out = open_memstream(&text, &size);
	if (g->out) {
		put_pattern(g, pick(g, w->items, w->n), w->max, w->keep);
		(void)fclose(g->out);
	}
	g->out = out;
	put_path(g, text ? text : "");
	free(text);
}

static void put_list(struct gen *g, const struct words *w)
{
	size_t count = 1 + below(g, 3);

	fprintf(g->out, "%s: [", w->key);
	for (size_t i = 0; i < count; i++) {
		fputs(i ? ", \"" : "\"", g->out);
		if (w->paths)
			put_path_pattern(g, w);
		else
			put_pattern(g, pick(g, w->items, w->n), w->max, w->keep);
		fputc('"', g->out);
	}
	fputs("], ", g->out);
}

static const char *const signatures[] = { "no", "builtin", "secondary", "platform", "keyring:a", "keyring:b" };
#define N_SIGNATURES (sizeof(signatures) / sizeof(signatures[0]))

static void put_condition(struct gen *g)
{
	const struct kfg_gen_pool *p = g->pool;
	const struct words prog_words = { "names", p->progs, p->n_progs, KFG_PROG_LEN - 1, 0, false };
	const struct words unit_words = { "units", p->units, p->n_units, KFG_UNIT_LEN - 1, 0, false };
	const struct words exe_words = { "exes", p->exes, p->n_exes, KFG_EXE_LEN - 1, 1, false };
	const struct words cgroup_words = { "cgroups", p->cgroups, p->n_cgroups, KFG_CGROUP_LEN - 1, 1, true };
	size_t n = 1 + below(g, 4);
	bool types = chance(g, 30), names = chance(g, 25), units = chance(g, 35), exes = chance(g, 25),
	     cgroups = chance(g, 25), uids = chance(g, 25), userns = chance(g, 15), token = chance(g, 15),
	     signature = chance(g, 20);

	fputs("    kfuncs: [", g->out);
	for (size_t i = 0; i < n; i++) {
		fputs(i ? ", " : "", g->out);
		put_kfunc_pattern(g);
	}
	fputs("]\n", g->out);
	if (types || names) {
		fputs("    programs: {", g->out);
		if (types)
			fprintf(g->out, "types: [%s, %s], ",
				kfg_prog_type_str(p->prog_types[below(g, p->n_prog_types)]),
				kfg_prog_type_str(p->prog_types[below(g, p->n_prog_types)]));
		if (names)
			put_list(g, &prog_words);
		fputs("}\n", g->out);
	}
	if (signature && chance(g, 30))
		fputs("    signed: no\n", g->out);
	else if (signature)
		fprintf(g->out, "    signed: [%s, %s]\n", signatures[1 + below(g, N_SIGNATURES - 1)],
			signatures[1 + below(g, N_SIGNATURES - 1)]);
	if (units || exes || cgroups || uids || userns || token) {
		fputs("    loaders: {", g->out);
		if (units)
			put_list(g, &unit_words);
		if (exes)
			put_list(g, &exe_words);
		if (cgroups)
			put_list(g, &cgroup_words);
		if (uids)
			fprintf(g->out, "uids: [%u, %u], ", p->uids[below(g, p->n_uids)], p->uids[below(g, p->n_uids)]);
		if (userns)
			fprintf(g->out, "userns: %s, ", chance(g, 80) ? "initial" : "any");
		if (token)
			fprintf(g->out, "token: %s, ", chance(g, 50) ? "true" : "false");
		fputs("}\n", g->out);
	}
}

static void put_settings(struct gen *g)
{
	fprintf(g->out, "version: 1\nname: generated\nserial: %zu\n", below(g, 100000));
	fprintf(g->out, "mode: %s\nscope: %s\n", kfg_mode_str((unsigned)below(g, KFG_MODE_SEALED)), scope(g));
	fprintf(g->out, "defaults: {unlisted: %s, deprecated: %s, ", action(g), action(g));
	fprintf(g->out, "expired: %s, unscannable: %s}\n", action(g), action(g));
	if (!chance(g, 60))
		return;
	fputs("upgrades:\n", g->out);
	for (unsigned minor = 1; minor < 4; minor++) {
		fprintf(g->out, "  - {kernel: \"7.%u\", on: ", minor);
		put_day(g);
		fputs("}\n", g->out);
	}
}

/* At most one deprecation per name. */
static void put_deprecations(struct gen *g)
{
	const struct kfg_gen_pool *p = g->pool;
	bool any = false;

	for (size_t i = 0; i < p->n_kfuncs; i++) {
		const struct kfg_gen_kfunc *k = &p->kfuncs[i];
		size_t before = 0;

		while (before < i && strcmp(p->kfuncs[before].name, k->name) != 0)
			before++;
		if (before < i || strlen(k->name) >= KFG_KFUNC_LEN || !chance(g, 35))
			continue;
		fprintf(g->out, "%s  - kfunc: \"%s", any ? "" : "deprecations:\n", k->name);
		any = true;
		if (chance(g, 40))
			fprintf(g->out, " [%s]", k->module ? k->module : "vmlinux");
		fprintf(g->out, "\"\n    removed-in: \"7.%zu\"\n", 1 + below(g, 4));
		if (chance(g, 50)) {
			fputs("    deadline: ", g->out);
			put_day(g);
			fputc('\n', g->out);
		}
		if (chance(g, 30))
			fprintf(g->out, "    scope: %s\n", scope(g));
	}
}

static void put_rules(struct gen *g, size_t n)
{
	fputs(n ? "rules:\n" : "", g->out);
	for (size_t i = 0; i < n; i++) {
		fprintf(g->out, "  - id: rule-%zu\n", i);
		put_condition(g);
		fprintf(g->out, "    action: %s\n", action(g));
		if (chance(g, 20))
			fprintf(g->out, "    scope: %s\n", scope(g));
	}
}

static void put_waivers(struct gen *g, size_t n)
{
	fputs(n ? "waivers:\n" : "", g->out);
	for (size_t i = 0; i < n; i++) {
		fprintf(g->out, "  - id: waiver-%zu\n", i);
		put_condition(g);
		fputs("    until: ", g->out);
		put_day(g);
		fputs("\n    owner: nobody\n    reason: none\n", g->out);
	}
}

static const char *pick_or_null(struct gen *g, const char *const *words, size_t n)
{
	return chance(g, 8) ? NULL : pick(g, words, n);
}

static struct kfg_gen_query query(struct gen *g)
{
	const struct kfg_gen_pool *p = g->pool;

	return (struct kfg_gen_query){
		.unit = pick_or_null(g, p->units, p->n_units),
		.exe = pick_or_null(g, p->exes, p->n_exes),
		.prog = pick_or_null(g, p->progs, p->n_progs),
		.cgroup = pick_or_null(g, p->cgroups, p->n_cgroups),
		.uid = p->uids[below(g, p->n_uids)],
		.prog_type = p->prog_types[below(g, p->n_prog_types)],
		.today = g->first_day + (int32_t)below(g, DAYS + 2) - 1,
		.is_agent = chance(g, 10),
		.initial = chance(g, 70),
		.token = chance(g, 30),
		.signature = pick_or_null(g, signatures, N_SIGNATURES),
		.kfunc = *pick_kfunc(g),
	};
}

uint32_t kfg_gen_signature(const struct kfg_gen_query *query)
{
	uint32_t signature = KFG_SIGNATURE_UNKNOWN;

	if (query->signature)
		(void)kfg_signature_parse(query->signature, &signature);
	return signature;
}

int kfg_generate(uint64_t seed, const struct kfg_gen_pool *pool, size_t n_queries, struct kfg_gen_case *ret_case)
{
	struct gen g = { .pool = pool, .state = seed };
	struct kfg_gen_case c = { .n_queries = n_queries };
	size_t factor = seed % 64 ? 1 : 150;

	if (kfg_day_parse(pool->first_day, &g.first_day))
		return -EINVAL;
	g.out = open_memstream(&c.yaml, &c.yaml_size);
	c.queries = calloc(n_queries, sizeof(*c.queries));
	if (g.out && c.queries) {
		put_settings(&g);
		put_deprecations(&g);
		put_rules(&g, below(&g, 13) * factor);
		put_waivers(&g, below(&g, 6) * factor);
		for (size_t i = 0; i < n_queries; i++)
			c.queries[i] = query(&g);
	}
	if (!g.out || fclose(g.out) || !c.queries) {
		kfg_gen_case_done(&c);
		return -ENOMEM;
	}
	*ret_case = c;
	return 0;
}

void kfg_gen_case_done(struct kfg_gen_case *c)
{
	free(c->yaml);
	free(c->queries);
	*c = (struct kfg_gen_case){ 0 };
}
