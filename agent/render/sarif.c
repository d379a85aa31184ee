/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sarif.c - the parts of a SARIF log that do not depend on what it is about. */
#include "render/sarif.h"

#include <ctype.h>
#include <string.h>

#define SCHEMA "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
#define URI_MAX 4096u

static void put_rules(const struct kfg_sarif_rule *rules, size_t n, struct kfg_json *j)
{
	kfg_json_array(j, "rules");
	for (size_t i = 0; i < n; i++) {
		if (!rules[i].id)
			continue;
		kfg_json_object(j, NULL);
		kfg_json_string(j, "id", rules[i].id);
		kfg_json_object(j, "shortDescription");
		kfg_json_string(j, "text", rules[i].text);
		kfg_json_object_end(j);
		kfg_json_object(j, "defaultConfiguration");
		kfg_json_string(j, "level", rules[i].level);
		kfg_json_object_end(j);
		kfg_json_object_end(j);
	}
	kfg_json_array_end(j);
}

/* RFC 3986: everything but unreserved characters and '/' in percent code. An absolute path gets its scheme. */
static void uri(const char *path, struct kfg_strbuf *out)
{
	kfg_strbuf_adds(out, path[0] == '/' ? "file://" : "");
	for (const unsigned char *p = (const unsigned char *)path; *p; p++)
		kfg_strbuf_printf(out, isalnum(*p) || strchr("-._~/", *p) ? "%c" : "%%%02X", *p);
}

void kfg_sarif_location(const char *path, unsigned line, unsigned column, struct kfg_json *j)
{
	_cleanup_strbuf_ struct kfg_strbuf text = KFG_STRBUF(URI_MAX * 3);

	uri(path, &text);
	kfg_json_object(j, NULL);
	kfg_json_object(j, "physicalLocation");
	kfg_json_object(j, "artifactLocation");
	kfg_json_string(j, "uri", kfg_strbuf_text(&text));
	kfg_json_object_end(j);
	if (line) {
		kfg_json_object(j, "region");
		kfg_json_uint(j, "startLine", line);
		if (column)
			kfg_json_uint(j, "startColumn", column);
		kfg_json_object_end(j);
	}
	kfg_json_object_end(j);
	kfg_json_object_end(j);
}

void kfg_sarif_result(const struct kfg_sarif_rule *rule, const char *message, struct kfg_json *j)
{
	kfg_json_object(j, NULL);
	kfg_json_string(j, "ruleId", rule->id);
	kfg_json_string(j, "level", rule->level);
	kfg_json_object(j, "message");
	kfg_json_string(j, "text", message);
	kfg_json_object_end(j);
}

void kfg_sarif_begin(const struct kfg_sarif_rule *rules, size_t n, struct kfg_json *j)
{
	kfg_json_object(j, NULL);
	kfg_json_string(j, "$schema", SCHEMA);
	kfg_json_string(j, "version", "2.1.0");
	kfg_json_array(j, "runs");
	kfg_json_object(j, NULL);
	kfg_json_object(j, "tool");
	kfg_json_object(j, "driver");
	kfg_json_string(j, "name", "kfgate");
	kfg_json_string(j, "version", KFG_VERSION);
	put_rules(rules, n, j);
	kfg_json_object_end(j);
	kfg_json_object_end(j);
	kfg_json_string(j, "columnKind", "unicodeCodePoints");
	kfg_json_array(j, "results");
}

void kfg_sarif_end(struct kfg_json *j)
{
	kfg_json_array_end(j);
	kfg_json_object_end(j);
	kfg_json_array_end(j);
	kfg_json_object_end(j);
	kfg_strbuf_adds(j->out, "\n");
}
