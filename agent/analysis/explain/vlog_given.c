/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vlog_given.c - what kfuncs gave to the program: results that registers and slots of the stack hold, and iterators,
 * dynptrs and flags on the stack. A result is followed from its call through copies, over the stack, and to where a
 * branch goes on ("from 19 to 37: ..."). What ends it (a change of the packet, its release, the iterator's end) turns
 * it into a scalar wherever it is (clear_all_pkt_pointers(), release_reference(), verifier.c 6.4 to 7.3). What a call
 * puts into a list or tree is the program's until the lock is given back (ref_convert_owning_non_owning(),
 * invalidate_non_owning_refs(), 6.3 to 7.3).
 */
#include "analysis/explain/vlog_internal.h"

#include "analysis/lifecycle/kfunc_data.h"
#include "base/text.h"
#include <ctype.h>
#include <stdio.h>

#define STACK_MAX 512
#define DYNPTR_BYTES 16

/* Helpers and kfuncs that change packets: bpf_helper_changes_pkt_data(), and bpf_dynptr_write() into one. */
static bool changes_packet(const char *call)
{
	static const char *const names[] = {
		"bpf_skb_vlan_push",	"bpf_skb_vlan_pop",    "bpf_skb_store_bytes",	  "bpf_skb_change_proto",
		"bpf_skb_change_head",	"bpf_skb_change_tail", "bpf_skb_adjust_room",	  "bpf_skb_pull_data",
		"bpf_clone_redirect",	"bpf_l3_csum_replace", "bpf_l4_csum_replace",	  "bpf_xdp_adjust_head",
		"bpf_xdp_adjust_meta",	"bpf_xdp_adjust_tail", "bpf_xdp_pull_data",	  "bpf_msg_pull_data",
		"bpf_msg_push_data",	"bpf_msg_pop_data",    "bpf_lwt_push_encap",	  "bpf_lwt_seg6_store_bytes",
		"bpf_lwt_seg6_action",	"bpf_store_hdr_opt",   "bpf_lwt_seg6_adjust_srh", "bpf_dynptr_write",
		"bpf_sk_skb_pull_data",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(call, names[i]) == 0)
			return true;
	return false;
}

static bool is_slice(const char *kfunc)
{
	return kfg_text_begins(kfunc, "bpf_dynptr_slice");
}

/* It puts its second argument into a list or a tree. */
static bool puts_in(const char *kfunc)
{
	return kfg_text_begins(kfunc, "bpf_rbtree_add") || kfg_text_begins(kfunc, "bpf_list_push_") ||
	       kfg_text_begins(kfunc, "bpf_list_add");
}

/* Of lists and trees: what is in them is the program's under their lock only. */
static bool is_of_lock(const char *kfunc, bool put)
{
	if (puts_in(kfunc) || put)
		return puts_in(kfunc) && put;
	return kfg_text_begins(kfunc, "bpf_list_") || kfg_text_begins(kfunc, "bpf_rbtree_") ||
	       kfg_text_begins(kfunc, "bpf_obj_new") || kfg_text_begins(kfunc, "bpf_refcount_acquire");
}

/* It gives a lock back: process_spin_lock(), the latter two since 6.15 */
static bool unlocks(const char *call)
{
	return strcmp(call, "bpf_spin_unlock") == 0 || strcmp(call, "bpf_res_spin_unlock") == 0 ||
	       strcmp(call, "bpf_res_spin_unlock_irqrestore") == 0;
}

/* The iterator's next, by its destroy. */
static bool is_next_of(const char *kfunc, const char *destroy)
{
	size_t n = strlen(destroy) - strlen("destroy");

	return strncmp(kfunc, destroy, n) == 0 && strcmp(kfunc + n, "next") == 0;
}

/* The kfunc whose result that is; NULL: none's. */
static const struct kfg_vlog_call *caller_of(const struct kfg_vlog *v, const struct kfg_vlog_given *given)
{
	const struct kfg_vlog_call *call = given->call ? &v->calls[(unsigned)(given->call - 1) % KFG_VLOG_CALLS] : NULL;

	return call && call->log == v->log && call->insn == given->call - 1 && call->name[0] ? call : NULL;
}

/* Which results a call ends. */
struct ending {
	const char *name;
	int call; /* that call's; 0: by what the name says */
};

