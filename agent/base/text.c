/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/text.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#define WORD_MAX 63

size_t kfg_text_utf8(const char *text, size_t max, unsigned *ret_code)
{
	static const unsigned least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *s = (const unsigned char *)text;
	size_t len = s[0] < 0x80	   ? 1 :
		     (s[0] & 0xe0) == 0xc0 ? 2 :
		     (s[0] & 0xf0) == 0xe0 ? 3 :
		     (s[0] & 0xf8) == 0xf0 ? 4 :
					     0;
	unsigned code = len < 2 ? s[0] : s[0] & (0x7fu >> len);

	if (len == 0 || len > max)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (s[i] & 0x3f);
	}
	if (code < least[len] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	if (ret_code)
		*ret_code = code;
	return len;
}

/*
 * Unicode 15: Cc, the Bidi_Control property, line separators, and invisible characters that deceive
 * readers
 */
static bool harmless(unsigned code)
{
	if (code < 0x20 || (code >= 0x7f && code <= 0x9f))
		return false;
	if (code == 0x61c || code == 0xfeff || (code >= 0x200b && code <= 0x200f))
		return false;
	if ((code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f))
		return false;
	return code < 0xe0000 || code > 0xe0fff;
}

bool kfg_text_clean(const char *text, size_t max, char *buf, size_t size)
{
	size_t len = strnlen(text, max), out = 0;
	bool clean = true;

	if (!size)
		return false;
	for (size_t i = 0; i < len;) {
		unsigned code = 0;
		size_t n = kfg_text_utf8(text + i, len - i, &code);
		bool ok = n && harmless(code);
		size_t bytes = n ? n : 1, need = ok ? bytes : 4 * bytes;

		if (out + need >= size) {
			clean = false;
			break;
		}
		if (ok)
			memcpy(buf + out, text + i, bytes);
		for (size_t k = 0; !ok && k < bytes; k++)
			snprintf(buf + out + 4 * k, 5, "\\x%02x", (unsigned char)text[i + k]);
		clean = clean && ok;
		out += need;
		i += bytes;
	}
	buf[out] = '\0';
	return clean;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Optimal string alignment, three rows of the matrix at a time. */
unsigned kfg_text_distance(const char *a, const char *b)
{
	unsigned rows[3][WORD_MAX + 1], *before = rows[0], *last = rows[1], *row = rows[2], *t;
	size_t la = strlen(a), lb = strlen(b);

	if (la > WORD_MAX || lb > WORD_MAX)
		return UINT_MAX;
	for (size_t j = 0; j <= lb; j++)
		before[j] = last[j] = row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			row[j] = least(least(last[j], row[j - 1]) + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
		t = before;
		before = last;
		last = row;
		row = t;
	}
	return last[lb];
}
