/* SPDX-License-Identifier: GPL-2.0-or-later */
/* line_insn.c - where a line has an instruction of the verifier. */
#include "analysis/explain/line_insn.h"

#include <ctype.h>
#include <string.h>

const char *kfg_line_insn_find(struct kfg_span line, long long *ret_insn, struct kfg_span *ret_rest)
{
	const char *end = line.at + line.n, *from = line.at, *at, *s;

	while ((at = memmem(from, (size_t)(end - from), ": (", 3))) {
		long long insn = 0, scale = 1;

		from = at + 1;
		for (s = at; s > line.at && isdigit((unsigned char)s[-1]) && at - s < 9; s--, scale *= 10)
			insn += (s[-1] - '0') * scale;
		if (s == at || end - at < 7 || !isxdigit((unsigned char)at[3]) || !isxdigit((unsigned char)at[4]) ||
		    at[5] != ')' || at[6] != ' ')
			continue;
		if (s - line.at >= 7 && memcmp(s - 7, "before ", 7) == 0)
			continue;
		*ret_insn = insn;
		*ret_rest = (struct kfg_span){ at + 3, (size_t)(end - at - 3) };
		return s;
	}
	return NULL;
}
