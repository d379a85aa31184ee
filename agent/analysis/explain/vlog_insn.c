/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vlog_insn.c - what an instruction does to registers, by how the verifier prints it, from its opcode on. */
#include "analysis/explain/vlog_internal.h"

#include <ctype.h>

bool kfg_vlog_insn_copies(struct kfg_span insn, unsigned *ret_to, unsigned *ret_from)
{
	static const char begin[] = "bf) r", between[] = " = r";
	const char *at = insn.at + sizeof(begin) - 1, *end = insn.at + insn.n;

	if (!kfg_span_starts(insn, begin) || end - at < 6 || !isdigit((unsigned char)*at) ||
	    memcmp(at + 1, between, sizeof(between) - 1) != 0 || !isdigit((unsigned char)at[sizeof(between)]))
		return false;
	*ret_to = (unsigned)(*at - '0');
	*ret_from = (unsigned)(at[sizeof(between)] - '0');
	return at + sizeof(between) + 1 == end || at[sizeof(between) + 1] == ' ';
}

unsigned kfg_vlog_insn_writes(struct kfg_span insn)
{
	const char *at = insn.at + 4;

	if (kfg_span_starts(insn, "85) call "))
		return 0x3f;
	if (insn.n < 9 || (*at != 'r' && *at != 'w') || !isdigit((unsigned char)at[1]) || at[2] != ' ')
		return 0;
	return at[3] == '=' || at[4] == '=' ? 1u << (at[1] - '0') : 0;
}
