/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * advice_given.c - memory that a kfunc gave, or made on the stack, and that the program uses wrongly behind the call:
 * by loads and stores, or by handing it to a helper.
 */
#include "analysis/explain/advice_internal.h"

#include "base/text.h"
#include <string.h>

static bool is_element(const struct kfg_advice_known *k)
{
	return kfg_text_begins(k->name, "bpf_iter_") && kfg_text_ends(k->name, "_next");
}

static bool is_slice(const struct kfg_advice_known *k)
{
	return kfg_text_begins(k->name, "bpf_dynptr_slice");
}

/* What lies in a list or tree, as the kfunc put it there. */
static bool is_put(const struct kfg_advice_known *k)
{
	return kfg_text_begins(k->name, "bpf_rbtree_add") || kfg_text_begins(k->name, "bpf_list_push_") ||
	       kfg_text_begins(k->name, "bpf_list_add");
}

/* "The result of NAME() (instruction 17)" */
static void say_result(const struct kfg_advice_known *k, struct kfg_strbuf *out)
{
	kfg_strbuf_printf(out,
			  is_put(k) ? "The object that %s() of instruction %lld put into a list or tree" :
				      "The result of %s() of instruction %lld",
			  k->name, k->f->from_insn);
}

/* What made it invalid, by the name of that call. */
static void on_ended(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	char by[4 * KFG_VLOG_NAME_MAX];
	const struct kfg_vlog_finding *f = k->f;

	kfg_text_clean(f->ended_by, sizeof(f->ended_by), by, sizeof(by));
	say_result(k, &a->what);
	if (is_slice(k) && !by[0]) {
		kfg_strbuf_printf(&a->what,
				  " is used after instruction %lld wrote over the dynptr. That ends each slice of it.",
				  f->ended_insn);
		kfg_strbuf_adds(&a->todo, "Do not write over a dynptr whose slices are still used.");
		return;
	}
	kfg_strbuf_printf(&a->what, " is used after %s%s of instruction %lld", by[0] ? by : "the call",
			  by[0] ? "()" : "", f->ended_insn);
	if (is_slice(k)) {
		kfg_strbuf_adds(&a->what, ", which may change the packet. That ends each slice of it.");
		kfg_strbuf_printf(&a->todo,
				  "Call %s() again behind that, test the result, and use the new pointer. Or copy what "
				  "is needed before.",
				  k->name);
	} else if (is_element(k)) {
		kfg_strbuf_adds(&a->what, ". The element is the iterator's, and ends with it.");
		kfg_strbuf_adds(&a->todo, "Use the element before the iterator is destroyed. To keep it longer, copy "
					  "what is needed, or take a reference of your own (bpf_task_acquire(), "
					  "bpf_cgroup_acquire()).");
	} else if (strcmp(by, "bpf_kptr_xchg") == 0) {
		kfg_strbuf_adds(&a->what, ", which moved it into a map. It is not the program's any more.");
		kfg_strbuf_adds(&a->todo, "Use it before it is stored, or take a second reference first.");
	} else if (strstr(by, "spin_unlock")) {
		kfg_strbuf_adds(&a->what, ". What lies in a list or tree is the program's under its lock only.");
		kfg_strbuf_adds(&a->todo, "Use it before the unlock. To keep it, take a reference before "
					  "(bpf_refcount_acquire()), or take it out of the list or tree.");
	} else {
		kfg_strbuf_adds(&a->what, ", which gave it back. It is not the program's any more.");
		kfg_strbuf_adds(&a->todo, "Give it back behind its last use.");
	}
}

/* "mem_size=4 off=0 size=8": bounds of the memory. False: the message does not tell. */
static bool say_bounds(const struct kfg_advice_known *k, struct kfg_strbuf *out)
{
	static const char *const patterns[] = { "mem_size={n} off=", " off={n} size=", " size={n}" };
	struct kfg_vlog_message_match m[3];

	for (size_t i = 0; i < 3; i++)
		if (!kfg_vlog_message_match(patterns[i], k->f->message, strlen(k->f->message), &m[i]))
			return false;
	kfg_strbuf_printf(out, " has %lld bytes, and the program accesses %lld at offset %lld.", m[0].number,
			  m[2].number, m[1].number);
	return true;
}

