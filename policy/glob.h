/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * glob.h - patterns of '*' (any run of characters) and '?' (any one), and of KFG_GLOB_RUN and KFG_GLOB_ONE (the same
 * without '/'), without the table: for compile and lint.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define KFG_GLOB_CHARS "*?\377\376" /* the special ones: see KFG_GLOB_RUN in abi.h */

bool kfg_glob_match(const char *pattern, const char *text, size_t len);

/*
 * Turns a pattern for paths in place into one of these: "**" is any run of characters, '*' and '?' leave '/' out.
 */
void kfg_glob_of_path(char *pattern);

/*
 * True when everything that pattern b matches is matched by pattern a, too. May say false where it
 * is so: two globs are compared character by character.
 */
bool kfg_glob_covers(const char *a, bool a_glob, const char *b, bool b_glob);
