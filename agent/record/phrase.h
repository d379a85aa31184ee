/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * phrase.h - the words of a record about one event: sentence, per-kfunc details, what decided.
 * Pure.
 *
 * Prefix: kfg_finding.
 */
#pragma once

#include "base/strbuf.h"
#include "record/event_record.h"
#include <stdbool.h>

/*
 * Event, its policy and the kfunc that decided (NULL: none did, the program as a whole), looked up
 * once.
 */
struct kfg_finding {
	const struct kfg_event *event;
	const struct kfg_policy_names *policy; /* may be NULL */
	const struct kfg_event_kfunc *worst;
	struct kfg_policy_names_deprecation dep; /* of worst; all zero when it has none */
	struct kfg_policy_names_waiver waiver; /* of worst; all zero when it has none */
	const char *rule; /* id of worst's rule, or NULL */
};
void kfg_finding_init(struct kfg_finding *f, const struct kfg_event *event, const struct kfg_policy_names *policy);

/* What happened: audit, warn, refuse, would-refuse. */
const char *kfg_finding_verdict(const struct kfg_finding *f);
/* What decided: a rule's id, "default:<key>", "waiver:<id>" or "gate:<reason>". */
void kfg_finding_rule(const struct kfg_finding *f, struct kfg_strbuf *out);
/* One readable sentence. */
void kfg_finding_message(const struct kfg_finding *f, struct kfg_strbuf *out);
/* "name" or "name [module]" */
void kfg_finding_kfunc_name(const struct kfg_event_kfunc *k, struct kfg_strbuf *out);
/* "bpf_x: refuse, expired 2026-12-31, use bpf_y; at foo.c:12" */
void kfg_finding_kfunc_detail(const struct kfg_event_kfunc *k, const struct kfg_policy_names *policy,
			      struct kfg_strbuf *out);
