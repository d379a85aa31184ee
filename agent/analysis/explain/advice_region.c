/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * advice_region.c - a call that does not fit where it stands: regions of RCU, preemption, interrupts and locks,
 * sleeping, exceptions, types of programs. By what the verifier says of it, kernel/bpf/verifier.c 6.1 to 7.3.
 */
#include "analysis/explain/advice_internal.h"

#include <string.h>

/* The first whose part is in the message counts. */
struct rule {
	const char *part;
	const char *what; /* instead of what is said of the kind; "": that */
	const char *todo;
};

static const char may_sleep[] =
	"Leave the region before the call (bpf_rcu_read_unlock(), bpf_preempt_enable(), bpf_local_irq_restore()), or "
	"keep what may sleep out of that function. A program that is not sleepable cannot call such a function at all.";
static const char rcu[] =
	"Call bpf_rcu_read_lock() before, and bpf_rcu_read_unlock() behind it; for an iterator before new and behind "
	"destroy, without an unlock in between. A program that is not sleepable needs neither.";
static const char no_rcu[] =
	"The kfunc needs the protection of RCU. The program is sleepable, and no region of RCU is open, or it was "
	"left since the iterator began.";
static const char leave_rcu[] =
	"Balance the region: bpf_rcu_read_unlock() goes before that, on every path, early returns included.";
static const char leave_preempt[] =
	"Balance the region: bpf_preempt_enable() goes before that, on every path, early returns included, and as "
	"often as "
	"bpf_preempt_disable() was called.";
static const char callback[] =
	"Do that outside of the callback. The lock of the tree is held in it, and it may only compare the two nodes.";

