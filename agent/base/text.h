/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text.h - untrusted text made fit for a terminal, a log line, a journal field; how a text begins and ends.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* "" for one of something, "s" for any other number. */
static inline const char *kfg_text_s(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static inline bool kfg_text_begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static inline bool kfg_text_ends(const char *text, const char *with)
{
	size_t n = strlen(text), m = strlen(with);

	return n >= m && strcmp(text + n - m, with) == 0;
}

/*
 * Copies text (up to its NUL, at most max bytes) to buf of size bytes, NUL terminated. Control
 * characters (C0, DEL, C1), bytes that are no UTF-8, line separators and the characters that
 * reorder what is shown (bidirectional and other invisible format controls) become "\xNN" byte by
 * byte. What does not fit is cut between characters. Returns false if something was replaced or
 * cut.
 */
bool kfg_text_clean(const char *text, size_t max, char *buf, size_t size);
