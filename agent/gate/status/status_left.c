/* SPDX-License-Identifier: GPL-2.0-or-later */
/* status_left.c - the state of a host on which no agent answers. */
#include "gate/status/status.h"

#include "base/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* What the kernel or the boot has to do with it. */
static const char *reason_down(const struct kfg_status_left *s)
{
	if (s->switched_off)
		return "kfgate=off is on the kernel command line, which keeps the service from starting";
	if (s->no_lsm)
		return "bpf is not in /sys/kernel/security/lsm, so that a gate can miss loads, or is not put up "
		       "(without-bpf-lsm in the policy): add it to lsm= on the kernel command line";
	return NULL;
}

static void say_why(const struct kfg_status_left *s, struct kfg_strbuf *out)
{
	const char *reason = reason_down(s);

	if (reason)
		kfg_strbuf_printf(out, "   why: %s\n", reason);
	if (s->left.not_started[0])
		kfg_strbuf_printf(out, "   why: the last agent that was started says: %s\n", s->left.not_started);
}

void kfg_status_left_text(const struct kfg_status_left *s, struct kfg_strbuf *out)
{
	const struct kfg_left *l = &s->left;
	time_t since = (time_t)(l->since_usec / 1000000);
	char when[40] = "";
	struct tm tm;

	if (!s->in_force) {
		kfg_strbuf_adds(out, "kfgate is not running, and no gate is in force: nothing is judged\n");
		say_why(s, out);
		return;
	}
	kfg_strbuf_adds(out, "kfgate is not running, and its gate is IN FORCE: "
			     "loads are judged, and their records wait for the next agent\n");
	if (!l->policy[0]) {
		kfg_strbuf_printf(out, "  gate: %" PRIu64 "; which policy it has is not known\n", l->instance);
	} else {
		if (since && gmtime_r(&since, &tm))
			strftime(when, sizeof(when), ", since %Y-%m-%d %H:%M:%S UTC", &tm);
		kfg_strbuf_printf(out, "policy: %s, serial %" PRId64 ", mode %s, digest %s%s\n", l->policy, l->serial,
				  l->mode, l->digest, when);
		kfg_strbuf_printf(out, "  gate: %" PRIu64 ", guard %s\n", l->instance, l->guard);
	}
	say_why(s, out);
	kfg_strbuf_printf(out, "  next: \"systemctl start kfgate\" takes it over%s; %s\n",
			  l->not_started[0] ? ", once that is mended" : "",
			  strcmp(l->guard, "off") ? "the guard lets nobody else take it off before the next boot" :
						    "\"kfgate detach\" takes it off");
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
	kfg_json_string(&j, "not_taken_over", l->not_started[0] ? l->not_started : NULL);
	kfg_json_string(&j, "mode", known ? l->mode : NULL);
	kfg_json_string(&j, "guard", known ? l->guard : NULL);
	kfg_json_object(&j, "policy");
	kfg_json_string(&j, "name", known ? l->policy : NULL);
	if (known)
		kfg_json_int(&j, "serial", l->serial);
	else
		kfg_json_null(&j, "serial");
	kfg_json_string(&j, "digest", known ? l->digest : NULL);
	if (known)
		kfg_json_uint(&j, "loaded_usec", l->since_usec);
	else
		kfg_json_null(&j, "loaded_usec");
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