static const struct rule contexts[] = {
	/* may_access_direct_pkt_data() */
	{ "does not allow writes to packet data",
	  "The kfunc would let the program write into the packet, and a program of this type may only read it.",
	  "Use bpf_dynptr_slice() and only read, or a program type that may write packets: tc, XDP, lwt_xmit, sk_skb, "
	  "sk_msg." },
	/* check_css_task_iter_allowlist() */
	{ "css_task_iter is only allowed",
	  "This iterator takes a lock of the kernel, so only some types of programs may use it.",
	  "Use it in an LSM program (SEC(\"lsm/...\")), in one that the kernel iterates with (SEC(\"iter/...\")), or "
	  "in a sleepable one (SEC(\"fentry.s/...\"), SEC(\"syscall\"))." },
	{ "NMI unsafe fields",
	  "The object has fields, such as references to the kernel's objects, that cannot be freed in an NMI, where a "
	  "tracing program may run.",
	  "Free it in a program of another type than kprobe, tracepoint, perf_event, raw_tp or fentry, or keep such "
	  "fields out of the object." },
	/* check_reg_allocation_locked() */
	{ "are not in the same allocation", "A lock is held, and it is another one than that of the list or tree.",
	  "Take the bpf_spin_lock that lies in the same map value or object as the list head or tree root; of global "
	  "variables in the same section." },
	{ " must be held for ", "The list or tree is used without its lock.",
	  "Call bpf_spin_lock() before, and bpf_spin_unlock() behind it, with the lock that lies in the same map "
	  "value or object as the list head or tree root." },
	{ "irq flag acquired by ", "",
	  "Restore the flag by the kfunc of the family that saved it: bpf_local_irq_restore() behind "
	  "bpf_local_irq_save(), bpf_res_spin_unlock_irqrestore() behind bpf_res_spin_lock_irqsave()." },
	{ "requires RCU critical section", no_rcu, rcu },
	/* the iterator is not trusted any more once RCU was left, mark_stack_slots_iter() */
	{ "expected an RCU CS", no_rcu, rcu },
	/* until b167fdffe9b7 (6.15) of every global function, then of those that may sleep, check_func_call() */
	{ "global function calls are not allowed with", "A global function is called inside of the region.",
	  "Make that function static (or __always_inline), or leave the region before the call. Since Linux 6.15 "
	  "global functions that cannot sleep may be called there." },
	{ "sleepable global function ", "A global function that may sleep is called inside of the region.", may_sleep },
	{ "global functions that may sleep", "A global function that may sleep is called inside of the region.",
	  may_sleep },
	/* do_check(), process_spin_lock() */
	{ "while holding a lock",
	  "A bpf_spin_lock, or a bpf_res_spin_lock, is held, and this kfunc cannot be called then.",
	  "Call it before the lock is taken, or behind its unlock. Under the lock there are the kfuncs of lists and "
	  "trees, and few others." },
	{ "Locking two bpf_spin_locks", "The program holds a bpf_spin_lock already, and there can be one only.",
	  "Call bpf_spin_unlock() for that first." },
	{ "Acquiring the same lock again", "The program holds this lock already.",
	  "Unlock it first, or take another one: make sure that the two addresses are not the same." },
	{ "_unlock without taking a lock", "No lock is held where the program unlocks.",
	  "Take the lock before, on every path that leads to the unlock; bpf_res_spin_lock() took it only where it "
	  "returned 0." },
	{ "_unlock of different lock", "Another lock is held than the one that the program unlocks.",
	  "Unlock by the address by which it was locked: of the same map value or object, and the same lookup." },
	/* check_kfunc_call(), check_resource_leak() */
	{ "nested rcu read lock",
	  "A region of RCU is open already, and this kernel allows one only; newer ones allow more.",
	  "Leave out the inner bpf_rcu_read_lock() and its bpf_rcu_read_unlock()." },
	{ "unmatched rcu read unlock", "No region of RCU is open there.",
	  "Call bpf_rcu_read_lock() before, on every path, or leave the unlock out." },
	{ "unmatched attempt to enable preemption", "Preemption is not disabled there.",
	  "Call bpf_preempt_disable() before, on every path, or leave the enabling out." },
	{ "bpf_rcu_read_unlock is missing", "", leave_rcu },
	{ "bpf_rcu_read_lock-ed region", "", leave_rcu },
	{ "bpf_preempt_enable", "", leave_preempt },
	{ "bpf_preempt_disable-ed region", "", leave_preempt },
	{ "bpf_local_irq_save-ed region", "",
	  "Balance the region: bpf_local_irq_restore() goes before that, on every path, early returns included." },
	{ "in rbtree cb", "", callback },
	{ "rbtree callback", "", callback },
	/* release_irq_state(): the flag is another one, or it is too early */
	{ "irq state out of order",
	  "The flag that is restored is not the one that was saved last; the message names the instruction that saved "
	  "that one.",
	  "Restore in the reverse order of saving, and pass to each unlock the flag that its own lock was taken "
	  "with." },
	{ "out of order", "", "Release in the reverse order of taking: what was taken last, first." },
};

static const struct rule exceptions[] = {
	{ "multiple exception callback tags", "", "Leave one __exception_cb() at the program, and remove the others." },
	{ "cannot call exception cb directly", "",
	  "Do not call the exception callback: only the kernel does, for a bpf_throw(). What both need belongs into a "
	  "function of its own." },
	{ "cannot tail call within", "", "Return from the exception callback, without a tail call." },
	{ "At program exit the register R1",
	  "Without an exception callback the program returns the cookie that it throws, and this one is not in the "
	  "range that programs of this type, or of this place of attachment, may return.",
	  "Throw a number in the range that the message names, or name a callback by __exception_cb(cb) that returns "
	  "one." },
	{ "from callback subprog", "", "Return an error from the callback, and throw outside of it." },
};

static const struct rule sleepables[] = {
	{ "non-preemptible", "", "bpf_preempt_enable()" },
	{ "rcu_read_lock", "", "bpf_rcu_read_unlock()" },
	{ "IRQ-disabled", "", "bpf_local_irq_restore()" },
	{ "lock region", "", "the unlock" },
};

static const struct rule *find(const struct rule *rules, size_t n, const char *message)
{
	for (size_t i = 0; i < n; i++)
		if (strstr(message, rules[i].part))
			return &rules[i];
	return NULL;
}

static void say(const struct rule *rule, struct kfg_advice *a)
{
	if (rule->what[0]) {
		a->what.size = 0;
		kfg_strbuf_adds(&a->what, rule->what);
	}
	kfg_strbuf_adds(&a->todo, rule->todo);
}

