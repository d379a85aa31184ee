/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vlog_result.c - whose result a register holds. The verifier numbers each pointer that may be NULL, and prints the
 * number wherever the pointer is: "R0_w=ptr_or_null_task_struct(id=3,ref_obj_id=3)" behind a call, and later, after
 * copies, "R8=ptr_or_null_task_struct(id=3,...)" (print_verifier_state(), 5.13 to 7.3). A number is given once.
 *
 * Of an iterator's next the verifier goes along both ways: where there is an element, and where there is none. There
 * the result is the number 0, "R0_w=0 fp-8=iter_num(ref_id=1,state=drained,...)" (process_iter_next_call(),
 * 6.4 to 7.3).
 */
#include "analysis/explain/vlog_internal.h"

#include <ctype.h>

/* "R8_w=ptr_or_null_sock(id=3,off=0)" */
struct state {
	unsigned reg;
	long long id; /* 0: none */
	struct kfg_span value;
	bool may_be_null, zero;
};

static long long find_id(struct kfg_span value)
{
	static const char *const before[] = { "(id=", ",id=" };

	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		const char *at = kfg_span_find(value, before[i]), *end = value.at + value.n;
		long long id = 0;

		for (at = at ? at + strlen(before[i]) : end; at < end && isdigit((unsigned char)*at) && id < 1000000000;
		     at++)
			id = id * 10 + (*at - '0');
		if (id)
			return id;
	}
	return 0;
}

/* Takes one register with its state off the front of *rest. False: there is none at its front. */
static bool take_state(struct kfg_span *rest, struct state *ret)
{
	const char *at = rest->at, *end = rest->at + rest->n, *value;
	unsigned reg = 0, digits = 0;

	if (at == end || *at++ != 'R')
		return false;
	for (; at < end && isdigit((unsigned char)*at) && digits < 2; digits++)
		reg = reg * 10 + (unsigned)(*at++ - '0');
	while (at < end && (*at == '_' || islower((unsigned char)*at)))
		at++;
	if (!digits || reg >= KFG_VLOG_REGISTERS || at == end || *at++ != '=')
		return false;
	for (value = at; at < end && *at != ' '; at++)
		;
	ret->reg = reg;
	ret->value = kfg_span_of(value, (size_t)(at - value));
	ret->may_be_null = kfg_span_find(kfg_span_of(value, (size_t)(at - value)), "_or_null") != NULL;
	ret->zero = at - value == 1 && *value == '0';
	ret->id = find_id(kfg_span_of(value, (size_t)(at - value)));
	*rest = kfg_span_of(at, (size_t)(end - at));
	return true;
}

static void keep_result(struct kfg_vlog *v, long long id)
{
	struct kfg_vlog_result *r = &v->results[(size_t)id % KFG_VLOG_RESULTS];

	if (r->log == v->log && r->id == id)
		return;
	*r = v->called;
	r->log = v->log;
	r->id = id;
}

void kfg_vlog_result_note_call(struct kfg_vlog *v, const char *kfunc)
{
	v->result_awaited = true;
	v->called = (struct kfg_vlog_result){ .insn = v->insn };
	memcpy(v->called.place, v->place, sizeof(v->called.place));
	kfg_span_copy(kfg_span_of(kfunc, strlen(kfunc)), v->called.name, sizeof(v->called.name));
}

/* "ptr_or_null_cgroup(id=7,ref_obj_id=7)": the type of what bpf_kptr_xchg() returned */
static void keep_type(struct kfg_vlog *v, struct kfg_span value)
{
	static const char before[] = "ptr_or_null_";
	struct kfg_vlog_call *call = &v->calls[(unsigned long long)v->called.insn % KFG_VLOG_CALLS];
	const char *at = kfg_span_find(value, before), *open = memchr(value.at, '(', value.n);

	if (v->called.exchanges && at && open && open > at && kfg_span_find(value, "ref_obj_id=") &&
	    call->log == v->log && call->insn == v->called.insn && !call->name[0])
		kfg_span_copy(kfg_span_of(at + sizeof(before) - 1, (size_t)(open - at) - (sizeof(before) - 1)),
			      call->type, sizeof(call->type));
}