static bool is_ended(const struct kfg_vlog *v, const struct kfg_vlog_given *given, const struct ending *ending)
{
	const struct kfg_vlog_call *call = caller_of(v, given);

	if (!call || given->ended)
		return false;
	if (ending->call)
		return given->call == ending->call;
	if (changes_packet(ending->name) || !ending->name[0])
		return is_slice(call->name);
	if (unlocks(ending->name))
		return is_of_lock(call->name, given->put);
	return kfg_text_ends(ending->name, "_destroy") && is_next_of(call->name, ending->name);
}

static void end_all(struct kfg_vlog *v, const struct ending *ending)
{
	struct kfg_vlog_ending *e = &v->endings[(unsigned)v->insn % KFG_VLOG_ENDINGS];
	struct kfg_vlog_given *all = v->given.all;
	bool used = false;

	for (size_t i = 0; i < KFG_VLOG_GIVENS; i++) {
		if (!is_ended(v, &all[i], ending))
			continue;
		all[i].ended = (int)v->insn + 1;
		used = true;
	}
	if (!used)
		return;
	*e = (struct kfg_vlog_ending){ .log = v->log, .insn = v->insn };
	kfg_span_copy(kfg_span_of(ending->name, strlen(ending->name)), e->name, sizeof(e->name));
}

static struct kfg_vlog_given *in_register(struct kfg_vlog *v, unsigned reg)
{
	return &v->given.all[reg];
}

/* The slot of the stack at that offset, NULL: it is not the beginning of one. */
static struct kfg_vlog_given *in_slot(struct kfg_vlog *v, long long offset)
{
	return offset < 0 && offset >= -STACK_MAX && offset % 8 == 0 ?
		       &v->given.all[KFG_VLOG_REGISTERS + (size_t)(-offset / 8 - 1)] :
		       NULL;
}

/* Slots that n bytes at that offset lie in, or where nothing is known of them. */
static void forget_slots(struct kfg_vlog *v, long long offset, long long n)
{
	for (long long at = -STACK_MAX; at < 0; at += 8)
		if (at < offset + n && at + 8 > offset)
			memset(in_slot(v, at), 0, sizeof(struct kfg_vlog_given));
}

static void forget_all(struct kfg_vlog *v)
{
	memset(&v->given, 0, sizeof(v->given));
	memset(v->stack_known, 0, sizeof(v->stack_known));
	memset(v->objects, 0, sizeof(v->objects));
	v->put = 0;
}

void kfg_vlog_given_forget(struct kfg_vlog *v)
{
	forget_all(v);
	v->accessed = (struct kfg_vlog_access){ 0 };
	v->rcu_left = -1;
}

static const struct kfg_vlog_object *object_at(const struct kfg_vlog *v, long long from, long long to)
{
	for (size_t i = 0; i < KFG_VLOG_OBJECTS; i++)
		if (v->objects[i].name[0] && v->objects[i].from < to && v->objects[i].to > from)
			return &v->objects[i];
	return NULL;
}

static void forget_objects(struct kfg_vlog *v, const char *begin, const char *end)
{
	for (size_t i = 0; i < KFG_VLOG_OBJECTS; i++)
		if (kfg_text_begins(v->objects[i].name, begin) && (!end[0] || kfg_text_ends(v->objects[i].name, end)))
			v->objects[i].name[0] = '\0';
}

/* Bytes of an iterator, by the kfunc that starts it: tools/testing/selftests/bpf/bpf_experimental.h, vmlinux.h */
static long long iterator_bytes(const char *kfunc)
{
	static const struct {
		const char *name;
		long long bytes;
	} long_ones[] = {
		{ "bpf_iter_bits_new", 16 },
		{ "bpf_iter_task_new", 24 },
		{ "bpf_iter_css_new", 24 },
		{ "bpf_iter_scx_dsq_new", 48 },
	};

	for (size_t i = 0; i < sizeof(long_ones) / sizeof(long_ones[0]); i++)
		if (strcmp(kfunc, long_ones[i].name) == 0)
			return long_ones[i].bytes;
	return 8;
}

