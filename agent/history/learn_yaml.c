/* SPDX-License-Identifier: GPL-2.0-or-later */
/* learn_yaml.c - learned rules as a policy, with the evidence as comments. */
#include "history/learn_internal.h"
#include "base/text.h"

#include <inttypes.h>
#include "policy/verdict.h"
#include <string.h>

static const char *day_of(uint32_t seconds, char buf[static KFG_DAY_TEXT])
{
	return kfg_day_format(seconds / 86400, buf);
}

/* In single quotes nothing has a meaning but the quote. */
static void quoted(const char *text, struct kfg_strbuf *out)
{
	kfg_strbuf_adds(out, "'");
	for (; *text; text++)
		kfg_strbuf_printf(out, "%s%c", *text == '\'' ? "'" : "", *text);
	kfg_strbuf_adds(out, "'");
}

/* What it was made of. */
static void add_sources(const struct kfg_learn_input *in, struct kfg_strbuf *out)
{
	const struct kfg_usage *u = in->usage;
	char from[KFG_DAY_TEXT], to[KFG_DAY_TEXT];
	uint64_t records = 0;

	for (size_t i = 0; i < KFG_ENTRY_DECISIONS; i++)
		records += u->n[i];
	kfg_strbuf_adds(out, "# Proposed by \"kfgate learn\" from ");
	if (in->n_objects || !in->recorded)
		kfg_strbuf_printf(out, "%zu BPF object%s%s", in->n_objects, in->n_objects == 1 ? "" : "s",
				  in->recorded ? " and " : "");
	if (in->recorded)
		kfg_strbuf_printf(out, "%" PRIu64 " record%s of %zu host%s", records, kfg_text_s(records), u->hosts.n,
				  kfg_text_s(u->hosts.n));
	if (u->first <= u->last)
		kfg_strbuf_printf(out, ", %s to %s (UTC)", day_of(u->first, from), day_of(u->last, to));
	kfg_strbuf_adds(out, ".\n");
	if (in->recorded)
		kfg_strbuf_adds(out, "# A load that the policy of the time allowed left no record, "
				     "and is not in here.\n");
	if (in->n_objects)
		kfg_strbuf_adds(out, "# What objects call is allowed to whoever loads it, and in any module: "
				     "they do not say who and which.\n");
	if (in->n_problems)
		kfg_strbuf_printf(out, "# Not looked at, or not wholly: %zu that are or may be BPF objects.\n",
				  in->n_problems);
}

/* What was refused, a line for each use: who wants one of them allowed has to write that rule. */
static void add_left_out(const struct kfg_learned_set *set, struct kfg_strbuf *out)
{
	kfg_strbuf_printf(out, "# Left out: %" PRIu64 " load%s refused, or that a rule would refuse:\n", set->refused,
			  set->refused == 1 ? " that was" : "s that were");
	for (size_t i = 0; i < set->n_left_out; i++) {
		const struct kfg_usage_use *use = kfg_usage_use_at(set->usage, set->left_out[i]);
		const char *unit = kfg_usage_text(set->usage, kfg_usage_owner(use));
		const char *exe = kfg_usage_text(set->usage, use->key.exe);
		char day[KFG_DAY_TEXT];

		kfg_strbuf_printf(out, "#   %s, %s, %s, %" PRIu64 " load%s, last %s\n",
				  kfg_usage_text(set->usage, use->key.kfunc),
				  use->key.prog_type < 64 ? kfg_prog_type_str(use->key.prog_type) : "type unknown",
				  unit[0] ? unit :
				  exe[0]  ? exe :
					    "loader unknown",
				  kfg_usage_total(use->n), kfg_text_s(kfg_usage_total(use->n)), day_of(use->last, day));
	}
}

