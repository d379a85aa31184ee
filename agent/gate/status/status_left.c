/* SPDX-License-Identifier: GPL-2.0-or-later */
/* status_left.c - the state of a host on which no agent answers. */
#include "gate/status/status.h"

#include "base/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *reason_down(const struct kfg_status_left *s)
{
	if (s->switched_off)
		return "kfgate=off is on the kernel command line, which keeps the service from starting";
	if (s->no_lsm)
		return "bpf is not in /sys/kernel/security/lsm, so that a gate can miss loads, or is not put up "
		       "(without-bpf-lsm in the policy): add it to lsm= on the kernel command line";
	return NULL;
}

void kfg_status_left_text(const struct kfg_status_left *s, struct kfg_strbuf *out)
{
	const struct kfg_left *l = &s->left;
	const char *reason = reason_down(s);
	time_t since = (time_t)(l->since_usec / 1000000);
	char when[40] = "";
	struct tm tm;

	if (!s->in_force) {
		kfg_strbuf_adds(out, "kfgate is not running, and no gate is in force: nothing is judged\n");
		if (reason)
			kfg_strbuf_printf(out, "   why: %s\n", reason);
		return;
	}
	kfg_strbuf_adds(out, "kfgate is not running, and its gate is IN FORCE: "
			     "loads are judged, and no record is written\n");
	if (!l->policy[0]) {
		kfg_strbuf_printf(out, "  gate: %" PRIu64 "; which policy it has is not known\n", l->instance);
	} else {
		if (since && gmtime_r(&since, &tm))
			strftime(when, sizeof(when), ", since %Y-%m-%d %H:%M:%S UTC", &tm);
		kfg_strbuf_printf(out, "policy: %s, serial %" PRId64 ", mode %s, digest %s%s\n", l->policy, l->serial,
				  l->mode, l->digest, when);
		kfg_strbuf_printf(out, "  gate: %" PRIu64 ", guard %s\n", l->instance, l->guard);
	}
	if (reason)
		kfg_strbuf_printf(out, "   why: %s\n", reason);
	if (l->not_taken_over[0])
		kfg_strbuf_printf(out, "   why: the next agent did not take it over: %s\n", l->not_taken_over);
	kfg_strbuf_adds(out, "  next: \"systemctl start kfgate\" takes it over; "
			     "\"kfgate detach\" takes off what no guard holds\n");
}

void kfg_status_left_json(const struct kfg_status_left *s, struct kfg_strbuf *out)
{
	struct kfg_json j = { .out = out, .indent = true };
	const struct kfg_left *l = &s->left;
	bool known = s->in_force && l->policy[0];

	kfg_json_object(&j, NULL);
	kfg_json_bool(&j, "running", false);
	kfg_json_bool(&j, "in_force", s->in_force);
	kfg_json_string(&j, "why", reason_down(s));
	kfg_json_string(&j, "not_taken_over", s->in_force && l->not_taken_over[0] ? l->not_taken_over : NULL);
	kfg_json_string(&j, "mode", known ? l->mode : NULL);
	kfg_json_string(&j, "guard", known ? l->guard : NULL);
	kfg_json_object(&j, "policy");
	kfg_json_string(&j, "name", known ? l->policy : NULL);
	if (known)
		kfg_json_int(&j, "serial", l->serial);
	else
		kfg_json_null(&j, "serial");
	kfg_json_string(&j, "digest", known ? l->digest : NULL);
	kfg_json_uint(&j, "loaded_usec", known ? l->since_usec : 0);
	kfg_json_object_end(&j);
	kfg_json_object_end(&j);
	kfg_strbuf_adds(out, "\n");
}

void kfg_status_left_metrics(const struct kfg_status_left *s, struct kfg_strbuf *out)
{
	kfg_strbuf_printf(out,
			  "# TYPE kfgate_up gauge\n# HELP kfgate_up Whether the agent runs.\nkfgate_up 0\n"
			  "# TYPE kfgate_gate_in_force gauge\n"
			  "# HELP kfgate_gate_in_force Whether a gate judges loads.\n"
			  "kfgate_gate_in_force %d\n# EOF\n",
			  s->in_force);
}