/* Who makes a dynptr of that type; NULL: a helper. */
static const char *maker_of_dynptr(struct kfg_span type)
{
	static const struct {
		const char *type, *kfunc;
	} makers[] = {
		{ "skb_meta", "bpf_dynptr_from_skb_meta" },
		{ "skb", "bpf_dynptr_from_skb" },
		{ "xdp", "bpf_dynptr_from_xdp" },
		{ "file", "bpf_dynptr_from_file" },
	};

	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++)
		if (type.n == strlen(makers[i].type) && kfg_span_starts(type, makers[i].type))
			return makers[i].kfunc;
	return NULL;
}

static bool is_called(const struct kfg_vlog *v, const char *kfunc)
{
	return v->is_kfunc_call && strcmp(v->name, kfunc) == 0;
}

/* What a state of the stack says lies there: "iter_num(...)", "dynptr_skb(...)", "ffffffff". False: nothing of that. */
static bool find_object(const struct kfg_vlog *v, struct kfg_span state, struct kfg_vlog_object *o)
{
	static const char iter[] = "iter_", dynptr[] = "dynptr_";
	const char *open = memchr(state.at, '(', state.n);
	struct kfg_span type = kfg_span_of(state.at, open ? (size_t)(open - state.at) : state.n);
	const char *maker;

	if (kfg_span_starts(type, iter) && type.n > sizeof(iter) - 1) {
		(void)snprintf(o->name, sizeof(o->name), "bpf_%.*s_new", (int)type.n, type.at);
		o->to = o->from + iterator_bytes(o->name);
		return true;
	}
	if (kfg_span_starts(type, dynptr)) {
		type = kfg_span_of(type.at + sizeof(dynptr) - 1, type.n - (sizeof(dynptr) - 1));
		maker = is_called(v, "bpf_dynptr_clone") ? v->name : maker_of_dynptr(type);
		o->to = o->from + DYNPTR_BYTES;
	} else {
		maker = type.n == 8 && memcmp(type.at, "ffffffff", 8) == 0 ? "bpf_local_irq_save" : NULL;
		if (maker && is_called(v, "bpf_res_spin_lock_irqsave"))
			maker = v->name;
		o->to = o->from + 8;
	}
	if (maker)
		kfg_span_copy(kfg_span_of(maker, strlen(maker)), o->name, sizeof(o->name));
	return maker;
}

static void keep_object(struct kfg_vlog *v, const struct kfg_vlog_object *o)
{
	size_t at = KFG_VLOG_OBJECTS;

	for (size_t i = 0; i < KFG_VLOG_OBJECTS; i++) {
		if (v->objects[i].name[0] && v->objects[i].from == o->from) {
			/* who made it was seen; what a call does to it later is printed likewise */
			if (v->objects[i].to != o->to)
				v->objects[i] = *o;
			return;
		}
		if (!v->objects[i].name[0])
			at = i;
	}
	if (at < KFG_VLOG_OBJECTS)
		v->objects[at] = *o;
}

/* "fp-16_w=iter_num(ref_id=1,...)" in a line of states */
static void note_stack(struct kfg_vlog *v, struct kfg_span line)
{
	const char *end = line.at + line.n, *at = line.at;

	while ((at = memmem(at, (size_t)(end - at), "fp-", 3))) {
		struct kfg_vlog_object o = { 0 };
		const char *from = at, *to;

		for (at += 3; at < end && kfg_span_is_digit(*at) && o.from > -STACK_MAX; at++)
			o.from = o.from * 10 - (*at - '0');
		while (at < end && (*at == '_' || islower((unsigned char)*at)))
			at++;
		if (at == end || *at++ != '=' || !o.from || (from > line.at && from[-1] != ' '))
			continue;
		for (to = at; to < end && *to != ' '; to++)
			;
		if (find_object(v, kfg_span_of(at, (size_t)(to - at)), &o))
			keep_object(v, &o);
		else
			for (size_t i = 0; i < KFG_VLOG_OBJECTS; i++)
				if (v->objects[i].from == o.from)
					v->objects[i].name[0] = '\0';
	}
}

void kfg_vlog_given_note_state(struct kfg_vlog *v, unsigned reg, struct kfg_span value)
{
	const char *at = value.at + 2, *end = value.at + value.n;
	int offset = 0;

	/* where the log does not show that it is the object that was put */
	if (v->put && kfg_span_find(value, "non_own_ref") && !caller_of(v, in_register(v, reg)))
		*in_register(v, reg) = (struct kfg_vlog_given){ .call = v->put, .put = true };
	v->stack_known[reg] = false;
	if (!kfg_span_starts(value, "fp") || (at < end && *at != '-' && *at != '0'))
		return;
	for (at += at < end && *at == '-'; at < end && kfg_span_is_digit(*at) && offset > -STACK_MAX; at++)
		offset = offset * 10 - (*at - '0');
	v->stack_known[reg] = at == end;
	v->stack_offset[reg] = offset;
}