/* Of the policy to add to, the rules that no load and no program needed: its owner may take them out. */
static void add_unused(const struct kfg_learn_input *in, struct kfg_strbuf *out)
{
	struct kfg_rule_info info;
	size_t n = 0;

	for (uint32_t i = 0; in->counts && in->against && kfg_policy_rule(in->against, i, &info); i++) {
		const struct kfg_rule_counts_rule *rule = kfg_rule_counts_find(in->counts, info.id);
		char day[KFG_DAY_TEXT];

		if (!rule || rule->loads || rule->present)
			continue;
		if (!n++)
			kfg_strbuf_printf(out, "# Rules that decided nothing on %zu host%s, allowed loads included:\n",
					  in->counts->n_hosts, in->counts->n_hosts == 1 ? "" : "s");
		kfg_strbuf_printf(out, "#   %s (%s, %s:%u), since %s\n", info.id, kfg_action_str(info.action),
				  info.file, info.line, day_of((uint32_t)(rule->since_usec / 1000000), day));
	}
}

static void add_head(const struct kfg_learn_input *in, const struct kfg_learned_set *set, struct kfg_strbuf *out)
{
	const struct kfg_usage *u = in->usage;

	add_sources(in, out);
	if (!in->complete)
		kfg_strbuf_adds(out, "# Rules to add to a policy: name, serial, mode and defaults are "
				     "that policy's.\n");
	if (set->seen)
		kfg_strbuf_printf(out,
				  "# %" PRIu64 " calls in objects are recorded, too: allowed to those loaders "
				  "only.\n",
				  set->seen);
	if (set->refused)
		add_left_out(set, out);
	if (set->no_loader)
		kfg_strbuf_printf(out, "# Not allowed here: %" PRIu64 " programs whose loader is not known.\n",
				  set->no_loader);
	if (set->no_type + set->unnamed)
		kfg_strbuf_printf(out, "# Not allowed here: %" PRIu64 " use%s that no rule can name exactly.\n",
				  set->no_type + set->unnamed, kfg_text_s(set->no_type + set->unnamed));
	if (u->more_kfuncs)
		kfg_strbuf_printf(out, "# Missing: %" PRIu64 " kfunc%s had no room in their records.\n", u->more_kfuncs,
				  kfg_text_s(u->more_kfuncs));
	if (u->uses.more)
		kfg_strbuf_printf(out, "# Missing: %" PRIu64 " record%s that had no room here.\n", u->uses.more,
				  kfg_text_s(u->uses.more));
	add_unused(in, out);
	kfg_strbuf_adds(out, "version: 1\n");
	if (in->complete)
		kfg_strbuf_adds(out, "name: learned\nserial: 1\nmode: audit\ndefaults: {unlisted: refuse}\n");
}

static void add_kfuncs(const struct kfg_learned_set *set, const struct kfg_learned_rule *rule, struct kfg_strbuf *out)
{
	kfg_strbuf_adds(out, "    kfuncs:\n");
	for (size_t i = 0; i < rule->n; i++) {
		const char *name = kfg_usage_text(set->usage, set->items[rule->first + i].kfunc);
		uint32_t first = UINT32_MAX, last = 0;
		uint64_t loads = 0;
		char from[KFG_DAY_TEXT], to[KFG_DAY_TEXT];

		for (const struct kfg_learned_rule *r = rule; r; r = r->next ? &set->rules[r->next - 1] : NULL) {
			const struct kfg_learned *item = &set->items[r->first + i];

			loads += item->loads;
			first = item->first < first ? item->first : first;
			last = item->last > last ? item->last : last;
		}
		if (set->items[rule->first + i].scanned) {
			kfg_strbuf_printf(out, "      - \"%s\" # %" PRIu64 " call%s in %s\n", name, loads,
					  loads == 1 ? "" : "s, one",
					  kfg_usage_text(set->usage, set->items[rule->first + i].found_in));
			continue;
		}
		/* a bare name in a record is the kernel's own */
		kfg_strbuf_printf(out, "      - \"%s%s\" # %" PRIu64 " load%s, %s to %s\n", name,
				  strchr(name, '[') ? "" : " [vmlinux]", loads, kfg_text_s(loads), day_of(first, from),
				  day_of(last, to));
	}
}

