/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * prefix.c - what loggers put before a line: journalctl and syslog ("Nov 21 10:00:00 host tag[12]: "), the kernel's
 * ring buffer ("[  12.345678] "), klog ("E1121 10:00:00.000000 1 file.go:12] "), Go's and Rust's loggers,
 * containers, mail.
 */
#include "analysis/explain/lines.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define PARTS_MAX 12u /* more of them stand before no line */
#define TOKEN_MAX 64u

static size_t token_size(struct kfg_span s)
{
	size_t n = 0;

	while (n < s.n && s.at[n] != ' ' && s.at[n] != '\t')
		n++;
	return n;
}

static size_t blanks(struct kfg_span s, size_t n)
{
	while (n < s.n && (s.at[n] == ' ' || s.at[n] == '\t'))
		n++;
	return n;
}

/* A date, a time, or both: digits with at least two separators. */
static bool is_time(struct kfg_span t)
{
	size_t separators = 0, digits = 0;

	if (t.n < 7 || t.n > TOKEN_MAX)
		return false;
	for (size_t i = 0; i < t.n; i++) {
		if (isdigit((unsigned char)t.at[i]))
			digits++;
		else if (strchr(":-/", t.at[i]))
			separators++;
		else if (!strchr(".,TZ+", t.at[i]))
			return false;
	}
	return separators >= 2 && digits >= 5;
}

static bool is_word_of(struct kfg_span t, const char *const *words, size_t n_words)
{
	while (t.n && t.at[t.n - 1] == ':')
		t.n--;
	for (size_t i = 0; i < n_words; i++)
		if (t.n == strlen(words[i]) && strncasecmp(t.at, words[i], t.n) == 0)
			return true;
	return false;
}

static bool is_level(struct kfg_span t)
{
	static const char *const levels[] = { "trace",	 "debug", "info",  "notice", "warn",
					      "warning", "err",	  "error", "fatal",  "crit" };

	return is_word_of(t, levels, sizeof(levels) / sizeof(levels[0]));
}

static bool is_month(struct kfg_span t)
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

	return t.n == 3 && is_word_of(t, months, sizeof(months) / sizeof(months[0]));
}

/* "tag[12]:", "kernel:" */
static bool is_tag(struct kfg_span t)
{
	return t.n > 1 && t.n <= TOKEN_MAX && t.at[t.n - 1] == ':' && isalpha((unsigned char)t.at[0]);
}

/* "HOST TAG: " behind a time */
static size_t host_and_tag(struct kfg_span s)
{
	size_t host = token_size(s), at = blanks(s, host), tag;

	if (!host || host > TOKEN_MAX || !isalnum((unsigned char)s.at[0]) || s.at[host - 1] == ':')
		return 0;
	tag = token_size((struct kfg_span){ s.at + at, s.n - at });
	if (!is_tag((struct kfg_span){ s.at + at, tag }))
		return 0;
	at += tag;
	return at < s.n && s.at[at] == ' ' ? at + 1 : at;
}

/* "Nov 21 10:00:00 host tag[12]: " */
static size_t syslog_size(struct kfg_span s)
{
	size_t at = token_size(s), n;

	if (!is_month((struct kfg_span){ s.at, at }))
		return 0;
	at = blanks(s, at);
	n = token_size((struct kfg_span){ s.at + at, s.n - at });
	if (!n || n > 2 || !isdigit((unsigned char)s.at[at]))
		return 0;
	at = blanks(s, at + n);
	n = token_size((struct kfg_span){ s.at + at, s.n - at });
	if (!is_time((struct kfg_span){ s.at + at, n }))
		return 0;
	at = blanks(s, at + n);
	return at + host_and_tag((struct kfg_span){ s.at + at, s.n - at });
}

/* "// ", "/// " and "//! ", also with nothing behind them */
static size_t comment_size(struct kfg_span s)
{
	size_t n = 2;

	if (s.n < 2 || memcmp(s.at, "//", 2) != 0)
		return 0;
	n += n < s.n && (s.at[n] == '/' || s.at[n] == '!');
	return n == s.n ? n : s.at[n] == ' ' || s.at[n] == '\t' ? n + 1 : 0;
}

/* Behind brackets of a message that was broken before them: "failed to validate module [NAME] BTF: " */
static bool is_rest_of_message(struct kfg_span s)
{
	static const char *const rests[] = { " BTF: ", " section: " };

	for (size_t i = 0; i < sizeof(rests) / sizeof(rests[0]); i++)
		if (s.n > strlen(rests[i]) && memcmp(s.at, rests[i], strlen(rests[i])) == 0)
			return true;
	return false;
}

