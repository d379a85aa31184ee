/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report_json.c - what explain found in a log, as JSON. */
#include "analysis/explain/report.h"

#include "base/json.h"
#include "analysis/explain/advice.h"
#include "config/lifecycle.h"
#include <string.h>

/* "" is null */
static void text(struct kfg_json *j, const char *key, const char *value)
{
	kfg_json_string(j, key, value && value[0] ? value : NULL);
}

/* The other kfuncs of a group, where f begins one of n findings. */
static void group(struct kfg_json *j, const struct kfg_vlog_finding *f, size_t n)
{
	kfg_json_array(j, "also");
	for (size_t i = 1; f->n_group && i < n; i++)
		if (f[i].group == f->group)
			kfg_json_string(j, NULL, f[i].kfunc);
	kfg_json_array_end(j);
}

/* f is the first of the n that follow. */
static int one(struct kfg_json *j, const struct kfg_vlog_finding *f, size_t n, const struct kfg_advice_input *input)
{
	struct kfg_advice a;
	int r = kfg_advice_make(f, input, &a);

	kfg_json_object(j, NULL);
	text(j, "kind", kfg_vlog_kind_str(f->kind));
	text(j, "title", kfg_vlog_kind_title(f->kind));
	text(j, "kfunc", f->kfunc);
	text(j, "symbol", f->symbol);
	group(j, f, n);
	text(j, "module", f->module);
	text(j, "program", f->prog);
	text(j, "argument", f->arg);
	text(j, "place", f->place);
	if (f->insn >= 0)
		kfg_json_int(j, "instruction", f->insn);
	else
		kfg_json_null(j, "instruction");
	kfg_json_uint(j, "line", f->line);
	text(j, "message", f->message);
	text(j, "fault", kfg_blame_str(a.blame));
	text(j, "introduced_in", a.introduced);
	text(j, "what", kfg_strbuf_text(&a.what));
	text(j, "since", kfg_strbuf_text(&a.since));
	text(j, "do", kfg_strbuf_text(&a.todo));
	text(j, "code", kfg_strbuf_text(&a.code));
	kfg_lifecycle_json(a.lifecycle.kfunc ? &a.lifecycle : NULL, j);
	kfg_json_object_end(j);
	kfg_advice_done(&a);
	return r;
}

int kfg_explain_json(const struct kfg_vlog *vlog, const struct kfg_advice_input *input, struct kfg_strbuf *out)
{
	const struct kfg_vlog_facts *facts = kfg_vlog_facts(vlog);
	struct kfg_advice_input in = *input;
	struct kfg_json j = { .out = out, .indent = true };
	size_t n;
	const struct kfg_vlog_finding *f = kfg_vlog_findings(vlog, &n);
	int r = 0;

	if (!in.kernel)
		in.kernel = facts->kernel;
	in.doubted = facts->doubted;
	in.doubted_line = facts->doubted_line;
	kfg_json_object(&j, NULL);
	text(&j, "format", "kfgate-explain");
	kfg_json_uint(&j, "version", 1);
	kfg_json_uint(&j, "lines", facts->n_lines);
	text(&j, "kernel", in.kernel);
	kfg_json_array(&j, "findings");
	for (size_t i = 0; i < n && r == 0; i++)
		if (!kfg_vlog_finding_is_told(&f[i]))
			r = one(&j, &f[i], n - i, &in);
	kfg_json_array_end(&j);
	kfg_json_uint(&j, "more", kfg_vlog_n_more(vlog));
	text(&j, "refused_without_a_word", facts->refused);
	kfg_json_array(&j, "modules_without_btf");
	for (size_t i = 0; i < facts->n_modules; i++)
		kfg_json_string(&j, NULL, facts->modules[i]);
	kfg_json_array_end(&j);
	kfg_json_object_end(&j);
	kfg_strbuf_adds(out, "\n");
	return r ? r : out->error;
}
