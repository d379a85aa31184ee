/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * messages.h - what loaders, the verifier and the kernel say about kfuncs, as tables: wording, meaning, where it
 * comes from. messages_loaders.c (libbpf 0.8 to 1.8, cilium/ebpf, aya, sched_ext), messages_verifier.c and
 * messages_arguments.c (Linux 6.1 to 7.3), messages_kernel.c (the kernel's own log, kfgate's records).
 *
 * Prefixes: kfg_vlog, kfg_span.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What a message means. The words for it are in advice_words.c, in this order. */
enum kfg_vlog_kind {
	KFG_VLOG_NONE, /* known, and no problem */
	KFG_VLOG_MISSING, /* no such kfunc in the kernel's BTF or in that of loaded modules */
	KFG_VLOG_PROTO, /* prototypes differ */
	KFG_VLOG_FORWARD, /* they differ by a struct that the program only declares */
	KFG_VLOG_UNRESOLVED, /* declared weak, not there, and called nevertheless */
	KFG_VLOG_COMPILER, /* a call that the compiler made, not the programmer */
	KFG_VLOG_NOT_ALLOWED, /* not registered for this program type, or not at all */
	KFG_VLOG_DISABLED, /* there, and refused to every program, as the kernel found it to be unsafe */
	KFG_VLOG_NOT_KFUNC, /* the BTF id is no function that can be called */
	KFG_VLOG_TOO_FAR, /* a module too far away for a call */
	KFG_VLOG_ALLOCATOR, /* memory of the kernel that some kfuncs need was not there at boot */
	KFG_VLOG_NO_ADDRESS, /* in the BTF, and not among the symbols of the kernel */
	KFG_VLOG_KERNEL_BTF, /* the kernel's own BTF contradicts itself */
	KFG_VLOG_RCU_TAGS, /* the kernel's BTF does not say which pointers RCU protects */
	KFG_VLOG_LICENSE,
	KFG_VLOG_JIT,
	KFG_VLOG_NO_BTF, /* a kernel without CONFIG_DEBUG_INFO_BTF */
	KFG_VLOG_OLD_KERNEL, /* a kernel before kfuncs */
	KFG_VLOG_CAPABILITY,
	KFG_VLOG_DEVICE_BOUND, /* XDP metadata in a program that is not loaded for a device */
	KFG_VLOG_SLEEPABLE,
	KFG_VLOG_CONTEXT, /* RCU, preemption, IRQ, lock or callback: not allowed here, or missing here */
	KFG_VLOG_ARGUMENT,
	KFG_VLOG_HIDDEN, /* an argument that the kernel fills in */
	KFG_VLOG_TYPE_TWICE, /* the wanted and the passed type have one name */
	KFG_VLOG_MEMORY, /* memory that is passed is too small, not initialized or not writable */
	KFG_VLOG_GIVEN, /* memory that a kfunc gave, or that is its own, is used wrongly */
	KFG_VLOG_REFERENCE, /* acquired and not released */
	KFG_VLOG_RESULT, /* the result may be NULL, and is used as if it could not */
	KFG_VLOG_REJECTED, /* the verifier rejected the call, in words that are not in the tables */
	KFG_VLOG_LIMIT,
	KFG_VLOG_MODULE_BTF, /* the BTF of a module cannot be used */
	KFG_VLOG_MODULE_READ, /* the loader may not read the BTF of modules */
	KFG_VLOG_MODULE_OTHER, /* a module that was built for another kernel */
	KFG_VLOG_BUILD, /* the build of the kernel warns of it */
	KFG_VLOG_REGISTER, /* kfuncs were not registered */
	KFG_VLOG_REGISTER_SYMBOL, /* the kernel has nothing to register them by */
	KFG_VLOG_REGISTER_TWICE,
	KFG_VLOG_REGISTER_SET, /* by a set of the old kind */
	KFG_VLOG_REGISTER_AGAIN, /* a module registers a second set */
	KFG_VLOG_EXCEPTION, /* bpf_throw and exception callbacks */
	KFG_VLOG_RETURN, /* the kernel registered something that it cannot verify */
	KFG_VLOG_DECLARATION, /* the object does not say what it should */
	KFG_VLOG_NO_SECTION, /* an extern that is not in .ksyms */
	KFG_VLOG_UNDECLARED, /* the compiler knows no declaration of it */
	KFG_VLOG_DECLARED_TWICE, /* the compiler knows two that differ */
	KFG_VLOG_ADDRESS_SPACE, /* its declaration leaves out the address space of arenas */
	KFG_VLOG_LOADER,
	KFG_VLOG_OLD_LOADER, /* a loader that knows no kfuncs */
	KFG_VLOG_ADDRESS_LOADER, /* the address of a module's kfunc, asked for in a wrong way */
	KFG_VLOG_ADDRESS_OLD, /* the address of a kfunc, asked of a kernel that has none to give */
	KFG_VLOG_VERIFIER_BUG,
	KFG_VLOG_REFUSED, /* a security module, and kfgate is one */
	KFG_VLOG_UNCLEAR, /* concerns a kfunc, and is not in the tables */
	KFG_VLOG_KIND_MAX,
};

