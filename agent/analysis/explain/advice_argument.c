/* SPDX-License-Identifier: GPL-2.0-or-later */
/* advice_argument.c - what an argument should have been, by what the verifier says of it. */
#include "analysis/explain/advice_internal.h"

#include "base/text.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char removed[] =
	"Pass the node as bpf_rbtree_first() (since Linux 6.16 bpf_rbtree_root(), _left() and _right(), too) gave "
	"it, or as bpf_rbtree_add() left it, and while the same bpf_spin_lock is held: bpf_spin_unlock() ends such a "
	"pointer. Since 6.16 a reference that the program owns does, too, where the node has a bpf_refcount.";
static const char object[] =
	"Pass a reference that the program owns: what bpf_obj_new(), bpf_refcount_acquire(), bpf_kptr_xchg() or taking "
	"it out of a list or tree returned. Once it was dropped, added or exchanged away it is not the program's any "
	"more; what is in a map is taken out by bpf_kptr_xchg() first.";

static const char local_type[] =
	"Pass bpf_core_type_id_local(struct x) of a struct that the program defines, as the macros bpf_obj_new() and "
	"bpf_percpu_obj_new() of bpf_experimental.h do, and compile with BTF (-g).";
static const char as_got[] = "Pass the pointer as it was got: no offset, positive, negative or variable, goes with it.";
static const char one_lock[] =
	"The value of the map has to be a struct, named by __type(value, struct x), and the lock exactly one member "
	"of it (struct bpf_spin_lock, or struct bpf_res_spin_lock where that is taken).";

static const char constant_length[] =
	"Pass memory that the verifier knows, and for its length a constant: a literal or sizeof(), no larger than "
	"that memory. A length that is only bounded does not do for this kfunc.";

