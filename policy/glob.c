/* SPDX-License-Identifier: GPL-2.0-or-later */
/* glob.c - see glob.h. The same walk as kfg_step_char() in decide.h: only the last '*' is ever gone
 * back to. */
#include "glob.h"

#include <string.h>

/* Does pattern character p take text character c? '*' in the text (of another glob) is taken by '*'
 * only. */
static bool takes(char p, char c, bool text_is_glob)
{
	if (text_is_glob && c == '*')
		return false;
	return p == '?' || p == c;
}

static bool match(const char *pattern, const char *text, size_t len, bool text_is_glob)
{
	const char *p = pattern, *star = NULL;
	size_t s = 0, star_s = 0;

	for (;;) {
		if (*p == '*') {
			star = ++p;
			star_s = s;
		} else if (s < len && *p && takes(*p, text[s], text_is_glob)) {
			p++;
			s++;
		} else if (s == len && !*p) {
			return true;
		} else if (s == len || !star) {
			return false;
		} else {
			p = star;
			s = ++star_s;
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