#define KFG_VLOG_MSG_CALL 0x1u /* speaks of the call before it; of no concern unless that is a kfunc */
#define KFG_VLOG_MSG_ALLOC                                                                                             \
	0x2u /* the number is the instruction that acquired; of no concern unless that calls a kfunc */
#define KFG_VLOG_MSG_DECLARED 0x4u /* the name is the program's: libbpf drops a ___suffix before it looks */
#define KFG_VLOG_MSG_KNOWN 0x8u /* of no concern unless the name is a known kfunc's */
#define KFG_VLOG_MSG_POISON 0x10u /* of no concern unless the number is a loader's for a missing kfunc */
#define KFG_VLOG_MSG_NAMED 0x20u /* a known kfunc's name somewhere in the line is who is meant */
#define KFG_VLOG_MSG_CIRCUMSTANCE 0x40u /* why something may fail, and no failure in itself */
#define KFG_VLOG_MSG_NUMBERED 0x80u /* of no concern unless the call before it has a BTF id and no name */
#define KFG_VLOG_MSG_RECORD 0x200u /* kfgate's own record: names program and kfunc */
#define KFG_VLOG_MSG_KERNEL 0x400u /* of no program's load */
#define KFG_VLOG_MSG_LIKELY 0x800u /* of no concern unless the name is a known kfunc's, or made like one */
#define KFG_VLOG_MSG_RESULT 0x2000u /* of concern, too, where the register holds a kfunc's result that may be NULL */
#define KFG_VLOG_MSG_REGION                                                                                            \
	0x4000u /* of no concern unless a kfunc opened a region that is open: it is about that one */
/*
 * With CALL: said of kfuncs only, so also in a log without instructions. Where instructions follow, it was said before
 * the first of them, of the arguments of a function of the program (btf_check_func_arg_match(), 5.5 to 6.7).
 */
#define KFG_VLOG_MSG_ALONE 0x100u
#define KFG_VLOG_MSG_OTHER 0x1000u /* why a load failed, and not for a kfunc */
/* said before the first instruction, and of kfuncs among others: of no concern unless a loader bound a kfunc */
#define KFG_VLOG_MSG_BOUND 0x8000u
/* words that others use, too: of no concern unless the name is a known kfunc's, or this is a log of the verifier */
#define KFG_VLOG_MSG_VERIFIER 0x10000u
/* bcc and bpftrace call probes so: of no concern unless a known kfunc's name, or cilium/ebpf's words go before */
#define KFG_VLOG_MSG_CILIUM 0x20000u

#define KFG_VLOG_MSG_INSN 0x40000u /* the number is the instruction that it is about */
#define KFG_VLOG_MSG_GIVEN 0x80000u /* of concern, too, where the memory that it is about is a kfunc's */

/*
 * A wording. In the pattern {k} stands for a kfunc's name, {w} for a word, {n} for a number, {a} for an argument
 * ("R1", "arg#0", "args#0", "arg0", "*(R11-8)"); anything may stand before and after. It starts with a literal, or
 * with one of these and then a literal.
 */
struct kfg_vlog_message {
	const char *pattern; /* NULL ends the table */
	enum kfg_vlog_kind kind;
	unsigned flags; /* KFG_VLOG_MSG_* */
	const char *kfunc; /* whom it is about where the wording does not say, or NULL */
	const char *source; /* file and line, per version */
};

extern const struct kfg_vlog_message kfg_vlog_messages_loaders[], kfg_vlog_messages_calls[],
	kfg_vlog_messages_arguments[], kfg_vlog_messages_results[], kfg_vlog_messages_kernel[];
extern const struct kfg_vlog_message *const kfg_vlog_messages[]; /* all of these tables; NULL ends the list */

/* A part of the line; n 0: not given. */
struct kfg_span {
	const char *at;
	size_t n;
};

struct kfg_vlog_message_match {
	struct kfg_span kfunc, word, arg;
	long long number; /* the last; -1: none */
	const char *begin, *end; /* what matched */
};

/* Work is linear in size (names and words are bounded). The spans point into the line. */
bool kfg_vlog_message_match(const char *pattern, const char *line, size_t size,
			    struct kfg_vlog_message_match *ret_match);
