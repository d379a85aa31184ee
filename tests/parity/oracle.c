/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * oracle.c - see oracle.h. Shares the model with the library, and nothing else: its own matching,
 * its own order of questions. No table, no hash, no candidates.
 */
#include "oracle.h"

#include "../../policy/model.h"

#include <string.h>

/* The definition itself: '*' is nothing, or one character and '*' again. */
static bool matches(const char *pattern, const char *text)
{
	if (!*pattern)
		return !*text;
	if (*pattern == '*')
		return matches(pattern + 1, text) || (*text && matches(pattern, text + 1));
	return *text && (*pattern == '?' || *pattern == *text) && matches(pattern + 1, text + 1);
}

/* The definition for paths: '*' and '?' take no '/', "**" takes anything. */
static bool path_matches(const char *pattern, const char *text)
{
	if (!*pattern)
		return !*text;
	if (pattern[0] == '*' && pattern[1] == '*')
		return path_matches(pattern + 2, text) || (*text && path_matches(pattern, text + 1));
	if (*pattern == '*')
		return path_matches(pattern + 1, text) || (*text && *text != '/' && path_matches(pattern, text + 1));
	if (*pattern == '?')
		return *text && *text != '/' && path_matches(pattern + 1, text + 1);
	return *pattern == *text && path_matches(pattern + 1, text + 1);
}

static bool any_path_matches(const struct kfg_patterns *list, const char *text)
{
	for (size_t i = 0; i < list->n; i++)
		if (path_matches(list->items[i].text, text))
			return true;
	return !list->n;
}

static bool any_matches(const struct kfg_patterns *list, const char *text)
{
	for (size_t i = 0; i < list->n; i++)
		if (matches(list->items[i].text, text))
			return true;
	return !list->n;
}

static bool uid_matches(const struct kfg_condition *when, uint32_t uid)
{
	for (size_t i = 0; i < when->n_uids; i++)
		if (when->uids[i] == uid)
			return true;
	return !when->n_uids;
}

static bool kfunc_matches(const struct kfg_condition *when, const char *kfunc, const char *module)
{
	for (size_t i = 0; i < when->n_kfuncs; i++)
		if (matches(when->kfuncs[i].name, kfunc) &&
		    (!when->kfuncs[i].module || matches(when->kfuncs[i].module, module)))
			return true;
	return false;
}

/* What is known of a text: the first 15 characters of a program's name; nothing of what is too long
 * otherwise. */
static const char *known(const char *text, size_t size)
{
	return text && strlen(text) < size ? text : "";
}

/* The initial user namespace means: and no token. */
static bool origin_matches(const struct kfg_condition *when, const struct kfg_load *load)
{
	if (when->userns == KFG_USERNS_INIT)
		return load->initial && !load->token && when->token != KFG_TOKEN_YES;
	return when->token == KFG_TOKEN_ANY || (when->token == KFG_TOKEN_YES) == load->token;
}

/* A condition says "no", words and names of keyrings; one of them is what the load has. */
static bool signature_matches(const struct kfg_condition *when, uint32_t signature)
{
	static const uint32_t kinds[] = { KFG_SIGNATURE_NO, KFG_SIGNATURE_BUILTIN, KFG_SIGNATURE_SECONDARY,
					  KFG_SIGNATURE_PLATFORM };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if ((when->signatures & 1u << i) && signature == kinds[i])
			return true;
	for (size_t i = 0; i < when->keyrings.n; i++)
		if (signature == kfg_signature_of_name(when->keyrings.items[i].text))
			return true;
	return !when->signatures && !when->keyrings.n;
}

static bool holds(const struct kfg_condition *when, const struct kfg_load *load, const char *kfunc, const char *module)
{
	char prog[16] = "";

	strncat(prog, load->prog ? load->prog : "", sizeof(prog) - 1);
	return kfunc_matches(when, kfunc, module) && uid_matches(when, load->uid) && origin_matches(when, load) &&
	       signature_matches(when, load->signature) &&
	       (!when->prog_types || (load->prog_type < 64 && (when->prog_types & UINT64_C(1) << load->prog_type))) &&
	       any_matches(&when->names, prog) && any_matches(&when->units, known(load->unit, 128)) &&
	       any_matches(&when->exes, known(load->exe, 256)) &&
	       any_path_matches(&when->cgroups, known(load->cgroup, 512));
}