void kfg_vlog_result_note_states(struct kfg_vlog *v, struct kfg_span line)
{
	/* what is printed here is the state of another path */
	if (kfg_span_starts(line, "from ")) {
		v->result_awaited = false;
		v->drained_registers = 0;
		kfg_vlog_value_forget(v);
	}
	while (line.n) {
		struct state s;
		const char *blank;

		if (take_state(&line, &s)) {
			v->register_ids[s.reg] = s.may_be_null ? s.id : 0;
			kfg_vlog_value_note_state(v, s.reg, s.value);
			kfg_vlog_given_note_state(v, s.reg, s.value);
			if (!s.zero)
				v->drained_registers &= ~(1u << s.reg);
			if (s.reg == 0 && v->result_awaited && s.may_be_null && s.id)
				keep_result(v, s.id);
			if (s.reg == 0 && v->result_awaited)
				keep_type(v, s.value);
			v->result_awaited &= s.reg != 0;
		}
		blank = memchr(line.at, ' ', line.n);
		if (!blank)
			return;
		line = kfg_span_of(blank + 1, (size_t)(line.at + line.n - blank - 1));
	}
}

static bool is_next(const char *kfunc)
{
	size_t n = strlen(kfunc);

	return strncmp(kfunc, "bpf_iter_", 9) == 0 && n > 14 && strcmp(kfunc + n - 5, "_next") == 0;
}

static bool is_result_zero(struct kfg_span insn)
{
	const char *at = kfg_span_find(insn, " R0");
	struct kfg_span rest = at ? kfg_span_of(at + 1, (size_t)(insn.at + insn.n - (at + 1))) :
				    kfg_span_of(insn.at, 0);
	struct state s;

	return take_state(&rest, &s) && s.zero;
}

void kfg_vlog_result_note_insn(struct kfg_vlog *v, struct kfg_span insn)
{
	unsigned to, from;
	bool next = v->is_kfunc_call && is_next(v->name) && is_result_zero(insn);
	bool copied = kfg_vlog_insn_copies(insn, &to, &from) && v->drained_registers & 1u << from;

	v->called.exchanges |= kfg_span_starts(insn, "85) call bpf_kptr_xchg#");
	v->drained_registers &= ~kfg_vlog_insn_writes(insn);
	kfg_vlog_result_note_states(v, insn);
	if (next) {
		v->drained = v->called;
		v->drained_registers = 1;
	} else if (copied) {
		v->drained_registers |= 1u << to;
	}
}

/* "R6" as 6; KFG_VLOG_REGISTERS: it is none */
static unsigned register_number(struct kfg_span arg)
{
	unsigned reg = 0;

	if (arg.n < 2 || arg.n > 3 || arg.at[0] != 'R')
		return KFG_VLOG_REGISTERS;
	for (size_t i = 1; i < arg.n; i++)
		reg = reg * 10 + (unsigned)(arg.at[i] - '0');
	return reg < KFG_VLOG_REGISTERS ? reg : KFG_VLOG_REGISTERS;
}

const struct kfg_vlog_result *kfg_vlog_result_drained_in(const struct kfg_vlog *v, struct kfg_span arg)
{
	unsigned reg = register_number(arg);

	return reg < KFG_VLOG_REGISTERS && v->drained_registers & 1u << reg ? &v->drained : NULL;
}

const struct kfg_vlog_result *kfg_vlog_result_in(const struct kfg_vlog *v, struct kfg_span arg)
{
	const struct kfg_vlog_result *r;
	unsigned reg = register_number(arg);

	if (reg == KFG_VLOG_REGISTERS || !v->register_ids[reg])
		return NULL;
	r = &v->results[(size_t)v->register_ids[reg] % KFG_VLOG_RESULTS];
	return r->log == v->log && r->id == v->register_ids[reg] && r->name[0] ? r : NULL;
}
