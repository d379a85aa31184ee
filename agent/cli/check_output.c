/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check_output.c - findings about policies in each format. */
#include "cli/check_output.h"

#include "base/color.h"
#include "base/text.h"
#include "render/sarif.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char *const kfg_check_formats[KFG_CHECK_FORMAT_MAX] = { "text", "json", "github", "sarif" };

static const char *severity(const struct kfg_diag *d)
{
	return kfg_severity_str(d->severity);
}

static size_t n_warnings(const struct kfg_diags *diags)
{
	return diags->n + diags->n_more - diags->n_errors - diags->n_notes;
}

static void summary(const struct kfg_loaded *loaded, const char *what, struct kfg_strbuf *out)
{
	const struct kfg_policy *p = loaded->policy;
	size_t errors = loaded->diags.n_errors, warnings = n_warnings(&loaded->diags);

	kfg_strbuf_printf(out, "%s: ", what);
	if (p)
		kfg_strbuf_printf(out, "policy %s, serial %" PRId64 ", rules: %zu, deprecations: %zu, waivers: %zu: ",
				  kfg_policy_name(p), kfg_policy_serial(p), kfg_policy_n_rules(p),
				  kfg_policy_n_deprecations(p), kfg_policy_n_waivers(p));
	kfg_strbuf_printf(out, "%zu error%s, %zu warning%s", errors, kfg_text_s(errors), warnings,
			  kfg_text_s(warnings));
	if (loaded->diags.n_notes)
		kfg_strbuf_printf(out, ", %zu note%s", loaded->diags.n_notes, kfg_text_s(loaded->diags.n_notes));
	kfg_strbuf_adds(out, "\n");
}

/* text: of kfg_diag_format(), "FILE:LINE:COLUMN: error: ..." */
static void add_finding(const struct kfg_diag *d, const char *text, struct kfg_strbuf *out)
{
	const char *word = strstr(text + strlen(d->file), severity(d));

	if (!word) {
		kfg_strbuf_adds(out, text);
		return;
	}
	kfg_strbuf_add(out, text, (size_t)(word - text));
	kfg_color_add(out, kfg_color_of(severity(d)), severity(d));
	kfg_strbuf_adds(out, word + strlen(severity(d)));
}

static void text_findings(const struct kfg_diags *diags, struct kfg_strbuf *out)
{
	for (size_t i = 0; i < diags->n; i++) {
		_cleanup_free_ char *text = kfg_diag_format(&diags->items[i]);

		if (text)
			add_finding(&diags->items[i], text, out);
		else
			out->error = -ENOMEM;
	}
	if (diags->n_more)
		kfg_strbuf_printf(out, "... and %zu more findings\n", diags->n_more);
}

static void json_finding(const struct kfg_diag *d, struct kfg_json *j)
{
	kfg_json_object(j, NULL);
	kfg_json_string(j, "code", kfg_diag_kinds[d->code].code);
	kfg_json_string(j, "severity", severity(d));
	kfg_json_string(j, "file", d->file);
	if (d->line) {
		kfg_json_uint(j, "line", d->line);
		kfg_json_uint(j, "column", d->col);
	} else {
		kfg_json_null(j, "line");
		kfg_json_null(j, "column");
	}
	kfg_json_string(j, "text", d->text);
	kfg_json_object_end(j);
}

static void json_policy(const struct kfg_loaded *loaded, const char *what, struct kfg_json *j)
{
	const struct kfg_policy *p = loaded->policy;

	kfg_json_object(j, NULL);
	kfg_json_string(j, "path", what);
	kfg_json_string(j, "policy", p ? kfg_policy_name(p) : NULL);
	if (p)
		kfg_json_int(j, "serial", kfg_policy_serial(p));
	else
		kfg_json_null(j, "serial");
	kfg_json_uint(j, "errors", loaded->diags.n_errors);
	kfg_json_uint(j, "warnings", n_warnings(&loaded->diags));
	kfg_json_uint(j, "notes", loaded->diags.n_notes);
	kfg_json_array(j, "findings");
	for (size_t i = 0; i < loaded->diags.n; i++)
		json_finding(&loaded->diags.items[i], j);
	kfg_json_array_end(j);
	kfg_json_uint(j, "more_findings", loaded->diags.n_more);
	kfg_json_object_end(j);
}

