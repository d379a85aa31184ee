/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lines.c - lines out of bytes: undoes packing, escapes and colours, and takes prefixes off. */
#include "analysis/explain/lines.h"

#include <ctype.h>
#include <string.h>

void kfg_lines_init(struct kfg_lines *l, kfg_line_fn fn, void *arg)
{
	*l = (struct kfg_lines){ .fn = fn, .arg = arg };
}

static bool starts(struct kfg_span s, const char *text)
{
	size_t n = strlen(text);

	return s.n >= n && memcmp(s.at, text, n) == 0;
}

static struct kfg_span skip(struct kfg_span s, size_t n)
{
	return (struct kfg_span){ s.at + n, s.n - n };
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct kfg_span trim(struct kfg_span s)
{
	while (s.n && (is_blank(s.at[s.n - 1]) || s.at[s.n - 1] == '\r'))
		s.n--;
	return s;
}

const char *kfg_line_insn_find(struct kfg_span line, long long *ret_insn, struct kfg_span *ret_rest)
{
	const char *end = line.at + line.n, *from = line.at, *at, *s;

	while ((at = memmem(from, (size_t)(end - from), ": (", 3))) {
		long long insn = 0, scale = 1;

		from = at + 1;
		for (s = at; s > line.at && isdigit((unsigned char)s[-1]) && at - s < 9; s--, scale *= 10)
			insn += (s[-1] - '0') * scale;
		if (s == at || end - at < 7 || !isxdigit((unsigned char)at[3]) || !isxdigit((unsigned char)at[4]) ||
		    at[5] != ')' || at[6] != ' ')
			continue;
		if (s - line.at >= 7 && memcmp(s - 7, "before ", 7) == 0)
			return NULL;
		*ret_insn = insn;
		*ret_rest = (struct kfg_span){ at + 3, (size_t)(end - at - 3) };
		return s;
	}
	return NULL;
}

/* What stood before an instruction stands before the lines around it too, but for its digits. */
static bool has_prefix(const struct kfg_lines *l, struct kfg_span s)
{
	if (!l->prefix_size || s.n < l->prefix_size)
		return false;
	for (size_t i = 0; i < l->prefix_size; i++)
		if (s.at[i] != l->prefix[i] &&
		    !(isdigit((unsigned char)s.at[i]) && isdigit((unsigned char)l->prefix[i])))
			return false;
	return true;
}

static void emit(struct kfg_lines *l, struct kfg_span s, bool whole)
{
	struct kfg_line line = { .number = l->number + 1, .whole = whole };

	s = trim(s);
	while (s.n && is_blank(s.at[0])) {
		s = skip(s, 1);
		line.indented = true;
	}
	line.text = s;
	l->fn(l->arg, &line);
}

/* What follows "85) call NAME#NUMBER" behind a colon is a line of its own. */
static size_t call_end(struct kfg_span rest)
{
	const char *at = starts(rest, "85) call ") ? memchr(rest.at, '#', rest.n) : NULL;
	size_t n = at ? (size_t)(at - rest.at) + 1 : 0;

	while (n && n < rest.n && isdigit((unsigned char)rest.at[n]))
		n++;
	return n && n + 1 < rest.n && rest.at[n] == ':' && rest.at[n + 1] == ' ' ? n : 0;
}

static void split_insn(struct kfg_lines *l, struct kfg_span s, bool whole)
{
	struct kfg_span rest;
	long long insn;
	const char *at = kfg_line_insn_find(s, &insn, &rest);
	size_t before = at ? (size_t)(at - s.at) : 0, call;

	if (!at) {
		emit(l, s, whole);
		return;
	}
	/* before it stands a logger's name, or the words of whoever quotes it */
	if (before > 1 && s.at[before - 2] == ':')
		emit(l, (struct kfg_span){ s.at, before - 2 }, false);
	call = call_end(rest);
	if (!call) {
		emit(l, skip(s, before), whole && !before);
		return;
	}
	call += (size_t)(rest.at - s.at);
	emit(l, (struct kfg_span){ s.at + before, call - before }, false);
	emit(l, skip(s, call + 2), false);
}

static void note_prefix(struct kfg_lines *l, struct kfg_span s)
{
	struct kfg_span rest;
	long long insn;
	const char *at = kfg_line_insn_find(s, &insn, &rest);
	size_t n = at ? (size_t)(at - s.at) : 0;

	if (!at || n > sizeof(l->prefix))
		return;
	l->prefix_size = n;
	memcpy(l->prefix, s.at, n);
}

/* One line of the first writer, but for what stands before it. */
static void read_clean(struct kfg_lines *l, struct kfg_span s, bool packed)
{
	if (!packed && has_prefix(l, s)) {
		s = skip(s, l->prefix_size);
	} else {
		if (!packed)
			note_prefix(l, s);
		s = skip(s, kfg_line_prefix_size(s));
	}
	split_insn(l, s, !packed);
}

/* Bytes of a terminal's control sequence: ESC or what a tool wrote for it, [, parameters, a letter. 0: none. */
static size_t colour_size(struct kfg_span s)
{
	static const char *const escapes[] = { "\x1b[", "\\x1b[", "\\u001b[", "\\033[", "\\e[", "#033[", "^[[" };

	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
		size_t n = strlen(escapes[i]);

		if (!starts(s, escapes[i]))
			continue;
		while (n < s.n && n < 32 && (isdigit((unsigned char)s.at[n]) || s.at[n] == ';' || s.at[n] == '?'))
			n++;
		return n < s.n && isalpha((unsigned char)s.at[n]) ? n + 1 : n;
	}
	return 0;
}

