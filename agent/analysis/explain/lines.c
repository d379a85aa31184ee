/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lines.c - lines out of bytes: undoes packing, escapes and colours, and takes prefixes off. */
#include "analysis/explain/lines.h"

#include "analysis/explain/envelope.h"
#include "analysis/explain/line_insn.h"
#include "analysis/explain/seams.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define ENVELOPES_MAX 3u /* one in the other */

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

/* last: of its line of the input */
static void emit(struct kfg_lines *l, struct kfg_span s, bool whole, bool last)
{
	struct kfg_line line = { .number = l->number + 1, .whole = whole, .last = last };

	s = trim(s);
	while (s.n && is_blank(s.at[0])) {
		s = skip(s, 1);
		line.indented = true;
	}
	line.text = s;
	l->fn(l->arg, &line);
}

/* Bytes of "85) call NAME#NUMBER", behind which a text follows that is a line of its own; 0: none. */
static size_t call_end(struct kfg_span rest)
{
	const char *at = starts(rest, "85) call ") ? memchr(rest.at, '#', rest.n) : NULL;
	size_t n = at ? (size_t)(at - rest.at) + 1 : 0;

	while (n && n < rest.n && isdigit((unsigned char)rest.at[n]))
		n++;
	if (!n || n + 2 >= rest.n)
		return 0;
	return (rest.at[n] == ':' && rest.at[n + 1] == ' ') ||
			       (rest.at[n] == ' ' && isalpha((unsigned char)rest.at[n + 1])) ?
		       n :
		       0;
}

/* What follows a call, up to the verifier's statistics, where these stand in the same line. */
static void emit_words(struct kfg_lines *l, struct kfg_span s, bool last)
{
	static const char statistics[] = " processed ";
	const char *at = memmem(s.at, s.n, statistics, sizeof(statistics) - 1);
	size_t n = at ? (size_t)(at - s.at) : 0;

	if (!at || n + sizeof(statistics) > s.n || !isdigit((unsigned char)at[sizeof(statistics) - 1])) {
		emit(l, s, false, last);
		return;
	}
	emit(l, (struct kfg_span){ s.at, n }, false, false);
	emit(l, skip(s, n + 1), false, last);
}

/* An instruction, at the front of s, and the words behind it. alone: it has a line of its own. */
static void emit_insn(struct kfg_lines *l, struct kfg_span s, struct kfg_span rest, bool alone, bool last)
{
	size_t call = call_end(rest), end = call ? 0 : kfg_line_seam_insn(s);

	if (end) {
		emit(l, (struct kfg_span){ s.at, end }, false, false);
		emit_words(l, skip(s, end), last);
		return;
	}
	if (!call) {
		if (alone)
			emit(l, s, true, last);
		else
			emit_words(l, s, last);
		return;
	}
	call += (size_t)(rest.at - s.at);
	emit(l, (struct kfg_span){ s.at, call }, false, false);
	emit_words(l, skip(s, call + 1 + (s.at[call] == ':')), last);
}

/* Where the next instruction begins, behind a blank; 0: there is none. */
static size_t next_insn(struct kfg_span s, size_t from)
{
	struct kfg_span rest;
	long long insn;
	const char *at;

	if (from >= s.n)
		return 0;
	at = kfg_line_insn_find(skip(s, from), &insn, &rest);
	return at && at > s.at + from && is_blank(at[-1]) ? (size_t)(at - s.at) : 0;
}

/* last: of its line of the input */
static void split_insn(struct kfg_lines *l, struct kfg_span s, bool whole, bool last)
{
	struct kfg_span rest;
	long long insn;
	const char *at = kfg_line_insn_find(s, &insn, &rest);
	size_t before = at ? (size_t)(at - s.at) : 0, next;

	if (!at) {
		emit(l, s, whole, last);
		return;
	}
	/* before it stands a logger's name, or the words of whoever quotes it */
	if (before > 1 && (s.at[before - 2] == ':' || starts(s, "; ")))
		emit(l, (struct kfg_span){ s.at, before - (s.at[before - 2] == ':' ? 2 : 1) }, false, false);
	s = skip(s, before);
	/* who made one line of many leaves a blank where it ended */
	while ((next = next_insn(s, (size_t)(rest.at - s.at)))) {
		emit_insn(l, (struct kfg_span){ s.at, next },
			  (struct kfg_span){ rest.at, (size_t)(s.at + next - rest.at) }, false, false);
		s = skip(s, next);
		(void)kfg_line_insn_find(s, &insn, &rest);
		before = 1;
	}
	emit_insn(l, s, rest, whole && !before, last);
}