/* "[...]", "<6>" and ">" */
static size_t bracket_size(struct kfg_span s)
{
	const char *close;
	size_t n;

	if (s.at[0] == '>' || s.at[0] == '|')
		return s.n > 1 && s.at[1] == ' ' ? 2 : 1;
	/* comments of C, and output of the test anything protocol */
	if ((s.at[0] == '*' || s.at[0] == '#') && s.n > 1 && s.at[1] == ' ')
		return 2;
	n = comment_size(s);
	if (n)
		return n;
	if (s.at[0] == '<' && s.n > 2 && isdigit((unsigned char)s.at[1])) {
		n = s.at[2] == '>' ? 3 : s.n > 3 && s.at[3] == '>' ? 4 : 0;
		return n;
	}
	if (s.at[0] != '[')
		return 0;
	close = memchr(s.at, ']', s.n < TOKEN_MAX ? s.n : TOKEN_MAX);
	if (!close || memchr(s.at + 1, '[', (size_t)(close - s.at - 1)))
		return 0;
	n = (size_t)(close - s.at) + 1;
	if (is_rest_of_message((struct kfg_span){ s.at + n, s.n - n }))
		return 0;
	if (n < s.n && s.at[n] == ':')
		n++;
	return n < s.n && s.at[n] == ' ' ? n + 1 : 0;
}

/* "E1121 10:00:00.000000 1 file.go:12] " */
static size_t klog_size(struct kfg_span s)
{
	const char *close;

	if (s.n < 5 || !strchr("IWEF", s.at[0]) || token_size(s) != 5)
		return 0;
	for (size_t i = 1; i < 5; i++)
		if (!isdigit((unsigned char)s.at[i]))
			return 0;
	close = memmem(s.at, s.n < 2 * TOKEN_MAX ? s.n : 2 * TOKEN_MAX, "] ", 2);
	return close ? (size_t)(close - s.at) + 2 : 0;
}

/* Behind a level: "ThreadId(01)", "crate::module:", "src/file.rs:12:" */
static bool is_origin(struct kfg_span t)
{
	if (t.n < 4 || t.n > TOKEN_MAX)
		return false;
	if (t.n > 9 && memcmp(t.at, "ThreadId(", 9) == 0)
		return true;
	return t.at[t.n - 1] == ':' && (memmem(t.at, t.n, "::", 2) || memmem(t.at, t.n, ".rs:", 4) ||
					memmem(t.at, t.n, ".go:", 4) || memmem(t.at, t.n, ".c:", 3));
}

/* "NAME-1  | " of docker compose */
static size_t container_size(struct kfg_span s)
{
	size_t n = token_size(s), at = blanks(s, n);

	if (!n || n > TOKEN_MAX || !isalpha((unsigned char)s.at[0]) || at + 1 >= s.n || at == n || s.at[at] != '|' ||
	    s.at[at + 1] != ' ')
		return 0;
	return at + 2;
}

/* "AB> " of mail, where who answers quotes by the initials of who wrote */
static size_t initials_size(struct kfg_span s)
{
	size_t n = 0;

	while (n < s.n && n < 4 && isalpha((unsigned char)s.at[n]))
		n++;
	if (!n || n >= s.n || s.at[n] != '>')
		return 0;
	return n + 1 == s.n ? n + 1 : s.at[n + 1] == ' ' ? n + 2 : 0;
}

/* What ends with an arrow or a bar of Unicode, which no loader and no verifier prints; behind a quotation it is text */
static size_t arrow_size(struct kfg_span s)
{
	static const char *const arrows[] = { "\xc2\xbb ",     "\xe2\x80\xba ", "\xe2\x94\x82 ", "\xe2\x94\x83 ",
					      "\xe2\x96\xb6 ", "\xe2\x86\x92 ", "\xe2\x9e\x9c ", "\xe2\x95\x8e " };

	for (size_t i = 0; i < s.n && i < TOKEN_MAX && !strchr("'`\"", s.at[i]); i++)
		for (size_t k = 0; (unsigned char)s.at[i] >= 0xc2 && k < sizeof(arrows) / sizeof(arrows[0]); k++) {
			size_t n = strlen(arrows[k]);

			if (s.n - i >= n && memcmp(s.at + i, arrows[k], n) == 0)
				return i + n;
		}
	return 0;
}

static size_t part_size(struct kfg_span s, bool *after_time)
{
	struct kfg_span t = { s.at, token_size(s) };
	size_t n;

	if (*after_time && (n = host_and_tag(s)) && (memchr(s.at, '[', n) || memmem(s.at, n, " kernel: ", 9))) {
		*after_time = false;
		return n;
	}
	if (is_time(t)) {
		*after_time = true;
		return t.n < s.n ? t.n + 1 : t.n;
	}
	if (is_level(t) || is_origin(t))
		return t.n < s.n ? t.n + 1 : t.n;
	n = syslog_size(s);
	if (!n)
		n = bracket_size(s);
	if (!n)
		n = klog_size(s);
	if (!n)
		n = container_size(s);
	if (!n)
		n = initials_size(s);
	return n ? n : arrow_size(s);
}

size_t kfg_line_prefix_size(struct kfg_span line)
{
	bool after_time = false;
	size_t at = 0;

	for (unsigned i = 0; i < PARTS_MAX && at < line.n; i++) {
		size_t skip = blanks(line, at), n;

		if (skip == line.n)
			break;
		n = part_size((struct kfg_span){ line.at + skip, line.n - skip }, &after_time);
		if (!n)
			break;
		at = skip + n;
	}
	return at;
}