void kfg_vlog_given_note_line(struct kfg_vlog *v, struct kfg_span line)
{
	struct kfg_vlog_message_match m;

	if (kfg_span_starts(line, "from ")) {
		const struct kfg_vlog_given_branch *b = NULL;

		forget_all(v);
		if (kfg_vlog_message_match("from {n} to ", line.at, line.n, &m) && m.begin == line.at && m.number >= 0)
			b = &v->given_branches[m.number % KFG_VLOG_CALLS];
		if (b && b->log == v->log && b->insn == m.number)
			v->given = b->given;
	} else if (kfg_span_starts(line, "to caller at") || kfg_span_starts(line, "callee:")) {
		forget_all(v);
	}
	note_stack(v, line);
}

/* The number that ends before at; 0: none does. */
static int number_before(const char *start, const char *at)
{
	int n = 0;

	for (int scale = 1; at > start && kfg_span_is_digit(at[-1]) && scale < 10000; scale *= 10)
		n += (*--at - '0') * scale;
	return n;
}

/* "*(u64 *)(r10 -8)" */
static bool find_access(const struct kfg_vlog *v, struct kfg_span insn, struct kfg_vlog_access *ret)
{
	static const char base[] = " *)(r";
	const char *at = kfg_span_find(insn, base), *equals = kfg_span_find(insn, " = ");
	const char *states = kfg_span_find(insn, ";"), *end = insn.at + insn.n, *s;
	unsigned reg = 0;
	int offset = 0;

	if (!at || (states && states < at))
		return false;
	for (s = at + sizeof(base) - 1; s < end && kfg_span_is_digit(*s) && reg < KFG_VLOG_REGISTERS; s++)
		reg = reg * 10 + (unsigned)(*s - '0');
	if (reg >= KFG_VLOG_REGISTERS || end - s < 3 || *s != ' ')
		return false;
	for (const char *digit = s + 2; digit < end && kfg_span_is_digit(*digit) && offset < 100000; digit++)
		offset = offset * 10 + (*digit - '0');
	*ret = (struct kfg_vlog_access){ .is = true, .reg = reg, .given = v->given.all[reg] };
	ret->bytes = number_before(insn.at, at) / 8;
	ret->stores = !equals || at < equals;
	ret->on_stack = reg == 10 || v->stack_known[reg];
	ret->at = (s[1] == '-' ? -offset : offset) + (reg == 10 ? 0 : v->stack_offset[reg]);
	return true;
}

static void note_store(struct kfg_vlog *v, struct kfg_span insn, const struct kfg_vlog_access *a)
{
	const char *from = kfg_span_find(insn, " = r");
	struct kfg_vlog_given *slot;
	const struct kfg_vlog_object *o;

	if (!a->on_stack)
		return;
	o = object_at(v, a->at, a->at + a->bytes);
	if (o && kfg_text_begins(o->name, "bpf_dynptr_"))
		end_all(v, &(struct ending){ "", 0 });
	forget_slots(v, a->at, a->bytes);
	slot = in_slot(v, a->at);
	if (slot && kfg_span_starts(insn, "7b) ") && from && from + 4 < insn.at + insn.n && kfg_span_is_digit(from[4]))
		*slot = *in_register(v, (unsigned)(from[4] - '0'));
}

/* It is the program's no longer, but may still be used: wherever it is. */
static void note_put(struct kfg_vlog *v, const char *name)
{
	int object = in_register(v, 2)->call;

	if (unlocks(name))
		v->put = 0;
	if (!v->is_kfunc_call || !puts_in(name) || v->insn >= 1 << 30)
		return;
	v->put = (int)v->insn + 1;
	for (size_t i = 0; object && i < KFG_VLOG_GIVENS; i++)
		if (v->given.all[i].call == object && !v->given.all[i].ended)
			v->given.all[i] = (struct kfg_vlog_given){ .call = v->put, .put = true };
}

