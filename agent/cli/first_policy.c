/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/first_policy.h"

#include "base/text.h"
#include "policy/policy.h"
#include "policy/verdict.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define TYPES_MAX 64u
#define NAMES_SHOWN 8u

/* In a comment or a plain word nothing of a name may be YAML: letters, digits, and some signs between them. */
static void add_word(const char *text, struct kfg_strbuf *out)
{
	for (; *text; text++)
		kfg_strbuf_printf(out, "%c", isalnum((unsigned char)*text) || strchr("_-.+", *text) ? *text : '_');
}

static void add_head(const struct kfg_first_policy *in, struct kfg_strbuf *out)
{
	char day[KFG_DAY_TEXT];

	kfg_strbuf_adds(out, "# The first policy of ");
	add_word(in->host, out);
	kfg_strbuf_adds(out, ", Linux ");
	add_word(in->release, out);
	kfg_strbuf_printf(out, ", written by kfgate init on %s.\n", kfg_day_format(in->today, day));
	kfg_strbuf_adds(
		out,
		"# It refuses nothing. Next: read it, \"kfgate check FILE\", copy it to /etc/kfgate/policy.d/, and\n"
		"# \"systemctl enable --now kfgate\". kfgate-policy(5) has the language.\n"
		"version: 1\n"
		"name: ");
	add_word(in->host[0] && isalpha((unsigned char)in->host[0]) ? in->host : "first", out);
	kfg_strbuf_adds(out, "\n"
			     "serial: 1 # count up with each change\n"
			     "mode: audit # records only; enforce is the last step, not the first\n"
			     "defaults:\n"
			     "  unlisted: audit # what no rule below names\n"
			     "  deprecated: warn # in time\n"
			     "  expired: refuse # past its deadline; in mode audit the record says \"would refuse\"\n"
			     "include: [/usr/lib/kfgate/lifecycle/*.yaml] # what kernels deprecate and remove\n\n");
}

/* "7.3" of "7.3.4+deb13-amd64" */
static int series_len(const char *release)
{
	size_t major = strspn(release, "0123456789");
	size_t minor = release[major] == '.' ? strspn(release + major + 1, "0123456789") : 0;

	return minor ? (int)(major + 1 + minor) : 0;
}

static void add_upgrades(const struct kfg_first_policy *in, struct kfg_strbuf *out)
{
	const char *last = "";

	kfg_strbuf_adds(out, "# When the host gets which kernel: until then, who will break that day is warned.\n");
	for (size_t i = 0; i < in->n_newer; i++) {
		kfg_strbuf_adds(out, "# Installed, and newer than the one that runs: ");
		add_word(in->newer[i], out);
		kfg_strbuf_adds(out, "\n");
	}
	kfg_strbuf_adds(out, "# upgrades:\n");
	for (size_t i = 0; i < in->n_newer; i++) {
		int n = series_len(in->newer[i]);

		if (n && (series_len(last) != n || strncmp(last, in->newer[i], (size_t)n) != 0))
			kfg_strbuf_printf(out, "#   - {kernel: \"%.*s\", on: YYYY-MM-DD}\n", n, in->newer[i]);
		last = in->newer[i];
	}
	if (!in->n_newer)
		kfg_strbuf_adds(out, "#   - {kernel: \"7.3\", on: YYYY-MM-DD}\n");
	kfg_strbuf_adds(out, "\n");
}

/* A call of a kfunc that has a name, in a program of that type. */
struct call {
	const char *kfunc, *module;
};

static int compare_calls(const void *a, const void *b)
{
	const struct call *x = a, *y = b;
	int c = strcmp(x->kfunc, y->kfunc);

	return c ? c : strcmp(x->module ? x->module : "", y->module ? y->module : "");
}

