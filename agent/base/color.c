/* SPDX-License-Identifier: GPL-2.0-or-later */
/* color.c - see color.h. */
#include "base/color.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool color_on;

static bool wanted(void)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
}

int kfg_color_open(const char *when, bool to_file)
{
	if (strcmp(when, "always") == 0)
		color_on = true;
	else if (strcmp(when, "never") == 0)
		color_on = false;
	else if (strcmp(when, "auto") == 0)
		color_on = !to_file && wanted();
	else
		return -EINVAL;
	return 0;
}

const char *kfg_color_begin(enum kfg_color color)
{
	static const char *const codes[KFG_COLOR_MAX] = {
		[KFG_COLOR_NONE] = "",	       [KFG_COLOR_TITLE] = "\033[1m",  [KFG_COLOR_GOOD] = "\033[32m",
		[KFG_COLOR_WARN] = "\033[33m", [KFG_COLOR_BAD] = "\033[1;31m",
	};

	return color_on && color < KFG_COLOR_MAX ? codes[color] : "";
}

const char *kfg_color_end(enum kfg_color color)
{
	return kfg_color_begin(color)[0] ? "\033[0m" : "";
}

void kfg_color_add(struct kfg_strbuf *out, enum kfg_color color, const char *text)
{
	if (*text)
		kfg_strbuf_printf(out, "%s%s%s", kfg_color_begin(color), text, kfg_color_end(color));
}

enum kfg_color kfg_color_of(const char *word)
{
	static const struct {
		const char *word;
		enum kfg_color color;
	} words[] = {
		{ "allow", KFG_COLOR_GOOD },	    { "allowed", KFG_COLOR_GOOD }, { "ok", KFG_COLOR_GOOD },
		{ "audit", KFG_COLOR_WARN },	    { "audited", KFG_COLOR_WARN }, { "lesser", KFG_COLOR_WARN },
		{ "unchecked", KFG_COLOR_WARN },    { "unknown", KFG_COLOR_WARN }, { "warn", KFG_COLOR_WARN },
		{ "warned", KFG_COLOR_WARN },	    { "warning", KFG_COLOR_WARN }, { "would refuse", KFG_COLOR_WARN },
		{ "would-refuse", KFG_COLOR_WARN }, { "breaks", KFG_COLOR_BAD },   { "error", KFG_COLOR_BAD },
		{ "fails", KFG_COLOR_BAD },	    { "refuse", KFG_COLOR_BAD },   { "refused", KFG_COLOR_BAD },
		{ "refuses", KFG_COLOR_BAD },	    { "OVERDUE", KFG_COLOR_BAD },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].color;
	return KFG_COLOR_NONE;
}
