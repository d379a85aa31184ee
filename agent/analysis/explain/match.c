/* SPDX-License-Identifier: GPL-2.0-or-later */
/* match.c - one wording against one line. */
#include "analysis/explain/messages.h"

#include <ctype.h>
#include <string.h>

#define TOKEN_MAX 128u /* bytes of a name, word, number or argument; what is longer does not match */

static bool is_token(const char *pattern)
{
	return pattern[0] == '{' && pattern[1] && strchr("kwna", pattern[1]) && pattern[2] == '}';
}

static bool in_class(char token, char c)
{
	switch (token) {
	case 'k':
		return isalnum((unsigned char)c) || c == '_';
	case 'n':
		return isdigit((unsigned char)c) || c == '-';
	case 'a':
		return isalnum((unsigned char)c) || strchr("#*(-)", c);
	default:
		return c > ' ' && c < 0x7f && !strchr("'\"[]", c);
	}
}

/* digits to the end */
static bool numbered(struct kfg_span s, const char *prefix, const char *suffix)
{
	size_t a = strlen(prefix), b = strlen(suffix);

	if (s.n <= a + b || memcmp(s.at, prefix, a) != 0 || memcmp(s.at + s.n - b, suffix, b) != 0)
		return false;
	for (size_t i = a; i < s.n - b; i++)
		if (!isdigit((unsigned char)s.at[i]))
			return false;
	return true;
}

static bool is_argument(struct kfg_span s)
{
	return numbered(s, "R", "") || numbered(s, "arg#", "") || numbered(s, "args#", "") || numbered(s, "arg", "") ||
	       numbered(s, "*(R11-", ")");
}

static bool to_number(struct kfg_span s, long long *ret_number)
{
	long long n = 0;
	bool minus = s.n > 1 && s.at[0] == '-';

	if (s.n > 18)
		return false;
	for (size_t i = minus; i < s.n; i++) {
		if (!isdigit((unsigned char)s.at[i]))
			return false;
		n = n * 10 + (s.at[i] - '0');
	}
	*ret_number = minus ? -n : n;
	return true;
}

static bool keep(char token, struct kfg_span s, struct kfg_vlog_message_match *m)
{
	long long number;

	if (!s.n || s.n > TOKEN_MAX)
		return false;
	if (token == 'a' && !is_argument(s))
		return false;
	if (token == 'n') {
		if (!to_number(s, &number))
			return false;
		m->number = number;
	} else if (token == 'k') {
		m->kfunc = s;
	} else if (token == 'w') {
		m->word = s;
	} else if (!m->arg.n) {
		m->arg = s;
	}
	return true;
}

static struct kfg_span take(char token, const char *at, const char *end)
{
	const char *s = at;

	while (s < end && (size_t)(s - at) <= TOKEN_MAX && in_class(token, *s))
		s++;
	return (struct kfg_span){ at, (size_t)(s - at) };
}

static struct kfg_span take_before(char token, const char *start, const char *at)
{
	const char *s = at;

	while (s > start && (size_t)(at - s) <= TOKEN_MAX && in_class(token, s[-1]))
		s--;
	return (struct kfg_span){ s, (size_t)(at - s) };
}

static size_t literal_size(const char *pattern)
{
	size_t n = 0;

	while (pattern[n] && !is_token(pattern + n))
		n++;
	return n;
}

/* pattern from its start at exactly this place */
static bool match_here(const char *pattern, const char *at, const char *end, struct kfg_vlog_message_match *m)
{
	while (*pattern) {
		size_t n = literal_size(pattern);

		if (n > (size_t)(end - at) || memcmp(pattern, at, n) != 0)
			return false;
		pattern += n;
		at += n;
		if (*pattern) {
			struct kfg_span s = take(pattern[1], at, end);

			if (!keep(pattern[1], s, m))
				return false;
			at += s.n;
			pattern += 3;
		}
	}
	m->end = at;
	return true;
}

bool kfg_vlog_message_match(const char *pattern, const char *line, size_t size,
			    struct kfg_vlog_message_match *ret_match)
{
	char leading = is_token(pattern) ? pattern[1] : '\0';
	const char *rest = leading ? pattern + 3 : pattern, *end = line + size, *from = line, *at;
	size_t n = literal_size(rest);

	while ((at = memmem(from, (size_t)(end - from), rest, n))) {
		struct kfg_span before = { at, 0 };
		struct kfg_vlog_message_match m = { .number = -1 };

		from = at + 1;
		if (leading)
			before = take_before(leading, line, at);
		if (leading && !keep(leading, before, &m))
			continue;
		m.begin = before.at;
		if (!match_here(rest, at, end, &m))
			continue;
		*ret_match = m;
		return true;
	}
	return false;
}
