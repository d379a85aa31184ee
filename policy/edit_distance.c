/* SPDX-License-Identifier: GPL-2.0-or-later */
/* edit_distance.c - see edit_distance.h. */
#include "edit_distance.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>

#define WORD_MAX 63

static bool same(char a, char b, bool fold_case)
{
	return a == b || (fold_case && tolower((unsigned char)a) == tolower((unsigned char)b));
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Optimal string alignment, three rows of the matrix at a time. */
unsigned kfg_edit_distance(const char *a, const char *b, bool fold_case)
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
			row[j] = least(least(last[j], row[j - 1]) + 1,
				       last[j - 1] + !same(a[i - 1], b[j - 1], fold_case));
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2], fold_case) &&
			    same(a[i - 2], b[j - 1], fold_case))
				row[j] = least(row[j], before[j - 2] + 1);
		}
		t = before;
		before = last;
		last = row;
		row = t;
	}
	return last[lb];
}