/* Workflow commands of GitHub Actions: '%' and line breaks in percent code, in properties ':' and ',' too. */
static void github_text(const char *text, bool property, struct kfg_strbuf *out)
{
	for (const char *p = text; *p; p++)
		kfg_strbuf_printf(out, strchr("%\r\n", *p) || (property && strchr(":,", *p)) ? "%%%02X" : "%c", *p);
}

static void github_finding(const struct kfg_diag *d, struct kfg_strbuf *out)
{
	kfg_strbuf_printf(out, "::%s file=", d->severity == KFG_SEVERITY_NOTE ? "notice" : severity(d));
	github_text(d->file, true, out);
	if (d->line)
		kfg_strbuf_printf(out, ",line=%u,col=%u", d->line, d->col);
	kfg_strbuf_printf(out, ",title=%s::", kfg_diag_kinds[d->code].code);
	github_text(d->text, false, out);
	kfg_strbuf_adds(out, "\n");
}

static void sarif_rules(struct kfg_sarif_rule rules[static KFG_DIAG_CODE_MAX])
{
	for (size_t i = 0; i < KFG_DIAG_CODE_MAX; i++)
		rules[i] = (struct kfg_sarif_rule){
			.id = kfg_diag_kinds[i].code,
			.text = kfg_diag_kinds[i].text,
			.level = kfg_severity_str(kfg_diag_kinds[i].severity),
		};
}

static void sarif_finding(const struct kfg_diag *d, struct kfg_json *j)
{
	struct kfg_sarif_rule rules[KFG_DIAG_CODE_MAX];

	sarif_rules(rules);
	kfg_sarif_result(&rules[d->code], d->text, j);
	kfg_json_array(j, "locations");
	kfg_sarif_location(d->file, d->line, d->col, j);
	kfg_json_array_end(j);
	kfg_json_object_end(j);
}

void kfg_check_begin(struct kfg_check_output *output)
{
	struct kfg_sarif_rule rules[KFG_DIAG_CODE_MAX];
	struct kfg_json *j = &output->json;

	*j = (struct kfg_json){ .out = &output->text, .indent = true };
	if (output->format == KFG_CHECK_SARIF) {
		sarif_rules(rules);
		kfg_sarif_begin(rules, KFG_DIAG_CODE_MAX, j);
	} else if (output->format == KFG_CHECK_JSON) {
		kfg_json_object(j, NULL);
		kfg_json_uint(j, "version", 1);
		kfg_json_string(j, "kfgate", KFG_VERSION);
		kfg_json_array(j, "policies");
	}
}

void kfg_check_policy(struct kfg_check_output *output, const struct kfg_loaded *loaded, const char *what)
{
	const struct kfg_diags *diags = &loaded->diags;

	if (output->format == KFG_CHECK_JSON) {
		json_policy(loaded, what, &output->json);
		return;
	}
	if (output->format == KFG_CHECK_TEXT) {
		text_findings(diags, &output->text);
		if (!output->quiet)
			summary(loaded, what, &output->text);
		return;
	}
	for (size_t i = 0; i < diags->n; i++)
		if (output->format == KFG_CHECK_SARIF)
			sarif_finding(&diags->items[i], &output->json);
		else
			github_finding(&diags->items[i], &output->text);
}

void kfg_check_end(struct kfg_check_output *output)
{
	if (output->format == KFG_CHECK_SARIF) {
		kfg_sarif_end(&output->json);
	} else if (output->format == KFG_CHECK_JSON) {
		kfg_json_array_end(&output->json);
		kfg_json_object_end(&output->json);
		kfg_strbuf_adds(&output->text, "\n");
	}
}
