/* SPDX-License-Identifier: GPL-2.0-or-later */
/* phrase.c - the sentence of a record and the details of its kfuncs. */
#include "record/phrase.h"

#include "policy/verdict.h"
#include <string.h>

static const struct kfg_event_kfunc *find_worst(const struct kfg_event *e)
{
	/* what it names there is no kfunc */
	for (size_t i = 0; e->reason != KFG_REASON_OVERRIDE && i < e->n_kfuncs; i++)
		if (e->kfuncs[i].action == e->action && e->kfuncs[i].reason == e->reason)
			return &e->kfuncs[i];
	return NULL;
}

void kfg_finding_init(struct kfg_finding *f, const struct kfg_event *event, const struct kfg_policy_names *policy)
{
	const struct kfg_policy_names_deprecation *dep;
	const struct kfg_policy_names_waiver *waiver;

	*f = (struct kfg_finding){ .event = event, .policy = policy, .worst = find_worst(event) };
	if (!f->worst)
		return;
	dep = kfg_policy_names_find_deprecation(policy, f->worst->verdict.dep);
	waiver = kfg_policy_names_find_waiver(policy, f->worst->verdict.waiver);
	if (dep)
		f->dep = *dep;
	if (waiver)
		f->waiver = *waiver;
	f->rule = kfg_policy_names_find_rule(policy, f->worst->verdict.rule);
}

const char *kfg_finding_verdict(const struct kfg_finding *f)
{
	if (f->event->action == KFG_REFUSE && !f->event->enforced)
		return "would-refuse";
	return kfg_action_str(f->event->action);
}

void kfg_finding_rule(const struct kfg_finding *f, struct kfg_strbuf *out)
{
	switch (f->event->reason) {
	case KFG_REASON_RULE:
		kfg_strbuf_adds(out, f->rule ? f->rule : "?");
		break;
	case KFG_REASON_UNLISTED:
	case KFG_REASON_DEPRECATED:
	case KFG_REASON_EXPIRED:
		kfg_strbuf_printf(out, "default:%s", kfg_reason_str(f->event->reason));
		break;
	case KFG_REASON_WAIVED:
		kfg_strbuf_printf(out, "waiver:%s", f->waiver.id ? f->waiver.id : "?");
		break;
	case KFG_REASON_FOREIGN_FD:
	case KFG_REASON_OVERRIDE:
	case KFG_REASON_NO_TABLE:
		kfg_strbuf_printf(out, "gate:%s", kfg_reason_str(f->event->reason));
		break;
	case KFG_REASON_NONE:
		break;
	default:
		kfg_strbuf_adds(out, "default:unscannable");
	}
}

void kfg_finding_kfunc_name(const struct kfg_event_kfunc *k, struct kfg_strbuf *out)
{
	kfg_strbuf_adds(out, k->name);
	if (k->module[0] && strcmp(k->module, "vmlinux") != 0)
		kfg_strbuf_printf(out, " [%s]", k->module);
}

static void add_replacement(const struct kfg_policy_names_deprecation *dep, struct kfg_strbuf *out)
{
	if (dep->replacement)
		kfg_strbuf_printf(out, ", use %s instead", dep->replacement);
}

/* " its deadline 2026-12-31", for a deprecation that has one */
static void add_deadline(const char *before, const struct kfg_verdict *v, struct kfg_strbuf *out)
{
	char day[KFG_DAY_TEXT];

	if (v->deadline != KFG_DAY_MAX)
		kfg_strbuf_printf(out, "%s %s", before, kfg_day_format(v->deadline, day));
}

static void add_deprecated(const struct kfg_finding *f, struct kfg_strbuf *out)
{
	kfg_strbuf_adds(out, " is deprecated");
	if (f->dep.deprecated_in)
		kfg_strbuf_printf(out, " since kernel %s", f->dep.deprecated_in);
	if (f->dep.removed_in)
		kfg_strbuf_printf(out, ", removed in %s", f->dep.removed_in);
	add_deadline(", deadline", &f->worst->verdict, out);
	add_replacement(&f->dep, out);
}