static void ask_rules(const struct kfg_policy *p, const struct kfg_load *load, const char *kfunc, const char *module,
		      struct kfg_verdict *v)
{
	v->rule = KFG_NONE;
	v->rule_action = p->settings.defaults[KFG_DEFAULT_UNLISTED];
	v->rule_scope = p->settings.scope;
	if (load->is_agent && load->prog &&
	    (!strcmp(load->prog, "kfgate_canary1") || !strcmp(load->prog, "kfgate_canary2"))) {
		v->rule = KFG_RULE_CANARY;
		v->rule_action = KFG_REFUSE;
		v->rule_scope = strcmp(load->prog, "kfgate_canary1") ? KFG_SCOPE_LIVE : KFG_SCOPE_ANY;
		v->row_flags = KFG_ROW_AGENT | KFG_ROW_ALWAYS;
		return;
	}
	for (uint32_t i = 0; i < p->rules.n; i++) {
		const struct kfg_rule *rule = &kfg_rules(p)[i];

		if (!holds(&rule->when, load, kfunc, module))
			continue;
		v->rule = i;
		v->rule_action = rule->action;
		v->rule_scope = rule->scope;
		return;
	}
}

static void ask_waivers(const struct kfg_policy *p, const struct kfg_load *load, const char *kfunc, const char *module,
			struct kfg_verdict *v)
{
	for (uint32_t i = 0; i < p->waivers.n; i++) {
		const struct kfg_waiver *w = &kfg_waivers(p)[i];

		if (load->today > w->until || !holds(&w->when, load, kfunc, module))
			continue;
		v->waiver = i;
		v->dep_action = KFG_AUDIT;
		return;
	}
}

static void ask_dates(const struct kfg_policy *p, const struct kfg_load *load, const char *kfunc, const char *module,
		      struct kfg_verdict *v)
{
	for (uint32_t i = 0; i < p->deprecations.n; i++) {
		const struct kfg_deprecation *d = &kfg_deprecations(p)[i];
		bool expired = load->today > d->deadline;

		if (strcmp(d->kfunc, kfunc) != 0 || (d->module && strcmp(d->module, module) != 0))
			continue;
		v->dep = i;
		v->deadline = d->deadline;
		v->dep_scope = d->scope;
		v->dep_state = expired ? KFG_DEP_EXPIRED : KFG_DEP_DEPRECATED;
		v->dep_action = p->settings.defaults[expired ? KFG_DEFAULT_EXPIRED : KFG_DEFAULT_DEPRECATED];
		if (v->dep_action > KFG_AUDIT)
			ask_waivers(p, load, kfunc, module, v);
		return;
	}
}

static bool is_inlined(const char *kfunc)
{
	static const char *const names[] = { "bpf_rdonly_cast",	    "bpf_cast_to_kern_ctx", "bpf_session_is_return",
					     "bpf_session_cookie",  "bpf_iter_num_new",	    "bpf_iter_num_next",
					     "bpf_iter_num_destroy" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i], kfunc))
			return true;
	return false;
}

void kfg_oracle_verdict(const struct kfg_policy *p, const struct kfg_load *load, const char *kfunc, const char *module,
			struct kfg_verdict *ret_verdict)
{
	struct kfg_verdict v = {
		.rule = KFG_NONE,
		.dep = KFG_NONE,
		.waiver = KFG_NONE,
		.deadline = KFG_DAY_MAX,
		.rule_action = p->settings.defaults[KFG_DEFAULT_UNLISTED],
		.rule_scope = p->settings.scope,
		.dep_action = KFG_ALLOW,
		.dep_scope = p->settings.scope,
	};

	if (strlen(kfunc) < 64) { /* of a longer name nothing can be said */
		ask_rules(p, load, kfunc, module ? module : "vmlinux", &v);
		ask_dates(p, load, kfunc, module ? module : "vmlinux", &v);
		v.name_flags = is_inlined(kfunc) ? KFG_NAME_INLINED : 0;
	}
	*ret_verdict = v;
}

enum kfg_action kfg_oracle_action(const struct kfg_verdict *v, bool live, enum kfg_action unscannable,
				  enum kfg_reason *ret_reason)
{
	bool counts = live || (v->name_flags & KFG_NAME_INLINED);
	bool by_rule = counts || v->rule_scope == KFG_SCOPE_ANY;
	bool by_date = (counts || v->dep_scope == KFG_SCOPE_ANY) && v->dep != KFG_NONE;
	enum kfg_action rule = by_rule ? v->rule_action : KFG_ALLOW, date = by_date ? v->dep_action : KFG_ALLOW;

	if (v->failed) {
		*ret_reason = KFG_REASON_WALK;
		return unscannable;
	}
	if (date > rule) {
		*ret_reason = v->waiver != KFG_NONE	      ? KFG_REASON_WAIVED :
			      v->dep_state == KFG_DEP_EXPIRED ? KFG_REASON_EXPIRED :
								KFG_REASON_DEPRECATED;
		return date;
	}
	*ret_reason = !by_rule ? KFG_REASON_NONE : v->rule == KFG_NONE ? KFG_REASON_UNLISTED : KFG_REASON_RULE;
	return rule;
}
