/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * advice_trust.c - pointers that the kernel does not vouch for, and references that are not the program's to release.
 * By kernel/bpf/verifier.c, check_kfunc_args() of 6.2 to 7.3; before 7.0 is_kfunc_trusted_args() is true of kfuncs with
 * KF_TRUSTED_ARGS and of all that release.
 */
#include "analysis/explain/advice_internal.h"

#include <string.h>

/* prog_args_trusted() of kernel/bpf/btf.c, 6.2 to 7.3 */
#define VOUCHED                                                                                                        \
	"Pass a pointer that the kernel vouches for: the result of an acquiring kfunc, or an argument of a tp_btf, "   \
	"LSM, struct_ops or iterator program (those of fentry, fexit and fmod_ret programs are not trusted)"

static const char released[] =
	"Release what the program itself acquired, once: the result of an acquiring kfunc or of bpf_kptr_xchg(). An "
	"argument of the program, and what was read from it, is the kernel's. A kptr that was read from a map is the "
	"map's: take it out by bpf_kptr_xchg(), or do not release it. What was released, or stored away, is not the "
	"program's any more.";

/* Whoever may not acquire cannot be told to acquire first. */
static bool is_acquire(const char *kfunc)
{
	return strstr(kfunc, "_acquire") != NULL;
}

/* What finds the object that the kfunc takes, by a number. */
static void add_lookup(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	static const struct kfg_advice_named lookups[] = {
		{ "bpf_task_acquire", "bpf_task_from_pid()" },
		{ "bpf_cgroup_acquire", "bpf_cgroup_from_id()" },
		{ "bpf_cgroup_ancestor", "bpf_cgroup_from_id()" },
	};
	const char *lookup = kfg_advice_named_find(lookups, sizeof(lookups) / sizeof(lookups[0]), k->name);

	if (lookup)
		kfg_strbuf_printf(&a->todo, " %s finds the object by its number, and acquires it.", lookup);
}

static void on_release(const struct kfg_vlog_finding *f, struct kfg_advice *a)
{
	kfg_advice_say_passed(f, &a->what);
	kfg_strbuf_adds(&a->what, " The program releases what it does not hold.");
	kfg_strbuf_adds(&a->todo, released);
}

/* The log shows that the register was loaded from the context, and is not trusted. */
static void on_argument_of_program(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	kfg_strbuf_adds(&a->what,
			" It is an argument of the program itself, and the kernel does not vouch for those of "
			"this program: it does not for fentry, fexit and fmod_ret, nor for a few hooks of LSM.");
	kfg_strbuf_adds(&a->todo,
			"Attach the program where arguments are trusted: to a tracepoint that has such an "
			"argument (SEC(\"tp_btf/...\")), to another hook of LSM, or to a member of struct_ops.");
	add_lookup(k, a);
}

/* btf.c 6.1 btf_check_func_arg_match(), before 3f00c5239344 (6.2): no argument of a program was trusted. */
static void on_referenced(struct kfg_advice *a)
{
	kfg_strbuf_adds(&a->todo, "Pass a reference that the program holds: the result of an acquiring kfunc or of "
				  "bpf_kptr_xchg(). Before Linux 6.2 the kernel vouches for nothing else, and for no "
				  "argument of a program.");
}

/* check_kfunc_args() of a kfunc without KF_TRUSTED_ARGS: "arg#0 is untrusted_ptr_ expected ptr_ or socket" */
static void on_untrusted(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	kfg_advice_say_passed(k->f, &a->what);
	if (kfg_advice_is_of_cast(k->f))
		kfg_strbuf_adds(&a->todo,
				"Pass the pointer as the kernel gave it, before the cast. What bpf_core_cast() "
				"or bpf_rdonly_cast() made is for reading, and no kfunc takes it for an "
				"object of the kernel.");
	else
		kfg_strbuf_adds(&a->todo, VOUCHED ".");
}

