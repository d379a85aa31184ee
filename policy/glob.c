/* SPDX-License-Identifier: GPL-2.0-or-later */
/* glob.c - see glob.h. The same walk as kfg_step_char() in decide.h. */
#include "glob.h"

#include <kfgate/abi.h>
#include <string.h>

#define RUN ((char)KFG_GLOB_RUN)
#define ONE ((char)KFG_GLOB_ONE)

/*
 * Does pattern character p take text character c? A run in the text (which then is another glob) is taken by a run
 * alone, that any character fits which fits it; and one that stands for any character by '?'.
 */
static bool takes(char p, char c, bool text_is_glob)
{
	if (text_is_glob && (c == '*' || c == RUN))
		return false;
	if (p == ONE)
		return c != '/' && !(text_is_glob && c == '?');
	return p == '?' || p == c;
}

/* May KFG_GLOB_RUN take the text's character? */
static bool run_takes(char c, bool text_is_glob)
{
	return c != '/' && !(text_is_glob && (c == '*' || c == '?'));
}

static bool match(const char *pattern, const char *text, size_t len, bool text_is_glob)
{
	const char *p = pattern, *star = NULL, *run = NULL;
	size_t s = 0, star_s = 0, run_s = 0;

	for (;;) {
		if (*p == '*') {
			star = ++p;
			star_s = s;
			run = NULL;
		} else if (*p == RUN) {
			run = ++p;
			run_s = s;
		} else if (s < len && *p && takes(*p, text[s], text_is_glob)) {
			p++;
			s++;
		} else if (s == len && !*p) {
			return true;
		} else if (s < len && run && run_takes(text[run_s], text_is_glob)) {
			p = run;
			s = ++run_s;
		} else if (s == len || !star) {
			return false;
		} else {
			p = star;
			s = ++star_s;
			run = NULL;
		}
	}
}

bool kfg_glob_match(const char *pattern, const char *text, size_t len)
{
	return match(pattern, text, len, false);
}

bool kfg_glob_covers(const char *a, bool a_glob, const char *b, bool b_glob)
{
	if (!a_glob)
		return !b_glob && !strcmp(a, b);
	return match(a, b, strlen(b), b_glob);
}

void kfg_glob_of_path(char *pattern)
{
	char *to = pattern;

	for (const char *from = pattern; *from; from++) {
		if (from[0] == '*' && from[1] == '*') {
			*to++ = '*';
			from++;
		} else {
			*to++ = *from == '*' ? RUN : *from == '?' ? ONE : *from;
		}
	}
	*to = 0;
}