/* The first whose part is in the message counts. */
static const struct {
	const char *part, *what, *todo;
} rules[] = {
	/* check_special_kfunc() */
	{ "requires prog BTF", " The kfunc finds the struct in the program's BTF, and there is none.",
	  "Compile with BTF (-g), and do not strip .BTF." },
	{ "bpf_obj_new/bpf_percpu_obj_new type ID", "", local_type },
	{ "local type ID", "", local_type },
	{ "bpf_percpu_obj_new type size", " The struct is too large for an object of each CPU.",
	  "Use a struct that is no larger than the message allows." },
	{ "bpf_percpu_obj_new type ID", " An object of each CPU holds numbers only.",
	  "Use a struct without pointers, locks, timers, and heads and nodes of lists and trees." },
	{ "bpf_rdonly_cast type ID", "",
	  "Pass bpf_core_type_id_kernel(struct x) of a struct of the kernel, as bpf_core_cast() does." },
	{ "passed to kfunc bpf_rdonly_cast", " This kernel has no such type.",
	  "Pass bpf_core_type_id_kernel(struct x) of a struct of the kernel, as bpf_core_cast() does, and only where "
	  "bpf_core_type_exists() says that it is there." },
	{ "must be non-owning ref", "", removed },
	{ "can only take non-owning", "", removed },
	/* process_kptr_func(), process_spin_lock(), 6.1 btf_check_func_arg_match() */
	{ "referenced kptr", "",
	  "Declare the member in the map's value as one that holds a reference: __kptr, which is __kptr_ref before "
	  "Linux 6.4." },
	{ "has no valid kptr", "",
	  "Declare a member of the map's value as a pointer with __kptr, and pass the address of that member." },
	{ "doesn't point to kptr", "", "Pass the address of the very member that is declared __kptr (&value->ptr)." },
	{ "repeating kptr", "", "Write one tag at each pointer: __kptr." },
	{ "has more than one 'struct ", "", one_lock },
	{ "has more than ", "", "Leave fewer kptrs in the map's value: the message says how many there may be." },
	{ "has to have BTF in order to use", "",
	  "Define the map in SEC(\".maps\") with __type(value, struct x), and compile with BTF (-g): the kernel looks "
	  "for the member in the value's type." },
	{ "has no valid bpf_", "", one_lock },
	{ "doesn't have 'struct ", "", one_lock },
	{ "lock is mangled", "", one_lock },
	{ "map pointer", "",
	  "Pass the address of the map itself (&map). For a timer, a bpf_wq or a bpf_task_work it is the very map in "
	  "whose value, as bpf_map_lookup_elem() returned it, that lies." },
	{ "doesn't point to 'struct ", "",
	  "Pass the address of that very member (&value->member), without an offset; it lies in a map's value, or in "
	  "an object of the program." },
	{ "constant offset", "", "Pass an address at a constant offset: an index that varies does not do." },
	{ "overwrite referenced dynptr", " There is a dynptr already that holds memory.",
	  "Give that back first (bpf_ringbuf_submit_dynptr(), bpf_ringbuf_discard_dynptr(), "
	  "bpf_dynptr_file_discard()), or make the new dynptr in another variable." },
	{ "has to be an uninitialized dynptr", " The kfunc makes a dynptr there.",
	  "Pass the address of a struct bpf_dynptr on the stack that is the program's own variable and not in use; "
	  "not a map's value, not a part of it, and none that the kernel passed to a callback." },
	{ "!read_ok",
	  " The register was not set on this path: the call has more arguments than the program passes, or one "
	  "is not initialized.",
	  "Initialize the argument on every path; compare the declaration with the kernel's." },
	{ "zero offset", "", "Pass the pointer as it was got, not a member of what it points to." },
	{ "known constant", "",
	  "Pass a constant that the verifier knows: a literal, or a global const volatile that the "
	  "loader set." },
	{ "not a const", "",
	  "Pass a constant that the verifier knows: a literal, or a global const volatile that the loader "
	  "set." },
	{ "is not a scalar", "", "Pass a number, not a pointer, and initialize it on every path." },
	{ "not a pointer to arena", "", "Pass a pointer into the arena, or a number." },
	{ "memory, len pair",
	  " Not all of what the pointer and the length say is memory that the kfunc may use: it is too small, or not "
	  "initialized on the stack, or no memory that the verifier knows.",
	  "Pass the stack, a map value or other memory that the verifier knows, with a length that it can bound; a "
	  "buffer on the stack has to be initialized as a whole before the call (= {} does)." },
	{ "must point to", " A pointer of another kind, NULL or a number was passed where the kfunc wants that type.",
	  "Pass a pointer of the type in the message: the kernel's own object where it is a struct of the kernel, "
	  "else the "
	  "stack or a map value." },
	{ "uninitialized irq flag", " The flag holds a saved state already.",
	  "Restore that first, or save into another variable: each save needs a flag of its own on the stack (unsigned "
	  "long)." },
	{ "an initialized irq flag",
	  " Nothing is saved in that flag: it was not saved, was restored already, or was written over.",
	  "Save into it first, on every path (bpf_local_irq_save(&flags), bpf_res_spin_lock_irqsave()), do not write "
	  "to that variable, and restore it once, from the same one." },
	{ "irq flag", "",
	  "Keep the flag on the stack, and restore it by the kfunc that belongs to the one that saved it." },
	{ "uninitialized iter_", " An iterator was started there already, and not destroyed.",
	  "Destroy that first, or start the new one in another variable: bpf_for_each() has one of its own." },
	{ "an initialized iter_",
	  " No iterator is started there: new was not called on this path, it was destroyed already, or the "
	  "program wrote to its variable.",
	  "Keep the iterator on the stack, and call new, next and destroy in that order on every path; "
	  "bpf_for_each() does." },
	{ "iter", "",
	  "Keep the iterator on the stack, and call new, next and destroy in that order on every path; "
	  "bpf_for_each() does." },
	{ "ynptr", "",
	  "Pass the address of a dynptr on the stack that a constructor of the right kind has filled on every "
	  "path." },
	{ "pointer to func", " The kfunc calls back into the program.",
	  "Pass a function of the program, a static one, by its name." },
	{ "map value or allocated object", " Memory of another kind was passed.",
	  "Pass the address of a list head, a tree root or a lock that lies in a map's value (a global variable is "
	  "one), or in an object of bpf_obj_new()." },
	{ "allocated object must be referenced", "", object },
	{ "pointer to allocated object", " It is none of the program's own objects.", object },
	{ "pointer to map value", " Memory of another kind was passed.",
	  "Pass the address of a member of a map's value, as bpf_map_lookup_elem() returned it." },
	{ "pointer to ctx", " The kfunc wants the program's context.",
	  "Pass the context as the program got it, and declare "
	  "it with the context's type of this program type." },
	{ "expected pointer to STRUCT", " A pointer to another struct was passed than the kfunc takes.",
	  "Pass a pointer to the struct that is named first; a cast does not change what the verifier knows." },
	{ "owning ref", "", object },
	{ "doesn't point to a map value", "",
	  "Pass the address of a field of a map's value, as bpf_map_lookup_elem() returned it, and with it that "
	  "very map; an object on the stack or in another one does not do." },
	{ "access beyond ", " The pointer does not lead to the beginning of the object.",
	  "Pass the pointer as it was got, without an offset." },
	{ "type=", "", "Pass a pointer of one of the kinds that the message expects." },
	{ "bpf_refcount field", " Only objects that count their owners can have several.",
	  "Give the struct of the object a member struct bpf_refcount." },
	{ "const string", " The kfunc takes a constant string only.",
	  "Pass a string that lies in a read-only map, at a constant offset: a global const char x[] = \"...\"." },
	{ "expected for bpf_", " The object is of the other kind.",
	  "Call the one that the message names: bpf_percpu_obj_drop() for what bpf_percpu_obj_new() returned, and "
	  "bpf_obj_drop() for what bpf_obj_new() did." },
	/* __process_kf_arg_ptr_to_graph_root(), __process_kf_arg_ptr_to_graph_node() */
	{ " not found at offset=", "",
	  "Pass the address of the struct bpf_list_head or bpf_rb_root itself, which is declared with __contains()." },
	{ "operation on ", " The node is not of the kind that the list or tree was declared for.",
	  "Pass the address of the member that __contains() at the head or root names: __contains(item, node) takes "
	  "&item->node." },
	{ ", but expected ", " Another member than the node's was passed.",
	  "Pass the address of the member that __contains() at the head or root names: __contains(item, node) takes "
	  "&item->node." },
	{ "size cannot be determined", " The BTF of the kfunc's type says no size, as where a struct is only declared.",
	  "Pass a pointer to such an object as the kernel gave it; memory of the program cannot stand for it." },
	{ "exceeds u32 max", "", "Pass a size that fits into 32 bits." },
	{ "CONST_PTR_TO_", " The kernel passed that dynptr to the program, and keeps it.",
	  "Release only a dynptr that the program made." },
	{ "failed callback verification", " It is the callback that the verifier does not take.",
	  "Look at the function that is passed; the lines before this one may say more of it." },
	{ "dereference of modified", "", as_got },
	{ "access var_off=", "", as_got },
	{ "negative offset ", "", as_got },
	{ "invalid negative access", "", as_got },
	/* 6.1 btf_check_func_arg_match() */
	{ " not to stack", "", "Pass the address of a struct bpf_dynptr on the stack." },
	{ "must be valid and initialized", "",
	  "Pass the address of a dynptr on the stack that a constructor has filled on every path." },
	{ "unsupported dynamic pointer type", "", "Pass a dynptr that bpf_dynptr_from_mem() made." },
	{ "is not supported", " The kfunc takes memory there, and no object of the kernel.",
	  "Pass memory of the program: the stack, or a map's value." },
};