static int hex4(const char *at)
{
	int code = 0;

	for (int i = 0; i < 4; i++) {
		int c = tolower((unsigned char)at[i]);

		if (!isxdigit(c))
			return -1;
		code = code * 16 + (isdigit(c) ? c - '0' : c - 'a' + 10);
	}
	return code;
}

/* An escaped character, s is at a backslash: how many bytes it takes, and what it is. 0: it is none. */
static size_t unescape(struct kfg_span s, char *ret)
{
	size_t slashes = 1;
	int code;

	while (slashes < s.n && slashes < 8 && s.at[slashes] == '\\')
		slashes++;
	if (slashes >= s.n)
		return 0;
	switch (s.at[slashes]) {
	case '"':
	case '\'':
		*ret = s.at[slashes];
		return slashes + 1;
	case 't':
		*ret = ' ';
		return slashes + 1;
	case 'r':
		*ret = ' ';
		return slashes + 1;
	case 'u':
		code = s.n >= slashes + 5 ? hex4(s.at + slashes + 1) : -1;
		*ret = (char)code;
		return code >= ' ' && code < 0x7f ? slashes + 5 : 0;
	default:
		return 0;
	}
}

/* Without colours, and without the escapes of who packed it. */
static void read_piece(struct kfg_lines *l, struct kfg_span s, bool packed)
{
	size_t n = 0;

	while (s.n) {
		size_t taken = colour_size(s);
		char c;

		if (taken) {
			s = skip(s, taken);
			continue;
		}
		c = s.at[0];
		taken = c == '\\' ? unescape(s, &c) : 0;
		l->clean[n++] = c;
		s = skip(s, taken ? taken : 1);
	}
	read_clean(l, (struct kfg_span){ l->clean, n }, packed);
}

/* Backslashes before the n at which to part, 0: none: the fewest that stand before one, as deeper ones are text. */
static size_t packing_depth(struct kfg_span s)
{
	size_t depth = 0, slashes = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.at[i] == 'n' && slashes && (!depth || slashes < depth))
			depth = slashes;
		slashes = s.at[i] == '\\' ? slashes + 1 : 0;
	}
	return depth;
}

/* Bytes of an end of line of that depth at s; 0: there is none. */
static size_t packed_end(struct kfg_span s, size_t depth)
{
	if (starts(s, "#012"))
		return 4;
	if (!depth || s.n <= depth || s.at[depth] != 'n')
		return 0;
	for (size_t i = 0; i < depth; i++)
		if (s.at[i] != '\\')
			return 0;
	return depth + 1;
}

/* The text of a C program has \n of its own. */
static bool is_source_line(const struct kfg_lines *l, struct kfg_span s)
{
	size_t n = has_prefix(l, s) ? l->prefix_size : kfg_line_prefix_size(s);

	return starts(skip(s, n), "; ");
}

static void read_raw(struct kfg_lines *l)
{
	struct kfg_span s = { l->raw, l->size }, piece = s;
	size_t depth = is_source_line(l, s) ? 0 : packing_depth(s);
	bool packed = false;

	l->size = 0;
	for (size_t i = 0; i < s.n;) {
		/* of a run of backslashes only the first can begin an end of line */
		bool run = i && s.at[i] == '\\' && s.at[i - 1] == '\\';
		size_t end = run ? 0 : packed_end(skip(s, i), depth);

		if (!end) {
			i++;
			continue;
		}
		packed = true;
		piece.n = (size_t)(s.at + i - piece.at);
		read_piece(l, piece, piece.at != s.at);
		i += end;
		piece = skip(s, i);
	}
	if (!packed || piece.n)
		read_piece(l, piece, packed);
}

void kfg_lines_feed(struct kfg_lines *l, const void *data, size_t size)
{
	const char *at = data, *end = at + size;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t n = (size_t)((newline ? newline : end) - at), room = sizeof(l->raw) - l->size;

		if (n > room) {
			n = room;
			newline = NULL;
		}
		memcpy(l->raw + l->size, at, n);
		l->size += n;
		at += n;
		if (!newline && at == end)
			return;
		read_raw(l);
		if (newline) {
			l->number++;
			at++;
		}
	}
}

void kfg_lines_end(struct kfg_lines *l)
{
	if (!l->size)
		return;
	read_raw(l);
	l->number++;
}
