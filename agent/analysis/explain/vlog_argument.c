/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vlog_argument.c - which registers hold an argument of the program that the kernel does not vouch for. When the
 * program loads one from its context, the verifier says "func 'NAME' arg0 has btf_id 211 type STRUCT 'task_struct'"
 * (btf_ctx_access(), 5.5 to 7.3). The state behind the load is "R1_w=ptr_task_struct()" where prog_args_trusted() is
 * false, else "R1_w=trusted_ptr_task_struct()" (6.2 to 7.3; before, none was trusted).
 */
#include "analysis/explain/vlog_internal.h"

#include <ctype.h>

static unsigned bit(unsigned reg)
{
	return 1u << reg;
}

/* "79) r1 = *(u64 *)(r1 +0)" */
static bool is_load(struct kfg_span insn, unsigned *ret_to)
{
	if (!kfg_span_starts(insn, "79) r") || insn.n < 9 || !isdigit((unsigned char)insn.at[5]) ||
	    memcmp(insn.at + 6, " = ", 3) != 0)
		return false;
	*ret_to = (unsigned)(insn.at[5] - '0');
	return true;
}

/* Whether a line says that a register holds a pointer to a struct that is neither trusted nor may be NULL. */
static bool is_plain_pointer(struct kfg_span line, unsigned reg)
{
	const char *at = line.at, *end = line.at + line.n;

	for (; at + 7 < end; at++) {
		if (at[0] != 'R' || at[1] != (char)('0' + reg) || isdigit((unsigned char)at[2]) ||
		    (at != line.at && at[-1] != ' '))
			continue;
		for (at += 2; at < end && (*at == '_' || islower((unsigned char)*at)); at++)
			;
		return kfg_span_starts(kfg_span_of(at, (size_t)(end - at)), "=ptr_") &&
		       !kfg_span_starts(kfg_span_of(at, (size_t)(end - at)), "=ptr_or_null_");
	}
	return false;
}

void kfg_vlog_argument_note_insn(struct kfg_vlog *v, struct kfg_span insn)
{
	unsigned to, from;
	bool copied = kfg_vlog_insn_copies(insn, &to, &from) && v->argument_registers & bit(from);

	/* what a call was given is asked for behind it */
	v->argument_registers &= ~v->argument_call;
	v->argument_call = kfg_span_starts(insn, "85) call ") ? kfg_vlog_insn_writes(insn) : 0;
	if (!v->argument_call)
		v->argument_registers &= ~kfg_vlog_insn_writes(insn);
	/* another function's registers follow */
	if (kfg_span_starts(insn, "95) exit") || kfg_span_starts(insn, "85) call pc"))
		v->argument_registers = 0;
	if (copied)
		v->argument_registers |= bit(to);
	v->argument_said = false;
	v->argument_load = is_load(insn, &to) ? (int)to : -1;
}

void kfg_vlog_argument_note_line(struct kfg_vlog *v, struct kfg_span line)
{
	if (kfg_span_starts(line, "from "))
		v->argument_registers = 0;
	if (kfg_span_starts(line, "func '") && kfg_span_find(line, " has btf_id "))
		v->argument_said = v->argument_load >= 0;
	else if (v->argument_said && is_plain_pointer(line, (unsigned)v->argument_load))
		v->argument_registers |= bit((unsigned)v->argument_load);
}

bool kfg_vlog_argument_in(const struct kfg_vlog *v, const char *arg)
{
	return arg[0] == 'R' && isdigit((unsigned char)arg[1]) && !arg[2] &&
	       v->argument_registers & bit((unsigned)(arg[1] - '0'));
}