/*
 * "R3", "arg#2", "args#2" and "arg2" are the third argument of a call; 0: it is none of the five in registers, or
 * not known.
 * "arg #1" is the first one or the second: process_dynptr_func() and process_iter_arg() counted from 1 until 2025, and
 * from 0 since, also in stable kernels of 6.12.
 */
static int argument_number(const char *arg)
{
	static const char *const from_zero[] = { "arg#", "args#", "arg" };
	bool is_register = arg[0] == 'R' && isdigit((unsigned char)arg[1]);
	long n = is_register ? strtol(arg + 1, NULL, 10) : 0;

	for (size_t i = 0; i < sizeof(from_zero) / sizeof(from_zero[0]); i++)
		if (kfg_text_begins(arg, from_zero[i]) && isdigit((unsigned char)arg[strlen(from_zero[i])]))
			n = strtol(arg + strlen(from_zero[i]), NULL, 10) + 1;
	if (strcmp(arg, "arg #0") == 0)
		n = 1;
	return n > 0 && n <= 5 ? (int)n : 0;
}

/* "third"; n from 1 to 5 */
static const char *ordinal(int n)
{
	static const char *const words[] = { "first", "second", "third", "fourth", "fifth" };

	return words[n - 1];
}

/* The n-th parameter, from 1, as the kfunc's prototype has it; n 0: not known. */
static struct kfg_span parameter(const struct kfg_advice_known *k, int n)
{
	const struct kfg_kfunc_signature *s = kfg_kfunc_signature_find(k->name, k->release);
	const char *name = s ? strstr(s->prototype, k->name) : NULL, *at = name ? strchr(name, '(') : NULL;
	struct kfg_span found = { at, 0 };
	int depth = 0, i = 1;