/* What a call ends: of what a kfunc gave, or of what the first (or second) argument holds. */
static void note_call(struct kfg_vlog *v, struct kfg_span insn)
{
	struct kfg_vlog_message_match m;
	char name[KFG_VLOG_NAME_MAX] = "";
	int first = in_register(v, 1)->call, second = in_register(v, 2)->call;

	if (kfg_vlog_message_match("call {k}#{n}", insn.at, insn.n, &m))
		kfg_span_copy(m.kfunc, name, sizeof(name));
	if (strcmp(name, "bpf_kptr_xchg") == 0 && second)
		end_all(v, &(struct ending){ name, second });
	else if (v->is_kfunc_call && first && kfg_kfunc_gives_back(name))
		end_all(v, &(struct ending){ name, first });
	else if (name[0])
		end_all(v, &(struct ending){ name, 0 });
	note_put(v, name);
	if (strcmp(name, "bpf_rcu_read_unlock") == 0)
		v->rcu_left = v->insn;
	if (kfg_text_begins(name, "bpf_iter_") && kfg_text_ends(name, "_destroy")) {
		char iter[KFG_VLOG_NAME_MAX];

		(void)snprintf(iter, sizeof(iter), "%.*s", (int)(strlen(name) - strlen("destroy")), name);
		forget_objects(v, iter, "_new");
	} else if (strcmp(name, "bpf_local_irq_restore") == 0 || strcmp(name, "bpf_res_spin_unlock_irqrestore") == 0) {
		forget_objects(v, "bpf_local_irq_", "");
		forget_objects(v, "bpf_res_spin_", "");
	} else if (strcmp(name, "bpf_dynptr_file_discard") == 0) {
		forget_objects(v, "bpf_dynptr_from_file", "");
	}
	for (unsigned reg = 0; reg < 6; reg++) {
		memset(in_register(v, reg), 0, sizeof(struct kfg_vlog_given));
		v->stack_known[reg] = false;
	}
	if (v->is_kfunc_call && v->name[0] && v->insn < 1 << 30)
		in_register(v, 0)->call = (int)v->insn + 1;
}

/* "07) r1 += 4", "0f) r1 += r2": a pointer is still of the same call. */
static bool moves(struct kfg_span insn, unsigned *ret_by)
{
	*ret_by = KFG_VLOG_REGISTERS;
	if (kfg_span_starts(insn, "07) r") || kfg_span_starts(insn, "17) r"))
		return true;
	if (!kfg_span_starts(insn, "0f) r") || insn.n < 12 || !kfg_span_is_digit(insn.at[11]))
		return false;
	*ret_by = (unsigned)(insn.at[11] - '0');
	return true;
}

static void note_written(struct kfg_vlog *v, struct kfg_span insn, const struct kfg_vlog_access *a)
{
	unsigned written = kfg_vlog_insn_writes(insn), to, from, by;
	struct kfg_vlog_given value = { 0 };
	const struct kfg_vlog_given *slot = a->is && !a->stores && a->on_stack ? in_slot(v, a->at) : NULL;

	if (kfg_vlog_insn_copies(insn, &to, &from))
		value = *in_register(v, from);
	else if (slot && kfg_span_starts(insn, "79) r"))
		value = *slot;
	else if (written && moves(insn, &by))
		value = v->given.all[__builtin_ctz(written)].call || by == KFG_VLOG_REGISTERS ?
				v->given.all[__builtin_ctz(written)] :
				*in_register(v, by);
	for (unsigned reg = 0; reg < KFG_VLOG_REGISTERS; reg++) {
		if (!(written & 1u << reg))
			continue;
		*in_register(v, reg) = value;
		v->stack_known[reg] = false;
	}
}

void kfg_vlog_given_note_insn(struct kfg_vlog *v, struct kfg_span insn)
{
	struct kfg_vlog_given_branch *b = &v->given_branches[(unsigned long long)v->insn % KFG_VLOG_CALLS];

	v->accessed = (struct kfg_vlog_access){ 0 };
	if (kfg_span_starts(insn, "95) exit") || kfg_span_starts(insn, "85) call pc")) {
		forget_all(v);
	} else if (kfg_span_starts(insn, "85) call ")) {
		note_call(v, insn);
	} else if (find_access(v, insn, &v->accessed) && v->accessed.stores) {
		note_store(v, insn, &v->accessed);
	} else {
		note_written(v, insn, &v->accessed);
	}
	b->log = v->log;
	b->insn = v->insn;
	b->given = v->given;
	note_stack(v, insn);
}

