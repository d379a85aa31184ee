/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vlog_value.c - what registers hold, by the states that the verifier prints (print_verifier_state(), 5.13 to 7.3), and
 * where that is from, by the instructions: a call's result, or what was read from a struct, a map's value or the
 * context. What went over the stack is not followed.
 */
#include "analysis/explain/vlog_internal.h"

#include "base/text.h"

/* The number at the front, as far as it is one; 0: there is none. */
static long long read_number(const char *at, const char *end)
{
	bool minus = at < end && *at == '-';
	long long n = 0;

	for (at += minus; at < end && kfg_span_is_digit(*at) && n < 1000000000; at++)
		n = n * 10 + (*at - '0');
	return minus ? -n : n;
}

static long long find_offset(struct kfg_span value)
{
	static const char *const before[] = { "(off=", ",off=", "(imm=", ",imm=" };
	const char *end = value.at + value.n;

	/* "imm" is that of a pointer to an object since 7.3, before the constant 0 */
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		const char *at = kfg_span_find(value, before[i]);
		long long offset = at ? read_number(at + strlen(before[i]), end) : 0;

		if (offset > 0)
			return offset;
	}
	return 0;
}

/* What follows a part, up to the first of these bytes; empty where there is no such part. */
static struct kfg_span behind(struct kfg_span value, const char *part, const char *until)
{
	const char *at = kfg_span_find(value, part), *end = value.at + value.n, *to;

	if (!at)
		return kfg_span_of(value.at, 0);
	at += strlen(part);
	for (to = at; to < end && !strchr(until, *to); to++)
		;
	return kfg_span_of(at, (size_t)(to - at));
}