	if (!at || n < 1)
		return found;
	for (found.at = ++at; *at && depth >= 0; at++) {
		depth += (*at == '(') - (*at == ')');
		if (depth > 0 || (depth == 0 && *at != ','))
			continue;
		if (i++ == n) {
			found.n = (size_t)(at - found.at);
			return found;
		}
		found.at = at + 1;
	}
	return found;
}

static bool ends_with(struct kfg_span s, const char *end)
{
	size_t n = strlen(end);

	return s.n >= n && memcmp(s.at + s.n - n, end, n) == 0;
}

/* A length that has to be a constant: is_kfunc_arg_const_mem_size(), 6.4 to 7.3. */
static bool is_constant_length(const struct kfg_advice_known *k, int n)
{
	return ends_with(parameter(k, n), "__szk");
}

static bool has_constant_length(const struct kfg_advice_known *k)
{
	bool has = false;

	for (int n = 1; n <= 5; n++)
		has |= is_constant_length(k, n);
	return has;
}

/* Those that take an object of the program, by the beginning of its name. */
static bool takes_object(const char *kfunc)
{
	static const char *const names[] = { "bpf_obj_drop", "bpf_percpu_obj_drop", "bpf_refcount_acquire",
					     "bpf_list_push", "bpf_rbtree_add" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (kfg_text_begins(kfunc, names[i]))
			return true;
	return false;
}

static bool is_not_owned(const char *message)
{
	return strstr(message, "referenced") || strstr(message, "expects refcounted") ||
	       strstr(message, " is scalar expected ");
}

/* The number behind a word like "size=". False: it is not there. */
static bool find_number(const char *message, const char *word, long *ret)
{
	const char *at = strstr(message, word);

	if (!at)
		return false;
	*ret = strtol(at + strlen(word), NULL, 10);
	return true;
}

/*
 * A dynptr, an iterator or a flag on the stack that does not fit there, stack_slot_obj_get_spi(). At a multiple of 8
 * that is for want of room: the kernel's struct is larger than the program's.
 */
static void on_stack_offset(long offset, struct kfg_advice *a)
{
	if (offset % 8 != 0) {
		kfg_strbuf_adds(&a->what, " Its address on the stack is no multiple of 8.");
		kfg_strbuf_adds(&a->todo,
				"Pass the address of a variable of its own that has the kernel's type, not of "
				"a part of another one.");
		return;
	}
	kfg_strbuf_printf(&a->what, " The stack has %ld bytes from there on, and the kernel's struct is larger.",
			  -offset);
	kfg_strbuf_adds(&a->todo,
			"Compile the program with the struct of the kernel that it runs on: with the vmlinux.h "
			"of that kernel, or in the version that was made for it. Where the sizes agree, pass the "
			"address of the struct, not of a part of it.");
}

/*
 * "UNKNOWN" is void: the kfunc takes memory and no size with it, get_kfunc_ptr_arg_type(). Of the kernel's own kfuncs
 * each has one, so there the size is what is wrong.
 */
static void on_void(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	if (k->history) {
		kfg_strbuf_adds(&a->what, " The kfunc takes memory and its size, and the size is no number here.");
		kfg_strbuf_adds(&a->todo, "Pass a number for the argument behind it.");
		return;
	}
	a->blame = KFG_BLAME_KERNEL_BUILD;
	kfg_strbuf_adds(&a->what, " The kfunc takes a void pointer and no size with it, so no pointer can pass.");
	kfg_strbuf_adds(&a->todo,
			"Whoever wrote the kfunc has to mend it: with a pointer to a struct, or with a size in the "
			"next argument (void *p, u32 p__sz; Documentation/bpf/kfuncs.rst). Where it has one, pass "
			"a number for that.");
}

/*
 * check_helper_mem_access() and check_reg_type(): the list begins with the stack, and may end with
 * "trusted_ptr_", which is memory, too.
 */
static void on_no_memory(const struct kfg_advice_known *k, int n, struct kfg_advice *a)
{
	struct kfg_span type = parameter(k, n);
	bool is_number = strstr(k->f->message, " type=scalar "), is_context = strstr(k->f->message, " type=ctx ");
	bool of_struct = type.n && memmem(type.at, type.n, "struct ", 7);

	kfg_strbuf_printf(&a->what, " %s was passed where %s is wanted.",
			  is_number  ? "NULL or a number" :
			  is_context ? "The program's context" :
				       "A pointer of another kind",
			  of_struct ? "a pointer to a struct" : "memory");
	if (of_struct)
		kfg_strbuf_adds(&a->todo, "Pass a pointer to such a struct: one of the kernel's as the program got it "
					  "from the kernel, or memory of the program that is as large.");
	else
		kfg_strbuf_printf(
			&a->todo,
			"Pass the address of memory that the verifier knows: a variable on the stack, or a "
			"map's value; and its length, where the kfunc takes one. %s",
			is_number  ? "A cast makes no pointer of a number, and what bpf_probe_read_kernel() read is "
				     "a number." :
			is_context ? "What is wanted of the context has to be copied there first." :
				     "What another pointer leads to has to be copied there first.");
	if (strncmp(k->name, "bpf_stream_vprintk", 18) == 0)
		kfg_strbuf_adds(&a->todo, " The macro bpf_stream_printk() of libbpf's bpf_helpers.h takes the numbers "
					  "themselves, and puts them into an array.");
}

/* Where one type is the other before it is complete: net/netfilter/nf_conntrack_bpf.c, 6.0 to 7.3. */
static const struct kfg_advice_named complete_wanted[] = {
	{ "bpf_ct_release",
	  "Insert the entry by bpf_ct_insert_entry(), and release what that returns. There is no other "
	  "way to give back what was allocated." },
	{ "bpf_ct_change_timeout", "Call bpf_ct_set_timeout() before bpf_ct_insert_entry()." },
	{ "bpf_ct_change_status", "Call bpf_ct_set_status() before bpf_ct_insert_entry()." },
};
static const struct kfg_advice_named half_made_wanted[] = {
	{ "bpf_ct_set_timeout", "Call it before bpf_ct_insert_entry(), or bpf_ct_change_timeout() behind that and for "
				"what a lookup found." },
	{ "bpf_ct_set_status",
	  "Call it before bpf_ct_insert_entry(), or bpf_ct_change_status() behind that and for what "
	  "a lookup found." },
	{ "bpf_ct_set_nat_info", "Call it before bpf_ct_insert_entry(), on what was allocated." },
	{ "bpf_ct_insert_entry", "Insert only what was allocated, once: this one is in the table already." },
};

/* "nf_conn___init" is made of "nf_conn" */
static bool is_half_made(struct kfg_span half, struct kfg_span whole)
{
	static const char end[] = "___init";

	return half.n == whole.n + sizeof(end) - 1 && ends_with(half, end) && memcmp(half.at, whole.at, whole.n) == 0;
}

/* The kernel has a type of its own for an object that is not complete. False: it is about other types. */
static bool on_half_made(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	struct kfg_span wanted, passed;
	const char *todo;

	if (!kfg_advice_types_find(k->f->message, &wanted, &passed))
		return false;
	if (is_half_made(passed, wanted)) {
		kfg_strbuf_adds(&a->what, " The kfunc takes an object that is complete, and this one was allocated and "
					  "not inserted yet, which the ending ___init of its type says.");
		todo = kfg_advice_named_find(complete_wanted, sizeof(complete_wanted) / sizeof(complete_wanted[0]),
					     k->name);
		kfg_strbuf_adds(&a->todo,
				todo ? todo : "Complete it first, and pass what the inserting kfunc returned.");
		return true;
	}
	if (!is_half_made(wanted, passed))
		return false;
	kfg_strbuf_adds(&a->what,
			" The kfunc takes an object that was allocated and not inserted yet, which the ending "
			"___init of its type says, and this one is complete.");
	todo = kfg_advice_named_find(half_made_wanted, sizeof(half_made_wanted) / sizeof(half_made_wanted[0]), k->name);
	kfg_strbuf_adds(&a->todo, todo ? todo : "Call it before the object is inserted, on what was allocated.");
	return true;
}

void kfg_advice_on_argument(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	const char *m = k->f->message;
	int n = argument_number(k->f->arg);
	long offset;

	if (n) {
		a->what.size = 0;
		kfg_strbuf_printf(&a->what,
				  "The verifier cannot prove that the %s argument of the call is what the kfunc needs.",
				  ordinal(n));
	}
	if (takes_object(k->name) && is_not_owned(m)) {
		kfg_strbuf_adds(&a->todo, object);
		return;
	}
	if (kfg_advice_on_passed(k, a) || kfg_advice_on_trust(k, a) || on_half_made(k, a) ||
	    kfg_advice_on_member(k, a) || kfg_advice_on_struct_of_more(k, a))
		return;
	if (strstr(m, "cannot pass in ") && find_number(m, "offset=", &offset)) {
		on_stack_offset(offset, a);
		return;
	}
	if (strstr(m, "pointer type UNKNOWN ")) {
		on_void(k, a);
		return;
	}
	if (strstr(m, " type=") && strstr(m, " expected=fp")) {
		on_no_memory(k, n, a);
		return;
	}
	if (strstr(m, "memory, len pair") && has_constant_length(k)) {
		kfg_strbuf_adds(&a->todo, constant_length);
		return;
	}
	if (strstr(m, "Possibly NULL") || strstr(m, "_or_null_ expected")) {
		kfg_advice_say_nullable(k->f, &a->what);
		kfg_strbuf_adds(&a->todo, "Compare the pointer with NULL before the call, on every path.");
		return;
	}
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (!strstr(m, rules[i].part))
			continue;
		kfg_strbuf_adds(&a->what, rules[i].what);
		kfg_strbuf_adds(&a->todo, rules[i].todo);
		return;
	}
	kfg_strbuf_adds(&a->todo, "Compare the declaration and the call with the kfunc in the target kernel's "
				  "source or BTF; "
				  "the rules for arguments became stricter over time.");
}