/* A region is left open where a function of the program ends: since 6.9 its caller may close it. */
static bool is_open_in_function(const struct kfg_vlog_finding *f)
{
	return f->frame && strstr(f->message, "is missing");
}

/* Of some kfuncs more is to be said than that they cannot be called under a lock. False: the message is of another. */
static bool on_lock(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	static const struct kfg_advice_named rows[] = {
		{ "bpf_local_irq_",
		  "What bpf_res_spin_lock_irqsave() saved goes back by bpf_res_spin_unlock_irqrestore() alone, with "
		  "the same flag. A region of bpf_local_irq_save() begins before the lock is taken and ends behind "
		  "its unlock." },
		{ "bpf_throw",
		  "Unlock before it is thrown. In the callback of bpf_rbtree_add() the lock is held whatever the "
		  "callback does: return from it, and throw behind the unlock." },
	};
	const struct rule *rule = find(contexts, sizeof(contexts) / sizeof(contexts[0]), "while holding a lock");
	const char *todo = kfg_advice_named_find(rows, sizeof(rows) / sizeof(rows[0]), k->name);

	if (!todo || !rule || !strstr(k->f->message, rule->part))
		return false;
	a->what.size = 0;
	kfg_strbuf_adds(&a->what, rule->what);
	kfg_strbuf_adds(&a->todo, todo);
	return true;
}

/* Who tells of the message shows no trace, which would say whether it is so. */
static void say_other_function(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	if (k->f->insn >= 0 || !strstr(k->f->message, "bpf_rcu_read_unlock is missing") ||
	    (k->release && k->release >= KFG_RELEASE(6, 9)))
		return;
	a->blame = KFG_BLAME_UNKNOWN;
	kfg_strbuf_adds(&a->what,
			" Or the program is right, and the kernel too old: Linux before 6.9 says so, too, where "
			"a function of the program is called inside of the region, or closes it.");
	kfg_strbuf_adds(&a->todo, " Where it is balanced, make the functions that are called inside of it "
				  "__always_inline, or use a newer kernel.");
}

void kfg_advice_on_context(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	const struct rule *rule = find(contexts, sizeof(contexts) / sizeof(contexts[0]), k->f->message);

	if (on_lock(k, a))
		return;
	if (is_open_in_function(k->f)) {
		a->blame = KFG_BLAME_KERNEL;
		kfg_strbuf_adds(&a->what,
				" The region is open at the end of a function that the program calls, and Linux "
				"before 6.9 wants it closed there, too, whatever the caller does.");
		kfg_strbuf_adds(&a->todo,
				"Make that function __always_inline, or open and close the region within it.");
	} else if (rule) {
		say(rule, a);
		say_other_function(k, a);
	} else {
		kfg_strbuf_adds(&a->todo,
				"Balance the region on every path, and put the call inside or outside of it as "
				"the message says.");
	}
}

/* "is sleepable within" is said of programs that are sleepable only: check_kfunc_call() looks at that first. */
void kfg_advice_on_sleepable(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	const char *within = strstr(k->f->message, " is sleepable within ");
	const struct rule *rule = within ? find(sleepables, sizeof(sleepables) / sizeof(sleepables[0]), within) : NULL;

	if (!rule) {
		kfg_strbuf_adds(&a->todo, kfg_advice_words[KFG_VLOG_SLEEPABLE].todo);
		return;
	}
	a->what.size = 0;
	kfg_strbuf_adds(&a->what, "The kfunc may sleep, and is called inside of a region in which nothing may.");
	kfg_strbuf_printf(&a->todo,
			  "Leave the region before the call: %s goes first. A bpf_wq (since Linux 6.10) can do "
			  "the work, too.",
			  rule->todo);
}

void kfg_advice_on_exception(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	const struct rule *rule = find(exceptions, sizeof(exceptions) / sizeof(exceptions[0]), k->f->message);

	if (rule)
		say(rule, a);
	else
		kfg_strbuf_adds(&a->todo, kfg_advice_words[KFG_VLOG_EXCEPTION].todo);
}
