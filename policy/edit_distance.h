/* SPDX-License-Identifier: GPL-2.0-or-later */
/* edit_distance.h - how far a word is from one that was probably meant. */
#pragma once

#include <stdbool.h>

/*
 * Edits (insert, drop, replace, swap neighbours) between two words; UINT_MAX when one is longer than 63 bytes.
 * fold_case: upper and lower case of ASCII are the same.
 */
unsigned kfg_edit_distance(const char *a, const char *b, bool fold_case);
