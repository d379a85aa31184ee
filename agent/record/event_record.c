/* SPDX-License-Identifier: GPL-2.0-or-later */
/* event_record.c - an event of the gate as a record. */
#include "record/event_record.h"

#include "record/container.h"
#include "record/phrase.h"
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include "policy/verdict.h"
#include <linux/bpf.h>
#include <string.h>

#define TEXT_MAX (16u * 1024)

static enum kfg_message kind_of(const struct kfg_event *e)
{
	if (e->reason == KFG_REASON_OVERRIDE && e->enforced)
		return KFG_MESSAGE_TAMPERING;
	if (e->action == KFG_REFUSE && e->enforced)
		return KFG_MESSAGE_REFUSED;
	if (e->kind == KFG_EVENT_PRESENT)
		return KFG_MESSAGE_PRESENT;
	if (e->action == KFG_REFUSE)
		return KFG_MESSAGE_WOULD_REFUSE;
	return e->action == KFG_WARN ? KFG_MESSAGE_WARNED : KFG_MESSAGE_AUDITED;
}

static int priority_of(const struct kfg_event *e)
{
	return e->kind == KFG_EVENT_PRESENT && e->action <= KFG_AUDIT ? LOG_NOTICE : -1;
}

/* Adds a field from text that was built up; what failed there fails here. */
static void add_built(struct kfg_record *record, const char *name, struct kfg_strbuf *text)
{
	if (text->error && !record->fields.error)
		record->fields.error = text->error;
	kfg_record_add(record, name, kfg_strbuf_text(text));
	kfg_strbuf_done(text);
}

static void add_day(struct kfg_record *record, const char *name, int32_t day)
{
	char text[KFG_DAY_TEXT];

	if (day != KFG_DAY_MAX)
		kfg_record_add(record, name, kfg_day_format(day, text));
}

static const char *tristate(unsigned t)
{
	return t == KFG_YES ? "yes" : t == KFG_NO ? "no" : "unknown";
}

static const char *exe_word(unsigned exe_is)
{
	static const char *const words[KFG_EXE_MAX] = {
		[KFG_EXE_FOREIGN] = "foreign",
		[KFG_EXE_HOST] = "host",
		[KFG_EXE_SAME] = "same",
		[KFG_EXE_OTHER] = "other",
	};

	return exe_is < KFG_EXE_MAX ? words[exe_is] : "?";
}

static void add_decision(struct kfg_record *record, const struct kfg_finding *f)
{
	const struct kfg_event *e = f->event;
	_cleanup_strbuf_ struct kfg_strbuf text = KFG_STRBUF(TEXT_MAX);

	kfg_finding_message(f, &text);
	add_built(record, "MESSAGE", &text);
	kfg_record_add(record, "KFGATE_EVENT", e->kind == KFG_EVENT_PRESENT ? "present" : "load");
	kfg_record_add(record, "KFGATE_VERDICT", kfg_finding_verdict(f));
	kfg_record_add(record, "KFGATE_ACTION", kfg_action_str(e->action));
	kfg_record_add(record, "KFGATE_ENFORCED", e->enforced ? "1" : "0");
	kfg_record_add(record, "KFGATE_MODE", kfg_mode_str(e->mode));
	kfg_record_add(record, "KFGATE_REASON", kfg_reason_str(e->reason));
	kfg_finding_rule(f, &text);
	add_built(record, "KFGATE_RULE", &text);
	kfg_record_addf(record, "KFGATE_STAGE", "%u", e->stage);
	if (e->error)
		kfg_record_addf(record, "KFGATE_ERRNO", "%d", -e->error);
}

/* A waiver at work must be found by its id, also where another kfunc decided. */
static void add_waiver(struct kfg_record *record, const struct kfg_finding *f, const struct kfg_event_kfunc *k)
{
	const struct kfg_policy_names_waiver *waiver = kfg_policy_names_find_waiver(f->policy, k->verdict.waiver);

	if (waiver && k != f->worst && (!f->worst || f->worst->verdict.waiver != k->verdict.waiver))
		kfg_record_add(record, "KFGATE_WAIVER", waiver->id);
}