static size_t take_calls(const struct kfg_programs *programs, uint32_t type, struct call *calls)
{
	size_t n = 0, kept = 0;

	for (size_t i = 0; i < programs->n; i++) {
		const struct kfg_programs_program *p = &programs->items[i];

		for (size_t k = 0; p->type == type && k < p->n_targets; k++)
			if (p->targets[k].kfunc)
				calls[n++] = (struct call){ p->targets[k].kfunc, p->targets[k].module };
	}
	qsort(calls, n, sizeof(*calls), compare_calls);
	for (size_t i = 0; i < n; i++)
		if (!kept || compare_calls(&calls[kept - 1], &calls[i]))
			calls[kept++] = calls[i];
	return kept;
}

static void add_names(const struct kfg_programs *programs, uint32_t type, struct kfg_strbuf *out)
{
	size_t n = 0;

	kfg_strbuf_adds(out, "  # of");
	for (size_t i = 0; i < programs->n; i++) {
		const struct kfg_programs_program *p = &programs->items[i];

		if (p->type != type || !p->n_targets || n++ >= NAMES_SHOWN)
			continue;
		kfg_strbuf_adds(out, n > 1 ? ", " : " ");
		add_word(p->name, out);
	}
	if (n > NAMES_SHOWN)
		kfg_strbuf_printf(out, " and %zu more", n - NAMES_SHOWN);
	kfg_strbuf_adds(out, "\n");
}

static void add_rule(const struct kfg_programs *programs, uint32_t type, const struct call *calls, size_t n,
		     struct kfg_strbuf *out)
{
	add_names(programs, type, out);
	kfg_strbuf_printf(out, "  - id: present-%s\n    kfuncs:\n", kfg_prog_type_str(type));
	for (size_t i = 0; i < n; i++) {
		kfg_strbuf_adds(out, "      - \"");
		add_word(calls[i].kfunc, out);
		if (calls[i].module) {
			kfg_strbuf_adds(out, " [");
			add_word(calls[i].module, out);
			kfg_strbuf_adds(out, "]");
		}
		kfg_strbuf_adds(out, "\"\n");
	}
	kfg_strbuf_printf(out,
			  "    programs: {types: [%s]}\n    # loaders: {units: [WHO.service]}\n    action: audit\n",
			  kfg_prog_type_str(type));
}

static void add_rules(const struct kfg_first_policy *in, struct kfg_strbuf *out)
{
	size_t total = 0, with = 0, unknown = 0;
	struct call *calls;
	bool any = false;

	for (size_t i = 0; i < in->programs->n; i++) {
		total += in->programs->items[i].n_targets;
		with += in->programs->items[i].n_targets > 0;
		unknown += in->programs->items[i].unknown != NULL;
	}
	kfg_strbuf_printf(out,
			  "# %zu BPF programs are loaded now, %zu of them call kfuncs, %zu could not be looked at.\n",
			  in->programs->n, with, unknown);
	kfg_strbuf_adds(
		out,
		"# Each load of their like leaves a record, which says who loads it: after some days\n"
		"# \"kfgate learn\" writes rules with loaders from that. Remove these rules then: they let in whoever\n"
		"# loads such programs.\n");
	calls = calloc(total + 1, sizeof(*calls));
	for (uint32_t type = 0; calls && type < TYPES_MAX; type++) {
		size_t n = take_calls(in->programs, type, calls);

		if (!n)
			continue;
		if (!any)
			kfg_strbuf_adds(out, "rules:\n");
		any = true;
		add_rule(in->programs, type, calls, n, out);
	}
	if (!calls)
		out->error = -1;
	free(calls);
	if (!any)
		kfg_strbuf_adds(
			out,
			"# rules:\n"
			"#   - {id: WHAT-FOR, kfuncs: [bpf_NAME], loaders: {units: [WHO.service]}, action: allow}\n");
}

void kfg_first_policy_write(const struct kfg_first_policy *in, struct kfg_strbuf *out)
{
	add_head(in, out);
	add_upgrades(in, out);
	if (in->programs) {
		add_rules(in, out);
		return;
	}
	kfg_strbuf_adds(out, "# The programs that are loaded now could not be listed: ");
	add_word(in->unlisted ? in->unlisted : "not known why", out);
	kfg_strbuf_adds(out, "\n");
}