static void add_waived(const struct kfg_finding *f, struct kfg_strbuf *out)
{
	char day[KFG_DAY_TEXT];

	kfg_strbuf_adds(out,
			f->worst->verdict.dep_state == KFG_DEP_EXPIRED ? " is past its deadline" : " is deprecated");
	add_deadline(f->worst->verdict.dep_state == KFG_DEP_EXPIRED ? "" : ", deadline", &f->worst->verdict, out);
	kfg_strbuf_printf(out, ", waived by %s", f->waiver.id ? f->waiver.id : "?");
	if (f->waiver.id)
		kfg_strbuf_printf(out, " until %s", kfg_day_format(f->waiver.until, day));
	add_replacement(&f->dep, out);
}

static const char *rule_verb(unsigned action)
{
	switch (action) {
	case KFG_REFUSE:
		return "refuses";
	case KFG_WARN:
		return "warns about";
	case KFG_AUDIT:
		return "audits";
	default:
		return "allows";
	}
}

/* Why, where one kfunc decided. */
static void add_kfunc_reason(const struct kfg_finding *f, struct kfg_strbuf *out)
{
	unsigned reason = f->event->reason;

	if (reason == KFG_REASON_RULE)
		kfg_strbuf_printf(out, "rule %s %s ", f->rule ? f->rule : "?", rule_verb(f->event->action));
	kfg_strbuf_adds(out, "kfunc ");
	kfg_finding_kfunc_name(f->worst, out);
	if (reason == KFG_REASON_UNLISTED) {
		kfg_strbuf_adds(out, " is listed by no rule");
	} else if (reason == KFG_REASON_DEPRECATED) {
		add_deprecated(f, out);
	} else if (reason == KFG_REASON_EXPIRED) {
		kfg_strbuf_adds(out, " is past its deadline");
		add_deadline("", &f->worst->verdict, out);
		add_replacement(&f->dep, out);
	} else if (reason == KFG_REASON_WAIVED) {
		add_waived(f, out);
	} else if (reason == KFG_REASON_WALK) {
		kfg_strbuf_adds(out, ": the policy could not be walked to its end");
	}
}

/* Why, where the program as a whole or the gate's own state decided. */
static void add_program_reason(const struct kfg_event *e, struct kfg_strbuf *out)
{
	switch (e->reason) {
	case KFG_REASON_SHORT_SCAN:
		kfg_strbuf_printf(out, "its scan ended after %u of %u instructions", e->scanned, e->n_insns);
		break;
	case KFG_REASON_MANY_KFUNCS:
		kfg_strbuf_printf(out, "it calls more than %u distinct kfuncs", KFG_KFUNCS_MAX);
		break;
	case KFG_REASON_TABLE_FULL:
		kfg_strbuf_adds(out, "too many loads are in progress, of all or of its unit, to follow one more");
		break;
	case KFG_REASON_WALK:
		kfg_strbuf_adds(out, "the policy could not be walked to its end");
		break;
	case KFG_REASON_NO_TABLE:
		kfg_strbuf_adds(out, "no policy was in place");
		break;
	case KFG_REASON_FOREIGN_FD:
		kfg_strbuf_adds(out, "its load by another task is in progress");
		break;
	case KFG_REASON_OVERRIDE:
		kfg_strbuf_printf(out, "it could answer in the place of %s(), which a verdict depends on",
				  e->kfuncs[0].name);
		break;
	default:
		kfg_strbuf_adds(out, "the policy says so");
	}
}

static void add_verb(const struct kfg_finding *f, struct kfg_strbuf *out)
{
	const struct kfg_event *e = f->event;

	if (e->reason == KFG_REASON_FOREIGN_FD)
		kfg_strbuf_adds(out,
				e->enforced ? "Refused access to BPF program" : "Would refuse access to BPF program");
	else if (e->kind == KFG_EVENT_PRESENT)
		kfg_strbuf_adds(out, e->action == KFG_REFUSE && e->enforced ? "Refused access to present BPF program" :
									      "Present BPF program");
	else if (e->action == KFG_REFUSE)
		kfg_strbuf_adds(out, e->enforced ? "Refused BPF program" : "Would refuse BPF program");
	else if (e->action == KFG_WARN)
		kfg_strbuf_adds(out, "Warning about BPF program");
	else
		kfg_strbuf_adds(out, "Audited BPF program");
}

