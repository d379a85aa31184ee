/* SPDX-License-Identifier: GPL-2.0-or-later */
/* utf8.h - characters of text that somebody else wrote. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The character at text, of which size bytes (at least 1) can be read, goes to *ret_char. Returns
 * the number of bytes it takes, or 0: not UTF-8 (overlong forms, surrogates and what lies beyond
 * U+10FFFF included).
 */
unsigned kfg_utf8_decode(const char *text, size_t size, uint32_t *ret_char);

/* False for characters that would do something to a terminal or to the order of the text around
 * them. */
bool kfg_utf8_printable(uint32_t c);

/* Columns that a printable character takes on a terminal: 0, 1 or 2 (Unicode 15 EastAsianWidth.txt,
 * by blocks). */
unsigned kfg_utf8_width(uint32_t c);