/* The kfunc that decided comes first, then the others in the order of the program. */
static void add_kfuncs(struct kfg_record *record, const struct kfg_finding *f)
{
	const struct kfg_event *e = f->event;
	_cleanup_strbuf_ struct kfg_strbuf text = KFG_STRBUF(TEXT_MAX);

	for (size_t i = 0; i <= e->n_kfuncs; i++) {
		const struct kfg_event_kfunc *k = i ? &e->kfuncs[i - 1] : f->worst;

		if (!k || (i && k == f->worst))
			continue;
		kfg_finding_kfunc_name(k, &text);
		add_built(record, "KFGATE_KFUNC", &text);
		kfg_finding_kfunc_detail(k, f->policy, &text);
		add_built(record, "KFGATE_DETAIL", &text);
		add_waiver(record, f, k);
	}
	if (e->n_more)
		kfg_record_addf(record, "KFGATE_MORE", "%u", e->n_more);
}

static void add_worst(struct kfg_record *record, const struct kfg_finding *f)
{
	const struct kfg_event_kfunc *k = f->worst;

	if (!k)
		return;
	kfg_record_add(record, "KFGATE_MODULE", k->module);
	kfg_record_add(record, "KFGATE_SCOPE", k->live ? "live" : "present");
	if (k->verdict.dep_state != KFG_DEP_NONE)
		add_day(record, "KFGATE_DEADLINE", k->verdict.deadline);
	kfg_record_add(record, "KFGATE_DEPRECATED_IN", f->dep.deprecated_in);
	kfg_record_add(record, "KFGATE_REMOVED_IN", f->dep.removed_in);
	kfg_record_add(record, "KFGATE_REPLACEMENT", f->dep.replacement);
	kfg_record_add(record, "KFGATE_WAIVER", f->waiver.id);
	if (f->waiver.id)
		add_day(record, "KFGATE_WAIVER_UNTIL", f->waiver.until);
	if (k->file[0] && k->line)
		kfg_record_addf(record, "KFGATE_SOURCE", "%s:%u", k->file, k->line);
}

/* What the kernel verified, and by which keyring: as policies write it, or of a keyring that none names its number. */
static void add_signature(struct kfg_record *record, const struct kfg_event *e, const struct kfg_policy_names *policy)
{
	const char *word = kfg_signature_str(e->signature);
	const char *keyring = kfg_policy_names_find_keyring(policy, e->signature);

	kfg_record_add(record, "KFGATE_SIGNED",
		       e->signed_by != KFG_SIGNED_BY_NOBODY ? "yes" :
		       e->signature == KFG_SIGNATURE_NO	    ? "no" :
							      "unknown");
	if (e->signed_by == KFG_SIGNED_BY_NOBODY)
		return;
	if (word)
		kfg_record_add(record, "KFGATE_KEYRING", word);
	else if (keyring)
		kfg_record_addf(record, "KFGATE_KEYRING", "keyring:%s", keyring);
	else
		kfg_record_addf(record, "KFGATE_KEYRING", "user:%u", e->signature);
	kfg_record_add(record, "KFGATE_SIGNED_BY", kfg_signed_by_str(e->signed_by));
}

static void add_program(struct kfg_record *record, const struct kfg_event *e, const struct kfg_policy_names *policy)
{
	const char *attach = libbpf_bpf_attach_type_str(e->attach_type);

	kfg_record_add(record, "KFGATE_PROG_NAME", e->prog);
	if (strlen(e->prog) >= KFG_PROG_LEN)
		kfg_record_addf(record, "KFGATE_PROG_SHORT_NAME", "%.*s", (int)KFG_PROG_LEN - 1, e->prog);
	kfg_record_add(record, "KFGATE_PROG_TYPE", kfg_prog_type_str(e->prog_type));
	if (e->prog_id)
		kfg_record_addf(record, "KFGATE_PROG_ID", "%u", e->prog_id);
	kfg_record_addf(record, "KFGATE_PROG_INSNS", "%u", e->n_insns);
	if (e->stage == 2)
		kfg_record_addf(record, "KFGATE_PROG_TAG", "%02x%02x%02x%02x%02x%02x%02x%02x", e->tag[0], e->tag[1],
				e->tag[2], e->tag[3], e->tag[4], e->tag[5], e->tag[6], e->tag[7]);
	/* 0 is a real attach type for cgroup_skb only, elsewhere it means that none was given */
	if (e->attach_type || e->prog_type == BPF_PROG_TYPE_CGROUP_SKB) {
		if (attach)
			kfg_record_add(record, "KFGATE_ATTACH_TYPE", attach);
		else
			kfg_record_addf(record, "KFGATE_ATTACH_TYPE", "%u", e->attach_type);
	}
	kfg_record_add(record, "KFGATE_TOKEN", tristate(e->token));
	kfg_record_add(record, "KFGATE_KERNEL", tristate(e->kernel));
	add_signature(record, e, policy);
}

