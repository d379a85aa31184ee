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

static long long find_offset(struct kfg_span value)
{
	static const char *const before[] = { "(off=", ",off=" };

	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		const char *at = kfg_span_find(value, before[i]), *end = value.at + value.n;
		long long offset = 0;

		for (at = at ? at + strlen(before[i]) : end;
		     at < end && isdigit((unsigned char)*at) && offset < 1000000000; at++)
			offset = offset * 10 + (*at - '0');
		if (offset)
			return offset;
	}
	return 0;
}

void kfg_vlog_argument_note_state(struct kfg_vlog *v, unsigned reg, struct kfg_span value)
{
	bool number = kfg_span_starts(value, "scalar"), maybe = kfg_span_find(value, "ptr_or_null_");

	v->values[reg].passed = number ? KFG_VLOG_PASSED_NUMBER :
				maybe  ? KFG_VLOG_PASSED_MAYBE_NULL :
					 KFG_VLOG_PASSED_OTHER;
	v->values[reg].offset = kfg_span_find(value, "ptr_") ? find_offset(value) : 0;
}

/* The instruction at hand; what a call was given is asked for behind it. */
static void move_values(struct kfg_vlog *v, struct kfg_span insn)
{
	unsigned to, from, gone = v->argument_call;
	bool copies = kfg_vlog_insn_copies(insn, &to, &from);

	if (!kfg_span_starts(insn, "85) call "))
		gone |= kfg_vlog_insn_writes(insn);
	if (kfg_span_starts(insn, "95) exit") || kfg_span_starts(insn, "85) call pc"))
		gone = ~0u;
	for (unsigned reg = 0; reg < KFG_VLOG_REGISTERS; reg++)
		if (gone & bit(reg) && !(copies && reg == from))
			v->values[reg] = (struct kfg_vlog_value){ 0 };
	if (copies)
		v->values[to] = v->values[from];
}

struct kfg_vlog_value kfg_vlog_argument_value(const struct kfg_vlog *v, const char *arg)
{
	static const char *const from_zero[] = { "arg#", "args#" };
	unsigned reg = 0;

	if (arg[0] == 'R' && isdigit((unsigned char)arg[1]) && !arg[2])
		reg = (unsigned)(arg[1] - '0');
	for (size_t i = 0; i < sizeof(from_zero) / sizeof(from_zero[0]); i++) {
		const char *digit = arg + strlen(from_zero[i]);

		if (strncmp(arg, from_zero[i], strlen(from_zero[i])) == 0 && isdigit((unsigned char)*digit))
			reg = (unsigned)(*digit - '0') + 1;
	}
	return v->is_kfunc_call && reg >= 1 && reg <= 5 ? v->values[reg] : (struct kfg_vlog_value){ 0 };
}

void kfg_vlog_argument_note_insn(struct kfg_vlog *v, struct kfg_span insn)
{
	unsigned to, from;
	bool copied = kfg_vlog_insn_copies(insn, &to, &from) && v->argument_registers & bit(from);

	move_values(v, insn);
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
	if (kfg_span_starts(line, "from ")) {
		v->argument_registers = 0;
		memset(v->values, 0, sizeof(v->values));
	}
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
