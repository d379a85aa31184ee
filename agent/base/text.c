/* SPDX-License-Identifier: GPL-2.0-or-later */
/* text.c - untrusted text made fit for a terminal. */
#include "base/text.h"

#include "policy/utf8.h"
#include <stdio.h>
#include <string.h>

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
		uint32_t code = 0;
		size_t n = kfg_utf8_decode(text + i, len - i, &code);
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