static void on_bounds(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	say_result(k, &a->what);
	if (!say_bounds(k, &a->what))
		kfg_strbuf_adds(&a->what, " has a size that the verifier knows, and the program may access memory "
					  "outside of it.");
	if (strcmp(k->name, "bpf_iter_num_next") == 0)
		kfg_strbuf_adds(&a->todo, "The element is an int: read it as one (4 bytes, int *).");
	else if (is_slice(k))
		kfg_strbuf_printf(&a->todo,
				  "Stay within the length that %s() was called with (its last argument, a constant), "
				  "or ask for more; its buffer has to be as long.",
				  k->name);
	else
		kfg_strbuf_adds(&a->todo, "Stay within it: test a variable offset right before it is used, by its "
					  "lower and its upper bound.");
}

static void on_write(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	say_result(k, &a->what);
	kfg_strbuf_adds(&a->what, " may only be read, and the program writes to it.");
	if (is_slice(k))
		kfg_strbuf_adds(&a->todo, "Use bpf_dynptr_slice_rdwr(), in a program that may write packets, or "
					  "bpf_dynptr_write().");
	else
		kfg_strbuf_adds(&a->todo, "Write to a copy of it.");
}

/* It lies on the stack of the program. */
static void on_object(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	bool write = !strstr(k->f->message, "read from stack");
	const char *how = write ? "writes to it" : "reads it";

	if (kfg_text_begins(k->name, "bpf_iter_")) {
		kfg_strbuf_printf(
			&a->what,
			"The memory is an iterator that %s() made on the stack, and the program %s. It is the "
			"kernel's, though it lies on the stack of the program.",
			k->name, how);
		kfg_strbuf_printf(&a->todo, "Pass its address to bpf_iter_ kfuncs only. Elements come from %.*snext().",
				  (int)(strlen(k->name) - strlen("new")), k->name);
	} else if (kfg_text_begins(k->name, "bpf_dynptr_")) {
		kfg_strbuf_printf(&a->what,
				  "The memory is a dynptr that %s() made on the stack, and the program %s. It is the "
				  "kernel's, though it lies on the stack of the program.",
				  k->name, how);
		kfg_strbuf_adds(&a->todo, "Pass its address to helpers and kfuncs of dynptrs only: bpf_dynptr_read(), "
					  "bpf_dynptr_slice() and bpf_dynptr_size() say what it points to.");
	} else {
		kfg_strbuf_printf(&a->what,
				  "The memory is the flag that %s() saved on the stack, and the program %s. What is in "
				  "it is the kernel's.",
				  k->name, how);
		kfg_strbuf_adds(&a->todo, "Pass its address to the kfunc that restores it, and to nothing else.");
	}
}

static void on_rcu(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	kfg_strbuf_printf(&a->what,
			  "RCU protected the pointer that is passed, until %s() of instruction %lld. Behind that, "
			  "the verifier does not trust it.",
			  k->name, k->f->ended_insn);
	kfg_strbuf_adds(&a->todo, "Make the call before the unlock. To keep the object longer, take a reference of "
				  "your own before (bpf_task_acquire(), bpf_cgroup_acquire()), and test the result.");
}

void kfg_advice_on_given(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	a->what.size = 0;
	if (k->f->from_insn < 0 && k->f->ended_insn >= 0)
		on_rcu(k, a);
	else if (k->f->from_insn < 0)
		on_object(k, a);
	else if (k->f->ended_insn >= 0)
		on_ended(k, a);
	else if (strstr(k->f->message, "cannot write into"))
		on_write(k, a);
	else
		on_bounds(k, a);
}