static bool is_null(struct kfg_span value)
{
	static const char *const words[] = { "0", "P0", "inv0" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (value.n == strlen(words[i]) && kfg_span_starts(value, words[i]))
			return true;
	return false;
}

/* Its flags before "ptr_": bpf_print's reg_type_str(). */
static enum kfg_vlog_passed pointer_kind(struct kfg_span value, enum kfg_vlog_passed before)
{
	if (kfg_span_find(value, "_or_null_"))
		return KFG_VLOG_PASSED_MAYBE_NULL;
	if (kfg_span_starts(value, "untrusted_ptr_"))
		return before == KFG_VLOG_PASSED_RCU || before == KFG_VLOG_PASSED_RCU_LEFT ? KFG_VLOG_PASSED_RCU_LEFT :
											     KFG_VLOG_PASSED_UNTRUSTED;
	if (kfg_span_starts(value, "rcu_ptr_"))
		return KFG_VLOG_PASSED_RCU;
	return kfg_span_starts(value, "ptr_") && !kfg_span_find(value, "ref_obj_id=") &&
			       !kfg_span_find(value, "non_own_ref") ?
		       KFG_VLOG_PASSED_PLAIN :
		       KFG_VLOG_PASSED_OTHER;
}

static enum kfg_vlog_passed kind_of(struct kfg_span value, bool pointer, enum kfg_vlog_passed before)
{
	if (is_null(value))
		return KFG_VLOG_PASSED_NULL;
	if (pointer)
		return pointer_kind(value, before);
	if (kfg_span_starts(value, "scalar"))
		return KFG_VLOG_PASSED_NUMBER;
	if (kfg_span_starts(value, "fp"))
		return KFG_VLOG_PASSED_STACK;
	return kfg_span_starts(value, "ctx") ? KFG_VLOG_PASSED_CONTEXT : KFG_VLOG_PASSED_OTHER;
}

void kfg_vlog_value_note_state(struct kfg_vlog *v, unsigned reg, struct kfg_span text)
{
	struct kfg_vlog_value *value = &v->values[reg];
	bool pointer = !kfg_span_starts(text, "dynptr") && kfg_span_find(text, "ptr_");
	struct kfg_span type;

	value->passed = kind_of(text, pointer, value->passed);
	value->is_map_value = kfg_span_starts(text, "map_value(");
	value->offset = pointer ? find_offset(text) : 0;
	type = value->is_map_value ? behind(text, "map=", ",)") :
	       !pointer		   ? kfg_span_of(text.at, 0) :
				     behind(text, kfg_span_find(text, "_or_null_") ? "_or_null_" : "ptr_", "(");
	kfg_span_copy(type, value->type, sizeof(value->type));
}

/* "79) r1 = *(u64 *)(r6 +1312)" */
static bool is_load(struct kfg_span insn, unsigned *ret_to, unsigned *ret_from, long long *ret_offset)
{
	static const char begin[] = "79) r", between[] = " = *(u64 *)(r";
	const char *at = insn.at + sizeof(begin) - 1, *end = insn.at + insn.n;

	if (!kfg_span_starts(insn, begin) || end - at < (long)sizeof(between) + 4 || !kfg_span_is_digit(*at) ||
	    memcmp(at + 1, between, sizeof(between) - 1) != 0)
		return false;
	*ret_to = (unsigned)(*at - '0');
	at += sizeof(between);
	if (!kfg_span_is_digit(*at) || at[1] != ' ')
		return false;
	*ret_from = (unsigned)(*at - '0');
	at += 2;
	*ret_offset = read_number(at + (*at == '+'), end);
	return true;
}

/* What a load from there gives. */
static struct kfg_vlog_value read_from(const struct kfg_vlog_value *base, long long offset)
{
	struct kfg_vlog_value value = { .from = base->passed == KFG_VLOG_PASSED_CONTEXT ? KFG_VLOG_FROM_CONTEXT :
						base->is_map_value			? KFG_VLOG_FROM_MAP :
						base->type[0]				? KFG_VLOG_FROM_STRUCT :
											  KFG_VLOG_FROM_UNKNOWN };

	if (value.from == KFG_VLOG_FROM_UNKNOWN)
		return value;
	memcpy(value.from_name, base->type, sizeof(value.from_name));
	value.from_offset = base->offset + offset;
	return value;
}

/* What a call was given is asked for behind it; its result is there at once. */
static void note_call(struct kfg_vlog *v, struct kfg_span insn)
{
	v->values[0] = (struct kfg_vlog_value){ .from = KFG_VLOG_FROM_CALL };
	kfg_span_copy(behind(insn, "call ", "# "), v->values[0].from_name, sizeof(v->values[0].from_name));
	v->values_end = kfg_vlog_insn_writes(insn) & ~1u;
}

void kfg_vlog_value_note_insn(struct kfg_vlog *v, struct kfg_span insn)
{
	bool call = kfg_span_starts(insn, "85) call ");
	unsigned to, from, gone = v->values_end | (call ? 0 : kfg_vlog_insn_writes(insn));
	struct kfg_vlog_value value = { 0 };
	long long offset;
	bool sets = true;

	if (kfg_vlog_insn_copies(insn, &to, &from))
		value = v->values[from];
	else if (is_load(insn, &to, &from, &offset))
		value = read_from(&v->values[from], offset);
	else
		sets = false;
	v->values_end = 0;
	/* another function's registers follow */
	if (kfg_span_starts(insn, "95) exit") || kfg_span_starts(insn, "85) call pc"))
		gone = ~0u;
	for (unsigned reg = 0; reg < KFG_VLOG_REGISTERS; reg++)
		if (gone & 1u << reg)
			memset(&v->values[reg], 0, sizeof(v->values[reg]));
	if (sets)
		v->values[to] = value;
	if (call && !kfg_span_starts(insn, "85) call pc"))
		note_call(v, insn);
}

void kfg_vlog_value_forget(struct kfg_vlog *v)
{
	memset(v->values, 0, sizeof(v->values));
	v->values_end = 0;
}

/* "R1", "arg#0", "args#0" and "arg0" are in the first register; 0: none of those. */
static unsigned register_of(const char *arg)
{
	static const char *const from_zero[] = { "arg#", "args#", "arg" };

	if (arg[0] == 'R' && kfg_span_is_digit(arg[1]) && !arg[2])
		return (unsigned)(arg[1] - '0');
	for (size_t i = 0; i < sizeof(from_zero) / sizeof(from_zero[0]); i++) {
		const char *digit = arg + strlen(from_zero[i]);

		if (kfg_text_begins(arg, from_zero[i]) && kfg_span_is_digit(*digit))
			return (unsigned)(*digit - '0') + 1;
	}
	return 0;
}

void kfg_vlog_value_tell(const struct kfg_vlog *v, struct kfg_vlog_finding *f)
{
	unsigned reg = register_of(f->arg);
	const struct kfg_vlog_value *value = &v->values[reg];

	if (!v->is_kfunc_call || reg < 1 || reg > 5)
		return;
	f->passed = value->passed;
	f->passed_offset = value->offset;
	f->from = value->from;
	memcpy(f->from_name, value->from_name, sizeof(f->from_name));
	f->from_offset = value->from_offset;
}
