/* SPDX-License-Identifier: GPL-2.0-or-later */
/* escape.c - text escaped for CSV and Markdown. */
#include "render/escape.h"

#include <string.h>

void kfg_escape_csv(const char *text, struct kfg_strbuf *out)
{
	const char *quote = strpbrk(text, ",\"\r\n") ? "\"" : "";

	kfg_strbuf_adds(out, quote);
	kfg_strbuf_adds(out, text[0] && strchr("=+-@", text[0]) ? "'" : "");
	for (const char *end; (end = strchr(text, '"')); text = end + 1) {
		kfg_strbuf_add(out, text, end - text + 1);
		kfg_strbuf_adds(out, "\"");
	}
	kfg_strbuf_adds(out, text);
	kfg_strbuf_adds(out, quote);
}

static const char *replacement(char c)
{
	switch (c) {
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '&':
		return "&amp;";
	case '@':
		return "&#64;";
	}
	return NULL;
}

void kfg_escape_markdown(const char *text, struct kfg_strbuf *out)
{
	for (; *text; text++) {
		const char *other = replacement(*text);

		if (other) {
			kfg_strbuf_adds(out, other);
			continue;
		}
		if (strchr("\\`*_[]#|~", *text))
			kfg_strbuf_adds(out, "\\");
		kfg_strbuf_add(out, text, 1);
	}
}
