/* SPDX-License-Identifier: GPL-2.0-or-later */
/* glob.h - patterns of '*' (any run of characters) and '?' (any one), without the table: for
 * compile and lint. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

bool kfg_glob_match(const char *pattern, const char *text, size_t len);

/*
 * True when everything that pattern b matches is matched by pattern a, too. May say false where it
 * is so: two globs are compared character by character.
 */
bool kfg_glob_covers(const char *a, bool a_glob, const char *b, bool b_glob);
