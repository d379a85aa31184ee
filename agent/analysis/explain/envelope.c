/* SPDX-License-Identifier: GPL-2.0-or-later */
/* envelope.c - the texts in a line of JSON or of key=value pairs. */
#include "analysis/explain/envelope.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define LONG_TEXT 160u /* a value of that size is a text, whatever its name is */
#define NAME_MAX_SIZE 64u

static bool is_one_of(struct kfg_span s, const char *const *words, size_t n_words)
{
	for (size_t i = 0; i < n_words; i++)
		if (s.n == strlen(words[i]) && strncasecmp(s.at, words[i], s.n) == 0)
			return true;
	return false;
}

static bool is_message_name(struct kfg_span name)
{
	static const char *const names[] = {
		"msg",		"message",	"log",	     "error",	     "err",	    "text",
		"body",		"stderr",	"stdout",    "output",	     "reason",	    "detail",
		"details",	"cause",	"exception", "errorverbose", "verifierlog", "verifier_log",
		"stdout_lines", "stderr_lines", "lines",     "logs",	     "messages",    "errors",
	};

	return is_one_of(name, names, sizeof(names) / sizeof(names[0]));
}

/* What the kernel's release is called. */
static bool is_kernel_name(struct kfg_span name)
{
	static const char kernel[] = "kernel", uname[] = "uname";

	for (size_t i = 0; i + 5 <= name.n; i++)
		if ((i + 6 <= name.n && strncasecmp(name.at + i, kernel, 6) == 0) ||
		    strncasecmp(name.at + i, uname, 5) == 0)
			return true;
	return false;
}

static int hex4(const char *at, size_t n)
{
	int code = 0;

	if (n < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int c = tolower((unsigned char)at[i]);

		if (!isxdigit(c))
			return -1;
		code = code * 16 + (isdigit(c) ? c - '0' : c - 'a' + 10);
	}
	return code;
}