/* check_mem_size_reg(); of an address check_mem_region_access() says otherwise what to do */
static bool is_about_length(const char *message)
{
	return strstr(message, "'var &= const'") || strstr(message, "zero-sized");
}

static void say_bounds(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	const char *m = k->f->message;
	long whole, offset, size;
	int n = argument_number(k->f->arg);

	if (n && is_about_length(m)) {
		a->what.size = 0;
		kfg_strbuf_printf(&a->what,
				  "The %s argument is the length of memory that is passed, and the verifier does not "
				  "take it as it is.",
				  ordinal(n));
	} else if (n) {
		kfg_strbuf_printf(&a->what, " It is the memory that is passed as the %s argument.", ordinal(n));
	}
	if ((find_number(m, "value_size=", &whole) || find_number(m, "mem_size=", &whole)) &&
	    find_number(m, " off=", &offset) && find_number(m, " size=", &size))
		kfg_strbuf_printf(&a->what,
				  " The kfunc may access %ld bytes at offset %ld, and there are %ld: the memory is "
				  "smaller than what the kfunc may access.",
				  size, offset, whole);
}

/* check_stack_access_within_bounds(), 6.1 to 6.12. False: the message is about something else. */
static bool on_stack_bounds(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	long offset, size;

	if (!strstr(k->f->message, " stack ") || !find_number(k->f->message, " off=", &offset) ||
	    !find_number(k->f->message, " size=", &size) || offset >= 0 || size <= -offset)
		return false;
	kfg_strbuf_printf(&a->what,
			  " The kfunc may access %ld bytes there, and the stack has %ld from that address on: the "
			  "length is larger than the memory.",
			  size, -offset);
	kfg_strbuf_adds(&a->todo, "Pass the size of the object itself as its length (sizeof(x)), or make the object as "
				  "large as the kfunc may access.");
	return true;
}