static void tell_result(const struct kfg_vlog *v, const struct kfg_vlog_call *call, struct kfg_vlog_finding *f)
{
	const int ended = v->accessed.given.ended;
	const struct kfg_vlog_ending *e = &v->endings[(unsigned)(ended - 1) % KFG_VLOG_ENDINGS];

	memcpy(f->symbol, call->name, sizeof(f->symbol));
	f->from_insn = call->insn;
	f->ended_insn = -1;
	if (!ended)
		return;
	f->ended_insn = ended - 1;
	if (e->log == v->log && e->insn == ended - 1)
		memcpy(f->ended_by, e->name, sizeof(f->ended_by));
}

/* "off -24+0 size 8", which also a register may stand before */
static const struct kfg_vlog_object *find_read(const struct kfg_vlog *v, struct kfg_span line)
{
	const char *at = kfg_span_find(line, " off "), *end = line.at + line.n;
	long long n[2] = { 0 };
	bool minus;

	if (!at)
		return NULL;
	at += 5;
	minus = at < end && *at == '-';
	for (size_t i = 0, skip = minus; i < 2; i++, skip = 1)
		for (at += skip; at < end && kfg_span_is_digit(*at) && n[i] < 100000; at++)
			n[i] = n[i] * 10 + (*at - '0');
	n[0] = minus ? -n[0] : n[0];
	return object_at(v, n[0] + n[1], n[0] + n[1] + 1);
}

static const struct kfg_vlog_object *find_told_object(const struct kfg_vlog *v, struct kfg_span line)
{
	struct kfg_vlog_message_match m;

	if (kfg_span_find(line, "read from stack "))
		return find_read(v, line);
	if (kfg_vlog_message_match("write to dynptr at off={n}", line.at, line.n, &m))
		return object_at(v, m.number, m.number + 1);
	return v->accessed.is && v->accessed.stores && v->accessed.on_stack ?
		       object_at(v, v->accessed.at, v->accessed.at + v->accessed.bytes) :
		       NULL;
}

/* A helper was called with what RCU protected, behind the end of that: check_kfunc_call(), 6.3 to 7.3. */
static bool tell_rcu(const struct kfg_vlog *v, struct kfg_span line, struct kfg_span arg, struct kfg_vlog_finding *f)
{
	const struct kfg_vlog_value *value;

	if (v->rcu_left < 0 || arg.n != 2 || !kfg_span_is_digit(arg.at[1]) ||
	    !kfg_span_find(line, " type=untrusted_ptr_"))
		return false;
	value = &v->values[arg.at[1] - '0'];
	if (value->passed != KFG_VLOG_PASSED_RCU && value->passed != KFG_VLOG_PASSED_RCU_LEFT)
		return false;
	(void)snprintf(f->symbol, sizeof(f->symbol), "bpf_rcu_read_unlock");
	f->from_insn = -1;
	f->ended_insn = v->rcu_left;
	return true;
}

bool kfg_vlog_given_tell(const struct kfg_vlog *v, struct kfg_span line, struct kfg_span arg,
			 struct kfg_vlog_finding *f)
{
	const struct kfg_vlog_call *call = v->accessed.is ? caller_of(v, &v->accessed.given) : NULL;
	const struct kfg_vlog_object *o;
	bool scalar = kfg_span_find(line, " invalid mem access 'scalar'");

	f->kind = KFG_VLOG_GIVEN;
	if (kfg_span_find(line, " type="))
		return tell_rcu(v, line, arg, f);
	if (kfg_span_find(line, " stack ") || kfg_span_find(line, "dynptr")) {
		o = find_told_object(v, line);
		if (!o)
			return false;
		memcpy(f->symbol, o->name, sizeof(f->symbol));
		f->from_insn = f->ended_insn = -1;
		return true;
	}
	/* what the verifier says of another register is about something else */
	if (!call || (arg.n && (arg.n != 2 || (unsigned)(arg.at[1] - '0') != v->accessed.reg)) ||
	    scalar != (v->accessed.given.ended != 0) || (!scalar && kfg_span_find(line, " invalid mem access ")))
		return false;
	tell_result(v, call, f);
	return true;
}