static void on_trusted(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	kfg_advice_say_passed(k->f, &a->what);
	kfg_strbuf_adds(&a->todo, VOUCHED "; not one that was walked to, read by bpf_probe_read_kernel(), or is only "
					  "good under bpf_rcu_read_lock()");
	kfg_strbuf_adds(&a->todo, is_acquire(k->name) ? "." : ": acquire a reference to that first.");
	add_lookup(k, a);
	kfg_strbuf_adds(&a->todo, " Since Linux 7.0 this is asked of every kfunc, before only of those with "
				  "KF_TRUSTED_ARGS.");
}

/* KF_RCU: is_trusted_reg() or is_rcu_reg() */
static void on_rcu(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	kfg_advice_say_passed(k->f, &a->what);
	if (k->f->passed == KFG_VLOG_PASSED_RCU_LEFT) {
		kfg_strbuf_adds(&a->todo,
				"Make the call before bpf_rcu_read_unlock(), or read the pointer again inside "
				"of another region (bpf_rcu_read_lock()).");
		if (!is_acquire(k->name))
			kfg_strbuf_adds(&a->todo, " To keep it for longer, acquire a reference before that.");
		return;
	}
	kfg_strbuf_adds(&a->todo,
			VOUCHED ". Or pass one that RCU protects: read from a member that the kernel marks __rcu, or "
				"from a kptr in a map, and used before RCU is left. A sleepable program calls "
				"bpf_rcu_read_lock() before it reads it; another one is under RCU in any case.");
	if (!is_acquire(k->name))
		kfg_strbuf_adds(&a->todo, " Or acquire a reference first.");
	add_lookup(k, a);
}

static bool is_of_other_kind(const char *message)
{
	return strstr(message, "is not a pointer to btf_id") || strstr(message, " is scalar expected ") ||
	       strstr(message, " expected STRUCT ");
}

/* "R1 is fp expected STRUCT task_struct": no pointer to an object at all */
static void on_other_kind(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	bool is_address = strstr(k->f->message, " is fp expected ");
	bool is_pointer = is_address || !(strstr(k->f->message, "is not a pointer to btf_id") ||
					  strstr(k->f->message, " is scalar expected "));

	kfg_strbuf_printf(&a->what, " %s was passed where a pointer to a kernel object is wanted.",
			  is_address ? "The address of a variable on the stack" :
			  is_pointer ? "A pointer of another kind" :
				       "NULL, a number or memory of the program");
	if (kfg_kfunc_gives_back(k->name))
		kfg_strbuf_adds(&a->todo, released);
	else if (is_pointer)
		kfg_strbuf_adds(&a->todo, VOUCHED ".");
	else
		kfg_strbuf_adds(&a->todo,
				"Pass a pointer to such an object that the kernel vouches for: the result of an "
				"acquiring kfunc, or what the program was given.");
	if (is_address)
		kfg_strbuf_adds(&a->todo, " Pass the pointer itself, not the address of a variable that holds it.");
	else if (!is_pointer)
		kfg_strbuf_adds(&a->todo, " A pointer that was read by bpf_probe_read_kernel() is a number for the "
					  "verifier. NULL is no trusted pointer.");
}

bool kfg_advice_on_trust(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	const char *m = k->f->message;
	bool trusted = strstr(m, " must be referenced") && !strstr(m, "allocated object"),
	     rcu = strstr(m, "must be a rcu pointer");

	if (strstr(m, "expects refcounted") || strstr(m, "expects referenced") ||
	    strstr(m, "has not been acquired before") || (trusted && kfg_kfunc_gives_back(k->name))) {
		on_release(k->f, a);
	} else if (is_of_other_kind(m)) {
		on_other_kind(k, a);
	} else if ((trusted || rcu) && k->f->of_program) {
		on_argument_of_program(k, a);
	} else if (strstr(m, " is untrusted_ptr_ expected ")) {
		on_untrusted(k, a);
	} else if (trusted && !strstr(m, "or trusted")) {
		on_referenced(a);
	} else if (trusted) {
		on_trusted(k, a);
	} else if (rcu) {
		on_rcu(k, a);
	} else {
		return false;
	}
	return true;
}