static void add_types(uint64_t types, struct kfg_strbuf *out)
{
	bool any = false;

	kfg_strbuf_adds(out, "    programs: {types: [");
	for (unsigned i = 0; i < 64; i++) {
		if (!(types & UINT64_C(1) << i))
			continue;
		kfg_strbuf_printf(out, "%s%s", any ? ", " : "", kfg_prog_type_str(i));
		any = true;
	}
	kfg_strbuf_adds(out, "]}\n");
}

static void add_loader(const struct kfg_learned_set *set, const struct kfg_learned_rule *rule, struct kfg_strbuf *out)
{
	const struct kfg_learned *item = &set->items[rule->first];

	if (item->scanned)
		return;
	kfg_strbuf_adds(out, "    loaders:\n");
	if (item->unit) {
		kfg_strbuf_adds(out, "      units: [");
		quoted(kfg_usage_text(set->usage, item->unit), out);
		kfg_strbuf_adds(out, "]\n");
	}
	if (item->exe) {
		kfg_strbuf_adds(out, "      exes: [");
		for (const struct kfg_learned_rule *r = rule; r; r = r->next ? &set->rules[r->next - 1] : NULL) {
			quoted(kfg_usage_text(set->usage, set->items[r->first].exe), out);
			kfg_strbuf_adds(out, r->next ? ", " : "]\n");
		}
	}
	if (item->cgroup) {
		kfg_strbuf_adds(out, "      cgroups: [");
		quoted(kfg_usage_text(set->usage, item->cgroup), out);
		kfg_strbuf_adds(out,
				"]\n      # this allows any executable of these containers: their paths are not the "
				"host's\n");
	} else if (!item->exe) {
		kfg_strbuf_adds(out, "      # the executable is not known: this allows any of the unit's\n");
	}
	if (item->uid != UINT32_MAX)
		kfg_strbuf_printf(out, "      uids: [%u]\n", item->uid);
	if (item->initial)
		kfg_strbuf_adds(out, "      userns: initial\n");
	if (item->token)
		kfg_strbuf_adds(out, "      token: true\n");
	if (item->signature) {
		kfg_strbuf_adds(out, "    signed: [");
		quoted(kfg_usage_text(set->usage, item->signature), out);
		kfg_strbuf_adds(out, "]\n");
	}
}

/* The next id that no rule of the policy has. */
static void add_id(const struct kfg_learn_input *in, unsigned *number, struct kfg_strbuf *out)
{
	struct kfg_rule_info info;
	char id[32];
	bool taken;

	do {
		taken = false;
		snprintf(id, sizeof(id), "learned-%u", ++*number);
		for (uint32_t i = 0; in->against && kfg_policy_rule(in->against, i, &info); i++)
			taken |= strcmp(info.id, id) == 0;
	} while (taken);
	kfg_strbuf_printf(out, "  - id: %s\n", id);
}

size_t kfg_learn_yaml(const struct kfg_learn_input *input, const struct kfg_learned_set *set, struct kfg_strbuf *out)
{
	unsigned number = 0;
	size_t n = 0;

	add_head(input, set, out);
	for (size_t i = 0; i < set->n_rules; i++) {
		const struct kfg_learned_rule *rule = &set->rules[i];

		if (rule->merged)
			continue;
		if (!n++)
			kfg_strbuf_adds(out, "rules:\n");
		add_id(input, &number, out);
		add_kfuncs(set, rule, out);
		add_types(set->items[rule->first].types, out);
		add_loader(set, rule, out);
		kfg_strbuf_adds(out, "    action: allow\n");
	}
	if (!n)
		kfg_strbuf_adds(out, "# There is nothing to allow.\n");
	return n;
}