/* What somebody joined is parted again. */
static void split_seams(struct kfg_lines *l, struct kfg_span s, bool packed)
{
	struct kfg_line_seams seams;
	bool joined = packed;
	size_t next, n;

	kfg_line_seam_start(&seams, s);
	while ((n = kfg_line_seam_find(&seams, s, &next)) < s.n || next < s.n) {
		joined = true;
		split_insn(l, (struct kfg_span){ s.at, n }, false, false);
		s = skip(s, next);
		s = skip(s, kfg_line_prefix_size(s));
	}
	split_insn(l, s, !joined, !packed);
}

/* What stands before an instruction, or before libbpf's name, is known to be no part of the line. */
static void note_prefix(struct kfg_lines *l, struct kfg_span s)
{
	static const char libbpf[] = "libbpf: ";
	struct kfg_span rest;
	long long insn;
	const char *at = kfg_line_insn_find(s, &insn, &rest);
	size_t n;

	if (!at)
		at = memmem(s.at, s.n, libbpf, sizeof(libbpf) - 1);
	n = at ? (size_t)(at - s.at) : 0;

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
	split_seams(l, s, packed);
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

/* What editors and web pages write for a plain character: how many bytes it takes, and what it is. 0: none. */
static size_t plain_character(struct kfg_span s, char *ret)
{
	static const struct {
		const char *text;
		char c;
	} forms[] = {
		{ "&quot;", '"' },	 { "&#34;", '"' },	   { "&#39;", '\'' },	     { "&#x27;", '\'' },
		{ "&apos;", '\'' },	 { "&lt;", '<' },	   { "&gt;", '>' },	     { "&amp;", '&' },
		{ "&nbsp;", ' ' },	 { "\xe2\x80\x98", '\'' }, { "\xe2\x80\x99", '\'' }, { "\xe2\x80\x9c", '"' },
		{ "\xe2\x80\x9d", '"' }, { "\xc2\xa0", ' ' },	   { "\xe2\x80\x8b", ' ' },
	};

	if (s.at[0] != '&' && s.at[0] != '\xe2' && s.at[0] != '\xc2')
		return 0;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (!starts(s, forms[i].text))
			continue;
		*ret = forms[i].c;
		return strlen(forms[i].text);
	}
	return 0;
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
		taken = c == '\\' ? unescape(s, &c) : plain_character(s, &c);
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

static void read_raw(struct kfg_lines *l, struct kfg_span s)
{
	struct kfg_span piece = s;
	size_t depth = is_source_line(l, s) ? 0 : packing_depth(s);
	bool packed = false;

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

struct opening {
	struct kfg_lines *lines;
	unsigned depth; /* envelopes around it */
};

static void read_input(struct kfg_lines *l, char *at, size_t n, unsigned depth);

static void read_opened(void *arg, struct kfg_span name, struct kfg_span text)
{
	struct opening *opening = arg;
	char *at = (char *)text.at, *end = at + text.n, said[2 * KFG_LINES_PREFIX_MAX];

	if (name.n && name.n + text.n + 3 < sizeof(said)) {
		int n = snprintf(said, sizeof(said), "%.*s: %.*s", (int)name.n, name.at, (int)text.n, text.at);

		read_raw(opening->lines, (struct kfg_span){ said, (size_t)n });
		return;
	}
	do {
		char *newline = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;

		read_input(opening->lines, at, (size_t)((newline ? newline : end) - at), opening->depth);
		at = newline ? newline + 1 : end;
	} while (at < end);
}

static void read_input(struct kfg_lines *l, char *at, size_t n, unsigned depth)
{
	struct kfg_span s = { at, n };
	size_t before = has_prefix(l, s) ? l->prefix_size : kfg_line_prefix_size(s);
	struct opening opening = { l, depth + 1 };

	if (depth < ENVELOPES_MAX && kfg_line_envelope_open(at + before, n - before, read_opened, &opening))
		return;
	read_raw(l, s);
}

static void end_line(struct kfg_lines *l)
{
	size_t n = l->size;

	l->size = 0;
	read_input(l, l->raw, n, 0);
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
		end_line(l);
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
	end_line(l);
	l->number++;
}