/*
 * check_stack_range_initialized(), "off -24+8 size 9": at -24 on the stack, byte 8 of the 9. False: the message is
 * about something else.
 */
static bool on_not_written(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	const char *at = strstr(k->f->message, " stack ");
	long offset, byte, size;
	char *end;

	if (!at || !strstr(at, " off ") || !find_number(at, " size ", &size))
		return false;
	offset = strtol(strstr(at, " off ") + 5, &end, 10);
	if (*end != '+' || offset >= 0)
		return false;
	byte = strtol(end, NULL, 10);
	kfg_strbuf_printf(&a->what,
			  " The kfunc may read %ld bytes there, and only the first %ld are memory that the program "
			  "initialized.",
			  size, byte);
	kfg_strbuf_adds(&a->todo, "Pass the size of the object itself as its length (sizeof(x)), or make the object as "
				  "large as that, and initialize the whole of it before the call (= {} does).");
	return true;
}

void kfg_advice_on_memory(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	const char *m = k->f->message;

	say_bounds(k, a);
	if (on_stack_bounds(k, a) || on_not_written(k, a))
		return;
	if (is_about_length(m) && is_constant_length(k, argument_number(k->f->arg)))
		kfg_strbuf_adds(&a->todo, constant_length);
	else if (strstr(m, "zero-sized"))
		kfg_strbuf_adds(&a->todo,
				"The length may be 0 here, and the kfunc takes no empty memory: leave the call out "
				"where it is (if (!len) return 0;).");
	else if (strstr(m, "is too large"))
		kfg_strbuf_adds(&a->todo, "Pass a length that is no larger than the memory: compare it with a constant "
					  "before the call, or mask it.");
	else if (strstr(m, "stack"))
		kfg_strbuf_adds(&a->todo, "Initialize the whole buffer on the stack before the call (= {} does), "
					  "and make it as "
					  "large as the kfunc, or the length that is passed, may access.");
	else if (strstr(m, "cannot write"))
		kfg_strbuf_adds(&a->todo, "The kfunc writes there: pass memory that the program may write.");
	else if (strstr(m, "unbounded") || strstr(m, "negative"))
		kfg_strbuf_adds(&a->todo, "Bound the length or the offset before the call: compare it with a "
					  "constant, or mask "
					  "it.");
	else
		kfg_strbuf_adds(&a->todo, "Pass memory that is at least as large as the type the kfunc takes (a "
					  "struct cpumask has "
					  "CONFIG_NR_CPUS bits), or as the length that is passed; an index into an "
					  "array has to be "
					  "bounded.");
}
