/* SPDX-License-Identifier: GPL-2.0-or-later */
/* json.c - JSON written piece by piece. */
#include "base/json.h"

#include "policy/utf8.h"
#include <inttypes.h>
#include <string.h>

static void new_line(struct kfg_json *j)
{
	if (!j->indent)
		return;
	kfg_strbuf_adds(j->out, "\n");
	for (unsigned left = j->depth, n; left; left -= n) {
		n = left < 8 ? left : 8;
		kfg_strbuf_add(j->out, "                ", 2 * (size_t)n);
	}
}

/* How many bytes from s on stand in JSON as they are. */
static size_t plain(const char *s, size_t size)
{
	size_t i = 0;

	while (i < size && s[i] >= 0x20 && s[i] < 0x7f && s[i] != '"' && s[i] != '\\')
		i++;
	return i;
}

/* The character at s, which is none of those; returns how many bytes it has. */
static size_t quote_one(struct kfg_strbuf *out, const char *s, size_t size)
{
	uint32_t c;
	size_t n = kfg_utf8_decode(s, size, &c);

	if (!n)
		kfg_strbuf_adds(out, "\xef\xbf\xbd");
	else if (*s == '"' || *s == '\\')
		kfg_strbuf_printf(out, "\\%c", *s);
	else if (*s == '\n')
		kfg_strbuf_adds(out, "\\n");
	else if (n == 1 && (unsigned char)*s < 0x20)
		kfg_strbuf_printf(out, "\\u%04x", (unsigned)*s);
	else
		kfg_strbuf_add(out, s, n);
	return n ? n : 1;
}

static void quoted(struct kfg_json *j, const char *s, size_t size)
{
	kfg_strbuf_adds(j->out, "\"");
	for (size_t i = 0; i < size;) {
		size_t n = plain(s + i, size - i);

		kfg_strbuf_add(j->out, s + i, n);
		i += n;
		if (i < size)
			i += quote_one(j->out, s + i, size - i);
	}
	kfg_strbuf_adds(j->out, "\"");
}

/* Comma, line and key: what comes before any value. */
static void lead(struct kfg_json *j, const char *key)
{
	if (j->filled)
		kfg_strbuf_adds(j->out, ",");
	if (j->depth)
		new_line(j);
	if (key) {
		quoted(j, key, strlen(key));
		kfg_strbuf_adds(j->out, j->indent ? ": " : ":");
	}
	j->filled = true;
}

static void open_container(struct kfg_json *j, const char *key, const char *bracket)
{
	lead(j, key);
	kfg_strbuf_adds(j->out, bracket);
	j->depth++;
	j->filled = false;
}

static void close_container(struct kfg_json *j, const char *bracket)
{
	bool filled = j->filled;

	j->depth--;
	if (filled)
		new_line(j);
	kfg_strbuf_adds(j->out, bracket);
	j->filled = true;
}

void kfg_json_object(struct kfg_json *j, const char *key)
{
	open_container(j, key, "{");
}

void kfg_json_object_end(struct kfg_json *j)
{
	close_container(j, "}");
}

void kfg_json_array(struct kfg_json *j, const char *key)
{
	open_container(j, key, "[");
}

void kfg_json_array_end(struct kfg_json *j)
{
	close_container(j, "]");
}

void kfg_json_string(struct kfg_json *j, const char *key, const char *value)
{
	if (value)
		kfg_json_stringn(j, key, value, strlen(value));
	else
		kfg_json_null(j, key);
}

void kfg_json_stringn(struct kfg_json *j, const char *key, const char *value, size_t size)
{
	lead(j, key);
	quoted(j, value, size);
}

void kfg_json_int(struct kfg_json *j, const char *key, int64_t value)
{
	lead(j, key);
	kfg_strbuf_printf(j->out, "%" PRId64, value);
}

void kfg_json_uint(struct kfg_json *j, const char *key, uint64_t value)
{
	lead(j, key);
	kfg_strbuf_printf(j->out, "%" PRIu64, value);
}

void kfg_json_bool(struct kfg_json *j, const char *key, bool value)
{
	lead(j, key);
	kfg_strbuf_adds(j->out, value ? "true" : "false");
}

void kfg_json_null(struct kfg_json *j, const char *key)
{
	lead(j, key);
	kfg_strbuf_adds(j->out, "null");
}