static void add_program(const struct kfg_event *e, struct kfg_strbuf *out)
{
	kfg_strbuf_printf(out, " \"%s\" (%s", e->prog, kfg_prog_type_str(e->prog_type));
	if (e->kind == KFG_EVENT_PRESENT && e->prog_id)
		kfg_strbuf_printf(out, ", id %u", e->prog_id);
	kfg_strbuf_adds(out, ")");
	if (!e->loader_known)
		return;
	/* in a load that belongs to someone else, the task is not the loader */
	kfg_strbuf_printf(out, " %s %s[%u]", e->reason == KFG_REASON_FOREIGN_FD ? "to" : "of", e->comm, e->pid);
	if (e->unit[0])
		kfg_strbuf_printf(out, " (%s)", e->unit);
}

static void add_decided_by(const struct kfg_finding *f, struct kfg_strbuf *out)
{
	switch (f->event->reason) {
	case KFG_REASON_RULE:
		kfg_strbuf_printf(out, "rule %s", f->rule ? f->rule : "?");
		break;
	case KFG_REASON_UNLISTED:
		kfg_strbuf_adds(out, "default for unlisted");
		break;
	case KFG_REASON_DEPRECATED:
	case KFG_REASON_EXPIRED:
		kfg_strbuf_adds(out, "deprecation");
		break;
	case KFG_REASON_WAIVED:
		kfg_strbuf_printf(out, "waiver %s", f->waiver.id ? f->waiver.id : "?");
		break;
	case KFG_REASON_FOREIGN_FD:
		kfg_strbuf_adds(out, "load in progress");
		break;
	case KFG_REASON_OVERRIDE:
		kfg_strbuf_adds(out, "the gate itself");
		break;
	default:
		kfg_strbuf_adds(out, "unscannable");
	}
}

void kfg_finding_message(const struct kfg_finding *f, struct kfg_strbuf *out)
{
	const struct kfg_event *e = f->event;
	unsigned others = e->n_more + e->n_kfuncs - (f->worst ? 1 : 0);

	add_verb(f, out);
	add_program(e, out);
	kfg_strbuf_adds(out, ": ");
	if (f->worst)
		add_kfunc_reason(f, out);
	else
		add_program_reason(e, out);
	if (f->worst && others)
		kfg_strbuf_printf(out, " (and %u more kfunc%s)", others, others > 1 ? "s" : "");
	if (e->exe_is == KFG_EXE_OTHER)
		kfg_strbuf_printf(out, "; its %s is not the host's", e->exe);
	if (e->kind == KFG_EVENT_PRESENT && !e->enforced)
		kfg_strbuf_printf(out, "; left alone, a load now would get: %s", kfg_action_str(e->action));
	kfg_strbuf_adds(out, " [");
	add_decided_by(f, out);
	if (f->policy)
		kfg_strbuf_printf(out, ", policy %s", f->policy->name);
	kfg_strbuf_printf(out, "%s %lld]", f->policy ? "" : ", policy serial", (long long)e->serial);
}

void kfg_finding_kfunc_detail(const struct kfg_event_kfunc *k, const struct kfg_policy_names *policy,
			      struct kfg_strbuf *out)
{
	const struct kfg_verdict *v = &k->verdict;
	const struct kfg_policy_names_deprecation *dep = kfg_policy_names_find_deprecation(policy, v->dep);
	const struct kfg_policy_names_waiver *waiver = kfg_policy_names_find_waiver(policy, v->waiver);
	const char *rule = kfg_policy_names_find_rule(policy, v->rule);

	kfg_finding_kfunc_name(k, out);
	kfg_strbuf_printf(out, ": %s, %s", kfg_action_str(k->action), kfg_reason_str(k->reason));
	if (k->reason == KFG_REASON_RULE && rule)
		kfg_strbuf_printf(out, " %s", rule);
	if (k->reason == KFG_REASON_WAIVED && waiver)
		kfg_strbuf_printf(out, " by %s", waiver->id);
	if (v->dep_state != KFG_DEP_NONE)
		add_deadline(k->reason == KFG_REASON_EXPIRED ? "" : ", deadline", v, out);
	if (dep && dep->replacement)
		kfg_strbuf_printf(out, ", use %s", dep->replacement);
	if (!k->live)
		kfg_strbuf_adds(out, ", by presence");
	if (k->file[0] && k->line)
		kfg_strbuf_printf(out, "; at %s:%u", k->file, k->line);
	else if (k->calls)
		kfg_strbuf_printf(out, "; at insn %u", k->insn);
}