static void add_container(struct kfg_record *record, const char *cgroup)
{
	struct kfg_container c;

	kfg_container_parse(cgroup, &c);
	kfg_record_add(record, "KFGATE_CONTAINER_ID", c.id);
	kfg_record_add(record, "KFGATE_POD_UID", c.pod_uid);
	kfg_record_add(record, "KFGATE_RUNTIME", c.runtime);
}

/* What it could answer for; as in the records of the guard's refusals, attempt_record.c. */
static void add_override(struct kfg_record *record, const struct kfg_event *e)
{
	const char *slash = strrchr(e->exe, '/');

	kfg_record_add(record, "KFGATE_ATTEMPT", "override");
	kfg_record_add(record, "KFGATE_TARGET", e->kfuncs[0].name);
	kfg_record_add(record, "KFGATE_EXE_NAME", slash ? slash + 1 : e->exe);
}

static void add_loader(struct kfg_record *record, const struct kfg_event *e)
{
	if (!e->loader_known)
		return;
	kfg_record_addf(record, "KFGATE_PID", "%u", e->pid);
	kfg_record_addf(record, "KFGATE_TID", "%u", e->tid);
	kfg_record_addf(record, "KFGATE_UID", "%u", e->uid);
	kfg_record_addf(record, "KFGATE_GID", "%u", e->gid);
	kfg_record_add(record, "KFGATE_COMM", e->comm);
	kfg_record_add(record, "KFGATE_EXE", e->exe);
	if (e->exe[0]) {
		kfg_record_addf(record, "KFGATE_EXE_INODE", "%u:%u %" PRIu64 ".%u", e->exe_file.dev >> 20,
				e->exe_file.dev & 0xfffff, (uint64_t)e->exe_file.ino, e->exe_file.generation);
		kfg_record_add(record, "KFGATE_EXE_IS", exe_word(e->exe_is));
	}
	kfg_record_add(record, "KFGATE_CGROUP", e->cgroup);
	add_container(record, e->cgroup);
	kfg_record_add(record, "KFGATE_UNIT", e->unit);
	if (e->userns == KFG_USERNS_INITIAL)
		kfg_record_add(record, "KFGATE_USERNS", "initial");
	else if (e->userns)
		kfg_record_addf(record, "KFGATE_USERNS", "%u", e->userns);
	kfg_record_addf(record, "OBJECT_PID", "%u", e->pid);
	kfg_record_add(record, "OBJECT_SYSTEMD_UNIT", e->unit);
}

static void add_policy(struct kfg_record *record, const struct kfg_event *e,
		       const struct kfg_event_record_context *context)
{
	kfg_record_add(record, "KFGATE_WITHOUT_LSM", kfg_policy_names_without_lsm(context->policy));
	if (context->policy) {
		kfg_record_add(record, "KFGATE_POLICY", context->policy->name);
		kfg_record_add(record, "KFGATE_POLICY_DIGEST", context->policy->digest);
	}
	kfg_record_addf(record, "KFGATE_POLICY_SERIAL", "%" PRId64, (int64_t)e->serial);
	kfg_record_addf(record, "KFGATE_POLICY_GENERATION", "%" PRIu64, (uint64_t)e->generation);
	kfg_record_add(record, "KFGATE_KERNEL_RELEASE", context->kernel_release);
	kfg_record_addf(record, "KFGATE_BOOTTIME_NSEC", "%" PRIu64, (uint64_t)e->time_ns);
}

int kfg_event_record(const struct kfg_event *event, const struct kfg_event_record_context *context,
		     struct kfg_record **ret_record)
{
	_cleanup_(kfg_record_free_cleanup) struct kfg_record *record = NULL;
	struct kfg_finding f;
	int r = kfg_record_new(kind_of(event), priority_of(event), &record);

	if (r < 0)
		return r;
	kfg_finding_init(&f, event, context->policy);
	add_decision(record, &f);
	if (event->reason == KFG_REASON_OVERRIDE)
		add_override(record, event);
	else
		add_kfuncs(record, &f);
	add_worst(record, &f);
	add_program(record, event, context->policy);
	add_loader(record, event);
	add_policy(record, event, context);
	r = kfg_record_error(record);
	if (r < 0)
		return r;
	*ret_record = KFG_TAKE_PTR(record);
	return 0;
}