/* UTF-8 of a code point below 0x10000: bytes written; never more than the escape had. */
static size_t put_code(char *at, unsigned code)
{
	if (code < 0x80) {
		at[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		at[0] = (char)(0xc0 | code >> 6);
		at[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	at[0] = (char)(0xe0 | code >> 12);
	at[1] = (char)(0x80 | (code >> 6 & 0x3f));
	at[2] = (char)(0x80 | (code & 0x3f));
	return 3;
}

/* Takes one level of escapes off, in place: the bytes left. */
static size_t unescape(char *at, size_t n)
{
	size_t to = 0;

	for (size_t i = 0; i < n; i++) {
		int code;

		if (at[i] != '\\' || i + 1 == n) {
			at[to++] = at[i];
			continue;
		}
		switch (at[++i]) {
		case 'n':
			at[to++] = '\n';
			break;
		case 'r':
		case 't':
			at[to++] = at[i] == 't' ? '\t' : '\r';
			break;
		case 'u':
			code = hex4(at + i + 1, n - i - 1);
			if (code < 0) {
				at[to++] = '\\';
				at[to++] = 'u';
				break;
			}
			i += 4;
			to += put_code(at + to, (unsigned)code);
			break;
		case '"':
		case '\\':
		case '/':
			at[to++] = at[i];
			break;
		default:
			/* Go's %q has more of them (\x1b), which are left to who takes colours off */
			at[to++] = '\\';
			at[to++] = at[i];
		}
	}
	return to;
}

/* Bytes of a string behind its opening quote, without the closing one; to the end of a line that was cut. */
static size_t string_size(const char *at, const char *end)
{
	const char *s = at;

	while (s < end && *s != '"')
		s += *s == '\\' && s + 1 < end ? 2 : 1;
	return (size_t)((s < end ? s : end) - at);
}

static void tell(char *at, size_t n, struct kfg_span name, kfg_line_envelope_fn fn, void *arg)
{
	bool message = is_message_name(name), kernel = !message && is_kernel_name(name);

	if (!message && !kernel && n < LONG_TEXT && !memmem(at, n, "\\n", 2))
		return;
	fn(arg, kernel ? name : (struct kfg_span){ at, 0 }, (struct kfg_span){ at, unescape(at, n) });
}

static char *skip_blanks(char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	return at;
}

static void walk_json(char *at, const char *end, kfg_line_envelope_fn fn, void *arg)
{
	struct kfg_span name = { at, 0 };

	while ((at = at < end ? memchr(at, '"', (size_t)(end - at)) : NULL)) {
		size_t n = string_size(++at, end);
		char *after = at + n < end ? skip_blanks(at + n + 1, end) : (char *)end;

		if (after < end && *after == ':')
			name = (struct kfg_span){ at, n };
		else
			tell(at, n, name, fn, arg);
		at = after;
	}
}

/* "name": " */
static bool is_member(char *at, const char *end)
{
	size_t n = at < end && *at == '"' ? string_size(at + 1, end) : 0;
	char *s = n && n <= NAME_MAX_SIZE && at + n + 2 < end ? skip_blanks(at + n + 2, end) : NULL;

	if (!s || s >= end || *s != ':')
		return false;
	s = skip_blanks(s + 1, end);
	return s < end && *s == '"';
}

static bool is_json(char *at, const char *end)
{
	size_t n;

	if (at < end && *at == '{') {
		at = skip_blanks(at + 1, end);
		n = at < end && *at == '"' ? string_size(at + 1, end) : 0;
		at = n && at + n + 2 < end ? skip_blanks(at + n + 2, end) : NULL;
		return at && at < end && *at == ':';
	}
	return is_member(at, end);
}

static size_t name_size(const char *at, const char *end)
{
	size_t n = 0;

	while (at + n < end && n < NAME_MAX_SIZE &&
	       (isalnum((unsigned char)at[n]) || at[n] == '_' || at[n] == '.' || at[n] == '@'))
		n++;
	return n;
}

static size_t bare_size(const char *at, const char *end)
{
	const char *blank = memchr(at, ' ', (size_t)(end - at));

	return (size_t)((blank ? blank : end) - at);
}

static void walk_pairs(char *at, const char *end, kfg_line_envelope_fn fn, void *arg)
{
	while (at < end) {
		size_t n = name_size(at, end), size = 0;
		struct kfg_span name = { at, n };

		if (n && at + n < end && at[n] == '=') {
			char *value = at + n + 1;
			bool quoted = value < end && *value == '"';

			value += quoted;
			size = quoted ? string_size(value, end) : bare_size(value, end);
			at = value + size + (quoted && value + size < end);
			tell(value, size, name, fn, arg);
		} else {
			at += n;
		}
		at = at < end ? memchr(at, ' ', (size_t)(end - at)) : NULL;
		if (!at)
			return;
		at = skip_blanks(at, end);
	}
}

/* Begins as loggers begin it, and has a message. */
static bool is_pairs(const char *at, const char *end)
{
	static const char *const first[] = {
		"time", "ts", "t", "level", "lvl", "msg", "timestamp", "logger", "severity"
	};
	size_t n = name_size(at, end);

	return n && at + n < end && at[n] == '=' &&
	       is_one_of((struct kfg_span){ at, n }, first, sizeof(first) / sizeof(first[0])) &&
	       (memmem(at, (size_t)(end - at), "msg=\"", 5) || memmem(at, (size_t)(end - at), "error=\"", 7) ||
		memmem(at, (size_t)(end - at), "err=\"", 5));
}

bool kfg_line_envelope_open(char *line, size_t n, kfg_line_envelope_fn fn, void *arg)
{
	char *end = line + n;

	line = skip_blanks(line, end);
	if (is_json(line, end))
		walk_json(line, end, fn, arg);
	else if (is_pairs(line, end))
		walk_pairs(line, end, fn, arg);
	else
		return false;
	return true;
}
